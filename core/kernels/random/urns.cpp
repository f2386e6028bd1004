// Hypergeometric counts. Small samples are taken one by one. Larger ones are drawn by the ratio of
// uniform numbers (Stadlober, "The ratio of uniforms approach for generating discrete random
// variates", 1990), which takes about three of them.
#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/random/log_factorial.h"
#include "kernels/random/samplers.h"

namespace weft::kernels {
namespace {

constexpr double kMostCounts = 9007199254740992.0;  // 2^53: all counts below are numbers
constexpr double kSmallSample = 12;

// How many of `taken` things are among the `marked` ones of `total`; one thing after another.
double one_by_one(Uniforms& uniforms, double total, double marked, double taken) {
  double left = marked;
  for (double i = 0; i < taken && left > 0; ++i)
    if (uniforms.next_fine() * (total - i) < left) --left;
  return marked - left;
}

// The same. `marked` are at most half of the total, and so are `taken`.
double by_ratio(Uniforms& uniforms, double total, double marked, double taken) {
  const double share = marked / total, rest = total - marked;
  const double middle = taken * share + 0.5;
  const double variance = (total - taken) * taken * share * (1 - share) / (total - 1);
  const double deviation = std::sqrt(variance + 0.5);
  // 2 sqrt(2 / e) and 3 - 2 sqrt(3 / e)
  const double width = 1.7155277699214135 * deviation + 0.8989161620588988;
  const double mode = std::floor((taken + 1) * (marked + 1) / (total + 2));
  const auto log_weight = [&](double k) {
    return -(log_factorial(k) + log_factorial(marked - k) + log_factorial(taken - k) +
             log_factorial(rest - taken + k));
  };
  const double at_mode = log_weight(mode);
  const double end = std::min(std::min(taken, marked) + 1, std::floor(middle + 16 * deviation));
  while (!uniforms.is_exhausted()) {
    const double u = uniforms.next(), v = uniforms.next();
    const double x = middle + width * (v - 0.5) / u;
    if (x < 0 || x >= end) continue;
    const double k = std::floor(x), log_ratio = log_weight(k) - at_mode;
    if (u * (4 - u) - 3 <= log_ratio) return k;  // surely below the curve
    if (u * (u - log_ratio) >= 1) continue;      // surely above it
    if (2 * std::log(u) <= log_ratio) return k;
  }
  return mode;
}

}  // namespace

// What is not taken is a sample, too, and bad things can be counted instead of good ones: so both
// are at most half.
double sample_hypergeometric(Uniforms& uniforms, const double* parameters) {
  for (int i = 0; i < 3; ++i)
    if (!(parameters[i] >= 0 && parameters[i] < kMostCounts))
      return std::numeric_limits<double>::quiet_NaN();
  const double good = std::floor(parameters[0]), bad = std::floor(parameters[1]),
               sample = std::floor(parameters[2]), total = good + bad;
  if (sample > total) return std::numeric_limits<double>::quiet_NaN();
  const double marked = std::min(good, bad), taken = std::min(sample, total - sample);
  double count = taken <= kSmallSample ? one_by_one(uniforms, total, marked, taken)
                                       : by_ratio(uniforms, total, marked, taken);
  if (good > bad) count = taken - count;
  return taken < sample ? good - count : count;
}

}  // namespace weft::kernels
