// Angles of the distribution of von Mises by Best and Fisher ("Efficient simulation of the von
// Mises distribution", 1979): a wrapped Cauchy distribution lies above it.
#include <cmath>
#include <limits>
#include <numbers>

#include "kernels/random/samplers.h"

namespace weft::kernels {
namespace {

constexpr double kPi = std::numbers::pi;
constexpr double kFlat = 1e-8;   // all angles are equally likely
constexpr double kNarrow = 1e6;  // normal within what a double can tell

}  // namespace

double sample_vonmises(Uniforms& uniforms, const double* parameters) {
  const double kappa = parameters[0];
  if (!(kappa >= 0)) return std::numeric_limits<double>::quiet_NaN();
  if (kappa < kFlat) return kPi * (2 * uniforms.next_fine() - 1);
  if (kappa > kNarrow) {
    const double radius = std::sqrt(-2 * std::log(uniforms.next_fine()) / kappa);
    return radius * std::cos(2 * kPi * uniforms.next_fine());
  }
  const double tau = 1 + std::sqrt(1 + 4 * kappa * kappa);
  const double rho = (tau - std::sqrt(2 * tau)) / (2 * kappa);
  // For small kappa rho would lose its digits.
  const double r = kappa < 1e-5 ? 1 / kappa + kappa : (1 + rho * rho) / (2 * rho);
  while (!uniforms.is_exhausted()) {
    const double z = std::cos(kPi * uniforms.next_fine()), v = uniforms.next();
    const double cosine = (1 + r * z) / (r + z), c = kappa * (r - cosine);
    if (c * (2 - c) <= v && std::log(c / v) + 1 - c < 0) continue;
    const double angle = std::acos(std::fmax(-1.0, std::fmin(1.0, cosine)));
    return uniforms.next() < 0.5 ? -angle : angle;
  }
  return 0;
}

}  // namespace weft::kernels
