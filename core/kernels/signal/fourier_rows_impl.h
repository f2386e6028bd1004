// Groups of rows whose elements lie side by side, for fourier.cpp and real_fourier.cpp: how they
// get there, and the transform of a whole group.
#pragma once

#include <algorithm>
#include <cstring>
#include <utility>

#include "kernels/signal/fourier.h"
#include "kernels/signal/fourier_kernels_impl.h"

namespace weft::kernels {

inline constexpr int64_t kFourierLanes = 16;  // rows that are transformed together, at most

const FourierKernels& fourier_kernels(DType dtype);

// How many numbers each buffer of a row has.
inline int64_t buffer_length(const FourierPlan& plan) {
  return plan.convolution ? plan.convolution->length : plan.length;
}

// The two pairs of planes that passes go between.
template <class T>
struct FourierBuffers {
  T *re, *im, *next_re, *next_im;
  FourierBuffers(void* scratch, int64_t elements)
      : re(static_cast<T*>(scratch)),
        im(re + elements),
        next_re(im + elements),
        next_im(next_re + elements) {}
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
void for_row_groups(int64_t rows, Range units, const Body& body) {
  for (int64_t unit = units.begin; unit < units.end; ++unit) {
    const int64_t first = unit * kFourierLanes;
    body(first, std::min(kFourierLanes, rows - first));
  }
}

// Every `step`-th element of rows, to lanes: element j of row r becomes element r of vector j.
template <class T>
void gather(const T* rows, int64_t row_length, int64_t step, int64_t count, int64_t lanes, T* to) {
  for (int64_t lane = 0; lane < lanes; ++lane)
    for (int64_t j = 0; j < count; ++j) to[j * lanes + lane] = rows[lane * row_length + j * step];
}
template <class T>
void scatter(const T* from, int64_t row_length, int64_t step, int64_t count, int64_t lanes,
             T* rows) {
  for (int64_t lane = 0; lane < lanes; ++lane)
    for (int64_t j = 0; j < count; ++j) rows[lane * row_length + j * step] = from[j * lanes + lane];
}

template <class T>
void clear(T* to, int64_t count) {
  std::memset(to, 0, static_cast<size_t>(count) * sizeof(T));
}

}  // namespace weft::kernels
