// Checks the shapes of attention's arrays and turns them into strides for the kernels.

#include "ops/nn/attention_problem_impl.h"

#include "base/errors.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

// The broadcast shape of the axes before positions and features.
Result<Shape> leading(const Shape& a, const Shape& b, std::string_view b_name) {
  const auto front = [](const Shape& shape) {
    return Shape(shape.span().first(static_cast<size_t>(shape.rank() - 2)));
  };
  Result<Shape> joined = broadcast(front(a), front(b), "", "", "");
  if (joined.ok()) return joined;
  return errors::invalid_value("scaled_dot_product_attention", "leading axes of `query` ", a,
                               " and `", b_name, "` ", b, " do not broadcast");
}

// Keys and values without a head axis of their own serve all heads of queries.
bool lacks_heads(const Shape& shape) { return shape.rank() < 3 || shape[shape.rank() - 3] == 1; }
bool shares_heads(const Shape& batch, const Shape& key, const Shape& value) {
  return batch.rank() > 0 && batch[batch.rank() - 1] > 1 && lacks_heads(key) && lacks_heads(value);
}

// Queries that share keys are one `group` axis of the kernel, so their keys are read once.
kernels::Attention sizes(DType dtype, const Shape& query, const Shape& key, const Shape& value) {
  const Shape batch = attention_batch(query, key, value).value();
  const bool is_shared = shares_heads(batch, key, value);
  kernels::Attention p{};
  p.dtype = dtype;
  p.batch_rank = batch.rank() - (is_shared ? 1 : 0);
  for (int axis = 0; axis < p.batch_rank; ++axis) p.batch[axis] = batch[axis];
  p.groups = is_shared ? batch[p.batch_rank] : 1;
  p.queries = query[query.rank() - 2];
  p.features = query[query.rank() - 1];
  p.keys = key[key.rank() - 2];
  p.values = value[value.rank() - 1];
  return p;
}

// Strides of an operand, with 0 along axes that broadcast.
kernels::AttentionOperand operand(const TensorView& view, const kernels::Attention& p,
                                  const Shape& batch, int64_t rows, int64_t cols) {
  const TensorView all = broadcast_view(view, attention_shape(batch, rows, cols));
  kernels::AttentionOperand result{};
  result.data = view.data;
  for (int axis = 0; axis < p.batch_rank; ++axis) result.batch[axis] = all.strides[axis];
  if (p.batch_rank < batch.rank()) result.group = all.strides[p.batch_rank];
  result.row = all.strides[batch.rank()];
  result.col = all.strides[batch.rank() + 1];
  return result;
}

}  // namespace

Result<Shape> attention_batch(const Shape& query, const Shape& key, const Shape& value) {
  WEFT_ASSIGN(const Shape of_scores, leading(query, key, "key"));
  return leading(attention_shape(of_scores, 1, 1), value, "value");
}

Status check_attention_shapes(const Shape& query, const Shape& key, const Shape& value) {
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

Shape attention_shape(Shape batch, int64_t rows, int64_t cols) {
  batch.push_back(rows);
  if (cols >= 0) batch.push_back(cols);
  return batch;
}

Shape shared_batch(const Shape& batch, const Shape& key, const Shape& value) {
  if (!shares_heads(batch, key, value)) return batch;
  Shape shared(batch.span().first(static_cast<size_t>(batch.rank() - 1)));
  shared.push_back(1);
  return shared;
}

DType attention_lanes(DType dtype) {
  return dtype == DType::kFloat64 ? DType::kFloat64 : DType::kFloat32;
}

Status check_attention(const InferContext& c, size_t first) {
  WEFT_TRY(rules::require_floating(c, first));
  const Shape &query = c.in[first].shape, &key = c.in[first + 1].shape;
  WEFT_TRY(check_attention_shapes(query, key, c.in[first + 2].shape));
  if (key[key.rank() - 2] < 1)
    return errors::invalid_value(c.op().name, "`key` must have at least one position; got shape ",
                                 key);
  if (!c.given(first + 3)) return {};
  const TensorType& mask = c.in[first + 3];
  if (mask.dtype != DType::kBool && !is_floating(mask.dtype))
    return errors::invalid_type(c.op().name, "`mask` must be bool or floating; got ", mask.dtype);
  WEFT_ASSIGN(const Shape batch, attention_batch(query, key, c.in[first + 2].shape));
  const Shape scores = attention_shape(batch, query[query.rank() - 2], key[key.rank() - 2]);
  WEFT_ASSIGN(const Shape both, broadcast(mask.shape, scores, c.op().name, "mask", "the scores"));
  if (both == scores) return {};
  return errors::invalid_value(c.op().name, "`mask` ", mask.shape, " must broadcast to ", scores);
}

kernels::Attention attention_problem(const KernelCall& call, size_t first) {
  const AttributeReader a = call.op.reader(call.attributes);
  const TensorView &query = call.in[first], &key = call.in[first + 1], &value = call.in[first + 2];
  kernels::Attention p = sizes(query.dtype, shape_of(query), shape_of(key), shape_of(value));
  const Shape batch = attention_batch(shape_of(query), shape_of(key), shape_of(value)).value();
  p.scale = a.real("scale");
  p.is_causal = a.flag("causal");
  p.query = operand(query, p, batch, p.queries, p.features);
  p.key = operand(key, p, batch, p.keys, p.features);
  p.value = operand(value, p, batch, p.keys, p.values);
  if (call.in.size() <= first + 3 || !call.in[first + 3].data) return p;
  const TensorView& mask = call.in[first + 3];
  p.mask = operand(mask, p, batch, p.queries, p.keys);
  p.mask_dtype = mask.dtype;
  return p;
}

kernels::Attention attention_sizes(const SlotTypes& t, size_t first) {
  return sizes(t.in[first].dtype, t.in[first].shape, t.in[first + 1].shape, t.in[first + 2].shape);
}

// For each score: its exponential (8), and the products with features and values by vectors.
int64_t attention_work(const kernels::Attention& p) {
  return kernels::attention_rows(p) * p.keys * (8 + (p.features + p.values) / 8);
}

}  // namespace weft::ops
