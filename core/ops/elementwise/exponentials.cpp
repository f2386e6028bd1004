// Exponentials, logarithms, and functions near them. expm1 and log1p keep the digits near 0 that
// exp(x) - 1 and log(1 + x) would lose.

#include <numbers>

#include "ops/elementwise/families_impl.h"

namespace weft::ops {
namespace {

using std::numbers::ln10;
using std::numbers::ln2;

// d 2^x = 2^x ln 2, and d log_b(x) = 1 / (x ln b).
Values exp2_gradient(const GradContext& g) { return {g.dout() * (g.out() * ln2)}; }
Values expm1_gradient(const GradContext& g) { return {g.dout() * (g.out() + 1.0)}; }
Values log2_gradient(const GradContext& g) { return {g.dout() / (g.in(0) * ln2)}; }
Values log10_gradient(const GradContext& g) { return {g.dout() / (g.in(0) * ln10)}; }
Values log1p_gradient(const GradContext& g) { return {g.dout() / (g.in(0) + 1.0)}; }

// d erf(x) = 2 / sqrt(pi) exp(-x²).
Values erf_gradient(const GradContext& g) {
  const double slope = 2 * std::numbers::inv_sqrtpi;
  return {g.dout() * (exp(-(g.in(0) * g.in(0))) * slope)};
}

// The derivative of an inverse: sqrt(pi) / 2 exp(y²).
Values erfinv_gradient(const GradContext& g) {
  const double slope = 0.5 / std::numbers::inv_sqrtpi;
  return {g.dout() * (exp(g.out() * g.out()) * slope)};
}

// The derivatives are the shares of the two exponentials in their sum: sigmoid(a - b) and the rest
// to 1.
Values logaddexp_gradient(const GradContext& g) {
  const Value share = g.builder().call("sigmoid", {g.in(0) - g.in(1)});
  return {g.dout() * share, g.dout() * (1.0 - share)};
}

// The shares of the two powers of 2: 2^a / (2^a + 2^b) = sigmoid((a - b) ln 2).
Values logaddexp2_gradient(const GradContext& g) {
  const Value share = g.builder().call("sigmoid", {(g.in(0) - g.in(1)) * ln2});
  const Value first = g.dout() * share;
  return {first, g.dout() - first};
}

}  // namespace

WEFT_OP(exp2) {
  unary(op, Promotion::kFloat, kernels::FormulaId::kExp2);
  op.doc("2 to the power of x, element by element.").gradient(exp2_gradient).like("numpy.exp2");
}

WEFT_OP(expm1) {
  unary(op, Promotion::kFloat, kernels::FormulaId::kExpm1);
  op.doc("exp(x) - 1, precise near zero, element by element.")
      .gradient(expm1_gradient)
      .like("numpy.expm1");
}

WEFT_OP(log2) {
  unary(op, Promotion::kFloat, kernels::FormulaId::kLog2);
  op.doc("Logarithm to base 2, element by element; exact for powers of 2.")
      .gradient(log2_gradient)
      .like("numpy.log2")
      .domain(0.2, 4);
}

WEFT_OP(log10) {
  unary(op, Promotion::kFloat, kernels::FormulaId::kLog10);
  op.doc("Logarithm to base 10, element by element.")
      .gradient(log10_gradient)
      .like("numpy.log10")
      .domain(0.2, 4);
}

WEFT_OP(log1p) {
  unary(op, Promotion::kFloat, kernels::FormulaId::kLog1p);
  op.doc("log(1 + x), precise near zero, element by element.")
      .gradient(log1p_gradient)
      .like("numpy.log1p")
      .domain(-0.6, 3);
}

WEFT_OP(erf) {
  unary(op, Promotion::kFloat, kernels::FormulaId::kErf);
  op.doc("Error function, 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x.")
      .in(Namespace::kNpx)
      .gradient(erf_gradient)
      .like("scipy.special.erf");
}

WEFT_OP(erfinv) {
  unary(op, Promotion::kFloat, kernels::FormulaId::kErfInv);
  op.doc("Inverse of the error function, element by element; NaN beyond -1 and 1.")
      .in(Namespace::kNpx)
      .gradient(erfinv_gradient)
      .like("scipy.special.erfinv")
      .domain(-0.9, 0.9);
}

WEFT_OP(logaddexp) {
  binary(op, Promotion::kFloat, kernels::FormulaId::kLogAddExp);
  op.doc("Logarithm of the sum of the exponentials of two arrays, element by element.")
      .gradient(logaddexp_gradient)
      .like("numpy.logaddexp")
      .domain(-4, 4);
}

WEFT_OP(logaddexp2) {
  binary(op, Promotion::kFloat, kernels::FormulaId::kLogAddExp2);
  op.doc("Logarithm to base 2 of the sum of the powers of 2, element by element.")
      .gradient(logaddexp2_gradient)
      .like("numpy.logaddexp2")
      .domain(-4, 4);
}

}  // namespace weft::ops
