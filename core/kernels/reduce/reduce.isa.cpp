// The pieces of reductions (ReduceParts), compiled for one instruction set: blocks of lines and of
// rows, and how their totals combine and become elements. run_reduce.cpp puts them together.
#include "kernels/isa/isa_target.h"
#include "kernels/reduce/reduce_kernels_impl.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd/simd.h"
#include "kernels/simd/simd_memory.h"

#include "kernels/reduce/reduce_lanes.h"

#include "kernels/matmul/short_rows_impl.h"

// 64 bytes of lanes of T, in memory.
template <class T>
WEFT_INLINE Wide<T> wide_at(const void* p) {
  return Wide<T>::load((const T*)p);
}
template <class T>
WEFT_INLINE void put_wide(void* p, Wide<T> wide) {
  __builtin_memcpy(p, wide.part, sizeof wide.part);
}

// Combining totals. They are lanes of the type that is computed in, so halves share float32's code.
template <class Op, class T>
struct Totals {
  static void combine_all(void* earlier, const void* later, int64_t bytes) {
    for (int64_t at = 0; at < bytes; at += 64) {
      char* const to = (char*)earlier + at;
      put_wide<T>(to, combine<Op>(wide_at<T>(to), wide_at<T>((const char*)later + at)));
    }
  }
};

// The pieces for one operation on lanes. Where `reverses` is true (kMin), elements are reversed as
// they are loaded, and totals stay reversed until they are stored (Reverse, reduce_lanes.h).
template <class Op, class S>
struct LaneParts {
  using T = LaneType<S>;
  using V = Vec<T>;
  using W = Wide<T>;
  static constexpr int64_t kSideBySide = V::kLanes;
  // For floats, four neighbouring lines of 64 bytes go down the rows together. A page has many
  // columns, so each row then costs fewer visits to distant memory.
  static constexpr int kGroups = kIsFloating<T> ? 4 : 1;

  // The total of a block of one line, by pairs of blocks.
  WEFT_SHARED static void block(const void* line, int64_t count, bool reverses, void* total) {
    Pairwise<Op, T> partial;
    for (int64_t i = 0; i < count; i += kBlockElements)
      partial.push(reduce_block<Op>(
          (const S*)line + i, count - i < kBlockElements ? count - i : kBlockElements, reverses));
    put_wide<T>(total, partial.total());
  }
  // The sum of products of two lines, in the order of reduce_elements(): so the bits are the same
  // whether the products are stored first or not.
  static void products(const void* a_data, const void* b_data, int64_t count, void* total) {
    const S *a = (const S*)a_data, *b = (const S*)b_data;
    W sums[4] = {W::repeat(0), W::repeat(0), W::repeat(0), W::repeat(0)};
    int64_t i = 0;
    for (; i + 4 * W::kLanes <= count; i += 4 * W::kLanes)
#pragma GCC unroll 4
      for (int j = 0; j < 4; ++j) {
        const int64_t at = i + j * W::kLanes;
        sums[j] = combine<Sum>(sums[j], combine<Product>(W::load(a + at), W::load(b + at)));
      }
    for (int j = 0; i < count; i += W::kLanes, ++j) {
      const int64_t rest = count - i < W::kLanes ? count - i : W::kLanes;
      sums[j] = combine<Sum>(
          sums[j], combine<Product>(W::load_part(a + i, rest), W::load_part(b + i, rest)));
    }
    put_wide<T>(total,
                combine<Sum>(combine<Sum>(sums[0], sums[1]), combine<Sum>(sums[2], sums[3])));
  }
  // Totals before the first row: the identity of the operation.
  static void begin(void* totals, int64_t bytes) {
    const W identity = W::repeat(Op::template identity<S>());
    for (int64_t at = 0; at < bytes; at += 64) put_wide<T>((char*)totals + at, identity);
  }
  // kCount groups of 64 bytes of columns, over all rows; the sums stay in registers.
  template <int kCount, class Load>
  WEFT_INLINE static void add_rows(const S* p, int64_t rows, int64_t stride, T* totals, Load load) {
    W sums[kCount];
    WEFT_UNROLL
    for (int g = 0; g < kCount; ++g) sums[g] = wide_at<T>(totals + g * W::kLanes);
    for (int64_t row = 0; row < rows; ++row, p += stride) {
      WEFT_UNROLL
      for (int g = 0; g < kCount; ++g) sums[g] = combine<Op>(sums[g], load(p + g * W::kLanes));
    }
    WEFT_UNROLL
    for (int g = 0; g < kCount; ++g) put_wide<T>(totals + g * W::kLanes, sums[g]);
  }
  // Adds rows to the totals of their columns, a lane for each column.
  WEFT_SHARED static void rows(const void* first, int64_t rows, int64_t stride, int64_t cols,
                               bool reverses, void* totals) {
    const Reverse<T> reverse(reverses);
    const auto whole = [&](const S* p)
                           WEFT_LAMBDA { return Op::kReverses ? reverse(W::load(p)) : W::load(p); };
    const S* const p = (const S*)first;
    T* const sums = (T*)totals;
    int64_t col = 0;
    if constexpr (kGroups > 1)
      for (; col + kGroups * W::kLanes <= cols; col += kGroups * W::kLanes)
        add_rows<kGroups>(p + col, rows, stride, sums + col, whole);
    for (; col + W::kLanes <= cols; col += W::kLanes)
      add_rows<1>(p + col, rows, stride, sums + col, whole);
    if (col < cols)
      add_rows<1>(p + col, rows, stride, sums + col, [&](const S* from) WEFT_LAMBDA {
        const W some = W::load_part(from, cols - col);
        return Op::kReverses ? reverse(some) : some;
      });
  }
  // The first `cols` columns of a row; the other lanes are zero.
  WEFT_INLINE static W load_few(const S* p, int64_t cols) {
    W wide;
    WEFT_UNROLL
    for (int i = 0; i < W::kParts; ++i) {
      const int64_t rest = cols - i * V::kLanes, there = rest > 0 ? rest : 0;
      wide.part[i] =
          Memory<S>::load_part(p + i * V::kLanes, there < V::kLanes ? there : int64_t{V::kLanes});
    }
    return wide;
  }
  // Several blocks of rows go down side by side, so that no sum waits for the one before it. In
  // place of a block that does not exist, or behind the last row of the last block, zeros are
  // added.
  static void few_columns(const void* first, int64_t rows, int64_t stride, int64_t cols,
                          void* total) {
    constexpr int kSide = kReduceRowBlocks;
    static constexpr S kNothing[W::kLanes] = {};
    const int64_t blocks = (rows + kReduceRows - 1) / kReduceRows;
    const int64_t last = rows - (blocks - 1) * kReduceRows;
    const S* row[kSide];
    int64_t step[kSide];
    W sums[kSide];
    const auto each = [&](auto change) WEFT_LAMBDA {
      WEFT_UNROLL
      for (int b = 0; b < kSide; ++b) change(b);
    };
    each([&](int b) WEFT_LAMBDA {
      row[b] = b < blocks ? (const S*)first + b * kReduceRows * stride : kNothing;
      step[b] = b < blocks ? stride : 0;
      sums[b] = W::repeat(0);
    });
    // The last block may be shorter: first all blocks run over its rows, then the others to the
    // end.
    for (int64_t r = 0, end = last;;) {
      for (; r < end; ++r)
        each([&](int b) WEFT_LAMBDA {
          sums[b] = combine<Sum>(sums[b], load_few(row[b], cols));
          row[b] += step[b];
        });
      if (blocks == 1 || r == kReduceRows) break;
      end = kReduceRows;
      each([&](int b) WEFT_LAMBDA {
        row[b] = b + 1 == blocks ? kNothing : row[b];
        step[b] = b + 1 == blocks ? 0 : step[b];
      });
    }
    put_wide<T>(total,
                combine<Sum>(combine<Sum>(sums[0], sums[1]), combine<Sum>(sums[2], sums[3])));
  }
  // One element of a line's total: its lanes are folded.
  WEFT_SHARED static void fold_total(const void* total, bool reverses, void* element) {
    const T value = fold<Op>(wide_at<T>(total));
    *(S*)element = from_lane<S>(Op::kReverses ? Reverse<T>(reverses)(value) : value);
  }
  // Elements from the totals of columns: a lane each.
  WEFT_SHARED static void store(const void* totals, int64_t cols, bool reverses, void* elements) {
    const Reverse<T> reverse(reverses);
    for (int64_t col = 0; col < cols; col += V::kLanes) {
      V sums = Memory<T>::load((const T*)totals + col);
      if constexpr (Op::kReverses) sums = reverse(sums);
      if (cols - col >= V::kLanes)
        Memory<S>::store((S*)elements + col, sums);
      else
        Memory<S>::store_part((S*)elements + col, sums, cols - col);
    }
  }
  // One result for each line, a vector of lines at a time (short_rows_impl.h).
  WEFT_SHARED static void short_lines(const void* first, int64_t lines, int64_t stride,
                                      int64_t cols, bool reverses, void* elements) {
    const Reverse<T> reverse(reverses);
    for (int64_t line = 0; line < lines; line += V::kLanes) {
      const V results =
          reduce_short_rows<Op>((const S*)first + line * stride, stride, cols, reverses);
      Memory<S>::store((S*)elements + line, Op::kReverses ? reverse(results) : results);
    }
  }
};

// One reduction: an operation, and whether elements are reversed for it. The functions have the
// types of ReduceParts.
template <class Op, class S, bool kTransposed>
struct Lanes {
  using All = LaneParts<Op, S>;
  static constexpr int64_t kSideBySide = All::kSideBySide;
  static void block(const void* line, int64_t count, void* total) {
    All::block(line, count, kTransposed, total);
  }
  static constexpr auto begin = All::begin;
  static void rows(const void* first, int64_t rows, int64_t stride, int64_t cols, void* totals) {
    All::rows(first, rows, stride, cols, kTransposed, totals);
  }
  static constexpr auto combine_totals = Totals<Op, LaneType<S>>::combine_all;
  static void fold_total(const void* total, void* element) {
    All::fold_total(total, kTransposed, element);
  }
  static void store(const void* totals, int64_t cols, void* elements) {
    All::store(totals, cols, kTransposed, elements);
  }
  static void short_lines(const void* first, int64_t lines, int64_t stride, int64_t cols,
                          void* elements) {
    All::short_lines(first, lines, stride, cols, kTransposed, elements);
  }
};

// Sums of integers in 64 bits. They wrap and are exact, so the order does not matter.
template <class S>
struct IntegerParts {
  static constexpr int kAtOnce = 4;
  static constexpr int64_t kSideBySide = 0;
  static constexpr decltype(ReduceParts::short_lines) short_lines = nullptr;

  // Several sums at a time, because one alone would wait for its own result.
  static void block(const void* line, int64_t count, void* total) {
    typedef uint64_t V __attribute__((vector_size(32)));
    uint64_t sum[8] = {};
    const S* const p = (const S*)line;
    int64_t i = 0;
    if constexpr (sizeof(S) == sizeof(uint64_t)) {
      // Elements as wide as their sum are added in vectors.
      V a = {}, b = {}, next[2];
      for (; i + 8 <= count; i += 8) {
        __builtin_memcpy(&next[0], p + i, sizeof a);
        __builtin_memcpy(&next[1], p + i + 4, sizeof b);
        a += next[0];
        b += next[1];
      }
      a += b;
      for (int j = 0; j < 4; ++j) sum[0] += a[j];
    } else {
      // Narrower ones are widened one by one, into four sums.
      for (; i + kAtOnce <= count; i += kAtOnce)
#pragma GCC unroll 4
        for (int j = 0; j < kAtOnce; ++j) sum[j] += to_sum(p[i + j]);
      for (int j = 1; j < kAtOnce; ++j) {
        sum[0] += sum[j];
        sum[j] = 0;
      }
    }
    for (; i < count; ++i) sum[0] += to_sum(p[i]);
    // A total is 64 bytes for every kind of lane; sum[0] has it all, the rest is zero.
    __builtin_memcpy(total, sum, sizeof sum);
  }
  // Zero is all zero bits, and adding is the same for signed and unsigned numbers.
  static void begin(void* totals, int64_t bytes) { __builtin_memset(totals, 0, bytes); }
  // Four rows at a time, so that the totals are loaded and stored less often.
  static void rows(const void* first, int64_t rows, int64_t stride, int64_t cols, void* totals) {
    uint64_t* const __restrict sums = (uint64_t*)totals;
    const S* __restrict line = (const S*)first;
    int64_t row = 0;
    for (; row + kAtOnce <= rows; row += kAtOnce, line += kAtOnce * stride)
      for (int64_t c = 0; c < cols; ++c) {
        uint64_t some = 0;
#pragma GCC unroll 4
        for (int j = 0; j < kAtOnce; ++j) some += to_sum(line[j * stride + c]);
        sums[c] += some;
      }
    for (; row < rows; ++row, line += stride)
      for (int64_t c = 0; c < cols; ++c) sums[c] += to_sum(line[c]);
  }
  static void combine_totals(void* earlier, const void* later, int64_t bytes) {
    for (int64_t i = 0; i < bytes / 8; ++i) ((uint64_t*)earlier)[i] += ((const uint64_t*)later)[i];
  }
  static void fold_total(const void* total, void* element) {
    __builtin_memcpy(element, total, sizeof(uint64_t));
  }
  static void store(const void* totals, int64_t cols, void* elements) {
    __builtin_memcpy(elements, totals, cols * sizeof(uint64_t));
  }
};

// The members in the order of ReduceParts; few_columns and products are null.
template <class Parts, int kLane>
constexpr ReduceParts parts_of() {
  return {kLane,
          Parts::block,
          Parts::begin,
          Parts::rows,
          nullptr,
          Parts::combine_totals,
          Parts::fold_total,
          Parts::store,
          Parts::kSideBySide,
          Parts::short_lines,
          nullptr};
}
// Some parts of sums exist only where they pay: products for full lanes, a few columns for float32
// with masks.
template <class Op, class S, bool kTransposed = false>
constexpr ReduceParts lanes() {
  ReduceParts parts = parts_of<Lanes<Op, S, kTransposed>, sizeof(LaneType<S>)>();
#if !WEFT_HAS_SOME_OPERATORS
  if constexpr (kIsSame<Op, Sum> && kIsSame<S, LaneType<S>>)
    parts.products = LaneParts<Op, S>::products;
  if constexpr (kIsSame<Op, Sum> && kIsSame<S, float> && Memory<S>::kHasMasks)
    parts.few_columns = LaneParts<Op, S>::few_columns;
#endif
  return parts;
}
template <class S>
constexpr ReduceParts integers() {
  return parts_of<IntegerParts<S>, sizeof(uint64_t)>();
}

// A row of the table of kMax or kMin, in the order of DType.
#define WEFT_EXTREMES(transposed)                                            \
  {                                                                          \
    WEFT_ENTRY_OR(Boolean, {}, lanes<Largest, Boolean, transposed>()),       \
        WEFT_ENTRY_OR(uint8_t, {}, lanes<Largest, uint8_t, transposed>()),   \
        WEFT_ENTRY_OR(uint16_t, {}, lanes<Largest, uint16_t, transposed>()), \
        WEFT_ENTRY_OR(uint32_t, {}, lanes<Largest, uint32_t, transposed>()), \
        WEFT_ENTRY_OR(uint64_t, {}, lanes<Largest, uint64_t, transposed>()), \
        WEFT_ENTRY_OR(int8_t, {}, lanes<Largest, int8_t, transposed>()),     \
        WEFT_ENTRY_OR(int16_t, {}, lanes<Largest, int16_t, transposed>()),   \
        WEFT_ENTRY_OR(int32_t, {}, lanes<Largest, int32_t, transposed>()),   \
        WEFT_ENTRY_OR(int64_t, {}, lanes<Largest, int64_t, transposed>()),   \
        WEFT_ENTRY_OR(Float16, {}, lanes<Largest, Float16, transposed>()),   \
        WEFT_ENTRY_OR(BFloat16, {}, lanes<Largest, BFloat16, transposed>()), \
        WEFT_ENTRY_OR(float, {}, lanes<Largest, float, transposed>()),       \
        WEFT_ENTRY_OR(double, {}, lanes<Largest, double, transposed>())      \
  }

// By Reduction: sum, maximum, minimum, product. Products of narrower integers are cast to 64 bits
// first, so they have no kernel.
const ReduceParts kReduces[kNumReductions][kNumDTypes] = {
    {WEFT_ENTRY_OR(Boolean, {}, integers<Boolean>()),
     WEFT_ENTRY_OR(uint8_t, {}, integers<uint8_t>()),
     WEFT_ENTRY_OR(uint16_t, {}, integers<uint16_t>()),
     WEFT_ENTRY_OR(uint32_t, {}, integers<uint32_t>()),
     WEFT_ENTRY_OR(uint64_t, {}, integers<uint64_t>()),
     WEFT_ENTRY_OR(int8_t, {}, integers<int8_t>()), WEFT_ENTRY_OR(int16_t, {}, integers<int16_t>()),
     WEFT_ENTRY_OR(int32_t, {}, integers<int32_t>()),
     WEFT_ENTRY_OR(int64_t, {}, integers<uint64_t>()),
     WEFT_ENTRY_OR(Float16, {}, lanes<Sum, Float16>()),
     WEFT_ENTRY_OR(BFloat16, {}, lanes<Sum, BFloat16>()),
     WEFT_ENTRY_OR(float, {}, lanes<Sum, float>()),
     WEFT_ENTRY_OR(double, {}, lanes<Sum, double>())},
    WEFT_EXTREMES(false),
    WEFT_EXTREMES(true),
    {{},
     {},
     {},
     {},
     WEFT_ENTRY_OR(uint64_t, {}, lanes<Product, uint64_t>()),
     {},
     {},
     {},
     WEFT_ENTRY_OR(int64_t, {}, lanes<Product, uint64_t>()),
     WEFT_ENTRY_OR(Float16, {}, lanes<Product, Float16>()),
     WEFT_ENTRY_OR(BFloat16, {}, lanes<Product, BFloat16>()),
     WEFT_ENTRY_OR(float, {}, lanes<Product, float>()),
     WEFT_ENTRY_OR(double, {}, lanes<Product, double>())},
};

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
