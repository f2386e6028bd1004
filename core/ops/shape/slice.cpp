// A part of an array by begin, size and step along each axis; a view. Its adjoint writes into
// zeros.

#include <algorithm>

#include "base/errors.h"
#include "ops/rules.h"
#include "ops/slots/copy_slot.h"
#include "ops/slots/kernel_call.h"

namespace weft::ops {
namespace {

struct Slice {
  Shape begin, step, shape;
};

// Keeps what lies inside the axis, as Python does for bounds outside. If the first index is outside
// and the step is not 1 or -1, the answer depends on more than is known here; that stays an error.
void clip(int64_t extent, int64_t& begin, int64_t& size, int64_t step) {
  size = std::max<int64_t>(size, 0);
  if (step == 1 && begin < 0) {
    size += begin;
    begin = 0;
  } else if (step == -1 && begin >= extent) {
    size = size - 1 - (begin - extent);
    begin = extent - 1;
  }
  if (step > 0 && begin >= 0)
    size = std::min(size, begin < extent ? (extent - begin - 1) / step + 1 : 0);
  else if (step < 0 && begin < extent)
    size = std::min(size, begin < 0 ? 0 : 1 - begin / step);
  size = std::max<int64_t>(size, 0);
}

// Do all `count` indices from `first` on lie inside the axis? Overflow counts as outside.
bool is_inside(int64_t extent, int64_t first, int64_t count, int64_t step) {
  if (count == 0) return true;
  if (count < 0 || first < 0 || first >= extent) return false;
  int64_t last;
  return !__builtin_mul_overflow(count - 1, step, &last) &&
         !__builtin_add_overflow(first, last, &last) && last >= 0 && last < extent;
}

// begin, step and count of every axis: a Python slice after `indices(extent)`, which the caller (a
// binding or a rule) has applied.
Result<Slice> parse(const InferContext& c) {
  const Shape& in = c.in[0].shape;
  const auto begin = c.ints("begin");
  const auto size = c.ints("size");
  const auto step = c.ints("step");
  const auto rank = static_cast<size_t>(in.rank());
  if (begin.size() != rank || size.size() != rank || step.size() != rank)
    return errors::invalid_value(
        "slice", "`begin`, `size` and `step` must have one number for each of the ", in.rank(),
        " axes of `x`; got ", begin.size(), ", ", size.size(), " and ", step.size());
  Slice slice{Shape(begin), Shape(step), Shape(size)};
  for (int axis = 0; axis < in.rank(); ++axis) {
    int64_t& first = slice.begin[axis];
    int64_t& count = slice.shape[axis];
    const int64_t distance = slice.step[axis];
    if (is_inside(in[axis], first, count, distance)) continue;
    if (c.flag("clip")) clip(in[axis], first, count, distance);
    if (!is_inside(in[axis], first, count, distance))
      return errors::index_out_of_range(
          "slice", "`begin`, `size` and `step` must stay within axis ", axis, " of extent ",
          in[axis], "; got ", first, ", ", count, " and ", distance);
  }
  return slice;
}

Result<Types> infer(const InferContext& c) {
  WEFT_ASSIGN(const Slice slice, parse(c));
  return Types{{c.in[0].dtype, slice.shape}};
}

// The part's strides on the input's memory; an empty part keeps the offset, so that it stays
// inside.
Geometry geometry(const Slice& slice, const Shape& strides, int64_t offset) {
  Geometry result{slice.shape, {}, offset};
  const bool empty = slice.shape.elements() == 0;
  for (int axis = 0; axis < strides.rank(); ++axis) {
    int64_t stride;  // an axis with one element may have any step
    if (__builtin_mul_overflow(strides[axis], slice.step[axis], &stride)) stride = 0;
    result.strides.push_back(stride);
    if (!empty) result.offset += slice.begin[axis] * strides[axis];
  }
  return result;
}

std::optional<Geometry> view(const InferContext& c, const Geometry& input, const TensorType&,
                             size_t) {
  return geometry(parse(c).value(), input.strides, input.offset);
}

Status run(const KernelCall& call) {
  const TensorView& in = call.in[0];
  const auto rank = static_cast<size_t>(in.rank);
  const TensorType type = type_of(in);
  const Slice slice = parse(InferContext(call.op, {&type, 1}, call.attributes)).value();
  const Geometry part = geometry(slice, Shape(std::span(in.strides, rank)), 0);
  TensorView from = call.out[0];
  from.data = static_cast<char*>(in.data) + part.offset * size_of(in.dtype);
  for (int axis = 0; axis < from.rank; ++axis) from.strides[axis] = part.strides[axis];
  copy_elements(call.out[0], from);
  return {};
}

// Zeros with the cotangent written to the part that was read.
Values gradient(const GradContext& g) {
  const TensorType whole = g.in(0).type();
  const Slice slice = parse(InferContext(g.op(), {&whole, 1}, g.all())).value();
  const Geometry part = geometry(slice, dense_strides(whole.shape), 0);
  const Argument offset = Argument::of_int(part.offset);
  return {g.builder().call(
      "update", {zeros(g.dout(), whole), g.dout()},
      {offset, Argument::of_ints(part.shape.span()), Argument::of_ints(part.strides.span())})};
}

Slot slot() {
  Slot s = copy_slot();
  s.run = run;
  return s;
}

}  // namespace

WEFT_OP(slice) {
  op.doc("Part of an array: `size` elements from `begin` by `step` along each axis; a view.")
      .in(Namespace::kInternal)
      .input("x", "any dtype")
      .required(AttributeKind::kInts, "begin", "first index of each axis, at least 0")
      .required(AttributeKind::kInts, "size", "elements taken along each axis")
      .required(AttributeKind::kInts, "step", "distance between them, may be negative")
      .boolean("clip", false, "take what is inside the axis, as Python does; else that is an error")
      .infer(infer)
      .gradient(gradient)
      .kernel(slot())
      .view(view)
      .sample(R"({"shapes": [[4, 5]], "begin": [3, 1], "size": [2, 2], "step": [-2, 3]})")
      .sample(R"({"shapes": [[5]], "begin": [1], "size": [3], "step": [1]})")
      .sample(R"({"shapes": [[2, 3]], "begin": [0, 2], "size": [2, 0], "step": [1, 1]})")
      .sample(R"({"shapes": [[5, 3]], "begin": [-1, 2], "size": [9, 2], "step": [1, -1],
                  "clip": true})")
      .sample(R"({"shapes": [[]], "begin": [], "size": [], "step": []})");
}

}  // namespace weft::ops
