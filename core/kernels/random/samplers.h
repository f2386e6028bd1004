// Random numbers of distributions that have parameters of their own for each element. All
// arithmetic is in double; float32 and float64. NaN where the parameters are those of no
// distribution.
#pragma once

#include <span>

#include "base/view.h"
#include "kernels/random/uniforms.h"
#include "kernels/range.h"

namespace weft::kernels {

// Draws one number for an element's parameters.
using Sampler = double (*)(Uniforms& uniforms, const double* parameters);

inline constexpr int kMostParameters = 3;

// out[i]: a number for the i-th element of each of the parameters. Units are elements.
void run_sampler(Sampler sampler, const RandomStream& stream, DType dtype,
                 std::span<const void* const> parameters, void* out, Range elements);

// Counts, up to 2^53. (rate); (trials, probability), fractions of a trial are dropped.
double sample_poisson(Uniforms& uniforms, const double* parameters);
double sample_binomial(Uniforms& uniforms, const double* parameters);

// (good, bad, sample): how many of `sample` things are good that are taken from so many good and
// bad ones. Fractions are dropped.
double sample_hypergeometric(Uniforms& uniforms, const double* parameters);

// (probability): k with a probability in proportion to probability^k / k. (exponent): k with one in
// proportion to k^-exponent, up to 2^63.
double sample_logseries(Uniforms& uniforms, const double* parameters);
double sample_zipf(Uniforms& uniforms, const double* parameters);

// (shape): the gamma distribution of scale 1, and the logarithms of its numbers, which are finite
// also where the numbers round to 0.
double sample_gamma(Uniforms& uniforms, const double* parameters);
double sample_log_gamma(Uniforms& uniforms, const double* parameters);

// (mean, scale): the time at which a random walk with drift meets a bound.
double sample_wald(Uniforms& uniforms, const double* parameters);

// (concentration): angles around 0, from -pi to pi.
double sample_vonmises(Uniforms& uniforms, const double* parameters);

}  // namespace weft::kernels
