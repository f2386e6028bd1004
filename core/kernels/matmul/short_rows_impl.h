// Reductions of many short rows at the same time, one for each lane of a vector; for reductions and
// poolings.
//
// Included inside the namespace of an instruction set, after kernels/reduce/reduce_lanes.h.

#include "kernels/simd/transpose_tile_impl.h"

// As many dense rows as a vector has lanes, each of at most a block. Their totals are transposed,
// so that one operation does for all rows what folding does to the lanes of one; bits are the same.
template <class Op, class S>
__attribute__((noinline)) Vec<LaneType<S>> reduce_short_rows(const S* in, int64_t row_stride,
                                                             int64_t cols, bool reverses = false) {
  using T = LaneType<S>;
  using V = Vec<T>;
  typename V::Native lines[V::kLanes];
  for (int row = 0; row < V::kLanes; ++row) {
    Wide<T> total = reduce_block<Op>(in + row * row_stride, cols, reverses);
    lines[row] = fold_parts<Op>(total).v;
  }
  transpose_tile<V::kLanes>(lines);
#pragma GCC unroll 4
  for (int half = V::kLanes / 2; half > 0; half /= 2)
#pragma GCC unroll 8
    for (int i = 0; i < half; ++i)
      lines[i] = Op::combine(V::of(lines[i]), V::of(lines[i + half])).v;
  return V::of(lines[0]);
}
