// Poisson and binomial counts. Few expected events are counted one by one. Many are drawn by
// transformed rejection with a squeeze (Hörmann, "The transformed rejection method for generating
// Poisson random variables" and "The generation of binomial random variates", both 1993), which
// takes about two uniform numbers more than one time in ten.
#include <cmath>
#include <limits>

#include "kernels/random/log_factorial.h"
#include "kernels/random/samplers.h"

namespace weft::kernels {
namespace {

constexpr double kMostCounts = 9007199254740992.0;  // 2^53: all counts below are numbers
constexpr double kFewEvents = 10;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// Waiting times with mean 1 fit into a time of `rate`: their number is the count.
double few_poisson(Uniforms& uniforms, double rate) {
  const double bound = std::exp(-rate);
  double product = uniforms.next(), count = 0;
  while (product > bound && !uniforms.is_exhausted()) product *= uniforms.next(), ++count;
  return count;
}

// PTRS of the first paper.
double many_poisson(Uniforms& uniforms, double rate) {
  const double b = 0.931 + 2.53 * std::sqrt(rate), a = -0.059 + 0.02483 * b;
  const double log_alpha = std::log(1.1239 + 1.1328 / (b - 3.4)),
               squeeze = 0.9277 - 3.6224 / (b - 2);
  const double log_rate = std::log(rate);
  while (!uniforms.is_exhausted()) {
    const double u = uniforms.next() - 0.5, v = uniforms.next(), left = 0.5 - std::fabs(u);
    const double k = std::floor((2 * a / left + b) * u + rate + 0.43);
    if (left >= 0.07 && v <= squeeze) return k;
    if (k < 0 || (left < 0.013 && v > left)) continue;
    if (std::log(v) + log_alpha - std::log(a / (left * left) + b) <=
        k * log_rate - rate - log_factorial(k))
      return k;
  }
  return std::floor(rate);
}

// Between two successes lies a geometric number of trials.
double few_binomial(Uniforms& uniforms, double trials, double probability) {
  const double log_failure = std::log1p(-probability);
  double passed = 0, count = 0;
  while (!uniforms.is_exhausted()) {
    passed += std::floor(std::log(uniforms.next()) / log_failure) + 1;
    if (passed > trials) break;
    ++count;
  }
  return count;
}

// BTRD of the second paper without its recursion: BTRS.
double many_binomial(Uniforms& uniforms, double n, double p) {
  const double q = 1 - p, deviation = std::sqrt(n * p * q);
  const double b = 1.15 + 2.53 * deviation, a = -0.0873 + 0.0248 * b + 0.01 * p;
  const double squeeze = 0.92 - 4.2 / b, alpha = (2.83 + 5.1 / b) * deviation;
  const double mode = std::floor((n + 1) * p), log_odds = std::log(p / q);
  const double at_mode = log_factorial(mode) + log_factorial(n - mode);
  while (!uniforms.is_exhausted()) {
    const double u = uniforms.next() - 0.5, v = uniforms.next(), left = 0.5 - std::fabs(u);
    const double k = std::floor((2 * a / left + b) * u + n * p + 0.5);
    if (k < 0 || k > n) continue;
    if (left >= 0.07 && v <= squeeze) return k;
    const double density =
        at_mode - log_factorial(k) - log_factorial(n - k) + (k - mode) * log_odds;
    if (std::log(v * alpha / (a / (left * left) + b)) <= density) return k;
  }
  return std::floor(n * p);
}

}  // namespace

double sample_poisson(Uniforms& uniforms, const double* parameters) {
  const double rate = parameters[0];
  if (!(rate >= 0 && rate < kMostCounts)) return kNaN;
  if (rate == 0) return 0;
  return rate < kFewEvents ? few_poisson(uniforms, rate) : many_poisson(uniforms, rate);
}

double sample_binomial(Uniforms& uniforms, const double* parameters) {
  const double trials = parameters[0], probability = parameters[1];
  if (!(trials >= 0 && trials < kMostCounts) || !(probability >= 0 && probability <= 1))
    return kNaN;
  const double n = std::floor(trials), p = probability > 0.5 ? 1 - probability : probability;
  double count = 0;
  if (n > 0 && p > 0)
    count = n * p < kFewEvents ? few_binomial(uniforms, n, p) : many_binomial(uniforms, n, p);
  return probability > 0.5 ? n - count : count;
}

}  // namespace weft::kernels
