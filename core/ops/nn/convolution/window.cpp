// Reads and checks the attributes of sliding windows.

#include "ops/nn/convolution/window_impl.h"

#include <algorithm>

#include "base/errors.h"

namespace weft::ops {
namespace {

// Writes one attribute to `extents`. It may have one number for all axes, or one for each. Numbers
// above 2^31 are refused, so that sums of a few of them cannot overflow.
Status read_extents(const AttributeReader& a, std::string_view op, std::string_view name,
                    int spatial, int64_t minimum, int64_t (&extents)[3]) {
  const auto given = a.has(name) ? a.ints(name) : std::span<const int64_t>();
  if (given.empty()) return {};
  if (given.size() != 1 && given.size() != static_cast<size_t>(spatial))
    return errors::invalid_value(op, "`", name, "` must have ", spatial,
                                 spatial == 1 ? " number" : " numbers", " or one; got ",
                                 given.size());
  for (int axis = 0; axis < spatial; ++axis) {
    const int64_t number = given[given.size() == 1 ? 0 : static_cast<size_t>(axis)];
    if (number < minimum || number > (int64_t{1} << 31))
      return errors::invalid_value(op, "`", name, "` must be in [", minimum, ", 2^31]; got ",
                                   number);
    extents[3 - spatial + axis] = number;
  }
  return {};
}

// One number for all axes, one for each axis, or one for each side of each axis.
Status read_padding(const AttributeReader& a, std::string_view op, Window& window) {
  const auto given = a.has("pad") ? a.ints("pad") : std::span<const int64_t>();
  const auto axes = static_cast<size_t>(window.spatial);
  if (given.size() > 1 && given.size() != axes && given.size() != 2 * axes)
    return errors::invalid_value(
        op, "`pad` must have 1, ", axes, " or ", 2 * axes,
        " numbers, for all axes, for each axis or for each side of each axis; got ", given.size());
  if (given.size() < 2 || given.size() == axes) {
    WEFT_TRY(read_extents(a, op, "pad", window.spatial, 0, window.pad));
    std::ranges::copy(window.pad, window.pad_end);
    return {};
  }
  for (size_t i = 0; i < given.size(); ++i) {
    if (given[i] < 0 || given[i] > (int64_t{1} << 31))
      return errors::invalid_value(op, "`pad` must be in [0, 2^31]; got ", given[i]);
    int64_t* const side = i < axes ? window.pad : window.pad_end;
    side[3 - axes + i % axes] = given[i];
  }
  return {};
}

// The numbers of the spatial axes, as an error text shows them.
Shape spatial_of(const Window& window, const int64_t (&numbers)[3]) {
  return Shape(std::span<const int64_t>(numbers).last(static_cast<size_t>(window.spatial)));
}

}  // namespace

Status require_even_padding(const Window& window, std::string_view op) {
  if (std::ranges::equal(window.pad, window.pad_end)) return {};
  return errors::unsupported(op, "`pad` must be the same on both sides of an axis; got ",
                             spatial_of(window, window.pad), " and ",
                             spatial_of(window, window.pad_end));
}

Status require_room(const Window& window, std::string_view op, const Shape& data) {
  for (int axis = 1; axis <= window.spatial; ++axis)
    if (window.count(3 - axis, data[data.rank() - axis]) < 1)
      return errors::invalid_value(op, "`kernel` ", spatial_of(window, window.kernel),
                                   " is larger than the padded `data` of shape ", data);
  return {};
}

Result<Window> read_window(const AttributeReader& a, std::string_view op, int spatial) {
  Window window;
  window.spatial = spatial;
  WEFT_TRY(read_extents(a, op, "kernel", spatial, 1, window.kernel));
  WEFT_TRY(read_extents(a, op, "stride", spatial, 1, window.stride));
  WEFT_TRY(read_padding(a, op, window));
  for (const AttributeDef& attribute : a.op().attributes)
    if (attribute.name == "dilate")
      WEFT_TRY(read_extents(a, op, "dilate", spatial, 1, window.dilate));
  return window;
}

Result<Window> read_window_of(const Shape& weight, const AttributeReader& a, std::string_view op) {
  const int spatial = weight.rank() - 2;
  WEFT_ASSIGN(Window window, read_window(a, op, spatial));
  for (int axis = 0; axis < spatial; ++axis) {
    const int64_t extent = weight[2 + axis];
    int64_t& kernel = window.kernel[3 - spatial + axis];
    if (extent < 1)
      return errors::invalid_value(op, "`weight` must not be empty along spatial axes; got shape ",
                                   weight);
    if (a.has("kernel") && kernel != extent)
      return errors::invalid_value(op, "`kernel` must be the last extents of `weight`, ", weight,
                                   "; got ", Shape(a.ints("kernel")));
    kernel = extent;
  }
  return window;
}

std::string_view layer_name(const AttributeReader& a) {
  const std::string_view name = a.op().name;
  return name.substr(0, name.find("_image"));
}

void ungrouped_attributes(OpDef& op) {
  op.optional(AttributeKind::kInts, "kernel", "extents of the window; those of the weight")
      .optional(AttributeKind::kInts, "stride", "step of the window, 1 by default")
      .optional(AttributeKind::kInts, "pad",
                "zeros added on both sides, or before all axes and then behind them; 0 by default")
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
      .optional(
          AttributeKind::kInts, "pad",
          "elements added on both sides, or before all axes and then behind them; 0 by default")
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
