// Few expected events are counted one by one. Many are drawn by transformed rejection with a
// squeeze (Hörmann, "The transformed rejection method for generating Poisson random variables" and
// "The generation of binomial random variates", both 1993), which takes about two uniform numbers
// more than one time in ten. All arithmetic is in double.
#include "kernels/random/counts.h"

#include <cmath>
#include <limits>
#include <numbers>

#include "kernels/float_type.h"

namespace weft::kernels {
namespace {

constexpr double kMostCounts = 9007199254740992.0;  // 2^53: all counts below are numbers
constexpr double kFewEvents = 10;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// Uniform numbers in (0, 1) of one element.
class Uniforms {
 public:
  Uniforms(const RandomStream& stream, int64_t element)
      : key_{uint32_t(stream.seed), uint32_t(stream.seed >> 32)},
        counter_{uint32_t(element), uint32_t(element >> 32), uint32_t(stream.ordinal),
                 uint32_t(stream.ordinal >> 32)} {}

  double next() {
    if (used_ == 4) {
      philox4x32(counter_, key_, words_);
      counter_[1] += 1u << 16;  // the next block; an array has fewer than 2^48 elements
      ++blocks_;
      used_ = 0;
    }
    return (double(words_[used_++]) + 0.5) * 0x1p-32;
  }
  // After so many blocks they would repeat. A number that is still wanted then, once in ages, is
  // the mean.
  bool is_exhausted() const { return blocks_ >= 0xffff; }

 private:
  uint32_t key_[2], counter_[4], words_[4];
  int used_ = 4;
  uint32_t blocks_ = 0;
};

// log(k!) by Stirling's series, from 10 on; below exactly.
double log_factorial(double k) {
  if (k < 10) {
    double product = 1;
    for (int i = 2; i <= int(k); ++i) product *= i;
    return std::log(product);
  }
  const double x = k + 1, z = 1 / (x * x);
  return (x - 0.5) * std::log(x) - x + 0.5 * std::log(2 * std::numbers::pi) +
         (1 / 12.0 - z * (1 / 360.0 - z * (1 / 1260.0 - z / 1680))) / x;
}

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

double poisson(const RandomStream& stream, int64_t element, double rate) {
  if (!(rate >= 0 && rate < kMostCounts)) return kNaN;
  if (rate == 0) return 0;
  Uniforms uniforms(stream, element);
  return rate < kFewEvents ? few_poisson(uniforms, rate) : many_poisson(uniforms, rate);
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

double binomial(const RandomStream& stream, int64_t element, double trials, double probability) {
  if (!(trials >= 0 && trials < kMostCounts) || !(probability >= 0 && probability <= 1))
    return kNaN;
  const double n = std::floor(trials), p = probability > 0.5 ? 1 - probability : probability;
  double count = 0;
  if (n > 0 && p > 0) {
    Uniforms uniforms(stream, element);
    count = n * p < kFewEvents ? few_binomial(uniforms, n, p) : many_binomial(uniforms, n, p);
  }
  return probability > 0.5 ? n - count : count;
}

}  // namespace

void run_random_poisson(const RandomStream& stream, DType dtype, const void* rate, void* out,
                        Range elements) {
  with_float_type(dtype, [&]<class T>(T*) {
    for (int64_t i = elements.begin; i < elements.end; ++i)
      static_cast<T*>(out)[i] = T(poisson(stream, i, double(static_cast<const T*>(rate)[i])));
  });
}

void run_random_binomial(const RandomStream& stream, DType dtype, const void* trials,
                         const void* probability, void* out, Range elements) {
  with_float_type(dtype, [&]<class T>(T*) {
    const auto *n = static_cast<const T*>(trials), *p = static_cast<const T*>(probability);
    for (int64_t i = elements.begin; i < elements.end; ++i)
      static_cast<T*>(out)[i] = T(binomial(stream, i, double(n[i]), double(p[i])));
  });
}

}  // namespace weft::kernels
