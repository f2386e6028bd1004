// The kernels of quantized.h and weight_only.h of one instruction set, as plain function pointers:
// a table of its own that table_impl.h points at.
#pragma once

#include "kernels/int8/quantized.h"
#include "kernels/int8/quantized_recurrent.h"
#include "kernels/isa/table_impl.h"
#include "kernels/matmul/weight_only.h"

namespace weft::kernels {

// How products of int8 are cut into units: rows of A by some panels. Scratch has the rows, then
// what AVX2 stages of a panel, `wide` bytes from there, and the bytes of one row.
inline constexpr int64_t kQuantizedRows = 84;  // of most units: whole tiles of 6 or 12
struct QuantizedProductCut {
  int64_t rows, panels;
  int64_t wide, row, end;
};
// Rows of an image by some filters. A row of the row tile has `pitch` places; taps of the window
// meet the same phases of the stride again after `period`. Parts of scratch start so many bytes
// from the row tile.
struct QuantizedConvolutionCut {
  int64_t rows, row_chunks;
  int64_t filters;
  int64_t pitch, row_period, col_period;
  int64_t offsets, wide, end;
};
inline constexpr int64_t kQuantizedTileRows = 12;  // the most of any tile
// Rows of an image's result by a block of channels. Scratch has the columns of a row of windows,
// `columns` of them, and then the weights.
inline constexpr int64_t kDepthwiseBlock = 64;
struct QuantizedDepthwiseCut {
  int64_t rows, row_chunks, blocks;
  int64_t columns, weights, end;
};
struct QuantizedKernels {
  void (*product)(const QuantizedProduct& problem, const QuantizedProductCut& cut, Range units,
                  void* scratch, PreparedRows* prepared);
  bool (*stages_columns)();  // of a product, once for each unit
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

// The same as in those headers, with an instruction set's kernels.
void run_quantized_product(const KernelTable& table, const QuantizedProduct& problem, Range units,
                           void* scratch, PreparedRows* prepared = nullptr);
void run_quantized_convolution(const KernelTable& table, const QuantizedConvolution& problem,
                               Range units, void* scratch);
void run_quantized_depthwise(const KernelTable& table, const QuantizedDepthwise& problem,
                             Range units, void* scratch);
void run_weight_only_product(const KernelTable& table, const WeightOnlyProduct& problem,
                             Range panels, void* scratch);

}  // namespace weft::kernels
