// Functions of indices that are gather and scatter with index arrays made from the arguments.
#include "base/errors.h"
#include "ops/indexing/places.h"
#include "ops/registry.h"

namespace weft::ops {
namespace {

Value count_up(Builder& builder, int64_t count) {
  return builder.call("arange", {},
                      {Argument::of_float(0), Argument::of_float(static_cast<double>(count)),
                       Argument::of_float(1), Argument::of_dtype(DType::kInt64)});
}

// An index array for each axis: `index` for one of them, for the others their own numbers.
Values along(const Shape& shape, const Value& index, int axis) {
  Values indices;
  for (int i = 0; i < shape.rank(); ++i) {
    if (i == axis) {
      indices.push_back(cast(index, DType::kInt64));
      continue;
    }
    Shape apart;
    apart.resize(shape.rank());
    apart[i] = shape[i];
    indices.push_back(reshape(count_up(index.builder(), shape[i]), apart));
  }
  return indices;
}

// Attributes of gather and scatter for index arrays of the first axes.
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

Status check_index(const ComposeContext& c, size_t i) {
  const DType dtype = c.in(i).dtype();
  if (is_integer(dtype)) return {};
  return errors::invalid_type(c.op().name, "`", c.op().input_name(i), "` must be of integers; got ",
                              dtype);
}

// The array, the index and the axis that both functions along an axis work on: without an axis the
// flat ones.
struct AlongAxis {
  Value data, index;
  int axis;
};

Result<AlongAxis> read_along(const ComposeContext& c, size_t index_input) {
  AlongAxis found{c.in(0), c.in(index_input), 0};
  WEFT_TRY(check_index(c, index_input));
  if (!c.has("axis")) found.data = reshape(found.data, {found.data.shape().elements()});
  WEFT_ASSIGN(found.axis, normalize_axis(c.has("axis") ? c.integer("axis") : 0, found.data.rank(),
                                         c.op().name, "axis"));
  if (found.index.rank() != found.data.rank())
    return errors::invalid_value(c.op().name, "`indices` must have as many axes as the array, ",
                                 found.data.rank(), "; got ", found.index.rank());
  return found;
}

Result<Value> take_along_axis(const ComposeContext& c) {
  WEFT_ASSIGN(const AlongAxis a, read_along(c, 1));
  const Values indices = along(a.data.shape(), a.index, a.axis);
  return gather(a.data, indices, FirstAxes(indices.size()).arguments);
}

Result<Value> with_values_along_axis(const ComposeContext& c) {
  WEFT_ASSIGN(const AlongAxis a, read_along(c, 1));
  const Values indices = along(a.data.shape(), a.index, a.axis);
  const Value written =
      scatter(a.data, c.in(2), indices, FirstAxes(indices.size()).arguments, false);
  return reshape(written, c.in(0).shape());
}

// The rows of a matrix of indices (M, …): M index arrays.
Result<Values> rows_of(const ComposeContext& c, size_t input, int rank) {
  WEFT_TRY(check_index(c, input));
  const Value& matrix = c.in(input);
  const Shape shape = matrix.shape();
  if (shape.rank() == 0 || shape[0] < 1 || shape[0] > rank)
    return errors::invalid_value(c.op().name, "`", c.op().input_name(input),
                                 "` must have between 1 and ", rank,
                                 " rows, one for each axis indexed; got shape ", shape);
  const Shape row(shape.span().subspan(1));
  Values rows;
  for (int64_t i = 0; i < shape[0]; ++i)
    rows.push_back(cast(reshape(slice(matrix, 0, i, 1), row), DType::kInt64));
  return rows;
}

template <bool accumulate>
Result<Value> write_rows(const ComposeContext& c) {
  WEFT_ASSIGN(const Values rows, rows_of(c, 1, c.in(0).rank()));
  return scatter(c.in(0), c.in(2), rows, FirstAxes(rows.size()).arguments, accumulate);
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
