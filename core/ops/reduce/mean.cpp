// Means, variances and deviations: composites of sums.

#include <algorithm>

#include "base/errors.h"
#include "ops/slots/reduce_slot.h"

namespace weft::ops {
namespace {

// The result's dtype: `dtype` if given; bool and integers give the default float.
Result<DType> result_dtype(const ComposeContext& c) {
  const DType given = c.in(0).dtype();
  if (!c.has("dtype")) return is_floating(given) ? given : DType::kFloat32;
  if (is_floating(c.dtype("dtype"))) return c.dtype("dtype");
  return errors::invalid_type(c.op().name, "`dtype` must be floating; got ", c.dtype("dtype"));
}

// Sums of halves, or of their squares, soon exceed the largest half: they are computed in float32.
Value summable(const Value& x, DType dtype) {
  return cast(x, size_of(dtype) < 4 ? DType::kFloat32 : dtype);
}

Result<Value> mean(const ComposeContext& c) {
  WEFT_ASSIGN(const uint32_t mask, reduced_axes(c));
  WEFT_ASSIGN(const DType dtype, result_dtype(c));
  const Value x = summable(c.in(0), dtype);
  const Value total = c.builder.call("sum", {x}, {c.get("axis"), c.get("keepdims")});
  return cast(total / static_cast<double>(reduced_count(x.shape(), mask)), dtype);
}

// The mean squared distance from the mean. Two passes, because the one-pass formula loses all
// digits when mean² is far above the variance.
Result<Value> variance(const ComposeContext& c, DType dtype) {
  WEFT_ASSIGN(const uint32_t mask, reduced_axes(c));
  const Value x = summable(c.in(0), dtype);
  const auto count = static_cast<double>(reduced_count(x.shape(), mask));
  const double lost = c.has("correction") ? c.real("correction") : c.real("ddof");
  const Value center = c.builder.call("sum", {x}, {c.get("axis"), Argument::of_bool(true)}) / count;
  const Value square = c.builder.call("square", {x - center});
  const Value total = c.builder.call("sum", {square}, {c.get("axis"), c.get("keepdims")});
  return total / std::max(count - lost, 0.0);
}

Result<Value> var(const ComposeContext& c) {
  WEFT_ASSIGN(const DType dtype, result_dtype(c));
  WEFT_ASSIGN(const Value found, variance(c, dtype));
  return cast(found, dtype);
}

// root_from_zero: the derivative of the root at 0 is taken as 0.
Result<Value> deviation(const ComposeContext& c) {
  WEFT_ASSIGN(const DType dtype, result_dtype(c));
  WEFT_ASSIGN(const Value found, variance(c, dtype));
  return cast(root_from_zero(found), dtype);
}

void float_attributes(OpDef& op) {
  reduce_attributes(op);
  op.optional(AttributeKind::kDType, "dtype", "floating dtype to compute in");
}

void spread(OpDef& op, Composition composition) {
  op.input("x", "any real dtype");
  float_attributes(op);
  op.real("ddof", 0, "subtracted from the number of elements, by which the squares are divided")
      .optional(AttributeKind::kFloat, "correction", "the array API's name of `ddof`")
      .compose(composition)
      .sample(R"({"shapes": [[2, 3, 4]], "axis": [0, 2], "ddof": 1})")
      .sample(R"({"shapes": [[5]]})")
      .sample(R"({"shapes": [[4, 3]], "axis": 0, "keepdims": true, "correction": 1.5})")
      .sample(R"({"shapes": [[0, 3]], "axis": 1})")
      .sample(R"({"shapes": [[3, 2]], "dtype": "float64"})");
}

}  // namespace

WEFT_OP(mean) {
  op.doc("Arithmetic mean over axes; bool and integers give the default float.")
      .input("x", "any real dtype");
  float_attributes(op);
  op.compose(checked<mean>)
      .like("numpy.mean")
      .sample(R"({"shapes": [[3, 2]], "dtype": "float64"})");
  sample_reduction(op);
}

WEFT_OP(var) {
  spread(op, checked<var>);
  op.doc("Variance over axes: the mean square distance from the mean.")
      .like("numpy.var")
      .sample(R"({"shapes": [[]]})");
}

WEFT_OP(std) {
  spread(op, checked<deviation>);
  op.doc(
        "Standard deviation over axes: the root of the variance; its gradient is zero where that "
        "is.")
      .like("numpy.std");
}

}  // namespace weft::ops
