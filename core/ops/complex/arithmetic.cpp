// Sums, products, quotients, roots and powers of complex numbers by operators on their planes.

#include "ops/complex/arithmetic.h"

#include <cmath>

#include "ops/registry.h"

namespace weft::ops {
namespace {

Value call2(std::string_view op, const Value& a, const Value& b) {
  Builder& builder = a.is_scalar() ? b.builder() : a.builder();
  return builder.call(op, {a, b});
}

Value constant(const Value& x) { return applied("stop_gradient", x); }

// The sum of two planes of which one may be absent, and their difference.
Value plus(const Value& a, const Value& b) { return !a ? b : !b ? a : a + b; }
Value minus(const Value& a, const Value& b) { return !b ? a : !a ? -b : a - b; }

}  // namespace

Value applied(std::string_view op, const Value& x) { return x.builder().call(op, {x}); }

Value imaginary(const Complex& z) {
  if (z.im) return z.im;
  if (z.re.is_scalar()) return scalar(z.re, 0);
  const TensorType type = z.re.type();
  return zeros(z.re, {is_floating(type.dtype) ? type.dtype : DType::kFloat32, type.shape});
}

Complex operator+(const Complex& a, const Complex& b) { return {a.re + b.re, plus(a.im, b.im)}; }
Complex operator-(const Complex& a, const Complex& b) { return {a.re - b.re, minus(a.im, b.im)}; }
Complex operator-(const Complex& a) { return {-a.re, a.im ? -a.im : Value()}; }
Complex operator*(const Complex& a, double b) { return {a.re * b, a.im ? a.im * b : Value()}; }
Complex operator+(const Complex& a, double b) { return {a.re + b, a.im}; }

Complex operator*(const Complex& a, const Complex& b) {
  if (!b.im) return {a.re * b.re, a.im ? a.im * b.re : Value()};
  if (!a.im) return {a.re * b.re, a.re * b.im};
  return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}

// The divisor is scaled by its larger part, so that its square neither overflows nor vanishes
// (after Smith, 1962). The scale is a constant: the quotient does not depend on it.
Complex operator/(const Complex& a, const Complex& b) {
  if (!b.im) return {a.re / b.re, a.im ? a.im / b.re : Value()};
  const Value larger = constant(call2("maximum", applied("abs", b.re), applied("abs", b.im)));
  const Value scale = where(equal(larger, scalar(larger, 0)), scalar(larger, 1), larger);
  const Complex unit{b.re / scale, b.im / scale};
  const Value divisor = squared_magnitude(unit) * scale;
  const Complex product = a * conjugate(unit);
  return {product.re / divisor, product.im / divisor};
}

Complex conjugate(const Complex& z) { return {z.re, z.im ? -z.im : Value()}; }
Complex times_i(const Complex& z) { return {z.im ? -z.im : z.re * 0.0, z.re}; }

Value squared_magnitude(const Complex& z) {
  const Value square = z.re * z.re;
  return z.im ? square + z.im * z.im : square;
}

Value magnitude(const Complex& z) {
  return z.im ? call2("hypot", z.re, z.im) : applied("abs", z.re);
}

Value phase(const Complex& z) { return call2("arctan2", imaginary(z), z.re); }

Value unless_lost(const Value& found, const Value& condition, const Value& value) {
  return where(call2("logical_and", applied("isnan", found), condition), value, found);
}

Value times(const Value& size, const Value& factor, const Value& is_nothing) {
  Value product = size * factor;
  if (is_nothing) product = unless_lost(product, is_nothing, scalar(size, 0));
  return unless_lost(product, equal(factor, scalar(factor, 0)), factor);
}

Value times_of_real(const Value& size, const Value& factor, const Value& is_nothing,
                    const Value& source) {
  return unless_lost(times(size, factor, is_nothing), applied("isinf", source), size);
}

Complex exp(const Complex& z) {
  const Value size = ops::exp(z.re);
  if (!z.im) return {size, {}};
  const Value is_nothing = equal(z.re, scalar(z.re, -HUGE_VAL));
  return {times_of_real(size, applied("cos", z.im), is_nothing, z.re),
          times(size, applied("sin", z.im), is_nothing)};
}

Complex log(const Complex& z) { return {ops::log(magnitude(z)), phase(z)}; }

// t = sqrt((|re| + |z|) / 2) is exact enough for one part; the other is im / 2t. Which is which
// depends on the sign of the real part. At 0 the root is 0.
Complex sqrt(const Complex& z) {
  const Value im = imaginary(z);
  const Value twice = applied("abs", z.re) + magnitude({z.re, im});
  const Value is_zero = equal(twice, scalar(twice, 0));
  const Value t = applied("sqrt", where(is_zero, scalar(twice, 1), twice) * 0.5);
  const Value other = im / (t * 2.0);
  const Value zero = scalar(t, 0);
  const Value is_left = z.re.builder().call("less", {z.re, scalar(z.re, 0)});
  return {where(is_zero, zero, where(is_left, applied("abs", other), t)),
          where(is_zero, im, where(is_left, call2("copysign", t, im), other))};
}

// Repeated squares.
Complex power(const Complex& base, int64_t exponent) {
  const bool inverse = exponent < 0;
  uint64_t left = inverse ? 0 - static_cast<uint64_t>(exponent) : static_cast<uint64_t>(exponent);
  if (left == 0) return {base.re * 0.0 + 1.0, base.im ? base.im * 0.0 : Value()};
  std::optional<Complex> product;
  for (Complex square = base; left > 0; left >>= 1) {
    if (left & 1) product = product ? *product * square : square;
    if (left > 1) square = square * square;
  }
  if (!inverse) return *product;
  return Complex{scalar(base.re, 1), {}} / *product;
}

// exp(exponent log(base)); 0 to the power 0 is 1, and 0 to any other power 0.
Complex power(const Complex& base, const Complex& exponent) {
  const Value size = magnitude(base);
  const Value is_zero = equal(size, scalar(size, 0));
  const Complex safe{where(is_zero, scalar(base.re, 1), base.re), base.im};
  const Complex result = exp(exponent * log(safe));
  const Value exponent_size = magnitude(exponent);
  const Value one = cast(equal(exponent_size, scalar(exponent_size, 0)), result.re.dtype());
  return {where(is_zero, one, result.re), where(is_zero, scalar(result.im, 0), result.im)};
}

}  // namespace weft::ops
