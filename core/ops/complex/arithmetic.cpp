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

// The sum of two planes of which one may be absent, and their difference.
Value plus(const Value& a, const Value& b) { return !a ? b : !b ? a : a + b; }
Value minus(const Value& a, const Value& b) { return !b ? a : !a ? -b : a - b; }

Value is_number(const Value& x, double number) { return equal(x, scalar(x, number)); }

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
// (Smith, 1962). The parts are exchanged beforehand where the imaginary one is the larger, so one
// formula serves both cases and has their gradients. The order of operations is NumPy's, which says
// what becomes of zeros and infinities.
Complex operator/(const Complex& a, const Complex& b) {
  if (!b.im) return {a.re / b.re, a.im ? a.im / b.re : Value()};
  const Value real_size = applied("abs", b.re), size = applied("abs", b.im);
  const Value turned = call2("less", real_size, size);
  const Value im = a.im ? a.im : scalar(b.im, 0);
  const Value large = where(turned, b.im, b.re), small = where(turned, b.re, b.im);
  const Value first = where(turned, im, a.re), second = where(turned, a.re, im);
  const Value ratio = small / large;
  const Value scale = 1.0 / (large + small * ratio);
  const Value turn = first * ratio;
  const Complex found{(first + second * ratio) * scale,
                      where(turned, turn - second, second - turn) * scale};
  // By zero: each part is infinite, or unknown.
  const Value is_zero =
      call2("logical_and", equal(large, scalar(large, 0)), equal(small, scalar(small, 0)));
  return {where(is_zero, a.re / real_size, found.re), where(is_zero, im / real_size, found.im)};
}

// 1 / z in NumPy's order of operations; of 0 unknown.
Complex reciprocal(const Complex& z) {
  const Value turned = call2("less", applied("abs", z.re), applied("abs", z.im));
  const Value large = where(turned, z.im, z.re), small = where(turned, z.re, z.im);
  const Value ratio = small / large;
  const Value divisor = large + small * ratio;
  const Value by_large = 1.0 / divisor, by_small = ratio / divisor;
  return {where(turned, by_small, by_large), -where(turned, by_large, by_small)};
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
// depends on the sign of the real part. At 0 the root is 0. An infinite imaginary part makes both
// infinite; an infinite real one makes the other part 0, or unknown if it was (Annex G of C99).
Complex sqrt(const Complex& z) {
  const Value im = imaginary(z);
  const Value twice = applied("abs", z.re) + magnitude({z.re, im});
  const Value is_zero = equal(twice, scalar(twice, 0));
  const Value t = applied("sqrt", where(is_zero, scalar(twice, 1), twice) * 0.5);
  const Value other = im / (t * 2.0);
  const Value zero = scalar(t, 0);
  const Value is_left = z.re.builder().call("less", {z.re, scalar(z.re, 0)});
  const Complex found{where(is_zero, zero, where(is_left, applied("abs", other), t)),
                      where(is_zero, im, where(is_left, call2("copysign", t, im), other))};
  const Value is_wide = applied("isinf", z.re), is_high = applied("isinf", im);
  const Value unknown = where(applied("isnan", im), im, call2("copysign", zero, im));
  const Complex wide{where(is_left, applied("abs", unknown), z.re),
                     where(is_left, call2("copysign", z.re, im), unknown)};
  return {where(is_high, applied("abs", im), where(is_wide, wide.re, found.re)),
          where(is_high, im, where(is_wide, wide.im, found.im))};
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
  return product->im ? reciprocal(*product) : Complex{scalar(base.re, 1), {}} / *product;
}

// exp(exponent log(base)). Everything to the power 0 is 1, and to the power 1 itself, infinities
// too; 0 to one with a real part above 0 is 0, and to any other unknown, as in NumPy.
Complex power(const Complex& base, const Complex& exponent) {
  const Value im = imaginary(base), turn = imaginary(exponent);
  const Value is_zero = call2("logical_and", is_number(base.re, 0), is_number(im, 0));
  const Complex safe{where(is_zero, scalar(base.re, 1), base.re), base.im};
  const Complex result = exp(exponent * log(safe));
  const Value is_real = is_number(turn, 0);
  const Value is_one = call2("logical_and", is_real, is_number(exponent.re, 0));
  const Value is_itself = call2("logical_and", is_real, is_number(exponent.re, 1));
  const Value is_nothing = call2("greater", exponent.re, scalar(exponent.re, 0));
  const Value one = scalar(result.re, 1), zero = scalar(result.re, 0);
  const Value lost = where(is_nothing, zero, scalar(result.re, std::nan("")));
  const auto chosen = [&](const Value& found, const Value& own, const Value& of_one) {
    const Value rest = where(is_zero, lost, found);
    return where(is_one, of_one, where(is_itself, cast(own, found.dtype()), rest));
  };
  return {chosen(result.re, base.re, one), chosen(result.im, im, zero)};
}

}  // namespace weft::ops
