// Attention. The kernels never store the matrix of scores; what they compute stands here in
// operators, too, for gradients of the gradient and of a learned mask.
#include <algorithm>
#include <cmath>
#include <limits>

#include "base/errors.h"
#include "kernels/attention.h"
#include "ops/kernel_call.h"
#include "ops/rules.h"
#include "ops/split_work.h"
#include "ops/vjp.h"

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

// ---- the operators' names for query, key, value and mask, from input `first` on

struct Operands {
  Value query, key, value, mask;
};
Operands operands_of(const Values& inputs, size_t first) {
  return {inputs[first], inputs[first + 1], inputs[first + 2],
          inputs.size() > first + 3 ? inputs[first + 3] : Value()};
}

// scale query keyᵀ + mask.
Value scores_of(const AttributeReader& a, const Operands& x) {
  constexpr double kNever = -std::numeric_limits<double>::infinity();
  Value scores = matmul(x.query * a.real("scale"), swap_last_axes(x.key));
  const Shape shape = scores.shape();
  if (a.flag("causal")) {
    const int64_t targets = shape[shape.rank() - 2], sources = shape[shape.rank() - 1];
    const Value target = reshape(iota(scores.builder(), 0, targets), {targets, 1});
    const Value later = greater(iota(scores.builder(), 0, sources), target);
    scores = where(later, scalar(scores, kNever), scores);
  }
  if (!x.mask) return scores;
  return x.mask.dtype() == DType::kBool ? where(x.mask, scores, scalar(scores, kNever))
                                        : scores + cast(x.mask, scores.dtype());
}

const int64_t kLastAxis[] = {-1};

Shape with_one(Shape shape) {
  shape.push_back(1);
  return shape;
}

Values forward_formula(const ComposeContext& c) {
  const Operands x = operands_of(c.inputs, 0);
  const Value scores = scores_of(c, x);
  const Value logarithms = c.builder.call("logsumexp", {scores}, {Argument::of_int(-1)});
  const Value out = matmul(c.builder.call("softmax", {scores}), x.value);
  const Shape shape = out.shape();
  const Shape rows(shape.span().first(static_cast<size_t>(shape.rank() - 1)));
  return {out, broadcast_to(logarithms, rows)};
}

// dS = P (dP - Σ dout out + dlogarithms), as in kernels/attention.h.
Values gradient_formula(const ComposeContext& c) {
  const Operands x = operands_of(c.inputs, 4);
  const Value dout = c.in(0), out = c.in(2);
  const auto column = [](const Value& row) { return reshape(row, with_one(row.shape())); };
  const Value shares = exp(scores_of(c, x) - column(c.in(3)));
  const Value rest = sum(dout * out, kLastAxis, true) - column(c.in(1));
  const Value dshares = matmul(dout, swap_last_axes(x.value));
  const Value dscores = shares * (dshares - rest) * c.real("scale");
  return {matmul(dscores, x.key), matmul(swap_last_axes(dscores), x.query),
          matmul(swap_last_axes(shares), dout)};
}

// ---- the kernels

Result<Shape> batch_shape(const Shape& query, const Shape& key, const Shape& value) {
  WEFT_ASSIGN(const Shape of_scores, leading(query, key, "key"));
  Shape scores = of_scores;
  scores.push_back(1);
  scores.push_back(1);
  return leading(scores, value, "value");
}

Shape joined(Shape batch, int64_t rows, int64_t cols) {
  batch.push_back(rows);
  if (cols >= 0) batch.push_back(cols);
  return batch;
}

Status check_operands(const InferContext& c, size_t first) {
  WEFT_TRY(rules::require_lanes(c, first));
  const Shape &query = c.in[first].shape, &key = c.in[first + 1].shape;
  WEFT_TRY(check_shapes(query, key, c.in[first + 2].shape));
  if (key[key.rank() - 2] < 1)
    return errors::invalid_value(c.op().name, "`key` must have at least one position; got shape ",
                                 key);
  if (!c.given(first + 3)) return {};
  const TensorType& mask = c.in[first + 3];
  if (mask.dtype != DType::kBool && !is_floating(mask.dtype))
    return errors::invalid_type(c.op().name, "`mask` must be bool or floating; got ", mask.dtype);
  WEFT_ASSIGN(const Shape batch, batch_shape(query, key, c.in[first + 2].shape));
  const Shape scores = joined(batch, query[query.rank() - 2], key[key.rank() - 2]);
  WEFT_ASSIGN(const Shape both, broadcast(mask.shape, scores, c.op().name, "mask", "the scores"));
  if (both == scores) return {};
  return errors::invalid_value(c.op().name, "`mask` ", mask.shape, " must broadcast to ", scores);
}

Result<Types> infer(const InferContext& c) {
  WEFT_TRY(check_operands(c, 0));
  const Shape &query = c.in[0].shape, &value = c.in[2].shape;
  WEFT_ASSIGN(const Shape batch, batch_shape(query, c.in[1].shape, value));
  const int64_t targets = query[query.rank() - 2];
  return Types{{c.in[0].dtype, joined(batch, targets, value[value.rank() - 1]), {}},
               {c.in[0].dtype, joined(batch, targets, -1), {}}};
}

Result<Types> infer_gradient(const InferContext& c) {
  WEFT_TRY(check_operands(c, 4));
  const DType dtype = c.in[4].dtype;
  const Shape &query = c.in[4].shape, &key = c.in[5].shape, &value = c.in[6].shape;
  WEFT_ASSIGN(const Shape batch, batch_shape(query, key, value));
  const int64_t targets = query[query.rank() - 2], sources = key[key.rank() - 2];
  const TensorType out{dtype, joined(batch, targets, value[value.rank() - 1]), {}};
  const TensorType row{dtype, joined(batch, targets, -1), {}};
  const TensorType* const wanted[] = {&out, &row, &out, &row};
  for (size_t i = 0; i < 4; ++i)
    if (c.in[i].shape != wanted[i]->shape)
      return errors::invalid_value(c.op().name, "`", c.op().input_name(i), "` must have shape ",
                                   wanted[i]->shape, "; got ", c.in[i].shape);
  return Types{{dtype, joined(batch, targets, query[query.rank() - 1]), {}},
               {dtype, joined(batch, sources, key[key.rank() - 1]), {}},
               {dtype, joined(batch, sources, value[value.rank() - 1]), {}}};
}

kernels::AttentionOperand operand(const TensorView& view, const Shape& batch, int64_t rows,
                                  int64_t cols) {
  const TensorView all = broadcast_view(view, joined(batch, rows, cols));
  kernels::AttentionOperand result{};
  result.data = view.data;
  for (int axis = 0; axis < batch.rank(); ++axis) result.batch[axis] = all.strides[axis];
  result.row = all.strides[batch.rank()];
  result.col = all.strides[batch.rank() + 1];
  return result;
}

kernels::Attention problem_of(const KernelCall& call, size_t first) {
  const AttributeReader a = call.op.reader(call.attributes);
  const TensorView &query = call.in[first], &key = call.in[first + 1], &value = call.in[first + 2];
  const Shape batch = batch_shape(shape_of(query), shape_of(key), shape_of(value)).value();
  kernels::Attention p{};
  p.dtype = query.dtype;
  p.batch_rank = batch.rank();
  for (int axis = 0; axis < batch.rank(); ++axis) p.batch[axis] = batch[axis];
  p.queries = query.shape[query.rank - 2];
  p.features = query.shape[query.rank - 1];
  p.keys = key.shape[key.rank - 2];
  p.values = value.shape[value.rank - 1];
  p.scale = a.real("scale");
  p.is_causal = a.flag("causal");
  p.query = operand(query, batch, p.queries, p.features);
  p.key = operand(key, batch, p.keys, p.features);
  p.value = operand(value, batch, p.keys, p.values);
  if (call.in.size() <= first + 3 || !call.in[first + 3].data) return p;
  const TensorView& mask = call.in[first + 3];
  p.mask = operand(mask, batch, p.queries, p.keys);
  p.mask_dtype = mask.dtype;
  return p;
}

// What scratch depends on.
kernels::Attention sizes_of(const SlotTypes& t, size_t first) {
  const Shape &query = t.in[first].shape, &key = t.in[first + 1].shape,
              &value = t.in[first + 2].shape;
  kernels::Attention p{};
  p.dtype = t.in[first].dtype;
  p.queries = query[query.rank() - 2];
  p.features = query[query.rank() - 1];
  p.keys = key[key.rank() - 2];
  p.values = value[value.rank() - 1];
  return p;
}
int64_t scratch(const SlotTypes& t, int threads) {
  return threads * kernels::attention_scratch(sizes_of(t, 0));
}
int64_t scratch_gradient(const SlotTypes& t, int threads) {
  return threads * kernels::attention_gradient_scratch(sizes_of(t, 4));
}

// In elements of cheap arithmetic.
int64_t work_of(const kernels::Attention& p, int64_t batches) {
  return batches * p.queries * p.keys * (8 + (p.features + p.values) / 8);
}

Status run(const KernelCall& call) {
  const kernels::Attention p = problem_of(call, 0);
  const int64_t batches = kernels::attention_gradient_units(p);
  split_work(kernels::attention_units(p), work_of(p, batches), call.scratch,
             kernels::attention_scratch(p), [&](kernels::Range units, void* own) {
               kernels::run_attention(p, call.out[0].data, call.out[1].data, units, own);
             });
  return {};
}

Status run_gradient(const KernelCall& call) {
  const kernels::Attention p = problem_of(call, 4);
  const kernels::AttentionGradient operands{call.in[0].data, call.in[1].data,  call.in[2].data,
                                            call.in[3].data, call.out[0].data, call.out[1].data,
                                            call.out[2].data};
  const int64_t batches = kernels::attention_gradient_units(p);
  split_work(batches, 3 * work_of(p, batches), call.scratch, kernels::attention_gradient_scratch(p),
             [&](kernels::Range units, void* own) {
               kernels::run_attention_gradient(p, operands, units, own);
             });
  return {};
}

Slot slot_of(KernelFunction function, Strides strides, int64_t (*bytes)(const SlotTypes&, int)) {
  Slot slot;
  slot.run = function;
  slot.strides = strides;
  slot.scratch_bytes = bytes;
  return slot;
}

Values gradient(const GradContext& g) {
  const Value mask = g.inputs() > 3 ? g.in(3) : Value();
  if (mask && is_floating(mask.dtype()) && g.needs(3)) return vjp(g, forward_formula);
  Values found = g.builder().call_all(
      "attention_gradient",
      {g.dout(0), g.dout(1), g.out(0), g.out(1), g.in(0), g.in(1), g.in(2), mask},
      {g.get("scale"), g.get("causal")});
  found.emplace_back();
  return found;
}

Result<Value> attention(const ComposeContext& c) {
  const TensorType type = c.in(0).type();
  WEFT_TRY(rules::require_floating(InferContext(c.op(), {&type, 1}, c.all()), 0));
  const Shape query = type.shape, key = c.in(1).shape(), value = c.in(2).shape();
  WEFT_TRY(check_shapes(query, key, value));
  const auto features = static_cast<double>(std::max<int64_t>(1, query[query.rank() - 1]));
  const double scale = c.has("scale") ? c.real("scale") : 1 / std::sqrt(features);
  WEFT_ASSIGN(const Shape batch, batch_shape(query, key, value));
  Value mask = c.inputs.size() > 3 ? c.in(3) : Value();
  if (mask) {
    const Shape scores = joined(batch, query[query.rank() - 2], key[key.rank() - 2]);
    WEFT_TRY(broadcast(mask.shape(), scores, c.op().name, "mask", "the scores").status());
    if (mask.dtype() != DType::kBool && !is_floating(mask.dtype())) mask = cast(mask, type.dtype);
  }
  if (key[key.rank() - 2] == 0)  // a mean of nothing is 0, in every dtype
    return zeros(c.in(0),
                 {type.dtype, joined(batch, query[query.rank() - 2], value[value.rank() - 1]), {}});
  const DType dtype = type.dtype == DType::kFloat64 ? DType::kFloat64 : DType::kFloat32;
  const Value out = c.builder.call(
      "attention_blocks", {cast(c.in(0), dtype), cast(c.in(1), dtype), cast(c.in(2), dtype), mask},
      {Argument::of_float(scale), c.get("causal")});
  return cast(out, type.dtype);
}

void attention_attributes(OpDef& op) {
  op.in(Namespace::kInternal)
      .real("scale", 1, "factor of the scores")
      .boolean("causal", false, "a query attends to no key behind its own position");
}

}  // namespace

WEFT_OP(attention_blocks) {
  op.doc("softmax(scale query keyᵀ + mask) value, and the logarithm of each query's sum.")
      .input("query", "float32 or float64, shape (..., T, D)")
      .input("key", "shape (..., S, D)")
      .input("value", "shape (..., S, V)")
      .optional_input("mask", "bool or floating: true to attend, or summands of the scores");
  op.inputs.back().keeps_dtype = true;
  op.promote(Promotion::kExact).outputs(2).infer(infer).gradient(gradient);
  op.computes(Precision::kNarrow)
      .kernel(slot_of(run, Strides::kAny, scratch))
      .sample(R"({"shapes": [[2, 3, 4], [2, 5, 4], [2, 5, 2]]})")
      .sample(R"({"shapes": [[2, 4], [3, 4], [3, 2], [2, 3]], "scale": 0.7})")
      .sample(R"({"shapes": [[3, 1, 2, 4], [2, 3, 4], [2, 3, 2]], "causal": true})")
      .sample(R"({"shapes": [[2, 4], [3, 4], [3, 2], [1, 3]],
                  "dtypes": [null, null, null, "bool"]})");
  attention_attributes(op);
}

WEFT_OP(attention_gradient) {
  op.doc("Gradients of attention_blocks, of query, key and value.")
      .input("dout", "float32 or float64, shape (..., T, V)")
      .input("dlogarithms", "shape (..., T)")
      .input("result", "of the forward pass, shape of dout")
      .input("logarithms", "shape of dlogarithms")
      .input("query", "shape (..., T, D)")
      .input("key", "shape (..., S, D)")
      .input("value", "shape (..., S, V)")
      .optional_input("mask", "bool or floating: true to attend, or summands of the scores");
  op.inputs.back().keeps_dtype = true;
  op.promote(Promotion::kExact).computes(Precision::kNarrow).outputs(3).infer(infer_gradient);
  op.domain(-0.7, 0.7)
      .gradient([](const GradContext& g) { return vjp(g, gradient_formula); })
      .kernel(slot_of(run_gradient, Strides::kDense, scratch_gradient))
      .sample(R"({"shapes": [[2, 3, 2], [2, 3], [2, 3, 2], [2, 3], [2, 3, 4], [2, 5, 4],
                             [2, 5, 2]]})")
      .sample(R"({"shapes": [[2, 2], [2], [2, 2], [2], [2, 4], [3, 4], [3, 2], [2, 3]],
                  "scale": 0.7})")
      .sample(R"({"shapes": [[2, 3, 2], [2, 3], [2, 3, 2], [2, 3], [2, 3, 4], [3, 4], [3, 2]],
                  "causal": true})")
      .sample(R"({"shapes": [[2, 2], [2], [2, 2], [2], [2, 4], [3, 4], [3, 2], [3]]})");
  attention_attributes(op);
}

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
