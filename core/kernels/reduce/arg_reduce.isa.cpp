// Positions of extrema (argmax, argmin): the row-major number, among the reduced elements, of the
// first extremum, or of the first NaN. Most elements only go through a fast search for the value; a
// block is searched for the position only if its extremum beats all before it.
#include "kernels/isa/isa_target.h"
#include "kernels/reduce/reduce_kernels_impl.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd/simd.h"
#include "kernels/simd/simd_memory.h"

#include "kernels/reduce/reduce_lanes.h"

// Is `value` to replace `best`? For numbers and for vectors. NaN replaces numbers, and nothing
// replaces NaN, so the first NaN stays.
template <class T>
WEFT_INLINE auto is_better(T value, T best) {
  return (value > best) | ((value != value) & (best == best));
}

// The search for the largest element. For the smallest, elements are reversed (Reverse,
// reduce_lanes.h), and `best` is a reversed value, too.
template <class S>
struct Places {
  using T = LaneType<S>;
  using V = Vec<T>;
  using W = Wide<T>;

  // The position of the first element equal to `value`, which is in the block and is not reversed.
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
  WEFT_SHARED static void begin(const void* first, int64_t cols, bool reverses, void* best) {
    const Reverse<T> reverse(reverses);
    for (int64_t c = 0; c < cols; ++c) ((T*)best)[c] = reverse(to_lane(((const S*)first)[c]));
  }
  // One line of `count` dense elements, the first of which has number `position`. A block is looked
  // through only if its extremum is better than those before.
  WEFT_SHARED static void line(const void* line, int64_t count, int64_t position, bool reverses,
                               void* best, int64_t* place) {
    const Reverse<T> reverse(reverses);
    T& known = *(T*)best;
    for (int64_t i = 0; i < count; i += kBlockElements) {
      const S* const block = (const S*)line + i;
      const int64_t n = count - i < kBlockElements ? count - i : kBlockElements;
      const T extremum = fold<Largest>(reduce_block<Largest>(block, n, reverses));
      if (!is_better(extremum, known)) continue;
      known = extremum;
      *place = position + i + find(block, n, reverse(known));
    }
  }
  // Lines that are whole results, each found on its own.
  WEFT_SHARED static void lines(const void* first, int64_t lines, int64_t stride, int64_t count,
                                bool reverses, int64_t* places) {
    const Reverse<T> reverse(reverses);
    for (int64_t i = 0; i < lines; ++i) {
      const S* const start = (const S*)first + i * stride;
      T best = reverse(to_lane(start[0]));
      places[i] = 0;
      line(start, count, 0, reverses, &best, places + i);
    }
  }
  // Rows whose columns are neighbouring results; `position` is the number of the first row.
  WEFT_SHARED static void rows(const void* first, int64_t rows, int64_t stride, int64_t cols,
                               int64_t position, bool reverses, void* best, int64_t* places) {
    T* const known = (T*)best;
    for (int64_t row = 0; row < rows; row += kReduceRows)
      for (int64_t col = 0; col < cols; col += W::kLanes) {
        const int64_t n = cols - col < W::kLanes ? cols - col : W::kLanes;
        T value[W::kLanes], at[W::kLanes];
        search((const S*)first + row * stride + col,
               rows - row < kReduceRows ? rows - row : kReduceRows, stride, n, reverses, value, at);
        for (int64_t c = 0; c < n; ++c) {
          if (!is_better(value[c], known[col + c])) continue;
          known[col + c] = value[c];
          places[col + c] = position + row + (int64_t)at[c];
        }
      }
  }
  // The best of up to kReduceRows rows for each column, and the row it is in. Positions are counted
  // in lanes of T, which always have room for so few rows.
  WEFT_INLINE static void search(const S* p, int64_t rows, int64_t stride, int64_t cols,
                                 bool reverses, T* value, T* at) {
    const Reverse<T> reverse(reverses);
    const auto load = [&](const S* from) WEFT_LAMBDA {
      return reverse(cols == W::kLanes ? W::load(from) : W::load_part(from, cols));
    };
    W best = load(p), place = W::repeat(0);
    for (int64_t row = 1; row < rows; ++row) {
      const W next = load(p + row * stride);
      WEFT_UNROLL
      for (int i = 0; i < W::kParts; ++i) {
        const auto better = is_better(next.part[i], best.part[i]);
        best.part[i] = select(better, next.part[i], best.part[i]);
        place.part[i] = select(better, V(T(row)), place.part[i]);
      }
    }
    __builtin_memcpy(value, best.part, sizeof best.part);
    __builtin_memcpy(at, place.part, sizeof place.part);
  }
};

// The same for one of the two kinds, with the types of ArgReduceParts.
template <class S, bool kTransposed>
struct PlacesOf {
  using All = Places<S>;
  static void lines(const void* first, int64_t lines, int64_t stride, int64_t count,
                    int64_t* places) {
    All::lines(first, lines, stride, count, kTransposed, places);
  }
  static void begin(const void* first, int64_t cols, void* best) {
    All::begin(first, cols, kTransposed, best);
  }
  static void line(const void* line, int64_t count, int64_t position, void* best, int64_t* place) {
    All::line(line, count, position, kTransposed, best, place);
  }
  static void rows(const void* first, int64_t rows, int64_t stride, int64_t cols, int64_t position,
                   void* best, int64_t* places) {
    All::rows(first, rows, stride, cols, position, kTransposed, best, places);
  }
};
template <class S, bool kTransposed>
constexpr ArgReduceParts places() {
  using Parts = PlacesOf<S, kTransposed>;
  return {Parts::lines, Parts::begin, Parts::line, Parts::rows};
}

#define WEFT_PLACES(transposed)                                      \
  {                                                                  \
    WEFT_ENTRY_OR(Boolean, {}, places<uint8_t, transposed>()),       \
        WEFT_ENTRY_OR(uint8_t, {}, places<uint8_t, transposed>()),   \
        WEFT_ENTRY_OR(uint16_t, {}, places<uint16_t, transposed>()), \
        WEFT_ENTRY_OR(uint32_t, {}, places<uint32_t, transposed>()), \
        WEFT_ENTRY_OR(uint64_t, {}, places<uint64_t, transposed>()), \
        WEFT_ENTRY_OR(int8_t, {}, places<int8_t, transposed>()),     \
        WEFT_ENTRY_OR(int16_t, {}, places<int16_t, transposed>()),   \
        WEFT_ENTRY_OR(int32_t, {}, places<int32_t, transposed>()),   \
        WEFT_ENTRY_OR(int64_t, {}, places<int64_t, transposed>()),   \
        WEFT_ENTRY_OR(Float16, {}, places<Float16, transposed>()),   \
        WEFT_ENTRY_OR(BFloat16, {}, places<BFloat16, transposed>()), \
        WEFT_ENTRY_OR(float, {}, places<float, transposed>()),       \
        WEFT_ENTRY_OR(double, {}, places<double, transposed>())      \
  }

// [is it the smallest][dtype].
const ArgReduceParts kArgReduces[2][kNumDTypes] = {WEFT_PLACES(false), WEFT_PLACES(true)};

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
