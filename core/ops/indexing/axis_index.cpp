// Checks of indices along an axis, split over threads.

#include "ops/indexing/axis_index_impl.h"

#include <limits>

#include "base/errors.h"

namespace weft::ops {

Value as_index(const Value& x) {
  if (x.dtype() != DType::kUInt64) return cast(x, DType::kInt64);
  constexpr int64_t kLargest = std::numeric_limits<int64_t>::max();
  const Value largest = x.builder().call(
      "full", {},
      {Argument::of_ints({}), Argument::of_int(kLargest), Argument::of_dtype(x.dtype())});
  return cast(x.builder().call("minimum", {x, largest}), DType::kInt64);
}

AxisIndexing split_at(const TensorView& data, int axis, IndexMode mode) {
  AxisIndexing problem{{data.dtype, 1, data.shape[axis], 1, mode == IndexMode::kClip}, mode};
  for (int i = 0; i < axis; ++i) problem.outer *= data.shape[i];
  for (int i = axis + 1; i < data.rank; ++i) problem.inner *= data.shape[i];
  return problem;
}

int axis_of(const AttributeReader& a, int rank) {
  const auto axis = static_cast<int>(a.integer("axis"));
  return axis < 0 ? axis + rank : axis;
}

Result<IndexMode> read_mode(const AttributeReader& a) {
  const auto mode = a.text("mode");
  if (mode == "raise") return IndexMode::kRaise;
  if (mode == "strict") return IndexMode::kStrict;
  if (mode == "clip") return IndexMode::kClip;
  return errors::invalid_value(a.op().name, "`mode` must be raise, strict or clip; got ", mode);
}

// As unsigned numbers, negative indices are above every extent: one comparison for both bounds.
bool are_inside(const int64_t* indices, int64_t count, const AxisIndexing& problem) {
  if (problem.mode != IndexMode::kStrict) return kernels::all_inside(indices, count, problem.axis);
  const auto extent = static_cast<uint64_t>(problem.axis);
  bool inside = true;
  for (int64_t i = 0; i < count; ++i) inside &= static_cast<uint64_t>(indices[i]) < extent;
  return inside;
}

Status check_indices(std::string_view op, const TensorView& indices, const AxisIndexing& problem,
                     std::string_view argument, std::string_view hint) {
  const int64_t count = elements_of(indices), extent = problem.axis;
  if (problem.clip && extent > 0) return {};
  const auto* numbers = static_cast<const int64_t*>(indices.data);
  std::atomic<bool> inside = true;
  split_work(count, count, nullptr, 0, [&](kernels::Range range, void*) {
    if (!are_inside(numbers + range.begin, range.end - range.begin, problem))
      inside.store(false, std::memory_order_relaxed);
  });
  if (inside) return {};
  const int64_t minimum = problem.mode == IndexMode::kStrict ? 0 : -extent;
  // Only after a failure: the first bad index is searched for the error text.
  int64_t bad = 0;
  while (numbers[bad] >= minimum && numbers[bad] < extent) ++bad;
  return errors::index_out_of_range(op, "`", argument, "` must be in [", minimum, ", ", extent,
                                    ") for an axis of extent ", extent, "; got ", numbers[bad],
                                    " at position ", bad, numbers[bad] < 0 ? hint : "");
}

}  // namespace weft::ops
