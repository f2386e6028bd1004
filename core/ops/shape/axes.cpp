// Operators that only add, drop or merge axes: composites of reshape.
#include "base/errors.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

Values expand_dims(const ComposeContext& c) {
  const Shape in = c.in(0).shape();
  const auto asked = c.ints("axis");
  const int rank = in.rank() + static_cast<int>(asked.size());
  if (rank > kMaxRank) {
    c.builder.fail(errors::rank_too_large("expand_dims", "axis", rank));
    return {c.in(0)};
  }
  uint32_t added = 0;
  for (int64_t axis : asked) {
    const Result<int> normal = normalize_axis(axis, rank, "expand_dims", "axis");
    if (!normal.ok()) {
      c.builder.fail(normal.status());
      return {c.in(0)};
    }
    added |= uint32_t{1} << normal.value();
  }
  Shape shape;
  int own = 0;
  for (int axis = 0; axis < rank; ++axis)
    shape.push_back(added >> axis & 1 || own >= in.rank() ? 1 : in[own++]);
  return {reshape(c.in(0), shape)};
}

Values squeeze(const ComposeContext& c) {
  const Shape in = c.in(0).shape();
  uint32_t dropped = 0;
  if (c.has("axis")) {
    for (int64_t axis : c.ints("axis")) {
      const Result<int> normal = normalize_axis(axis, in.rank(), "squeeze", "axis");
      Status status = normal.status();
      if (normal.ok() && in[normal.value()] != 1)
        status = errors::invalid_value("squeeze", "`axis` ", axis,
                                       " must have extent 1; got shape ", in);
      if (!status.ok()) {
        c.builder.fail(status);
        return {c.in(0)};
      }
      dropped |= uint32_t{1} << normal.value();
    }
  } else {
    for (int axis = 0; axis < in.rank(); ++axis)
      if (in[axis] == 1) dropped |= uint32_t{1} << axis;
  }
  return {reshape(c.in(0), rules::reduced_shape(in, dropped, false))};
}

Values batch_flatten(const ComposeContext& c) {
  const Shape in = c.in(0).shape();
  if (in.rank() == 0) {
    c.builder.fail(
        errors::invalid_value("batch_flatten", "`x` must have a batch axis; got a scalar"));
    return {c.in(0)};
  }
  const int64_t rest[] = {in[0], in[0] == 0 ? in.elements() : -1};
  return {c.builder.call("reshape", {c.in(0)}, {Argument::of_ints(rest)})};
}

}  // namespace

WEFT_OP(expand_dims) {
  op.doc("The array with axes of extent 1 added.")
      .input("x", "any dtype")
      .required(AttributeKind::kInts, "axis", "where the new axes are in the result")
      .compose(expand_dims)
      .like("numpy.expand_dims")
      .sample(R"({"shapes": [[2, 3]], "axis": [0, -1]})");
}

WEFT_OP(squeeze) {
  op.doc("The array without axes of extent 1.")
      .input("x", "any dtype")
      .optional(AttributeKind::kInts, "axis", "which to drop; none drops all of extent 1")
      .compose(squeeze)
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
