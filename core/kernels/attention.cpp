#include "kernels/attention.h"

#include <algorithm>

#include "kernels/table_impl.h"

namespace weft::kernels {
namespace {

int64_t batches(const Attention& p) {
  int64_t count = 1;
  for (int axis = 0; axis < p.batch_rank; ++axis) count *= p.batch[axis];
  return count;
}

// Lanes of an operand packed in panels, which are whole vectors wide on every instruction set, and
// whose parts start at multiples of 64 bytes.
int64_t packed(int64_t rows, int64_t cols) {
  return (rows + 15) / 16 * 16 * ((cols + 31) / 32 * 32);
}

int64_t lane_bytes(const Attention& p) { return p.dtype == DType::kFloat64 ? 8 : 4; }

}  // namespace

int64_t attention_units(const Attention& p) {
  return batches(p) * ((p.queries + kAttentionQueries - 1) / kAttentionQueries);
}

AttentionScratch attention_layout(const Attention& p) {
  const int64_t keys = std::min(p.keys, kAttentionKeys);
  AttentionScratch at{};
  at.scores = packed(kAttentionQueries, p.features);
  at.keys = at.scores + packed(kAttentionQueries, kAttentionKeys);
  at.values = at.keys + packed(p.features, keys);
  at.out = at.values + packed(keys, p.values);
  at.end = at.out + packed(kAttentionQueries, p.values);
  return at;
}

int64_t attention_scratch(const Attention& p) { return attention_layout(p).end * lane_bytes(p); }

void run_attention(const Attention& problem, void* out, void* logarithms, Range units,
                   void* scratch) {
  active_table().attentions[static_cast<int>(problem.dtype)].forward(problem, out, logarithms,
                                                                     units, scratch);
}

int64_t attention_gradient_units(const Attention& p) { return batches(p); }

AttentionGradientScratch attention_gradient_layout(const Attention& p) {
  const int64_t block = packed(kAttentionQueries, kAttentionKeys);
  AttentionGradientScratch at{};
  at.keys_across = packed(kAttentionQueries, std::max(p.features, p.values));
  at.keys_along = at.keys_across + packed(p.features, p.keys);
  at.values_across = at.keys_along + packed(p.keys, p.features);
  at.queries = at.values_across + packed(p.values, p.keys);
  at.douts = at.queries + packed(kAttentionQueries, p.features);
  at.shares = at.douts + packed(kAttentionQueries, p.values);
  at.dscores = at.shares + block;
  at.turned = at.dscores + block;
  at.dquery = at.turned + block;
  at.dkey = at.dquery + packed(kAttentionQueries, p.features);
  at.dvalue = at.dkey + packed(p.keys, p.features);
  at.end = at.dvalue + packed(p.keys, p.values);
  return at;
}

int64_t attention_gradient_scratch(const Attention& p) {
  return attention_gradient_layout(p).end * lane_bytes(p);
}

void run_attention_gradient(const Attention& problem, const AttentionGradient& operands,
                            Range units, void* scratch) {
  active_table().attentions[static_cast<int>(problem.dtype)].backward(problem, operands, units,
                                                                      scratch);
}

}  // namespace weft::kernels
