// What the loops over channel blocks share: which taps of a window see the image, what is done to a
// sum before it is stored, how a row of pixels is divided into tiles, and the arguments of a tile.
//
// Included inside the namespace of an instruction set, after kernels/matmul/gemm_impl.h.

WEFT_INLINE int64_t lesser(int64_t a, int64_t b) { return a < b ? a : b; }
WEFT_INLINE int64_t greater(int64_t a, int64_t b) { return a > b ? a : b; }
WEFT_INLINE int64_t ceil_divide(int64_t a, int64_t b) {  // rounded up; b > 0
  return a >= 0 ? (a + b - 1) / b : -(-a / b);
}

struct TapRange {
  int64_t begin, end;
};
// The taps of the window at one position that lie inside the image, along one axis.
WEFT_INLINE TapRange taps_inside(int64_t position, int64_t stride, int64_t pad, int64_t dilation,
                                 int64_t kernel, int64_t extent) {
  const int64_t start = position * stride - pad;
  if (start >= 0 && start + (kernel - 1) * dilation < extent) return {0, kernel};
  const int64_t begin = lesser(kernel, greater(0, ceil_divide(-start, dilation)));
  const int64_t end = lesser(kernel, greater(begin, ceil_divide(extent - start, dilation)));
  return {begin, end};
}

// For each column of the kernel: the output columns for which it lies inside the image; and the
// output columns for which all columns of the kernel do. The memory is the caller's: two numbers
// for each column of the kernel. Computed once for a kernel call, so that tiles need no divisions.
class ColumnRanges {
 public:
  ColumnRanges(const Convolution& p, int64_t* memory) : ranges_(memory), low_(0) {
    high_ = p.out_width;
    for (int64_t col = 0; col < p.kernel_width; ++col) {
      const int64_t start = p.pad_left - col * p.dilation_width;
      const int64_t from = lesser(p.out_width, greater(0, ceil_divide(start, p.stride_width)));
      const int64_t to = ceil_divide(start + p.in_width, p.stride_width);
      ranges_[2 * col] = from;
      ranges_[2 * col + 1] = greater(from, lesser(p.out_width, to));
      low_ = greater(low_, from);
      high_ = lesser(high_, ranges_[2 * col + 1]);
    }
  }
  int64_t first(int64_t col) const { return ranges_[2 * col]; }
  int64_t end(int64_t col) const { return ranges_[2 * col + 1]; }
  // Do the pixels begin .. end - 1 see the image with all columns of the kernel?
  bool all_inside(int64_t begin, int64_t end) const { return begin >= low_ && end <= high_; }
  int64_t first_inside() const { return low_; }
  int64_t end_inside() const { return high_; }

 private:
  int64_t* ranges_;
  int64_t low_, high_;
};

#if WEFT_AVX512
// Loads half a vector into both halves.
WEFT_INLINE Vec<float> load_twice(const float* from) {
  return Vec<float>::of((Vec<float>::Native)_mm512_broadcast_f32x8(_mm256_loadu_ps(from)));
}
#endif

// What is done to each sum before it is stored: clamp to [low, high]. Without bounds these are
// infinite, and the flags spare the instructions.
struct Epilogue {
  Vec<float> low, high;
  bool no_low = false, no_high = false;  // that bound is infinite
};
// The clamp. NaN stays NaN, because of the order of arguments (simd.h, min_).
WEFT_INLINE Vec<float> clamped(Vec<float> sum, const Epilogue& epilogue) {
  return min_(epilogue.high, max_(epilogue.low, sum));  // NaN stays
}
// Bias and residual may be null.
template <class S>
WEFT_INLINE Vec<float> finish(Vec<float> sum, const Epilogue& epilogue, const S* bias,
                              const S* residual) {
  if (bias) sum = sum + Memory<S>::load(bias);
  if (residual) sum = sum + Memory<S>::load(residual);
  return clamped(sum, epilogue);
}

// Where the rows of taps of a window lie in a ring of `ring` rows, if they are `step` rows apart:
// the place of the first one, and after how many taps the ring starts again; 0 if it does not.
struct RingRows {
  int64_t first, wrap;
};
WEFT_INLINE RingRows ring_rows(int64_t row, int64_t step, int64_t taps, int64_t ring) {
  const int64_t first = row < ring ? row : row % ring;
  const bool wraps = first + (taps - 1) * step >= ring;
  return {first, wraps ? ceil_divide(ring - first, step) : 0};
}

// A row of pixels, divided into tiles of nearly the same size: 56 = 14 + 14 + 14 + 14, 15 = 7 + 8.
// Tile t begins at pixel floor(width * t / tiles); no division is needed for each tile.
class PixelTiles {
 public:
  // `maximum` pixels of a tile; `first` is the number of the first pixel.
  PixelTiles(int64_t width, int64_t maximum, int64_t first = 0)
      : first_(first),
        tiles_((width + maximum - 1) / maximum),
        size_(tiles_ ? width / tiles_ : 0),
        rest_(tiles_ ? width % tiles_ : 0) {}

  int64_t first() const { return first_; }
  int64_t end() const { return first_ + tiles_ * size_ + rest_; }
  int64_t count() const { return tiles_; }

  // Calls use(begin, end) for each tile.
  template <class Use>
  WEFT_INLINE void each(Use use) const {
    int64_t begin = first_, carried = 0;
    for (int64_t t = 0; t < tiles_; ++t) {
      int64_t end = begin + size_;
      carried += rest_;
      if (carried >= tiles_) {
        carried -= tiles_;
        ++end;
      }
      use(begin, end);
      begin = end;
    }
  }

  // Joins neighbouring tiles of the same size: calls use(begin, end, tiles) with the first tile's
  // pixels and how many there are. may_join(begin, end): may the run that starts with these pixels
  // go on?
  template <class Join, class Use>
  WEFT_INLINE void each_run(Join may_join, Use use) const {
    int64_t start = 0, stop = 0, tiles = 0;
    each([&](int64_t begin, int64_t end) WEFT_LAMBDA {
      if (tiles > 0 && end - begin == stop - start && may_join(start, end)) {
        ++tiles;
        return;
      }
      if (tiles > 0) use(start, stop, tiles);
      start = begin;
      stop = end;
      tiles = 1;
    });
    if (tiles > 0) use(start, stop, tiles);
  }

 private:
  int64_t first_, tiles_, size_, rest_;
};

// y = clamp(a + b + residual) for some planes. `sums` points to a, from the first of these planes
// on; b lies `second` elements behind a.
WEFT_INLINE void add_two_parts(const BlockedConvolution& problem, const BlockedOperands& operands,
                               const float* sums, int64_t second, Range planes,
                               const Epilogue& ends) {
  const Lattice& results = problem.results;
  const int64_t block = problem.out_block, count = problem.shape.out_width * block;
  const int64_t height = results.height, residual_height = problem.residual_ring_rows;
  for (int64_t plane = planes.begin; plane < planes.end; ++plane) {
    // Each array is a ring with its own number of rows.
    for (int64_t row = problem.rows.begin; row < problem.rows.end; ++row) {
      const int64_t at = (row % height * results.width + results.col) * block;
      const float* a = sums + (plane - planes.begin) * height * results.width * block + at;
      float* y = (float*)operands.y + plane * height * results.width * block + at;
      const float* residual = (const float*)operands.residual;
      if (residual)
        residual +=
            ((plane * residual_height + row % residual_height) * results.width + results.col) *
            block;
      for (int64_t i = 0; i < count; i += Vec<float>::kLanes) {
        Vec<float> sum = Memory<float>::load(a + i) + Memory<float>::load(a + second + i);
        if (residual) sum = sum + Memory<float>::load(residual + i);
        Memory<float>::store(y + i, clamped(sum, ends));
      }
    }
  }
}

// Everything that a tile kernel reads. A tile is a few pixels by one or two vectors of filters. It
// sums over columns of the kernel, channel blocks, rows of the kernel, and channels of a block, in
// this order.
// Distances in elements, or numbers, along the three outer loops of a sum.
struct Strides3 {
  int64_t col, channel, row;
};
// X: what is multiplied (a float, or bf16x2). S: what is stored (float or bfloat16).
template <class X, class S>
struct TileOf {
  const X* x;
  const X* weights;
  S* y;
  // from one pixel to the next, from one vector of filters to the next
  int64_t x_pixel, y_pixel, y_vector, weights_vector;
  // how many columns, channel blocks and rows; and how far apart they lie
  Strides3 count, x_step, weights_step;
  int64_t tiles = 1;      // tiles that follow one another, in one call; float32 only
  int64_t wrap = 0;       // rows of taps before x returns to the ring's start; 0: it does not
  int64_t wrap_step = 0;  // by how much it goes back
  int64_t depth;          // channels of a block
  const X* ahead;         // weights to prefetch meanwhile, one line for each channel
  int64_t ahead_step;     // elements from one line to the next, or 0
  bool accumulate;
  const Epilogue* epilogue;  // null: sums are stored as they are, for the next channel blocks
  const S* bias;
  const S* residual;  // its pixels are as far apart as those of y
  int64_t residual_vector;
  float* sums;  // where sums wait if results are not float32; otherwise they wait in y
  int64_t sums_pixel, sums_vector;
};

// Calls use(x, weights) at each tap of the window and each channel block of the sum, in the order
// of the sum; `start` is x for the tile's first pixel.
template <class X, class S, class Use>
WEFT_INLINE void over_windows(const TileOf<X, S>& tile, const X* start, const Use& use) {
  for (int64_t col = 0; col < tile.count.col; ++col) {
    for (int64_t channel = 0; channel < tile.count.channel; ++channel) {
      const X* x = start + col * tile.x_step.col + channel * tile.x_step.channel;
      const X* weights =
          tile.weights + col * tile.weights_step.col + channel * tile.weights_step.channel;
      for (int64_t row = 0; row < tile.count.row; ++row) {
        use(x, weights);
        x += tile.x_step.row;
        if (row + 1 == tile.wrap) x -= tile.wrap_step;
        weights += tile.weights_step.row;
      }
    }
  }
}
// Calls add(x, weights) for each channel of these blocks, and prefetches meanwhile. An image that
// is plain (not in blocks) has one channel in each.
template <bool kPlain = false, class X, class S, class Add>
WEFT_INLINE void over_taps(const TileOf<X, S>& tile, const X* start, const Add& add) {
  const X* ahead = tile.ahead;
  over_windows(tile, start, [&](const X* x, const X* weights) WEFT_LAMBDA {
    if constexpr (kPlain) {
      __builtin_prefetch(ahead, 0, 2);
      ahead += tile.ahead_step;
      add(x, weights);
      return;
    }
    const X* w = weights;
    for (int64_t k = 0; k < tile.depth; ++k) {
      __builtin_prefetch(ahead, 0, 2);
      ahead += tile.ahead_step;
      add(x + k, w);
      w += kPanelChannels;
    }
  });
}

// Residual, clamp and stores of a float32 tile whose results begin at `y`. Bounds are copied before
// the stores, which might change them as far as the compiler knows.
template <int kPixels, int kVectors>
WEFT_INLINE void finish_tile(const TileOf<float, float>& tile,
                             Vec<float> (&sums)[kPixels][kVectors], float* y,
                             const float* residual) {
  const auto each = [&](auto change) WEFT_LAMBDA {
    WEFT_UNROLL
    for (int i = 0; i < kPixels; ++i) {
      WEFT_UNROLL
      for (int j = 0; j < kVectors; ++j) change(i, j, sums[i][j]);
    }
  };
  if (tile.epilogue) {
    const Epilogue ends = *tile.epilogue;
    if (residual)
      each([&](int i, int j, Vec<float>& sum) WEFT_LAMBDA {
        sum = sum + Memory<float>::load(residual + i * tile.y_pixel + j * tile.residual_vector);
      });
    if (!ends.no_low)
      each([&](int, int, Vec<float>& sum) WEFT_LAMBDA { sum = max_(ends.low, sum); });
    if (!ends.no_high)
      each([&](int, int, Vec<float>& sum) WEFT_LAMBDA { sum = min_(ends.high, sum); });
  }
  const int64_t y_pixel = tile.y_pixel, y_vector = tile.y_vector;
  each([&](int i, int j, const Vec<float>& sum)
           WEFT_LAMBDA { Memory<float>::store(y + i * y_pixel + j * y_vector, sum); });
}

using BlockedTile = TileOf<float, float>;
using TileKernel = void (*)(const BlockedTile& tile);
constexpr int kMaxPixels = kTileRows<float>;
// The float32 tile kernels for one distance between pixels.
struct StepTiles {
  TileKernel at[2][kMaxPixels];  // [vectors - 1][pixels - 1]
};
struct TileKernels {
  StepTiles of[6];  // one table for each distance that kernels know as a constant
};
extern const TileKernels kTiles;
// The distances are those of blocks of 16 and 8 channels, with strides 1 and 2, and of plain
// images.
WEFT_INLINE TileKernel tile_kernel(int64_t x_pixel, int vectors, int64_t pixels) {
  const int step = x_pixel == 16   ? 1
                   : x_pixel == 32 ? 2
                   : x_pixel == 2  ? 3
                   : x_pixel == 8  ? 4
                   : x_pixel == 1  ? 5
                                   : 0;
  return kTiles.of[step].at[vectors - 1][pixels - 1];
}

// The arguments of a tile of the gradient of the weights: a few channels of x by one or two vectors
// of filters of dy. It sums over positions and adds the result to `sums`.
struct WeightTile {
  const float* x;
  const float* dy;
  float* sums;
  int64_t images, rows, cols;       // positions that are summed over
  int64_t x_image, x_row, x_pixel;  // distances between images, rows, pixels
  int64_t dy_image, dy_row, dy_pixel, dy_vector;
  int64_t sums_row;
  int64_t lanes;        // lanes of a vector that are used
  int64_t x_group = 0;  // between groups of rows of x, if a tile has several
};

using WeightTileKernel = void (*)(const WeightTile& tile);
// Channels of such a tile: fewer where there are few registers.
constexpr int kWeightRows = kMaxPixels >= 14 ? 8 : 4;
struct WeightTileKernels {
  WeightTileKernel at[2][2][kWeightRows];  // [part of a vector][vectors - 1][rows - 1]
};
extern const WeightTileKernels kWeightTiles;
