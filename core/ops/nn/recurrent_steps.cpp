#include "ops/nn/recurrent_steps.h"

#include <unistd.h>

#include <utility>

#include "base/errors.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

// Of a core's second-level cache; where the system does not say, a small one.
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

Shape packed_recurrent_shape(int64_t gates, int64_t hidden) {
  const int64_t columns = kernels::kRecurrentColumns;
  return {(hidden + columns - 1) / columns, gates, hidden, columns};
}

Status require_weight(const InferContext& c, size_t input, int64_t gates, int64_t hidden,
                      bool is_packed) {
  return require_shape(
      c, input, is_packed ? packed_recurrent_shape(gates, hidden) : Shape{gates * hidden, hidden});
}

kernels::Recurrent recurrent_problem(kernels::Cell cell, const TensorView& sums) {
  return {sums.dtype, cell, sums.shape[1], sums.shape[2] / kernels::gates_of(cell)};
}

int64_t recurrent_scratch(kernels::Cell cell, const TensorType& sums) {
  return kernels::recurrent_packed_bytes(
      {sums.dtype, cell, sums.shape[1], sums.shape[2] / kernels::gates_of(cell)});
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
  constexpr int64_t kFewestRows = 8;  // whose products hide that a thread reads all weights
  const int64_t threads = num_threads();
  const bool are_enough =
      p.batch >= threads * kFewestRows && pieces_of_work(threads, steps * step_work(p)) == threads;
  const bool is_held = kernels::recurrent_packed_bytes(p) <= core_cache_bytes() / 8 * 5;
  return are_enough && is_held ? threads : 1;
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
