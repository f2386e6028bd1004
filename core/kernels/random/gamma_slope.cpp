// The slope of gamma numbers. P(a, x) is the distribution function, p its density, Q = 1 - P. After
// Moore ("Algorithm AS 187: Derivatives of the incomplete gamma integral", 1982) the series of P
// and the continued fraction of Q are differentiated term by term; both come divided by p, so that
// nothing overflows.
#include <cmath>
#include <limits>

#include "kernels/random/slopes.h"

namespace weft::kernels {
namespace {

constexpr double kLargeShape = 1e4;
constexpr double kLeastLogarithm = -1e4;  // below it, x rounds to 0 in every dtype

// The derivative of log(gamma(x)) for x > 0: by recurrence up to 16, then by its series.
double digamma(double x) {
  double sum = 0;
  for (; x < 16; ++x) sum -= 1 / x;
  const double z = 1 / (x * x);
  return sum + std::log(x) - 0.5 / x -
         z * (1 / 12.0 - z * (1 / 120.0 - z * (1 / 252.0 - z * (1 / 240.0 - z / 132))));
}

// P / (x p) = sum of x^n / (a (a + 1) … (a + n)); each term's derivative has its own digamma.
double by_series(double a, double x, double logarithm) {
  double term = 1 / a, bracket = logarithm - digamma(a + 1), sum = 0;
  for (int n = 1;; ++n) {
    sum += term * bracket;
    // Brackets may vanish, so the terms alone tell the end, once they fall.
    if (x < a + n && term * (1 + std::fabs(bracket)) < 1e-17 * std::fabs(sum)) break;
    if (n > 100000) break;
    term *= x / (a + n);
    bracket -= 1 / (a + n);
  }
  return -sum;
}

// Q / (x p) = 1 / (x + 1 - a - 1 (1 - a) / (x + 3 - a - 2 (2 - a) / (x + 5 - a - …))), from a level
// on that no longer counts, upwards.
double by_fraction(double a, double x, double logarithm) {
  const int levels = 60 + int(12 * std::sqrt(a));
  double value = x + 2 * levels + 1 - a, slope = -1;
  for (int k = levels; k >= 1; --k) {
    const double above = k * (k - a);
    slope = -1 + k / value + above * slope / (value * value);
    value = x + 2 * k - 1 - a - above / value;
  }
  const double fraction = 1 / value;
  return fraction * (logarithm - digamma(a)) - slope * fraction * fraction;
}

// Of a large shape, x = a + sqrt(a) z + (z^2 - 1) / 3 + (z^3 - 7 z) / (36 sqrt(a)) - … with a
// normal number z (Cornish and Fisher). z is found by two steps of Newton.
double by_expansion(double a, double x) {
  const double root = std::sqrt(a);
  double z = (std::cbrt(x / a) - 1 + 1 / (9 * a)) * 3 * root;  // Wilson and Hilferty
  for (int step = 0; step < 2; ++step) {
    const double z2 = z * z;
    const double found = a + root * z + (z2 - 1) / 3 + z * (z2 - 7) / (36 * root) -
                         (6 * z2 * z2 + 14 * z2 - 32) / (1620 * a);
    z -= (found - x) / (root + 2 * z / 3);
  }
  const double z2 = z * z;
  const double slope = 1 + z / (2 * root) - z * (z2 - 7) / (72 * a * root) +
                       (6 * z2 * z2 + 14 * z2 - 32) / (1620 * a * a);
  return slope / x;
}

}  // namespace

double slope_of_log_gamma(const double* arguments) {
  const double a = arguments[0], logarithm = std::fmax(arguments[1], kLeastLogarithm);
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (!(a > 0 && a < kInfinity && arguments[1] < kInfinity))
    return std::numeric_limits<double>::quiet_NaN();
  const double x = std::exp(logarithm);
  if (a > kLargeShape) return by_expansion(a, x);
  return x < std::fmax(a + 1, 3.0) ? by_series(a, x, logarithm) : by_fraction(a, x, logarithm);
}

}  // namespace weft::kernels
