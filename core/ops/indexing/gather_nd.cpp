// Elements or slices at points, each given by as many coordinates as leading axes, and the adjoint.
// Both reduce to one axis: a point becomes a row of the array whose leading axes are merged.
#include "base/errors.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

// Array and points: (X_0, ..., X_{M-1}, rest...) and (M, points...).
struct Points {
  Shape leading, rest, points;
  Value rows;  // int64, shape points
};

Result<Points> points_of(const ComposeContext& c, const Shape& array, const Value& indices) {
  const Shape shape = indices.shape();
  const std::string& op = c.op().name;
  const DType dtype = indices.dtype();
  if (is_floating(dtype) || dtype == DType::kBool)
    return errors::invalid_type(op, "`indices` must be integers; got ", dtype);
  if (shape.rank() < 1 || shape[0] < 1 || shape[0] > array.rank())
    return errors::invalid_value(op, "`indices` must have 1 to ", array.rank(),
                                 " coordinates along its first axis, for an array of shape ", array,
                                 "; got shape ", shape);
  Points p;
  for (int axis = 0; axis < array.rank(); ++axis)
    (axis < shape[0] ? p.leading : p.rest).push_back(array[axis]);
  for (int axis = 1; axis < shape.rank(); ++axis) p.points.push_back(shape[axis]);
  const Shape strides = dense_strides(p.leading);
  for (int axis = 0; axis < p.leading.rank(); ++axis) {
    // Taking from the table of an axis checks the range, and counts negative numbers from its end.
    const auto step = static_cast<double>(strides[axis]);
    const auto end = static_cast<double>(strides[axis] * p.leading[axis]);
    const Value table = c.builder.call(
        "arange", {},
        {Argument::of_float(0), Argument::of_float(end), Argument::of_float(step > 0 ? step : 1),
         Argument::of_dtype(DType::kInt64)});
    const Value coordinate = reshape(slice(indices, 0, axis, 1), p.points);
    const Value part = c.builder.call("take", {table, coordinate}, {Argument::of_int(0)});
    p.rows = axis == 0 ? part : p.rows + part;
    WEFT_TRY(c.builder.status());
  }
  return p;
}

Shape joined(const Shape& front, const Shape& back) {
  Shape shape = front;
  for (const int64_t extent : back) shape.push_back(extent);
  return shape;
}

Result<Value> gather(const ComposeContext& c) {
  const Shape data = c.in(0).shape();
  WEFT_ASSIGN(const Points p, points_of(c, data, c.in(1)));
  if (p.points.rank() + p.rest.rank() > kMaxRank)
    return errors::rank_too_large("gather_nd", "indices", p.points.rank() + p.rest.rank());
  const Value rows = reshape(c.in(0), joined({p.leading.elements()}, p.rest));
  return c.builder.call("take_rows", {rows, p.rows}, {Argument::of_int(0)});
}

Result<Value> scatter(const ComposeContext& c) {
  const Shape whole(c.ints("shape"));
  WEFT_TRY(checked_elements(whole.span(), "scatter_nd", "shape").status());
  WEFT_ASSIGN(const Points p, points_of(c, whole, c.in(1)));
  const Shape wanted = joined(p.points, p.rest);
  if (c.in(0).shape() != wanted)
    return errors::invalid_value("scatter_nd", "`data` must have shape ", wanted, "; got ",
                                 c.in(0).shape());
  const Shape rows = joined({p.leading.elements()}, p.rest);
  return reshape(c.builder.call("take_adjoint", {c.in(0), p.rows},
                                {Argument::of_int(0), Argument::of_string("raise"),
                                 Argument::of_ints(rows.span())}),
                 whole);
}

}  // namespace

WEFT_OP(gather_nd) {
  op.doc("Elements or slices at points: data[indices[0], ..., indices[M - 1]].")
      .in(Namespace::kNpx)
      .input("data", "any dtype, at least M axes")
      .index_input("indices", "integers, shape (M, ...); negative ones count back")
      .compose(checked<gather>)
      .sample(R"({"shapes": [[3, 4, 2], [2, 5]], "dtypes": [null, "int64"]})")
      .sample(R"({"shapes": [[3, 4], [2, 2, 2]], "dtypes": [null, "int32"]})")
      .sample(R"({"shapes": [[3], [1]], "dtypes": [null, "int64"]})");
}

WEFT_OP(scatter_nd) {
  op.doc("Zeros with each element or slice added at its point: the adjoint of gather_nd.")
      .in(Namespace::kNpx)
      .input("data", "shape (..., rest), as gather_nd gives it")
      .index_input("indices", "integers, shape (M, ...); negative ones count back")
      .required(AttributeKind::kInts, "shape", "shape of the result")
      .compose(checked<scatter>)
      .sample(R"({"shapes": [[2, 3], [2, 2]], "dtypes": [null, "int64"], "shape": [2, 4, 3]})")
      .sample(R"({"shapes": [[4], [1, 4]], "dtypes": [null, "int32"], "shape": [5]})");
}

}  // namespace weft::ops
