// Logarithms of factorials, for the ratios of probabilities of counts. (lgamma of the C library
// writes to a global variable.)
#pragma once

#include <cmath>
#include <numbers>

namespace weft::kernels {

// log(k!) by Stirling's series, from 10 on; below exactly.
inline double log_factorial(double k) {
  if (k < 10) {
    double product = 1;
    for (int i = 2; i <= int(k); ++i) product *= i;
    return std::log(product);
  }
  const double x = k + 1, z = 1 / (x * x);
  return (x - 0.5) * std::log(x) - x + 0.5 * std::log(2 * std::numbers::pi) +
         (1 / 12.0 - z * (1 / 360.0 - z * (1 / 1260.0 - z / 1680))) / x;
}

}  // namespace weft::kernels
