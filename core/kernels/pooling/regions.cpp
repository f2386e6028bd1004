// The mean of a bin's samples is a product of two sums of weights, over rows and over columns,
// because samples form a grid. So a region has for each bin an interval of rows with weights, and
// one of columns, and a bin costs as many products as it has pixels, however many samples lie in
// it.
#include "kernels/pooling/regions.h"

#include <algorithm>
#include <cmath>

#include "base/dtype.h"
#include "kernels/float_type.h"

namespace weft::kernels {
namespace {

// For each bin along one axis: elements [begin, end) and their weights. `weights` has `extent`
// places for each bin.
template <class T>
struct Axis {
  int64_t extent, bins;
  T* weights;
  int64_t* begin;
  int64_t* end;
};

// A number for an index: NaN and what is far beyond any image become a bound.
int64_t bounded(double x) {
  constexpr double kFar = 1e15;
  return static_cast<int64_t>(x > -kFar ? std::min(x, kFar) : -kFar);
}

template <class T>
void add(const Axis<T>& axis, int64_t bin, int64_t place, T weight) {
  if (axis.begin[bin] == axis.end[bin]) axis.begin[bin] = axis.end[bin] = place;
  T* const weights = axis.weights + bin * axis.extent;
  while (axis.end[bin] <= place) weights[axis.end[bin]++] = 0;
  while (axis.begin[bin] > place) weights[--axis.begin[bin]] = 0;
  weights[place] += weight;
}

// The weights of a region from `start` over `size` elements: each sample is shared by the two
// elements around it, held on the image; one more than an element beside it counts 0.
template <class T>
void fill(const Axis<T>& axis, T start, T size, int64_t given) {
  const T bin_size = size / T(axis.bins);
  const int64_t samples = given > 0 ? given : std::max<int64_t>(0, bounded(std::ceil(bin_size)));
  const T step = samples > 0 ? bin_size / T(samples) : T(0), share = T(1) / T(samples);
  const T last = T(axis.extent - 1);
  for (int64_t bin = 0; bin < axis.bins; ++bin) {
    axis.begin[bin] = axis.end[bin] = 0;
    const T corner = start + T(bin) * bin_size;
    // Only samples on the image are visited: there may be any number of others.
    int64_t first = 0, end = samples;
    if (step > 0) {
      first = std::clamp(bounded(std::floor((T(-1) - corner) / step)) - 1, first, end);
      end = std::clamp(bounded(std::ceil((T(axis.extent) - corner) / step)) + 1, first, end);
    }
    for (int64_t i = first; i < end; ++i) {
      const T at = corner + (T(i) + T(0.5)) * bin_size / T(samples);
      if (!(at >= T(-1) && at <= T(axis.extent))) continue;
      const T held = std::min(std::max(at, T(0)), last);
      const auto low = static_cast<int64_t>(held);
      const T rest = held - T(low);
      add(axis, bin, low, (T(1) - rest) * share);
      if (rest > 0) add(axis, bin, low + 1, rest * share);
    }
  }
}

template <class T>
struct Weights {
  Weights(const Regions& p, void* scratch) {
    auto* numbers = static_cast<int64_t*>(scratch);
    rows.begin = numbers, rows.end = numbers + p.bin_rows;
    columns.begin = rows.end + p.bin_rows, columns.end = columns.begin + p.bin_columns;
    rows.weights = reinterpret_cast<T*>(columns.end + p.bin_columns);
    columns.weights = rows.weights + p.bin_rows * p.height;
    rows.extent = p.height, rows.bins = p.bin_rows;
    columns.extent = p.width, columns.bins = p.bin_columns;
  }
  // region: the number of the image, x1, y1, x2, y2
  void fill_for(const Regions& p, const T* region) const {
    const T offset = p.is_aligned ? T(0.5) : T(0), scale = T(p.scale);
    const T x = region[1] * scale - offset, y = region[2] * scale - offset;
    T width = region[3] * scale - offset - x, height = region[4] * scale - offset - y;
    if (!p.is_aligned) width = std::max(width, T(1)), height = std::max(height, T(1));
    fill(rows, y, height, p.samples);
    fill(columns, x, width, p.samples);
  }
  Axis<T> rows, columns;
};

// Calls body(bin, row, weights of columns, begin, end, weight of the row) for all rows of all bins.
template <class T, class Body>
void for_rows(const Weights<T>& w, const Body& body) {
  for (int64_t i = 0; i < w.rows.bins; ++i)
    for (int64_t j = 0; j < w.columns.bins; ++j)
      for (int64_t row = w.rows.begin[i]; row < w.rows.end[i]; ++row)
        body(i * w.columns.bins + j, row, w.columns.weights + j * w.columns.extent,
             w.columns.begin[j], w.columns.end[j], w.rows.weights[i * w.rows.extent + row]);
}

template <class T>
void means(const Regions& p, const T* x, const T* regions, T* y, void* scratch, Range units) {
  const Weights<T> weights(p, scratch);
  const int64_t area = p.height * p.width, bins = p.bin_rows * p.bin_columns;
  std::fill(y + units.begin * p.channels * bins, y + units.end * p.channels * bins, T(0));
  for (int64_t unit = units.begin; unit < units.end; ++unit) {
    const int64_t image = bounded(regions[5 * unit]);
    if (image < 0) continue;
    weights.fill_for(p, regions + 5 * unit);
    for (int64_t c = 0; c < p.channels; ++c) {
      const T* const from = x + (image * p.channels + c) * area;
      T* const to = y + (unit * p.channels + c) * bins;
      for_rows(weights, [&](int64_t bin, int64_t row, const T* columns, int64_t begin, int64_t end,
                            T weight) {
        T sum = 0;
        for (int64_t k = begin; k < end; ++k) sum += columns[k] * from[row * p.width + k];
        to[bin] += weight * sum;
      });
    }
  }
}

template <class T>
void means_adjoint(const Regions& p, const T* dy, const T* regions, T* dx, void* scratch,
                   Range channels) {
  const Weights<T> weights(p, scratch);
  const int64_t area = p.height * p.width, bins = p.bin_rows * p.bin_columns;
  for (int64_t image = 0; image < p.images; ++image) {
    T* const first = dx + (image * p.channels + channels.begin) * area;
    std::fill(first, first + (channels.end - channels.begin) * area, T(0));
  }
  for (int64_t region = 0; region < p.regions; ++region) {
    const int64_t image = bounded(regions[5 * region]);
    if (image < 0) continue;
    weights.fill_for(p, regions + 5 * region);
    for (int64_t c = channels.begin; c < channels.end; ++c) {
      const T* const from = dy + (region * p.channels + c) * bins;
      T* const to = dx + (image * p.channels + c) * area;
      for_rows(weights, [&](int64_t bin, int64_t row, const T* columns, int64_t begin, int64_t end,
                            T weight) {
        for (int64_t k = begin; k < end; ++k)
          to[row * p.width + k] += weight * columns[k] * from[bin];
      });
    }
  }
}

// Where bin `bin` of `bins` begins and ends, in whole elements of an axis.
template <class T>
Range whole_bin(T from, T to, T scale, int64_t bin, int64_t bins, int64_t extent) {
  const int64_t start = bounded(std::round(from * scale)), end = bounded(std::round(to * scale));
  const T size = T(std::max<int64_t>(end - start + 1, 1)) / T(bins);
  const int64_t first = start + bounded(std::floor(T(bin) * size));
  const int64_t last = start + bounded(std::ceil(T(bin + 1) * size));
  return {std::clamp<int64_t>(first, 0, extent), std::clamp<int64_t>(last, 0, extent)};
}

template <class T>
void peaks(const Regions& p, const T* x, const T* regions, int64_t* places, Range units) {
  const T scale = T(p.scale);
  for (int64_t unit = units.begin; unit < units.end; ++unit) {
    const T* const region = regions + 5 * unit;
    const int64_t image = bounded(region[0]);
    for (int64_t i = 0; i < p.bin_rows; ++i)
      for (int64_t j = 0; j < p.bin_columns; ++j) {
        const Range rows = whole_bin(region[2], region[4], scale, i, p.bin_rows, p.height);
        const Range columns = whole_bin(region[1], region[3], scale, j, p.bin_columns, p.width);
        for (int64_t c = 0; c < p.channels; ++c) {
          const int64_t plane = (image * p.channels + c) * p.height;
          int64_t best = -1;
          for (int64_t row = rows.begin; image >= 0 && row < rows.end; ++row)
            for (int64_t k = columns.begin; k < columns.end; ++k) {
              const int64_t place = (plane + row) * p.width + k;
              // The first of equal ones; !(a <= b) is true of NaN, too.
              if (best < 0 || (x[best] == x[best] && !(x[place] <= x[best]))) best = place;
            }
          places[((unit * p.channels + c) * p.bin_rows + i) * p.bin_columns + j] = best;
        }
      }
  }
}

}  // namespace

int64_t region_without_image(const Regions& p, const void* regions) {
  return with_float_type(p.dtype, [&]<class T>(T*) -> int64_t {
    for (int64_t i = 0; i < p.regions; ++i)
      if (!(static_cast<const T*>(regions)[5 * i] < T(p.images))) return i;
    return -1;
  });
}

int64_t region_scratch(const Regions& p) {
  return 16 * (p.bin_rows + p.bin_columns) +
         size_of(p.dtype) * (p.bin_rows * p.height + p.bin_columns * p.width);
}

void run_region_means(const Regions& p, const void* x, const void* regions, void* y, void* scratch,
                      Range units) {
  with_float_type(p.dtype, [&]<class T>(T*) {
    means(p, static_cast<const T*>(x), static_cast<const T*>(regions), static_cast<T*>(y), scratch,
          units);
  });
}

void run_region_means_adjoint(const Regions& p, const void* dy, const void* regions, void* dx,
                              void* scratch, Range channels) {
  with_float_type(p.dtype, [&]<class T>(T*) {
    means_adjoint(p, static_cast<const T*>(dy), static_cast<const T*>(regions), static_cast<T*>(dx),
                  scratch, channels);
  });
}

void run_region_peaks(const Regions& p, const void* x, const void* regions, int64_t* places,
                      Range units) {
  with_float_type(p.dtype, [&]<class T>(T*) {
    peaks(p, static_cast<const T*>(x), static_cast<const T*>(regions), places, units);
  });
}

}  // namespace weft::kernels
