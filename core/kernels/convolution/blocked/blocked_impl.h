// What the loops over channel blocks share: which taps of a window see the image, what is done to a
// sum before it is stored, and the tile of sums in registers.
//
// Included inside the namespace of an instruction set, after kernels/matmul/gemm_impl.h.

WEFT_INLINE int64_t lesser(int64_t a, int64_t b) { return a < b ? a : b; }
WEFT_INLINE int64_t greater(int64_t a, int64_t b) { return a > b ? a : b; }
WEFT_INLINE int64_t ceil_divide(int64_t a, int64_t b) {  // b > 0
  return a >= 0 ? (a + b - 1) / b : -(-a / b);
}

struct TapRange {
  int64_t begin, end;
};
// The taps of the window at a position that fall inside an axis of the image.
WEFT_INLINE TapRange taps_inside(int64_t position, int64_t stride, int64_t pad, int64_t dilation,
                                 int64_t kernel, int64_t extent) {
  const int64_t start = position * stride - pad;
  if (start >= 0 && start + (kernel - 1) * dilation < extent) return {0, kernel};
  const int64_t begin = lesser(kernel, greater(0, ceil_divide(-start, dilation)));
  const int64_t end = lesser(kernel, greater(begin, ceil_divide(extent - start, dilation)));
  return {begin, end};
}

// For each column of the kernel the output columns that see the image there, and the columns that
// see it everywhere. The memory is the caller's: two numbers for each column of the kernel.
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
  bool all_inside(int64_t begin, int64_t end) const { return begin >= low_ && end <= high_; }
  int64_t first_inside() const { return low_; }
  int64_t end_inside() const { return high_; }

 private:
  int64_t* ranges_;
  int64_t low_, high_;
};

#if WEFT_AVX512
// Half a vector, in both halves of one.
WEFT_INLINE Vec<float> load_twice(const float* from) {
  return Vec<float>::of((Vec<float>::Native)_mm512_broadcast_f32x8(_mm256_loadu_ps(from)));
}
#endif

struct Epilogue {
  Vec<float> low, high;
  bool no_low = false, no_high = false;  // these bound nothing
};
WEFT_INLINE Vec<float> held(Vec<float> sum, const Epilogue& epilogue) {
  return min_(epilogue.high, max_(epilogue.low, sum));  // NaN stays
}
template <class S>
WEFT_INLINE Vec<float> finish(Vec<float> sum, const Epilogue& epilogue, const S* bias,
                              const S* residual) {
  if (bias) sum = sum + Memory<S>::load(bias);
  if (residual) sum = sum + Memory<S>::load(residual);
  return held(sum, epilogue);
}

// Where a window's rows of taps, `step` rows apart, lie in a ring of `held` rows: the place of the
// first one, and how many taps come before the start of the ring; 0 where none is behind it.
struct RingRows {
  int64_t first, wrap;
};
WEFT_INLINE RingRows ring_rows(int64_t row, int64_t step, int64_t taps, int64_t held) {
  const int64_t first = row < held ? row : row % held;
  const bool wraps = first + (taps - 1) * step >= held;
  return {first, wraps ? ceil_divide(held - first, step) : 0};
}

// A row of pixels in tiles of nearly the same size: 56 as 14 + 14 + 14 + 14, 15 as 7 + 8. Tile t
// begins at pixel floor(width * t / tiles), without a division for each.
class PixelTiles {
 public:
  PixelTiles(int64_t width, int64_t maximum, int64_t first = 0)
      : first_(first),
        tiles_((width + maximum - 1) / maximum),
        size_(tiles_ ? width / tiles_ : 0),
        rest_(tiles_ ? width % tiles_ : 0) {}

  int64_t first() const { return first_; }
  int64_t end() const { return first_ + tiles_ * size_ + rest_; }
  int64_t count() const { return tiles_; }

  // Calls use(begin, end) for each.
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

  // Calls use(begin, end, tiles), of the first one, for tiles of the same size that follow each
  // other. may_join(begin, end of a tile): may it be made with those from `begin` on?
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

// y = clamp(a + b + residual) of some planes, where a is `sums`, which begin with the first of
// these, and b lies `second` elements behind it.
WEFT_INLINE void add_two_parts(const BlockedConvolution& problem, const BlockedOperands& operands,
                               const float* sums, int64_t second, Range planes,
                               const Epilogue& ends) {
  const Lattice& results = problem.results;
  const int64_t block = problem.out_block, count = problem.shape.out_width * block;
  const int64_t height = results.height, residual_height = problem.residual_ring_rows;
  for (int64_t plane = planes.begin; plane < planes.end; ++plane) {
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
        Memory<float>::store(y + i, held(sum, ends));
      }
    }
  }
}

// A few pixels by one or two vectors of output channels: sums over columns of the kernel, channel
// blocks, rows, and channels of a block, in this order.
struct Strides3 {
  int64_t col, channel, row;
};
template <class X, class S>
struct TileOf {
  const X* x;
  const X* weights;
  S* y;
  int64_t x_pixel, y_pixel, y_vector, weights_vector;
  Strides3 count, x_step, weights_step;
  int64_t tiles = 1;      // side by side, of float32
  int64_t wrap = 0;       // rows of taps before x goes back; 0: it does not
  int64_t wrap_step = 0;  // how far
  int64_t depth;          // of a channel block
  const X* ahead;         // weights to fetch meanwhile, a line for each step of the sums
  int64_t ahead_step;     // of a line, or 0
  bool accumulate;
  const Epilogue* epilogue;  // null: sums are stored as they are
  const S* bias;
  const S* residual;  // pixels as in y
  int64_t residual_vector;
  float* sums;  // where they wait if results are not float32; else that is y
  int64_t sums_pixel, sums_vector;
};

// use(x, weights) at every tap of the window and channel block that a tile sums over, in its order,
// from `start` on.
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
// add(x, weights) at every channel of those, of which plain images have one; what comes next is
// fetched meanwhile.
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

// Residual, bounds, and the results of a tile of float32, which begin at `y`. What the stores might
// change is read before them.
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
struct StepTiles {
  TileKernel at[2][kMaxPixels];  // [vectors - 1][pixels - 1]
};
struct TileKernels {
  StepTiles of[6];  // for each step between pixels of x that some of them know
};
extern const TileKernels kTiles;
WEFT_INLINE TileKernel tile_kernel(int64_t x_pixel, int vectors, int64_t pixels) {
  const int step = x_pixel == 16   ? 1
                   : x_pixel == 32 ? 2
                   : x_pixel == 2  ? 3
                   : x_pixel == 8  ? 4
                   : x_pixel == 1  ? 5
                                   : 0;
  return kTiles.of[step].at[vectors - 1][pixels - 1];
}

// A few channels of x by one or two vectors of filters of dy: sums over positions, which are added
// to those that are there.
struct WeightTile {
  const float* x;
  const float* dy;
  float* sums;
  int64_t images, rows, cols;
  int64_t x_image, x_row, x_pixel;
  int64_t dy_image, dy_row, dy_pixel, dy_vector;
  int64_t sums_row;
  int64_t lanes;        // of a vector that are used
  int64_t x_group = 0;  // between groups of rows of x, where a tile has several
};

using WeightTileKernel = void (*)(const WeightTile& tile);
constexpr int kWeightRows = kMaxPixels >= 14 ? 8 : 4;
struct WeightTileKernels {
  WeightTileKernel at[2][2][kWeightRows];  // [part of a vector][vectors - 1][rows - 1]
};
extern const WeightTileKernels kWeightTiles;
