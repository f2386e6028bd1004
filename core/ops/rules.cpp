// Inference rules that several operators share, and the checks that rules make.

#include "ops/rules.h"

#include "base/errors.h"

namespace weft::ops::rules {
namespace {

// Errors name the two neighbouring inputs that do not broadcast.
Result<Shape> broadcast_all(const InferContext& c) {
  Shape shape = c.in[0].shape;
  for (size_t i = 1; i < c.in.size(); ++i) {
    if (!c.given(i)) continue;
    WEFT_ASSIGN(shape, weft::broadcast(shape, c.in[i].shape, c.op().name,
                                       c.op().input_at(i - 1).name, c.op().input_at(i).name));
  }
  return shape;
}

}  // namespace

Result<Types> same_as_input(const InferContext& c) { return Types{{c.in[0].dtype, c.in[0].shape}}; }

Result<Types> broadcast(const InferContext& c) {
  WEFT_ASSIGN(Shape shape, broadcast_all(c));
  return Types{{c.in.back().dtype, shape}};
}

Result<Types> broadcast_to_bool(const InferContext& c) {
  WEFT_ASSIGN(Shape shape, broadcast_all(c));
  return Types{{DType::kBool, shape}};
}

Result<uint32_t> axes_mask(const InferContext& c, std::string_view attribute, int rank) {
  // No axes given means all axes.
  if (!c.has(attribute)) return (uint32_t{1} << rank) - 1;
  uint32_t mask = 0;
  for (int64_t axis : c.ints(attribute)) {
    WEFT_ASSIGN(const int normal, normalize_axis(axis, rank, c.op().name, attribute));
    if (mask >> normal & 1)
      return errors::invalid_value(c.op().name, "`", attribute, "` must not repeat an axis; got ",
                                   axis, " twice");
    mask |= uint32_t{1} << normal;
  }
  return mask;
}

Shape reduced_shape(const Shape& shape, uint32_t mask, bool keepdims) {
  Shape result;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (!(mask >> axis & 1))
      result.push_back(shape[axis]);
    else if (keepdims)
      result.push_back(1);
  }
  return result;
}

Status require_floating(const InferContext& c, size_t input) {
  if (is_floating(c.in[input].dtype)) return {};
  return errors::invalid_type(c.op().name, "`", c.op().input_at(input).name,
                              "` must have a floating dtype; got ", c.in[input].dtype,
                              "; cast with `", c.op().input_at(input).name, ".astype('float32')`");
}

Status require_lanes(const InferContext& c, size_t input) {
  const DType dtype = c.in[input].dtype;
  if (dtype == DType::kFloat32 || dtype == DType::kFloat64) return {};
  return errors::invalid_type(c.op().name, "`", c.op().input_at(input).name,
                              "` must be float32 or float64; got ", dtype);
}

}  // namespace weft::ops::rules
