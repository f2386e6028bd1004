// Scaled dot product attention in float32. The scores of one query at a time are the scratch, so it
// takes memory for `keys` floats instead of queries times keys.
#include <algorithm>

#include "base/errors.h"
#include "c99/float/loops.h"
#include "c99/program/emitter.h"

namespace weft::c99 {
namespace {

// One head: query (queries, features), key (keys, features), value (keys, values), y (queries,
// values). A query that may attend to nothing gives zeros. The result besides y is the logarithm of
// the sum of exponentials, which the gradient needs.
constexpr const char* kAttention =
    R"(/* Of one head; distances are of elements. A mask is bools, true to attend, or summands. */
struct weft_attention {
  int32_t queries, keys, features, values;
  int32_t query_row, query_col, key_row, key_col, value_row, value_col, mask_row, mask_col;
  int32_t is_causal;
  float scale;
};
static void weft_attention_f32(
    const struct weft_attention *p, const float *query, const float *key, const float *value,
    const uint8_t *allowed, const float *added, float *scores, float *y, float *logarithms)
{
  for (int32_t t = 0; t < p->queries; ++t, query += p->query_row, y += p->values) {
    const int32_t seen = p->is_causal && t + 1 < p->keys ? t + 1 : p->keys;
    float most = -INFINITY, sum = 0;
    for (int32_t s = 0; s < seen; ++s) {
      const int32_t at = t * p->mask_row + s * p->mask_col;
      float score = 0;
      for (int32_t i = 0; i < p->features; ++i)
        score = weft_fma_f32(query[i * p->query_col], key[s * p->key_row + i * p->key_col], score);
      score *= p->scale;
      if (added) score += added[at];
      if (allowed && !allowed[at]) score = -INFINITY;
      if (score > most || score != score) most = score;
      scores[s] = score;
    }
    const float base = most == -INFINITY ? 0 : most;
    for (int32_t s = 0; s < seen; ++s) {
      scores[s] = weft_exp_f32(scores[s] - base);
      sum += scores[s];
    }
    for (int32_t j = 0; j < p->values; ++j) y[j] = 0;
    for (int32_t s = 0; s < seen; ++s)
      for (int32_t j = 0; j < p->values; ++j)
        y[j] = weft_fma_f32(scores[s], value[s * p->value_row + j * p->value_col], y[j]);
    for (int32_t j = 0; j < p->values; ++j) y[j] = sum == 0 ? 0 : y[j] / sum;
    logarithms[t] = base + weft_log_f32(sum);
  }
}
)";

// The extent of the axis that is `from_behind` axes from the end, 1 for the last.
int64_t extent(const Shape& shape, int from_behind) { return shape[shape.rank() - from_behind]; }

Result<executor::TargetKernel> kernel(const ops::SlotTypes& types) {
  WEFT_TRY(require_float32(types));
  return executor::TargetKernel{ops::Strides::kAny, ops::kNoInput,
                                extent(types.in[1].shape, 2) * int64_t{sizeof(float)}};
}

// The strides of the axes before the last two, broadcast to the batch axes of the result.
Shape batch_strides(const Operand& operand, const Shape& batch) {
  Operand lead = operand;
  lead.shape.resize(operand.shape.rank() - 2, 0);
  lead.strides.resize(operand.shape.rank() - 2, 0);
  return broadcast_strides(lead, batch);
}

Status emit_attention(Call& call) {
  const Operand &query = call.in(0), &key = call.in(1), &value = call.in(2), &y = call.out(0);
  const bool has_mask = call.given(3);
  const bool is_bool = has_mask && call.in(3).dtype == DType::kBool;
  Source& source = call.source();
  source.formula(kernels::FormulaId::kExp, DType::kFloat32);
  source.formula(kernels::FormulaId::kLog, DType::kFloat32);
  source.define("weft_attention_f32", kAttention);
  const int64_t queries = extent(query.shape, 2), keys = extent(key.shape, 2);
  const int64_t features = extent(query.shape, 1), values = extent(value.shape, 1);
  Shape batch = y.shape;
  batch.resize(y.shape.rank() - 2, 0);
  source.add_multiply_adds(batch.elements() * queries * keys * (features + values));

  // Distances in elements between two heads: of the results, of the logarithms, and of the mask.
  Shape results = dense_strides(batch), rows = results, mask;
  for (int axis = 0; axis < batch.rank(); ++axis) {
    results[axis] *= queries * values;
    rows[axis] *= queries;
  }
  int64_t mask_row = 0, mask_col = 0;
  mask.resize(batch.rank(), 0);
  if (has_mask) {
    Shape scores = batch;
    scores.push_back(queries);
    scores.push_back(keys);
    const Shape all = broadcast_strides(call.in(3), scores);
    mask_row = all[batch.rank()];
    mask_col = all[batch.rank() + 1];
    for (int axis = 0; axis < batch.rank(); ++axis) mask[axis] = all[axis];
  }
  const LoopNest nest(batch, all_axes(batch),
                      {batch_strides(query, batch), batch_strides(key, batch),
                       batch_strides(value, batch), mask, results, rows},
                      'i');
  const auto distances = [](const char* name, int64_t row, int64_t col) {
    return std::string(".") + name + "_row = " + std::to_string(row) + ", ." + name +
           "_col = " + std::to_string(col) + ",";
  };
  const auto of = [&](const char* name, const Operand& operand) {
    return "  " + distances(name, extent(operand.strides, 2), extent(operand.strides, 1));
  };
  const auto scale = static_cast<float>(call.attributes().real("scale"));
  call.line("static const struct weft_attention p = {");
  call.line("  .queries = " + std::to_string(queries) + ", .keys = " + std::to_string(keys) +
            ", .features = " + std::to_string(features) + ", .values = " + std::to_string(values) +
            ",");
  call.line(of("query", query));
  call.line(of("key", key));
  call.line(of("value", value));
  call.line("  " + distances("mask", mask_row, mask_col));
  call.line(std::string("  .is_causal = ") + (call.attributes().flag("causal") ? "1" : "0") +
            ", .scale = " + literal(DType::kFloat32, &scale) + ",");
  call.line("};");
  nest.open(call);
  call.line("weft_attention_f32(&p, " + at(call.read(0), nest.index(0)) + ", " +
            at(call.read(1), nest.index(1)) + ", " + at(call.read(2), nest.index(2)) + ",");
  const std::string mask_text = has_mask ? at(call.read(3), nest.index(3)) : "NULL";
  call.line("                   " + (is_bool ? mask_text : "NULL") + ", " +
            (is_bool ? "NULL" : mask_text) + ", (float *)(void *)" + call.scratch() + ",");
  call.line("                   " + at(call.write(0), nest.index(4)) + ", " +
            at(call.write(1), nest.index(5)) + ");");
  nest.close(call);
  return {};
}

}  // namespace

WEFT_EMITTER(attention_blocks, kernel, emit_attention);

}  // namespace weft::c99
