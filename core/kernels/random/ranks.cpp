// Counts with long tails: of the logarithmic series (Kemp, "Efficient generation of logarithmically
// distributed pseudo-random variables", 1981) and of Zipf's law (Devroye, "Non-uniform random
// variate generation", 1986, chapter X.6).
#include <cmath>
#include <limits>

#include "kernels/random/samplers.h"

namespace weft::kernels {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kMostRanks = 9223372036854774784.0;  // the largest double below 2^63

}  // namespace

double sample_logseries(Uniforms& uniforms, const double* parameters) {
  const double p = parameters[0];
  if (!(p >= 0 && p < 1)) return kNaN;
  const double v = uniforms.next_fine();
  if (v >= p) return 1;
  const double q = -std::expm1(std::log1p(-p) * uniforms.next_fine());
  if (v > q) return 1;
  if (v > q * q) return 2;
  return std::fmin(std::floor(1 + std::log(v) / std::log(q)), kMostRanks);
}

// The inverse function of a density that lies above the law, up to a largest rank; the rest is
// rejected.
double sample_zipf(Uniforms& uniforms, const double* parameters) {
  const double a = parameters[0], less = a - 1;
  if (!(a > 1)) return kNaN;
  if (a > 1000) return 1;  // 2 has the probability 2^-1000
  const double bound = std::exp2(less), least = std::pow(kMostRanks, -less);
  while (!uniforms.is_exhausted()) {
    const double u = least + (1 - least) * uniforms.next_fine(), v = uniforms.next();
    const double rank = std::floor(std::pow(u, -1 / less));
    if (!(rank >= 1 && rank <= kMostRanks)) continue;
    const double ratio = std::pow(1 + 1 / rank, less);
    if (v * rank * (ratio - 1) / (bound - 1) <= ratio / bound) return rank;
  }
  return 1;
}

}  // namespace weft::kernels
