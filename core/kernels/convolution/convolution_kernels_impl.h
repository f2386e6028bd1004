// The kernels of convolution.h, and how a convolution is divided for them.
#pragma once

#include "base/in_memory.h"
#include "kernels/convolution/convolution.h"
#include "kernels/isa/declare_kernels.h"

namespace weft::kernels {

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
  WEFT_IN_MEMORY(ConvolutionBlocks);
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

// Tables are null for integers. Data and Weight are gradients, Shifted ones have stride one; images
// in a batch side by side are float32.
WEFT_KERNELS(extern const ConvolutionKernel kConvolutions[kNumDTypes];
             extern const ConvolutionKernel kConvolutionsData[kNumDTypes];
             extern const ConvolutionKernel kConvolutionsWeight[kNumDTypes];
             extern const ConvolutionKernel kConvolutionsShifted[kNumDTypes];
             extern const ConvolutionKernel kConvolutionsDataShifted[kNumDTypes];
             extern const ConvolutionKernel kConvolutionsWeightShifted[kNumDTypes];
             void batched_convolution(const Convolution& problem, const ConvolutionBlocks& blocks,
                                      const ConvolutionOperands& operands, bool is_forward,
                                      Range units, void* scratch);)

}  // namespace weft::kernels
