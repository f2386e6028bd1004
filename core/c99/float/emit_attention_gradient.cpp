// Gradients of attention in float32. The shares of a query are computed again from the logarithm of
// their sum, so none are kept (Dao et al., FlashAttention, 2022, section 3.1).
#include "c99/float/loops.h"
#include "c99/program/emitter.h"

namespace weft::c99 {
namespace {

// With the shares P of a query, dP = dout · value and D = Σ dout out - dlogarithm: dscore = P (dP -
// D), as in kernels/attention/attention.h. `rest` is D.
constexpr const char* kGradient =
    R"(/* Of one head; a mask is bools, true to attend, or summands. dkey and dvalue are added to. */
struct weft_attention_sizes {
  int32_t queries, keys, features, values, mask_row, mask_col, is_causal;
  float scale;
};
static void weft_attention_gradient_f32(
    const struct weft_attention_sizes *p, const float *dout, const float *dlogarithms,
    const float *out, const float *logarithms, const float *query, const float *key,
    const float *value, const uint8_t *allowed, const float *added, float *dquery, float *dkey,
    float *dvalue)
{
  for (int32_t t = 0; t < p->queries; ++t) {
    const int32_t seen = p->is_causal && t + 1 < p->keys ? t + 1 : p->keys;
    float rest = -dlogarithms[t];
    for (int32_t j = 0; j < p->values; ++j) rest = weft_fma_f32(dout[j], out[j], rest);
    for (int32_t i = 0; i < p->features; ++i) dquery[i] = 0;
    for (int32_t s = 0; s < seen; ++s) {
      const int32_t at = t * p->mask_row + s * p->mask_col;
      const float *const k = key + s * p->features, *const v = value + s * p->values;
      float score = 0, dshare = 0;
      if ((allowed && !allowed[at]) || logarithms[t] == -INFINITY) continue;
      for (int32_t i = 0; i < p->features; ++i) score = weft_fma_f32(query[i], k[i], score);
      score *= p->scale;
      if (added) score += added[at];
      const float share = weft_exp_f32(score - logarithms[t]);
      for (int32_t j = 0; j < p->values; ++j) {
        dshare = weft_fma_f32(dout[j], v[j], dshare);
        dvalue[s * p->values + j] = weft_fma_f32(share, dout[j], dvalue[s * p->values + j]);
      }
      const float dscore = share * (dshare - rest) * p->scale;
      for (int32_t i = 0; i < p->features; ++i) {
        dquery[i] = weft_fma_f32(dscore, k[i], dquery[i]);
        dkey[s * p->features + i] = weft_fma_f32(dscore, query[i], dkey[s * p->features + i]);
      }
    }
    query += p->features;
    dquery += p->features;
    dout += p->values;
    out += p->values;
  }
}
)";

// The operands, in the order of the schema.
enum : size_t { kDout, kDlogarithms, kOut, kLogarithms, kQuery, kKey, kValue, kMask };

// The extent of the axis that is `from_behind` axes from the end.
int64_t extent(const Shape& shape, int from_behind) { return shape[shape.rank() - from_behind]; }

// The strides of the axes before the last `inner` ones of a dense array, broadcast to the batch.
Shape strides_of(const Shape& shape, int inner, const Shape& batch) {
  Operand lead;
  lead.shape = shape;
  lead.strides = dense_strides(shape);
  lead.shape.resize(shape.rank() - inner, 0);
  lead.strides.resize(shape.rank() - inner, 0);
  return broadcast_strides(lead, batch);
}

// dkey and dvalue are sums over queries (and over heads that share a key), so they start at zero.
void set_to_zero(Call& call, size_t result) {
  call.line("memset(" + call.write(result) + ", 0, " +
            std::to_string(call.out(result).shape.elements()) + " * sizeof(float));");
}

Status emit_gradient(Call& call) {
  const Shape &query = call.in(kQuery).shape, &key = call.in(kKey).shape;
  const Shape& value = call.in(kValue).shape;
  const bool has_mask = call.given(kMask);
  const bool is_bool = has_mask && call.in(kMask).dtype == DType::kBool;
  Source& source = call.source();
  source.formula(kernels::FormulaId::kExp, DType::kFloat32);
  source.use_arithmetic();
  source.define("weft_attention_gradient_f32", kGradient);
  const int64_t queries = extent(query, 2), keys = extent(key, 2);
  const int64_t features = extent(query, 1), values = extent(value, 1);
  Shape batch = call.in(kDout).shape;
  batch.resize(batch.rank() - 2, 0);
  source.add_multiply_adds(batch.elements() * queries * keys * (3 * features + 2 * values));

  std::vector<Shape> strides;
  for (size_t i = kDout; i <= kValue; ++i)
    strides.push_back(
        strides_of(call.in(i).shape, i == kDlogarithms || i == kLogarithms ? 1 : 2, batch));
  for (size_t i = 0; i < 3; ++i) strides.push_back(strides_of(call.out(i).shape, 2, batch));
  Shape scores = batch;
  scores.push_back(queries);
  scores.push_back(keys);
  Shape mask;
  mask.resize(scores.rank(), 0);
  if (has_mask) mask = broadcast_strides(call.in(kMask), scores);
  const int64_t mask_row = mask[batch.rank()], mask_col = mask[batch.rank() + 1];
  mask.resize(batch.rank(), 0);
  strides.push_back(mask);
  const LoopNest nest(batch, all_axes(batch), strides, 'i');

  const auto field = [](const char* name, int64_t number) {
    return std::string(".") + name + " = " + std::to_string(number) + ", ";
  };
  const auto scale = static_cast<float>(call.attributes().real("scale"));
  set_to_zero(call, 1);
  set_to_zero(call, 2);
  call.line("static const struct weft_attention_sizes p = {");
  call.line("  " + field("queries", queries) + field("keys", keys) + field("features", features) +
            field("values", values));
  call.line("  " + field("mask_row", mask_row) + field("mask_col", mask_col) +
            field("is_causal", call.attributes().flag("causal")) +
            ".scale = " + literal(DType::kFloat32, &scale) + ",");
  call.line("};");
  nest.open(call);
  std::string text = "weft_attention_gradient_f32(&p";
  for (size_t i = kDout; i <= kValue; ++i) text += ", " + at(call.read(i), nest.index(i));
  // Strides 0 to 6 are those of the inputs, 7 to 9 of the results, 10 of the mask.
  const std::string of_mask = has_mask ? at(call.read(kMask), nest.index(10)) : "NULL";
  text += ", " + (is_bool ? of_mask : "NULL") + ", " + (is_bool ? "NULL" : of_mask);
  for (size_t i = 0; i < 3; ++i) text += ", " + at(call.write(i), nest.index(7 + i));
  call.line(text + ");");
  nest.close(call);
  return {};
}

}  // namespace

WEFT_EMITTER(attention_gradient, dense_float32, emit_gradient);

}  // namespace weft::c99
