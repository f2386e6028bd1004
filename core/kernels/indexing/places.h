// Elements that are moved or added between an array and those places of another that index arrays
// choose (advanced indexing).
//
// One side is the indexed array with its strides. The other is the picked array; its axes are the
// axes of the indexed array before the chosen places, the axes of the index arrays, and the rest.
// Kernels move one row of the rest at a time, so a place is only looked up once for each row.
#pragma once

#include "base/view.h"
#include "kernels/indexing/indexing.h"
#include "kernels/range.h"

namespace weft::kernels {

// Axes that both sides have, with the strides of each side in elements.
struct SharedAxes {
  int rank = 0;
  int64_t shape[kMaxRank];
  int64_t indexed[kMaxRank];
  int64_t picked[kMaxRank];

  // Appends an axis, joined with the one before if both sides step evenly over the two.
  void append(int64_t extent, int64_t in_indexed, int64_t in_picked);
  int64_t elements() const;
  // stride of the last axis in the picked array
  int64_t picked_step() const { return rank == 0 ? 1 : picked[rank - 1]; }
};

struct Places {
  DType dtype;
  SharedAxes before, chosen, after;  // `chosen` has no strides in the indexed array
  const int64_t* offsets;            // of each chosen place, in the indexed array

  int64_t rows() const { return before.elements() * chosen.elements(); }
  // Is each row one element, and are the places evenly spaced in the picked array?
  bool has_single_elements() const { return after.rank == 0 && chosen.rank <= 1; }
};

// An axis of the indexed array along which an index array counts; negative numbers count from its
// end.
struct CountedAxis {
  int64_t extent, stride;
};
// offsets[i] += what numbers[i * step] contributes to the offset of an element. False if a number
// lies outside the axis.
bool add_offsets(CountedAxis axis, const int64_t* numbers, int64_t step, int64_t count,
                 int64_t* offsets);

// picked = the chosen places of indexed. A unit is a row.
void run_gather(const Places& places, const void* indexed, void* picked, Range rows);

// The chosen places of `indexed` = picked, one after the other, or += picked if `accumulate` (not
// for float16 and bfloat16, whose sums need float32). Each of `parts` calls serves the places that
// belong to its `part`; a place always belongs to the same part, so repeated places keep their
// order and any number of parts gives the same bits.
void run_scatter(const Places& places, void* indexed, const void* picked, bool accumulate,
                 int64_t part, int64_t parts);

// y[o, index[o, j, i], i] = values[o, j, i] in the order of j: of equal indices the last one stays.
// Units are those of pick's adjoint (kernels/indexing/indexing.h); nothing is clamped.
void run_pick_update(const Indexing& problem, const void* values, const int64_t* indices, void* y,
                     Range units);

}  // namespace weft::kernels
