#include <cmath>
#include <limits>

#include "base/errors.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

// The axes before positions and features, which broadcast.
Result<Shape> leading(const Shape& a, const Shape& b, std::string_view b_name) {
  const auto front = [](const Shape& shape) {
    return Shape(shape.span().first(static_cast<size_t>(shape.rank() - 2)));
  };
  Result<Shape> joined = broadcast(front(a), front(b), "", "", "");
  if (joined.ok()) return joined;
  return errors::invalid_value("scaled_dot_product_attention", "leading axes of `query` ", a,
                               " and `", b_name, "` ", b, " do not broadcast");
}

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
  WEFT_TRY(leading(query, key, "key").status());
  return leading(query, value, "value").status();
}

Result<Value> attention(const ComposeContext& c) {
  const TensorType type = c.in(0).type();
  WEFT_TRY(rules::require_floating(InferContext(c.op(), {&type, 1}, c.all()), 0));
  const Shape query = type.shape, key = c.in(1).shape();
  WEFT_TRY(check_shapes(query, key, c.in(2).shape()));
  const int64_t targets = query[query.rank() - 2], sources = key[key.rank() - 2];
  const auto features = static_cast<double>(query[query.rank() - 1]);
  const double scale = c.has("scale") ? c.real("scale") : 1 / std::sqrt(features);
  constexpr double kNever = -std::numeric_limits<double>::infinity();
  Value scores = matmul(c.in(0) * scale, swap_last_axes(c.in(1)));
  WEFT_TRY(c.builder.status());
  if (c.flag("causal")) {
    const Value target = reshape(iota(c.builder, 0, targets), {targets, 1});
    const Value later = greater(iota(c.builder, 0, sources), target);
    scores = where(later, scalar(scores, kNever), scores);
  }
  if (c.inputs.size() > 3 && c.in(3)) {
    const Value mask = c.in(3);
    WEFT_TRY(broadcast(mask.shape(), scores.shape(), c.op().name, "mask", "the scores").status());
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
      .optional_input(
          "mask", "any real dtype, broadcasts to (..., T, S): summands, or bools, true to attend");
  op.inputs.back().keeps_dtype = true;
  op.optional(AttributeKind::kFloat, "scale", "factor of the scores, 1 / sqrt(D) by default")
      .boolean("causal", false, "a query attends to no key behind its own position")
      .promote(Promotion::kExact)
      .compose(checked<attention>)
      .sample(R"({"shapes": [[2, 3, 4], [2, 5, 4], [2, 5, 2]]})")
      .sample(R"({"shapes": [[2, 4], [3, 4], [3, 2], [2, 3]], "scale": 0.7})")
      .sample(R"({"shapes": [[2, 4], [3, 4], [3, 2], [3]]})")
      .sample(R"({"shapes": [[2, 2, 3, 4], [2, 2, 3, 4], [2, 2, 3, 4]], "causal": true})");
}

}  // namespace weft::ops
