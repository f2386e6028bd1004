// Pieces of a signal that overlap, as a view, and their sum. Each is the other's transpose, so each
// is the other's gradient.

#include <algorithm>

#include "base/errors.h"
#include "kernels/signal/overlap_add.h"
#include "ops/registry.h"
#include "ops/rules.h"
#include "ops/slots/copy_slot.h"
#include "ops/slots/kernel_call.h"
#include "ops/slots/split_work.h"

namespace weft::ops {
namespace {

Status require_positive(const InferContext& c, std::string_view attribute) {
  if (const int64_t value = c.integer(attribute); value < 1)
    return errors::invalid_value(c.op().name, "`", attribute, "` must be at least 1; got ", value);
  return {};
}

int64_t frames_in(int64_t extent, int64_t length, int64_t hop) {
  return 1 + (extent - length) / hop;
}

// ---- frames

Result<Types> infer_frames(const InferContext& c) {
  WEFT_TRY(require_positive(c, "length"));
  WEFT_TRY(require_positive(c, "hop"));
  Shape shape = c.in[0].shape;
  const int last = shape.rank() - 1;
  const int64_t length = c.integer("length");
  if (last < 0 || shape[last] < length)
    return errors::invalid_value(c.op().name, "`x` must have ", length,
                                 " elements or more along its last axis; got shape ", shape);
  if (shape.rank() >= kMaxRank)
    return errors::rank_too_large(c.op().name, "x", int64_t{shape.rank()} + 1);
  shape[last] = frames_in(shape[last], length, c.integer("hop"));
  shape.push_back(length);
  return Types{{c.in[0].dtype, shape}};
}

// Neighbouring frames begin `hop` elements apart. A hop beyond the row has no second frame.
Geometry geometry(const AttributeReader& a, const Shape& shape, const Geometry& input) {
  Geometry g{shape, input.strides, input.offset};
  const int64_t stride = input.strides[input.strides.rank() - 1];
  const int64_t extent = input.shape[input.shape.rank() - 1];
  g.strides[g.strides.rank() - 1] = stride * std::min(a.integer("hop"), extent);
  g.strides.push_back(stride);
  return g;
}

std::optional<Geometry> view_frames(const InferContext& c, const Geometry& input,
                                    const TensorType& output, size_t) {
  return geometry(c, output.shape, input);
}

Status run_frames(const KernelCall& call) {
  const TensorView& in = call.in[0];
  const Shape strides(std::span(in.strides, static_cast<size_t>(in.rank)));
  const Geometry g =
      geometry(call.op.reader(call.attributes), shape_of(call.out[0]), {shape_of(in), strides, 0});
  TensorView from = call.out[0];
  from.data = in.data;
  for (int axis = 0; axis < from.rank; ++axis) from.strides[axis] = g.strides[axis];
  copy_elements(call.out[0], from);
  return {};
}

Slot frames_slot() {
  Slot s = copy_slot();
  s.run = run_frames;
  return s;
}

Values frames_gradient(const GradContext& g) {
  const Shape shape = g.in(0).shape();
  return {g.builder().call(
      "overlap_add", {g.dout()},
      {g.get("hop"), Argument::of_int(0), Argument::of_int(shape[shape.rank() - 1])})};
}

// ---- overlap_add

// How far the frames reach together.
Result<int64_t> reach_of(const InferContext& c) {
  const Shape& shape = c.in[0].shape;
  const int rank = shape.rank();
  if (rank < 2 || shape[rank - 1] < 1 || shape[rank - 2] < 1)
    return errors::invalid_value(c.op().name, "`frames` must have two last axes with elements; ",
                                 "got shape ", shape);
  const int64_t hop = c.integer("hop");
  int64_t reach = 0;
  if (__builtin_mul_overflow(shape[rank - 2] - 1, hop, &reach) ||
      __builtin_add_overflow(reach, shape[rank - 1], &reach))
    return errors::invalid_value(c.op().name, "`hop` times the frames must fit in 63 bits; got ",
                                 hop);
  return reach;
}

Result<Types> infer_sum(const InferContext& c) {
  WEFT_TRY(rules::require_lanes(c, 0));
  WEFT_TRY(require_positive(c, "hop"));
  WEFT_ASSIGN(const int64_t reach, reach_of(c));
  const int64_t start = c.integer("start");
  if (start < 0 || start > (reach - 1) / 2)
    return errors::invalid_value(c.op().name, "`start` must be in [0, ", (reach - 1) / 2,
                                 "] for frames that reach ", reach, " elements; got ", start);
  if (c.has("length")) WEFT_TRY(require_positive(c, "length"));
  Shape shape = c.in[0].shape;
  const int rank = shape.rank();
  shape.resize(rank - 1, 0);
  shape[rank - 2] = c.has("length") ? c.integer("length") : reach - 2 * start;
  WEFT_TRY(checked_elements(shape.span(), c.op().name, "hop").status());
  return Types{{c.in[0].dtype, shape}};
}

// The sum of the frames, or of one window in the place of each.
Status run(const KernelCall& call, const TensorView& added, int64_t step) {
  const Shape frames = shape_of(call.in[0]), sum = shape_of(call.out[0]);
  const int64_t count = frames[frames.rank() - 2], length = frames[frames.rank() - 1];
  const int64_t row = sum[sum.rank() - 1], rows = sum.elements() / row;
  const AttributeReader a = call.op.reader(call.attributes);
  const kernels::OverlapAdd problem{added.dtype,        rows, count, length, a.integer("hop"),
                                    a.integer("start"), row,  step};
  split_work(kernels::overlap_add_units(problem), rows * count * length, nullptr, 0,
             [&](kernels::Range units, void*) {
               kernels::run_overlap_add(problem, added.data, call.out[0].data, units);
             });
  return {};
}

Status run_sum(const KernelCall& call) {
  return run(call, call.in[0], call.in[0].shape[call.in[0].rank - 1]);
}

// The frames of a cotangent that stands in its place among zeros.
Value frames_of_sum(const GradContext& g, const Shape& frames) {
  const int64_t count = frames[frames.rank() - 2], length = frames[frames.rank() - 1];
  const int64_t reach = (count - 1) * g.integer("hop") + length, start = g.integer("start");
  Value sum = g.dout();
  const int last = sum.rank() - 1;
  const int64_t there = std::min(sum.shape()[last], reach - start);
  if (there < sum.shape()[last]) sum = slice(sum, last, 0, there);
  Shape before = sum.shape(), after = before;
  for (int axis = 0; axis <= last; ++axis) before[axis] = after[axis] = 0;
  before[last] = start;
  after[last] = reach - start - there;
  const Value whole = g.builder().call(
      "pad", {sum, Value()}, {Argument::of_ints(before.span()), Argument::of_ints(after.span())});
  return g.builder().call("frames", {whole}, {Argument::of_int(length), g.get("hop")});
}

Values sum_gradient(const GradContext& g) { return {frames_of_sum(g, g.in(0).shape())}; }

// ---- window_sum

Result<Types> infer_window(const InferContext& c) {
  WEFT_ASSIGN(const Types sums, infer_sum(c));
  const Shape &frames = c.in[0].shape, &window = c.in[1].shape;
  if (window.rank() != 1 || window[0] != frames[frames.rank() - 1])
    return errors::invalid_value(c.op().name, "`window` must have the elements of a frame, ",
                                 frames[frames.rank() - 1], "; got shape ", window);
  return Types{{c.in[1].dtype, {sums[0].shape[frames.rank() - 2]}}};
}

Status run_window(const KernelCall& call) { return run(call, call.in[1], 0); }

Values window_gradient(const GradContext& g) {
  const Value frames = frames_of_sum(g, g.in(0).shape());
  const int64_t every[] = {0};
  return {Value(), sum(frames, every, false)};
}

}  // namespace

WEFT_OP(frames) {
  op.doc("Pieces of rows that begin `hop` elements apart, each of `length` elements; a view.")
      .in(Namespace::kInternal)
      .input("x", "any dtype: at least one axis, rows along the last one")
      .required(AttributeKind::kInt, "length", "elements of a piece")
      .required(AttributeKind::kInt, "hop", "from the begin of a piece to that of the next")
      .infer(infer_frames)
      .gradient(frames_gradient)
      .kernel(frames_slot())
      .view(view_frames)
      .sample(R"({"shapes": [[2, 11]], "length": 4, "hop": 2})")
      .sample(R"({"shapes": [[7]], "length": 2, "hop": 3})")
      .sample(R"({"shapes": [[0, 5]], "length": 5, "hop": 1})");
}

WEFT_OP(overlap_add) {
  op.doc("The sum of pieces of rows that begin `hop` elements apart; between them there are zeros.")
      .in(Namespace::kInternal)
      .input("frames", "float32 or float64: at least two axes, pieces along the last one")
      .required(AttributeKind::kInt, "hop", "from the begin of a piece to that of the next")
      .integer("start", 0,
               "elements that are left out at the begin and, unless `length` is given, at "
               "the end")
      .optional(AttributeKind::kInt, "length", "elements of the result; beyond the pieces zeros")
      .promote(Promotion::kExact)
      .infer(infer_sum)
      .gradient(sum_gradient)
      .kernel(dense_slot(run_sum))
      .sample(R"({"shapes": [[2, 4, 5]], "hop": 2})")
      .sample(R"({"shapes": [[2, 4, 5]], "hop": 3, "start": 2})")
      .sample(R"({"shapes": [[4, 3]], "hop": 2, "start": 1, "length": 4})")
      .sample(R"({"shapes": [[3, 2]], "hop": 3, "start": 1, "length": 10})");
}

WEFT_OP(window_sum) {
  op.doc("The sum of a window laid where each piece of rows lies.")
      .in(Namespace::kInternal)
      .input("frames", "float32 or float64: pieces of rows, of which the shape alone counts")
      .input("window", "one axis, as long as a piece")
      .required(AttributeKind::kInt, "hop", "from the begin of a piece to that of the next")
      .integer("start", 0,
               "elements that are left out at the begin and, unless `length` is given, at "
               "the end")
      .optional(AttributeKind::kInt, "length", "elements of the result; beyond the pieces zeros")
      .promote(Promotion::kExact)
      .infer(infer_window)
      .gradient(window_gradient)
      .kernel(dense_slot(run_window))
      .sample(R"({"shapes": [[2, 4, 5], [5]], "hop": 2, "start": 1})")
      .sample(R"({"shapes": [[3, 2], [2]], "hop": 3, "length": 10})");
}

}  // namespace weft::ops
