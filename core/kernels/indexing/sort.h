// The order of rows (argsort, topk), and where numbers belong in a sorted row (searchsorted). NaN
// is larger than every number. All dtypes but float16 and bfloat16.
#pragma once

#include "base/view.h"
#include "kernels/range.h"

namespace weft::kernels {

// A dense array seen as [outer, axis, inner]. A row runs along the axis.
struct Sorting {
  DType dtype;
  int64_t outer, axis, inner;
  int64_t count;  // how many first positions of the order are wanted; 1 <= count <= axis
  bool descending;
};

// Bytes of scratch that one call of run_sort_order needs.
int64_t sort_scratch(int64_t axis);

// Writes order[outer, count, inner]: for each row the positions of its first elements, from the
// smallest to the largest (or the reverse, if `descending`); equal elements stay in their order. A
// unit is a row.
void run_sort_order(const Sorting& problem, const void* x, int64_t* order, Range rows,
                    void* scratch);

// positions[i]: how many elements of the ascending `sorted` come before values[i]. Elements equal
// to it count if `right` is true.
void run_search(DType dtype, const void* sorted, int64_t count, const void* values,
                int64_t* positions, bool right, Range elements);

}  // namespace weft::kernels
