// Hyperbolic functions and their inverses. The gradients are the textbook derivatives:
//   sinh' = cosh, cosh' = sinh, arcsinh' = 1 / sqrt(x² + 1), arccosh' = 1 / sqrt(x² - 1),
//   arctanh' = 1 / (1 - x²).

#include "ops/elementwise/families_impl.h"

namespace weft::ops {
namespace {

Value call(const GradContext& g, std::string_view op, const Value& x) {
  return g.builder().call(op, {x});
}

Values sinh_gradient(const GradContext& g) { return {g.dout() * call(g, "cosh", g.in(0))}; }
Values cosh_gradient(const GradContext& g) { return {g.dout() * call(g, "sinh", g.in(0))}; }
Values arcsinh_gradient(const GradContext& g) {
  return {g.dout() / call(g, "sqrt", g.in(0) * g.in(0) + 1.0)};
}
Values arccosh_gradient(const GradContext& g) {
  return {g.dout() / call(g, "sqrt", g.in(0) * g.in(0) - 1.0)};
}
Values arctanh_gradient(const GradContext& g) { return {g.dout() / (1.0 - g.in(0) * g.in(0))}; }

}  // namespace

WEFT_OP(sinh) {
  unary(op, Promotion::kFloat, kernels::FormulaId::kSinh);
  op.doc("Hyperbolic sine, element by element.").gradient(sinh_gradient).like("numpy.sinh");
}

WEFT_OP(cosh) {
  unary(op, Promotion::kFloat, kernels::FormulaId::kCosh);
  op.doc("Hyperbolic cosine, element by element.").gradient(cosh_gradient).like("numpy.cosh");
}

WEFT_OP(arcsinh) {
  unary(op, Promotion::kFloat, kernels::FormulaId::kArcSinh);
  op.doc("Inverse hyperbolic sine, element by element.")
      .gradient(arcsinh_gradient)
      .like("numpy.arcsinh");
}

WEFT_OP(arccosh) {
  unary(op, Promotion::kFloat, kernels::FormulaId::kArcCosh);
  op.doc("Inverse hyperbolic cosine, element by element; NaN below 1.")
      .gradient(arccosh_gradient)
      .like("numpy.arccosh")
      .domain(1.2, 4);
}

WEFT_OP(arctanh) {
  unary(op, Promotion::kFloat, kernels::FormulaId::kArcTanh);
  op.doc("Inverse hyperbolic tangent, element by element; NaN outside [-1, 1].")
      .gradient(arctanh_gradient)
      .like("numpy.arctanh")
      .domain(-0.9, 0.9);
}

}  // namespace weft::ops
