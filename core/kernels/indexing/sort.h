// The order of rows, and where numbers belong in a sorted row. NaN is larger than every number.
// All dtypes but float16 and bfloat16.
#pragma once

#include "base/view.h"
#include "kernels/range.h"

namespace weft::kernels {

// A dense array seen as [outer, axis, inner]; a row runs along the axis.
struct Sorting {
  DType dtype;
  int64_t outer, axis, inner;
  int64_t count;  // of the order's first positions that are wanted; 1 <= count <= axis
  bool descending;
};

// Bytes of scratch that one caller of run_sort_order needs.
int64_t sort_scratch(int64_t axis);

// order, [outer, count, inner]: of each row the positions of its first elements from the smallest
// to the largest, equal ones as they come. A unit is a row.
void run_sort_order(const Sorting& problem, const void* x, int64_t* order, Range rows,
                    void* scratch);

// positions[i]: how many elements of the ascending `sorted` come before values[i]; those equal to
// it count where `right` says so.
void run_search(DType dtype, const void* sorted, int64_t count, const void* values,
                int64_t* positions, bool right, Range elements);

}  // namespace weft::kernels
