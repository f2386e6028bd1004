// Operators that only add, drop, merge or move axes: composites of reshape and transpose, and so
// views where strides allow. Their gradients follow.

#include "base/errors.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

// The axes that the attribute `axis` names, as a mask, for an array of `rank` axes. Refuses
// repetitions.
Result<uint32_t> axes_once(const ComposeContext& c, int rank) {
  uint32_t found = 0;
  for (const int64_t asked : c.ints("axis")) {
    WEFT_ASSIGN(const int axis, normalize_axis(asked, rank, c.op().name, "axis"));
    if (found >> axis & 1)
      return errors::invalid_value(c.op().name, "`axis` must not repeat an axis; got ", asked,
                                   " twice");
    found |= uint32_t{1} << axis;
  }
  return found;
}

// `axis` counts in the result: the axes in the mask get extent 1, the others come from the input.
Result<Value> expand_dims(const ComposeContext& c) {
  const Shape in = c.in(0).shape();
  const int rank = in.rank() + static_cast<int>(c.ints("axis").size());
  if (rank > kMaxRank) return errors::rank_too_large("expand_dims", "axis", rank);
  WEFT_ASSIGN(const uint32_t added, axes_once(c, rank));
  Shape shape;
  int own = 0;
  for (int axis = 0; axis < rank; ++axis) shape.push_back(added >> axis & 1 ? 1 : in[own++]);
  return reshape(c.in(0), shape);
}

// Drops axes of extent 1; a named axis with another extent is an error.
Result<Value> squeeze(const ComposeContext& c) {
  const Shape in = c.in(0).shape();
  uint32_t dropped = 0;
  if (c.has("axis")) {
    WEFT_ASSIGN(dropped, axes_once(c, in.rank()));
    for (int axis = 0; axis < in.rank(); ++axis)
      if ((dropped >> axis & 1) && in[axis] != 1)
        return errors::invalid_value("squeeze", "`axis` ", axis, " must have extent 1; got shape ",
                                     in);
  } else {
    for (int axis = 0; axis < in.rank(); ++axis)
      if (in[axis] == 1) dropped |= uint32_t{1} << axis;
  }
  return reshape(c.in(0), rules::reduced_shape(in, dropped, false));
}

Values batch_flatten(const ComposeContext& c) {
  const Shape in = c.in(0).shape();
  if (in.rank() == 0) {
    c.builder.fail(
        errors::invalid_value("batch_flatten", "`x` must have a batch axis; got a scalar"));
    return {c.in(0)};
  }
  return {reshape(c.in(0), {in[0], Shape(in.span().subspan(1)).elements()})};
}

Values ravel(const ComposeContext& c) { return {reshape(c.in(0), {c.in(0).shape().elements()})}; }

// The permutation that exchanges two axes.
Result<Value> swapaxes(const ComposeContext& c) {
  const int rank = c.in(0).rank();
  WEFT_ASSIGN(const int a, normalize_axis(c.integer("axis1"), rank, "swapaxes", "axis1"));
  WEFT_ASSIGN(const int b, normalize_axis(c.integer("axis2"), rank, "swapaxes", "axis2"));
  Shape order;
  for (int axis = 0; axis < rank; ++axis) order.push_back(axis == a ? b : axis == b ? a : axis);
  return transpose(c.in(0), order.span());
}

// Named axes go where they are asked to; the others keep their order in the free positions.
Result<Value> moveaxis(const ComposeContext& c) {
  const int rank = c.in(0).rank();
  const auto from = c.ints("source");
  const auto to = c.ints("destination");
  if (from.size() != to.size())
    return errors::invalid_value("moveaxis",
                                 "`source` and `destination` must have one length; got ",
                                 from.size(), " and ", to.size());
  Shape order;
  order.resize(rank, -1);
  uint32_t moved = 0;
  for (size_t i = 0; i < from.size(); ++i) {
    WEFT_ASSIGN(const int source, normalize_axis(from[i], rank, "moveaxis", "source"));
    WEFT_ASSIGN(const int target, normalize_axis(to[i], rank, "moveaxis", "destination"));
    if (moved >> source & 1 || order[target] >= 0)
      return errors::invalid_value("moveaxis",
                                   "`source` and `destination` must not repeat an axis; got ",
                                   Shape(from), " and ", Shape(to));
    moved |= uint32_t{1} << source;
    order[target] = source;
  }
  int next = 0;
  for (int axis = 0; axis < rank; ++axis) {
    if (order[axis] >= 0) continue;
    while (moved >> next & 1) ++next;
    order[axis] = next++;
  }
  return transpose(c.in(0), order.span());
}

}  // namespace

WEFT_OP(ravel) {
  op.doc("The elements in row-major order along one axis; a view where strides allow.")
      .input("a", "any dtype")
      .compose(ravel)
      .like("numpy.ravel")
      .sample(R"({"shapes": [[2, 3, 2]]})")
      .sample(R"({"shapes": [[]]})");
}

WEFT_OP(swapaxes) {
  op.doc("The array with two axes exchanged; a view.")
      .input("a", "any dtype")
      .required(AttributeKind::kInt, "axis1", "one axis")
      .required(AttributeKind::kInt, "axis2", "the other")
      .compose(checked<swapaxes>)
      .like("numpy.swapaxes")
      .sample(R"({"shapes": [[2, 3, 4]], "axis1": 0, "axis2": -1})");
}

WEFT_OP(moveaxis) {
  op.doc("The array with axes moved to other places, the rest in their order; a view.")
      .input("a", "any dtype")
      .required(AttributeKind::kInts, "source", "axes to move")
      .required(AttributeKind::kInts, "destination", "where each of them goes")
      .compose(checked<moveaxis>)
      .like("numpy.moveaxis")
      .sample(R"({"shapes": [[2, 3, 4]], "source": 0, "destination": -1})")
      .sample(R"({"shapes": [[2, 3, 4, 1]], "source": [3, 0], "destination": [0, 1]})");
}

WEFT_OP(expand_dims) {
  op.doc("The array with axes of extent 1 added.")
      .input("x", "any dtype")
      .required(AttributeKind::kInts, "axis", "where the new axes are in the result")
      .compose(checked<expand_dims>)
      .like("numpy.expand_dims")
      .sample(R"({"shapes": [[2, 3]], "axis": [0, -1]})");
}

WEFT_OP(squeeze) {
  op.doc("The array without axes of extent 1.")
      .input("x", "any dtype")
      .optional(AttributeKind::kInts, "axis", "which to drop; none drops all of extent 1")
      .compose(checked<squeeze>)
      .like("numpy.squeeze")
      .sample(R"({"shapes": [[1, 3, 1]], "axis": [0]})")
      .sample(R"({"shapes": [[1, 3, 1]]})");
}

WEFT_OP(batch_flatten) {
  op.doc("Merges all axes but the first.")
      .in(Namespace::kNpx)
      .input("x", "any dtype, shape (N, ...)")
      .compose(batch_flatten)
      .sample(R"({"shapes": [[2, 3, 4]]})");
}

}  // namespace weft::ops
