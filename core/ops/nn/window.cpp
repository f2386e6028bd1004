#include "ops/nn/window.h"

#include "base/errors.h"

namespace weft::ops {
namespace {

Status read_pair(const AttributeReader& a, std::string_view op, std::string_view name, int spatial,
                 int64_t least, int64_t (&pair)[2]) {
  const auto given = a.has(name) ? a.ints(name) : std::span<const int64_t>();
  if (given.empty()) return {};
  if (given.size() != 1 && given.size() != static_cast<size_t>(spatial))
    return errors::invalid_value(op, "`", name, "` must have ", spatial,
                                 spatial == 1 ? " number" : " numbers", " or one; got ",
                                 given.size());
  for (int axis = 0; axis < spatial; ++axis) {
    const int64_t number = given[given.size() == 1 ? 0 : static_cast<size_t>(axis)];
    if (number < least || number > (int64_t{1} << 31))
      return errors::invalid_value(op, "`", name, "` must be at least ", least, "; got ", number);
    pair[2 - spatial + axis] = number;
  }
  return {};
}

}  // namespace

Result<Window> read_window(const AttributeReader& a, std::string_view op, int spatial) {
  Window window;
  window.spatial = spatial;
  WEFT_TRY(read_pair(a, op, "kernel", spatial, 1, window.kernel));
  WEFT_TRY(read_pair(a, op, "stride", spatial, 1, window.stride));
  WEFT_TRY(read_pair(a, op, "pad", spatial, 0, window.pad));
  for (const AttributeDef& attribute : a.op().attributes)
    if (attribute.name == "dilate") WEFT_TRY(read_pair(a, op, "dilate", spatial, 1, window.dilate));
  return window;
}

Shape image_shape(int64_t batch, int64_t channels, int spatial, int64_t height, int64_t width) {
  Shape shape{batch, channels};
  if (spatial == 2) shape.push_back(height);
  shape.push_back(width);
  return shape;
}

}  // namespace weft::ops
