// Strides, broadcasting, and the checks of axes and sizes that all operators share.

#include "base/shape.h"

#include <algorithm>

#include "base/errors.h"

namespace weft {

std::string to_string(const Shape& shape) {
  std::string text = "(";
  for (int axis = 0; axis < shape.rank(); ++axis)
    text += (axis ? ", " : "") + std::to_string(shape[axis]);
  return text + (shape.rank() == 1 ? ",)" : ")");
}

Shape dense_strides(const Shape& shape) {
  Shape strides;
  strides.resize(shape.rank());
  int64_t stride = 1;
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}

bool is_dense(const Shape& shape, const Shape& strides) {
  int64_t expected = 1;
  bool dense = true;
  // An extent of 0 anywhere makes the array dense, so all axes are looked at before the answer.
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    if (shape[axis] == 0) return true;
    if (shape[axis] != 1 && strides[axis] != expected) dense = false;
    expected *= shape[axis];
  }
  return dense;
}

Result<Shape> broadcast(const Shape& a, const Shape& b, std::string_view op,
                        std::string_view a_name, std::string_view b_name) {
  const int rank = std::max(a.rank(), b.rank());
  Shape out;
  out.resize(rank);
  // NumPy aligns the last axes; an axis that one shape lacks counts as 1.
  for (int back = 1; back <= rank; ++back) {
    const int64_t of_a = back <= a.rank() ? a[a.rank() - back] : 1;
    const int64_t of_b = back <= b.rank() ? b[b.rank() - back] : 1;
    if (of_a != of_b && of_a != 1 && of_b != 1)
      return errors::do_not_broadcast(op, a_name, a, b_name, b, -back, of_a, of_b);
    out[rank - back] = of_a == 1 ? of_b : of_a;
  }
  return out;
}

Result<int> normalize_axis(int64_t axis, int rank, std::string_view op, std::string_view argument) {
  if (axis < -rank || axis >= rank) return errors::axis_out_of_range(op, argument, axis, rank);
  return static_cast<int>(axis < 0 ? axis + rank : axis);
}

Result<int64_t> checked_elements(std::span<const int64_t> extents, std::string_view op,
                                 std::string_view argument) {
  if (extents.size() > static_cast<size_t>(kMaxRank))
    return errors::rank_too_large(op, argument, static_cast<int64_t>(extents.size()));
  int64_t product = 1;
  bool empty = false;
  for (int64_t extent : extents) {
    if (extent < 0) return errors::negative_extent(op, argument, Shape(extents));
    if (extent == 0) {
      empty = true;
    } else if (__builtin_mul_overflow(product, extent, &product)) {
      return errors::too_many_elements(op, argument, Shape(extents));
    } else if (product > kMaxElements) {
      return errors::invalid_value(op, "`", argument, "` must have at most ", kMaxElements,
                                   " elements, not counting extents of 0; got ", Shape(extents));
    }
  }
  return empty ? 0 : product;
}

}  // namespace weft
