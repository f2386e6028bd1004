// Other orders of elements along axes: reversed (a view with a negative stride), or rotated (two
// slices joined).

#include "base/errors.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

// From the last element backwards with step -1.
Value reversed(const Value& x, int axis) {
  const int64_t extent = x.shape()[axis];
  return slice(x, axis, std::max<int64_t>(0, extent - 1), extent, -1);
}

Result<Value> flip(const ComposeContext& c) {
  Value x = c.in(0);
  const int rank = x.rank();
  uint32_t chosen = (uint32_t{1} << rank) - 1;
  if (c.has("axis")) chosen = 0;
  for (const int64_t asked : c.has("axis") ? c.ints("axis") : std::span<const int64_t>()) {
    WEFT_ASSIGN(const int axis, normalize_axis(asked, rank, "flip", "axis"));
    if (chosen >> axis & 1)
      return errors::invalid_value("flip", "`axis` must not repeat an axis; got ", asked, " twice");
    chosen |= uint32_t{1} << axis;
  }
  for (int axis = 0; axis < rank; ++axis)
    if (chosen >> axis & 1) x = reversed(x, axis);
  return x;
}

// Rotates by `shift` modulo the extent: the last elements come first.
Value rolled(const Value& x, int axis, int64_t shift) {
  const int64_t extent = x.shape()[axis];
  const int64_t by = extent == 0 ? 0 : (shift % extent + extent) % extent;
  const Value parts[] = {slice(x, axis, extent - by, by), slice(x, axis, 0, extent - by)};
  return concatenate(parts, axis);
}

Result<Value> roll(const ComposeContext& c) {
  const Value& in = c.in(0);
  const auto shifts = c.ints("shift");
  if (!c.has("axis")) {
    const int64_t elements = in.shape().elements();
    int64_t shift = 0;
    for (const int64_t part : shifts) shift += part % std::max<int64_t>(1, elements);
    return reshape(rolled(reshape(in, {elements}), 0, shift), in.shape());
  }
  const auto axes = c.ints("axis");
  if (shifts.empty() || axes.empty()) return c.builder.call("copy", {in});
  if (shifts.size() != axes.size() && shifts.size() != 1 && axes.size() != 1)
    return errors::invalid_value("roll", "`shift` and `axis` must have one length; got ",
                                 shifts.size(), " and ", axes.size());
  Value x = in;
  for (size_t i = 0; i < std::max(shifts.size(), axes.size()); ++i) {
    WEFT_ASSIGN(const int axis,
                normalize_axis(axes[axes.size() == 1 ? 0 : i], in.rank(), "roll", "axis"));
    x = rolled(x, axis, shifts[shifts.size() == 1 ? 0 : i]);
  }
  return x;
}

}  // namespace

WEFT_OP(flip) {
  op.doc("The array with the elements of some axes in reverse order; a view.")
      .input("m", "any dtype")
      .optional(AttributeKind::kInts, "axis", "which axes; none reverses all")
      .compose(checked<flip>)
      .like("numpy.flip")
      .sample(R"({"shapes": [[2, 3, 2]]})")
      .sample(R"({"shapes": [[2, 3]], "axis": -1})")
      .sample(R"({"shapes": [[2, 0, 3]], "axis": [0, 1]})");
}

WEFT_OP(roll) {
  op.doc(
        "The array with its elements moved along axes; what leaves at the end enters at the start.")
      .input("a", "any dtype")
      .required(AttributeKind::kInts, "shift", "by how many places, for all axes or for each")
      .optional(AttributeKind::kInts, "axis", "which axes; none moves in the flat array")
      .compose(checked<roll>)
      .like("numpy.roll")
      .sample(R"({"shapes": [[2, 3]], "shift": 4})")
      .sample(R"({"shapes": [[2, 3]], "shift": [-1, 5], "axis": [0, 1]})")
      .sample(R"({"shapes": [[4, 3]], "shift": 1, "axis": [0, 1]})")
      .sample(R"({"shapes": [[3]], "shift": 3, "axis": 0})");
}

}  // namespace weft::ops
