// A row of a depthwise convolution in which each pixel is read once for all columns of the kernel.
// A multiply-add costs half of a load or less; tiles that take one column after the other need more
// than one. The sums have the same order. It is for processors with 16 registers: a tile has as
// many pixels as leave registers for one row of the kernel. Windows are three, five or seven
// columns wide and reach at most half of that beside the image.
//
// Included inside the namespace of an instruction set, after
// kernels/convolution/depthwise/depthwise_tile_impl.h.

constexpr bool kHasDepthwiseRows = kMaxPixels < 14 && WEFT_KNOWN_STEPS > 1;
constexpr int kMaxRowPixels = 8, kMaxRowCols = 7;
constexpr int row_pixels(int64_t cols) { return cols < kMaxRowCols ? 8 : 7; }  // pixels of a tile

// Tiles of the same size, side by side, for all channels of a block.
struct DepthwiseRow {
  const DepthwiseTile<float>* tile;  // the first tile; its columns may lie beside the image
  int64_t channels;                  // a multiple of a vector's lanes
  int64_t tiles;
  int64_t before, behind;  // columns of the first, and of the last, tile that are outside
};

// kSpan columns of the image serve a tile; only the outermost kReach of them may lie outside.
template <int kPixels, int kStride, int kCols>
void depthwise_row(const DepthwiseRow& row) {
  using V = Vec<float>;
  constexpr int kSpan = (kPixels - 1) * kStride + kCols, kReach = kCols / 2;
  const DepthwiseTile<float>& tile = *row.tile;
  const Epilogue ends = tile.epilogue;
  const int64_t x_pixel = tile.x_col, y_pixel = tile.y_pixel, x_row = tile.x_row;
  const int64_t rows = tile.rows, wrap = tile.wrap > 0 ? tile.wrap : -1;
  const int64_t weights_col = tile.weights_col, weights_row = tile.weights_row;
  for (int64_t lane = 0; lane < row.channels; lane += V::kLanes) {
    const V bias = tile.bias ? Memory<float>::load(tile.bias + lane) : V(0);
    const float *start = tile.x + lane, *residual = tile.residual ? tile.residual + lane : nullptr;
    const float* const filter = tile.weights + lane;
    float* y = tile.y + lane;
    // Columns before seen_from, and from seen_to on, lie outside the image.
    int64_t seen_from = row.before;
    for (int64_t left = row.tiles; left > 0; --left) {
      const int64_t seen_to = kSpan - (left == 1 ? row.behind : 0);
      V sums[kPixels];
      WEFT_UNROLL
      for (int i = 0; i < kPixels; ++i) sums[i] = bias;
      const float *first = start, *weights = filter;
      for (int64_t r = 0; r < rows; ++r, first += x_row, weights += weights_row) {
        // Here the ring of rows starts again.
        if (r == wrap) first -= tile.wrap_step;
        V factors[kCols];
        WEFT_UNROLL
        for (int col = 0; col < kCols; ++col)
          factors[col] = Memory<float>::load(weights + col * weights_col);
        const float* x = first;
        WEFT_UNROLL
        for (int c = 0; c < kSpan; ++c, x += x_pixel) {
          if (c < kReach && c < seen_from) continue;
          if (c >= kSpan - kReach && c >= seen_to) continue;
          const V pixel = Memory<float>::load(x);
          WEFT_UNROLL
          for (int col = 0; col < kCols; ++col) {
            const int from = c - col;
            if (from >= 0 && from % kStride == 0 && from / kStride < kPixels)
              sums[from / kStride] = fma_(pixel, factors[col], sums[from / kStride]);
          }
        }
      }
      if (residual) {
        WEFT_UNROLL
        for (int i = 0; i < kPixels; ++i, residual += y_pixel)
          sums[i] = sums[i] + Memory<float>::load(residual);
      }
      WEFT_UNROLL
      for (int i = 0; i < kPixels; ++i, y += y_pixel)
        Memory<float>::store(y, clamped(sums[i], ends));
      start += kPixels * kStride * x_pixel;
      seen_from = 0;
    }
  }
}

using DepthwiseRowKernel = void (*)(const DepthwiseRow& row);
// Which kernels there are: those that the widths of usual networks need, divided into tiles of
// nearly the same size. With seven columns, registers are left for seven sums.
constexpr bool has_row(int pixels, int stride, int cols) {
  const int fewest = cols == kMaxRowCols || stride == 2 ? 7 : 5;
  return kHasDepthwiseRows && pixels >= fewest && pixels <= row_pixels(cols) &&
         (cols < kMaxRowCols || stride == 1);
}
template <int kPixels, int kStride, int kCols>
constexpr DepthwiseRowKernel row_kernel() {
  if constexpr (has_row(kPixels, kStride, kCols))
    return depthwise_row<kPixels, kStride, kCols>;
  else
    return nullptr;
}
// Null where has_row() says that there is none.
struct DepthwiseRowKernels {
  DepthwiseRowKernel at[2][kMaxRowCols / 2][kMaxRowPixels];  // [stride - 1][of 3, 5, 7][pixels - 1]
  DepthwiseRowKernel of(int64_t pixels, int64_t stride, int64_t cols) const {
    return at[stride - 1][cols / 2 - 1][pixels - 1];
  }
};
template <int... I>
constexpr DepthwiseRowKernels every_row(Numbers<I...>) {
  return {{{{row_kernel<I + 1, 1, 3>()...},
            {row_kernel<I + 1, 1, 5>()...},
            {row_kernel<I + 1, 1, 7>()...}},
           {{row_kernel<I + 1, 2, 3>()...},
            {row_kernel<I + 1, 2, 5>()...},
            {row_kernel<I + 1, 2, 7>()...}}}};
}
constexpr DepthwiseRowKernels kDepthwiseRows = every_row(typename CountTo<kMaxRowPixels>::Type());
