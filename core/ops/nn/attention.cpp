#include <cmath>
#include <limits>

#include "base/errors.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

Status check_shapes(const Shape& query, const Shape& key, const Shape& value) {
  for (const Shape* shape : {&query, &key, &value})
    if (shape->rank() < 2)
      return errors::invalid_value("scaled_dot_product_attention",
                                   "`query`, `key` and `value` must have at least 2 axes "
                                   "(positions, features); got shape ",
                                   *shape);
  if (query[query.rank() - 1] != key[key.rank() - 1])
    return errors::invalid_value("scaled_dot_product_attention", "`query` ", query, " and `key` ",
                                 key, " must have equally many features");
  if (key[key.rank() - 2] != value[value.rank() - 2])
    return errors::invalid_value("scaled_dot_product_attention", "`key` ", key, " and `value` ",
                                 value, " must have equally many positions");
  return {};
}

Value positions(Builder& b, int64_t count) {
  return b.call("arange", {},
                {Argument::of_float(0), Argument::of_float(static_cast<double>(count)),
                 Argument::of_float(1), Argument::of_dtype(DType::kInt64)});
}

Result<Value> attention(const ComposeContext& c) {
  const Shape query = c.in(0).shape(), key = c.in(1).shape();
  WEFT_TRY(check_shapes(query, key, c.in(2).shape()));
  const int64_t targets = query[query.rank() - 2], sources = key[key.rank() - 2];
  const auto features = static_cast<double>(query[query.rank() - 1]);
  const double scale = c.has("scale") ? c.real("scale") : 1 / std::sqrt(features);
  constexpr double kNever = -std::numeric_limits<double>::infinity();
  Value scores = matmul(c.in(0) * scale, swap_last_axes(c.in(1)));
  if (c.flag("causal")) {
    const Value target = reshape(positions(c.builder, targets), {targets, 1});
    const Value later = greater(positions(c.builder, sources), target);
    scores = where(later, scalar(scores, kNever), scores);
  }
  if (c.inputs.size() > 3 && c.in(3)) {
    const Value mask = c.in(3);
    scores = mask.dtype() == DType::kBool ? where(mask, scores, scalar(scores, kNever))
                                          : scores + cast(mask, scores.dtype());
  }
  return matmul(c.builder.call("softmax", {scores}), c.in(2));
}

}  // namespace

WEFT_OP(scaled_dot_product_attention) {
  op.doc("softmax(scale query keyᵀ + mask) value: for each query a mean of the values.")
      .in(Namespace::kNpx)
      .input("query", "floating, shape (..., T, D)")
      .input("key", "shape (..., S, D)")
      .input("value", "shape (..., S, V)")
      .optional_input("mask", "broadcasts to (..., T, S): summands, or bools, true to attend");
  op.inputs.back().keeps_dtype = true;
  op.optional(AttributeKind::kFloat, "scale", "factor of the scores, 1 / sqrt(D) by default")
      .boolean("causal", false, "a query attends to no key behind its own position")
      .promote(Promotion::kExact)
      .compose(checked<attention>)
      .sample(R"({"shapes": [[2, 3, 4], [2, 5, 4], [2, 5, 2]]})")
      .sample(R"({"shapes": [[2, 4], [3, 4], [3, 2], [2, 3]], "scale": 0.7})")
      .sample(R"({"shapes": [[2, 2, 3, 4], [2, 2, 3, 4], [2, 2, 3, 4]], "causal": true})");
}

}  // namespace weft::ops
