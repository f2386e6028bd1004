// The kernels of reduce.h: the pieces of which run_reduce.cpp makes a reduction.
#pragma once

#include "kernels/isa/declare_kernels.h"
#include "kernels/reduce/reduce.h"

namespace weft::kernels {

inline constexpr int kNumReductions = 4;  // those whose results are elements, not positions

// The pieces of a reduction of one dtype; run_reduce.cpp walks over the array and calls them.
//
// Totals are lanes of the type that the reduction computes in, in whole lines of 64 bytes. The
// total of a block of a dense line is 64 bytes, of which fold() makes one element. Totals of
// columns are one lane for each column. Strides between rows, or between lines, are counted in
// elements.
struct ReduceParts {
  int64_t lane;  // bytes of one lane of a total
  // The total of a run of blocks. If their number is a power of two, it is a subtree of the whole
  // sum.
  void (*block)(const void* line, int64_t count, void* total);
  // A block of rows may take several calls of rows(); begin() sets the totals that the first one
  // finds.
  void (*begin)(void* totals, int64_t bytes);
  void (*rows)(const void* first, int64_t rows, int64_t stride, int64_t cols, void* totals);
  // The total of up to kReduceRowBlocks blocks of rows whose columns fit into 64 bytes of totals;
  // it is a subtree. Null: there is no such kernel, and rows() does it.
  void (*few_columns)(const void* first, int64_t rows, int64_t stride, int64_t cols, void* total);
  void (*combine)(void* earlier, const void* later, int64_t bytes);  // into `earlier`
  void (*fold)(const void* total, void* element);
  void (*store)(const void* totals, int64_t cols, void* elements);
  // One result for each dense line of up to kReduceBlock elements. `lines` must be a multiple of
  // `side_by_side`, which is 0 where there is no such kernel.
  int64_t side_by_side;
  void (*short_lines)(const void* first, int64_t lines, int64_t stride, int64_t cols,
                      void* elements);
  // A block of the sum of a[i] b[i], each product rounded. Null: the caller multiplies first.
  void (*products)(const void* a, const void* b, int64_t count, void* total);
};

// The search for the first extremum, or the first NaN. `best` has the best value so far of each of
// some neighbouring results, as lanes; `places` has its position.
struct ArgReduceParts {
  void (*lines)(const void* first, int64_t lines, int64_t stride, int64_t count, int64_t* places);
  void (*begin)(const void* first, int64_t cols, void* best);
  void (*line)(const void* line, int64_t count, int64_t position, void* best, int64_t* place);
  void (*rows)(const void* first, int64_t rows, int64_t stride, int64_t cols, int64_t position,
               void* best, int64_t* places);  // position: of the first row
};

// kReduces[reduction][dtype], some without kernels; kArgReduces[is it the smallest][dtype]
WEFT_KERNELS(extern const ReduceParts kReduces[kNumReductions][kNumDTypes];
             extern const ArgReduceParts kArgReduces[2][kNumDTypes];)

}  // namespace weft::kernels
