// Quotients rounded to whole numbers, remainders, and the sign of another number.

#include "ops/elementwise/families_impl.h"

namespace weft::ops {
namespace {

// Integers, of which arrays may be asked for a gradient, have jumps alone. A rule reads the same
// values for every dtype, so theirs is zero by a factor.
Value between_jumps(const GradContext& g) {
  const Value& dout = g.dout();
  return is_floating(dout.dtype()) ? dout : dout - dout;
}

// The remainder is x1 - x2 q. The quotient q is constant between its jumps, so d = dx1 - q dx2.
Values remainder_gradient(const GradContext& g) {
  const Value dout = between_jumps(g);
  if (!g.needs(1)) return {dout, Value()};
  const Value quotient = g.builder().call("floor_divide", {g.in(0), g.in(1)});
  return {dout, -(dout * quotient)};
}
Values fmod_gradient(const GradContext& g) {
  const Value dout = between_jumps(g);
  if (!g.needs(1)) return {dout, Value()};
  return {dout, -(dout * g.builder().call("trunc", {g.in(0) / g.in(1)}))};
}

// x1| times the sign of x2, so the derivative is the product of both signs.
Values copysign_gradient(const GradContext& g) {
  const Value sign = g.builder().call("sign", {g.in(0)});
  const Value turned = g.builder().call("copysign", {scalar(g.dout(), 1), g.in(1)});
  return {g.dout() * (sign * turned), Value()};
}

}  // namespace

WEFT_OP(floor_divide) {
  binary(op, Promotion::kCommon, kernels::FormulaId::kFloorDivide, "any real dtype but bool");
  op.doc(
        "Quotient rounded down, element by element: x1 // x2. Integers divided by 0 give 0, floats "
        "NaN or infinity.")
      .gradient(zero_gradient)
      .like("numpy.floor_divide")
      .domain(0.5, 3)
      .sample(R"({"shapes": [[5], []], "dtypes": ["int32", "int32"]})");
}

WEFT_OP(remainder) {
  binary(op, Promotion::kCommon, kernels::FormulaId::kRemainder, "any real dtype but bool");
  op.doc(
        "Remainder with the sign of the divisor, element by element: x1 % x2. Integers modulo 0 "
        "give 0, floats NaN.")
      .gradient(remainder_gradient)
      .like("numpy.remainder")
      .domain(0.5, 3)
      .sample(R"({"shapes": [[5], []], "dtypes": ["int32", "int32"]})");
}

WEFT_OP(fmod) {
  binary(op, Promotion::kCommon, kernels::FormulaId::kFmod, "any real dtype but bool");
  op.doc(
        "Remainder with the sign of the dividend, element by element. Integers modulo 0 give 0, "
        "floats NaN.")
      .gradient(fmod_gradient)
      .like("numpy.fmod")
      .domain(0.5, 3)
      .sample(R"({"shapes": [[5], []], "dtypes": ["int32", "int32"]})");
}

WEFT_OP(copysign) {
  binary(op, Promotion::kFloat, kernels::FormulaId::kCopySign);
  op.doc("x1 with the sign of x2, element by element.")
      .gradient(copysign_gradient)
      .like("numpy.copysign");
}

}  // namespace weft::ops
