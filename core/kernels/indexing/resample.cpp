// Which elements make a result of resampling, and with which weights; resample.isa.cpp adds them
// up.

#include "kernels/indexing/resample.h"

#include <algorithm>
#include <cmath>

#include "base/checked.h"
#include "base/dtype.h"
#include "kernels/indexing/resample_kernels_impl.h"
#include "kernels/isa/active.h"

namespace weft::kernels {
namespace {

// The kernel of cubic convolution (Keys, "Cubic Convolution Interpolation for Digital Image
// Processing", 1981), at a distance of x elements.
double cubic(double x, double a) {
  x = std::abs(x);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
  return 0;
}

// The distance of two results, in elements.
double step_of(const Resample& p) {
  if (p.align_corners)
    return p.out > 1 ? static_cast<double>(p.in - 1) / static_cast<double>(p.out - 1) : 0;
  return static_cast<double>(p.in) / static_cast<double>(p.out);
}

// How far the filter reaches on either side of a result, in elements.
double reach_of(const Resample& p) {
  const double reach = p.sampling == Sampling::kCubic ? 2 : 1;
  return p.antialias ? reach * std::max(1.0, step_of(p)) : reach;
}

// The elements that make a result.
struct Taps {
  int64_t first, count;
};

// In the precision of the elements, and then as a float, as in PyTorch, so that both choose the
// same element where a place is almost whole; the clamp is for o at the end.
template <class T>
int64_t nearest_in(const Resample& p, int64_t o) {
  const T half = p.sampling == Sampling::kNearestExact ? T(0.5) : T(0);
  const T step = static_cast<T>(p.in) / static_cast<T>(p.out);
  return static_cast<int64_t>(std::floor(static_cast<float>((static_cast<T>(o) + half) * step)));
}

Taps nearest(const Resample& p, int64_t o) {
  const bool is_wide = p.dtype == DType::kFloat64;
  const int64_t at = is_wide ? nearest_in<double>(p, o) : nearest_in<float>(p, o);
  return {std::min(at, p.in - 1), 1};
}

// From floor(o in / out) to ceil((o + 1) in / out), in integers.
Taps area(const Resample& p, int64_t o) {
  const int64_t first = o * p.in / p.out;
  return {first, ((o + 1) * p.in + p.out - 1) / p.out - first};
}

// Removes outer elements whose weight is 0: an element that has no part in a result may be infinite
// or NaN, and 0 times that is NaN.
template <class T>
Taps without_zeros(Taps taps, T* weights) {
  while (taps.count > 1 && weights[taps.count - 1] == 0) --taps.count;
  int64_t zeros = 0;
  while (zeros + 1 < taps.count && weights[zeros] == 0) ++zeros;
  std::copy(weights + zeros, weights + taps.count, weights);
  return {taps.first + zeros, taps.count - zeros};
}

// The weights of a filter around a result. With antialias, elements beyond the ends do not count
// and the other weights are scaled to add up to 1; without it, the element at the end counts in
// their place.
template <class T>
Taps filtered(const Resample& p, int64_t o, T* weights) {
  const double step = step_of(p), reach = reach_of(p), o_place = static_cast<double>(o);
  double at = p.align_corners ? o_place * step : (o_place + 0.5) * step - 0.5;
  const bool is_linear = p.sampling == Sampling::kLinear;
  if (is_linear && !p.antialias) at = std::max(at, 0.0);
  const double stretch = p.antialias ? std::max(1.0, step) : 1;
  const auto begin = static_cast<int64_t>(std::ceil(at - reach));
  const auto end = static_cast<int64_t>(std::floor(at + reach));
  const int64_t last = p.in - 1;
  const Taps taps{std::clamp<int64_t>(begin, 0, last),
                  std::clamp<int64_t>(end, 0, last) - std::clamp<int64_t>(begin, 0, last) + 1};
  double sum = 0;
  std::fill_n(weights, taps.count, T(0));
  for (int64_t i = begin; i <= end; ++i) {
    if (p.antialias && (i < 0 || i > last)) continue;
    const double distance = (static_cast<double>(i) - at) / stretch;
    const double weight = is_linear ? std::max(0.0, 1 - std::abs(distance))
                                    : cubic(distance, p.antialias ? -0.5 : -0.75);
    weights[std::clamp<int64_t>(i, 0, last) - taps.first] += static_cast<T>(weight);
    sum += weight;
  }
  if (p.antialias)
    for (int64_t k = 0; k < taps.count; ++k) weights[k] /= static_cast<T>(sum);
  return without_zeros(taps, weights);
}

// The maximum of elements that make a result: rows of the table have so many weights.
int64_t max_taps(const Resample& p) {
  switch (p.sampling) {
    case Sampling::kNearest:
    case Sampling::kNearestExact: return 1;
    case Sampling::kArea: return std::min(p.in, p.in / p.out + 2);
    default: return std::min(p.in, 2 * static_cast<int64_t>(std::ceil(reach_of(p))) + 1);
  }
}

// The table is one block of memory: first, count, then weights.
ResampleTable table_at(const Resample& p, const void* data) {
  auto* const first = static_cast<int64_t*>(const_cast<void*>(data));
  return {max_taps(p), first, first + p.out, first + 2 * p.out};
}

// The arithmetic is double for both types; weights are rounded once.
template <class T>
void fill(const Resample& p, void* data) {
  const ResampleTable table = table_at(p, data);
  for (int64_t o = 0; o < p.out; ++o) {
    T* const weights = static_cast<T*>(table.weights) + o * table.taps;
    const bool is_filter = p.sampling == Sampling::kLinear || p.sampling == Sampling::kCubic;
    const Taps taps = is_filter                       ? filtered(p, o, weights)
                      : p.sampling == Sampling::kArea ? area(p, o)
                                                      : nearest(p, o);
    if (!is_filter) std::fill_n(weights, taps.count, T(1) / static_cast<T>(taps.count));
    table.first[o] = taps.first;
    table.count[o] = taps.count;
  }
}

}  // namespace

int64_t resample_table_bytes(const Resample& p) {
  return (Checked(p.out) * (Checked(max_taps(p)) * weft::size_of(p.dtype) + 16)).value();
}

void fill_resample_table(const Resample& p, void* table) {
  p.dtype == DType::kFloat32 ? fill<float>(p, table) : fill<double>(p, table);
}

int64_t resample_units(const Resample& p) { return p.outer * p.out; }
int64_t resample_adjoint_units(const Resample& p) {
  return p.outer * ((p.inner + kResampleColumns - 1) / kResampleColumns);
}

void run_resample(const Resample& p, const void* table, const void* x, void* y, Range units) {
  WEFT_ACTIVE_LAYER(p.dtype, kResamples).forward(p, table_at(p, table), x, y, units);
}
void run_resample_adjoint(const Resample& p, const void* table, const void* dy, void* dx,
                          Range units) {
  WEFT_ACTIVE_LAYER(p.dtype, kResamples).adjoint(p, table_at(p, table), dy, dx, units);
}

}  // namespace weft::kernels
