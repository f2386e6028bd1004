// Two rows of a depthwise convolution with windows of 3 x 3: a row of the image that both see is
// read once for both, and each of its pixels once for all columns of the kernel. A product then
// costs two sevenths of a load (with stride two, six tenths), so that arithmetic bounds it. An
// element's sum runs in the order of single rows.
//
// Included inside the namespace of an instruction set, after kernels/cpu/blocked_impl.h. Takes more
// than 16 registers.

constexpr bool kHasDepthwisePairs = kMostPixels >= 14 && WEFT_KNOWN_STEPS > 1;
constexpr int kPairPixels = 7;
constexpr int64_t kPairBlock = 16;  // channels

template <class S>
struct DepthwisePair {
  const S* x[5];  // the tile's first column of each row that the windows see; null: outside
  const S* weights;
  int64_t weights_row, weights_col;
  bool sees_first, sees_last;  // are these columns of the windows inside?
  S* y[2];
  const S* bias;
  const S* residual[2];  // or null
  int64_t y_pixel;
  Epilogue epilogue;
};

template <class S, int kPixels, int kStride>
void depthwise_pair(const DepthwisePair<S>& tile) {
  using V = Vec<float>;
  constexpr int kCols = (kPixels - 1) * kStride + 3;
  V weights[9], sums[2][kPixels];
  WEFT_UNROLL
  for (int i = 0; i < 9; ++i)
    weights[i] =
        Memory<S>::load(tile.weights + i / 3 * tile.weights_row + i % 3 * tile.weights_col);
  WEFT_UNROLL
  for (int i = 0; i < 2 * kPixels; ++i) sums[i / kPixels][i % kPixels] = V(0);
  const bool sees_first = tile.sees_first, sees_last = tile.sees_last;
  WEFT_UNROLL
  for (int i = 0; i < kStride + 3; ++i) {
    const S* x = tile.x[i];
    if (!x) continue;
    WEFT_UNROLL
    for (int c = 0; c < kCols; ++c) {
      if (c == 0 && !sees_first) continue;
      if (c == kCols - 1 && !sees_last) continue;
      const V pixel = Memory<S>::load(x + c * kPairBlock);
      WEFT_UNROLL
      for (int use = 0; use < 6; ++use) {
        const int row = use / 3, col = use % 3;
        const int tap_row = i - row * kStride, at = c - col;
        if (tap_row >= 0 && tap_row < 3 && at >= 0 && at % kStride == 0 && at / kStride < kPixels) {
          V& sum = sums[row][at / kStride];
          sum = fma_(pixel, weights[tap_row * 3 + col], sum);
        }
      }
    }
  }
  const int64_t y_pixel = tile.y_pixel;
  const Epilogue ends = tile.epilogue;
  WEFT_UNROLL
  for (int row = 0; row < 2; ++row) {
    S* const y = tile.y[row];
    const S* const residual = tile.residual[row];
    if (tile.bias) {
      const V bias = Memory<S>::load(tile.bias);
      WEFT_UNROLL
      for (int pixel = 0; pixel < kPixels; ++pixel) sums[row][pixel] = sums[row][pixel] + bias;
    }
    if (residual) {
      WEFT_UNROLL
      for (int p = 0; p < kPixels; ++p)
        sums[row][p] = sums[row][p] + Memory<S>::load(residual + p * y_pixel);
    }
    WEFT_UNROLL
    for (int p = 0; p < kPixels; ++p) Memory<S>::store(y + p * y_pixel, held(sums[row][p], ends));
  }
}

template <class S>
struct DepthwisePairs {
  using Kernel = void (*)(const DepthwisePair<S>& tile);
  Kernel at[2][kPairPixels];  // [stride - 1][pixels - 1]
};
template <class S, int... I>
constexpr DepthwisePairs<S> every_pair(Numbers<I...>) {
  if constexpr (kHasDepthwisePairs)
    return {{{depthwise_pair<S, I + 1, 1>...}, {depthwise_pair<S, I + 1, 2>...}}};
  return {};
}
template <class S>
constexpr DepthwisePairs<S> kDepthwisePairs = every_pair<S>(typename CountTo<kPairPixels>::Type());
