// Scaled dot-product attention without a stored matrix of scores, in float32 or float64.
//
// Forward follows Milakov and Gimelshein, "Online normalizer calculation for softmax" (2018), and
// Dao et al., "FlashAttention" (2022): blocks of keys go by a block of queries, whose running
// maximum, sum and output are rescaled. Kept for the gradient: the logarithm of each query's sum,
// from which any block of shares can be computed again. Blocks depend on the shape only.
#pragma once

#include "base/view.h"
#include "kernels/range.h"

namespace weft::kernels {

// The batch axes of all operands, and the strides (in elements) of an operand there and in its
// last two axes; 0 repeats.
struct AttentionOperand {
  const void* data;  // null: absent
  int64_t batch[kMaxRank];
  int64_t row, col;
};

struct Attention {
  DType dtype;
  int32_t batch_rank;
  int64_t batch[kMaxRank];
  int64_t queries, keys, features, values;
  double scale;
  bool is_causal;  // query i sees keys 0 … i
  AttentionOperand query, key, value;
  AttentionOperand mask;  // (query, key): bool, true to attend, or floating summands
  DType mask_dtype;
};

// out[batch][query][value] and logarithms[batch][query], dense. At least one key. A unit is a block
// of queries of one batch.
int64_t attention_units(const Attention& problem);
int64_t attention_scratch(const Attention& problem);  // bytes per thread, 64-byte aligned
void run_attention(const Attention& problem, void* out, void* logarithms, Range units,
                   void* scratch);

// With shares P = exp(scores - logarithm), dP = dout valueᵀ and dS = P (dP - Σ dout out + dlog):
// dquery = scale dS key, dkey = scale dSᵀ query, dvalue = Pᵀ dout. All dense, shape (batch, …).
struct AttentionGradient {
  const void *dout, *dlogarithms, *out, *logarithms;
  void *dquery, *dkey, *dvalue;
};
// A unit is a batch.
int64_t attention_gradient_units(const Attention& problem);
int64_t attention_gradient_scratch(const Attention& problem);
void run_attention_gradient(const Attention& problem, const AttentionGradient& operands,
                            Range units, void* scratch);

}  // namespace weft::kernels
