// The loop over elements that all slopes share, and the slopes that are short.
#include "kernels/random/slopes.h"

#include <cmath>
#include <limits>
#include <numbers>

#include "kernels/float_type.h"

namespace weft::kernels {
namespace {

constexpr int kMostArguments = 3;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kPi = std::numbers::pi;

// The upper tail of the normal distribution over its density, at t > 0: by the error function, and
// from 5 on by Laplace's continued fraction, whose 40 levels are exact there.
double tail_over_density(double t) {
  if (t < 5) return std::sqrt(kPi / 2) * std::exp(0.5 * t * t) * std::erfc(t / std::sqrt(2.0));
  double fraction = t;
  for (int level = 40; level >= 1; --level) fraction = t + level / fraction;
  return 1 / fraction;
}

// The mean cosine of an angle, I1(kappa) / I0(kappa), by its continued fraction.
double mean_cosine(double kappa) {
  if (kappa > 1000) {
    const double z = 1 / kappa;
    return 1 - z * (1 / 2.0 + z * (1 / 8.0 + z * (1 / 8.0 + z * (25 / 128.0))));
  }
  double ratio = 0;
  for (int level = 30 + int(kappa); level >= 1; --level)
    ratio = kappa / (2 * level + kappa * ratio);
  return ratio;
}

// Gauss and Legendre's rule of eight points, those on one side of the middle.
constexpr double kNodes[] = {0.1834346424956498, 0.5255324099163290, 0.7966664774136267,
                             0.9602898564975363};
constexpr double kWeights[] = {0.3626837833783620, 0.3137066458778873, 0.2223810344533745,
                               0.1012285362903763};

template <class F>
double integral(double from, double to, const F& f) {
  constexpr int kPanels = 12;
  const double half = (to - from) / (2 * kPanels);
  double sum = 0;
  for (int panel = 0; panel < kPanels; ++panel) {
    const double middle = from + (2 * panel + 1) * half;
    for (int i = 0; i < 4; ++i)
      sum += kWeights[i] * (f(middle - half * kNodes[i]) + f(middle + half * kNodes[i]));
  }
  return sum * half;
}

}  // namespace

void run_slope(Slope slope, DType dtype, std::span<const void* const> arguments, void* out,
               Range elements) {
  with_float_type(dtype, [&]<class T>(T*) {
    for (int64_t i = elements.begin; i < elements.end; ++i) {
      double own[kMostArguments] = {};
      for (size_t a = 0; a < arguments.size(); ++a)
        own[a] = double(static_cast<const T*>(arguments[a])[i]);
      static_cast<T*>(out)[i] = T(slope(own));
    }
  });
}

// Of the distribution function P(a) + exp(2 scale / mean) P(b), with P that of normal numbers, all
// but one term cancels in the derivative by the mean.
double slope_of_wald(const double* arguments) {
  const double mean = arguments[0], scale = arguments[1], x = arguments[2];
  if (!(mean > 0 && scale > 0 && x > 0 && mean + scale + x < kInfinity)) return kNaN;
  const double t = std::sqrt(scale / x) * (x / mean + 1);
  return 2 * (scale / mean) * (x / mean) * std::sqrt(x / scale) * tail_over_density(t);
}

// The distribution function is an integral of exp(kappa cos(t)), and its derivative by kappa one of
// (cos(t) - mean cosine) times this, whose parts from 0 to x and from x to pi cancel. Of both that
// one is taken where the bracket keeps its sign.
double slope_of_vonmises(const double* arguments) {
  const double kappa = arguments[0], x = std::fabs(arguments[1]);
  if (!(kappa >= 0 && kappa < kInfinity && x <= kPi + 1e-6)) return kNaN;
  const double mean = mean_cosine(kappa), cosine = std::cos(x);
  const auto part = [&](double t) {
    const double other = std::cos(t);
    return (other - mean) * std::exp(kappa * (other - cosine));
  };
  double slope = 0;
  if (cosine > mean) {
    slope = -integral(0, x, part);
  } else {
    // Beyond `end` the exponential is below exp(-40).
    const double end = std::acos(std::fmax(-1.0, cosine - 40 / std::fmax(kappa, 1.0)));
    slope = integral(std::fmin(x, kPi), end, part);
  }
  return std::copysign(1.0, arguments[1]) * slope;
}

}  // namespace weft::kernels
