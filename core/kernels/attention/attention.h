// Scaled dot-product attention that never stores the matrix of scores, in every floating dtype;
// sums of half types are float32. Halves are widened as they are read. Where the processor
// multiplies bf16x2, more than a few queries are multiplied as such, and each share is rounded to
// bfloat16 before it weighs a value (forward only).
//
// The forward pass follows Milakov and Gimelshein, "Online normalizer calculation for softmax"
// (2018), and Dao et al., "FlashAttention" (2022): blocks of keys pass by a block of queries, whose
// running maximum, sum and output are rescaled. The logarithm of each query's sum is kept for the
// gradient; any block of shares can be computed again from it. If there are few blocks of queries,
// the keys are divided, too, so that all threads have work ("Flash-Decoding", Dao et al., 2023).
// Blocks and divisions depend on the shape alone, and so do the bits.
//
// Groups of queries may share keys and values (grouped-query attention, Ainslie et al., 2023): row
// g * queries + t of a batch is query t of group g. Keys and values are read once for all groups,
// and their gradients are summed over the groups on the way.
//
// A *share* is an element of the softmax, exp(score - logarithm of the sum).
#pragma once

#include "base/view.h"
#include "kernels/range.h"

namespace weft::kernels {

// An operand, by its strides in elements: along the batch axes, from group to group, and along its
// last two axes. 0 repeats. Keys and values have no groups.
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
  // queries, keys: numbers of each in a batch (and group); features: length of a query and a key;
  // values: length of a value.
  int64_t queries, keys, features, values;
  double scale;
  bool is_causal;  // query i sees keys 0 … i only
  AttentionOperand query, key, value;
  // (query, key): bool, true to attend; or floating numbers that are added to scores
  AttentionOperand mask;
  DType mask_dtype;
};

// Writes out[batch][row][value] and logarithms[batch][row] (float32 or float64), both dense. There
// must be at least one key. A query that may attend to nothing gets zeros, and -inf for the
// logarithm. A unit is a block of queries of one batch with a part of the keys. Each thread has
// scratch of its own; `parts` is shared: the results of parts of the keys, from which
// run_attention_sums computes all rows.
int64_t attention_units(const Attention& problem);
int64_t attention_scratch(const Attention& problem);     // bytes for each thread, aligned to 64
int64_t attention_part_bytes(const Attention& problem);  // 0: keys are not divided
int64_t attention_rows(const Attention& problem);        // of all batches
void run_attention(const Attention& problem, void* out, void* logarithms, Range units,
                   void* scratch, void* parts);
void run_attention_sums(const Attention& problem, const void* parts, void* out, void* logarithms,
                        Range rows);

// With shares P = exp(scores - logarithm), dP = dout valueᵀ and dS = P (dP - Σ dout out + dlog):
// dquery = scale dS key, dkey = scale dSᵀ query, dvalue = Pᵀ dout. All are dense:
// dquery[batch][row], dkey[batch][key], dvalue[batch][key].
// One number for each row of each batch.
struct AttentionRows {
  const void* data;
  DType dtype;  // any floating dtype
};
struct AttentionGradient {
  // `out`, `logarithms`: results of the forward pass.
  const void *dout, *out;
  AttentionRows dlogarithms, logarithms;
  void *dquery, *dkey, *dvalue;
};
// A unit is a part of the keys of one batch; `parts` has sums for dquery, as above.
int64_t attention_gradient_units(const Attention& problem);
int64_t attention_gradient_scratch(const Attention& problem);
int64_t attention_gradient_part_bytes(const Attention& problem);
void run_attention_gradient(const Attention& problem, const AttentionGradient& operands,
                            Range units, void* scratch, void* parts);
void run_attention_gradient_sums(const Attention& problem, const void* parts, void* dquery,
                                 Range rows);

}  // namespace weft::kernels
