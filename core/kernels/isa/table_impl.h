// The kernels of one instruction set, as plain function pointers: what the sources that are
// compiled per instruction set hand to the rest of the folder.
#pragma once

#include "kernels/attention/attention.h"
#include "kernels/convolution/blocked/convolution_blocked.h"
#include "kernels/convolution/convolution.h"
#include "kernels/elementwise/elementwise.h"
#include "kernels/indexing/indexing.h"
#include "kernels/indexing/resample.h"
#include "kernels/matmul/matmul.h"
#include "kernels/matmul/panels.h"
#include "kernels/normalize/channels.h"
#include "kernels/normalize/normalize.h"
#include "kernels/normalize/softmax.h"
#include "kernels/pooling/pooling.h"
#include "kernels/random/random.h"
#include "kernels/range.h"
#include "kernels/recurrent/recurrent.h"
#include "kernels/reduce/reduce.h"
#include "kernels/reduce/scan.h"

namespace weft::kernels {

// Elements of one size moved between two strided places.
struct StridedTile {
  void* to;
  const void* from;
  int64_t to_row, from_row;  // bytes
  int64_t to_col, from_col;  // bytes; from_col may be 0
  int64_t rows, cols;
  int64_t size;  // bytes of an element: 1, 2, 4 or 8
};

inline constexpr int kNumReductions = 4;  // those that are not of places

// A reduction of one dtype in parts. Totals are lanes of the type that is computed in, in whole 64
// bytes: of a block of a line 64 bytes that fold() makes one element of, of columns a lane each.
// Rows and lines of a row are so many elements apart.
struct ReduceParts {
  int64_t lane;  // bytes
  // A total of a run of blocks: a subtree where they are a power of two.
  void (*block)(const void* line, int64_t count, void* total);
  // A block of rows in several calls, of which the first finds what begin() leaves.
  void (*begin)(void* totals, int64_t bytes);
  void (*rows)(const void* first, int64_t rows, int64_t stride, int64_t cols, void* totals);
  // The total of up to kReduceRowBlocks blocks of rows whose columns fit a line of totals: a
  // subtree. Null: there is no such kernel, and rows() takes them.
  void (*few_columns)(const void* first, int64_t rows, int64_t stride, int64_t cols, void* total);
  void (*combine)(void* earlier, const void* later, int64_t bytes);  // into `earlier`
  void (*fold)(const void* total, void* element);
  void (*store)(const void* totals, int64_t cols, void* elements);
  // Dense lines of up to kReduceBlock elements, one result each: a multiple of `side_by_side`,
  // which is 0 where there is no such kernel.
  int64_t side_by_side;
  void (*short_lines)(const void* first, int64_t lines, int64_t stride, int64_t cols,
                      void* elements);
  // A block of the products of two lines, each rounded; null: they have to be made first.
  void (*products)(const void* a, const void* b, int64_t count, void* total);
};

// The search for the first extremum or NaN. `best` are lanes, of neighbouring results.
struct ArgReduceParts {
  void (*lines)(const void* first, int64_t lines, int64_t stride, int64_t count, int64_t* places);
  void (*begin)(const void* first, int64_t cols, void* best);
  void (*line)(const void* line, int64_t count, int64_t position, void* best, int64_t* place);
  void (*rows)(const void* first, int64_t rows, int64_t stride, int64_t cols, int64_t position,
               void* best, int64_t* places);  // position: of the first row
};

// How a product is cut into units: balanced blocks of C, the same for every instruction set.
struct MatmulBlocks {
  int64_t rows, cols;  // of one block, the last may be smaller
  int64_t row_blocks, col_blocks;
};
// What scratch has room for: a slab of B, and rows of A, the most of any tile, a line further apart
// than a block of k is long.
inline constexpr int64_t kMatmulRowBytes = 2048;
inline constexpr int64_t kMatmulCopiedRowBytes = kMatmulRowBytes + 64;
inline constexpr int64_t kMatmulStripCols = 512;
inline constexpr int64_t kMatmulPanelRows = 14;
using MatmulKernel = void (*)(const Matmul& problem, const MatmulBlocks& blocks, Range units,
                              void* scratch);

inline constexpr int64_t kPanelRows = 128;  // of a unit, at most

// Of products by the tiles of AMX (kernels/matmul/bf16x2_amx_impl.h). A block of k of 32 columns,
// in pairs, stays in the first-level cache.
inline constexpr int64_t kTiledDepth = 512;
inline constexpr int64_t kTiledPairs = kTiledDepth / 2 * 32;
inline constexpr int64_t kTiledStepBytes = 16 * 32 * 4;            // pairs of 32 elements of k
inline constexpr int64_t kTiledRowBytes = 2 * (kTiledDepth + 32);  // an odd number of lines
inline constexpr int64_t kTiledSpareBytes = 16 * kTiledRowBytes + 2 * 32 * 32;
__attribute__((always_inline)) constexpr int64_t whole_tiles(int64_t rows) {
  return (rows + 15) / 16 * 16;
}

struct PanelKernels {
  void (*pack)(const PanelPacking& packing, Range panels);
  void (*multiply)(const PanelProduct& problem, int64_t unit_rows, Range units, void* scratch);
};

// Columns of the image gathered, read from a row tile that was copied once
// (cpu/convolution_shifted), or made of a batch's images side by side (cpu/convolution_batched).
enum class ConvolutionForm : uint8_t { kGathered, kShifted, kBatched };
inline constexpr int64_t kBatchedImages = 32;

// How a convolution's products are cut: blocks of rows (channels) and columns (positions or
// weights), and where the parts of scratch start, in lanes. Of images side by side rows are those
// of an image, and a block of columns is kBatchedImages of them.
struct ConvolutionBlocks {
  int64_t rows, cols;
  int64_t row_blocks, col_blocks;
  int64_t depth;           // most rows of gathered columns at a time
  bool packs_all_weights;  // of a group, once; else block by block
  ConvolutionForm form;
  bool images_are_rows;   // of one image, whose row tiles pass from one to the next
  int64_t column_stride;  // between rows of gathered columns, or channels of a shifted row tile
  int64_t columns, panels, tile, total, end;
};
// At the start of a thread's scratch, as long as a line of the cache.
struct ConvolutionMark {
  int64_t owner;  // of the packed weights: a group, and its phase; -1: nobody
  int64_t unused[7];
};
struct ConvolutionOperands {
  const void* image;    // x, or dy for the gradient of the data
  const void* weights;  // w, or dy for the gradient of the weights
  const void* bias;
  void* out;
};
using ConvolutionKernel = void (*)(const Convolution& problem, const ConvolutionBlocks& blocks,
                                   const ConvolutionOperands& operands, Range units, void* scratch);
using BatchedConvolutionKernel = void (*)(const Convolution& problem,
                                          const ConvolutionBlocks& blocks,
                                          const ConvolutionOperands& operands, bool is_forward,
                                          Range units, void* scratch);

using BlockedBf16x2Kernel = void (*)(const BlockedConvolution& problem, const PlainSource& source,
                                     const BlockedCut& cut, const BlockedOperands& operands,
                                     Range units, void* scratch);
using BlockedConvolutionKernel = void (*)(const BlockedConvolution& problem, const BlockedCut& cut,
                                          const BlockedOperands& operands, Range units,
                                          void* scratch);

// How the gradient of the weights is cut: the row tiles that it is summed over, the input channels
// of a unit and its filters, and where the parts of scratch start, in bytes.
inline constexpr int64_t kWeightFilters = 32;  // of a unit
struct BlockedWeightCut {
  int64_t rows, images;  // of Winograd's tiles, how many at a time
  int64_t channels, channel_chunks;
  int64_t filters;
  int64_t pitch;  // of a plain image's padded rows
  int64_t sums, row_tile, end;
};
struct BlockedWeightOperands {
  const float* x;
  const float* dy;
  float* dw;
};
using BlockedWeightKernel = void (*)(const BlockedConvolution& problem, const BlockedWeightCut& cut,
                                     const BlockedWeightOperands& operands, Range units,
                                     void* scratch);

using MaxPoolKernel = void (*)(const Pooling& problem, const void* x, void* y, int64_t* indices,
                               Range planes);
using AveragePoolKernel = void (*)(const Pooling& problem, const void* from, void* to,
                                   Range planes);
using BlockedPoolKernel = void (*)(const Pooling& problem, int64_t block, const void* x, void* y,
                                   Range rows);
struct BlockedPoolKernels {
  BlockedPoolKernel max, average;
};
using PlaneIndexKernel = void (*)(const PlaneIndex& problem, const void* from,
                                  const int64_t* indices, void* to, Range planes);
using PickKernel = void (*)(const Indexing& problem, const void* from, const int64_t* indices,
                            void* to, Range units);
int64_t pick_parts(const Indexing& problem);  // of inner elements, in the adjoint of pick
// How a sum of rows is cut into units: row r belongs to part (r >> stripe_shift) modulo `rows`, a
// power of two, because what is looked up often stands side by side (words by frequency).
struct TakeCut {
  int64_t rows;
  int stripe_shift;
  int64_t cols;
};
TakeCut take_cut(const Indexing& problem);
using TakeKernel = void (*)(const Indexing& problem, const void* from, const int64_t* indices,
                            int64_t count, void* to, Range units);
inline constexpr int64_t kScanColumns = 64;  // of one unit
using ScanKernel = void (*)(const Scan& problem, const void* factor, const void* term, void* out,
                            Range units);
inline constexpr int64_t kResampleColumns = 256;  // of one unit of the adjoint
// Which elements make a result: first[o] and the count[o] - 1 behind it, with the weights from
// o * taps on.
struct ResampleTable {
  int64_t taps;
  int64_t *first, *count;
  void* weights;
};
using ResampleKernel = void (*)(const Resample& problem, const ResampleTable& table, const void* x,
                                void* y, Range units);
struct ResampleKernels {
  ResampleKernel forward, adjoint;
};
using SoftmaxKernel = void (*)(const Softmax& problem, const void* x, void* y, Range rows);
using SoftmaxGradientKernel = void (*)(const Softmax& problem, const void* dy, const void* y,
                                       void* dx, Range rows);
using CrossEntropyKernel = void (*)(const Softmax& problem, const void* x, const int64_t* labels,
                                    void* loss, Range rows);
using CrossEntropyGradientKernel = void (*)(const Softmax& problem, const void* dloss,
                                            const void* x, const int64_t* labels, void* dx,
                                            Range rows);
// Softmax of columns of float32, a lane each: element i of column c lies at i * stride + c.
struct SoftmaxColumns {
  int64_t classes, columns;
  int64_t x_stride, y_stride;  // may be the same memory; of a gradient y_stride is that of all
  bool logarithm;
  // Null, or of columns without a logarithm: one is taken from the share of the label, and all are
  // multiplied with the factor.
  const int64_t* labels;
  const float* factors;
};
using NormalizeKernel = void (*)(const Normalize& problem, const NormalizeForward& operands,
                                 Range rows);
using NormalizeGradientKernel = void (*)(const Normalize& problem,
                                         const NormalizeBackward& operands, Range units);
using DistributionKernel = void (*)(const RandomStream& stream, double first, double second,
                                    void* out, Range elements);

// Rows of a block of scores, at most: many, as keys and values are packed for each block. Where the
// last rows see keys that the first do not, fewer.
inline constexpr int64_t kAttentionQueries = 112;
inline constexpr int64_t kUnevenQueries = 64;
inline constexpr int64_t kAttentionKeys = 256;
// How keys are divided: `keys` of a part, but for the last.
inline constexpr int kAttentionParts = 16;  // at most
struct AttentionParts {
  int64_t count, keys;
  int64_t batches, rows;  // rows of one batch
  int64_t block;          // rows of a unit, but for the last
};
AttentionParts attention_parts(const Attention& problem);
AttentionParts attention_gradient_parts(const Attention& problem);
// Where the parts of scratch start, in lanes; first come the gathered queries.
struct AttentionScratch {
  int64_t scores, keys, values, out, left, end;
};
AttentionScratch attention_layout(const Attention& problem);
struct AttentionGradientScratch {
  int64_t keys_across, keys_along,
      values_across;       // packed as (features, keys), (keys, features), …
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

struct RecurrentKernels {
  void (*pack)(const Recurrent& problem, const void* weight, bool is_backward, void* packed,
               Range units);
  void (*step)(const Recurrent& problem, const RecurrentStep& step, Range units);
  void (*back_step)(const Recurrent& problem, const RecurrentBackStep& step, Range units);
};

struct ChannelKernels {
  void (*moments)(const Channels& problem, const void* x, void* mean, void* variance,
                  Range channels);
  void (*affine)(const Channels& problem, const ChannelAffine& operands, Range planes);
  void (*sums)(const Channels& problem, const ChannelSums& operands, Range channels);
  void (*mix)(const Channels& problem, const ChannelMix& operands, Range planes);
};

struct QuantizedKernels;

struct KernelTable {
  const StepKernel* const* steps;                   // [dtype][formula]
  const StepKernel (*casts)[kNumDTypes];            // [from][to]
  const ReduceParts (*reduces)[kNumDTypes];         // [reduction][dtype], some without kernels
  const ArgReduceParts (*arg_reduces)[kNumDTypes];  // [is it the smallest][dtype]
  const MatmulKernel* matmuls;                      // [dtype]
  const PanelKernels* panels;                       // [dtype], null where panels.h has none
  const ConvolutionKernel* convolutions;            // [dtype], null for integers
  const ConvolutionKernel* convolutions_data;       // gradients
  const ConvolutionKernel* convolutions_weight;
  const ConvolutionKernel* convolutions_shifted;  // stride one
  const ConvolutionKernel* convolutions_data_shifted;
  const ConvolutionKernel* convolutions_weight_shifted;
  BatchedConvolutionKernel batched_convolution;  // of float32
  BlockedConvolutionKernel blocked_convolution;  // float32
  void (*add_depth_parts)(const BlockedConvolution& problem, const BlockedOperands& operands,
                          Range planes);
  BlockedConvolutionKernel blocked_depthwise;
  BlockedConvolutionKernel blocked_winograd;  // a cut's rows are tiles
  BlockedBf16x2Kernel blocked_bf16x2;         // bfloat16
  BlockedConvolutionKernel blocked_depthwise_bfloat16;
  void (*pack_panels)(const Convolution& shape, int64_t in_block, Filters filters,
                      const void* weights, void* packed, Range panels);  // float32
  void (*pack_pair_panels)(const Convolution& shape, int64_t in_block, Filters filters,
                           const void* weights, void* packed, Range panels);  // bfloat16
  void (*pack_winograd)(const Convolution& shape, int64_t tile, Filters filters,
                        const void* weights, void* packed, Range panels);
  BlockedWeightKernel blocked_weight;
  BlockedWeightKernel blocked_depthwise_weight;
  BlockedWeightKernel blocked_winograd_weight;
  const BlockedPoolKernels* blocked_pools;  // [dtype], float32 and bfloat16
  void (*blocked_pool_taps)(const Pooling& problem, int64_t block, const float* x, uint8_t* taps,
                            Range rows);
  void (*blocked_pool_adjoint)(const Pooling& problem, int64_t block, const float* dy,
                               const uint8_t* taps, float* dx, Range planes);
  // [dtype] each; null where the header says that a dtype has no kernel.
  const MaxPoolKernel* max_pools;
  const AveragePoolKernel* average_pools;
  const AveragePoolKernel* average_pool_adjoints;
  const PlaneIndexKernel* plane_gathers;
  const PlaneIndexKernel* plane_scatters;
  bool (*all_inside)(const int64_t* indices, int64_t count, int64_t axis);
  const PickKernel* picks;
  const PickKernel* pick_adjoints;
  const TakeKernel* takes;
  const TakeKernel* take_adjoints;
  const ScanKernel* scans;
  const ResampleKernels* resamples;
  const SoftmaxKernel* softmaxes;
  void (*softmax_columns)(const SoftmaxColumns& problem, const float* x, float* y);
  void (*softmax_gradient_columns)(const SoftmaxColumns& problem, const float* dy, const float* y,
                                   float* dx);
  const SoftmaxGradientKernel* softmax_gradients;
  const CrossEntropyKernel* cross_entropies;
  const CrossEntropyGradientKernel* cross_entropy_gradients;
  const NormalizeKernel* normalizes;
  const NormalizeGradientKernel* normalize_gradients;
  const AttentionKernels* attentions;
  const AttentionGradientKernels* attention_gradients;
  const RecurrentKernels* recurrents;
  const ChannelKernels* channels;
  const ChannelKernels* blocked_channels;  // float32
  const DistributionKernel* uniforms;      // low, high
  const DistributionKernel* normals;       // mean, deviation
  const DistributionKernel* exponentials;  // scale
  void (*random_words)(const RandomStream& stream, uint32_t* out, Range words);
  const QuantizedKernels* quantized;  // quantized_impl.h
  void (*move)(const StridedTile& tile);
};

// The same with an instruction set's kernels.
void run_panel_product(const KernelTable& table, const PanelProduct& problem, Range units,
                       void* scratch);
void run_blocked_convolution(const KernelTable& table, const BlockedPlan& plan,
                             const BlockedOperands& operands, Range units, void* scratch);
void add_depth_parts(const KernelTable& table, const BlockedConvolution& problem,
                     const BlockedOperands& operands, Range planes);
void pack_panels(const KernelTable& table, const Convolution& shape, int64_t in_block,
                 Filters filters, const void* weights, void* packed, Range panels);
void run_blocked_data(const KernelTable& table, const BlockedConvolution& problem,
                      const BlockedOperands& operands, Range units, void* scratch);
void run_blocked_weight(const KernelTable& table, const BlockedConvolution& problem,
                        const BlockedWeightOperands& operands, Range units, void* scratch);

// What a formula takes and gives: the same in every instruction set, derived in the generic one.
struct FormulaShape {
  uint8_t arity;
  bool takes_mask;  // input 0 is a mask
  bool gives_mask;
};

namespace generic {
#include "kernels/isa/kernel_symbols_impl.h"
extern const FormulaShape kFormulaShapes[];
}  // namespace generic
#if WEFT_WITH_AVX2
namespace avx2 {
#include "kernels/isa/kernel_symbols_impl.h"
}
#endif
#if WEFT_WITH_AVX512
namespace avx512 {
#include "kernels/isa/kernel_symbols_impl.h"
}
#endif

}  // namespace weft::kernels
