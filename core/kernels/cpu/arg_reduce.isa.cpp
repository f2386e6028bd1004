// Places of extrema: the row-major number of the first one or NaN among the reduced elements.
#include "kernels/isa_target.h"
#include "kernels/table_impl.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd.h"
#include "kernels/simd_memory.h"

#include "kernels/reduce_lanes.h"

// Of numbers or of vectors. Nothing beats NaN: it fails every comparison from there on.
template <bool kLargest, class T>
WEFT_INLINE auto is_better(T value, T best) {
  const auto better = kLargest ? value > best : value < best;
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

template <bool kLargest, class S>
struct Places {
  using T = LaneType<S>;
  using V = Vec<T>;
  using W = Wide<T>;
  using Op = typename Extremum<kLargest>::Op;

  // The first element that is `value`, which is there.
  WEFT_INLINE static int64_t find(const S* block, int64_t n, T value) {
    const bool is_nan = value != value;
    int64_t at = 0;
    for (; at + V::kLanes <= n; at += V::kLanes) {
      const V elements = Memory<S>::load(block + at);
      if (is_any(is_nan ? elements != elements : elements == V(value))) break;
    }
    for (;; ++at) {
      const T element = to_lane(block[at]);
      if (is_nan ? element != element : element == value) return at;
    }
  }
  static void begin(const void* first, int64_t cols, void* best) {
    for (int64_t c = 0; c < cols; ++c) ((T*)best)[c] = to_lane(((const S*)first)[c]);
  }
  // A block is looked through only where its extremum is better than those before.
  static void line(const void* line, int64_t count, int64_t position, void* best, int64_t* place) {
    T& known = *(T*)best;
    for (int64_t i = 0; i < count; i += kBlockElements) {
      const S* const block = (const S*)line + i;
      const int64_t n = count - i < kBlockElements ? count - i : kBlockElements;
      const T extremum = fold<Op>(reduce_block<Op>(block, n));
      if (!is_better<kLargest>(extremum, known)) continue;
      known = extremum;
      const int64_t at = find(block, n, known);
      *place = position + i + at;
    }
  }
  static void lines(const void* first, int64_t lines, int64_t stride, int64_t count,
                    int64_t* places) {
    for (int64_t i = 0; i < lines; ++i) {
      const S* const start = (const S*)first + i * stride;
      T best = to_lane(start[0]);
      places[i] = 0;
      line(start, count, 0, &best, places + i);
    }
  }
  static void rows(const void* first, int64_t rows, int64_t stride, int64_t cols, int64_t position,
                   void* best, int64_t* places) {
    T* const known = (T*)best;
    for (int64_t row = 0; row < rows; row += kReduceRows)
      for (int64_t col = 0; col < cols; col += W::kLanes) {
        const int64_t n = cols - col < W::kLanes ? cols - col : W::kLanes;
        T value[W::kLanes], at[W::kLanes];
        search((const S*)first + row * stride + col,
               rows - row < kReduceRows ? rows - row : kReduceRows, stride, n, value, at);
        for (int64_t c = 0; c < n; ++c) {
          if (!is_better<kLargest>(value[c], known[col + c])) continue;
          known[col + c] = value[c];
          places[col + c] = position + row + (int64_t)at[c];
        }
      }
  }
  // Of up to kReduceRows rows: every lane has room for their numbers.
  WEFT_INLINE static void search(const S* p, int64_t rows, int64_t stride, int64_t cols, T* value,
                                 T* at) {
    const auto load = [&](const S* from) WEFT_LAMBDA {
      return cols == W::kLanes ? W::load(from) : W::load_part(from, cols);
    };
    W best = load(p), place = W::repeat(0);
    for (int64_t row = 1; row < rows; ++row) {
      const W next = load(p + row * stride);
      WEFT_UNROLL
      for (int i = 0; i < W::kParts; ++i) {
        const auto better = is_better<kLargest>(next.part[i], best.part[i]);
        best.part[i] = select(better, next.part[i], best.part[i]);
        place.part[i] = select(better, V(T(row)), place.part[i]);
      }
    }
    __builtin_memcpy(value, best.part, sizeof best.part);
    __builtin_memcpy(at, place.part, sizeof place.part);
  }
};

template <bool kLargest, class S>
constexpr ArgReduceParts places() {
  using Parts = Places<kLargest, S>;
  return {Parts::lines, Parts::begin, Parts::line, Parts::rows};
}

#define WEFT_PLACES(largest)                                      \
  {                                                               \
    WEFT_ENTRY_OR(Boolean, {}, places<largest, uint8_t>()),       \
        WEFT_ENTRY_OR(uint8_t, {}, places<largest, uint8_t>()),   \
        WEFT_ENTRY_OR(uint16_t, {}, places<largest, uint16_t>()), \
        WEFT_ENTRY_OR(uint32_t, {}, places<largest, uint32_t>()), \
        WEFT_ENTRY_OR(uint64_t, {}, places<largest, uint64_t>()), \
        WEFT_ENTRY_OR(int8_t, {}, places<largest, int8_t>()),     \
        WEFT_ENTRY_OR(int16_t, {}, places<largest, int16_t>()),   \
        WEFT_ENTRY_OR(int32_t, {}, places<largest, int32_t>()),   \
        WEFT_ENTRY_OR(int64_t, {}, places<largest, int64_t>()),   \
        WEFT_ENTRY_OR(Float16, {}, places<largest, Float16>()),   \
        WEFT_ENTRY_OR(BFloat16, {}, places<largest, BFloat16>()), \
        WEFT_ENTRY_OR(float, {}, places<largest, float>()),       \
        WEFT_ENTRY_OR(double, {}, places<largest, double>())      \
  }

extern const ArgReduceParts kArgReduces[2][kNumDTypes];
const ArgReduceParts kArgReduces[2][kNumDTypes] = {WEFT_PLACES(true), WEFT_PLACES(false)};

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
