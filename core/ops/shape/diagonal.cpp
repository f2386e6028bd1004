// Diagonals of matrices: read as a view (the two strides added), written into zeros, or summed.

#include "base/errors.h"
#include "ops/rules.h"
#include "ops/slots/copy_slot.h"
#include "ops/slots/kernel_call.h"

namespace weft::ops {
namespace {

struct Diagonal {
  int axis1, axis2;
  int64_t row, column, length;  // where it starts, and how many elements it has
};

// Offsets beyond the matrix give an empty diagonal.
Result<Diagonal> parse(const InferContext& c) {
  const Shape& shape = c.in[0].shape;
  const std::string_view op = c.op().name;
  if (shape.rank() < 2)
    return errors::invalid_value(op, "`a` must have at least two axes; got shape ", shape);
  Diagonal d{};
  WEFT_ASSIGN(d.axis1, normalize_axis(c.integer("axis1"), shape.rank(), op, "axis1"));
  WEFT_ASSIGN(d.axis2, normalize_axis(c.integer("axis2"), shape.rank(), op, "axis2"));
  if (d.axis1 == d.axis2)
    return errors::invalid_value(op, "`axis1` and `axis2` must differ; got ", d.axis1, " twice");
  const int64_t rows = shape[d.axis1], columns = shape[d.axis2];
  const int64_t offset = std::clamp(c.integer("offset"), -rows, columns);
  d.row = std::max<int64_t>(0, -offset);
  d.column = std::max<int64_t>(0, offset);
  d.length = std::min(rows - d.row, columns - d.column);
  return d;
}

// One step along the diagonal is one step along both axes.
Geometry geometry(const Diagonal& d, const Shape& shape, const Shape& strides, int64_t offset) {
  Geometry result{{}, {}, offset};
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (axis == d.axis1 || axis == d.axis2) continue;
    result.shape.push_back(shape[axis]);
    result.strides.push_back(strides[axis]);
  }
  result.shape.push_back(d.length);
  result.strides.push_back(strides[d.axis1] + strides[d.axis2]);
  if (result.shape.elements() > 0)
    result.offset += d.row * strides[d.axis1] + d.column * strides[d.axis2];
  return result;
}

Result<Types> infer(const InferContext& c) {
  WEFT_ASSIGN(const Diagonal d, parse(c));
  const Shape& shape = c.in[0].shape;
  return Types{{c.in[0].dtype, geometry(d, shape, shape, 0).shape}};
}

std::optional<Geometry> view(const InferContext& c, const Geometry& input, const TensorType&,
                             size_t) {
  return geometry(parse(c).value(), input.shape, input.strides, input.offset);
}

Status run(const KernelCall& call) {
  const TensorView& in = call.in[0];
  const TensorType type = type_of(in);
  const Diagonal d = parse(InferContext(call.op, {&type, 1}, call.attributes)).value();
  const Shape strides(std::span(in.strides, static_cast<size_t>(in.rank)));
  const Geometry part = geometry(d, type.shape, strides, 0);
  TensorView from = call.out[0];
  from.data = static_cast<char*>(in.data) + part.offset * size_of(in.dtype);
  for (int axis = 0; axis < from.rank; ++axis) from.strides[axis] = part.strides[axis];
  copy_elements(call.out[0], from);
  return {};
}

// Zeros with `value` written to the part.
Value placed(const Value& value, const TensorType& whole, const Geometry& part) {
  return value.builder().call("update", {zeros(value, whole), value},
                              {Argument::of_int(part.offset), Argument::of_ints(part.shape.span()),
                               Argument::of_ints(part.strides.span())});
}

// The adjoint of reading a part is writing it into zeros.
Values gradient(const GradContext& g) {
  const TensorType whole = g.in(0).type();
  const Diagonal d = parse(InferContext(g.op(), {&whole, 1}, g.all())).value();
  return {placed(g.dout(), whole, geometry(d, whole.shape, dense_strides(whole.shape), 0))};
}

// A matrix gives its diagonal; a vector becomes the diagonal of a new matrix.
Result<Value> diag(const ComposeContext& c) {
  const Value& v = c.in(0);
  const int64_t k = c.integer("k");
  if (v.rank() == 2) return c.builder.call("diagonal", {v}, {Argument::of_int(k)});
  if (v.rank() != 1)
    return errors::invalid_value("diag", "`v` must have one or two axes; got shape ", v.shape());
  const int64_t length = v.shape()[0];
  if (k < -INT32_MAX || k > INT32_MAX)
    return errors::invalid_value("diag", "`k` must fit in 32 bits; got ", k);
  const int64_t extent = length + (k < 0 ? -k : k);
  const TensorType whole{v.dtype(), {extent, extent}};
  WEFT_TRY(checked_elements(whole.shape.span(), "diag", "v").status());
  const int64_t first = length == 0 ? 0 : k < 0 ? -k * extent : k;
  return placed(v, whole, {{length}, {extent + 1}, first});
}

Result<Value> trace(const ComposeContext& c) {
  const Value d =
      c.builder.call("diagonal", {c.in(0)}, {c.get("offset"), c.get("axis1"), c.get("axis2")});
  if (!c.builder.status().ok()) return c.in(0);
  const int64_t last = -1;
  return sum(d, {&last, 1}, false);
}

void diagonal_attributes(OpDef& op) {
  op.integer("offset", 0, "the diagonal: 0 the main one, positive above it")
      .integer("axis1", 0, "axis of the rows")
      .integer("axis2", 1, "axis of the columns");
}

Slot slot() {
  Slot s = copy_slot();
  s.run = run;
  return s;
}

}  // namespace

WEFT_OP(diagonal) {
  op.doc("A diagonal of matrices, as the last axis of the result; a view, which may be written to.")
      .input("a", "any dtype, at least two axes");
  diagonal_attributes(op);
  op.infer(infer)
      .gradient(gradient)
      .kernel(slot())
      .view(view)
      .like("numpy.diagonal")
      .sample(R"({"shapes": [[3, 4]]})")
      .sample(R"({"shapes": [[3, 2]], "offset": -1})")
      .sample(R"({"shapes": [[3, 2, 4]], "offset": 1, "axis1": 2, "axis2": 0})")
      .sample(R"({"shapes": [[3, 2]], "offset": 7})");
}

WEFT_OP(diag) {
  op.doc("The diagonal of a matrix, or a matrix of zeros with the vector on its diagonal.")
      .input("v", "any dtype, one or two axes")
      .integer("k", 0, "the diagonal: 0 the main one, positive above it")
      .compose(checked<diag>)
      .like("numpy.diag")
      .sample(R"({"shapes": [[3]], "k": 1})")
      .sample(R"({"shapes": [[3]], "k": -2})")
      .sample(R"({"shapes": [[3, 4]], "k": 1})");
}

WEFT_OP(trace) {
  op.doc("The sum along a diagonal of matrices.").input("a", "any dtype, at least two axes");
  diagonal_attributes(op);
  op.compose(checked<trace>)
      .like("numpy.trace")
      .sample(R"({"shapes": [[3, 4]], "offset": 1})")
      .sample(R"({"shapes": [[2, 3, 3]], "axis1": 1, "axis2": -1})");
}

}  // namespace weft::ops
