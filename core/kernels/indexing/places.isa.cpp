// Elements moved or added between an array and chosen places of another
// (kernels/indexing/places.h).

#include "kernels/indexing/indexing_kernels_impl.h"
#include "kernels/indexing/places_kernels_impl.h"
#include "kernels/isa/isa_target.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd/simd.h"
#include "kernels/simd/simd_memory.h"

// The offset of an element on both sides.
struct Pair {
  int64_t indexed, picked;
};

// The offsets of position number `number` of the axes, in row-major order.
Pair offsets_of(const SharedAxes& axes, int64_t number) {
  Pair at{0, 0};
  for (int axis = axes.rank - 1; axis >= 0; --axis) {
    const int64_t i = number % axes.shape[axis];
    number /= axes.shape[axis];
    at.indexed += i * axes.indexed[axis];
    at.picked += i * axes.picked[axis];
  }
  return at;
}

// Where a chosen place is in the picked array. Usually the places are a single axis.
WEFT_INLINE int64_t picked_offset(const SharedAxes& chosen, int64_t place) {
  if (chosen.rank == 1) return place * chosen.picked[0];
  return chosen.rank == 0 ? 0 : offsets_of(chosen, place).picked;
}

// Calls body(offset in indexed, offset in picked, count, stride of indexed, stride of picked) for
// each line along the last axis.
template <class Body>
WEFT_INLINE void for_lines(const SharedAxes& axes, Pair at, Body body) {
  if (axes.rank == 0) return body(at.indexed, at.picked, 1, 1, 1);
  const int last = axes.rank - 1;
  int64_t lines = 1;
  for (int axis = 0; axis < last; ++axis) lines *= axes.shape[axis];
  int64_t index[kMaxRank] = {};
  for (int64_t line = 0; line < lines; ++line) {
    body(at.indexed, at.picked, axes.shape[last], axes.indexed[last], axes.picked[last]);
    for (int axis = last - 1; axis >= 0; --axis) {
      at.indexed += axes.indexed[axis];
      at.picked += axes.picked[axis];
      if (++index[axis] < axes.shape[axis]) break;
      index[axis] = 0;
      at.indexed -= axes.indexed[axis] * axes.shape[axis];
      at.picked -= axes.picked[axis] * axes.shape[axis];
    }
  }
}

// What happens to the elements of `to`: they are replaced, or added to. Integers wrap; a sum of
// bools is "or".
template <class S>
struct Replace {
  using Element = S;
  WEFT_INLINE static void one(S& to, S from) { to = from; }
  static void line(S* to, int64_t to_stride, const S* from, int64_t from_stride, int64_t count) {
    if (to_stride == 1 && from_stride == 1) {
      __builtin_memcpy(to, from, count * sizeof(S));
      return;
    }
    for (int64_t i = 0; i < count; ++i) to[i * to_stride] = from[i * from_stride];
  }
};
template <class S>
struct Add {
  using Element = S;
  WEFT_INLINE static void one(S& to, S from) { to = from_lane<S>(to_lane(to) + to_lane(from)); }
  static void line(S* to, int64_t to_stride, const S* from, int64_t from_stride, int64_t count) {
    constexpr int kLanes = Vec<LaneType<S>>::kLanes;
    int64_t i = 0;
    if (to_stride == 1 && from_stride == 1)
      for (; i + kLanes <= count; i += kLanes)
        Memory<S>::store(to + i, Memory<S>::load(to + i) + Memory<S>::load(from + i));
    for (; i < count; ++i) one(to[i * to_stride], from[i * from_stride]);
  }
};

// Rows of several outer positions; `place` is the chosen place within one.
template <class S>
void gather(const Places& places, const void* indexed, void* picked, Range rows) {
  const S* from = (const S*)indexed;
  S* to = (S*)picked;
  const int64_t count = places.chosen.elements();
  int64_t outer = rows.begin / count, place = rows.begin % count;
  const bool has_single_elements = places.after.rank == 0 && places.chosen.rank <= 1;
  const int64_t step = places.chosen.rank == 0 ? 1 : places.chosen.picked[places.chosen.rank - 1];
  for (int64_t row = rows.begin; row < rows.end; place = 0, ++outer) {
    const Pair before = offsets_of(places.before, outer);
    const int64_t end = count < place + rows.end - row ? count : place + rows.end - row;
    row += end - place;
    if (has_single_elements) {
      const S* const line = from + before.indexed;
      S* const results = to + before.picked;
      for (; place < end; ++place) results[place * step] = line[places.offsets[place]];
      continue;
    }
    for (; place < end; ++place) {
      const Pair at{before.indexed + places.offsets[place],
                    before.picked + picked_offset(places.chosen, place)};
      for_lines(places.after, at,
                [&](int64_t a, int64_t b, int64_t n, int64_t sa, int64_t sb)
                    WEFT_LAMBDA { Replace<S>::line(to + b, sb, from + a, sa, n); });
    }
  }
}

// The part that serves the place at this offset. The multiplication spreads neighbours over the
// parts (Fibonacci hashing, Knuth, The Art of Computer Programming 3, 6.4).
WEFT_INLINE int64_t part_of(int64_t offset, int64_t parts) {
  const uint64_t mixed = uint64_t(offset) * 0x9e3779b97f4a7c15u;
  return int64_t((mixed >> 32) * uint64_t(parts) >> 32);
}

// Change is Replace or Add. Every part goes over all places and serves its own.
template <class Change>
void scatter(const Places& places, void* indexed, const void* picked, int64_t part, int64_t parts) {
  using S = typename Change::Element;
  S* to = (S*)indexed;
  const S* from = (const S*)picked;
  const int64_t count = places.chosen.elements(), outer = places.before.elements();
  const bool has_single_elements = places.after.rank == 0 && places.chosen.rank <= 1;
  const int64_t step = places.chosen.rank == 0 ? 1 : places.chosen.picked[places.chosen.rank - 1];
  for (int64_t o = 0; o < outer; ++o) {
    const Pair before = offsets_of(places.before, o);
    if (has_single_elements && parts == 1) {
      S* const line = to + before.indexed;
      const S* const values = from + before.picked;
      for (int64_t i = 0; i < count; ++i) Change::one(line[places.offsets[i]], values[i * step]);
      continue;
    }
    for (int64_t place = 0; place < count; ++place) {
      const int64_t offset = places.offsets[place];
      if (parts > 1 && part_of(offset, parts) != part) continue;
      const Pair at{before.indexed + offset, before.picked + picked_offset(places.chosen, place)};
      for_lines(places.after, at,
                [&](int64_t a, int64_t b, int64_t n, int64_t sa, int64_t sb)
                    WEFT_LAMBDA { Change::line(to + a, sa, from + b, sb, n); });
    }
  }
}

// The update of places.h, for a part of the inner elements in each unit.
template <class S>
void pick_update(const Indexing& p, const void* values_data, const int64_t* indices, void* y_data,
                 Range units) {
  const int64_t parts = pick_parts(p), axis = p.axis, inner = p.inner;
  for (int64_t unit = units.begin; unit < units.end; ++unit) {
    const int64_t o = unit / parts, part = unit % parts;
    const int64_t first = inner * part / parts, end = inner * (part + 1) / parts;
    S* const y = (S*)y_data + o * axis * inner;
    const S* const values = (const S*)values_data + o * p.picked * inner;
    const int64_t* const index = indices + o * p.picked * inner;
    const auto put = [&](int64_t at, int64_t i) WEFT_LAMBDA {
      const int64_t row = index[at] < 0 ? index[at] + axis : index[at];
      y[row * inner + i] = values[at];
    };
    if (inner == 1) {
      for (int64_t j = 0; j < p.picked; ++j) put(j, 0);
      continue;
    }
    for (int64_t j = 0; j < p.picked; ++j)
      for (int64_t i = first; i < end; ++i) put(j * inner + i, i);
  }
}

template <class S>
constexpr PlacesKernels kernels_of_size() {
  return {gather<S>, scatter<Replace<S>>, pick_update<S>};
}

const PlacesKernels kPlaces[4] = {kernels_of_size<uint8_t>(), kernels_of_size<uint16_t>(),
                                  kernels_of_size<uint32_t>(), kernels_of_size<uint64_t>()};
template <class S>
constexpr ScatterKernel kAdds = scatter<Add<S>>;
// Halves have no sums: these would be rounded after each term.
template <>
constexpr ScatterKernel kAdds<Float16> = nullptr;
template <>
constexpr ScatterKernel kAdds<BFloat16> = nullptr;
const ScatterKernel kScatterSums[kNumDTypes] = WEFT_EVERY_SUM(kAdds);

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
