// Reading and adding at computed positions along one axis of a dense array, which is seen as
// [outer, axis, inner]: the kernels of take, pick and their gradients. Reading works by the size of
// elements; adding needs a numeric dtype.
//
// Indices are int64, and negative ones count from the end. The caller has checked the range
// (first_out_of_range), or asks for clamping by `clip`.
#pragma once

#include "base/view.h"
#include "kernels/range.h"

namespace weft::kernels {

struct Indexing {
  DType dtype;
  int64_t outer, axis, inner;  // extents before the axis, of it, and behind it
  bool clip;                   // indices outside the axis are clamped to it
  int64_t picked = 1;          // for pick: elements for each outer and inner position
};

// The number of the first index outside [-axis, axis), or -1.
int64_t first_out_of_range(const int64_t* indices, int64_t count, int64_t axis);

// Are all indices inside [-axis, axis)?
bool all_inside(const int64_t* indices, int64_t count, int64_t axis);

// y[o, j, i] = x[o, index[o, j, i], i], with `picked` values of j. A unit is one (o, j).
void run_pick(const Indexing& problem, const void* x, const int64_t* indices, void* y, Range units);
// The adjoint: dx is set to zero, then dx[o, index[o, j, i], i] += dy[o, j, i] in the order of j. A
// unit is a part of the inner elements of one o.
int64_t pick_adjoint_units(const Indexing& problem);
void run_pick_adjoint(const Indexing& problem, const void* dy, const int64_t* indices, void* dx,
                      Range units);

// y[o, j, :] = x[o, index[j], :], with the same `count` indices for every o. A unit is one (o, j).
void run_take(const Indexing& problem, const void* x, const int64_t* indices, int64_t count,
              void* y, Range units);
// The adjoint: dx is set to zero, then dx[o, index[j], :] += dy[o, j, :] in the order of j. A unit
// is a part of the rows and columns of one o. It goes over all indices and adds what falls into its
// part, so repeated indices are added in the same order however units are divided.
int64_t take_adjoint_units(const Indexing& problem);
void run_take_adjoint(const Indexing& problem, const void* dy, const int64_t* indices,
                      int64_t count, void* dx, Range units);

}  // namespace weft::kernels
