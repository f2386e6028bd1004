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
  repeat<9>([&](auto tap) WEFT_LAMBDA {
    constexpr int i = decltype(tap)::value;
    weights[i] =
        Memory<S>::load(tile.weights + i / 3 * tile.weights_row + i % 3 * tile.weights_col);
  });
  repeat<2 * kPixels>([&](auto sum) WEFT_LAMBDA {
    constexpr int i = decltype(sum)::value;
    sums[i / kPixels][i % kPixels] = V(0);
  });
  const bool sees_first = tile.sees_first, sees_last = tile.sees_last;
  repeat<kStride + 3>([&](auto line) WEFT_LAMBDA {
    constexpr int i = decltype(line)::value;
    const S* x = tile.x[i];
    if (!x) return;
    repeat<kCols>([&](auto column) WEFT_LAMBDA {
      constexpr int c = decltype(column)::value;
      if (c == 0 && !sees_first) return;
      if (c == kCols - 1 && !sees_last) return;
      const V pixel = Memory<S>::load(x + c * kPairBlock);
      repeat<6>([&](auto use) WEFT_LAMBDA {
        constexpr int row = decltype(use)::value / 3, col = decltype(use)::value % 3;
        constexpr int tap_row = i - row * kStride, at = c - col;
        if constexpr (tap_row >= 0 && tap_row < 3 && at >= 0 && at % kStride == 0 &&
                      at / kStride < kPixels) {
          V& sum = sums[row][at / kStride];
          sum = fma_(pixel, weights[tap_row * 3 + col], sum);
        }
      });
    });
  });
  const int64_t y_pixel = tile.y_pixel;
  const Epilogue ends = tile.epilogue;
  repeat<2>([&](auto line) WEFT_LAMBDA {
    constexpr int row = decltype(line)::value;
    S* const y = tile.y[row];
    const S* const residual = tile.residual[row];
    if (tile.bias) {
      const V bias = Memory<S>::load(tile.bias);
      repeat<kPixels>([&](auto pixel) WEFT_LAMBDA {
        sums[row][decltype(pixel)::value] = sums[row][decltype(pixel)::value] + bias;
      });
    }
    if (residual)
      repeat<kPixels>([&](auto pixel) WEFT_LAMBDA {
        constexpr int p = decltype(pixel)::value;
        sums[row][p] = sums[row][p] + Memory<S>::load(residual + p * y_pixel);
      });
    repeat<kPixels>([&](auto pixel) WEFT_LAMBDA {
      constexpr int p = decltype(pixel)::value;
      Memory<S>::store(y + p * y_pixel, held(sums[row][p], ends));
    });
  });
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
