// Matrices with zeros on one side of a diagonal: a choice by a mask of positions.

#include "base/errors.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

// For each element of the last two axes: is its column at most k behind its row?
Result<Value> on_or_below(const ComposeContext& c, int64_t k) {
  const Shape shape = c.in(0).shape();
  if (shape.rank() < 2)
    return errors::invalid_value(c.op().name, "`m` must have at least two axes; got shape ", shape);
  const int64_t rows = shape[shape.rank() - 2], columns = shape[shape.rank() - 1];
  k = std::clamp(k, -rows - 1, columns + 1);
  const Value row = reshape(iota(c.builder, k, rows), {rows, 1});
  return c.builder.call("greater_equal", {row, iota(c.builder, 0, columns)});
}

Value zero(const ComposeContext& c) { return zeros(c.in(0), {c.in(0).dtype(), Shape()}); }

Result<Value> tril(const ComposeContext& c) {
  WEFT_ASSIGN(const Value mask, on_or_below(c, c.integer("k")));
  return where(mask, c.in(0), zero(c));
}

// The complement of the lower triangle one diagonal below.
Result<Value> triu(const ComposeContext& c) {
  const int64_t k = c.integer("k");
  WEFT_ASSIGN(const Value mask, on_or_below(c, k == INT64_MIN ? k : k - 1));
  return where(mask, zero(c), c.in(0));
}

}  // namespace

WEFT_OP(tril) {
  op.doc("The lower triangle of matrices: zeros above a diagonal.")
      .input("m", "any dtype, shape (..., M, N)")
      .integer("k", 0, "the diagonal: 0 the main one, positive above it")
      .compose(checked<tril>)
      .like("numpy.tril")
      .sample(R"({"shapes": [[3, 4]]})")
      .sample(R"({"shapes": [[2, 3, 3]], "k": -1})")
      .sample(R"({"shapes": [[3, 2]], "k": 9})");
}

WEFT_OP(triu) {
  op.doc("The upper triangle of matrices: zeros below a diagonal.")
      .input("m", "any dtype, shape (..., M, N)")
      .integer("k", 0, "the diagonal: 0 the main one, positive above it")
      .compose(checked<triu>)
      .like("numpy.triu")
      .sample(R"({"shapes": [[3, 4]]})")
      .sample(R"({"shapes": [[2, 3, 3]], "k": 1})")
      .sample(R"({"shapes": [[3, 2]], "k": -9})");
}

}  // namespace weft::ops
