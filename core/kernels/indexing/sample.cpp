// A block of points is looked up once: where its four pixels are and what they weigh. Then each
// channel reads them. The time goes into loads from places that nobody knows in advance, so vectors
// would gain little.
#include "kernels/indexing/sample.h"

#include <algorithm>
#include <cmath>

#include "kernels/divide_up.h"
#include "kernels/float_type.h"

namespace weft::kernels {
namespace {

constexpr int64_t kBlock = 64;

// One axis at one place: the pixel at or before it, the share of the next one, and which of the two
// the image has.
template <class T>
struct Along {
  int64_t first;
  T share;
  bool has_first, has_next;
};
template <class T>
Along<T> along(T place, int64_t extent) {
  if (!(place >= T(-1) && place < T(extent))) return {0, T(0), false, false};
  const T floor = std::floor(place);
  const auto first = static_cast<int64_t>(floor);
  return {first, place - floor, first >= 0, first + 1 < extent};
}

// The four pixels of one place. Those that the image lacks, and those that weigh nothing, have
// weight 0 and the number of any pixel.
template <class T>
struct Corners {
  int64_t pixel[4];
  T weight[4];
};
template <class T>
Corners<T> corners(const Samples& p, T row, T column) {
  const Along<T> r = along(row, p.height), c = along(column, p.width);
  Corners<T> found{};
  for (int k = 0; k < 4; ++k) {
    const bool lower = k >= 2, right = k % 2 == 1;
    if (!(lower ? r.has_next : r.has_first) || !(right ? c.has_next : c.has_first)) continue;
    found.pixel[k] = (r.first + lower) * p.width + c.first + right;
    found.weight[k] = (lower ? r.share : T(1) - r.share) * (right ? c.share : T(1) - c.share);
  }
  return found;
}

template <class T>
T weighted(const T* plane, const Corners<T>& corners) {
  T sum = 0;
  for (int k = 0; k < 4; ++k)
    if (corners.weight[k] != 0) sum += corners.weight[k] * plane[corners.pixel[k]];
  return sum;
}

// Calls body(image, first point, points) for each block of the units.
template <class Body>
void for_blocks(const Samples& p, Range units, const Body& body) {
  const int64_t blocks = sample_units(p) / std::max<int64_t>(p.images, 1);
  for (int64_t unit = units.begin; unit < units.end; ++unit) {
    const int64_t first = unit % blocks * kBlock;
    body(unit / blocks, first, std::min(kBlock, p.points - first));
  }
}

template <class T>
void sample(const Samples& p, const T* x, const T* rows, const T* columns, T* y, Range units) {
  Corners<T> found[kBlock];
  const int64_t area = p.height * p.width;
  for_blocks(p, units, [&](int64_t image, int64_t first, int64_t count) {
    const int64_t place = image * p.points + first;
    for (int64_t i = 0; i < count; ++i) found[i] = corners(p, rows[place + i], columns[place + i]);
    for (int64_t c = 0; c < p.channels; ++c) {
      const int64_t plane = image * p.channels + c;
      const T* const from = x + plane * area;
      T* const to = y + plane * p.points + first;
      for (int64_t i = 0; i < count; ++i) to[i] = weighted(from, found[i]);
    }
  });
}

template <class T>
void adjoint(const Samples& p, const T* dy, const T* rows, const T* columns, T* dx, Range planes) {
  const int64_t area = p.height * p.width;
  std::fill(dx + planes.begin * area, dx + planes.end * area, T(0));
  Corners<T> found[kBlock];
  // Planes of one image follow one another: a block of points is looked up once for all of them.
  for (int64_t begin = planes.begin; begin < planes.end;) {
    const int64_t image = begin / p.channels;
    const int64_t end = std::min(planes.end, (image + 1) * p.channels);
    for (int64_t first = 0; first < p.points; first += kBlock) {
      const int64_t count = std::min(kBlock, p.points - first), place = image * p.points + first;
      for (int64_t i = 0; i < count; ++i)
        found[i] = corners(p, rows[place + i], columns[place + i]);
      for (int64_t plane = begin; plane < end; ++plane) {
        const T* const from = dy + plane * p.points + first;
        for (int64_t i = 0; i < count; ++i)
          for (int k = 0; k < 4; ++k)
            if (found[i].weight[k] != 0)
              dx[plane * area + found[i].pixel[k]] += found[i].weight[k] * from[i];
      }
    }
    begin = end;
  }
}

template <class T>
void slopes(const Samples& p, const T* x, const T* rows, const T* columns, const T* dy, T* drows,
            T* dcolumns, Range units) {
  const int64_t area = p.height * p.width;
  for_blocks(p, units, [&](int64_t image, int64_t first, int64_t count) {
    for (int64_t i = first; i < first + count; ++i) {
      const int64_t place = image * p.points + i;
      const Along<T> r = along(rows[place], p.height), c = along(columns[place], p.width);
      T down = 0, across = 0;
      for (int64_t channel = 0; channel < p.channels; ++channel) {
        const int64_t plane = image * p.channels + channel;
        const T* const from = x + plane * area;
        const auto pixel = [&](bool lower, bool right) {
          const bool has = (lower ? r.has_next : r.has_first) && (right ? c.has_next : c.has_first);
          return has ? from[(r.first + lower) * p.width + c.first + right] : T(0);
        };
        const T a = pixel(false, false), b = pixel(false, true);
        const T d = pixel(true, false), e = pixel(true, true);
        const T share = dy[plane * p.points + i];
        down += share * ((d - a) * (T(1) - c.share) + (e - b) * c.share);
        across += share * ((b - a) * (T(1) - r.share) + (e - d) * r.share);
      }
      drows[place] = down;
      dcolumns[place] = across;
    }
  });
}

}  // namespace

int64_t sample_units(const Samples& p) { return p.images * divide_up(p.points, kBlock); }

void run_sample(const Samples& p, const void* x, const void* rows, const void* columns, void* y,
                Range units) {
  with_float_type(p.dtype, [&]<class T>(T*) {
    sample(p, static_cast<const T*>(x), static_cast<const T*>(rows), static_cast<const T*>(columns),
           static_cast<T*>(y), units);
  });
}

void run_sample_adjoint(const Samples& p, const void* dy, const void* rows, const void* columns,
                        void* dx, Range planes) {
  with_float_type(p.dtype, [&]<class T>(T*) {
    adjoint(p, static_cast<const T*>(dy), static_cast<const T*>(rows),
            static_cast<const T*>(columns), static_cast<T*>(dx), planes);
  });
}

void run_sample_slopes(const Samples& p, const void* x, const void* rows, const void* columns,
                       const void* dy, void* drows, void* dcolumns, Range units) {
  with_float_type(p.dtype, [&]<class T>(T*) {
    slopes(p, static_cast<const T*>(x), static_cast<const T*>(rows), static_cast<const T*>(columns),
           static_cast<const T*>(dy), static_cast<T*>(drows), static_cast<T*>(dcolumns), units);
  });
}

}  // namespace weft::kernels
