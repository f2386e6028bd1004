// Functions of complex numbers: exponentials, logarithms, roots, angles and their inverses.
//
// Zeros, infinities and NaN are as in Annex G of C99, which the array API follows.

#include "ops/complex/functions.h"

#include <cmath>
#include <numbers>

#include "ops/complex/arithmetic.h"

namespace weft::ops::complex_forms {
namespace {

Value is_zero(const Value& x) { return equal(x, scalar(x, 0)); }

// Hyperbolic functions, and those of angles, which are the same of i z.
Complex hyperbolic_sine(const Complex& z) {
  const Value on_axis = is_zero(z.re);
  return {times_of_real(applied("sinh", z.re), applied("cos", z.im), on_axis, z.re),
          times(applied("cosh", z.re), applied("sin", z.im), {})};
}
Complex hyperbolic_cosine(const Complex& z) {
  const Value on_axis = is_zero(z.re);
  return {times_of_real(applied("cosh", z.re), applied("cos", z.im), {}, z.re),
          times(applied("sinh", z.re), applied("sin", z.im), on_axis)};
}

// tanh(a + ib) with T = tanh a and t = tan b: (T (1 + t²) + i t (1 - T²)) / (1 + T² t²). Far from 0
// it is ±1, and no part overflows.
Complex hyperbolic_tangent(const Complex& z) {
  const Value big = applied("tanh", z.re), small = applied("tan", z.im);
  const Value squares = big * big, tangents = small * small;
  const Value divisor = squares * tangents + 1.0;
  const Value re = unless_lost(big * (tangents + 1.0) / divisor, is_zero(z.re), z.re);
  const Value im = unless_lost(small * (1.0 - squares) / divisor, is_zero(z.im), z.im);
  const Value is_far = greater(applied("abs", z.re), scalar(z.re, 40));
  // An angle that is not finite makes NaN, unless the number is infinite.
  const Value rest = where(applied("isinf", z.re), scalar(small, 0), small * 0.0);
  return {where(is_far, applied("sign", z.re) + rest, re), where(is_far, rest, im)};
}

// Inverse functions by logarithms (Kahan, "Branch cuts for complex elementary functions", 1987,
// for the choice of roots, which keeps each function on its side of the cut). Far from 0 they are
// log 2z but for a turn; the squares in the formulas would overflow there.
constexpr double kFar = 1e15;
Value is_far(const Complex& z) {
  const Value size = magnitude(z);
  return greater(size, scalar(size, kFar));
}
Value far_logarithm(const Complex& z) { return ops::log(magnitude(z)) + std::numbers::ln2; }
Value call2(std::string_view op, const Value& a, const Value& b) {
  return a.builder().call(op, {a, b});
}

Complex inverse_cosine(const Complex& z) {
  const Value far = is_far(z);
  const Complex minus = sqrt(-z + 1.0), plus = sqrt(z + 1.0);
  Value re = call2("arctan2", minus.re, plus.re) * 2.0;
  re = unless_lost(re, is_zero(z.re), scalar(re, std::numbers::pi / 2));
  const Value im = applied("arcsinh", plus.re * minus.im - plus.im * minus.re);
  const Value far_im = call2("copysign", far_logarithm(z), -z.im);
  return {where(far, phase({z.re, applied("abs", z.im)}), re), where(far, far_im, im)};
}

Complex inverse_hyperbolic_cosine(const Complex& z) {
  const Value far = is_far(z);
  const Complex minus = sqrt(z + -1.0), plus = sqrt(z + 1.0);
  const Value re = applied("arcsinh", minus.re * plus.re + minus.im * plus.im);
  Value im = call2("arctan2", minus.im, plus.re) * 2.0;
  im = unless_lost(im, is_zero(z.re), scalar(im, std::numbers::pi / 2));
  return {where(far, far_logarithm(z), re), where(far, phase(z), im)};
}

// With w = i z: asinh z = -i asin w.
Complex inverse_hyperbolic_sine(const Complex& z) {
  const Value far = is_far(z);
  const Complex w = times_i(z);
  const Complex minus = sqrt(-w + 1.0), plus = sqrt(w + 1.0);
  const Value re = applied("arcsinh", minus.re * plus.im - minus.im * plus.re);
  Value im = -call2("arctan2", w.re, minus.re * plus.re - minus.im * plus.im);
  im = unless_lost(im, is_zero(z.im), z.im);
  return {where(far, call2("copysign", far_logarithm(z), z.re), re),
          where(far, phase({applied("abs", z.re), z.im}), im)};
}

// atanh z = (log1p(4a / ((1 - a)² + b²)) / 4) + i atan2(2b, (1 - a)(1 + a) - b²) / 2.
Complex inverse_hyperbolic_tangent(const Complex& z) {
  const Value far = is_far(z);
  const Value less = 1.0 - z.re, more = z.re + 1.0, squares = z.im * z.im;
  Value re = applied("log1p", z.re * 4.0 / (less * less + squares)) * 0.25;
  re = unless_lost(re, is_zero(z.re), z.re);
  const Value im = call2("arctan2", z.im * 2.0, less * more - squares) * 0.5;
  const Value turn = where(applied("isnan", z.im), z.im,
                           call2("copysign", scalar(z.im, std::numbers::pi / 2), z.im));
  return {where(far, scalar(re, 0), re), where(far, turn, im)};
}

}  // namespace

// exp and its family.
Complexes exponential(const ComplexContext& c) { return one(exp(c.in[0])); }
Complexes exponential_of_two(const ComplexContext& c) {
  return one(exp(c.in[0] * std::numbers::ln2));
}

// exp(a + ib) - 1 = expm1(a) cos b - 2 sin²(b / 2) + i exp(a) sin b, without cancellation; where
// exp(a) is 0 or infinite, exp(a) cos b - 1.
Complexes exponential_minus_one(const ComplexContext& c) {
  const Complex& z = c.in[0];
  const Complex whole = exp(z);
  const Value half = applied("sin", z.im * 0.5);
  const Value near = applied("expm1", z.re) * applied("cos", z.im) + (0.0 - half * half * 2.0);
  return one({where(applied("isinf", z.re), whole.re - 1.0, near), whole.im});
}

Complexes logarithm(const ComplexContext& c) { return one(log(c.in[0])); }
Complexes logarithm_of_two(const ComplexContext& c) { return one(log(c.in[0]) * M_LOG2E); }
Complexes logarithm_of_ten(const ComplexContext& c) { return one(log(c.in[0]) * M_LOG10E); }

// log(1 + z): |1 + z|² - 1 = a (2 + a) + b², which log1p takes without cancellation where that is
// small.
Complexes logarithm_plus_one(const ComplexContext& c) {
  const Complex& z = c.in[0];
  const Complex more{z.re + 1.0, z.im};
  const Value excess = z.re * (z.re + 2.0) + z.im * z.im;
  const Value is_small = c.builder.call("less", {applied("abs", excess), scalar(excess, 0.5)});
  const Value safe = where(is_small, excess, scalar(excess, 0));
  const Value near = applied("log1p", safe) * 0.5;
  return one({where(is_small, near, ops::log(magnitude(more))), phase(more)});
}

Complexes square_root(const ComplexContext& c) { return one(sqrt(c.in[0])); }
Complexes reciprocal_root(const ComplexContext& c) {
  return one(Complex{scalar(c.in[0].re, 1), {}} / sqrt(c.in[0]));
}

Complexes sinh_form(const ComplexContext& c) { return one(hyperbolic_sine(c.in[0])); }
Complexes cosh_form(const ComplexContext& c) { return one(hyperbolic_cosine(c.in[0])); }
Complexes tanh_form(const ComplexContext& c) { return one(hyperbolic_tangent(c.in[0])); }
Complexes sine(const ComplexContext& c) { return one(-times_i(hyperbolic_sine(times_i(c.in[0])))); }
Complexes cosine(const ComplexContext& c) { return one(hyperbolic_cosine(times_i(c.in[0]))); }
Complexes tangent(const ComplexContext& c) {
  return one(-times_i(hyperbolic_tangent(times_i(c.in[0]))));
}

Complexes arcsinh_form(const ComplexContext& c) { return one(inverse_hyperbolic_sine(c.in[0])); }
Complexes arccosh_form(const ComplexContext& c) { return one(inverse_hyperbolic_cosine(c.in[0])); }
Complexes arctanh_form(const ComplexContext& c) { return one(inverse_hyperbolic_tangent(c.in[0])); }
Complexes arccos_form(const ComplexContext& c) { return one(inverse_cosine(c.in[0])); }
Complexes arcsin_form(const ComplexContext& c) {
  return one(-times_i(inverse_hyperbolic_sine(times_i(c.in[0]))));
}
Complexes arctan_form(const ComplexContext& c) {
  return one(-times_i(inverse_hyperbolic_tangent(times_i(c.in[0]))));
}

}  // namespace weft::ops::complex_forms
