// Attention: softmax(scale Q Kᵀ + mask) V. The kernels never store the matrix of scores (T x S for
// each head); they keep the logarithm of each row's sum, from which the backward pass computes the
// shares again. The same formulas also stand here in operators: they give the gradients of the
// gradient, and that of a learned mask.

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/errors.h"
#include "ops/nn/attention_problem_impl.h"
#include "ops/rules.h"
#include "ops/slots/split_work.h"
#include "ops/vjp.h"

namespace weft::ops {
namespace {

// Query, key, value and mask. The formulas compute in the dtype of sums, at least float32.
struct Operands {
  Value query, key, value, mask;
};
// `first` is the number of the input that holds the query.
Operands operands_of(const ComposeContext& c, size_t first) {
  const DType lanes = attention_lanes(c.in(first).dtype());
  const auto lane = [&](size_t input) { return cast(c.in(input), lanes); };
  return {lane(first), lane(first + 1), lane(first + 2),
          c.inputs.size() > first + 3 ? c.in(first + 3) : Value()};
}

// scale Q Kᵀ + mask. -inf marks a key that a query does not attend to: its share becomes exactly 0.
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

// Results: the output, and for each query the logarithm of the sum of exp(scores).
Values forward_formula(const ComposeContext& c) {
  const Operands x = operands_of(c, 0);
  const Value scores = scores_of(c, x);
  const Value logarithms = c.builder.call("logsumexp", {scores}, {Argument::of_int(-1)});
  const Value out = matmul(c.builder.call("softmax", {scores}), x.value);
  const Shape shape = out.shape();
  const Shape rows(shape.span().first(static_cast<size_t>(shape.rank() - 1)));
  return {cast(out, c.in(0).dtype()), broadcast_to(logarithms, rows)};
}

// With P = softmax(scores) and dP = dout Vᵀ:
//   dS = P (dP - Σ dout out + dlogarithms),  dQ = scale dS K,  dK = scale dSᵀ Q,  dV = Pᵀ dout
// as in kernels/attention/attention.h. Σ dout out equals Σ P dP, so P itself need not be summed.
Values gradient_formula(const ComposeContext& c) {
  const Operands x = operands_of(c, 4);
  const DType lanes = x.query.dtype();
  const Value dout = cast(c.in(0), lanes), out = cast(c.in(2), lanes);
  const auto column = [&](size_t input) {
    return cast(reshape(c.in(input), with_one(c.in(input).shape())), lanes);
  };
  // If a query may attend to no key, its logarithm and all its scores are -inf, and their
  // difference would be NaN; with 0 as the logarithm its shares are 0.
  const Value kept = column(3), never = scalar(kept, -std::numeric_limits<double>::infinity());
  const Value logarithms = where(equal(kept, never), scalar(kept, 0), kept);
  const Value shares = exp(scores_of(c, x) - logarithms);
  const Value rest = sum(dout * out, kLastAxis, true) - column(1);
  const Value dshares = matmul(dout, swap_last_axes(x.value));
  const Value dscores = shares * (dshares - rest) * c.real("scale");
  const Shape key = x.key.shape(), value = x.value.shape();
  const Shape batch = attention_batch(x.query.shape(), key, value).value();
  const bool is_shared = shared_batch(batch, key, value) != batch;
  const auto result = [&](const Value& full, bool of_keys) {
    const int64_t heads[] = {-3};
    return cast(of_keys && is_shared ? sum(full, heads, true) : full, c.in(0).dtype());
  };
  return {result(matmul(dscores, x.key), false),
          result(matmul(swap_last_axes(dscores), x.query), true),
          result(matmul(swap_last_axes(shares), dout), true)};
}

// ---- the kernels

Result<Types> infer(const InferContext& c) {
  WEFT_TRY(check_attention(c, 0));
  const Shape &query = c.in[0].shape, &value = c.in[2].shape;
  WEFT_ASSIGN(const Shape batch, attention_batch(query, c.in[1].shape, value));
  const int64_t targets = query[query.rank() - 2];
  const DType dtype = c.in[0].dtype;
  return Types{{dtype, attention_shape(batch, targets, value[value.rank() - 1])},
               {attention_lanes(dtype), attention_shape(batch, targets, -1)}};
}

Result<Types> infer_gradient(const InferContext& c) {
  WEFT_TRY(check_attention(c, 4));
  const DType dtype = c.in[4].dtype;
  const Shape &query = c.in[4].shape, &key = c.in[5].shape, &value = c.in[6].shape;
  WEFT_ASSIGN(const Shape batch, attention_batch(query, key, value));
  const int64_t targets = query[query.rank() - 2], sources = key[key.rank() - 2];
  const Shape out = attention_shape(batch, targets, value[value.rank() - 1]);
  const Shape row = attention_shape(batch, targets, -1);
  for (size_t i = 0; i < 4; ++i) {
    const Shape& wanted = i % 2 == 0 ? out : row;
    if (c.in[i].shape != wanted)
      return errors::invalid_value(c.op().name, "`", c.op().input_name(i), "` must have shape ",
                                   wanted, "; got ", c.in[i].shape);
    if (i % 2 == 1 && !is_floating(c.in[i].dtype))
      return errors::invalid_type(c.op().name, "`", c.op().input_name(i),
                                  "` must be floating; got ", c.in[i].dtype);
  }
  const Shape shared = shared_batch(batch, key, value);
  return Types{{dtype, attention_shape(batch, targets, query[query.rank() - 1])},
               {dtype, attention_shape(shared, sources, key[key.rank() - 1])},
               {dtype, attention_shape(shared, sources, value[value.rank() - 1])}};
}

// Scratch: first what all threads share, then a part for each thread.
int64_t scratch(const SlotTypes& t, int threads) {
  const kernels::Attention p = attention_sizes(t, 0);
  return kernels::attention_part_bytes(p) + threads * kernels::attention_scratch(p);
}
int64_t scratch_gradient(const SlotTypes& t, int threads) {
  const kernels::Attention p = attention_sizes(t, 4);
  return kernels::attention_gradient_part_bytes(p) +
         threads * kernels::attention_gradient_scratch(p);
}

// A call with few queries is also cut along the keys. Then each part writes its own sums into the
// shared scratch, and a second loop joins them.
Status run(const KernelCall& call) {
  const kernels::Attention p = attention_problem(call, 0);
  void *out = call.out[0].data, *logarithms = call.out[1].data;
  void* const parts = call.scratch;
  const int64_t shared = kernels::attention_part_bytes(p);
  split_work(kernels::attention_units(p), attention_work(p),
             static_cast<char*>(call.scratch) + shared, kernels::attention_scratch(p),
             [&](kernels::Range units, void* own) {
               kernels::run_attention(p, out, logarithms, units, own, parts);
             });
  if (shared == 0) return {};
  const int64_t rows = kernels::attention_rows(p);
  split_work(rows, rows * p.values * 4, nullptr, 0, [&](kernels::Range some, void*) {
    kernels::run_attention_sums(p, parts, out, logarithms, some);
  });
  return {};
}

Status run_gradient(const KernelCall& call) {
  const kernels::Attention p = attention_problem(call, 4);
  kernels::AttentionGradient operands{};
  operands.dout = call.in[0].data;
  operands.dlogarithms = {call.in[1].data, call.in[1].dtype};
  operands.out = call.in[2].data;
  operands.logarithms = {call.in[3].data, call.in[3].dtype};
  operands.dquery = call.out[0].data;
  operands.dkey = call.out[1].data;
  operands.dvalue = call.out[2].data;
  void* const parts = call.scratch;
  const int64_t shared = kernels::attention_gradient_part_bytes(p);
  split_work(kernels::attention_gradient_units(p), 3 * attention_work(p),
             static_cast<char*>(call.scratch) + shared, kernels::attention_gradient_scratch(p),
             [&](kernels::Range units, void* own) {
               kernels::run_attention_gradient(p, operands, units, own, parts);
             });
  if (shared == 0) return {};
  const int64_t rows = kernels::attention_rows(p);
  split_work(rows, rows * p.features * 4, nullptr, 0, [&](kernels::Range some, void*) {
    kernels::run_attention_gradient_sums(p, parts, operands.dquery, some);
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

// A learned mask needs the gradient of every score, so the formula is differentiated; the kernel
// gives only those of query, key and value.
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

// Grouped queries (Ainslie et al., "GQA", 2023): H heads of queries (axis -3) share Hk heads of
// keys and values. As arrays: queries (..., Hk, H / Hk, T, D); keys, values and the mask have 1 in
// place of the group axis, which broadcasts.
int64_t heads_of(const Value& x) {
  const Shape shape = x.shape();
  return shape.rank() < 3 ? 0 : shape[shape.rank() - 3];
}
Status check_groups(const ComposeContext& c, const Operands& x) {
  const Shape query = x.query.shape(), key = x.key.shape(), value = x.value.shape();
  const int64_t shared = heads_of(x.key);
  if (query.rank() < 3 || shared < 1 || heads_of(x.query) % shared != 0 ||
      heads_of(x.value) != shared)
    return errors::invalid_value(c.op().name,
                                 "with `grouped`, heads (axis -3) of `query` must be a multiple of "
                                 "those of `key` and `value`, which are equal; got ",
                                 query, ", ", key, " and ", value);
  return {};
}
void group_heads(Operands& x) {
  const int64_t all = heads_of(x.query), shared = heads_of(x.key);
  const auto divided = [](const Value& a, int64_t outer, int64_t inner) {
    const Shape shape = a.shape();
    const int rank = shape.rank();
    Shape result(shape.span().first(static_cast<size_t>(rank - 3)));
    for (const int64_t extent : {outer, inner, shape[rank - 2], shape[rank - 1]})
      result.push_back(extent);
    return reshape(a, result);
  };
  x.query = divided(x.query, shared, all / shared);
  x.key = divided(x.key, shared, 1);
  x.value = divided(x.value, shared, 1);
  if (!x.mask || x.mask.rank() < 3) return;
  x.mask = heads_of(x.mask) == 1 ? divided(x.mask, 1, 1) : divided(x.mask, shared, all / shared);
}

// The shape that the mask must broadcast to.
Result<Shape> shape_of_scores(const ComposeContext& c, const Operands& x) {
  const Shape query = x.query.shape(), key = x.key.shape();
  if (!c.flag("grouped")) {
    WEFT_ASSIGN(const Shape batch, attention_batch(query, key, x.value.shape()));
    return attention_shape(batch, query[query.rank() - 2], key[key.rank() - 2]);
  }
  return attention_shape(Shape(query.span().first(static_cast<size_t>(query.rank() - 2))),
                         query[query.rank() - 2], key[key.rank() - 2]);
}

Result<Value> attention(const ComposeContext& c) {
  const TensorType type = c.in(0).type();
  WEFT_TRY(rules::require_floating(InferContext(c.op(), {&type, 1}, c.all()), 0));
  Operands x{c.in(0), c.in(1), c.in(2), c.inputs.size() > 3 ? c.in(3) : Value()};
  const Shape query = type.shape;
  const bool is_grouped = c.flag("grouped");
  if (is_grouped) {
    WEFT_TRY(check_groups(c, x));
  } else {
    WEFT_TRY(check_attention_shapes(query, x.key.shape(), x.value.shape()));
  }
  if (x.mask) {
    WEFT_ASSIGN(const Shape scores, shape_of_scores(c, x));
    WEFT_ASSIGN(const Shape both,
                broadcast(x.mask.shape(), scores, c.op().name, "mask", "the scores"));
    if (is_grouped && both != scores)
      return errors::invalid_value(c.op().name, "`mask` ", x.mask.shape(), " must broadcast to ",
                                   scores);
    if (x.mask.dtype() != DType::kBool && !is_floating(x.mask.dtype()))
      x.mask = cast(x.mask, type.dtype);
  }
  if (is_grouped) {
    group_heads(x);
    WEFT_TRY(check_attention_shapes(x.query.shape(), x.key.shape(), x.value.shape()));
  }
  const auto features = static_cast<double>(std::max<int64_t>(1, query[query.rank() - 1]));
  const double scale = c.has("scale") ? c.real("scale") : 1 / std::sqrt(features);
  const Shape key = x.key.shape(), value = x.value.shape();
  WEFT_ASSIGN(const Shape batch, attention_batch(x.query.shape(), key, value));
  const int64_t targets = query[query.rank() - 2], values = value[value.rank() - 1];
  // Without keys the mean of nothing is 0 in every dtype; the product of empty matrices gives it,
  // and keeps the history for gradients.
  Value out = key[key.rank() - 2] == 0
                  ? matmul(matmul(x.query * scale, swap_last_axes(x.key)), x.value)
                  : c.builder.call("attention_blocks", {x.query, x.key, x.value, x.mask},
                                   {Argument::of_float(scale), c.get("causal")});
  if (!is_grouped) return out;
  Shape joined(batch.span().first(static_cast<size_t>(batch.rank() - 2)));
  joined.push_back(query[query.rank() - 3]);
  return reshape(out, attention_shape(joined, targets, values));
}

void attention_attributes(OpDef& op) {
  op.in(Namespace::kInternal)
      .real("scale", 1, "factor of the scores")
      .boolean("causal", false, "a query attends to no key behind its own position");
}

}  // namespace

WEFT_OP(attention_blocks) {
  op.doc("softmax(scale query keyᵀ + mask) value, and the logarithm of each query's sum.")
      .input("query", "floating, shape (..., T, D)")
      .input("key", "shape (..., S, D)")
      .input("value", "shape (..., S, V)")
      .optional_input("mask", "bool or floating: true to attend, or summands of the scores");
  op.inputs.back().keeps_dtype = true;
  op.promote(Promotion::kExact).outputs(2).infer(infer).gradient(gradient);
  op.computes(Precision::kFollows)
      .kernel(slot_of(run, Strides::kAny, scratch))
      .sample(R"({"shapes": [[2, 3, 4], [2, 5, 4], [2, 5, 2]]})")
      .sample(R"({"shapes": [[2, 4], [3, 4], [3, 2], [2, 3]], "scale": 0.7})")
      .sample(R"({"shapes": [[3, 1, 2, 4], [2, 3, 4], [2, 3, 2]], "causal": true})")
      .sample(R"({"shapes": [[2, 4], [3, 4], [3, 2], [1, 3]],
                  "dtypes": [null, null, null, "bool"]})");
  attention_attributes(op);
}

WEFT_OP(attention_gradient) {
  op.doc(
        "Gradients of attention_blocks, of query, key and value, summed over heads that share "
        "keys.")
      .input("dout", "floating, shape (..., T, V)")
      .input("dlogarithms", "floating, shape (..., T)")
      .input("result", "of the forward pass, shape of dout")
      .input("logarithms", "floating, shape of dlogarithms")
      .input("query", "shape (..., T, D)")
      .input("key", "shape (..., S, D)")
      .input("value", "shape (..., S, V)")
      .optional_input("mask", "bool or floating: true to attend, or summands of the scores");
  for (const size_t input : {1, 3, 7}) op.inputs[input].keeps_dtype = true;
  op.promote(Promotion::kExact).computes(Precision::kFollows).outputs(3).infer(infer_gradient);
  op.domain(-0.7, 0.7)
      .gradient([](const GradContext& g) { return vjp(g, gradient_formula); })
      .kernel(slot_of(run_gradient, Strides::kDense, scratch_gradient))
      .sample(R"({"shapes": [[2, 3, 2], [2, 3], [2, 3, 2], [2, 3], [2, 3, 4], [2, 5, 4],
                             [2, 5, 2]]})")
      .sample(R"({"shapes": [[2, 2], [2], [2, 2], [2], [2, 4], [3, 4], [3, 2], [2, 3]],
                  "scale": 0.7})")
      .sample(R"({"shapes": [[2, 3, 2], [2, 3], [2, 3, 2], [2, 3], [2, 3, 4], [3, 4], [3, 2]],
                  "causal": true})")
      .sample(R"({"shapes": [[2, 3, 2], [2, 3], [2, 3, 2], [2, 3], [2, 3, 4], [1, 5, 4],
                             [5, 2]], "causal": true})")
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
      .boolean("grouped", false,
               "heads of queries, axis -3, share those of keys and values in groups of H / Hk")
      .promote(Promotion::kExact)
      .compose(checked<attention>)
      .sample(R"({"shapes": [[2, 3, 4], [2, 5, 4], [2, 5, 2]]})")
      .sample(R"({"shapes": [[2, 4], [3, 4], [3, 2], [2, 3]], "scale": 0.7})")
      .sample(R"({"shapes": [[2, 4], [3, 4], [3, 2], [3]]})")
      .sample(R"({"shapes": [[2, 2, 3, 4], [2, 2, 3, 4], [2, 2, 3, 4]], "causal": true})")
      .sample(R"({"shapes": [[2, 4, 3, 2], [2, 2, 5, 2], [2, 2, 5, 3]], "grouped": true})")
      .sample(R"({"shapes": [[4, 3, 2], [2, 5, 2], [2, 5, 2], [4, 1, 5]], "grouped": true,
                  "ranges": [null, null, null, [0.1, 1]]})");
}

}  // namespace weft::ops
