// Positive numbers: the gamma distribution by Marsaglia and Tsang ("A simple method for generating
// gamma variables", 2000), Wald's by Michael, Schucany and Haas ("Generating random variates using
// transformations with multiple roots", 1976).
#include <cmath>
#include <limits>
#include <numbers>

#include "kernels/random/samplers.h"

namespace weft::kernels {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// One coordinate of a random point (Box and Muller).
double normal(Uniforms& uniforms) {
  const double radius = std::sqrt(-2 * std::log(uniforms.next_fine()));
  return radius * std::cos(2 * std::numbers::pi * uniforms.next_fine());
}

// A gamma number of a shape of at least 1: the cube of a normal number, accepted 19 times in 20.
double large_gamma(Uniforms& uniforms, double shape) {
  const double third = shape - 1 / 3.0, width = 1 / std::sqrt(9 * third);
  while (!uniforms.is_exhausted()) {
    const double z = normal(uniforms), root = 1 + width * z, cube = root * root * root;
    if (cube <= 0) continue;
    const double u = uniforms.next(), square = z * z;
    // The polynomial lies below the curve: most numbers need no logarithm.
    if (u < 1 - 0.0331 * square * square ||
        std::log(u) < 0.5 * square + third * (1 - cube + std::log(cube)))
      return third * cube;
  }
  return third;
}

bool is_shape(double shape) { return shape >= 0 && shape <= std::numeric_limits<double>::max(); }

// Below 1, a number of shape + 1 times a power of a uniform one is of this shape.
double log_power(Uniforms& uniforms, double shape) {
  return std::log(uniforms.next_fine()) / shape;
}

}  // namespace

double sample_gamma(Uniforms& uniforms, const double* parameters) {
  const double shape = parameters[0];
  if (!is_shape(shape)) return kNaN;
  if (shape == 0) return 0;
  if (shape >= 1) return large_gamma(uniforms, shape);
  const double found = large_gamma(uniforms, shape + 1);
  return found * std::exp(log_power(uniforms, shape));
}

double sample_log_gamma(Uniforms& uniforms, const double* parameters) {
  const double shape = parameters[0];
  if (!is_shape(shape)) return kNaN;
  if (shape == 0) return -std::numeric_limits<double>::infinity();
  if (shape >= 1) return std::log(large_gamma(uniforms, shape));
  const double found = std::log(large_gamma(uniforms, shape + 1));
  return found + log_power(uniforms, shape);
}

// A square of a normal number has two roots, whose product is the square of the mean; the smaller
// one is chosen with the probability mean / (mean + root). It is computed as a quotient, because
// the difference would lose all digits where the square is large.
double sample_wald(Uniforms& uniforms, const double* parameters) {
  const double mean = parameters[0], scale = parameters[1];
  if (!(mean > 0 && scale > 0)) return kNaN;
  const double z = normal(uniforms), part = mean * z * z / (2 * scale);
  const double root = mean / (1 + part + std::sqrt(part * (part + 2)));
  return uniforms.next_fine() * (mean + root) <= mean ? root : mean * (mean / root);
}

}  // namespace weft::kernels
