// How attention is divided into blocks of queries and parts of keys, and the layout of scratch. All
// of it depends on the shape alone, and so do the bits.

#include "kernels/attention/attention.h"

#include <algorithm>

#include "kernels/attention/attention_kernels_impl.h"
#include "kernels/isa/active.h"
#include "kernels/matmul/matmul_kernels_impl.h"

namespace weft::kernels {
namespace {

// Units that a call is divided into, if its keys allow: more than most machines have cores.
constexpr int64_t kWantedUnits = kAttentionParts;
// Keys of a part at least, in the forward and the backward pass.
constexpr int64_t kMinKeys = 512;
constexpr int64_t kMinKeysBack = 128;

// Matrices of the batch axes.
int64_t batches(const Attention& p) {
  int64_t count = 1;
  for (int axis = 0; axis < p.batch_rank; ++axis) count *= p.batch[axis];
  return count;
}

int64_t rows_of(const Attention& p) { return p.groups * p.queries; }
// Rows of a block: blocks are equal, so that none is small.
int64_t block_rows(const Attention& p) {
  // Causal attention skips keys, and the fewer rows a block has the more it can skip.
  const int64_t maximum = p.is_causal ? kUnevenQueries : kAttentionQueries, rows = rows_of(p);
  const int64_t blocks = std::max<int64_t>(1, (rows + maximum - 1) / maximum);
  return std::max<int64_t>(1, (rows + blocks - 1) / blocks);
}
int64_t query_blocks(const Attention& p) {
  return (rows_of(p) + block_rows(p) - 1) / block_rows(p);
}

// How many parts the keys are divided into: enough for kWantedUnits, but none with fewer keys than
// `minimum`.
int64_t parts_of(const Attention& p, int64_t units, int64_t minimum) {
  if (units == 0) return 1;
  const int64_t wanted = (kWantedUnits + units - 1) / units;
  return std::clamp<int64_t>(p.keys / minimum, 1, wanted);
}
int64_t part_keys(const Attention& p, int64_t parts) {
  return ((p.keys + parts - 1) / parts + 31) / 32 * 32;
}

// Lanes of an operand packed in panels: their widths are whole vectors on every instruction set,
// and their parts start at multiples of 64 bytes.
int64_t packed(int64_t rows, int64_t cols) {
  return (rows + 15) / 16 * 16 * ((cols + 31) / 32 * 32);
}

int64_t whole_lines(int64_t bytes) { return (bytes + 63) / 64 * 64; }

int64_t lane_bytes(const Attention& p) { return p.dtype == DType::kFloat64 ? 8 : 4; }

}  // namespace

// The forward pass divides queries, and then keys; the backward pass keys only.
AttentionParts attention_parts(const Attention& p) {
  const int64_t count = parts_of(p, batches(p) * query_blocks(p), kMinKeys);
  const int64_t keys = part_keys(p, count);
  return {(p.keys + keys - 1) / keys, keys, batches(p), rows_of(p), block_rows(p)};
}
AttentionParts attention_gradient_parts(const Attention& p) {
  const int64_t count = parts_of(p, batches(p), kMinKeysBack);
  const int64_t keys = part_keys(p, count);
  return {(p.keys + keys - 1) / keys, keys, batches(p), rows_of(p), kUnevenQueries};
}

int64_t attention_rows(const Attention& p) { return batches(p) * rows_of(p); }
int64_t attention_units(const Attention& p) {
  return batches(p) * query_blocks(p) * attention_parts(p).count;
}

AttentionScratch attention_layout(const Attention& p) {
  const int64_t keys = std::min(p.keys, kAttentionKeys), rows = block_rows(p);
  AttentionScratch at{};
  at.scores = packed(rows, p.features);
  at.keys = at.scores + packed(rows, kAttentionKeys);
  at.values = at.keys + packed(p.features, keys);
  at.out = at.values + packed(keys, p.values);
  at.left = at.out + packed(rows, p.values);
  // Rows of bf16x2, copied for a tile.
  const int64_t copied = kMatmulPanelRows * kMatmulCopiedRowBytes / lane_bytes(p);
  at.end = at.left + (p.dtype == DType::kBFloat16 ? copied : 0);
  return at;
}

// Sums for each part and row: values, a maximum and a sum.
int64_t attention_scratch(const Attention& p) { return attention_layout(p).end * lane_bytes(p); }

int64_t attention_part_bytes(const Attention& p) {
  const AttentionParts parts = attention_parts(p);
  if (parts.count == 1) return 0;
  return whole_lines(parts.count * attention_rows(p) * (p.values + 2) * lane_bytes(p));
}

// A forward pass is this call, and the next one if attention_part_bytes() is not 0.
void run_attention(const Attention& problem, void* out, void* logarithms, Range units,
                   void* scratch, void* parts) {
  WEFT_ACTIVE_LAYER(problem.dtype, kAttentions)
      .blocks(problem, out, logarithms, units, scratch, parts);
}
void run_attention_sums(const Attention& problem, const void* parts, void* out, void* logarithms,
                        Range rows) {
  WEFT_ACTIVE_LAYER(problem.dtype, kAttentions).sums(problem, parts, out, logarithms, rows);
}

int64_t attention_gradient_units(const Attention& p) {
  return batches(p) * attention_gradient_parts(p).count;
}

// Scratch of the gradient, in lanes; the gathered rows come first.
AttentionGradientScratch attention_gradient_layout(const Attention& p) {
  const int64_t block = packed(kUnevenQueries, kAttentionKeys);
  const int64_t keys = attention_gradient_parts(p).keys;
  AttentionGradientScratch at{};
  at.keys_across = packed(kUnevenQueries, std::max(p.features, p.values));
  at.keys_along = at.keys_across + packed(p.features, keys);
  at.values_across = at.keys_along + packed(keys, p.features);
  at.queries = at.values_across + packed(p.values, keys);
  at.douts = at.queries + packed(kUnevenQueries, p.features);
  at.shares = at.douts + packed(kUnevenQueries, p.values);
  at.dscores = at.shares + block;
  at.transposed = at.dscores + block;
  at.dquery = at.transposed + block;
  at.dkey = at.dquery + packed(kUnevenQueries, p.features);
  at.dvalue = at.dkey + packed(keys, p.features);
  at.end = at.dvalue + packed(keys, p.values);
  return at;
}

int64_t attention_gradient_scratch(const Attention& p) {
  return attention_gradient_layout(p).end * lane_bytes(p);
}

// With several parts each has its own dquery, which are added up later.
int64_t attention_gradient_part_bytes(const Attention& p) {
  const AttentionParts parts = attention_gradient_parts(p);
  if (parts.count == 1) return 0;
  return whole_lines(parts.count * attention_rows(p) * p.features * lane_bytes(p));
}

void run_attention_gradient(const Attention& problem, const AttentionGradient& operands,
                            Range units, void* scratch, void* parts) {
  WEFT_ACTIVE_LAYER(problem.dtype, kAttentionGradients)
      .blocks(problem, operands, units, scratch, parts);
}
void run_attention_gradient_sums(const Attention& problem, const void* parts, void* dquery,
                                 Range rows) {
  WEFT_ACTIVE_LAYER(problem.dtype, kAttentionGradients).sums(problem, parts, dquery, rows);
}

}  // namespace weft::kernels
