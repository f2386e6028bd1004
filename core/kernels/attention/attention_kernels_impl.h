// The kernels of attention.h by dtype, how attention is divided for them, and their scratch.
#pragma once

#include "kernels/attention/attention.h"
#include "kernels/isa/declare_kernels.h"

namespace weft::kernels {

// Maximum number of queries in a block of scores. It is large because keys and values are packed
// anew for each block. It is smaller where the last queries see keys that the first do not.
inline constexpr int64_t kAttentionQueries = 112;
inline constexpr int64_t kUnevenQueries = 64;
inline constexpr int64_t kAttentionKeys = 256;
// Keys may be divided among threads: every part but the last has `keys` of them.
inline constexpr int kAttentionParts = 16;  // maximum
struct AttentionParts {
  int64_t count, keys;
  int64_t batches, rows;  // rows: queries of one batch
  int64_t block;          // rows of a unit; the last one may have fewer
};
AttentionParts attention_parts(const Attention& problem);
AttentionParts attention_gradient_parts(const Attention& problem);
// Where the parts of scratch start, in lanes. The gathered queries come first, at 0.
struct AttentionScratch {
  int64_t scores, keys, values, out, left, end;
};
AttentionScratch attention_layout(const Attention& problem);
struct AttentionGradientScratch {
  int64_t keys_across, keys_along,
      values_across;       // packed as (features, keys), (keys, features) and (values, keys)
  int64_t queries, douts;  // packed as (queries, features), …
  int64_t shares, dscores, transposed, dquery, dkey, dvalue, end;
};
AttentionGradientScratch attention_gradient_layout(const Attention& problem);
struct AttentionKernels {
  void (*blocks)(const Attention& problem, void* out, void* logarithms, Range units, void* scratch,
                 void* parts);
  void (*sums)(const Attention& problem, const void* parts, void* out, void* logarithms,
               Range rows);
};
struct AttentionGradientKernels {
  void (*blocks)(const Attention& problem, const AttentionGradient& operands, Range units,
                 void* scratch, void* parts);
  void (*sums)(const Attention& problem, const void* parts, void* dquery, Range rows);
};

WEFT_KERNELS(extern const AttentionKernels kAttentions[kNumDTypes];
             extern const AttentionGradientKernels kAttentionGradients[kNumDTypes];)

}  // namespace weft::kernels
