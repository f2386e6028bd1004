// Indexing functions that are gather and scatter, with index arrays made from the arguments.

#include "base/errors.h"
#include "ops/indexing/axis_index_impl.h"
#include "ops/indexing/places_impl.h"
#include "ops/registry.h"

namespace weft::ops {
namespace {

// One index array for each axis: `index` for one of them, the positions themselves for the others.
Values along(const Shape& shape, const Value& index, int axis) {
  Values indices;
  for (int i = 0; i < shape.rank(); ++i) {
    if (i == axis) {
      indices.push_back(as_index(index));
      continue;
    }
    Shape spread;
    spread.resize(shape.rank());
    spread[i] = shape[i];
    indices.push_back(reshape(iota(index.builder(), 0, shape[i]), spread));
  }
  return indices;
}

// The attributes of gather and scatter if the index arrays belong to the first axes.
struct FirstAxes {
  explicit FirstAxes(size_t count) {
    for (size_t i = 0; i < count; ++i) axes.push_back(static_cast<int64_t>(i));
    arguments[0] = Argument::of_ints(axes);
    arguments[1] = Argument::of_int(0);
    arguments[2] = Argument::of_ints({});
  }
  PoolVector<int64_t> axes;
  Argument arguments[3];
};

// The shape that index arrays of the first axes pick from `data`.
Shape shape_at(std::span<const Value> indices, const Shape& data) {
  PoolVector<TensorType> types;
  for (const Value& index : indices) types.push_back(index.type());
  Shape shape = index_shape(types).value();
  for (int axis = static_cast<int>(indices.size()); axis < data.rank(); ++axis)
    shape.push_back(data[axis]);
  return shape;
}

Status check_index(const ComposeContext& c, size_t i) {
  const DType dtype = c.in(i).dtype();
  if (is_integer(dtype)) return {};
  return errors::invalid_type(c.op().name, "`", c.op().input_name(i), "` must be of integers; got ",
                              dtype);
}

// Array, index and axis of the functions along an axis. Without an axis both arrays are flat.
struct AlongAxis {
  Value data, index;
  int axis;
};

// On the other axes the index has the array's extents, or broadcasts against them.
Status check_along(const ComposeContext& c, const AlongAxis& a) {
  const Shape data = a.data.shape(), index = a.index.shape();
  bool fits = index.rank() == data.rank();
  for (int i = 0; fits && i < data.rank(); ++i)
    fits = i == a.axis || index[i] == data[i] || index[i] == 1 || data[i] == 1;
  if (fits) return {};
  return errors::invalid_value(c.op().name, "`indices` must have the array's shape, ", data,
                               ", or broadcast against it, on all axes but ", a.axis, "; got ",
                               index);
}

Result<AlongAxis> read_along(const ComposeContext& c, size_t index_input) {
  AlongAxis found{c.in(0), c.in(index_input), 0};
  WEFT_TRY(check_index(c, index_input));
  if (!c.has("axis")) found.data = reshape(found.data, {found.data.shape().elements()});
  WEFT_ASSIGN(found.axis, normalize_axis(c.has("axis") ? c.integer("axis") : 0, found.data.rank(),
                                         c.op().name, "axis"));
  WEFT_TRY(check_along(c, found));
  return found;
}

// Has each position of the other axes indices of its own? Then pick_rows does it without index
// arrays.
bool is_plain(const AlongAxis& a) {
  Shape wanted = a.data.shape();
  wanted[a.axis] = a.index.shape()[a.axis];
  return a.index.shape() == wanted;
}

// If the index broadcasts, index arrays for all axes are needed.
Result<Value> take_along_axis(const ComposeContext& c) {
  WEFT_ASSIGN(const AlongAxis a, read_along(c, 1));
  if (is_plain(a))
    return c.builder.call("pick_rows", {a.data, as_index(a.index)},
                          {Argument::of_int(a.axis), Argument::of_string("raise")});
  const Values indices = along(a.data.shape(), a.index, a.axis);
  return gather(a.data, indices, FirstAxes(indices.size()).arguments);
}

// The same choice for writing: pick_update, or scatter with index arrays.
Result<Value> with_values_along_axis(const ComposeContext& c) {
  WEFT_ASSIGN(const AlongAxis a, read_along(c, 1));
  if (is_plain(a)) {
    const Value given = as_array(c.in(2), a.data);
    WEFT_TRY(check_written(c.op().name, "values", given.shape(), a.index.shape()));
    const Value values = broadcast_to(cast(given, a.data.dtype()), a.index.shape());
    const Value written = c.builder.call("pick_update", {a.data, values, as_index(a.index)},
                                         {Argument::of_int(a.axis)});
    return reshape(written, c.in(0).shape());
  }
  const Values indices = along(a.data.shape(), a.index, a.axis);
  WEFT_TRY(check_written(c.op().name, "values", c.in(2).shape(), shape_at(indices, Shape())));
  const Value written =
      scatter(a.data, c.in(2), indices, FirstAxes(indices.size()).arguments, false);
  return reshape(written, c.in(0).shape());
}

// The rows of an index matrix (M, …): M index arrays.
Result<Values> rows_of(const ComposeContext& c, size_t input, int rank) {
  WEFT_TRY(check_index(c, input));
  const Value& matrix = c.in(input);
  const Shape shape = matrix.shape();
  if (shape.rank() == 0 || shape[0] < 1 || shape[0] > rank)
    return errors::invalid_value(c.op().name, "`", c.op().input_name(input), "` must have 1 to ",
                                 rank, " rows, one for each axis indexed; got shape ", shape);
  const Shape row(shape.span().subspan(1));
  Values rows;
  for (int64_t i = 0; i < shape[0]; ++i)
    rows.push_back(as_index(reshape(slice(matrix, 0, i, 1), row)));
  return rows;
}

// `accumulate` adds; otherwise the last value at a place wins.
template <bool accumulate>
Result<Value> write_rows(const ComposeContext& c) {
  WEFT_ASSIGN(const Values rows, rows_of(c, 1, c.in(0).rank()));
  WEFT_TRY(c.builder.status());
  WEFT_TRY(check_written(c.op().name, "val", c.in(2).shape(), shape_at(rows, c.in(0).shape())));
  return scatter(c.in(0), c.in(2), rows, FirstAxes(rows.size()).arguments, accumulate);
}

Result<Value> gather_nd(const ComposeContext& c) {
  WEFT_ASSIGN(const Values rows, rows_of(c, 1, c.in(0).rank()));
  return gather(c.in(0), rows, FirstAxes(rows.size()).arguments);
}

// Adds the values into zeros of the given shape.
Result<Value> scatter_nd(const ComposeContext& c) {
  const Shape whole(c.ints("shape"));
  WEFT_TRY(checked_elements(whole.span(), "scatter_nd", "shape").status());
  WEFT_ASSIGN(const Values rows, rows_of(c, 1, whole.rank()));
  WEFT_TRY(c.builder.status());
  const TensorType data = c.in(0).type();
  const Shape wanted = shape_at(rows, whole);
  if (data.shape != wanted)
    return errors::invalid_value("scatter_nd", "`data` must have shape ", wanted, "; got ",
                                 data.shape);
  const Value blank = zeros(rows[0], {data.dtype, whole});
  return scatter(blank, c.in(0), rows, FirstAxes(rows.size()).arguments, true);
}

constexpr std::string_view kRows =
    "integers of shape (M, ...): one row for each of the first M axes";

}  // namespace

WEFT_OP(take_along_axis) {
  op.doc("Elements along an axis at indices of their own for each position of the others.")
      .input("arr", "any dtype")
      .index_input("indices", "integers; broadcast against arr on the other axes")
      .integer_or_none("axis", -1, "axis that the indices count along; none: of the flat array")
      .compose(checked<take_along_axis>)
      .like("numpy.take_along_axis")
      .sample(R"({"shapes": [[4, 3], [2, 3]], "dtypes": [null, "int64"], "axis": 0})")
      .sample(R"({"shapes": [[2, 3, 4], [2, 1, 5]], "dtypes": [null, "int32"], "axis": 2})")
      .sample(R"({"shapes": [[2, 3], [4]], "dtypes": [null, "int64"], "axis": null})");
}

WEFT_OP(with_values_along_axis) {
  op.doc("The array with elements along an axis replaced: what put_along_axis writes.")
      .in(Namespace::kInternal)
      .input("arr", "any dtype")
      .index_input("indices", "integers; broadcast against arr on the other axes")
      .input("values", "broadcast against the indices; converted to arr's dtype")
      .integer_or_none("axis", -1, "axis that the indices count along; none: of the flat array")
      .compose(checked<with_values_along_axis>)
      .sample(R"({"shapes": [[4, 3], [2, 3], [2, 1]], "dtypes": [null, "int64", null], "axis": 0})")
      .sample(R"({"shapes": [[2, 3], [4], []], "dtypes": [null, "int64", null], "axis": null})");
}

WEFT_OP(gather_nd) {
  op.doc("Elements or slices at points: data[indices[0], ..., indices[M - 1]].")
      .in(Namespace::kNpx)
      .input("data", "any dtype, at least M axes")
      .index_input("indices", "integers, shape (M, ...); negative ones count back")
      .compose(checked<gather_nd>)
      .sample(R"({"shapes": [[3, 4, 2], [2, 5]], "dtypes": [null, "int64"]})")
      .sample(R"({"shapes": [[3, 4], [2, 2, 2]], "dtypes": [null, "int32"]})")
      .sample(R"({"shapes": [[3], [1]], "dtypes": [null, "int64"]})");
}

WEFT_OP(scatter_nd) {
  op.doc("Zeros with each element or slice added at its point: the adjoint of gather_nd.")
      .in(Namespace::kNpx)
      .input("data", "any dtype, shape (..., rest), as gather_nd gives it")
      .index_input("indices", "integers, shape (M, ...); negative ones count back")
      .required(AttributeKind::kInts, "shape", "shape of the result")
      .compose(checked<scatter_nd>)
      .sample(R"({"shapes": [[2, 3], [2, 2]], "dtypes": [null, "int64"], "shape": [2, 4, 3]})")
      .sample(R"({"shapes": [[4], [1, 4]], "dtypes": [null, "int32"], "shape": [5]})");
}

WEFT_OP(index_add) {
  op.doc("The array with values added at the places that the rows of a matrix of indices give.")
      .in(Namespace::kNpx)
      .input("a", "any dtype")
      .index_input("ind", kRows)
      .input("val", "broadcasts to the places; repeated ones add up")
      .compose(checked<write_rows<true>>)
      .sample(R"({"shapes": [[3, 4], [2, 7], [7]], "dtypes": [null, "int64", null]})")
      .sample(R"({"shapes": [[3, 4], [1, 5], [4]], "dtypes": [null, "int32", null]})");
}

WEFT_OP(index_update) {
  op.doc("The array with values written to the places that the rows of a matrix of indices give.")
      .in(Namespace::kNpx)
      .input("a", "any dtype")
      .index_input("ind", kRows)
      .input("val", "broadcasts to the places; of repeated ones the last wins")
      .compose(checked<write_rows<false>>)
      .sample(R"({"shapes": [[3, 4], [2, 7], [7]], "dtypes": [null, "int64", null]})")
      .sample(R"({"shapes": [[3, 4], [1, 5], []], "dtypes": [null, "int32", null]})");
}

}  // namespace weft::ops
