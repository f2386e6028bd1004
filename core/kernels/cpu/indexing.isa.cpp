// Elements and rows at computed positions of one axis, and the sums that are their adjoints.
#include "kernels/isa_target.h"
#include "kernels/table_impl.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd.h"
#include "kernels/simd_memory.h"

WEFT_INLINE int64_t position_of(const Indexing& p, int64_t index) {
  if (p.clip) return index < 0 ? 0 : index < p.axis ? index : p.axis - 1;
  return index < 0 ? index + p.axis : index;
}

template <class S>
WEFT_INLINE void add(S& to, S from) {
  to = from_lane<S>(to_lane(to) + to_lane(from));
}

template <class S>
void pick(const Indexing& p, const void* x_data, const int64_t* indices, void* y_data,
          Range outer) {
  const S* x = (const S*)x_data;
  S* y = (S*)y_data;
  for (int64_t o = outer.begin; o < outer.end; ++o)
    for (int64_t i = 0; i < p.inner; ++i)
      y[o * p.inner + i] = x[(o * p.axis + position_of(p, indices[o * p.inner + i])) * p.inner + i];
}

template <class S>
void pick_adjoint(const Indexing& p, const void* dy_data, const int64_t* indices, void* dx_data,
                  Range outer) {
  const S* dy = (const S*)dy_data;
  for (int64_t o = outer.begin; o < outer.end; ++o) {
    S* dx = (S*)dx_data + o * p.axis * p.inner;
    __builtin_memset(dx, 0, p.axis * p.inner * sizeof(S));
    for (int64_t i = 0; i < p.inner; ++i)
      add(dx[position_of(p, indices[o * p.inner + i]) * p.inner + i], dy[o * p.inner + i]);
  }
}

template <class S>
void take(const Indexing& p, const void* x_data, const int64_t* indices, int64_t count,
          void* y_data, Range units) {
  for (int64_t unit = units.begin; unit < units.end; ++unit) {
    const int64_t o = unit / count;
    const int64_t row = o * p.axis + position_of(p, indices[unit % count]);
    __builtin_memcpy((S*)y_data + unit * p.inner, (const S*)x_data + row * p.inner,
                     p.inner * sizeof(S));
  }
}

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
  for (int64_t unit = units.begin; unit < units.end; ++unit) {
    const int64_t col_part = unit % cut.cols, row_part = unit / cut.cols % cut.rows;
    const int64_t o = unit / cut.cols / cut.rows;
    const int64_t first = p.inner * col_part / cut.cols;
    const int64_t cols = p.inner * (col_part + 1) / cut.cols - first;
    S* dx = (S*)dx_data + o * p.axis * p.inner + first;
    const S* dy = (const S*)dy_data + o * count * p.inner + first;
    const auto is_own = [&](int64_t row) WEFT_LAMBDA {
      return ((row >> cut.stripe_shift) & (cut.rows - 1)) == row_part;
    };
    for (int64_t row = 0; row < p.axis; ++row)
      if (is_own(row)) __builtin_memset(dx + row * p.inner, 0, cols * sizeof(S));
    for (int64_t j = 0; j < count; ++j) {
      const int64_t row = position_of(p, indices[j]);
      if (is_own(row)) add_elements(dy + j * p.inner, cols, dx + row * p.inner);
    }
  }
}

extern const PickKernel kPicks[kNumDTypes], kPickAdjoints[kNumDTypes];
extern const TakeKernel kTakes[kNumDTypes], kTakeAdjoints[kNumDTypes];
const PickKernel kPicks[kNumDTypes] = WEFT_EVERY_DTYPE(pick);
const PickKernel kPickAdjoints[kNumDTypes] = WEFT_EVERY_DTYPE(pick_adjoint);
const TakeKernel kTakes[kNumDTypes] = WEFT_EVERY_DTYPE(take);
const TakeKernel kTakeAdjoints[kNumDTypes] = WEFT_EVERY_DTYPE(take_adjoint);

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
