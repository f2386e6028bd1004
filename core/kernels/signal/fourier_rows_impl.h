// Groups of rows whose elements lie side by side, for fourier.cpp and real_fourier.cpp: how they
// get there, and the transform of a whole group.
#pragma once

#include <algorithm>
#include <cstring>
#include <utility>

#include "kernels/elementwise/copy.h"
#include "kernels/signal/fourier.h"
#include "kernels/signal/fourier_kernels_impl.h"

namespace weft::kernels {

// Rows that are transformed together: as many as 64 bytes have elements.
inline int64_t lanes_of(DType dtype) { return 64 / element_size(dtype); }

const FourierKernels& fourier_kernels(DType dtype);

// How many numbers each buffer of a row has.
inline int64_t buffer_length(const FourierPlan& plan) {
  return plan.convolution ? plan.convolution->length : plan.length;
}

// Passes read and write at distances that are powers of two, which share few places of a cache:
// buffers lie so that those of one do not meet those of another.
inline constexpr int64_t kApartBytes = 17 * 64;
template <class T>
inline constexpr int64_t kApart = kApartBytes / static_cast<int64_t>(sizeof(T));

// The two pairs of planes that passes go between.
template <class T>
struct FourierBuffers {
  T *re, *im, *next_re, *next_im;
  FourierBuffers(void* scratch, int64_t elements)
      : re(static_cast<T*>(scratch)),
        im(re + elements + kApart<T>),
        next_re(im + elements + kApart<T>),
        next_im(next_re + elements + kApart<T>) {}
  // The inverse transform is the same with the planes exchanged, on both sides.
  void exchange() { std::swap(re, im); }
};

// The transform of `lanes` rows that lie side by side, element by element.
template <class T>
void transform_lanes(const FourierPlan& plan, int64_t lanes, FourierBuffers<T>& buffers);
extern template void transform_lanes(const FourierPlan&, int64_t, FourierBuffers<float>&);
extern template void transform_lanes(const FourierPlan&, int64_t, FourierBuffers<double>&);

// Calls body(first row, lanes) for each group of rows in a range of units.
template <class Body>
void for_row_groups(const FourierPlan& plan, int64_t rows, Range units, const Body& body) {
  const int64_t most = lanes_of(plan.dtype);
  for (int64_t unit = units.begin; unit < units.end; ++unit)
    body(unit * most, std::min(most, rows - unit * most));
}

// Calls body(lane, begin, end) for all lanes and all of `count` elements, by tiles that stay in the
// first-level cache: elements of a row and of a vector are neighbours in different arrays.
template <class Body>
void for_tiles(int64_t count, int64_t lanes, const Body& body) {
  constexpr int64_t kTile = 32;
  for (int64_t begin = 0; begin < count; begin += kTile)
    for (int64_t lane = 0; lane < lanes; ++lane) body(lane, begin, std::min(begin + kTile, count));
}

// Every kStep-th element of rows, to lanes: element j of row r becomes element r of vector j.
template <int kStep, class T>
void gather(const T* rows, int64_t row_length, int64_t count, int64_t lanes, T* to) {
  if (kStep == 1 && lanes == 1) {
    std::memcpy(to, rows, static_cast<size_t>(count) * sizeof(T));
    return;
  }
  for_tiles(count, lanes, [&](int64_t lane, int64_t begin, int64_t end) {
    const T* const row = rows + lane * row_length;
    for (int64_t j = begin; j < end; ++j) to[j * lanes + lane] = row[j * kStep];
  });
}
template <int kStep, class T>
void scatter(const T* from, int64_t row_length, int64_t count, int64_t lanes, T* rows) {
  if (kStep == 1 && lanes == 1) {
    std::memcpy(rows, from, static_cast<size_t>(count) * sizeof(T));
    return;
  }
  for_tiles(count, lanes, [&](int64_t lane, int64_t begin, int64_t end) {
    T* const row = rows + lane * row_length;
    for (int64_t j = begin; j < end; ++j) row[j * kStep] = from[j * lanes + lane];
  });
}

template <class T>
void clear(T* to, int64_t count) {
  std::memset(to, 0, static_cast<size_t>(count) * sizeof(T));
}

}  // namespace weft::kernels
