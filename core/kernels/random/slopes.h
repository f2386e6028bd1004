// How numbers of a distribution move with its parameters while their rank among all numbers stays:
// dx/dp = -(dF/dp) / (dF/dx), with F the distribution function (implicit reparametrisation;
// Figurnov, Mohamed and Mnih, 2018). With these, rejection does not bias gradients. float32 and
// float64, all arithmetic in double.
#pragma once

#include <span>

#include "base/view.h"
#include "kernels/range.h"

namespace weft::kernels {

using Slope = double (*)(const double* arguments);

// out[i]: the slope for the i-th element of each of the arguments. Units are elements.
void run_slope(Slope slope, DType dtype, std::span<const void* const> arguments, void* out,
               Range elements);

// (shape, logarithm of x): d log(x) / d shape of gamma numbers.
double slope_of_log_gamma(const double* arguments);

// (mean, scale, x): dx / d mean of Wald's numbers. That by `scale` follows, because x doubles where
// both are doubled.
double slope_of_wald(const double* arguments);

// (concentration, x): dx / d concentration of angles.
double slope_of_vonmises(const double* arguments);

}  // namespace weft::kernels
