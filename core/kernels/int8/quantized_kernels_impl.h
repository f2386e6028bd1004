// The kernels of quantized.h, and how their work is divided.
#pragma once

#include "kernels/int8/quantized.h"
#include "kernels/isa/declare_kernels.h"

namespace weft::kernels {

// How an int8 product is divided into units: rows of A by some panels. Scratch has the staged rows,
// `wide` bytes behind its start what AVX2 stages of a panel, and at `row` the bytes of one row.
inline constexpr int64_t kQuantizedRows = 84;  // of most units: whole tiles of 6 or 12
struct QuantizedProductCut {
  int64_t rows, panels;
  int64_t wide, row, end;
};
// How a convolution is divided: rows of an image by some filters. A row of the row tile has `pitch`
// places. Taps that are `period` apart belong to the same phase of the stride. The last members say
// where parts of scratch start, in bytes from the row tile.
struct QuantizedConvolutionCut {
  int64_t rows, row_chunks;
  int64_t filters;
  int64_t pitch, row_period, col_period;
  int64_t offsets, wide, end;
};
inline constexpr int64_t kQuantizedTileRows = 12;  // the maximum of any tile
// How a depthwise convolution is divided: rows of an image's result by a block of channels. Scratch
// has the columns of a row of windows, `columns` of them, and then the weights.
inline constexpr int64_t kDepthwiseBlock = 64;
struct QuantizedDepthwiseCut {
  int64_t rows, row_chunks, blocks;
  int64_t columns, weights, end;
};

WEFT_KERNELS(void quantized_product(const QuantizedProduct& problem, const QuantizedProductCut& cut,
                                    Range units, void* scratch, PreparedRows* prepared);
             bool stages_columns();  // does a product stage columns, once for each unit?
             void quantized_convolution(const QuantizedConvolution& problem,
                                        const QuantizedConvolutionCut& cut, Range units,
                                        void* scratch);
             void quantized_depthwise(const QuantizedDepthwise& problem,
                                      const QuantizedDepthwiseCut& cut, Range units, void* scratch);
             void quantized_pool_nhwc(const Pooling& problem, bool is_average, int64_t channels,
                                      int32_t zero_point, const int8_t* x, int8_t* y, Range rows);
             void requantize(const Requantize& problem, Range rows);
             void quantized_add(const QuantizedAdd& problem, Range elements);
             void quantized_lookup(const int8_t* table, const int8_t* x, int8_t* y, int64_t count);)

// Functions of quantized.h with the kernels of a given instruction set.
void run_quantized_product(Isa isa, const QuantizedProduct& problem, Range units, void* scratch,
                           PreparedRows* prepared = nullptr);
void run_quantized_convolution(Isa isa, const QuantizedConvolution& problem, Range units,
                               void* scratch);
void run_quantized_depthwise(Isa isa, const QuantizedDepthwise& problem, Range units,
                             void* scratch);

}  // namespace weft::kernels
