// How a reduction's axes are sorted and merged (make_reduce), and how its work is counted. The walk
// itself is in run_reduce.cpp.

#include "kernels/reduce/reduce.h"

#include <cstdlib>
#include <utility>

namespace weft::kernels {
namespace {

struct Axis {
  int64_t extent, stride;
};

// Joins neighbouring axes that are one longer axis in memory. `axes` begins with the outermost.
int merge(Axis* axes, int count) {
  int merged = 0;
  for (int i = 0; i < count; ++i) {
    if (merged > 0 && axes[merged - 1].stride == axes[i].stride * axes[i].extent) {
      axes[merged - 1] = {axes[merged - 1].extent * axes[i].extent, axes[i].stride};
    } else {
      axes[merged++] = axes[i];
    }
  }
  return merged;
}

// Its result is a position, not an element.
bool is_arg(Reduction reduction) {
  return reduction == Reduction::kArgMax || reduction == Reduction::kArgMin;
}

}  // namespace

// Sums of small integers are computed in 64 bits, as NumPy does.
DType result_dtype(Reduction reduction, DType dtype) {
  if (is_arg(reduction)) return DType::kInt64;
  if (reduction != Reduction::kSum && reduction != Reduction::kProd) return dtype;
  switch (dtype) {
    case DType::kUInt8:
    case DType::kUInt16:
    case DType::kUInt32:
    case DType::kUInt64: return DType::kUInt64;
    case DType::kBool:
    case DType::kInt8:
    case DType::kInt16:
    case DType::kInt32:
    case DType::kInt64: return DType::kInt64;
    default: return dtype;
  }
}

Reduce make_reduce(Reduction reduction, const TensorView& in, uint32_t axes) {
  Axis kept[kMaxRank], reduced[kMaxRank];
  int kept_rank = 0, reduced_rank = 0;
  for (int axis = 0; axis < in.rank; ++axis) {
    if (in.shape[axis] == 1) continue;
    const Axis one = {in.shape[axis], in.strides[axis]};
    if (axes >> axis & 1) {
      reduced[reduced_rank++] = one;
    } else {
      kept[kept_rank++] = one;
    }
  }
  // The order of addition is free, so the walk goes forwards through memory. Positions are counted
  // in the order of the axes, so for kArg* the order stays.
  if (!is_arg(reduction)) {
    // an insertion sort: there are few axes, and std::stable_sort allocates memory
    // The largest stride comes first, so that the innermost axis is the densest.
    for (int i = 1; i < reduced_rank; ++i)
      for (int k = i; k > 0 && std::abs(reduced[k].stride) > std::abs(reduced[k - 1].stride); --k)
        std::swap(reduced[k], reduced[k - 1]);
  }
  kept_rank = merge(kept, kept_rank);
  reduced_rank = merge(reduced, reduced_rank);
  Reduce reduce;
  reduce.reduction = reduction;
  reduce.dtype = in.dtype;
  reduce.kept_rank = kept_rank;
  reduce.reduced_rank = reduced_rank;
  for (int i = 0; i < kept_rank; ++i) {
    reduce.kept[i] = kept[i].extent;
    reduce.kept_stride[i] = kept[i].stride;
  }
  for (int i = 0; i < reduced_rank; ++i) {
    reduce.reduced[i] = reduced[i].extent;
    reduce.reduced_stride[i] = reduced[i].stride;
  }
  return reduce;
}

int64_t reduce_units(const Reduce& reduce) {
  int64_t units = 1;
  for (int i = 0; i < reduce.kept_rank; ++i) units *= reduce.kept[i];
  return units;
}

// A vector's worth of results: short lines are reduced side by side, and columns share cache lines.
int64_t reduce_unit_group(const Reduce& reduce) {
  constexpr int64_t kLanes = 16;  // of 64 bytes
  const int inner = reduce.reduced_rank - 1, last = reduce.kept_rank - 1;
  const bool is_line = inner >= 0 && reduce.reduced_stride[inner] == 1;
  const bool is_column = !is_line && last >= 0 && reduce.kept_stride[last] == 1;
  const bool is_short = is_line && reduce_unit_cost(reduce) <= kReduceBlock;
  return is_column || is_short ? kLanes : 1;
}

int64_t reduce_unit_cost(const Reduce& reduce) {
  int64_t elements = 1;
  for (int i = 0; i < reduce.reduced_rank; ++i) elements *= reduce.reduced[i];
  return elements;
}

}  // namespace weft::kernels
