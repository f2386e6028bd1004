// The kernels of convolution_blocked.h, and how the gradient of the weights is divided for them.
#pragma once

#include "base/in_memory.h"
#include "kernels/convolution/blocked/convolution_blocked.h"
#include "kernels/isa/declare_kernels.h"

namespace weft::kernels {

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
  WEFT_IN_MEMORY(BlockedWeightCut);
};
struct BlockedWeightOperands {
  const float* x;
  const float* dy;
  float* dw;
};

// Of float32 where nothing else is said. A cut's rows are tiles in Winograd's method.
WEFT_KERNELS(
    void blocked_convolution(const BlockedConvolution& problem, const BlockedCut& cut,
                             const BlockedOperands& operands, Range units, void* scratch);
    void blocked_depthwise(const BlockedConvolution& problem, const BlockedCut& cut,
                           const BlockedOperands& operands, Range units, void* scratch);
    void blocked_winograd(const BlockedConvolution& problem, const BlockedCut& cut,
                          const BlockedOperands& operands, Range units, void* scratch);
    void add_depth_parts(const BlockedConvolution& problem, const BlockedOperands& operands,
                         Range planes);
    // bfloat16
    void blocked_bf16x2(const BlockedConvolution& problem, const PlainSource& source,
                        const BlockedCut& cut, const BlockedOperands& operands, Range units,
                        void* scratch);
    void blocked_depthwise_bfloat16(const BlockedConvolution& problem, const BlockedCut& cut,
                                    const BlockedOperands& operands, Range units, void* scratch);
    // packing of float32, of bfloat16, and for Winograd's method
    void pack_panels(const Convolution& shape, int64_t in_block, Filters filters,
                     const void* weights, void* packed, Range panels);
    void pack_pair_panels(const Convolution& shape, int64_t in_block, Filters filters,
                          const void* weights, void* packed, Range panels);
    void pack_winograd(const Convolution& shape, int64_t tile, Filters filters, const void* weights,
                       void* packed, Range panels);
    // gradients of the weights
    void blocked_weight(const BlockedConvolution& problem, const BlockedWeightCut& cut,
                        const BlockedWeightOperands& operands, Range units, void* scratch);
    void blocked_depthwise_weight(const BlockedConvolution& problem, const BlockedWeightCut& cut,
                                  const BlockedWeightOperands& operands, Range units,
                                  void* scratch);
    void blocked_winograd_weight(const BlockedConvolution& problem, const BlockedWeightCut& cut,
                                 const BlockedWeightOperands& operands, Range units,
                                 void* scratch);)

// Functions of convolution_blocked.h with the kernels of a given instruction set.
void run_blocked_convolution(Isa isa, const BlockedPlan& plan, const BlockedOperands& operands,
                             Range units, void* scratch);
void pack_panels(Isa isa, const Convolution& shape, int64_t in_block, Filters filters,
                 const void* weights, void* packed, Range panels);
void run_blocked_data(Isa isa, const BlockedConvolution& problem, const BlockedOperands& operands,
                      Range units, void* scratch);
void run_blocked_weight(Isa isa, const BlockedConvolution& problem,
                        const BlockedWeightOperands& operands, Range units, void* scratch);

}  // namespace weft::kernels
