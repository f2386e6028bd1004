// Reductions of strided views: rows when the reduced axis is dense, columns when a kept one is.
#include "kernels/isa_target.h"
#include "kernels/table_impl.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd.h"
#include "kernels/simd_memory.h"

#include "kernels/reduce_lanes.h"

#include "kernels/cpu/short_rows_impl.h"

// All positions of some axes in row-major order, as offsets in elements.
struct Walk {
  int rank;
  const int64_t* extent;
  const int64_t* stride;
  int64_t index[kMaxRank] = {};
  int64_t offset = 0;

  Walk(int rank, const int64_t* extent, const int64_t* stride)
      : rank(rank), extent(extent), stride(stride) {}
  bool advance() {
    for (int axis = rank - 1; axis >= 0; --axis) {
      offset += stride[axis];
      if (++index[axis] < extent[axis]) return true;
      offset -= stride[axis] * extent[axis];
      index[axis] = 0;
    }
    return false;
  }
};

// The reduced axes as lines along the innermost one.
struct Lines {
  int64_t length, stride;
  int outer_rank;
};
Lines lines_of(const Reduce& reduce) {
  if (reduce.reduced_rank == 0) return {1, 1, 0};
  const int inner = reduce.reduced_rank - 1;
  return {reduce.reduced[inner], reduce.reduced_stride[inner], inner};
}
bool is_empty(const Reduce& reduce) {
  for (int i = 0; i < reduce.reduced_rank; ++i)
    if (reduce.reduced[i] == 0) return true;
  return false;
}

int64_t unit_offset(const Reduce& reduce, int64_t unit) {
  int64_t offset = 0;
  for (int axis = reduce.kept_rank - 1; axis >= 0; --axis) {
    offset += unit % reduce.kept[axis] * reduce.kept_stride[axis];
    unit /= reduce.kept[axis];
  }
  return offset;
}

// Units of this many neighbours lie densely side by side: they reduce as columns.
int64_t columns_of(const Reduce& reduce) {
  if (reduce.kept_rank == 0 || reduce.kept_stride[reduce.kept_rank - 1] != 1) return 1;
  if (reduce.reduced_rank > 0 && reduce.reduced_stride[reduce.reduced_rank - 1] == 1) return 1;
  return reduce.kept[reduce.kept_rank - 1];
}

template <class Op, class S>
LaneType<S> reduce_one(const Reduce& reduce, const S* in) {
  using T = LaneType<S>;
  const Lines lines = lines_of(reduce);
  Pairwise<Op, T> partial;
  Walk walk(lines.outer_rank, reduce.reduced, reduce.reduced_stride);
  do {
    for (int64_t i = 0; i < lines.length; i += kBlockElements) {
      const int64_t n = lines.length - i < kBlockElements ? lines.length - i : kBlockElements;
      const S* line = in + walk.offset + i * lines.stride;
      if (lines.stride == 1) {
        partial.push(reduce_block<Op>(line, n));
      } else {
        S dense[kBlockElements];
        for (int64_t j = 0; j < n; ++j) dense[j] = line[j * lines.stride];
        partial.push(reduce_block<Op>(dense, n));
      }
    }
  } while (walk.advance());
  return fold<Op>(partial.total());
}

// Rows at the beginning of `units` that reduce_short_rows takes; 0 if these are none.
template <class T>
int64_t short_rows(const Reduce& reduce, Range units) {
  constexpr int64_t kRows = Vec<T>::kLanes;
  const bool is_row = reduce.reduced_rank == 1 && reduce.reduced_stride[0] == 1 &&
                      reduce.reduced[0] <= kBlockElements;
  if (!is_row || reduce.kept_rank == 0) return 0;
  const int64_t extent = reduce.kept[reduce.kept_rank - 1];
  const int64_t in_line = extent - units.begin % extent, count = units.end - units.begin;
  return (in_line < count ? in_line : count) / kRows * kRows;
}

// A group of 64-byte columns: each lane is one output with its own pairwise chain over rows.
template <class Op, class S, int kGroups>
void reduce_columns(const Reduce& reduce, const S* in, S* out, int64_t cols) {
  using T = LaneType<S>;
  using W = Wide<T>;
  const Lines lines = lines_of(reduce);
  const auto load = [&](const S* p, int group) WEFT_LAMBDA {
    if constexpr (kGroups == 1) {
      return cols >= W::kLanes ? W::load(p) : W::load_part(p, cols);
    } else {
      return W::load(p + group * W::kLanes);
    }
  };
  const W identity = W::repeat(Op::template identity<S>());
  Pairwise<Op, T> partial[kGroups];
  Walk walk(lines.outer_rank, reduce.reduced, reduce.reduced_stride);
  do {
    for (int64_t r = 0; r < lines.length; r += kReduceRows) {
      const int64_t end = r + kReduceRows < lines.length ? r + kReduceRows : lines.length;
      W sums[kGroups];
      for (int g = 0; g < kGroups; ++g) sums[g] = identity;
      for (int64_t row = r; row < end; ++row) {
        const S* p = in + walk.offset + row * lines.stride;
#pragma GCC unroll 4
        for (int g = 0; g < kGroups; ++g) sums[g] = combine<Op>(sums[g], load(p, g));
      }
      for (int g = 0; g < kGroups; ++g) partial[g].push(sums[g]);
    }
  } while (walk.advance());
  for (int g = 0; g < kGroups; ++g) {
    const W total = partial[g].total();
    for (int i = 0; i < W::kParts; ++i) {
      const int64_t at = (g * W::kParts + i) * Vec<T>::kLanes;
      if (cols - at >= Vec<T>::kLanes) {
        Memory<S>::store(out + at, total.part[i]);
      } else if (cols > at) {
        Memory<S>::store_part(out + at, total.part[i], cols - at);
      }
    }
  }
}

template <class Op, class S>
void reduce_lanes(const Reduce& reduce, const void* in_data, void* out_data, Range units) {
  using W = Wide<LaneType<S>>;
  const S* in = (const S*)in_data;
  S* out = (S*)out_data;
  if (is_empty(reduce)) {
    const S nothing = from_lane<S>(Op::template identity<S>());
    for (int64_t unit = units.begin; unit < units.end; ++unit) out[unit] = nothing;
    return;
  }
  const int64_t columns = columns_of(reduce);
  for (int64_t unit = units.begin; unit < units.end;) {
    const S* first = in + unit_offset(reduce, unit);
    if (const int64_t rows = short_rows<LaneType<S>>(reduce, {unit, units.end})) {
      const int64_t stride = reduce.kept_stride[reduce.kept_rank - 1];
      for (int64_t row = 0; row < rows; row += Vec<LaneType<S>>::kLanes)
        Memory<S>::store(out + unit + row,
                         reduce_short_rows<Op>(first + row * stride, stride, reduce.reduced[0]));
      unit += rows;
      continue;
    }
    if (columns == 1) {
      out[unit] = from_lane<S>(reduce_one<Op>(reduce, first));
      ++unit;
      continue;
    }
    int64_t count = columns - unit % columns;
    if (count > units.end - unit) count = units.end - unit;
    constexpr int kGroups = kIsFloating<LaneType<S>> ? 4 : 1;
    if (kGroups > 1 && count >= kGroups * W::kLanes) {
      count = kGroups * W::kLanes;
      reduce_columns<Op, S, kGroups>(reduce, first, out + unit, count);
    } else {
      if (count > W::kLanes) count = W::kLanes;
      reduce_columns<Op, S, 1>(reduce, first, out + unit, count);
    }
    unit += count;
  }
}

// Integers add in 64 bits, where order does not matter: blocks of columns side by side, or one.
template <class S>
void sum_integers(const Reduce& reduce, const void* in_data, void* out_data, Range units) {
  constexpr int64_t kColumns = 64;
  const S* in = (const S*)in_data;
  uint64_t* out = (uint64_t*)out_data;
  const Lines lines = lines_of(reduce);
  const int64_t columns = columns_of(reduce);
  for (int64_t unit = units.begin; unit < units.end;) {
    int64_t count = columns - unit % columns;
    if (count > kColumns) count = kColumns;
    if (count > units.end - unit) count = units.end - unit;
    uint64_t sums[kColumns] = {};
    const S* first = in + unit_offset(reduce, unit);
    Walk walk(lines.outer_rank, reduce.reduced, reduce.reduced_stride);
    if (!is_empty(reduce)) {
      do {
        const S* line = first + walk.offset;
        if (count == 1 && lines.stride == 1) {
          for (int64_t i = 0; i < lines.length; ++i) sums[0] += to_sum(line[i]);
        } else {
          for (int64_t i = 0; i < lines.length; ++i)
            for (int64_t c = 0; c < count; ++c) sums[c] += to_sum(line[i * lines.stride + c]);
        }
      } while (walk.advance());
    }
    for (int64_t c = 0; c < count; ++c) out[unit + c] = sums[c];
    unit += count;
  }
}

template <bool kLargest, class T>
WEFT_INLINE bool is_better(T value, T best) {
  // Nothing beats NaN: it fails every comparison from here on.
  const bool better = kLargest ? value > best : value < best;
  return better | ((value != value) & (best == best));
}

template <bool kLargest>
struct Extremum {
  using Op = Largest;
};
template <>
struct Extremum<false> {
  using Op = Smallest;
};

// Of dense lines: a block is looked through only where its extremum is better than those before.
template <bool kLargest, class S>
int64_t place_in_lines(const Reduce& reduce, const S* in) {
  using T = LaneType<S>;
  using Op = typename Extremum<kLargest>::Op;
  const Lines lines = lines_of(reduce);
  Walk walk(lines.outer_rank, reduce.reduced, reduce.reduced_stride);
  T best = to_lane(in[0]);
  int64_t place = 0, before = 0;
  do {
    const S* line = in + walk.offset;
    for (int64_t i = 0; i < lines.length; i += kBlockElements) {
      const int64_t n = lines.length - i < kBlockElements ? lines.length - i : kBlockElements;
      const T extremum = fold<Op>(reduce_block<Op>(line + i, n));
      if (!is_better<kLargest>(extremum, best)) continue;
      best = extremum;
      place = i;
      for (;; ++place) {
        const T value = to_lane(line[place]);
        if ((value == best) | ((value != value) & (best != best))) break;
      }
      place += before;
    }
    before += lines.length;
  } while (walk.advance());
  return place;
}

// The row-major number of the first extremum or NaN among the reduced elements.
template <bool kLargest, class S>
void find_extremum(const Reduce& reduce, const void* in_data, void* out_data, Range units) {
  using T = LaneType<S>;
  constexpr int64_t kColumns = 64;
  const S* in = (const S*)in_data;
  int64_t* out = (int64_t*)out_data;
  const int64_t columns = columns_of(reduce);
  for (int64_t unit = units.begin; unit < units.end;) {
    int64_t count = columns - unit % columns;
    if (count > kColumns) count = kColumns;
    if (count > units.end - unit) count = units.end - unit;
    const S* first = in + unit_offset(reduce, unit);
    if (columns == 1 && lines_of(reduce).stride == 1) {
      out[unit++] = place_in_lines<kLargest>(reduce, first);
      continue;
    }
    T best[kColumns];
    for (int64_t c = 0; c < count; ++c) {
      best[c] = to_lane(first[c]);
      out[unit + c] = 0;
    }
    Walk walk(reduce.reduced_rank, reduce.reduced, reduce.reduced_stride);
    int64_t position = 0;
    do {
      const S* line = first + walk.offset;
      for (int64_t c = 0; c < count; ++c) {
        const T value = to_lane(line[c]);
        if (is_better<kLargest>(value, best[c])) {
          best[c] = value;
          out[unit + c] = position;
        }
      }
      ++position;
    } while (walk.advance());
    unit += count;
  }
}

template <class S>
constexpr ReduceKernel sum() {
  if constexpr (kIsFloating<LaneType<S>>) {
    return reduce_lanes<Sum, S>;
  } else {
    return sum_integers<S>;
  }
}

#define WEFT_REDUCTIONS(kernel)                                                         \
  {                                                                                     \
    WEFT_ENTRY(Boolean, kernel(Boolean)), WEFT_ENTRY(uint8_t, kernel(uint8_t)),         \
        WEFT_ENTRY(uint16_t, kernel(uint16_t)), WEFT_ENTRY(uint32_t, kernel(uint32_t)), \
        WEFT_ENTRY(uint64_t, kernel(uint64_t)), WEFT_ENTRY(int8_t, kernel(int8_t)),     \
        WEFT_ENTRY(int16_t, kernel(int16_t)), WEFT_ENTRY(int32_t, kernel(int32_t)),     \
        WEFT_ENTRY(int64_t, kernel(int64_t)), WEFT_ENTRY(Float16, kernel(Float16)),     \
        WEFT_ENTRY(BFloat16, kernel(BFloat16)), WEFT_ENTRY(float, kernel(float)),       \
        WEFT_ENTRY(double, kernel(double))                                              \
  }
#define WEFT_SUM(S) sum<S>()
#define WEFT_LARGEST(S) reduce_lanes<Largest, S>
#define WEFT_SMALLEST(S) reduce_lanes<Smallest, S>
#define WEFT_ARG_LARGEST(S) find_extremum<true, S>
#define WEFT_ARG_SMALLEST(S) find_extremum<false, S>

extern const ReduceKernel kReduces[kNumReductions][kNumDTypes];
const ReduceKernel kReduces[kNumReductions][kNumDTypes] = {
    WEFT_REDUCTIONS(WEFT_SUM),
    WEFT_REDUCTIONS(WEFT_LARGEST),
    WEFT_REDUCTIONS(WEFT_SMALLEST),
    WEFT_REDUCTIONS(WEFT_ARG_LARGEST),
    WEFT_REDUCTIONS(WEFT_ARG_SMALLEST),
    {nullptr, nullptr, nullptr, nullptr, WEFT_ENTRY(uint64_t, reduce_lanes<Product, uint64_t>),
     nullptr, nullptr, nullptr, WEFT_ENTRY(int64_t, reduce_lanes<Product, uint64_t>),
     WEFT_ENTRY(Float16, reduce_lanes<Product, Float16>),
     WEFT_ENTRY(BFloat16, reduce_lanes<Product, BFloat16>),
     WEFT_ENTRY(float, reduce_lanes<Product, float>),
     WEFT_ENTRY(double, reduce_lanes<Product, double>)},
};

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
