#include "ops/nn/window.h"

#include "base/errors.h"

namespace weft::ops {
namespace {

Status read_extents(const AttributeReader& a, std::string_view op, std::string_view name,
                    int spatial, int64_t least, int64_t (&extents)[3]) {
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
    extents[3 - spatial + axis] = number;
  }
  return {};
}

}  // namespace

Result<Window> read_window(const AttributeReader& a, std::string_view op, int spatial) {
  Window window;
  window.spatial = spatial;
  WEFT_TRY(read_extents(a, op, "kernel", spatial, 1, window.kernel));
  WEFT_TRY(read_extents(a, op, "stride", spatial, 1, window.stride));
  WEFT_TRY(read_extents(a, op, "pad", spatial, 0, window.pad));
  for (const AttributeDef& attribute : a.op().attributes)
    if (attribute.name == "dilate")
      WEFT_TRY(read_extents(a, op, "dilate", spatial, 1, window.dilate));
  return window;
}

std::string_view layer_name(const AttributeReader& a) {
  const std::string_view name = a.op().name;
  return name.substr(0, name.find("_image"));
}

void ungrouped_attributes(OpDef& op) {
  op.optional(AttributeKind::kInts, "kernel", "extents of the window; those of the weight")
      .optional(AttributeKind::kInts, "stride", "step of the window, 1 by default")
      .optional(AttributeKind::kInts, "pad", "zeros added on both sides, 0 by default")
      .optional(AttributeKind::kInts, "dilate", "distance of the window's elements, 1 by default");
}

void convolution_attributes(OpDef& op) {
  ungrouped_attributes(op);
  op.integer("num_group", 1, "groups of channels that do not see each other");
}

void pooling_attributes(OpDef& op) {
  op.optional(AttributeKind::kInts, "kernel", "extents of the window")
      .text("pool_type", "max", "max or avg; pooling also has sum and lp")
      .optional(AttributeKind::kInts, "stride", "step of the window, 1 by default")
      .optional(AttributeKind::kInts, "pad", "elements added on both sides, 0 by default")
      .boolean("global_pool", false, "one window over the whole image")
      .text("pooling_convention", "valid",
            "valid drops a last window that does not fit, full keeps it")
      .boolean("count_include_pad", true, "the average counts padded elements");
}

Shape image_shape(int64_t batch, int64_t channels, int spatial, int64_t height, int64_t width) {
  Shape shape{batch, channels};
  if (spatial == 2) shape.push_back(height);
  shape.push_back(width);
  return shape;
}

}  // namespace weft::ops
