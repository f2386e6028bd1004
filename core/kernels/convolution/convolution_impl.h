// What the forms of convolutions share: gathering columns of images, and weights as panels.
//
// Included inside the namespace of an instruction set, after kernels/matmul/gemm_impl.h. The
// forward pass and both gradients read an image in one way: position (i, j) of a grid reads the
// image at (i * step + offset), or zero outside.

// A grid of positions over an image plane.
struct Grid {
  int64_t height, width;   // of the image that is read
  int64_t positions_wide;  // positions are numbered along rows of this width
  int64_t step_height, step_width;
};

WEFT_INLINE int64_t lesser(int64_t a, int64_t b) { return a < b ? a : b; }
WEFT_INLINE int64_t greater(int64_t a, int64_t b) { return a > b ? a : b; }
WEFT_INLINE int64_t ceil_divide(int64_t a, int64_t b) {  // rounded up; b > 0
  return a >= 0 ? (a + b - 1) / b : -(-a / b);
}

// Copies `count` elements; writes up to a vector more.
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

// Every second element of `from`. None may follow the last one, so the last vector ends there and
// overlaps the one before.
template <class S, int... I>
WEFT_INLINE void copy_every_second(const S* from, int64_t count, LaneType<S>* to, Numbers<I...>) {
  using V = Vec<LaneType<S>>;
  constexpr int kLanes = V::kLanes;
  if (count < kLanes) {
    for (int64_t j = 0; j < count; ++j) to[j] = to_lane(from[2 * j]);
    return;
  }
  for (int64_t j = 0; j + kLanes < count; j += kLanes) {
    const V low = Memory<S>::load(from + 2 * j), high = Memory<S>::load(from + 2 * j + kLanes);
    Memory<LaneType<S>>::store(to + j, V::of(__builtin_shufflevector(low.v, high.v, (2 * I)...)));
  }
  const S* const last = from + 2 * (count - kLanes);
  const V low = Memory<S>::load(last), high = Memory<S>::load(last + kLanes - 1);
  // A vector that begins one element earlier, so that it ends with the last element.
  Memory<LaneType<S>>::store(
      to + count - kLanes,
      V::of(__builtin_shufflevector(low.v, high.v, (2 * I + (2 * I >= kLanes ? 1 : 0))...)));
}

// Gathers positions first .. first + count - 1 of one plane at one offset; writes up to a vector
// more.
template <class S>
void gather_line(const S* plane, const Grid& grid, int64_t offset_height, int64_t offset_width,
                 int64_t first, int64_t count, LaneType<S>* to) {
  // The image itself. Positions may have more rows than the image, which is as wide.
  if (offset_height == 0 && offset_width == 0 && grid.step_height == 1 && grid.step_width == 1 &&
      grid.positions_wide == grid.width && first + count <= grid.height * grid.width) {
    copy_dense(plane + first, count, to);
    return;
  }
  // In columns low .. high - 1 the position reads inside the image.
  const int64_t low = greater(0, ceil_divide(-offset_width, grid.step_width));
  const int64_t high = ceil_divide(grid.width - offset_width, grid.step_width);
  int64_t row = first / grid.positions_wide;
  int64_t col = first % grid.positions_wide;
  // One row of the grid at a time: zeros before the image, the image, zeros behind it.
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
      } else if (grid.step_width == 2) {
        copy_every_second(line + 2 * begin, end - begin, to + begin,
                          typename CountTo<Vec<LaneType<S>>::kLanes>::Type());
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

// Numbers of a problem that all directions use; channels are those of one group.
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

// A convolution of stride one as seen from its input: the forward pass reads x and writes y; the
// gradient of the data reads dy with reversed taps and writes dx.
struct Sight {
  int64_t channels, height, width;  // of the image that is read
  int64_t out_channels, out_height, out_width;
  int64_t origin_row, origin_col;  // where output (0, 0) meets the image
  int64_t span_row, span_col;      // distance between the outermost taps
  bool is_reversed;

  Sight(const Convolution& p, bool is_forward)
      : span_row((p.kernel_height - 1) * p.dilation_height),
        span_col((p.kernel_width - 1) * p.dilation_width),
        is_reversed(!is_forward) {
    const Sizes sizes(p);
    if (is_forward) {
      channels = sizes.in_group, height = p.in_height, width = p.in_width;
      out_channels = sizes.out_group, out_height = p.out_height, out_width = p.out_width;
      origin_row = -p.pad_top, origin_col = -p.pad_left;
    } else {
      channels = sizes.out_group, height = p.out_height, width = p.out_width;
      out_channels = sizes.in_group, out_height = p.in_height, out_width = p.in_width;
      origin_row = p.pad_top - span_row, origin_col = p.pad_left - span_col;
    }
  }
  // Where a tap lies, relative to the first one.
  int64_t tap_row(const Convolution& p, int64_t tap) const {
    const int64_t row = tap / p.kernel_width * p.dilation_height;
    return is_reversed ? span_row - row : row;
  }
  int64_t tap_col(const Convolution& p, int64_t tap) const {
    const int64_t col = tap % p.kernel_width * p.dilation_width;
    return is_reversed ? span_col - col : col;
  }
};

// Must the weights of this owner (a group and a phase) be packed now? They then stay in scratch, so
// a thread packs them once for all units that it takes.
WEFT_INLINE bool begins_packing(void* scratch, int64_t owner) {
  int64_t& last = ((ConvolutionMark*)scratch)->owner;
  if (last == owner) return false;
  last = owner;
  return true;
}

// The parts of scratch behind the mark, at the offsets of ConvolutionBlocks.
template <class T>
struct Buffers {
  T* weights;
  T* columns;
  T* panels;
  T* tile;
  T* total;

  Buffers(void* scratch, const ConvolutionBlocks& blocks)
      : weights((T*)((ConvolutionMark*)scratch + 1)),
        columns(weights + blocks.columns),
        panels(weights + blocks.panels),
        tile(weights + blocks.tile),
        total(weights + blocks.total) {}
};

// Stores sums as elements of S; with out_col > 1, to every out_col-th element.
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

// One bias for each row, that is for each filter.
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

// The forward pass: (filters x (channel, tap)) times ((channel, tap) x positions).

// The forward pass of one group.
template <class S>
struct Forward {
  using T = LaneType<S>;
  const Convolution& p;
  const ConvolutionBlocks& blocks;
  Sizes sizes;
  Grid grid;
  int64_t depth;  // channels times taps

  Forward(const Convolution& problem, const ConvolutionBlocks& blocks)
      : p(problem),
        blocks(blocks),
        sizes(problem),
        grid{problem.in_height, problem.in_width, problem.out_width, problem.stride_height,
             problem.stride_width},
        depth(sizes.in_group * sizes.taps) {}

  // Gathers rows k .. k + count - 1 of the columns, for `cols` positions.
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

  // Packs the weights of some filters, for k .. k + count - 1, as panels.
  void pack_weights(const S* weights, int64_t row, int64_t rows, int64_t k, int64_t count,
                    T* to) const {
    pack_a(weights + row * depth + k, depth, int64_t(1), rows, balanced_rows<T>(rows), count, to);
  }
};

// The gradient of the data, phase by phase: input positions that are equal modulo the stride meet
// the same taps, and read dy with steps of one.

// One phase: its positions in the input, and the taps that meet them.
struct Phase {
  int64_t row, col;              // the first position in the input
  int64_t height, width;         // number of positions
  int64_t taps_high, taps_wide;  // number of taps
  // the taps themselves: first, first + step, …
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

// The taps t for which (position + pad - t * dilation) is a multiple of the stride: *first,
// first + *step, …; returns their number.
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

// Phase number `number` of stride_height * stride_width phases.
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

// One phase of the gradient of the data, for one group. Gathering reads dy.
template <class S>
struct Backward {
  using T = LaneType<S>;
  const Convolution& p;
  const ConvolutionBlocks& blocks;
  Sizes sizes;
  Phase phase;
  Grid grid;
  int64_t taps;   // of this phase
  int64_t depth;  // filters times taps

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
      // These taps meet this phase, so the divisions leave no remainder.
      gather_line(dy + channel * sizes.out_plane, grid,
                  (phase.row + p.pad_top - tap_row(tap) * p.dilation_height) / p.stride_height,
                  (phase.col + p.pad_left - tap_col(tap) * p.dilation_width) / p.stride_width,
                  first, cols, line);
      fill_zero(line + cols, stride - 32 - cols);
    }
  }

  // Packs weights as panels: row i is input channel i, column k a filter and a tap.
  void pack_weights(const S* weights, int64_t row, int64_t rows, int64_t k, int64_t count,
                    T* to) const {
    const int64_t panel_rows = balanced_rows<T>(rows);
    for (int64_t i = 0; i < rows; ++i) {
      const int64_t panel = i / panel_rows * panel_rows;
      const int64_t width = lesser(panel_rows, rows - panel);
      T* lane = to + panel * count + (i - panel);
      // The order of the weights is [filter][input channel][tap], so columns of A are strided.
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
