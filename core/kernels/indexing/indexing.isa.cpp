// Elements and rows at computed positions of one axis, and the sums that are their adjoints. Loops
// over single elements are limited by the index arithmetic, so it is kept short.
#include "kernels/indexing/indexing_kernels_impl.h"
#include "kernels/isa/isa_target.h"
#include "kernels/reduce/reduce_blocks.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd/simd.h"
#include "kernels/simd/simd_memory.h"

#include "kernels/reduce/reduce_lanes.h"

#include "kernels/simd/row_lanes_impl.h"

// Calls body with a function from an index to its position. The choice between clamping and
// negative indices is made outside the loops.
template <class Body>
WEFT_INLINE void with_positions(const Indexing& p, Body body) {
  const int64_t axis = p.axis;
  if (p.clip) {
    body([=](int64_t index) WEFT_LAMBDA {
      return index < 0 ? 0 : index < axis ? index : axis - 1;
    });
  } else {
    body([=](int64_t index) WEFT_LAMBDA { return index < 0 ? index + axis : index; });
  }
}

// An index is inside if it, or its complement if it is negative, is at most axis - 1: then axis - 1
// minus it is not negative. The signs of all these differences are collected.
bool all_inside(const int64_t* indices, int64_t count, int64_t axis) {
  using V = Vec<int64_t>;
  const V last(axis - 1);
  V outside(0);
  for_lanes<int64_t>(count, [&](int64_t i, int64_t n) WEFT_LAMBDA {
    const V index = load_lanes(indices + i, n);
    const V size = V::of(index.v ^ (index < V(0)).v);
    // Absent lanes are 0, which lies outside only if the axis is empty.
    outside = V::of(outside.v | (last - size).v);
  });
  return count == 0 || !is_any(outside < V(0));
}

// If no index is negative, an index is its position, which saves half of a loop over single
// elements.
bool is_any_negative(const int64_t* indices, int64_t count) {
  using V = Vec<int64_t>;
  V all(0);
  for_lanes<int64_t>(count, [&](int64_t i, int64_t n)
                                WEFT_LAMBDA { all = V::of(all.v | load_lanes(indices + i, n).v); });
  return is_any(all < V(0));
}

// Halves are rounded after each addition.
template <class S>
WEFT_INLINE void add(S& to, S from) {
  to = from_lane<S>(to_lane(to) + to_lane(from));
}

template <class S>
void pick(const Indexing& p, const void* x_data, const int64_t* indices, void* y_data, Range rows) {
  S* y = (S*)y_data;
  with_positions(p, [&](auto position_of) WEFT_LAMBDA {
    for (int64_t row = rows.begin; row < rows.end;) {
      const int64_t o = row / p.picked;
      const S* x = (const S*)x_data + o * p.axis * p.inner;
      const int64_t end = (o + 1) * p.picked < rows.end ? (o + 1) * p.picked : rows.end;
      if (p.inner == 1) {
        if (!p.clip && !is_any_negative(indices + row, end - row))
          for (; row < end; ++row) y[row] = x[indices[row]];
        else
          for (; row < end; ++row) y[row] = x[position_of(indices[row])];
        continue;
      }
      for (; row < end; ++row) {
        const int64_t* const index = indices + row * p.inner;
        for (int64_t i = 0; i < p.inner; ++i)
          y[row * p.inner + i] = x[position_of(index[i]) * p.inner + i];
      }
    }
  });
}

// A unit zeroes its columns, then adds all that fall into them.
template <class S>
void pick_adjoint(const Indexing& p, const void* dy_data, const int64_t* indices, void* dx_data,
                  Range units) {
  const int64_t parts = pick_parts(p);
  with_positions(p, [&](auto position_of) WEFT_LAMBDA {
    for (int64_t unit = units.begin; unit < units.end; ++unit) {
      const int64_t o = unit / parts, part = unit % parts;
      const int64_t first = p.inner * part / parts, end = p.inner * (part + 1) / parts;
      S* dx = (S*)dx_data + o * p.axis * p.inner;
      if (parts == 1) {
        __builtin_memset(dx, 0, p.axis * p.inner * sizeof(S));
      } else {
        for (int64_t row = 0; row < p.axis; ++row)
          __builtin_memset(dx + row * p.inner + first, 0, (end - first) * sizeof(S));
      }
      if (p.inner == 1) {
        const S* const dy = (const S*)dy_data + o * p.picked;
        const int64_t* const index = indices + o * p.picked;
        for (int64_t j = 0; j < p.picked; ++j) add(dx[position_of(index[j])], dy[j]);
        continue;
      }
      for (int64_t j = 0; j < p.picked; ++j) {
        const int64_t row = (o * p.picked + j) * p.inner;
        const S* const dy = (const S*)dy_data + row;
        for (int64_t i = first; i < end; ++i)
          add(dx[position_of(indices[row + i]) * p.inner + i], dy[i]);
      }
    }
  });
}

// Shorter rows are copied element by element, because a call of memcpy takes longer.
constexpr int64_t kShortRow = 16;

template <class S>
void take(const Indexing& p, const void* x_data, const int64_t* indices, int64_t count,
          void* y_data, Range units) {
  S* y = (S*)y_data;
  with_positions(p, [&](auto position_of) WEFT_LAMBDA {
    for (int64_t unit = units.begin; unit < units.end;) {
      const int64_t o = unit / count;
      const S* const x = (const S*)x_data + o * p.axis * p.inner;
      // So that index[unit] is the index of (o, j).
      const int64_t* const index = indices - o * count;
      const int64_t end = (o + 1) * count < units.end ? (o + 1) * count : units.end;
      if (p.inner == 1) {
        for (; unit < end; ++unit) y[unit] = x[position_of(index[unit])];
        continue;
      }
      for (; unit < end; ++unit) {
        const S* const from = x + position_of(index[unit]) * p.inner;
        S* const to = y + unit * p.inner;
        if (p.inner < kShortRow) {
          for (int64_t i = 0; i < p.inner; ++i) to[i] = from[i];
        } else {
          __builtin_memcpy(to, from, p.inner * sizeof(S));
        }
      }
    }
  });
}

// to[i] += from[i]
template <class S>
void add_elements(const S* from, int64_t count, S* to) {
  constexpr int kLanes = Vec<LaneType<S>>::kLanes;
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes)
    Memory<S>::store(to + i, Memory<S>::load(to + i) + Memory<S>::load(from + i));
  for (; i < count; ++i) add(to[i], from[i]);
}

template <class S>
void take_adjoint(const Indexing& p, const void* dy_data, const int64_t* indices, int64_t count,
                  void* dx_data, Range units) {
  const TakeCut cut = take_cut(p);
  with_positions(p, [&](auto position_of) WEFT_LAMBDA {
    for (int64_t unit = units.begin; unit < units.end; ++unit) {
      const int64_t col_part = unit % cut.cols, row_part = unit / cut.cols % cut.rows;
      const int64_t o = unit / cut.cols / cut.rows;
      const int64_t first = p.inner * col_part / cut.cols;
      const int64_t cols = p.inner * (col_part + 1) / cut.cols - first;
      if (cols == 0 || p.axis == 0) continue;  // without elements there may be no address
      S* dx = (S*)dx_data + o * p.axis * p.inner + first;
      const S* dy = (const S*)dy_data + o * count * p.inner + first;
      // Does the row belong to this unit? Stripes of rows are dealt out in turn.
      const auto is_own = [&](int64_t row) WEFT_LAMBDA {
        return ((row >> cut.stripe_shift) & (cut.rows - 1)) == row_part;
      };
      if (cut.rows * cut.cols == 1) {
        __builtin_memset(dx, 0, p.axis * p.inner * sizeof(S));
      } else {
        for (int64_t row = 0; row < p.axis; ++row)
          if (is_own(row)) __builtin_memset(dx + row * p.inner, 0, cols * sizeof(S));
      }
      for (int64_t j = 0; j < count; ++j) {
        const int64_t row = position_of(indices[j]);
        if (is_own(row)) add_elements(dy + j * p.inner, cols, dx + row * p.inner);
      }
    }
  });
}

// By DType: reads by size, sums by dtype.
const PickKernel kPicks[kNumDTypes] = WEFT_EVERY_SIZE(pick);
const PickKernel kPickAdjoints[kNumDTypes] = WEFT_EVERY_SUM(pick_adjoint);
const TakeKernel kTakes[kNumDTypes] = WEFT_EVERY_SIZE(take);
const TakeKernel kTakeAdjoints[kNumDTypes] = WEFT_EVERY_SUM(take_adjoint);

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
