#include "kernels/places.h"

#include <algorithm>
#include <cstring>

#include "kernels/copy.h"

namespace weft::kernels {
namespace {

// The offset of the number-th element on both sides.
struct Pair {
  int64_t indexed = 0;
  int64_t picked = 0;
};

Pair offsets_of(const SharedAxes& axes, int64_t number) {
  Pair at;
  for (int axis = axes.rank - 1; axis >= 0; --axis) {
    const int64_t i = number % axes.shape[axis];
    number /= axes.shape[axis];
    at.indexed += i * axes.indexed[axis];
    at.picked += i * axes.picked[axis];
  }
  return at;
}

// Where a chosen place stands in the picked array: usually the places are one axis.
int64_t picked_offset(const SharedAxes& chosen, int64_t place) {
  return chosen.rank == 1 ? place * chosen.picked[0] : offsets_of(chosen, place).picked;
}

// Calls body(indexed, picked, count, stride of indexed, stride of picked) for each line of the last
// axis.
template <class Body>
void for_lines(const SharedAxes& axes, Pair at, const Body& body) {
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

template <class S>
void set_line(S* to, int64_t to_stride, const S* from, int64_t from_stride, int64_t count) {
  if (to_stride == 1 && from_stride == 1) {
    std::memcpy(to, from, static_cast<size_t>(count) * sizeof(S));
    return;
  }
  for (int64_t i = 0; i < count; ++i) to[i * to_stride] = from[i * from_stride];
}

// Integers wrap: they add as unsigned numbers.
template <class S>
void add_line(S* to, int64_t to_stride, const S* from, int64_t from_stride, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    S& sum = to[i * to_stride];
    sum = static_cast<S>(sum + from[i * from_stride]);
  }
}

void or_line(uint8_t* to, int64_t to_stride, const uint8_t* from, int64_t from_stride,
             int64_t count) {
  for (int64_t i = 0; i < count; ++i) to[i * to_stride] |= from[i * from_stride];
}

template <class S>
void gather(const Places& places, const void* indexed, void* picked, Range rows) {
  const S* from = static_cast<const S*>(indexed);
  S* to = static_cast<S*>(picked);
  const int64_t count = places.chosen.elements();
  int64_t outer = rows.begin / count;
  int64_t place = rows.begin % count;
  Pair before = offsets_of(places.before, outer);
  if (places.has_single_elements()) {
    const int64_t step = places.chosen.picked_step();
    for (int64_t row = rows.begin; row < rows.end;) {
      const int64_t end = std::min(count, place + rows.end - row);
      row += end - place;
      const S* const line = from + before.indexed;
      S* const results = to + before.picked;
      for (; place < end; ++place) results[place * step] = line[places.offsets[place]];
      place = 0;
      before = offsets_of(places.before, ++outer);
    }
    return;
  }
  for (int64_t row = rows.begin; row < rows.end; ++row) {
    const Pair at{before.indexed + places.offsets[place],
                  before.picked + picked_offset(places.chosen, place)};
    if (places.after.rank == 0) {
      to[at.picked] = from[at.indexed];
    } else {
      for_lines(places.after, at, [&](int64_t a, int64_t b, int64_t n, int64_t sa, int64_t sb) {
        set_line(to + b, sb, from + a, sa, n);
      });
    }
    if (++place < count) continue;
    place = 0;
    before = offsets_of(places.before, ++outer);
  }
}

// Which part serves the place at this offset: neighbours go to different parts.
int64_t part_of(int64_t offset, int64_t parts) {
  const auto mixed = static_cast<uint64_t>(offset) * 0x9e3779b97f4a7c15u;
  return static_cast<int64_t>((mixed >> 32) % static_cast<uint64_t>(parts));
}

template <class S, void (*line)(S*, int64_t, const S*, int64_t, int64_t)>
void scatter(const Places& places, void* indexed, const void* picked, int64_t part, int64_t parts) {
  S* to = static_cast<S*>(indexed);
  const S* from = static_cast<const S*>(picked);
  const int64_t count = places.chosen.elements();
  const int64_t outer = places.before.elements();
  if (places.has_single_elements() && outer == 1 && parts == 1) {
    const int64_t step = places.chosen.picked_step();
    for (int64_t i = 0; i < count; ++i) line(to + places.offsets[i], 1, from + i * step, 1, 1);
    return;
  }
  for (int64_t place = 0; place < count; ++place) {
    const int64_t offset = places.offsets[place];
    if (parts > 1 && part_of(offset, parts) != part) continue;
    const int64_t in_picked = picked_offset(places.chosen, place);
    for (int64_t o = 0; o < outer; ++o) {
      const Pair before = offsets_of(places.before, o);
      const Pair at{before.indexed + offset, before.picked + in_picked};
      for_lines(places.after, at, [&](int64_t a, int64_t b, int64_t n, int64_t sa, int64_t sb) {
        line(to + a, sa, from + b, sb, n);
      });
    }
  }
}

using ScatterKernel = void (*)(const Places&, void*, const void*, int64_t, int64_t);

ScatterKernel adder(DType dtype) {
  switch (dtype) {
    case DType::kBool: return scatter<uint8_t, or_line>;
    case DType::kUInt8:
    case DType::kInt8: return scatter<uint8_t, add_line>;
    case DType::kUInt16:
    case DType::kInt16: return scatter<uint16_t, add_line>;
    case DType::kUInt32:
    case DType::kInt32: return scatter<uint32_t, add_line>;
    case DType::kUInt64:
    case DType::kInt64: return scatter<uint64_t, add_line>;
    case DType::kFloat32: return scatter<float, add_line>;
    case DType::kFloat64: return scatter<double, add_line>;
    default: return nullptr;
  }
}

ScatterKernel setter(DType dtype) {
  switch (element_size(dtype)) {
    case 1: return scatter<uint8_t, set_line>;
    case 2: return scatter<uint16_t, set_line>;
    case 4: return scatter<uint32_t, set_line>;
    default: return scatter<uint64_t, set_line>;
  }
}

}  // namespace

void SharedAxes::append(int64_t extent, int64_t in_indexed, int64_t in_picked) {
  if (extent == 1) return;
  const int last = rank - 1;
  if (rank > 0 && indexed[last] == extent * in_indexed && picked[last] == extent * in_picked) {
    shape[last] *= extent;
  } else {
    shape[rank++] = extent;
  }
  indexed[rank - 1] = in_indexed;
  picked[rank - 1] = in_picked;
}

int64_t SharedAxes::elements() const {
  int64_t product = 1;
  for (int axis = 0; axis < rank; ++axis) product *= shape[axis];
  return product;
}

bool add_offsets(CountedAxis axis, const int64_t* numbers, int64_t step, int64_t count,
                 int64_t* offsets) {
  const auto extent = static_cast<uint64_t>(axis.extent);
  bool inside = true;
  int64_t same = 0;
  for (int64_t i = 0; i < (step == 0 ? std::min<int64_t>(count, 1) : count); ++i) {
    const int64_t number = numbers[i * step];
    inside &= static_cast<uint64_t>(number) + extent < 2 * extent;
    same = (number + (number >> 63 & axis.extent)) * axis.stride;
    if (step != 0) offsets[i] += same;
  }
  if (step == 0)
    for (int64_t i = 0; i < count; ++i) offsets[i] += same;
  return inside;
}

void run_gather(const Places& places, const void* indexed, void* picked, Range rows) {
  switch (element_size(places.dtype)) {
    case 1: return gather<uint8_t>(places, indexed, picked, rows);
    case 2: return gather<uint16_t>(places, indexed, picked, rows);
    case 4: return gather<uint32_t>(places, indexed, picked, rows);
    default: return gather<uint64_t>(places, indexed, picked, rows);
  }
}

void run_scatter(const Places& places, void* indexed, const void* picked, bool accumulate,
                 int64_t part, int64_t parts) {
  const ScatterKernel kernel = accumulate ? adder(places.dtype) : setter(places.dtype);
  kernel(places, indexed, picked, part, parts);
}

}  // namespace weft::kernels
