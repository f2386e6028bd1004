// Reductions of a strided view over any set of axes into a dense output.
//
// A sum adds along 64-byte virtual lanes and pairwise over blocks, in an order that shape and
// strides alone decide: its bits are the same for every instruction set and every split of the
// units. float16 and bfloat16 add in float32; integers and bool add in 64 bits, as NumPy does.
// Products go the way of sums.
#pragma once

#include "base/view.h"
#include "kernels/range.h"

namespace weft::kernels {

// NaN wins in kMax and kMin; kArgMax and kArgMin give the first NaN, else the first extremum.
enum class Reduction : uint8_t { kSum, kMax, kMin, kProd, kArgMax, kArgMin };

// What the reduction stores: int64 or uint64 for sums and products of bool and integers, int64 (the
// row-major number of the element among the reduced axes) for kArg*, else `dtype`.
DType result_dtype(Reduction reduction, DType dtype);

// Blocks that combine pairwise: of a dense line so many elements, of columns so many rows.
inline constexpr int64_t kReduceBlock = 1024;
inline constexpr int64_t kReduceRows = 32;
inline constexpr int64_t kReduceRowBlocks = 4;  // of a few columns, in one call

// A library of some operators goes without turning runs of few elements into columns.
#if WEFT_HAS_SOME_OPERATORS
inline constexpr bool kTurnsRuns = false;
#else
inline constexpr bool kTurnsRuns = true;
#endif
inline constexpr int64_t kFewElements = 16;  // of a line
inline constexpr int64_t kFewColumns = 15;
inline constexpr int64_t kFewOfColumns = 64;  // elements of all columns

// A dense run of elements: `length` rows of `columns`, a result for each column.
struct FewElements {
  int64_t length, columns;

  bool are_few() const {
    return kTurnsRuns && length > 0 &&
           (columns == 1 ? length <= kFewElements
                         : columns <= kFewColumns && length * columns <= kFewOfColumns);
  }
};

// The order of the walk, derived once per call or once per plan. One unit is one output element.
struct Reduce {
  Reduction reduction;
  DType dtype;
  int32_t kept_rank, reduced_rank;
  int64_t kept[kMaxRank], kept_stride[kMaxRank];  // outermost first; strides in elements
  int64_t reduced[kMaxRank], reduced_stride[kMaxRank];
};

// `axes`: bit i set: axis i is reduced. A sum over no elements is 0, a product 1; the caller
// refuses the other reductions of no elements, and casts integers to 64 bits for products.
Reduce make_reduce(Reduction reduction, const TensorView& in, uint32_t axes);
int64_t reduce_units(const Reduce& reduce);

// Neighbouring units that are best made together: a share of them should be a multiple.
int64_t reduce_unit_group(const Reduce& reduce);

// Work that one unit costs, in elements: how a caller decides on splitting.
int64_t reduce_unit_cost(const Reduce& reduce);

// `out` is the first element of the dense output: kept axes in their order.
void run_reduce(const Reduce& reduce, const void* in, void* out, Range units);

}  // namespace weft::kernels
