// The gamma function and the functions of its logarithm; gradients lead from each to the next:
// gamma, gammaln, digamma, and polygamma, a composition of sums of powers.
#include <array>
#include <numbers>

#include "base/errors.h"
#include "ops/elementwise/families_impl.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

using std::numbers::pi;

Value call(const Value& x, std::string_view op) { return x.builder().call(op, {x}); }

Values gamma_gradient(const GradContext& g) {
  return {g.dout() * (g.out() * call(g.in(0), "digamma"))};
}
Values gammaln_gradient(const GradContext& g) { return {g.dout() * call(g.in(0), "digamma")}; }
Values digamma_gradient(const GradContext& g) {
  return {g.dout() * g.builder().call("polygamma", {g.in(0)}, {Argument::of_int(1)})};
}

// 1 / y^(n + 1) n!, multiplied so that factors stay near the size of the result.
Value scaled_power(const Value& y, int64_t n) {
  const Value r = 1.0 / y;
  Value product = r;
  for (int64_t j = 1; j <= n; ++j) product = product * (r * double(j));
  return product;
}

// The sum of n! / (y + k)^(n + 1) over all k >= 0, for y >= 1: ten terms and more, and the rest by
// the Euler-Maclaurin formula, which is ((n - 1)! / z^n)(1 + n / (2 z) + the sum of B(2 k) (2 k + n
// - 1)! / ((2 k)! (n - 1)!) / z^(2 k)).
Value sum_of_powers(const Value& y, int64_t n) {
  constexpr std::array<double, 8> kBernoulli = {1 / 6.0,  -1 / 30.0,     1 / 42.0, -1 / 30.0,
                                                5 / 66.0, -691 / 2730.0, 7 / 6.0,  -3617 / 510.0};
  const int64_t terms = 10 + n;
  Value sum = scaled_power(y, n);
  for (int64_t k = 1; k < terms; ++k) sum = sum + scaled_power(y + double(k), n);

  const Value z = y + double(terms);
  const Value square = 1.0 / (z * z);
  std::array<double, 8> factors;
  double factor = 1;  // (2 k + n - 1)! / ((2 k)! (n - 1)!)
  for (int k = 1; k <= 8; ++k) {
    factor *= double(2 * k + n - 2) * double(2 * k + n - 1) / (double(2 * k - 1) * double(2 * k));
    factors[k - 1] = kBernoulli[k - 1] * factor;
  }
  Value series = square * factors[7];
  for (int k = 6; k >= 0; --k) series = (series + factors[k]) * square;
  const Value leading = n == 1 ? 1.0 / z : scaled_power(z, n - 1);
  return sum + leading * (series + (1.0 + (n / 2.0) / z));
}

// The n-th derivative of cot(pi x) is a polynomial in c = cot(pi x): each derivative of one is
// P'(c) times -pi (1 + c^2).
Value cotangent_derivative(const Value& c, int64_t n) {
  std::vector<double> p = {0, 1};
  for (int64_t i = 0; i < n; ++i) {
    std::vector<double> next(p.size() + 1);
    for (size_t k = 1; k < p.size(); ++k) {
      next[k - 1] -= pi * double(k) * p[k];
      next[k + 1] -= pi * double(k) * p[k];
    }
    p = std::move(next);
  }
  // Every other coefficient is 0, and c may be infinite.
  const Value square = c * c;
  const size_t top = p.size() - 1;
  Value result = scalar(c, p[top]);
  for (size_t k = top; k >= 2; k -= 2) result = result * square + p[k - 2];
  return top % 2 ? result * c : result;
}

// For x <= 0 the reflection: (-1)^n polygamma(n, 1 - x) - polygamma(n, x) = pi D^n cot(pi x).
Result<Value> polygamma(const ComposeContext& c) {
  const Value& x = c.in(0);
  const int64_t n = c.integer("n");
  if (n < 0 || n > 20)
    return errors::invalid_value("polygamma", "`n` must be from 0 to 20; got ", n);
  if (n == 0) return call(x, "digamma");
  const Value zero = scalar(x, 0);
  const Value is_above = greater(x, zero);
  const Value sum = sum_of_powers(where(is_above, x, 1.0 - x), n);
  const Value of_positive = n % 2 ? sum : -sum;

  const Value rest = where(is_above, scalar(x, 0.25), x - call(x, "rint"));
  const Value unsigned_rest = where(equal(rest, zero), zero, rest);  // a pole has one sign
  const Value cotangent = 1.0 / call(unsigned_rest * pi, "tan");
  return where(is_above, of_positive, -sum - cotangent_derivative(cotangent, n) * pi);
}

}  // namespace

WEFT_OP(gamma) {
  unary(op, Promotion::kFloat, kernels::FormulaId::kGamma);
  op.doc("Gamma function, element by element: (x - 1)! for whole x.")
      .in(Namespace::kNpx)
      .gradient(gamma_gradient)
      .like("scipy.special.gamma")
      .domain(0.3, 4);
}

WEFT_OP(gammaln) {
  unary(op, Promotion::kFloat, kernels::FormulaId::kLogGamma);
  op.doc("Logarithm of the absolute value of the gamma function, element by element.")
      .in(Namespace::kNpx)
      .gradient(gammaln_gradient)
      .domain(0.3, 4);
}

WEFT_OP(digamma) {
  unary(op, Promotion::kFloat, kernels::FormulaId::kDigamma);
  op.doc("Derivative of the logarithm of the gamma function, element by element.")
      .in(Namespace::kNpx)
      .gradient(digamma_gradient)
      .like("scipy.special.digamma")
      .domain(0.3, 4);
}

WEFT_OP(polygamma) {
  op.doc("The n-th derivative of digamma, element by element.")
      .in(Namespace::kNpx)
      .input("x", "any real dtype; bool and integers become the default float")
      .integer("n", 1, "order of the derivative, from 0 to 20")
      .promote(Promotion::kFloat)
      .compose(checked<polygamma>)
      .rounds_once()
      .domain(0.3, 4);
  sample_unary(op);
  op.sample(R"({"shapes": [[2, 3]], "n": 0})").sample(R"({"shapes": [[5]], "n": 3})");
}

}  // namespace weft::ops
