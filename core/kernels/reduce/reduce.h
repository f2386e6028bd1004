// Reductions of a strided array over any set of axes, into a dense output.
//
// A sum runs along 64-byte virtual lanes, and pairwise over blocks, in an order that shape and
// strides alone decide. So its bits are the same for every instruction set and every division of
// the units. float16 and bfloat16 are added in float32; integers and bool in 64 bits, as NumPy
// does. Products are combined in the same order.
#pragma once

#include "base/view.h"
#include "kernels/range.h"
#include "kernels/reduce/reduce_blocks.h"

namespace weft::kernels {

// kMax and kMin give NaN if there is one. kArgMax and kArgMin give the position of the first NaN,
// else of the first extremum.
enum class Reduction : uint8_t { kSum, kMax, kMin, kProd, kArgMax, kArgMin };

// The dtype of the results: int64 or uint64 for sums and products of bool and integers; int64 for
// kArg* (the row-major number of the element among the reduced axes); else `dtype`.
DType result_dtype(Reduction reduction, DType dtype);

// A library for some operators does without transposing runs of few elements.
#if WEFT_HAS_SOME_OPERATORS
inline constexpr bool kTurnsRuns = false;
#else
inline constexpr bool kTurnsRuns = true;
#endif
inline constexpr int64_t kFewElements = 16;   // maximum of a line
inline constexpr int64_t kFewColumns = 15;    // maximum of columns, and
inline constexpr int64_t kFewOfColumns = 64;  // of the elements of all columns

// A dense run of elements: `length` rows of `columns` elements, with one result for each column. In
// are_few(): is it worth transposing many such runs?
struct FewElements {
  int64_t length, columns;

  bool are_few() const {
    return kTurnsRuns && length > 0 &&
           (columns == 1 ? length <= kFewElements
                         : columns <= kFewColumns && length * columns <= kFewOfColumns);
  }
};

// The order of the walk, derived once for each call or plan. A unit is one output element. Axes of
// extent 1 are dropped, and neighbours are merged.
struct Reduce {
  Reduction reduction;
  DType dtype;
  int32_t kept_rank, reduced_rank;
  // axes that stay, outermost first; strides in elements
  int64_t kept[kMaxRank], kept_stride[kMaxRank];
  int64_t reduced[kMaxRank], reduced_stride[kMaxRank];  // axes that are reduced
};

// Bit i of `axes` says that axis i is reduced. A sum of no elements is 0, a product 1. The caller
// refuses the other reductions of no elements, and casts integers to 64 bits before products.
Reduce make_reduce(Reduction reduction, const TensorView& in, uint32_t axes);
// The number of output elements.
int64_t reduce_units(const Reduce& reduce);

// Neighbouring units that are best computed together: a thread's share should be a multiple of it.
int64_t reduce_unit_group(const Reduce& reduce);

// The work of one unit, in elements: callers decide by it whether to use several threads.
int64_t reduce_unit_cost(const Reduce& reduce);

// Computes some units. `in` is the view's first element, `out` that of the dense output, whose axes
// are the kept axes in their order.
void run_reduce(const Reduce& reduce, const void* in, void* out, Range units);

}  // namespace weft::kernels
