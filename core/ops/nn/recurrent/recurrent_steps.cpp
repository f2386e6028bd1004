// What the three operators of steps share: checks of shapes, scratch, and when threads split the
// batch.

#include "ops/nn/recurrent/recurrent_steps_impl.h"

#include <unistd.h>

#include <utility>

#include "base/errors.h"
#include "ops/problems/packed_products.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

// The size of a core's second-level cache; a small one if the system does not tell.
int64_t core_cache_bytes() {
#if defined(_SC_LEVEL2_CACHE_SIZE)
  static const int64_t bytes = ::sysconf(_SC_LEVEL2_CACHE_SIZE);
  if (bytes > 0) return bytes;
#endif
  return 256 * 1024;
}

}  // namespace

Result<StepSizes> step_sizes(const InferContext& c, size_t input, int64_t gates) {
  WEFT_TRY(rules::require_lanes(c, 0));
  const Shape& shape = c.in[input].shape;
  if (shape.rank() == 3 && shape[2] % gates == 0 && shape[0] >= 1)
    return StepSizes{shape[0], shape[1], shape[2] / gates};
  return errors::invalid_value(c.op().name, "`", c.op().input_name(input),
                               "` must have shape (T, N, ", gates > 1 ? std::to_string(gates) : "",
                               gates > 1 ? " H" : "H", ") with at least one step; got ", shape);
}

Status require_shape(const InferContext& c, size_t input, const Shape& wanted) {
  if (!c.given(input) || c.in[input].shape == wanted) return {};
  return errors::invalid_value(c.op().name, "`", c.op().input_name(input), "` must have shape ",
                               wanted, "; got ", c.in[input].shape);
}

Shape packed_recurrent_shape(DType dtype, int64_t gates, int64_t hidden) {
  static_assert(kernels::kRecurrentColumns == kernels::kPanelColumns);
  return panel_shape({kernels::panels_of(hidden), gates}, dtype, hidden);
}

Status require_weight(const InferContext& c, size_t input, int64_t gates, int64_t hidden,
                      bool is_packed) {
  const DType sums = c.in[0].dtype;
  for (size_t i = 1; i < c.in.size(); ++i) {
    const DType dtype = c.in[i].dtype;
    if (dtype == sums || (i == input && sums == DType::kFloat32 && is_half(dtype))) continue;
    return errors::invalid_type(
        c.op().name, "`", c.op().input_name(i), "` must be ", sums,
        i == input && sums == DType::kFloat32 ? ", bfloat16 or float16" : "", ", as `",
        c.op().input_name(0), "` is ", sums, "; got ", dtype);
  }
  return require_shape(c, input,
                       is_packed ? packed_recurrent_shape(c.in[input].dtype, gates, hidden)
                                 : Shape{gates * hidden, hidden});
}

namespace {

kernels::Recurrent problem_of(kernels::Cell cell, const TensorType& sums, DType weight) {
  return {sums.dtype, weight, cell, sums.shape[1], sums.shape[2] / kernels::gates_of(cell)};
}

}  // namespace

kernels::Recurrent recurrent_problem(kernels::Cell cell, const TensorView& sums, DType weight) {
  return {sums.dtype, weight, cell, sums.shape[1], sums.shape[2] / kernels::gates_of(cell)};
}

ForwardScratch::ForwardScratch(const kernels::Recurrent& p, bool packs)
    : packed(packs ? kernels::recurrent_packed_bytes(p) : 0),
      state(p.weight == p.dtype ? 0 : (p.batch * p.hidden * size_of(p.weight) + 63) / 64 * 64),
      thread(kernels::recurrent_step_scratch(p)) {}

int64_t forward_scratch(kernels::Cell cell, const TensorType& sums, const TensorType& weight,
                        int threads) {
  const kernels::Recurrent p = problem_of(cell, sums, weight.dtype);
  return ForwardScratch(p, weight.shape.rank() == 2).bytes(threads);
}

int64_t backward_scratch(kernels::Cell cell, const TensorType& sums) {
  return kernels::recurrent_packed_bytes(problem_of(cell, sums, sums.dtype));
}

Slot recurrent_slot(KernelFunction function, int64_t (*bytes)(const SlotTypes&, int)) {
  Slot slot = dense_slot(function);
  slot.scratch_bytes = bytes;
  return slot;
}

Slot recurrent_forward_slot(KernelFunction function, int64_t (*bytes)(const SlotTypes&, int)) {
  Slot slot = recurrent_slot(function, bytes);
  slot.overwrites = every_input;
  return slot;
}

StepOrder step_order(const KernelCall& call, const TensorView& sums) {
  return {sums.shape[0], call.op.reader(call.attributes).flag("reverse")};
}

char* at_step(const TensorView& view, int64_t step) {
  if (!view.data) return nullptr;
  const int64_t elements = view.shape[1] * view.shape[2];
  return static_cast<char*>(view.data) + step * elements * size_of(view.dtype);
}

const void* before_step(const TensorView& view, const StepOrder& order, int64_t done,
                        const TensorView& first) {
  return done == 0 ? first.data : at_step(view, order.at(done - 1));
}

TensorView optional_input(const KernelCall& call, size_t input) {
  return input < call.in.size() ? call.in[input] : TensorView{};
}

int64_t parts_of_rows(const kernels::Recurrent& p, int64_t steps) {
  // A thread reads all weights in every step. With this many rows its products hide that, and give
  // the same bits as with all rows.
  const int64_t fewest = p.weight == p.dtype ? 8 : kernels::kFewProductRows + 1;
  const int64_t threads = num_threads();
  const bool are_enough =
      p.batch >= threads * fewest && pieces_of_work(threads, steps * step_work(p)) == threads;
  const bool fits_cache = kernels::recurrent_packed_bytes(p) <= core_cache_bytes() / 8 * 5;
  return are_enough && fits_cache ? threads : 1;
}

const void* packed_recurrent(const kernels::Recurrent& p, const KernelCall& call, size_t weight,
                             bool is_backward) {
  if (call.in[weight].rank > 2) return call.in[weight].data;
  over_recurrent_units(p, [&](kernels::Range units) {
    kernels::run_recurrent_pack(p, call.in[weight].data, is_backward, call.scratch, units);
  });
  return call.scratch;
}

Value step_of(const Value& x, int64_t step) {
  const Shape shape = x.shape();
  return reshape(slice(x, 0, step, 1), Shape(shape.span().subspan(1)));
}

Value all_rows(const Value& x) {
  const Shape shape = x.shape();
  return reshape(x, {shape[0] * shape[1], shape[2]});
}

Value states_before(const Value& first, const Value& hiddens, bool reverse) {
  const Shape states = first.shape();
  const int64_t steps = hiddens.shape()[0];
  Values parts{reshape(first, {1, states[0], states[1]})};
  if (steps > 1) parts.push_back(slice(hiddens, 0, reverse ? 1 : 0, steps - 1));
  if (reverse && steps > 1) std::swap(parts[0], parts[1]);
  return all_rows(concatenate(parts, 0));
}

Value wide_weight(const GradContext& g, size_t weight) {
  return cast(g.in(weight), g.in(0).dtype());
}
Value narrow_cotangent(const GradContext& g, size_t weight, const Value& cotangent) {
  return cotangent ? cast(cotangent, g.in(weight).dtype()) : cotangent;
}

Value add_given(const Value& a, const Value& b) { return !a ? b : !b ? a : a + b; }

Value BackwardSteps::at(size_t input, int64_t step) const {
  if (c.inputs.size() <= input || !c.in(input)) return {};
  return step_of(c.in(input), step);
}

Value BackwardSteps::before(size_t input, int64_t done, const Value& first) const {
  if (done == 0) return first;
  return at(input, reverse ? steps - done : done - 1);
}

Value stacked_steps(const Values& parts) {
  Values steps;
  for (const Value& part : parts) {
    const Shape shape = part.shape();
    steps.push_back(reshape(part, {1, shape[0], shape[1]}));
  }
  return concatenate(steps, 0);
}

}  // namespace weft::ops
