// Joins arrays after giving them axes: composites of reshape and concatenate. The shapes that
// scalars and vectors get are NumPy's.

#include "base/errors.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

Values reshaped(const ComposeContext& c, Shape (*shape_of)(const Shape&)) {
  Values parts;
  for (const Value& input : c.inputs) parts.push_back(reshape(input, shape_of(input.shape())));
  return parts;
}

// What a scalar or a vector becomes before it is joined: at least one axis, a row, a column, or a
// slice of three axes.
Shape row(const Shape& shape) { return shape.rank() == 0 ? Shape{1} : shape; }

Shape matrix(const Shape& shape) {
  if (shape.rank() >= 2) return shape;
  return shape.rank() == 0 ? Shape{1, 1} : Shape{1, shape[0]};
}

Shape column(const Shape& shape) {
  if (shape.rank() >= 2) return shape;
  return shape.rank() == 0 ? Shape{1, 1} : Shape{shape[0], 1};
}

Shape cube(const Shape& shape) {
  if (shape.rank() >= 3) return shape;
  const Shape at_least = matrix(shape);
  return {at_least[0], at_least[1], 1};
}

Result<Value> stack(const ComposeContext& c) {
  const Shape first = c.in(0).shape();
  WEFT_ASSIGN(const int axis, normalize_axis(c.integer("axis"), first.rank() + 1, "stack", "axis"));
  if (first.rank() == kMaxRank) return errors::rank_too_large("stack", "arrays", kMaxRank + 1);
  Shape with_axis;
  for (int i = 0; i <= first.rank(); ++i)
    with_axis.push_back(i == axis ? 1 : first[i < axis ? i : i - 1]);
  Values parts;
  for (const Value& input : c.inputs) {
    if (!(input.shape() == first))
      return errors::invalid_value("stack", "`arrays` must have one shape; got ", first,
                                   " and, for `", c.op().input_name(parts.size()), "`, ",
                                   input.shape());
    parts.push_back(reshape(input, with_axis));
  }
  return concatenate(parts, axis);
}

Result<Value> hstack(const ComposeContext& c) {
  const Values parts = reshaped(c, row);
  return concatenate(parts, parts[0].rank() == 1 ? 0 : 1);
}
Result<Value> vstack(const ComposeContext& c) { return concatenate(reshaped(c, matrix), 0); }
Result<Value> dstack(const ComposeContext& c) { return concatenate(reshaped(c, cube), 2); }
Result<Value> column_stack(const ComposeContext& c) { return concatenate(reshaped(c, column), 1); }

}  // namespace

WEFT_OP(stack) {
  op.doc("Arrays of one shape joined along a new axis.")
      .input_list("arrays", "any dtype, all of one shape")
      .integer("axis", 0, "where the new axis is in the result")
      .promote(Promotion::kCommon)
      .compose(checked<stack>)
      .like("numpy.stack")
      .sample(R"({"shapes": [[2, 3], [2, 3], [2, 3]]})")
      .sample(R"({"shapes": [[5, 13], [5, 13]], "axis": -1})")
      .sample(R"({"shapes": [[], [], []]})");
}

WEFT_OP(hstack) {
  op.doc("Arrays joined side by side: along the second axis, vectors along their only one.")
      .input_list("arrays",
                  "any dtype, of shapes that agree on all other axes; scalars become vectors")
      .promote(Promotion::kCommon)
      .compose(checked<hstack>)
      .like("numpy.hstack")
      .sample(R"({"shapes": [[2, 3], [2, 1]]})")
      .sample(R"({"shapes": [[3], [], [2]]})");
}

WEFT_OP(vstack) {
  op.doc("Arrays joined one below the other, along the first axis; vectors are rows.")
      .input_list("arrays", "any dtype, of shapes that agree on all other axes")
      .promote(Promotion::kCommon)
      .compose(checked<vstack>)
      .like("numpy.vstack")
      .sample(R"({"shapes": [[2, 3], [1, 3]]})")
      .sample(R"({"shapes": [[3], [3], [2, 3]]})");
}

WEFT_OP(dstack) {
  op.doc("Arrays joined along the third axis; vectors are rows of one slice, matrices are slices.")
      .input_list("arrays", "any dtype, of shapes that agree on all other axes")
      .promote(Promotion::kCommon)
      .compose(checked<dstack>)
      .like("numpy.dstack")
      .sample(R"({"shapes": [[2, 3], [2, 3, 2]]})")
      .sample(R"({"shapes": [[3], [3]]})");
}

WEFT_OP(column_stack) {
  op.doc("Vectors as columns, and matrices, joined side by side.")
      .input_list("arrays", "any dtype: vectors, or matrices with as many rows")
      .promote(Promotion::kCommon)
      .compose(checked<column_stack>)
      .like("numpy.column_stack")
      .sample(R"({"shapes": [[3], [3, 2], [3]]})");
}

}  // namespace weft::ops
