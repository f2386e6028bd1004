// Borders around an array, axis by axis: one value, or elements of the array itself. As in NumPy,
// the border of one axis is part of the array for the next axis.

#include "base/errors.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

// Widths at the start and at the end of each axis.
struct Border {
  std::span<const int64_t> before, after;
};

Result<Border> border_of(const ComposeContext& c) {
  const Border border{c.ints("before"), c.ints("after")};
  const Shape shape = c.in(0).shape();
  const auto rank = static_cast<size_t>(shape.rank());
  if (border.before.size() != rank || border.after.size() != rank)
    return errors::invalid_value("pad", "`before` and `after` must have one width for each of the ",
                                 rank, " axes of `array`; got ", border.before.size(), " and ",
                                 border.after.size());
  Shape padded = shape;
  for (size_t i = 0; i < rank; ++i)
    for (const int64_t width : {border.before[i], border.after[i]}) {
      int64_t& extent = padded[static_cast<int>(i)];
      if (width < 0)
        return errors::invalid_value("pad", "`pad_width` must be at least 0; got ", width,
                                     " on axis ", i);
      if (__builtin_add_overflow(extent, width, &extent))
        return errors::invalid_value("pad", "`pad_width` adds more than 63 bits can count; got ",
                                     width, " on axis ", i, " of ", shape);
    }
  WEFT_TRY(checked_elements(padded.span(), "pad", "pad_width").status());
  return border;
}

bool is_given_array(const ComposeContext& c) {
  return c.inputs.size() >= 2 && c.in(1) && !c.in(1).is_scalar();
}

// The value as an array of the dtype. 1 times a weak scalar gives that scalar and checks its range.
Result<Value> filling(const ComposeContext& c) {
  const TensorType type{c.in(0).dtype(), Shape()};
  if (c.inputs.size() < 2 || !c.in(1)) return zeros(c.in(0), type);
  const Value one = c.builder.call(
      "full", {}, {Argument::of_ints({}), Argument::of_float(1), Argument::of_dtype(type.dtype)});
  const Value value = is_given_array(c) ? c.in(1) : one * c.in(1);
  if (value.rank() != 0)
    return errors::invalid_value("pad", "`value` must be a scalar; got shape ", value.shape());
  return cast(value, type.dtype);
}

// The value in a given shape. A constant repeats by strides of 0, without a copy; an array, which
// may want a gradient, is broadcast.
Value background_of(const ComposeContext& c, const Value& value, const Shape& shape) {
  if (is_given_array(c)) return broadcast_to(value, shape);
  Shape strides = shape;
  for (int axis = 0; axis < strides.rank(); ++axis) strides[axis] = 0;
  return c.builder.call(
      "strided_view", {value},
      {Argument::of_int(0), Argument::of_ints(shape.span()), Argument::of_ints(strides.span())});
}

// Writes the array into an array filled with the value.
Value constant(const ComposeContext& c, const Border& border, const Value& value) {
  const Value& x = c.in(0);
  Shape whole = x.shape();
  for (int axis = 0; axis < whole.rank(); ++axis)
    whole[axis] +=
        border.before[static_cast<size_t>(axis)] + border.after[static_cast<size_t>(axis)];
  const Value background = background_of(c, value, whole);
  if (!x.builder().status().ok()) return x;
  const Shape strides = dense_strides(whole);
  int64_t offset = 0;
  for (int axis = 0; axis < whole.rank(); ++axis)
    offset += border.before[static_cast<size_t>(axis)] * strides[axis];
  const Shape part = x.shape();
  return x.builder().call("update", {background, x},
                          {Argument::of_int(offset), Argument::of_ints(part.span()),
                           Argument::of_ints(strides.span())});
}

// One slice of the array, repeated `width` times along the axis.
Value repeated_edge(const Value& x, int axis, int64_t at, int64_t width) {
  Shape shape = x.shape();
  shape[axis] = width;
  return broadcast_to(slice(x, axis, at, 1), shape);
}

Value edge(const Value& x, int axis, int64_t before, int64_t after) {
  const Value parts[] = {repeated_edge(x, axis, 0, before), x,
                         repeated_edge(x, axis, x.shape()[axis] - 1, after)};
  return concatenate(parts, axis);
}

// Adds at most `room` elements on each side, whole periods: the array mirrored at its last element
// (reflect) or behind it (symmetric), or moved by `room` (wrap).
Value once(const Value& x, int axis, int64_t before, int64_t after, int64_t room,
           std::string_view mode) {
  const int64_t extent = x.shape()[axis];
  if (mode == "wrap") {
    const Value parts[] = {slice(x, axis, room - before, before), x,
                           slice(x, axis, extent - room, after)};
    return concatenate(parts, axis);
  }
  const int64_t skipped = mode == "reflect" ? 1 : 0;
  const auto mirrored = [&](int64_t from, int64_t width) {
    return slice(x, axis, width == 0 ? 0 : from, width, -1);
  };
  const Value parts[] = {mirrored(before - 1 + skipped, before), x,
                         mirrored(extent - 1 - skipped, after)};
  return concatenate(parts, axis);
}

// A border wider than the array continues the pattern: what was added is mirrored or moved again,
// by whole periods of the original.
Value periodic(const Value& x, int axis, int64_t before, int64_t after, std::string_view mode) {
  const int64_t extent = x.shape()[axis];
  const int64_t period = mode == "reflect" ? extent - 1 : extent;
  if (period == 0) return edge(x, axis, before, after);  // one element, mirrored at itself
  Value out = x;
  while (before > 0 || after > 0) {
    const int64_t maximum = mode == "reflect" ? out.shape()[axis] - 1 : out.shape()[axis];
    const int64_t room = maximum / period * period;
    const int64_t left = std::min(before, room), right = std::min(after, room);
    out = once(out, axis, left, right, room, mode);
    if (!out.builder().status().ok()) return x;
    before -= left;
    after -= right;
  }
  return out;
}

// Mode constant writes once; the other modes work axis by axis and read what earlier axes got.
Result<Value> pad(const ComposeContext& c) {
  const std::string_view mode = c.text("mode");
  WEFT_ASSIGN(const Border border, border_of(c));
  if (mode == "constant") {
    WEFT_ASSIGN(const Value value, filling(c));
    return constant(c, border, value);
  }
  if (mode != "edge" && mode != "reflect" && mode != "symmetric" && mode != "wrap")
    return errors::invalid_value(
        "pad", "`mode` must be constant, edge, reflect, symmetric or wrap; got ", mode);
  Value x = c.in(0);
  bool any = false;
  for (int axis = 0; axis < x.rank(); ++axis) {
    const int64_t before = border.before[static_cast<size_t>(axis)];
    const int64_t after = border.after[static_cast<size_t>(axis)];
    if (before == 0 && after == 0) continue;
    if (x.shape()[axis] == 0)
      return errors::invalid_value("pad", "`array` has no elements on axis ", axis,
                                   " to pad with; got mode ", mode);
    x = mode == "edge" ? edge(x, axis, before, after) : periodic(x, axis, before, after, mode);
    any = true;
  }
  return any ? x : c.builder.call("copy", {x});
}

}  // namespace

WEFT_OP(pad) {
  op.doc("The array with a border round it.")
      .in(Namespace::kInternal)
      .input("array", "any dtype")
      .optional_input("value", "what the border is filled with in mode constant, 0 unless given")
      .required(AttributeKind::kInts, "before", "width of the border at the start of each axis")
      .required(AttributeKind::kInts, "after", "width at the end of each axis")
      .text("mode", "constant", "constant, edge, reflect, symmetric or wrap")
      .compose(checked<pad>)
      .sample(R"({"shapes": [[2, 3], []], "before": [1, 0], "after": [0, 2]})")
      .sample(R"({"shapes": [[3]], "before": [0], "after": [2]})")
      .sample(R"({"shapes": [[2, 3]], "before": [1, 2], "after": [2, 0], "mode": "edge"})")
      .sample(R"({"shapes": [[3, 2]], "before": [5, 1], "after": [3, 4], "mode": "reflect"})")
      .sample(R"({"shapes": [[3]], "before": [7], "after": [4], "mode": "symmetric"})")
      .sample(R"({"shapes": [[3, 2]], "before": [4, 0], "after": [7, 1], "mode": "wrap"})");
}

}  // namespace weft::ops
