// Geometries of common views, straight from a call's arguments. Each function gives up where the
// operator's own rule would have to think, and says nothing of errors: that rule finds them again.
#include "eager/direct_views.h"

#include "ops/registry.h"

namespace weft::eager {
namespace {

using ops::Argument;
using ops::Geometry;
using ops::OpDef;
using ops::Tag;

// A list of the call's that may be read, with as many numbers as the array has axes.
bool is_list(const Argument& argument, int rank) {
  return argument.tag == Tag::kInts && argument.count == static_cast<uint32_t>(rank) &&
         (argument.ints || rank == 0);
}

// `begin`, `size` and `step` of every axis; all elements lie inside.
bool slice(std::span<const Argument> attributes, const Tensor& base, Geometry& view) {
  const int rank = base.rank();
  if (attributes.size() != 3 || !is_list(attributes[0], rank) || !is_list(attributes[1], rank) ||
      !is_list(attributes[2], rank))
    return false;
  view.shape.resize(rank);
  view.strides.resize(rank);
  int64_t offset = base.offset();
  bool empty = false;
  for (int axis = 0; axis < rank; ++axis) {
    const int64_t begin = attributes[0].ints[axis], size = attributes[1].ints[axis];
    const int64_t step = attributes[2].ints[axis], stride = base.strides()[axis];
    if (size == 0) {
      empty = true;
    } else {
      int64_t last = 0;
      if (size < 0 || begin < 0 || begin >= base.shape()[axis] ||
          __builtin_mul_overflow(size - 1, step, &last) ||
          __builtin_add_overflow(begin, last, &last) || last < 0 || last >= base.shape()[axis])
        return false;
    }
    if (__builtin_mul_overflow(stride, step, &view.strides[axis])) return false;
    view.shape[axis] = size;
    if (size != 0) offset += begin * stride;
  }
  // An empty part keeps the offset, so that it stays inside.
  view.offset = empty ? base.offset() : offset;
  return true;
}

// The axes reversed, or in the order that a list names.
bool transpose(std::span<const Argument> attributes, const Tensor& base, Geometry& view) {
  const int rank = base.rank();
  const bool is_named = !attributes.empty() && !attributes[0].is_absent();
  if (attributes.size() > 1 || (is_named && !is_list(attributes[0], rank))) return false;
  view.shape.resize(rank);
  view.strides.resize(rank);
  uint32_t seen = 0;
  for (int to = 0; to < rank; ++to) {
    int64_t axis = is_named ? attributes[0].ints[to] : rank - 1 - to;
    if (axis < 0) axis += rank;
    if (axis < 0 || axis >= rank || (seen >> axis & 1)) return false;
    seen |= uint32_t{1} << axis;
    view.shape[to] = base.shape()[static_cast<int>(axis)];
    view.strides[to] = base.strides()[static_cast<int>(axis)];
  }
  view.offset = base.offset();
  return true;
}

// The extents that were asked for, one of which may be -1.
bool asked_shape(std::span<const int64_t> asked, int64_t elements, Shape& shape) {
  if (asked.size() > static_cast<size_t>(kMaxRank) || elements == 0) return false;
  shape.resize(static_cast<int>(asked.size()));
  int64_t known = 1;
  int unknown = -1;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const int64_t extent = asked[static_cast<size_t>(axis)];
    shape[axis] = extent;
    if (extent == -1 && unknown < 0)
      unknown = axis;
    else if (extent <= 0 || __builtin_mul_overflow(known, extent, &known))
      return false;
  }
  if (unknown < 0) return known == elements;
  shape[unknown] = elements / known;
  return shape[unknown] * known == elements;
}

// Is the new shape the old one without axes of extent 1, as after x[0]? Then strides stay.
bool drops_ones(const Tensor& base, Geometry& view) {
  int to = 0;
  view.strides.resize(view.shape.rank());
  for (int axis = 0; axis < base.rank(); ++axis) {
    if (base.shape()[axis] == 1) continue;
    if (to == view.shape.rank() || view.shape[to] != base.shape()[axis]) return false;
    view.strides[to++] = base.strides()[axis];
  }
  return to == view.shape.rank();
}

bool reshape(const OpDef& op, std::span<const Argument> attributes, const Tensor& base,
             Geometry& view) {
  if (attributes.size() != 1) return false;
  const Argument& given = attributes[0];
  const bool is_one = given.tag == Tag::kInt;
  if (!is_one && (given.tag != Tag::kInts || (given.count > 0 && !given.ints))) return false;
  const std::span<const int64_t> asked = is_one ? std::span(&given.integer, 1) : given.as_ints();
  if (!asked_shape(asked, base.elements(), view.shape)) return false;
  view.offset = base.offset();
  if (!base.dense()) {
    if (drops_ones(base, view)) return true;
    const ops::TensorType in{base.dtype(), base.shape()};
    const auto found =
        op.view_rule(ops::InferContext(op, {&in, 1}, attributes),
                     {base.shape(), base.strides(), base.offset()}, {base.dtype(), view.shape}, 0);
    if (found) view = *found;
    return found.has_value();
  }
  view.strides.resize(view.shape.rank());
  int64_t stride = 1;
  for (int axis = view.shape.rank() - 1; axis >= 0; --axis) {
    view.strides[axis] = stride;
    stride *= view.shape[axis];
  }
  return true;
}

// Looked up once.
struct Operators {
  const OpDef* slice = &ops::op_named("slice");
  const OpDef* reshape = &ops::op_named("reshape");
  const OpDef* transpose = &ops::op_named("transpose");
};

}  // namespace

bool direct_view(const OpDef& op, std::span<const Argument> attributes, const Tensor& base,
                 Geometry& view) {
  static const Operators operators;
  // Whether an operator moves dtypes that are for storage only is for the rules to say.
  if (is_storage(base.dtype())) return false;
  if (&op == operators.slice) return slice(attributes, base, view);
  if (&op == operators.reshape) return reshape(op, attributes, base, view);
  return &op == operators.transpose && transpose(attributes, base, view);
}

}  // namespace weft::eager
