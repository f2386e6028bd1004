// Trigonometric functions and their inverses, with the textbook derivatives: tan' = 1 + tan²,
// arcsin' = 1 / sqrt(1 - x²) = -arccos', arctan' = 1 / (1 + x²).

#include "ops/elementwise/families_impl.h"

namespace weft::ops {
namespace {

Value call(const GradContext& g, std::string_view op, const Value& x) {
  return g.builder().call(op, {x});
}

Values sin_gradient(const GradContext& g) { return {g.dout() * call(g, "cos", g.in(0))}; }
Values cos_gradient(const GradContext& g) { return {-(g.dout() * call(g, "sin", g.in(0)))}; }
Values tan_gradient(const GradContext& g) { return {g.dout() * (1.0 + g.out() * g.out())}; }

// cos(arcsin(x)) = sqrt(1 - x²).
Value cosine_of_arcsine(const GradContext& g) { return call(g, "sqrt", 1.0 - g.in(0) * g.in(0)); }
Values arcsin_gradient(const GradContext& g) { return {g.dout() / cosine_of_arcsine(g)}; }
Values arccos_gradient(const GradContext& g) { return {-(g.dout() / cosine_of_arcsine(g))}; }
Values arctan_gradient(const GradContext& g) { return {g.dout() / (1.0 + g.in(0) * g.in(0))}; }

// The angle of (x, y) changes with y by x / (x² + y²), and with x by -y / (x² + y²). At the origin,
// which has no angle, the derivative is taken as 0.
Values arctan2_gradient(const GradContext& g) {
  const Value& y = g.in(0);
  const Value& x = g.in(1);
  const Value square = x * x + y * y, is_origin = equal(square, scalar(square, 0));
  const Value share =
      where(is_origin, square, g.dout() / where(is_origin, scalar(square, 1), square));
  return {g.needs(0) ? share * x : Value(), g.needs(1) ? -(share * y) : Value()};
}

}  // namespace

WEFT_OP(sin) {
  unary(op, Promotion::kFloat, kernels::FormulaId::kSin);
  op.doc("Sine of angles in radians, of any size, element by element.")
      .gradient(sin_gradient)
      .like("numpy.sin");
}

WEFT_OP(cos) {
  unary(op, Promotion::kFloat, kernels::FormulaId::kCos);
  op.doc("Cosine of angles in radians, of any size, element by element.")
      .gradient(cos_gradient)
      .like("numpy.cos");
}

WEFT_OP(tan) {
  unary(op, Promotion::kFloat, kernels::FormulaId::kTan);
  op.doc("Tangent of angles in radians, of any size, element by element.")
      .gradient(tan_gradient)
      .like("numpy.tan")
      .domain(-1.2, 1.2);
}

WEFT_OP(arcsin) {
  unary(op, Promotion::kFloat, kernels::FormulaId::kArcSin);
  op.doc("Angle in [-pi/2, pi/2] whose sine is x, element by element; NaN outside [-1, 1].")
      .gradient(arcsin_gradient)
      .like("numpy.arcsin")
      .domain(-0.9, 0.9);
}

WEFT_OP(arccos) {
  unary(op, Promotion::kFloat, kernels::FormulaId::kArcCos);
  op.doc("Angle in [0, pi] whose cosine is x, element by element; NaN outside [-1, 1].")
      .gradient(arccos_gradient)
      .like("numpy.arccos")
      .domain(-0.9, 0.9);
}

WEFT_OP(arctan) {
  unary(op, Promotion::kFloat, kernels::FormulaId::kArcTan);
  op.doc("Angle in [-pi/2, pi/2] whose tangent is x, element by element.")
      .gradient(arctan_gradient)
      .like("numpy.arctan");
}

WEFT_OP(arctan2) {
  binary(op, Promotion::kFloat, kernels::FormulaId::kArcTan2);
  op.doc("Angle in [-pi, pi] of the point with height `x1` and width `x2`, element by element.")
      .gradient(arctan2_gradient)
      .like("numpy.arctan2")
      .domain(0.3, 3);
}

}  // namespace weft::ops
