// The int8 kernels of one instruction set as plain function pointers, for quantized.h,
// quantized_recurrent.h and weight_only.h. A table of its own, to which table_impl.h points.
#pragma once

#include "kernels/int8/quantized.h"
#include "kernels/int8/quantized_recurrent.h"
#include "kernels/isa/table_impl.h"
#include "kernels/matmul/weight_only.h"

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
// The functions of quantized.h for one instruction set.
struct QuantizedKernels {
  void (*product)(const QuantizedProduct& problem, const QuantizedProductCut& cut, Range units,
                  void* scratch, PreparedRows* prepared);
  bool (*stages_columns)();  // does a product stage columns, once for each unit?
  void (*convolution)(const QuantizedConvolution& problem, const QuantizedConvolutionCut& cut,
                      Range units, void* scratch);
  void (*depthwise)(const QuantizedDepthwise& problem, const QuantizedDepthwiseCut& cut,
                    Range units, void* scratch);
  void (*pool_nhwc)(const Pooling& problem, bool is_average, int64_t channels, int32_t zero_point,
                    const int8_t* x, int8_t* y, Range rows);
  void (*requantize)(const Requantize& problem, Range rows);
  void (*add)(const QuantizedAdd& problem, Range elements);
  void (*lookup)(const int8_t* table, const int8_t* x, int8_t* y, int64_t count);
  void (*recurrent)(const QuantizedRecurrent& problem, Range images);
  void (*weight_only)(const WeightOnlyProduct& problem, Range panels, void* scratch);
};

namespace generic {
extern const QuantizedKernels kQuantized;
}
#if WEFT_WITH_AVX2
namespace avx2 {
extern const QuantizedKernels kQuantized;
}
#endif
#if WEFT_WITH_AVX512
namespace avx512 {
extern const QuantizedKernels kQuantized;
}
#endif

// The functions of those headers, with the kernels of a given instruction set.
void run_quantized_product(const KernelTable& table, const QuantizedProduct& problem, Range units,
                           void* scratch, PreparedRows* prepared = nullptr);
void run_quantized_convolution(const KernelTable& table, const QuantizedConvolution& problem,
                               Range units, void* scratch);
void run_quantized_depthwise(const KernelTable& table, const QuantizedDepthwise& problem,
                             Range units, void* scratch);
void run_weight_only_product(const KernelTable& table, const WeightOnlyProduct& problem,
                             Range panels, void* scratch);

}  // namespace weft::kernels
