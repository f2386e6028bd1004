// Elements moved or added between an array and the places of another that index arrays choose.
//
// The one side is the indexed array with its own strides, the other is the picked one: its axes are
// those of the indexed array that come before the chosen places, the axes of the index arrays, and
// the rest. A step is one row of the rest, so what it costs to find a place is paid once a row.
#pragma once

#include "base/view.h"
#include "kernels/indexing/indexing.h"
#include "kernels/range.h"

namespace weft::kernels {

// Axes that both sides have, with the strides of each.
struct SharedAxes {
  int rank = 0;
  int64_t shape[kMaxRank];
  int64_t indexed[kMaxRank];
  int64_t picked[kMaxRank];

  // Joins the axis to the one before where both sides step evenly over the two.
  void append(int64_t extent, int64_t in_indexed, int64_t in_picked);
  int64_t elements() const;
  int64_t picked_step() const { return rank == 0 ? 1 : picked[rank - 1]; }  // of the last axis
};

struct Places {
  DType dtype;
  SharedAxes before, chosen, after;  // strides of `chosen` in the indexed array mean nothing
  const int64_t* offsets;            // of the chosen places in the indexed array

  int64_t rows() const { return before.elements() * chosen.elements(); }
  // Are rows one element, and the places evenly apart in the picked array?
  bool has_single_elements() const { return after.rank == 0 && chosen.rank <= 1; }
};

// An axis of the indexed array that an index array counts along; negative numbers from its end.
struct CountedAxis {
  int64_t extent, stride;
};
// offsets[i] += what numbers[i * step] adds to an element's offset. False where one lies outside.
bool add_offsets(CountedAxis axis, const int64_t* numbers, int64_t step, int64_t count,
                 int64_t* offsets);

// picked = indexed at the places. A unit is a row.
void run_gather(const Places& places, const void* indexed, void* picked, Range rows);

// The places of `indexed` = picked, one after the other, or += picked where `accumulate` says so
// (not for float16 and bfloat16, whose sums need float32). Of `parts` calls each serves the places
// that fall to its `part`, always the same ones together: any number of them gives the same bits.
void run_scatter(const Places& places, void* indexed, const void* picked, bool accumulate,
                 int64_t part, int64_t parts);

// y[o, index[o, j, i], i] = values[o, j, i] in the order of j: the last of equal indices stays.
// Units are those of the adjoint of pick (kernels/indexing/indexing.h); nothing is clipped.
void run_pick_update(const Indexing& problem, const void* values, const int64_t* indices, void* y,
                     Range units);

}  // namespace weft::kernels
