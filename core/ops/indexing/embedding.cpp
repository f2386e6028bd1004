// Looking up rows of a table, and one-hot vectors. The gradient of a lookup adds each cotangent to
// its row; with `sparse_grad` it stays a sum of rows (row_sum.h).

#include "base/errors.h"
#include "ops/indexing/axis_index_impl.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

Status require_integer(const ComposeContext& c) {
  const DType dtype = c.in(0).dtype();
  if (!is_floating(dtype) && dtype != DType::kBool) return {};
  return errors::invalid_type(c.op().name, "`data` must be integers; got ", dtype);
}

Result<Value> embedding(const ComposeContext& c) {
  WEFT_TRY(require_integer(c));
  if (c.in(1).rank() != 2)
    return errors::invalid_value("embedding", "`weight` must have shape (tokens, features); got ",
                                 c.in(1).shape());
  return c.builder.call("take_rows", {c.in(1), as_index(c.in(0))},
                        {Argument::of_int(0), Argument::of_string("strict"), c.get("sparse_grad")});
}

Result<Value> one_hot(const ComposeContext& c) {
  WEFT_TRY(require_integer(c));
  const int64_t depth = c.integer("depth");
  if (depth < 0) return errors::invalid_value("one_hot", "`depth` must be at least 0; got ", depth);
  Shape shape = c.in(0).shape();
  if (shape.rank() == kMaxRank) return errors::rank_too_large("one_hot", "data", kMaxRank + 1);
  shape.push_back(1);
  // Compares each integer with all classes; one that is outside equals none of them.
  const Value index = reshape(as_index(c.in(0)), shape);
  const Value classes = iota(c.builder, 0, depth);
  const Argument dtype = c.has("dtype") ? c.get("dtype") : Argument::of_dtype(DType::kFloat32);
  const auto number = [&](std::string_view attribute) {
    return c.builder.call("full", {}, {Argument::of_ints({}), c.get(attribute), dtype});
  };
  return where(equal(index, classes), number("on_value"), number("off_value"));
}

}  // namespace

WEFT_OP(embedding) {
  op.doc("The row of a table for each integer.")
      .in(Namespace::kNpx)
      .index_input("data", "integers of any shape, each the number of a row, none negative")
      .input("weight", "any dtype, shape (tokens, features)")
      .boolean("sparse_grad", false,
               "the gradient has the rows that were looked up, not the whole table")
      .compose(checked<embedding>)
      .sample(R"({"shapes": [[2, 3], [4, 5]], "dtypes": ["int32", null]})")
      .sample(R"({"shapes": [[6], [7, 3]], "dtypes": ["int64", null], "sparse_grad": true})");
}

WEFT_OP(one_hot) {
  op.doc("A new last axis with one value at each integer's place and another elsewhere.")
      .in(Namespace::kNpx)
      .index_input("data", "integers of any shape; those outside the new axis give no place")
      .required(AttributeKind::kInt, "depth", "extent of the new axis")
      .real("on_value", 1, "value at the place")
      .real("off_value", 0, "value elsewhere")
      .optional(AttributeKind::kDType, "dtype", "float32 by default")
      .compose(checked<one_hot>)
      .sample(R"({"shapes": [[2, 3]], "dtypes": ["int32"], "depth": 4})")
      .sample(R"({"shapes": [[3]], "dtypes": ["int64"], "depth": 2, "on_value": 2.5,
                  "off_value": -1, "dtype": "float64"})");
}

}  // namespace weft::ops
