// A tile of a depthwise convolution: a few pixels of a row by one vector of channels, one tap of
// the window after the other. At the border a column of the kernel takes only those pixels that see
// the image there.
//
// Included inside the namespace of an instruction set, after
// kernels/convolution/blocked/blocked_impl.h.

// Strides in elements.
template <class S>
struct DepthwiseTile {
  const S* x;
  const S* weights;
  S* y;
  const S* bias;
  const S* residual;  // with the strides of y
  int64_t x_pixel, x_row, x_col, y_pixel, weights_row, weights_col;
  int64_t rows, cols;  // rows and columns of the kernel that are summed over
  // rows of taps before x returns to the ring's start, and by how much; 0: it does not
  int64_t wrap, wrap_step;
  const ColumnRanges* columns;
  int64_t first;  // number of the first pixel in the row
  // bit col: does the first, or last, pixel see the image with that column?
  uint64_t at_first, at_last;
  int64_t lanes;  // lanes of a vector that are used
  Epilogue epilogue;
};

// Where a column of the kernel may fall beside the image: nowhere, at the first and last pixel
// only, or anywhere.
enum class Border { kNone, kEnds, kAnywhere };
constexpr int64_t kMaxColumns = 64;  // columns of a kernel for which kEnds has bits

// The kernel for one number of pixels and one kind of border; kPart: the vector is not full.
template <class S, int kPixels, Border kBorder, bool kPart>
void depthwise_tile(const DepthwiseTile<S>& tile) {
  using V = Vec<float>;
  const int64_t lanes = tile.lanes;
  const auto load = [&](const S* from) WEFT_LAMBDA {
    return kPart ? Memory<S>::load_part(from, lanes) : Memory<S>::load(from);
  };
  const int64_t step = tile.x_pixel, cols = tile.cols;
  const V bias = tile.bias ? load(tile.bias) : V(0);
  V sums[kPixels];
  WEFT_UNROLL
  for (int pixel = 0; pixel < kPixels; ++pixel) sums[pixel] = bias;
  const S* first = tile.x;
  for (int64_t row = 0; row < tile.rows; ++row, first += tile.x_row) {
    // Here the ring of rows starts again.
    if (row > 0 && row == tile.wrap) first -= tile.wrap_step;
    const S* x = first;
    const S* weights = tile.weights + row * tile.weights_row;
    for (int64_t col = 0; col < cols; ++col) {
      const V factor = load(weights);
      int64_t from = 0, to = kPixels;
      if constexpr (kBorder == Border::kEnds) {
        from = tile.at_first >> col & 1 ? 0 : 1;
        to = tile.at_last >> col & 1 ? kPixels : kPixels - 1;
      } else if constexpr (kBorder == Border::kAnywhere) {
        from = tile.columns->first(col) - tile.first;
        to = tile.columns->end(col) - tile.first;
      }
      // The loop is unrolled so that sums stay in registers; pixels are tested only where one may
      // be outside.
      WEFT_UNROLL
      for (int i = 0; i < kPixels; ++i) {
        const bool is_sure =
            kBorder == Border::kNone || (kBorder == Border::kEnds && i > 0 && i + 1 < kPixels);
        if (is_sure || (i >= from && i < to)) sums[i] = fma_(load(x + i * step), factor, sums[i]);
      }
      x += tile.x_col;
      weights += tile.weights_col;
    }
  }
  const int64_t y_pixel = tile.y_pixel;
  const Epilogue ends = tile.epilogue;
  if (tile.residual) {
    WEFT_UNROLL
    for (int i = 0; i < kPixels; ++i) sums[i] = sums[i] + load(tile.residual + i * y_pixel);
  }
  S* const y = tile.y;
  WEFT_UNROLL
  for (int i = 0; i < kPixels; ++i) {
    if (kPart)
      Memory<S>::store_part(y + i * y_pixel, clamped(sums[i], ends), lanes);
    else
      Memory<S>::store(y + i * y_pixel, clamped(sums[i], ends));
  }
}

// Blocks of 8 channels are half a vector of AVX-512, so a vector holds two neighbouring pixels (a
// couple), whose windows are one column apart. The first and the last couple of a row may lie
// beside the image, in part or as a whole.
constexpr bool kHasCouples = WEFT_AVX512;
constexpr int64_t kCouple = 8;  // channels of a pixel in a couple
constexpr int64_t kMaxCoupleColumns = 16;
struct CoupleTile {
  const DepthwiseTile<float>* tile;
  // by column of the kernel: lanes of the first, and last, couple that see the image
  const uint16_t *first, *last;
  int64_t lanes;  // lanes of the last couple that are results
};
using CouplesKernel = void (*)(const CoupleTile& couples);
constexpr int kMaxCouples = 8;  // vectors of a tile
struct CouplesKernels {
  CouplesKernel at[kMaxCouples];  // [vectors - 1]
};

#if WEFT_AVX512
// Only the first and the last vector need masks.
template <int kVectors>
void depthwise_couples(const CoupleTile& couples) {
  using V = Vec<float>;
  const DepthwiseTile<float>& tile = *couples.tile;
  // Both pixels of a couple have the same channels, so bias and weights are loaded into both
  // halves.
  const V bias = tile.bias ? load_twice(tile.bias) : V(0);
  V sums[kVectors];
  WEFT_UNROLL
  for (int i = 0; i < kVectors; ++i) sums[i] = bias;
  const float* first = tile.x;
  for (int64_t row = 0; row < tile.rows; ++row, first += tile.x_row) {
    if (row > 0 && row == tile.wrap) first -= tile.wrap_step;
    const float* x = first;
    const float* weights = tile.weights + row * tile.weights_row;
    for (int64_t col = 0; col < tile.cols; ++col, x += tile.x_col, weights += tile.weights_col) {
      const V factor = load_twice(weights);
      WEFT_UNROLL
      for (int i = 0; i < kVectors; ++i) {
        const float* const from = x + i * V::kLanes;
        if (i > 0 && i + 1 < kVectors) {
          sums[i] = fma_(Memory<float>::load(from), factor, sums[i]);
          continue;
        }
        const uint16_t lanes = (i == 0 ? couples.first[col] : 0xffff) &
                               (i + 1 == kVectors ? couples.last[col] : 0xffff);
        sums[i] = fma_some(lanes, from, factor, sums[i]);
      }
    }
  }
  WEFT_UNROLL
  for (int i = 0; i < kVectors; ++i) {
    const int64_t lanes = i + 1 == kVectors ? couples.lanes : V::kLanes;
    V sum = sums[i];
    if (tile.residual) sum = sum + Memory<float>::load_part(tile.residual + i * V::kLanes, lanes);
    Memory<float>::store_part(tile.y + i * V::kLanes, clamped(sum, tile.epilogue), lanes);
  }
}
template <int... I>
constexpr CouplesKernels every_couple(Numbers<I...>) {
  return {{depthwise_couples<I + 1>...}};
}
constexpr CouplesKernels kCouples = every_couple(typename CountTo<kMaxCouples>::Type());
#else
constexpr CouplesKernels kCouples = {};
#endif

template <class S>
using DepthwiseKernel = void (*)(const DepthwiseTile<S>& tile);
// Pixels of a tile. Halves have fewer: widening takes as long as multiplying, and more sums at once
// gain nothing.
template <class S>
constexpr int64_t kDepthwisePixels = kMaxPixels >= 14       ? (kIsSame<S, float> ? 14 : 7)
                                     : WEFT_KNOWN_STEPS > 0 ? (kIsSame<S, float> ? 8 : 4)
                                                            : 3;
// A block of 8 channels may fill half a vector. Few layers have such blocks.
constexpr bool kMayBePart = Vec<float>::kLanes > 8;
constexpr int64_t kPartPixels = kMayBePart ? 4 : kDepthwisePixels<float>;
// All kernels of a storage type.
template <class S>
struct DepthwiseKernels {
  DepthwiseKernel<S> whole[2][kDepthwisePixels<S>];  // [at a border][pixels - 1]
  DepthwiseKernel<S> any[kDepthwisePixels<S>];
  DepthwiseKernel<S> part[kDepthwisePixels<S>];  // for a part of a vector; up to kPartPixels
};
// How many kinds of border have code of their own. Halves have fewer where no instruction
// multiplies them, because few such networks run there.
template <class S>
constexpr int kKnownBorders =
    WEFT_KNOWN_STEPS > 1 && !kIsSame<S, float> && !WEFT_AVX512 ? 1 : WEFT_KNOWN_STEPS;
constexpr int kFewestKnown = 5;  // pixels: only very narrow images have smaller tiles
// The kind of border that a tile at an end of the row, or inside, is compiled for.
template <class S>
constexpr Border at_ends(int pixels) {
  return kKnownBorders<S> >= 2 && pixels >= kFewestKnown ? Border::kEnds : Border::kAnywhere;
}
template <class S>
constexpr Border inside(int pixels) {
  const bool is_known = kKnownBorders<S> >= 1 && pixels == kDepthwisePixels<S>;
  return is_known ? Border::kNone : at_ends<S>(pixels);
}

// Kernels for part of a vector: blocks of 8 channels with AVX-512.
template <class S, int kPixels>
constexpr DepthwiseKernel<S> depthwise_part() {
  if constexpr (kPixels <= kPartPixels)
    return depthwise_tile<S, kPixels, Border::kAnywhere, kMayBePart>;
  else
    return nullptr;
}
template <class S, int... I>
constexpr DepthwiseKernels<S> every_depthwise(Numbers<I...>) {
  return {{{depthwise_tile<S, I + 1, inside<S>(I + 1), false>...},
           {depthwise_tile<S, I + 1, at_ends<S>(I + 1), false>...}},
          {depthwise_tile<S, I + 1, Border::kAnywhere, false>...},
          {depthwise_part<S, I + 1>()...}};
}
template <class S>
constexpr DepthwiseKernels<S> kDepthwise =
    every_depthwise<S>(typename CountTo<int(kDepthwisePixels<S>)>::Type());
