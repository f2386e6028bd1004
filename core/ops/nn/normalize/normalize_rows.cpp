// Layer normalisation over the last axis (Ba, Kiros and Hinton, 2016), and normalisation by the
// root mean square (Zhang and Sennrich, 2019); layer_norm and rms_norm use it. The gradient is a
// kernel; its own gradient is that of its formula in operators.

#include "base/errors.h"
#include "kernels/normalize/normalize.h"
#include "kernels/reduce/reduce.h"
#include "ops/rules.h"
#include "ops/slots/kernel_call.h"
#include "ops/slots/reduce_slot.h"
#include "ops/slots/split_work.h"
#include "ops/vjp.h"

namespace weft::ops {
namespace {

Status check_rows(const InferContext& c, size_t data) {
  if (c.in[data].shape.rank() > 0) return {};
  return errors::invalid_value(c.op().name, "`", c.op().input_name(data),
                               "` must have at least one axis; got a scalar");
}

Status check_vector(const InferContext& c, size_t input, int64_t cols) {
  if (!c.given(input) || c.in[input].shape == Shape{cols}) return {};
  return errors::invalid_value(c.op().name, "`", c.op().input_name(input), "` must have shape (",
                               cols, ",); got ", c.in[input].shape);
}

Result<Types> infer(const InferContext& c) {
  WEFT_TRY(rules::require_floating(c, 0));
  WEFT_TRY(check_rows(c, 0));
  const Shape& data = c.in[0].shape;
  for (const size_t input : {size_t{1}, size_t{2}})
    WEFT_TRY(check_vector(c, input, data[data.rank() - 1]));
  return Types{{c.in[0].dtype, data}};
}

Result<Types> infer_gradient(const InferContext& c) {
  WEFT_TRY(rules::require_lanes(c, 0));
  WEFT_TRY(check_rows(c, 1));
  const Shape& data = c.in[1].shape;
  if (c.in[0].shape != data)
    return errors::invalid_value(c.op().name, "`dout` ", c.in[0].shape, " and `data` ", data,
                                 " must have one shape");
  const int64_t cols = data[data.rank() - 1];
  WEFT_TRY(check_vector(c, 2, cols));
  Types types{{c.in[1].dtype, data}};
  if (c.flag("affine"))
    for (int i = 0; i < 2; ++i) types.push_back({c.in[1].dtype, Shape{cols}});
  return types;
}

// All axes but the last form the rows.
kernels::Normalize problem_of(const AttributeReader& a, DType dtype, const Shape& data) {
  const int64_t cols = data[data.rank() - 1];
  const int64_t rows = cols > 0 ? data.elements() / cols : 0;
  return {dtype, rows, cols, a.real("eps"), a.flag("centred")};
}

const void* data_of(const KernelCall& call, size_t input) {
  return input < call.in.size() ? call.in[input].data : nullptr;
}

Status run(const KernelCall& call) {
  const auto p =
      problem_of(call.op.reader(call.attributes), call.in[0].dtype, shape_of(call.in[0]));
  const kernels::NormalizeForward operands{call.in[0].data, data_of(call, 1), data_of(call, 2),
                                           call.out[0].data};
  split_work(p.rows, 2 * p.rows * p.cols, nullptr, 0,
             [&](kernels::Range range, void*) { kernels::run_normalize(p, operands, range); });
  return {};
}

// Each unit of rows writes its sums for gamma and beta to scratch. They are added as the reduction
// of an array (unit, which sum, column), whose order does not depend on the threads.
int64_t scratch_gradient(const SlotTypes& t, int) {
  const AttributeReader a = t.op.reader(t.attributes);
  if (!a.flag("affine")) return 0;
  const auto p = problem_of(a, t.in[1].dtype, t.in[1].shape);
  return kernels::normalize_units(p) * 2 * p.cols * size_of(p.dtype);
}

void add_up(const KernelCall& call, const kernels::Normalize& p) {
  const int64_t units = kernels::normalize_units(p);
  for (int i = 0; i < 2; ++i) {
    TensorView sums{};
    sums.dtype = p.dtype;
    sums.data = static_cast<char*>(call.scratch) + i * p.cols * size_of(sums.dtype);
    sums.rank = 2;
    sums.shape[0] = units;
    sums.shape[1] = p.cols;
    sums.strides[0] = 2 * p.cols;
    sums.strides[1] = 1;
    const auto reduce = kernels::make_reduce(kernels::Reduction::kSum, sums, 1);
    kernels::run_reduce(reduce, sums.data, call.out[static_cast<size_t>(i) + 1].data,
                        {0, kernels::reduce_units(reduce)});
  }
}

// One pass gives dx and, for each unit of rows, the sums for gamma and beta.
Status run_gradient(const KernelCall& call) {
  const AttributeReader a = call.op.reader(call.attributes);
  const auto p = problem_of(a, call.in[1].dtype, shape_of(call.in[1]));
  const bool affine = a.flag("affine");
  const kernels::NormalizeBackward operands{call.in[0].data, call.in[1].data, data_of(call, 2),
                                            call.out[0].data, affine ? call.scratch : nullptr};
  split_work(
      kernels::normalize_units(p), 4 * p.rows * p.cols, nullptr, 0,
      [&](kernels::Range units, void*) { kernels::run_normalize_gradient(p, operands, units); });
  if (affine) add_up(call, p);
  return {};
}

Values gradient(const GradContext& g) {
  const bool has_gamma = g.inputs() > 1 && g.in(1), has_beta = g.inputs() > 2 && g.in(2);
  const bool affine = (has_gamma && g.needs(1)) || (has_beta && g.needs(2));
  // Halves are computed in float32: the gradients of gamma and beta are sums over all rows.
  const DType dtype = g.in(0).dtype() == DType::kFloat64 ? DType::kFloat64 : DType::kFloat32;
  const Values found = g.builder().call_all(
      "normalize_rows_gradient",
      {cast(g.dout(), dtype), cast(g.in(0), dtype), has_gamma ? cast(g.in(1), dtype) : Value()},
      {g.get("eps"), g.get("centred"), Argument::of_bool(affine)});
  if (!affine) return {found[0], Value(), Value()};
  return {found[0], has_gamma ? found[1] : Value(), has_beta ? found[2] : Value()};
}

Value mean_of(const Value& x) {
  return x.builder().call("mean", {x}, {Argument::of_int(-1), Argument::of_bool(true)});
}

// What the gradient's kernel computes (kernels/normalize/normalize.isa.cpp): with s the normalised
// row and g = dout gamma, dx = (g - s mean(g s) - mean(g)) / deviation; without a mean the last
// term is 0.
Values formula(const ComposeContext& c) {
  const Value dout = c.in(0), x = c.in(1);
  const Value centred = c.flag("centred") ? x - mean_of(x) : x;
  const Value inverse = 1.0 / c.builder.call("sqrt", {mean_of(centred * centred) + c.real("eps")});
  const Value standard = centred * inverse;
  const Value scaled = c.inputs.size() > 2 && c.in(2) ? dout * c.in(2) : dout;
  const Value rest = scaled - standard * mean_of(scaled * standard);
  Values results{inverse * (c.flag("centred") ? rest - mean_of(scaled) : rest)};
  if (c.flag("affine")) {
    const Shape vector{x.shape()[x.rank() - 1]};
    results.push_back(sum_to(dout * standard, vector));
    results.push_back(sum_to(dout, vector));
  }
  return results;
}

Result<size_t> count_gradients(const AttributeReader& a) { return a.flag("affine") ? 3 : 1; }

Slot gradient_slot() {
  Slot slot = dense_slot(run_gradient);
  slot.scratch_bytes = scratch_gradient;
  return slot;
}

}  // namespace

WEFT_OP(normalize_rows) {
  op.doc("The last axis with mean 0 and variance 1, or mean square 1, scaled and shifted.")
      .in(Namespace::kInternal)
      .input("data", "floating, shape (..., C)")
      .optional_input("gamma", "factors, shape (C,)")
      .optional_input("beta", "summands, shape (C,)")
      .real("eps", 1e-5, "summand of the variance")
      .boolean("centred", true, "subtract the mean")
      .promote(Promotion::kExact)
      .infer(infer)
      .gradient(gradient)
      .kernel(dense_slot(run))
      .sample(R"({"shapes": [[2, 3, 5], [5], [5]]})")
      .sample(R"({"shapes": [[2, 3], [3]], "eps": 0.1, "centred": false})")
      .sample(R"({"shapes": [[4, 3], null, [3]]})")
      .sample(R"({"shapes": [[4]]})")
      .sample(R"({"shapes": [[0, 3], [3]]})");
}

WEFT_OP(normalize_rows_gradient) {
  op.doc("Gradients of normalize_rows: of the data, and of gamma and beta.")
      .in(Namespace::kInternal)
      .input("dout", "float32 or float64, shape (..., C)")
      .input("data", "shape of dout")
      .optional_input("gamma", "factors, shape (C,)")
      .real("eps", 1e-5, "summand of the variance")
      .boolean("centred", true, "subtract the mean")
      .boolean("affine", true, "give the gradients of gamma and beta")
      .promote(Promotion::kExact)
      .outputs(count_gradients)
      .infer(infer_gradient)
      .gradient([](const GradContext& g) { return vjp(g, formula); })
      .kernel(gradient_slot())
      .sample(R"({"shapes": [[2, 3, 5], [2, 3, 5], [5]], "eps": 0.5})")
      .sample(R"({"shapes": [[2, 3], [2, 3]], "eps": 0.1, "centred": false})")
      .sample(R"({"shapes": [[4, 3], [4, 3]], "eps": 0.1})")
      .sample(R"({"shapes": [[4], [4]], "affine": false})")
      .sample(R"({"shapes": [[0, 3], [0, 3], [3]]})");
}

}  // namespace weft::ops
