// The kernels of one instruction set as plain function pointers, and the small structs that these
// functions take beyond their folder's public header.
//
// Public functions in each <name>.cpp divide the work and call through these types; *.isa.cpp files
// fill them. All kernels work on a Range of units, use the scratch that they are given and neither
// allocate nor start threads.
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

// A rectangle of elements of one size, moved from one strided array to another.
struct StridedTile {
  void* to;
  const void* from;
  int64_t to_row, from_row;  // bytes
  int64_t to_col, from_col;  // bytes; from_col may be 0
  int64_t rows, cols;
  int64_t size;  // bytes of an element: 1, 2, 4 or 8
};

inline constexpr int kNumReductions = 4;  // those whose results are elements, not positions

// The pieces of a reduction of one dtype; run_reduce.cpp walks over the array and calls them.
//
// Totals are lanes of the type that the reduction computes in, in whole lines of 64 bytes. The
// total of a block of a dense line is 64 bytes, of which fold() makes one element. Totals of
// columns are one lane for each column. Strides between rows, or between lines, are counted in
// elements.
struct ReduceParts {
  int64_t lane;  // bytes of one lane of a total
  // The total of a run of blocks. If their number is a power of two, it is a subtree of the whole
  // sum.
  void (*block)(const void* line, int64_t count, void* total);
  // A block of rows may take several calls of rows(); begin() sets the totals that the first one
  // finds.
  void (*begin)(void* totals, int64_t bytes);
  void (*rows)(const void* first, int64_t rows, int64_t stride, int64_t cols, void* totals);
  // The total of up to kReduceRowBlocks blocks of rows whose columns fit into 64 bytes of totals;
  // it is a subtree. Null: there is no such kernel, and rows() does it.
  void (*few_columns)(const void* first, int64_t rows, int64_t stride, int64_t cols, void* total);
  void (*combine)(void* earlier, const void* later, int64_t bytes);  // into `earlier`
  void (*fold)(const void* total, void* element);
  void (*store)(const void* totals, int64_t cols, void* elements);
  // One result for each dense line of up to kReduceBlock elements. `lines` must be a multiple of
  // `side_by_side`, which is 0 where there is no such kernel.
  int64_t side_by_side;
  void (*short_lines)(const void* first, int64_t lines, int64_t stride, int64_t cols,
                      void* elements);
  // A block of the sum of a[i] b[i], each product rounded. Null: the caller multiplies first.
  void (*products)(const void* a, const void* b, int64_t count, void* total);
};

// The search for the first extremum, or the first NaN. `best` has the best value so far of each of
// some neighbouring results, as lanes; `places` has its position.
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
// Room in scratch: a slab of B, and rows of A for the tallest tile. Copied rows of A lie one cache
// line further apart than a block of k is long, so that they do not share a set of the cache.
inline constexpr int64_t kMatmulRowBytes = 2048;
inline constexpr int64_t kMatmulCopiedRowBytes = kMatmulRowBytes + 64;
inline constexpr int64_t kMatmulStripCols = 512;
inline constexpr int64_t kMatmulPanelRows = 14;
using MatmulKernel = void (*)(const Matmul& problem, const MatmulBlocks& blocks, Range units,
                              void* scratch);

inline constexpr int64_t kPanelRows = 128;  // maximum of a unit

// Products by the tiles of AMX (kernels/matmul/bf16x2_amx_impl.h). Of 32 columns a block of k, as
// bf16x2, stays in the first-level cache.
inline constexpr int64_t kTiledDepth = 512;
inline constexpr int64_t kTiledPairs = kTiledDepth / 2 * 32;
// 32 rows or columns by 32 elements of k, as bf16x2
inline constexpr int64_t kTiledStepBytes = 16 * 32 * 4;
inline constexpr int64_t kTiledRowBytes = 2 * (kTiledDepth + 32);  // an odd number of cache lines
inline constexpr int64_t kTiledSpareBytes = 16 * kTiledRowBytes + 2 * 32 * 32;
// Rows of A are rounded up to the 16 rows of a tile.
__attribute__((always_inline)) constexpr int64_t whole_tiles(int64_t rows) {
  return (rows + 15) / 16 * 16;
}

// Products with packed weights, for one dtype: packing, and multiplying rows by packed panels.
struct PanelKernels {
  void (*pack)(const PanelPacking& packing, Range panels);
  void (*multiply)(const PanelProduct& problem, int64_t unit_rows, Range units, void* scratch);
};

// Where a product takes the columns of the image from: from windows gathered by im2col, from a row
// tile that was copied once (convolution_shifted.isa.cpp), or from the same pixel of many images
// side by side (convolution_batched.isa.cpp).
enum class ConvolutionForm : uint8_t { kGathered, kShifted, kBatched };
inline constexpr int64_t kBatchedImages = 32;  // images of a unit, one to a lane

// How a convolution's products are divided: blocks of rows (channels) and of columns (positions or
// weights). The last members say where the parts of scratch start, in lanes. In the batched form,
// rows are the rows of an image, and a block of columns is kBatchedImages images.
struct ConvolutionBlocks {
  int64_t rows, cols;
  int64_t row_blocks, col_blocks;
  int64_t depth;           // maximum of rows of gathered columns at a time
  bool packs_all_weights;  // of a group, once for all blocks; else for each block
  ConvolutionForm form;
  bool images_are_rows;  // row tiles pass from one image to the next
  // between rows of gathered columns, or between channels of a shifted row tile
  int64_t column_stride;
  int64_t columns, panels, tile, total, end;
};
// Stands at the start of a thread's scratch, and fills a cache line.
struct ConvolutionMark {
  int64_t owner;  // whose packed weights lie there: a group and its phase of the stride; -1: none
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

// How the gradient of the weights is divided: into row tiles, over which it is summed, and into
// units of some input channels and filters. The last members say where the parts of scratch start,
// in bytes.
inline constexpr int64_t kWeightFilters = 32;  // maximum of a unit
struct BlockedWeightCut {
  int64_t rows, images;  // for Winograd: tiles at a time
  int64_t channels, channel_chunks;
  int64_t filters;
  int64_t pitch;  // between the padded rows of an image that is not in channel blocks
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
// Pieces of the inner elements, in the adjoint of pick.
int64_t pick_parts(const Indexing& problem);
// How the adjoint of take (a sum of rows) is divided into units. Row r belongs to part (r >>
// stripe_shift) modulo `rows`, which is a power of two. Stripes share the work evenly even if what
// is looked up often stands side by side, like words that are sorted by frequency.
struct TakeCut {
  int64_t rows;
  int stripe_shift;
  int64_t cols;
};
TakeCut take_cut(const Indexing& problem);
using TakeKernel = void (*)(const Indexing& problem, const void* from, const int64_t* indices,
                            int64_t count, void* to, Range units);
inline constexpr int64_t kScanColumns = 64;  // of a unit
using ScanKernel = void (*)(const Scan& problem, const void* factor, const void* term, void* out,
                            Range units);
inline constexpr int64_t kResampleColumns = 256;  // of a unit of the adjoint
// Which input elements make result o: the count[o] elements from first[o] on, with the weights from
// weights[o * taps] on.
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
// Softmax of float32 columns, one lane each: element i of column c lies at i * stride + c.
struct SoftmaxColumns {
  int64_t classes, columns;
  // x and y may be the same memory; gradients use y_stride for all arrays
  int64_t x_stride, y_stride;
  bool logarithm;
  // Null, or one label and one factor for each column (only without `logarithm`): 1 is subtracted
  // from the label's share, and the column is multiplied by the factor, as cross-entropy's gradient
  // needs.
  const int64_t* labels;
  const float* factors;
};
using NormalizeKernel = void (*)(const Normalize& problem, const NormalizeForward& operands,
                                 Range rows);
using NormalizeGradientKernel = void (*)(const Normalize& problem,
                                         const NormalizeBackward& operands, Range units);
using DistributionKernel = void (*)(const RandomStream& stream, double first, double second,
                                    void* out, Range elements);

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
