// Rounding to whole numbers in the array's own dtype; integers stay as they are. The results are
// constant between jumps, so the gradients are zero.

#include <cmath>

#include "ops/elementwise/families_impl.h"

namespace weft::ops {
namespace {

// As in NumPy, a float is scaled so that the digits to keep stand before the point. Integers change
// only if `decimals` is negative.
Values round_decimals(const ComposeContext& c) {
  const int64_t decimals = c.integer("decimals");
  const Value& x = c.in(0);
  const bool floats = is_floating(x.dtype());
  if (!floats && decimals >= 0) return {c.builder.call("copy", {x})};
  if (decimals == 0) return {c.builder.call("rint", {x})};
  const double scale = std::pow(10.0, std::fabs(static_cast<double>(decimals)));
  const bool is_half = floats && size_of(x.dtype()) < 4;  // scaled, a half would soon be infinite
  const Value wide = cast(x, is_half ? DType::kFloat32 : floats ? x.dtype() : DType::kFloat64);
  const Value scaled = c.builder.call("rint", {decimals > 0 ? wide * scale : wide / scale});
  return {cast(decimals > 0 ? scaled / scale : scaled * scale, x.dtype())};
}

}  // namespace

WEFT_OP(floor) {
  unary(op, Promotion::kCommon, kernels::FormulaId::kFloor);
  op.doc("The largest whole number that is not above x, element by element.")
      .gradient(zero_gradient)
      .like("numpy.floor");
}

WEFT_OP(ceil) {
  unary(op, Promotion::kCommon, kernels::FormulaId::kCeil);
  op.doc("The smallest whole number that is not below x, element by element.")
      .gradient(zero_gradient)
      .like("numpy.ceil");
}

WEFT_OP(trunc) {
  unary(op, Promotion::kCommon, kernels::FormulaId::kTrunc);
  op.doc("x without its fraction, element by element.").gradient(zero_gradient).like("numpy.trunc");
}

WEFT_OP(rint) {
  unary(op, Promotion::kCommon, kernels::FormulaId::kRint);
  op.doc("The whole number nearest to x, halves to the even one, element by element.")
      .gradient(zero_gradient)
      .like("numpy.rint");
}

WEFT_OP(round) {
  op.doc("x rounded to a number of decimals, halves to the even digit, element by element.")
      .input("x", "any real dtype")
      .integer("decimals", 0, "digits behind the point; negative ones count before it")
      .compose(round_decimals)
      .like("numpy.round")
      .sample(R"({"shapes": [[2, 3]], "decimals": 1})")
      .sample(R"({"shapes": [[3]], "decimals": -1})");
  sample_unary(op);
}

}  // namespace weft::ops
