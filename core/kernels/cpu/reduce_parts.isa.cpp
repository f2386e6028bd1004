// Reductions of values that come block by block: the same blocks in the same order as those of
// whole arrays (reduce.isa.cpp), so the same bits.
#include "kernels/isa_target.h"
#include "kernels/table_impl.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd.h"
#include "kernels/simd_memory.h"

#include "kernels/reduce_lanes.h"

template <class T>
WEFT_INLINE Wide<T> wide_at(const void* p) {
  return Wide<T>::load((const T*)p);
}
template <class T>
WEFT_INLINE void put_wide(void* p, Wide<T> wide) {
  __builtin_memcpy(p, wide.part, sizeof wide.part);
}

template <class Op, class S>
struct LaneParts {
  using T = LaneType<S>;
  using W = Wide<T>;

  static void block(const void* line, int64_t count, void* total) {
    put_wide<T>(total, reduce_block<Op>((const S*)line, count));
  }
  static void begin(void* totals, int64_t bytes) {
    const W identity = W::repeat(Op::template identity<S>());
    for (int64_t at = 0; at < bytes; at += 64) put_wide<T>((char*)totals + at, identity);
  }
  static void rows(const void* first, int64_t rows, int64_t cols, void* totals) {
    T* const sums = (T*)totals;
    for (int64_t col = 0; col < cols; col += W::kLanes) {
      W sum = wide_at<T>(sums + col);
      const S* p = (const S*)first + col;
      if (cols - col >= W::kLanes) {
        for (int64_t row = 0; row < rows; ++row) sum = combine<Op>(sum, W::load(p + row * cols));
      } else {
        for (int64_t row = 0; row < rows; ++row)
          sum = combine<Op>(sum, W::load_part(p + row * cols, cols - col));
      }
      put_wide<T>(sums + col, sum);
    }
  }
  static void join(const void* earlier, void* later, int64_t bytes) {
    for (int64_t at = 0; at < bytes; at += 64) {
      char* const to = (char*)later + at;
      put_wide<T>(to, combine<Op>(wide_at<T>((const char*)earlier + at), wide_at<T>(to)));
    }
  }
  static void fold_total(const void* total, void* element) {
    *(S*)element = from_lane<S>(fold<Op>(wide_at<T>(total)));
  }
  static void store(const void* totals, int64_t cols, void* elements) {
    const T* const sums = (const T*)totals;
    for (int64_t c = 0; c < cols; ++c) ((S*)elements)[c] = from_lane<S>(sums[c]);
  }
};

// In 64 bits, where order does not matter.
template <class S>
struct IntegerParts {
  static void block(const void* line, int64_t count, void* total) {
    uint64_t sum[8] = {};
    for (int64_t i = 0; i < count; ++i) sum[0] += to_sum(((const S*)line)[i]);
    __builtin_memcpy(total, sum, sizeof sum);
  }
  static void begin(void* totals, int64_t bytes) { __builtin_memset(totals, 0, bytes); }
  static void rows(const void* first, int64_t rows, int64_t cols, void* totals) {
    uint64_t* const sums = (uint64_t*)totals;
    for (int64_t row = 0; row < rows; ++row)
      for (int64_t c = 0; c < cols; ++c) sums[c] += to_sum(((const S*)first)[row * cols + c]);
  }
  static void join(const void* earlier, void* later, int64_t bytes) {
    for (int64_t i = 0; i < bytes / 8; ++i) ((uint64_t*)later)[i] += ((const uint64_t*)earlier)[i];
  }
  static void fold_total(const void* total, void* element) {
    __builtin_memcpy(element, total, sizeof(uint64_t));
  }
  static void store(const void* totals, int64_t cols, void* elements) {
    __builtin_memcpy(elements, totals, cols * sizeof(uint64_t));
  }
};

template <class Parts, int kLane>
constexpr ReduceParts parts_of() {
  return {kLane,       Parts::block,      Parts::begin, Parts::rows,
          Parts::join, Parts::fold_total, Parts::store};
}
template <class Op, class S>
constexpr ReduceParts lanes() {
  return parts_of<LaneParts<Op, S>, sizeof(LaneType<S>)>();
}
template <class S>
constexpr ReduceParts integers() {
  return parts_of<IntegerParts<S>, sizeof(uint64_t)>();
}

// By dtype, in the order of DType; those of positions are none.
#define WEFT_EXTREMES(Op)                                   \
  {                                                         \
    WEFT_ENTRY_OR(Boolean, {}, lanes<Op, Boolean>()),       \
        WEFT_ENTRY_OR(uint8_t, {}, lanes<Op, uint8_t>()),   \
        WEFT_ENTRY_OR(uint16_t, {}, lanes<Op, uint16_t>()), \
        WEFT_ENTRY_OR(uint32_t, {}, lanes<Op, uint32_t>()), \
        WEFT_ENTRY_OR(uint64_t, {}, lanes<Op, uint64_t>()), \
        WEFT_ENTRY_OR(int8_t, {}, lanes<Op, int8_t>()),     \
        WEFT_ENTRY_OR(int16_t, {}, lanes<Op, int16_t>()),   \
        WEFT_ENTRY_OR(int32_t, {}, lanes<Op, int32_t>()),   \
        WEFT_ENTRY_OR(int64_t, {}, lanes<Op, int64_t>()),   \
        WEFT_ENTRY_OR(Float16, {}, lanes<Op, Float16>()),   \
        WEFT_ENTRY_OR(BFloat16, {}, lanes<Op, BFloat16>()), \
        WEFT_ENTRY_OR(float, {}, lanes<Op, float>()),       \
        WEFT_ENTRY_OR(double, {}, lanes<Op, double>())      \
  }

extern const ReduceParts kReduceParts[kNumReductions][kNumDTypes];
const ReduceParts kReduceParts[kNumReductions][kNumDTypes] = {
    {WEFT_ENTRY_OR(Boolean, {}, integers<Boolean>()),
     WEFT_ENTRY_OR(uint8_t, {}, integers<uint8_t>()),
     WEFT_ENTRY_OR(uint16_t, {}, integers<uint16_t>()),
     WEFT_ENTRY_OR(uint32_t, {}, integers<uint32_t>()),
     WEFT_ENTRY_OR(uint64_t, {}, integers<uint64_t>()),
     WEFT_ENTRY_OR(int8_t, {}, integers<int8_t>()), WEFT_ENTRY_OR(int16_t, {}, integers<int16_t>()),
     WEFT_ENTRY_OR(int32_t, {}, integers<int32_t>()),
     WEFT_ENTRY_OR(int64_t, {}, integers<int64_t>()),
     WEFT_ENTRY_OR(Float16, {}, lanes<Sum, Float16>()),
     WEFT_ENTRY_OR(BFloat16, {}, lanes<Sum, BFloat16>()),
     WEFT_ENTRY_OR(float, {}, lanes<Sum, float>()),
     WEFT_ENTRY_OR(double, {}, lanes<Sum, double>())},
    WEFT_EXTREMES(Largest),
    WEFT_EXTREMES(Smallest),
    {},
    {},
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
