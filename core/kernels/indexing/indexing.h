// Reading and adding at computed positions along one axis of a dense array, seen as
// [outer, axis, inner]. Works by element size; adding needs a numeric dtype.
//
// Indices are int64; negative ones count from the end; the caller has checked the range
// (first_out_of_range) or asks for clipping by `clip`.
#pragma once

#include "base/view.h"
#include "kernels/range.h"

namespace weft::kernels {

struct Indexing {
  DType dtype;
  int64_t outer, axis, inner;
  bool clip;           // indices outside the axis are clamped to it
  int64_t picked = 1;  // of pick: elements for each position of outer and inner
};

// The position of the first index outside [-axis, axis), or -1.
int64_t first_out_of_range(const int64_t* indices, int64_t count, int64_t axis);

// Are all of them inside it?
bool all_inside(const int64_t* indices, int64_t count, int64_t axis);

// y[o, j, i] = x[o, index[o, j, i], i]: `picked` elements for each o and i. A unit is one (o, j).
void run_pick(const Indexing& problem, const void* x, const int64_t* indices, void* y, Range units);
// The adjoint: dx is zeroed, then dx[o, index[o, j, i], i] += dy[o, j, i] in the order of j. A unit
// is a part of the inner elements of one o.
int64_t pick_adjoint_units(const Indexing& problem);
void run_pick_adjoint(const Indexing& problem, const void* dy, const int64_t* indices, void* dx,
                      Range units);

// y[o, j, :] = x[o, index[j], :], the same `count` indices for every o. A unit is one (o, j).
void run_take(const Indexing& problem, const void* x, const int64_t* indices, int64_t count,
              void* y, Range units);
// The adjoint: dx is zeroed, then dx[o, index[j], :] += dy[o, j, :] in the order of j. A unit is a
// part of the rows and elements of one o, which goes over all indices and adds what falls into it:
// so repeated indices keep their order whoever adds them.
int64_t take_adjoint_units(const Indexing& problem);
void run_take_adjoint(const Indexing& problem, const void* dy, const int64_t* indices,
                      int64_t count, void* dx, Range units);

}  // namespace weft::kernels
