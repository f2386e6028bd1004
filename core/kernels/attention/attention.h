// Scaled dot-product attention without a stored matrix of scores, in every floating dtype; sums of
// half types are float32. These are widened where they are read; where the processor multiplies
// pairs of bfloat16, more than a few queries are multiplied as such, and each share is rounded to
// bfloat16 before it weighs a value (forward only).
//
// Forward follows Milakov and Gimelshein, "Online normalizer calculation for softmax" (2018), and
// Dao et al., "FlashAttention" (2022): blocks of keys go by a block of queries, whose running
// maximum, sum and output are rescaled. Kept for the gradient: the logarithm of each query's sum,
// from which any block of shares can be computed again. Where there are few blocks of queries, the
// keys are divided, too, so that there is work for all threads ("Flash-Decoding", Dao et al.,
// 2023). Blocks and divisions depend on the shape only, and so do the bits.
//
// Groups of queries share keys and values (grouped-query attention, Ainslie et al., 2023): row
// g queries + t of a batch is query t of group g. They are read once for all groups, and their
// gradients are summed over the groups on the way.
#pragma once

#include "base/view.h"
#include "kernels/range.h"

namespace weft::kernels {

// The batch axes of all operands, and the strides (in elements) of an operand there, from group to
// group and in its last two axes; 0 repeats. Keys and values have no groups.
struct AttentionOperand {
  const void* data;  // null: absent
  int64_t batch[kMaxRank];
  int64_t group, row, col;
};

struct Attention {
  DType dtype;
  int32_t batch_rank;
  int64_t batch[kMaxRank];
  int64_t groups;
  int64_t queries, keys, features, values;
  double scale;
  bool is_causal;  // query i sees keys 0 … i
  AttentionOperand query, key, value;
  AttentionOperand mask;  // (query, key): bool, true to attend, or floating summands
  DType mask_dtype;
};

// out[batch][row][value], and logarithms[batch][row] in float32 or float64, dense. At least one
// key. A query that may attend to nothing gets zeros, and -inf for the logarithm. A unit is a block
// of queries of one batch and a part of the keys; each thread has scratch of its own, `parts` is
// shared: what parts of the keys give, for run_attention_sums over all rows.
int64_t attention_units(const Attention& problem);
int64_t attention_scratch(const Attention& problem);     // bytes per thread, 64-byte aligned
int64_t attention_part_bytes(const Attention& problem);  // 0: keys are not divided
int64_t attention_rows(const Attention& problem);        // of all batches
void run_attention(const Attention& problem, void* out, void* logarithms, Range units,
                   void* scratch, void* parts);
void run_attention_sums(const Attention& problem, const void* parts, void* out, void* logarithms,
                        Range rows);

// With shares P = exp(scores - logarithm), dP = dout valueᵀ and dS = P (dP - Σ dout out + dlog):
// dquery = scale dS key, dkey = scale dSᵀ query, dvalue = Pᵀ dout. All dense: dquery[batch][row],
// dkey[batch][key], dvalue[batch][key].
struct AttentionRows {
  const void* data;
  DType dtype;  // any floating
};
struct AttentionGradient {
  const void *dout, *out;
  AttentionRows dlogarithms, logarithms;
  void *dquery, *dkey, *dvalue;
};
// A unit is a part of the keys of a batch; parts give sums for dquery, as above.
int64_t attention_gradient_units(const Attention& problem);
int64_t attention_gradient_scratch(const Attention& problem);
int64_t attention_gradient_part_bytes(const Attention& problem);
void run_attention_gradient(const Attention& problem, const AttentionGradient& operands,
                            Range units, void* scratch, void* parts);
void run_attention_gradient_sums(const Attention& problem, const void* parts, void* dquery,
                                 Range rows);

}  // namespace weft::kernels
