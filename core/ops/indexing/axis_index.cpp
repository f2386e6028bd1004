#include "ops/indexing/axis_index.h"

#include "base/errors.h"

namespace weft::ops {

kernels::Indexing split_at(const TensorView& data, int axis, bool clip) {
  kernels::Indexing problem{data.dtype, 1, data.shape[axis], 1, clip};
  for (int i = 0; i < axis; ++i) problem.outer *= data.shape[i];
  for (int i = axis + 1; i < data.rank; ++i) problem.inner *= data.shape[i];
  return problem;
}

int axis_of(const AttributeReader& a, int rank) {
  const auto axis = static_cast<int>(a.integer("axis"));
  return axis < 0 ? axis + rank : axis;
}

Result<bool> read_mode(const AttributeReader& a) {
  const auto mode = a.text("mode");
  if (mode == "clip" || mode == "raise") return mode == "clip";
  return errors::invalid_value(a.op().name, "`mode` must be raise or clip; got ", mode);
}

Status check_indices(std::string_view op, const TensorView& indices,
                     const kernels::Indexing& problem, std::string_view argument) {
  const int64_t count = elements_of(indices), extent = problem.axis;
  if (problem.clip && extent > 0) return {};
  const auto* numbers = static_cast<const int64_t*>(indices.data);
  std::atomic<bool> inside = true;
  split_work(count, count, nullptr, 0, [&](kernels::Range range, void*) {
    if (!kernels::all_inside(numbers + range.begin, range.end - range.begin, extent))
      inside.store(false, std::memory_order_relaxed);
  });
  if (inside) return {};
  const int64_t bad = kernels::first_out_of_range(numbers, count, extent);
  return errors::index_out_of_range(op, "`", argument, "` must be in [", -extent, ", ", extent,
                                    ") for an axis of extent ", extent, "; got ", numbers[bad],
                                    " at position ", bad);
}

}  // namespace weft::ops
