// Convolutions as products whose right operand is gathered from an image, one block of columns at a
// time (im2col). Weights are packed as panels; a thread packs a group's weights once and keeps
// them.
#include "kernels/convolution/convolution_kernels_impl.h"
#include "kernels/isa/isa_target.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd/simd.h"
#include "kernels/simd/simd_memory.h"

#include "kernels/matmul/gemm_impl.h"

#include "kernels/convolution/convolution_impl.h"

// y = w columns(x): a unit is a block of columns of one image and group.
template <class S>
void convolution(const Convolution& p, const ConvolutionBlocks& blocks,
                 const ConvolutionOperands& operands, Range units, void* scratch) {
  using T = LaneType<S>;
  const Forward<S> forward(p, blocks);
  const Sizes& sizes = forward.sizes;
  const Buffers<T> buffers(scratch, blocks);
  const int64_t stride = blocks.column_stride;
  for (int64_t unit = units.begin; unit < units.end; ++unit) {
    const int64_t first = unit % blocks.col_blocks * blocks.cols;
    const int64_t image = unit / blocks.col_blocks % p.batch;
    const int64_t group = unit / blocks.col_blocks / p.batch;
    const int64_t cols = lesser(blocks.cols, sizes.out_plane - first);
    const S* weights = (const S*)operands.weights + group * sizes.out_group * forward.depth;
    const S* x = (const S*)operands.image +
                 (image * p.in_channels + group * sizes.in_group) * sizes.in_plane;
    S* y = (S*)operands.out + (image * p.out_channels + group * sizes.out_group) * sizes.out_plane +
           first;
    // Panels of all blocks, in the order in which the loops below read them.
    if (blocks.packs_all_weights && begins_packing(scratch, group)) {
      for (int64_t k = 0; k < forward.depth; k += blocks.depth)
        for (int64_t row = 0; row < sizes.out_group; row += blocks.rows)
          forward.pack_weights(weights, row, lesser(blocks.rows, sizes.out_group - row), k,
                               lesser(blocks.depth, forward.depth - k),
                               buffers.weights + k * sizes.out_group +
                                   row * lesser(blocks.depth, forward.depth - k));
    }
    for (int64_t k = 0; k < forward.depth; k += blocks.depth) {
      const int64_t count = lesser(blocks.depth, forward.depth - k);
      // The columns serve all filters of the group, block by block.
      forward.gather(x, k, count, first, cols, buffers.columns);
      for (int64_t row = 0; row < sizes.out_group; row += blocks.rows) {
        BlockProduct<T> product;
        product.rows = lesser(blocks.rows, sizes.out_group - row);
        product.cols = cols;
        product.k = count;
        product.a_packed = true;
        product.panel_rows = balanced_rows<T>(product.rows);
        product.a_row = 0;
        if (blocks.packs_all_weights) {
          product.a = buffers.weights + k * sizes.out_group + row * count;
        } else {
          forward.pack_weights(weights, row, product.rows, k, count, buffers.weights);
          product.a = buffers.weights;
        }
        product.b = buffers.columns;
        product.b_row = stride;
        product.b_panel = kTileCols<T>;
        product.accumulate = k > 0;
        if constexpr (kIsSame<S, T>) {
          product.c = y + row * sizes.out_plane;
          product.c_row = sizes.out_plane;
        } else {
          product.c = buffers.total + row * blocks.cols;
          product.c_row = blocks.cols;
        }
        multiply_block(product);
      }
    }
    // The sums of halves are in scratch until all blocks of k are added; now they are rounded.
    if constexpr (!kIsSame<S, T>)
      store_tile<S>(buffers.total, blocks.cols, sizes.out_group, cols, y, sizes.out_plane, 1);
    if (operands.bias)
      add_bias(y, sizes.out_plane, sizes.out_group, cols,
               (const S*)operands.bias + group * sizes.out_group);
  }
}

// dx, for one phase of the stride in each unit: input positions that are equal modulo the stride
// meet the same taps, and dy is read with steps of one.
template <class S>
void convolution_data(const Convolution& p, const ConvolutionBlocks& blocks,
                      const ConvolutionOperands& operands, Range units, void* scratch) {
  using T = LaneType<S>;
  const Buffers<T> buffers(scratch, blocks);
  const int64_t stride = blocks.column_stride;
  const int64_t phases = p.stride_height * p.stride_width;
  for (int64_t unit = units.begin; unit < units.end; ++unit) {
    const int64_t first = unit % blocks.col_blocks * blocks.cols;
    const int64_t image = unit / blocks.col_blocks % p.batch;
    const int64_t variant = unit / blocks.col_blocks / p.batch;  // phase and group
    const int64_t group = variant / phases;
    const Backward<S> backward(p, blocks, variant % phases);
    const Sizes& sizes = backward.sizes;
    const Phase& phase = backward.phase;
    const int64_t cols = lesser(blocks.cols, phase.height * phase.width - first);
    if (cols <= 0) continue;
    const int64_t group_weights = sizes.out_group * sizes.in_group * sizes.taps;
    // Rows of the product are input channels here, so weights are packed transposed.
    const S* weights = (const S*)operands.weights + group * group_weights;
    const S* dy = (const S*)operands.image +
                  (image * p.out_channels + group * sizes.out_group) * sizes.out_plane;
    S* dx = (S*)operands.out + (image * p.in_channels + group * sizes.in_group) * sizes.in_plane;
    if (blocks.packs_all_weights && begins_packing(scratch, variant)) {
      for (int64_t k = 0; k < backward.depth; k += blocks.depth) {
        const int64_t count = lesser(blocks.depth, backward.depth - k);
        for (int64_t row = 0; row < sizes.in_group; row += blocks.rows)
          backward.pack_weights(weights, row, lesser(blocks.rows, sizes.in_group - row), k, count,
                                buffers.weights + k * sizes.in_group + row * count);
      }
    }
    const bool is_direct = kIsSame<S, T> && phases == 1;
    int64_t k = 0;
    do {  // Once even if no tap meets this phase: its gradient is zero.
      const int64_t count = lesser(blocks.depth, backward.depth - k);
      backward.gather(dy, k, count, first, cols, buffers.columns);
      for (int64_t row = 0; row < sizes.in_group; row += blocks.rows) {
        BlockProduct<T> product;
        product.rows = lesser(blocks.rows, sizes.in_group - row);
        product.cols = cols;
        product.k = count;
        product.a_packed = true;
        product.panel_rows = balanced_rows<T>(product.rows);
        product.a_row = 0;
        if (blocks.packs_all_weights) {
          product.a = buffers.weights + k * sizes.in_group + row * count;
        } else {
          backward.pack_weights(weights, row, product.rows, k, count, buffers.weights);
          product.a = buffers.weights;
        }
        product.b = buffers.columns;
        product.b_row = stride;
        product.b_panel = kTileCols<T>;
        product.accumulate = k > 0;
        if (is_direct) {
          product.c = (T*)dx + row * sizes.in_plane + first;
          product.c_row = sizes.in_plane;
        } else {
          // Strided phases wait in scratch, because they are scattered over dx.
          product.c = buffers.total + row * blocks.cols;
          product.c_row = blocks.cols;
        }
        multiply_block(product);
      }
      k += blocks.depth;
    } while (k < backward.depth);
    if (is_direct) continue;
    // The positions of a phase are every stride-th position of every stride-th row of dx.
    for (int64_t at = 0; at < cols;) {
      const int64_t row = (first + at) / phase.width, col = (first + at) % phase.width;
      const int64_t n = lesser(cols - at, phase.width - col);
      S* to =
          dx + (phase.row + row * p.stride_height) * p.in_width + phase.col + col * p.stride_width;
      store_tile<S>(buffers.total + at, blocks.cols, sizes.in_group, n, to, sizes.in_plane,
                    p.stride_width);
      at += n;
    }
  }
}

// The gradient of the weights: (filters x positions) times (positions x (channel, tap)). Each
// image's product is a chain of its own, and the images are added in their order.

// A unit is a block of dw: some filters by some (channel, tap) columns.
template <class S>
void convolution_weight(const Convolution& p, const ConvolutionBlocks& blocks,
                        const ConvolutionOperands& operands, Range units, void* scratch) {
  using T = LaneType<S>;
  const Forward<S> forward(p, blocks);
  const Sizes& sizes = forward.sizes;
  const Buffers<T> buffers(scratch, blocks);
  const int64_t line = blocks.depth + 32;  // lanes of one gathered row
  for (int64_t unit = units.begin; unit < units.end; ++unit) {
    const int64_t first_row = unit % blocks.row_blocks * blocks.rows;
    const int64_t first_col = unit / blocks.row_blocks % blocks.col_blocks * blocks.cols;
    const int64_t group = unit / blocks.row_blocks / blocks.col_blocks;
    const int64_t rows = lesser(blocks.rows, sizes.out_group - first_row);
    const int64_t cols = lesser(blocks.cols, forward.depth - first_col);
    for (int64_t i = 0; i < rows * cols; ++i) buffers.total[i] = 0;
    for (int64_t image = 0; image < p.batch; ++image) {
      const S* x = (const S*)operands.image +
                   (image * p.in_channels + group * sizes.in_group) * sizes.in_plane;
      const S* dy =
          (const S*)operands.weights +
          (image * p.out_channels + group * sizes.out_group + first_row) * sizes.out_plane;
      for (int64_t k = 0; k < sizes.out_plane; k += blocks.depth) {
        const int64_t count = lesser(blocks.depth, sizes.out_plane - k);
        for (int64_t j = 0; j < cols; ++j) {
          const int64_t channel = (first_col + j) / sizes.taps, tap = (first_col + j) % sizes.taps;
          gather_line(x + channel * sizes.in_plane, forward.grid,
                      tap / p.kernel_width * p.dilation_height - p.pad_top,
                      tap % p.kernel_width * p.dilation_width - p.pad_left, k, count,
                      buffers.columns + j * line);
        }
        // Gathered rows are transposed, because here positions are k.
        pack_b(buffers.columns, int64_t(1), line, cols, count, buffers.panels);
        BlockProduct<T> product;
        product.rows = rows;
        product.cols = cols;
        product.k = count;
        product.panel_rows = balanced_rows<T>(rows);
        // Few columns do not pay for a copy of dy.
        product.a_packed = !kIsSame<S, T> || cols > 4 * kTileCols<T>;
        if (product.a_packed) {
          pack_a(dy + k, sizes.out_plane, int64_t(1), rows, product.panel_rows, count,
                 buffers.weights);
          product.a = buffers.weights;
          product.a_row = 0;
        } else {
          product.a = (const T*)dy + k;
          product.a_row = sizes.out_plane;
        }
        product.b = buffers.panels;
        product.b_row = kTileCols<T>;
        product.b_panel = count * kTileCols<T>;
        product.c = buffers.tile;
        product.c_row = cols;
        product.accumulate = k > 0;
        multiply_block(product);
      }
      if (sizes.out_plane == 0) continue;
      // The image's sums are added to those of the images before it.
      for (int64_t i = 0; i < rows * cols; i += Vec<T>::kLanes) {
        const int64_t n = lesser(rows * cols - i, Vec<T>::kLanes);
        Memory<T>::store_part(
            buffers.total + i,
            Memory<T>::load_part(buffers.total + i, n) + Memory<T>::load_part(buffers.tile + i, n),
            n);
      }
    }
    S* dw = (S*)operands.out + (group * sizes.out_group + first_row) * forward.depth + first_col;
    store_tile<S>(buffers.total, cols, rows, cols, dw, forward.depth, 1);
  }
}

// By DType: floating dtypes only.
const ConvolutionKernel kConvolutions[kNumDTypes] = WEFT_LAYER_DTYPES(convolution);
const ConvolutionKernel kConvolutionsData[kNumDTypes] = WEFT_LAYER_DTYPES(convolution_data);
const ConvolutionKernel kConvolutionsWeight[kNumDTypes] = WEFT_LAYER_DTYPES(convolution_weight);

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
