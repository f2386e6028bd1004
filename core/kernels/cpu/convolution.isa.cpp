// Convolutions as products whose right operand is gathered from an image, a block of columns at a
// time. Forward and both gradients share the gathering: position (i, j) of a grid reads the image
// at (i * step + offset), zero outside.
#include "kernels/isa_target.h"
#include "kernels/table_impl.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd.h"
#include "kernels/simd_memory.h"

#include "kernels/cpu/gemm_impl.h"

struct Grid {
  int64_t height, width;   // of the image that is read
  int64_t positions_wide;  // positions are row-major in a grid of this width
  int64_t step_height, step_width;
};

WEFT_INLINE int64_t lesser(int64_t a, int64_t b) { return a < b ? a : b; }
WEFT_INLINE int64_t greater(int64_t a, int64_t b) { return a > b ? a : b; }
WEFT_INLINE int64_t ceil_divide(int64_t a, int64_t b) {  // b > 0
  return a >= 0 ? (a + b - 1) / b : -(-a / b);
}

// Writes up to a vector more than `count` lanes.
template <class S>
WEFT_INLINE void copy_dense(const S* from, int64_t count, LaneType<S>* to) {
  using T = LaneType<S>;
  int64_t i = 0;
  for (; i + Vec<T>::kLanes <= count; i += Vec<T>::kLanes)
    Memory<T>::store(to + i, Memory<S>::load(from + i));
  if (i < count) Memory<T>::store(to + i, Memory<S>::load_part(from + i, count - i));
}
template <class T>
WEFT_INLINE void fill_zero(T* to, int64_t count) {
  for (int64_t i = 0; i < count; i += Vec<T>::kLanes) Memory<T>::store(to + i, Vec<T>(0));
}

// Positions first .. first + count - 1 of one plane at one offset. Overwrites a vector more.
template <class S>
void gather_line(const S* plane, const Grid& grid, int64_t offset_height, int64_t offset_width,
                 int64_t first, int64_t count, LaneType<S>* to) {
  if (offset_height == 0 && offset_width == 0 && grid.step_height == 1 && grid.step_width == 1 &&
      grid.positions_wide == grid.width) {
    copy_dense(plane + first, count, to);
    return;
  }
  // Columns low .. high - 1 fall inside the image.
  const int64_t low = greater(0, ceil_divide(-offset_width, grid.step_width));
  const int64_t high = ceil_divide(grid.width - offset_width, grid.step_width);
  int64_t row = first / grid.positions_wide;
  int64_t col = first % grid.positions_wide;
  while (count > 0) {
    const int64_t n = lesser(count, grid.positions_wide - col);
    const int64_t image_row = row * grid.step_height + offset_height;
    if (image_row < 0 || image_row >= grid.height) {
      fill_zero(to, n);
    } else {
      const int64_t begin = lesser(greater(low - col, 0), n);
      const int64_t end = greater(lesser(high - col, n), begin);
      const S* line = plane + image_row * grid.width + offset_width + col * grid.step_width;
      if (begin > 0) fill_zero(to, begin);
      if (grid.step_width == 1) {
        copy_dense(line + begin, end - begin, to + begin);
      } else {
        for (int64_t j = begin; j < end; ++j) to[j] = to_lane(line[j * grid.step_width]);
      }
      if (end < n) fill_zero(to + end, n - end);
    }
    to += n;
    count -= n;
    col = 0;
    ++row;
  }
}

// What the three directions share about a problem.
struct Sizes {
  int64_t in_group, out_group;  // channels
  int64_t taps;
  int64_t in_plane, out_plane;

  explicit Sizes(const Convolution& p)
      : in_group(p.in_channels / p.groups),
        out_group(p.out_channels / p.groups),
        taps(p.kernel_height * p.kernel_width),
        in_plane(p.in_height * p.in_width),
        out_plane(p.out_height * p.out_width) {}
};

// The parts of scratch.
template <class T>
struct Buffers {
  T* weights;
  T* columns;
  T* panels;
  T* tile;
  T* total;

  Buffers(void* scratch, const ConvolutionBlocks& blocks)
      : weights((T*)scratch),
        columns(weights + blocks.columns),
        panels(weights + blocks.panels),
        tile(weights + blocks.tile),
        total(weights + blocks.total) {}
};

template <class S>
void store_tile(const LaneType<S>* tile, int64_t tile_row, int64_t rows, int64_t cols, S* out,
                int64_t out_row, int64_t out_col) {
  using T = LaneType<S>;
  for (int64_t i = 0; i < rows; ++i) {
    if (out_col == 1) {
      for (int64_t j = 0; j < cols; j += Vec<T>::kLanes) {
        const int64_t n = lesser(cols - j, Vec<T>::kLanes);
        Memory<S>::store_part(out + i * out_row + j,
                              Memory<T>::load_part(tile + i * tile_row + j, n), n);
      }
    } else {
      for (int64_t j = 0; j < cols; ++j)
        out[i * out_row + j * out_col] = from_lane<S>(tile[i * tile_row + j]);
    }
  }
}

template <class S>
void add_bias(S* out, int64_t out_row, int64_t rows, int64_t cols, const S* bias) {
  using T = LaneType<S>;
  for (int64_t i = 0; i < rows; ++i) {
    const Vec<T> value(to_lane(bias[i]));
    S* line = out + i * out_row;
    int64_t j = 0;
    for (; j + Vec<T>::kLanes <= cols; j += Vec<T>::kLanes)
      Memory<S>::store(line + j, Memory<S>::load(line + j) + value);
    if (const int64_t n = cols - j; n > 0)
      Memory<S>::store_part(line + j, Memory<S>::load_part(line + j, n) + value, n);
  }
}

// ---- forward: out channels x (in channels, taps) times (in channels, taps) x positions

template <class S>
struct Forward {
  using T = LaneType<S>;
  const Convolution& p;
  const ConvolutionBlocks& blocks;
  Sizes sizes;
  Grid grid;
  int64_t depth;  // of the whole product

  Forward(const Convolution& problem, const ConvolutionBlocks& blocks)
      : p(problem),
        blocks(blocks),
        sizes(problem),
        grid{problem.in_height, problem.in_width, problem.out_width, problem.stride_height,
             problem.stride_width},
        depth(sizes.in_group * sizes.taps) {}

  void gather(const S* image, int64_t k, int64_t count, int64_t first, int64_t cols, T* to) const {
    const int64_t stride = blocks.column_stride;
    for (int64_t row = 0; row < count; ++row) {
      const int64_t channel = (k + row) / sizes.taps, tap = (k + row) % sizes.taps;
      T* line = to + row * stride;
      gather_line(image + channel * sizes.in_plane, grid,
                  tap / p.kernel_width * p.dilation_height - p.pad_top,
                  tap % p.kernel_width * p.dilation_width - p.pad_left, first, cols, line);
      fill_zero(line + cols, stride - 32 - cols);
    }
  }

  // Weights of depths k .. k + count - 1 and some rows, as panels.
  void pack_weights(const S* weights, int64_t row, int64_t rows, int64_t k, int64_t count,
                    T* to) const {
    pack_a(weights + row * depth + k, depth, int64_t(1), rows, balanced_rows<T>(rows), count, to);
  }
};

template <class S>
void convolution(const Convolution& p, const ConvolutionBlocks& blocks,
                 const ConvolutionOperands& operands, Range units, void* scratch) {
  using T = LaneType<S>;
  const Forward<S> forward(p, blocks);
  const Sizes& sizes = forward.sizes;
  const Buffers<T> buffers(scratch, blocks);
  const int64_t stride = blocks.column_stride;
  int64_t packed_group = -1;
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
    if (blocks.packs_all_weights && packed_group != group) {
      for (int64_t k = 0; k < forward.depth; k += blocks.depth)
        for (int64_t row = 0; row < sizes.out_group; row += blocks.rows)
          forward.pack_weights(weights, row, lesser(blocks.rows, sizes.out_group - row), k,
                               lesser(blocks.depth, forward.depth - k),
                               buffers.weights + k * sizes.out_group +
                                   row * lesser(blocks.depth, forward.depth - k));
      packed_group = group;
    }
    for (int64_t k = 0; k < forward.depth; k += blocks.depth) {
      const int64_t count = lesser(blocks.depth, forward.depth - k);
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
    if constexpr (!kIsSame<S, T>)
      store_tile<S>(buffers.total, blocks.cols, sizes.out_group, cols, y, sizes.out_plane, 1);
    if (operands.bias)
      add_bias(y, sizes.out_plane, sizes.out_group, cols,
               (const S*)operands.bias + group * sizes.out_group);
  }
}

// ---- gradient of the data, phase by phase: input positions that are equal modulo the stride meet
// the same taps, and read dy with steps of one.

struct Phase {
  int64_t row, col;              // first position in the input
  int64_t height, width;         // positions
  int64_t taps_high, taps_wide;  // how many taps meet these positions
  int64_t first_high, first_wide, step_high, step_wide;
};

WEFT_INLINE int64_t common_divisor(int64_t a, int64_t b) {
  while (b) {
    const int64_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

// The taps t with (position + pad - t * dilation) divisible by the stride: first, first + step, …
WEFT_INLINE int64_t meeting_taps(int64_t position, int64_t pad, int64_t dilation, int64_t stride,
                                 int64_t kernel, int64_t* first, int64_t* step) {
  *step = stride / common_divisor(dilation, stride);
  for (int64_t tap = 0; tap < lesser(*step, kernel); ++tap) {
    if ((position + pad - tap * dilation) % stride == 0) {
      *first = tap;
      return (kernel - tap + *step - 1) / *step;
    }
  }
  *first = 0;
  return 0;
}

WEFT_INLINE Phase phase_of(const Convolution& p, int64_t number) {
  Phase phase;
  phase.row = number / p.stride_width;
  phase.col = number % p.stride_width;
  phase.height = greater(0, ceil_divide(p.in_height - phase.row, p.stride_height));
  phase.width = greater(0, ceil_divide(p.in_width - phase.col, p.stride_width));
  phase.taps_high = meeting_taps(phase.row, p.pad_top, p.dilation_height, p.stride_height,
                                 p.kernel_height, &phase.first_high, &phase.step_high);
  phase.taps_wide = meeting_taps(phase.col, p.pad_left, p.dilation_width, p.stride_width,
                                 p.kernel_width, &phase.first_wide, &phase.step_wide);
  return phase;
}

template <class S>
struct Backward {
  using T = LaneType<S>;
  const Convolution& p;
  const ConvolutionBlocks& blocks;
  Sizes sizes;
  Phase phase;
  Grid grid;
  int64_t taps;   // of this phase
  int64_t depth;  // out channels x taps

  Backward(const Convolution& problem, const ConvolutionBlocks& blocks, int64_t number)
      : p(problem),
        blocks(blocks),
        sizes(problem),
        phase(phase_of(problem, number)),
        grid{problem.out_height, problem.out_width, phase.width, 1, 1},
        taps(phase.taps_high * phase.taps_wide),
        depth(sizes.out_group * taps) {}

  int64_t tap_row(int64_t tap) const {
    return phase.first_high + tap / phase.taps_wide * phase.step_high;
  }
  int64_t tap_col(int64_t tap) const {
    return phase.first_wide + tap % phase.taps_wide * phase.step_wide;
  }

  void gather(const S* dy, int64_t k, int64_t count, int64_t first, int64_t cols, T* to) const {
    const int64_t stride = blocks.column_stride;
    for (int64_t row = 0; row < count; ++row) {
      const int64_t channel = (k + row) / taps, tap = (k + row) % taps;
      T* line = to + row * stride;
      // Exact divisions: these taps meet this phase.
      gather_line(dy + channel * sizes.out_plane, grid,
                  (phase.row + p.pad_top - tap_row(tap) * p.dilation_height) / p.stride_height,
                  (phase.col + p.pad_left - tap_col(tap) * p.dilation_width) / p.stride_width,
                  first, cols, line);
      fill_zero(line + cols, stride - 32 - cols);
    }
  }

  // Row i of A is in channel i, its column k an out channel and a tap.
  void pack_weights(const S* weights, int64_t row, int64_t rows, int64_t k, int64_t count,
                    T* to) const {
    const int64_t panel_rows = balanced_rows<T>(rows);
    for (int64_t i = 0; i < rows; ++i) {
      const int64_t panel = i / panel_rows * panel_rows;
      const int64_t width = lesser(panel_rows, rows - panel);
      T* lane = to + panel * count + (i - panel);
      int64_t channel = k / taps, tap = k % taps;
      for (int64_t n = 0; n < count; ++n) {
        lane[n * width] = to_lane(weights[(channel * sizes.in_group + row + i) * sizes.taps +
                                          tap_row(tap) * p.kernel_width + tap_col(tap)]);
        if (++tap == taps) {
          tap = 0;
          ++channel;
        }
      }
    }
  }
};

template <class S>
void convolution_data(const Convolution& p, const ConvolutionBlocks& blocks,
                      const ConvolutionOperands& operands, Range units, void* scratch) {
  using T = LaneType<S>;
  const Buffers<T> buffers(scratch, blocks);
  const int64_t stride = blocks.column_stride;
  const int64_t phases = p.stride_height * p.stride_width;
  int64_t packed = -1;
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
    const S* weights = (const S*)operands.weights + group * group_weights;
    const S* dy = (const S*)operands.image +
                  (image * p.out_channels + group * sizes.out_group) * sizes.out_plane;
    S* dx = (S*)operands.out + (image * p.in_channels + group * sizes.in_group) * sizes.in_plane;
    if (blocks.packs_all_weights && packed != variant) {
      for (int64_t k = 0; k < backward.depth; k += blocks.depth) {
        const int64_t count = lesser(blocks.depth, backward.depth - k);
        for (int64_t row = 0; row < sizes.in_group; row += blocks.rows)
          backward.pack_weights(weights, row, lesser(blocks.rows, sizes.in_group - row), k, count,
                                buffers.weights + k * sizes.in_group + row * count);
      }
      packed = variant;
    }
    const bool is_direct = kIsSame<S, T> && phases == 1;
    int64_t k = 0;
    do {  // once even for a phase that no tap meets: its gradient is zero
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
          product.c = buffers.total + row * blocks.cols;
          product.c_row = blocks.cols;
        }
        multiply_block(product);
      }
      k += blocks.depth;
    } while (k < backward.depth);
    if (is_direct) continue;
    // Rows of the phase's grid go to every stride-th position of every stride-th row.
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

// ---- gradient of the weights: out channels x positions times positions x (in channels, taps).
// Each image's product is a chain of its own, and the images are added in their order.

template <class S>
void convolution_weight(const Convolution& p, const ConvolutionBlocks& blocks,
                        const ConvolutionOperands& operands, Range units, void* scratch) {
  using T = LaneType<S>;
  const Forward<S> forward(p, blocks);
  const Sizes& sizes = forward.sizes;
  const Buffers<T> buffers(scratch, blocks);
  const int64_t line = blocks.depth + 32;  // one gathered row
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
        pack_b(buffers.columns, int64_t(1), line, cols, count, buffers.panels);
        BlockProduct<T> product;
        product.rows = rows;
        product.cols = cols;
        product.k = count;
        product.panel_rows = balanced_rows<T>(rows);
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

// In the order of DType: floating dtypes only.
extern const ConvolutionKernel kConvolutions[kNumDTypes], kConvolutionsData[kNumDTypes],
    kConvolutionsWeight[kNumDTypes];
const ConvolutionKernel kConvolutions[kNumDTypes] = WEFT_FLOATING_DTYPES(convolution);
const ConvolutionKernel kConvolutionsData[kNumDTypes] = WEFT_FLOATING_DTYPES(convolution_data);
const ConvolutionKernel kConvolutionsWeight[kNumDTypes] = WEFT_FLOATING_DTYPES(convolution_weight);

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
