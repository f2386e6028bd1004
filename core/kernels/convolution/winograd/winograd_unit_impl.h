// A unit of a convolution by Winograd's tiles: some tiles, of one image or several, and some
// panels. `Tiles` says what an element is and which kernel multiplies frequencies:
//
// Input     what is multiplied: a float, or bf16x2
// Stored    an element of x, the bias, the residual and the results
// kernel()  the kernel for a tile of so many vectors and pixels
// store()   how a frequency is stored, and rounded
//
// Included inside the namespace of an instruction set, after
// kernels/convolution/winograd/winograd_impl.h.

// The work of one thread on one call.
template <int kTile, class Tiles>
class Winograd {
 public:
  static constexpr int kSide = kTile + 2, kFrequencies = kSide * kSide;
  using V = Vec<float>;
  using X = typename Tiles::Input;
  using S = typename Tiles::Stored;

  Winograd(const BlockedConvolution& problem, const BlockedCut& cut,
           const BlockedOperands& operands, void* scratch, const Tiles& tiles)
      : kind_(tiles),
        problem_(problem),
        p_(problem.shape),
        cut_(cut),
        operands_(operands),
        epilogue_{V(problem.low), V(problem.high)},
        inputs_((X*)scratch),
        sums_((float*)(inputs_ + kFrequencies * p_.in_channels * cut.rows)) {
    // Tiles in a row of the image, and in the image.
    tiles_wide_ = (p_.out_width + kTile - 1) / kTile;
    tiles_ = tiles_wide_ * ((problem.rows.end - problem.rows.begin + kTile - 1) / kTile);
  }

  // An image, and where a tile begins in it.
  struct Place {
    int64_t image, top, left;
  };
  Place place_of(int64_t i) const {
    const int64_t tile = (first_ + i) % tiles_;
    return {(first_ + i) / tiles_, problem_.rows.begin + tile / tiles_wide_ * kTile,
            tile % tiles_wide_ * kTile};
  }

  // Transform the windows, multiply each frequency, transform back.
  void run(int64_t unit) {
    first_ = unit % cut_.row_chunks * cut_.rows;
    count_ = lesser(cut_.rows, p_.batch * tiles_ - first_);
    begin_ = unit / cut_.row_chunks * cut_.panels * kBlock;
    const int64_t end = lesser(p_.out_channels, begin_ + cut_.panels * kBlock);
    out_ = end - begin_;
    for (int64_t c = 0; c < p_.in_channels; c += kInputs)
      for (int64_t i = 0; i < count_; ++i)
        for (int64_t lane = 0; lane < kBlock; lane += V::kLanes)
          read(c, i, lane, (S*)(inputs_ + (c * count_ + i * kInputs)) + lane);
    for (int64_t f = 0; f < kFrequencies; ++f)
      for (int64_t c = 0; c < out_; c += 2 * V::kLanes) multiply(f, c);
    for (int64_t c = 0; c < out_; c += kBlock)
      for (int64_t i = 0; i < count_; ++i)
        for (int64_t lane = 0; lane < kBlock; lane += V::kLanes)
          write(sums_ + (c * count_ + i * kBlock) + lane, i, begin_ + c, lane);
  }

 private:
  static constexpr int64_t kBlock = kPanelChannels;  // channels of a block, of x and of y
  // Elements of X in a block.
  static constexpr int64_t kInputs = kBlock * int64_t(sizeof(S)) / int64_t(sizeof(X));

  // The frequencies of one window, a vector of channels.
  void read(int64_t channel, int64_t i, int64_t lane, S* to) const {
    const Place place = place_of(i);
    const int64_t top = place.top - p_.pad_top, left = place.left - p_.pad_left;
    const X* plane = (const X*)operands_.x + (problem_.places.first(place.image) + channel) *
                                                 problem_.x_ring_rows * p_.in_width;
    const int64_t step = p_.in_channels * count_ * kBlock / kInputs;
    read_window<kSide>(
        (const S*)plane + lane, {top, left, p_.in_height, p_.in_width, problem_.x_ring_rows},
        [&](int frequency, V value) WEFT_LAMBDA { Tiles::store(to + frequency * step, value); });
  }

  // One frequency's product for two vectors of filters, from the unit's filter `c` on. All tiles of
  // the unit are its pixels; the first of them prefetch the next weights.
  void multiply(int64_t f, int64_t c) const {
    const int64_t panels = p_.out_channels / kBlock, panel = p_.in_channels * kBlock;
    const int64_t sums_vector = V::kLanes < kBlock ? V::kLanes : count_ * kBlock;
    const int vectors = out_ - c > V::kLanes ? 2 : 1;
    TileOf<X, S> tile;
    tile.x_pixel = kInputs;
    tile.weights_vector = panel;
    tile.weights =
        (const X*)operands_.weights + (f * panels + (begin_ + c) / kBlock) * panel + c % kBlock;
    tile.count = {1, p_.in_channels / kInputs, 1};
    tile.x_step = {0, count_ * kInputs, 0};
    tile.weights_step = {0, kInputs * kPanelChannels, 0};
    tile.depth = kInputs;
    tile.accumulate = false;
    tile.epilogue = nullptr;
    tile.bias = tile.residual = nullptr;
    tile.residual_vector = 0;
    // Weights of the next filters.
    const X* ahead = tile.weights + 2 * V::kLanes / kBlock * panel;
    const int64_t tiles = (count_ + kMaxPixels - 1) / kMaxPixels;
    for (int64_t t = 0; t < tiles; ++t) {
      const int64_t begin = count_ * t / tiles, end = count_ * (t + 1) / tiles;
      float* const sums =
          sums_ + f * out_ * count_ + c / kBlock * count_ * kBlock + c % kBlock + begin * kBlock;
      tile.x = inputs_ + f * p_.in_channels * count_ + begin * kInputs;
      if constexpr (kIsSame<S, float>) {
        tile.y = sums;
        tile.y_pixel = kBlock;
        tile.y_vector = sums_vector;
      } else {
        tile.y = nullptr;
        tile.y_pixel = tile.y_vector = 0;
        tile.sums = sums;
        tile.sums_pixel = kBlock;
        tile.sums_vector = sums_vector;
      }
      tile.ahead = t < vectors ? ahead + t * panel : tile.weights;
      tile.ahead_step = t < vectors ? kPanelChannels : 0;
      kind_.kernel(kInputs, vectors, end - begin)(tile);
    }
  }

  // Transforms the sums of one tile back, and finishes the results that lie inside.
  void write(const float* from, int64_t i, int64_t channel, int64_t lane) const {
    const Place place = place_of(i);
    const int64_t top = place.top, left = place.left;
    const int64_t plane = place.image * p_.out_channels + channel;
    const int64_t ring = problem_.results.height, residual_ring_rows = problem_.residual_ring_rows;
    const auto place_in = [&](int64_t rows, int64_t row) WEFT_LAMBDA {
      return (plane * rows + (row < rows ? row : row % rows) * kBlock) * p_.out_width +
             left * kBlock + lane;
    };
    const int64_t step = out_ * count_;
    const S* bias = operands_.bias ? (const S*)operands_.bias + channel + lane : nullptr;
    transform_square<kSide, kTile>(
        [&](int y, int x)
            WEFT_LAMBDA { return Memory<float>::load(from + (y * kSide + x) * step); },
        [](const V(&m)[kSide], V(&out)[kTile]) WEFT_LAMBDA { from_frequencies(m, out); },
        [&](int y, int x, V value) WEFT_LAMBDA {
          if (top + y >= p_.out_height || left + x >= p_.out_width) return;
          S* const to = (S*)operands_.y + place_in(ring, top + y);
          const S* const added = operands_.residual ? (const S*)operands_.residual +
                                                          place_in(residual_ring_rows, top + y)
                                                    : nullptr;
          Tiles::store(to + x * kBlock,
                       finish(value, epilogue_, bias, added ? added + x * kBlock : nullptr));
        });
  }

  const Tiles kind_;
  const BlockedConvolution& problem_;
  const Convolution& p_;
  const BlockedCut& cut_;
  const BlockedOperands& operands_;
  Epilogue epilogue_;
  X* inputs_;    // [frequency][channel block][tile][channel]
  float* sums_;  // the same for filters
  int64_t tiles_wide_, tiles_, first_, count_;
  int64_t begin_, out_;  // the unit's filters
};
