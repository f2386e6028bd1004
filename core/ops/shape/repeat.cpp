// Copies of elements or of whole arrays: an axis of extent 1 is added, broadcast, and merged. The
// gradient, a sum over that axis, follows.

#include "base/errors.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

Value copied(const Value& x) { return x.builder().call("copy", {x}); }

// The count must be at least 0, and the elements along the axis must be countable.
Status check_count(std::string_view op, std::string_view argument, Shape shape, int axis,
                   int64_t count) {
  if (count < 0)
    return errors::invalid_value(op, "`", argument, "` must be at least 0; got ", count);
  shape[axis] = (Checked(shape[axis]) * count).value();
  return checked_elements(shape.span(), op, argument).status();
}

// The array seen as (before, extent, after) around one axis.
Shape around(const Shape& shape, int axis) {
  Shape result{1, shape[axis], 1};
  for (int i = 0; i < shape.rank(); ++i)
    if (i != axis) result[i < axis ? 0 : 2] *= shape[i];
  return result;
}

// Repeats each element `count` times along the axis.
Value repeat_each(const Value& x, int axis, int64_t count) {
  Shape shape = x.shape();
  const Shape part = around(shape, axis);
  shape[axis] *= count;
  const Value separate = reshape(x, {part[0], part[1], 1, part[2]});
  return reshape(broadcast_to(separate, {part[0], part[1], count, part[2]}), shape);
}

// A count for each element: elements with equal counts in a row are repeated together.
Result<Value> repeat_by_list(const Value& x, int axis, std::span<const int64_t> counts) {
  const int64_t extent = x.shape()[axis];
  if (static_cast<int64_t>(counts.size()) != extent)
    return errors::invalid_value("repeat", "`repeats` must be one number or one for each of the ",
                                 extent, " elements of axis ", axis, "; got ", counts.size());
  Values parts;
  for (size_t begin = 0, end = 0; begin < counts.size(); begin = end) {
    while (end < counts.size() && counts[end] == counts[begin]) ++end;
    const Value run =
        slice(x, axis, static_cast<int64_t>(begin), static_cast<int64_t>(end - begin));
    if (!x.builder().status().ok()) return run;  // it has no shape
    WEFT_TRY(check_count("repeat", "repeats", run.shape(), axis, counts[begin]));
    parts.push_back(repeat_each(run, axis, counts[begin]));
  }
  return parts.empty() ? copied(x) : concatenate(parts, axis);
}

// Without an axis the flat array is repeated.
Result<Value> repeat(const ComposeContext& c) {
  Value x = c.in(0);
  if (!c.has("axis")) x = reshape(x, {x.shape().elements()});
  const int64_t asked = c.has("axis") ? c.integer("axis") : 0;
  WEFT_ASSIGN(const int axis, normalize_axis(asked, x.rank(), "repeat", "axis"));
  const Argument& given = c.get("repeats");
  std::span<const int64_t> counts = given.as_ints();
  if (given.tag == Tag::kInt) counts = {&given.integer, 1};
  if (counts.size() != 1) return repeat_by_list(x, axis, counts);
  WEFT_TRY(check_count("repeat", "repeats", x.shape(), axis, counts[0]));
  return counts[0] == 1 ? copied(x) : repeat_each(x, axis, counts[0]);
}

// If one of the two has fewer axes, axes of extent 1 are added in front. The last axis is repeated
// first, so that all earlier repetitions together write less than the last one.
Result<Value> tile(const ComposeContext& c) {
  const auto reps = c.ints("reps");
  Shape shape = c.in(0).shape();
  const int added = static_cast<int>(reps.size()) - shape.rank();
  Shape whole;
  for (int i = 0; i < added; ++i) whole.push_back(1);
  for (const int64_t extent : shape) whole.push_back(extent);
  Value x = reshape(c.in(0), whole);
  bool any = false;
  for (int axis = whole.rank() - 1; axis >= std::max(0, -added); --axis) {
    const int64_t count = reps[static_cast<size_t>(axis + std::min(0, added))];
    WEFT_TRY(check_count("tile", "reps", whole, axis, count));
    if (count == 1) continue;
    const Shape part = around(whole, axis);
    const int64_t inner = part[1] * part[2];
    whole[axis] *= count;
    x = reshape(broadcast_to(reshape(x, {part[0], 1, inner}), {part[0], count, inner}), whole);
    any = true;
  }
  return any ? x : copied(x);
}

}  // namespace

WEFT_OP(repeat) {
  op.doc("Each element repeated, along one axis or in the flat array.")
      .input("a", "any dtype")
      .required(AttributeKind::kIntOrInts, "repeats", "how often, for all or for each element")
      .optional(AttributeKind::kInt, "axis", "axis to repeat along; none repeats the flat array")
      .compose(checked<repeat>)
      .like("numpy.repeat")
      .sample(R"({"shapes": [[2, 3]], "repeats": 2})")
      .sample(R"({"shapes": [[2, 3]], "repeats": 3, "axis": -1})")
      .sample(R"({"shapes": [[2, 3]], "repeats": [2, 0, 2], "axis": 1})")
      .sample(R"({"shapes": [[2, 3]], "repeats": [1], "axis": 0})")
      .sample(R"({"shapes": [[]], "repeats": 3})");
}

WEFT_OP(tile) {
  op.doc("The array repeated as a whole along its axes.")
      .input("A", "any dtype")
      .required(AttributeKind::kInts, "reps", "how often along each axis, the last ones if fewer")
      .compose(checked<tile>)
      .like("numpy.tile")
      .sample(R"({"shapes": [[2, 3]], "reps": 2})")
      .sample(R"({"shapes": [[2, 3]], "reps": [2, 1, 3]})")
      .sample(R"({"shapes": [[2, 1, 3]], "reps": [2, 2]})")
      .sample(R"({"shapes": [[2, 3]], "reps": [1, 1]})")
      .sample(R"({"shapes": [[2]], "reps": [0]})");
}

}  // namespace weft::ops
