// Two rows of a depthwise convolution with windows of 3 x 3. A row of the image that both rows of
// results see is read once for both, and each of its pixels once for all columns of the kernel. A
// multiply-add then costs two sevenths of a load (six tenths with stride two), so that arithmetic,
// not loading, limits the speed. The sums have the order of single rows.
//
// It needs more than 16 registers. Included inside the namespace of an instruction set, after
// kernels/convolution/blocked/blocked_impl.h.

constexpr bool kHasDepthwisePairs = kMaxPixels >= 14 && WEFT_KNOWN_STEPS > 1;
// of a tile: two rows of seven sums, nine weights and a pixel are 24 registers
constexpr int kPairPixels = 7;
constexpr int64_t kPairBlock = 16;  // channels of a block

// Tiles of the same size, side by side; strides in elements.
template <class S>
struct DepthwisePair {
  const S* x[5];  // rows that the windows see, from the first tile's first column on; null: outside
  const S* weights;
  int64_t weights_row, weights_col;
  int64_t tiles;
  // is the first tile's first, or the last tile's last, column inside the image?
  bool sees_first, sees_last;
  // Both rows of results.
  S* y[2];
  const S* bias;
  const S* residual[2];  // or null
  int64_t y_pixel;
  Epilogue epilogue;
};

// The products of one tile, row by row of the image. Each pixel is multiplied by all weights that
// meet it, for both rows of results.
template <int kPixels, int kStride, class S>
WEFT_INLINE void add_pair(const S* const (&rows)[kStride + 3], const Vec<float> (&weights)[9],
                          bool sees_first, bool sees_last, Vec<float> (&sums)[2][kPixels]) {
  constexpr int kCols = (kPixels - 1) * kStride + 3;
  WEFT_UNROLL
  for (int i = 0; i < kStride + 3; ++i) {
    const S* x = rows[i];
    if (!x) continue;
    // Column c of the image meets up to three columns of the kernel, in both rows of results.
    WEFT_UNROLL
    for (int c = 0; c < kCols; ++c) {
      if (c == 0 && !sees_first) continue;
      if (c == kCols - 1 && !sees_last) continue;
      const Vec<float> pixel = Memory<S>::load(x + c * kPairBlock);
      WEFT_UNROLL
      for (int use = 0; use < 6; ++use) {
        const int row = use / 3, col = use % 3;
        const int tap_row = i - row * kStride, at = c - col;
        if (tap_row >= 0 && tap_row < 3 && at >= 0 && at % kStride == 0 && at / kStride < kPixels) {
          Vec<float>& sum = sums[row][at / kStride];
          sum = fma_(pixel, weights[tap_row * 3 + col], sum);
        }
      }
    }
  }
}

// The kernel: weights stay in registers for all tiles.
template <class S, int kPixels, int kStride>
void depthwise_pair(const DepthwisePair<S>& pair) {
  using V = Vec<float>;
  V weights[9];
  WEFT_UNROLL
  for (int i = 0; i < 9; ++i)
    weights[i] =
        Memory<S>::load(pair.weights + i / 3 * pair.weights_row + i % 3 * pair.weights_col);
  const V bias = pair.bias ? Memory<S>::load(pair.bias) : V(0);
  const Epilogue ends = pair.epilogue;
  const S* x[kStride + 3];
  WEFT_UNROLL
  for (int i = 0; i < kStride + 3; ++i) x[i] = pair.x[i];
  const int64_t y_pixel = pair.y_pixel, tiles = pair.tiles;
  int64_t first = 0;  // of a tile's results
  for (int64_t tile = 0; tile < tiles; ++tile) {
    V sums[2][kPixels];
    WEFT_UNROLL
    for (int i = 0; i < 2 * kPixels; ++i) sums[i / kPixels][i % kPixels] = bias;
    add_pair<kPixels, kStride>(x, weights, tile > 0 || pair.sees_first,
                               tile + 1 < tiles || pair.sees_last, sums);
    WEFT_UNROLL
    for (int row = 0; row < 2; ++row) {
      S* const y = pair.y[row] + first;
      if (pair.residual[row]) {
        const S* const residual = pair.residual[row] + first;
        WEFT_UNROLL
        for (int p = 0; p < kPixels; ++p)
          sums[row][p] = sums[row][p] + Memory<S>::load(residual + p * y_pixel);
      }
      WEFT_UNROLL
      for (int p = 0; p < kPixels; ++p)
        Memory<S>::store(y + p * y_pixel, clamped(sums[row][p], ends));
    }
    WEFT_UNROLL
    for (int i = 0; i < kStride + 3; ++i)
      if (x[i]) x[i] += kPixels * kStride * kPairBlock;
    first += kPixels * y_pixel;
  }
}

// Null where has_pair() says that there is no kernel.
template <class S>
struct DepthwisePairs {
  using Kernel = void (*)(const DepthwisePair<S>& pair);
  Kernel at[2][kPairPixels];  // [stride - 1][pixels - 1]
};
// Kernels of halves are long. Widths that are no multiple of the largest tile are rare, so halves
// have only small tiles for them.
constexpr int kFewPairPixels = 4;
template <class S>
constexpr bool has_pair(int pixels) {
  return kIsSame<S, float> || pixels <= kFewPairPixels || pixels == kPairPixels;
}
// Maximum of pixels in a tile, for images of a width.
template <class S>
WEFT_INLINE int64_t pair_pixels(int64_t width) {
  return kIsSame<S, float> || width % kPairPixels == 0 ? kPairPixels : kFewPairPixels;
}
template <class S, int kPixels, int kStride>
constexpr typename DepthwisePairs<S>::Kernel pair_kernel() {
  if constexpr (has_pair<S>(kPixels))
    return depthwise_pair<S, kPixels, kStride>;
  else
    return nullptr;
}
template <class S, int... I>
constexpr DepthwisePairs<S> every_pair(Numbers<I...>) {
  if constexpr (kHasDepthwisePairs)
    return {{{pair_kernel<S, I + 1, 1>()...}, {pair_kernel<S, I + 1, 2>()...}}};
  return {};
}
template <class S>
constexpr DepthwisePairs<S> kDepthwisePairs = every_pair<S>(typename CountTo<kPairPixels>::Type());
