// One unit of a direct convolution over channel blocks, tile by tile: which taps and pixels a tile
// takes, where its sums wait, and which weights are prefetched meanwhile. What one tile computes is
// given by `Tiles`:
//
// Input     what is multiplied: a float, or bf16x2
// Stored    an element of the results, the bias and the residual
// kernel()  the kernel for a tile of so many vectors and pixels
// max_pixels()  the maximum of a tile, by the distance between pixels of x
// image()   x from a plane on, with the rows that some rows of the result need
// kCoupled  pixels of a tile of 24 channels, for run_coupled(); 0: there is no such kernel
//
// Between channel blocks the sums of float32 wait in y, others in scratch.
//
// Included inside the namespace of an instruction set, after
// kernels/convolution/blocked/blocked_impl.h.

// An image, and a chunk of panels of one group.
struct BlockedPlace {
  int64_t image, chunk;
};
// The place of a unit. Units go through all panels for the first half of the images, then for the
// second half. So a thread that takes half of the units computes the same images in every layer,
// and they stay in its own cache; all weights are read once for each half.
WEFT_INLINE BlockedPlace place_of(const Convolution& p, const BlockedCut& cut, int64_t unit) {
  const int64_t half = p.batch / 2, before = half * p.groups * cut.panel_chunks;
  const bool is_second = unit >= before;
  const int64_t first = is_second ? half : 0, images = is_second ? p.batch - half : half;
  if (is_second) unit -= before;
  return {first + unit % images, unit / images};
}

// What a unit computes: some rows of an image, or some columns if the image is a single row, and
// some panels of a group.
struct BlockedShare {
  Range rows, cols;
  int64_t image, group;
  Range panels;  // of the group
};
// The share of a unit. If the image is a single row, all units of the row's first part come first.
WEFT_INLINE BlockedShare share_of(const BlockedConvolution& problem, const BlockedCut& cut,
                                  int64_t unit) {
  const Convolution& p = problem.shape;
  BlockedShare share;
  share.rows = problem.rows;
  share.cols = {0, p.out_width};
  // Part number `part` of an axis, as even as possible.
  const auto take_part = [&](Range& axis, int64_t part) WEFT_LAMBDA {
    const int64_t first = axis.begin, size = axis.end - axis.begin;
    axis = {first + size * part / cut.row_chunks, first + size * (part + 1) / cut.row_chunks};
  };
  if (p.out_height == 1) {
    const int64_t each = p.batch * p.groups * cut.panel_chunks;
    if (cut.row_chunks > 1) take_part(share.cols, unit / each);
    unit %= each;
  } else {
    take_part(share.rows, unit % cut.row_chunks);
    unit /= cut.row_chunks;
  }
  const auto [image, chunk] = place_of(p, cut, unit);
  const int64_t panel = chunk % cut.panel_chunks * cut.panels;
  share.image = image;
  share.group = chunk / cut.panel_chunks;
  share.panels = {panel, panel + cut.panels};
  return share;
}

// The offset of a result in its plane; a ring holds `ring` rows of the plane.
WEFT_INLINE int64_t place_in(const BlockedConvolution& problem, int64_t ring, int64_t row,
                             int64_t col) {
  const Lattice& results = problem.results;
  const int64_t at = results.row + row * results.row_step;
  return ((at < ring ? at : at % ring) * results.width + results.col + col * results.col_step) *
         problem.out_block;
}

// The work of one thread on one call; run() computes a unit.
template <class Tiles>
class BlockedUnit {
 public:
  using X = typename Tiles::Input;
  using S = typename Tiles::Stored;

  BlockedUnit(const BlockedConvolution& problem, const BlockedCut& cut,
              const BlockedOperands& operands, void* scratch, const Tiles& tiles = {})
      : kind_(tiles),
        problem_(problem),
        p_(problem.shape),
        cut_(cut),
        operands_(operands),
        scratch_((char*)scratch),
        cols_(p_, (int64_t*)scratch),
        max_pixels_(kind_.max_pixels(p_.stride_width * problem.in_block)),
        tiles_(p_.out_width, max_pixels_),
        epilogue_{Vec<float>(problem.low), Vec<float>(problem.high),
                  problem.low == -__builtin_inff(), problem.high == __builtin_inff()} {
    // Distances in elements, as tiles need them.
    const int64_t plane = problem.x_ring_rows * p_.in_width * problem.in_block;
    const int64_t cell = problem.in_block * kPanelChannels;
    const int64_t channels = p_.in_channels / p_.groups;
    x_pixel_ = p_.stride_width * problem.in_block;
    x_step_ = {p_.dilation_width * problem.in_block, plane,
               p_.dilation_height * p_.in_width * problem.in_block};
    const Lattice& taps = problem.taps;
    weights_step_ = {cell * taps.col_step, taps.height * taps.width * cell,
                     taps.width * cell * taps.row_step};
    first_tap_ = (taps.row * taps.width + taps.col) * cell;
    y_pixel_ = problem.out_block * problem.results.col_step;
    y_plane_ = problem.results.height * problem.results.width;
    residual_plane_ = problem.residual_ring_rows * problem.results.width;
    blocks_ = channels / problem.in_block;
    end_block_ = blocks_;
    results_ = (S*)operands.y;
    // Elements of a panel: all channels and taps of 16 filters.
    panel_ = channels * taps.height * taps.width * kPanelChannels;
    // A row of taps alone is treated as a column, so that the taps are the innermost loop.
    is_transposed_ = channels == 1 && p_.kernel_height == 1;
    if (is_transposed_) {
      x_step_.row = x_step_.col;
      weights_step_.row = weights_step_.col;
    }
    // A vector has two blocks of channels: tiles are computed in a buffer, not in y.
    stores_by_blocks_ = Vec<float>::kLanes > problem.out_block;
  }

  void run(int64_t unit) {
    if constexpr (kIsSame<S, float>) {
      if (problem_.depth_parts > 1) {
        run_parts(unit);
        return;
      }
    }
    make(unit);
  }

 private:
  // All panels of the unit, two vectors of filters at a time.
  void make(int64_t unit) {
    const BlockedShare share = share_of(problem_, cut_, unit);
    // Parts of a single row have tiles of their own.
    if (p_.out_height == 1 && cut_.row_chunks > 1)
      tiles_ = PixelTiles(share.cols.end - share.cols.begin, max_pixels_, share.cols.begin);
    first_row_ = share.rows.begin;
    end_row_ = share.rows.end;
    const int64_t image = share.image, group = share.group;
    const int64_t filters = p_.out_channels / p_.groups;
    const int64_t panels = (filters + kPanelChannels - 1) / kPanelChannels;
    const int64_t end = lesser(filters, share.panels.end * kPanelChannels);
    const int64_t first_plane = problem_.places.first(image) + group * (p_.in_channels / p_.groups);
    x_ = cut_.subsampled.stride_width > 0
             ? subsampled_image(first_plane)
             : kind_.image(problem_, operands_.x, first_plane, {first_row_, end_row_},
                           scratch_ + cut_.pairs);
    constexpr int64_t kLanes = Vec<float>::kLanes;
    for (int64_t c = share.panels.begin * kPanelChannels; c < end; c += 2 * kLanes) {
      const int64_t channel = group * filters + c;
      channels_ = lesser(2 * kLanes, end - c);
      vectors_ = channels_ > kLanes ? 2 : 1;
      weights_ = (const X*)operands_.weights + (group * panels + c / kPanelChannels) * panel_ +
                 c % kPanelChannels;
      bias_ = operands_.bias && first_block_ == 0 ? (const S*)operands_.bias + channel : nullptr;
      // Offsets of the first filter's block in y and in the residual.
      const int64_t block = image * p_.out_channels + channel - channel % problem_.out_block;
      y_ = (block - first_plane_) * y_plane_ + channel % problem_.out_block;
      residual_ = block * residual_plane_ + channel % problem_.out_block;
      all_tiles();
    }
  }

  // Copies the pixels that the unit reads, for all channels of the group, without those that the
  // stride skips (SubsampledImage).
  const X* subsampled_image(int64_t plane) const {
    const SubsampledImage& source = cut_.subsampled;
    const int64_t block = problem_.in_block, step = source.stride_width * block;
    const bool is_flat = p_.out_height == 1;
    const Range rows = is_flat ? source.rows : Range{first_row_, end_row_};
    X* const staged = (X*)(scratch_ + cut_.pairs);
    for (int64_t b = 0; b < blocks_; ++b) {
      const X* const from =
          (const X*)operands_.x + (plane + b * block) * source.ring_rows * source.width;
      X* const to = staged + b * problem_.x_ring_rows * p_.in_width * block;
      for (int64_t row = rows.begin; row < rows.end; ++row) {
        const X* pixel =
            from + row * source.stride_height % source.ring_rows * source.width * block;
        X* place =
            to + (is_flat ? row - rows.begin : row % problem_.x_ring_rows) * source.cols * block;
        for (int64_t col = 0; col < source.cols; ++col, pixel += step, place += block) {
          __builtin_memcpy(place, pixel, 8 * sizeof(X));
          if (block > 8) __builtin_memcpy(place + 8, pixel + 8, 8 * sizeof(X));
        }
      }
    }
    return staged;
  }

  static constexpr int64_t kRow = 2 * Vec<float>::kLanes;  // elements of a pixel in a tile's buffer
  // so many tiles can prefetch all of the next weights, half a line at a step
  static constexpr int64_t kTilesThatFetch = 4;

  // Where a tile's sums wait, from its first pixel on, and where its results go.
  struct Sums {
    float* first;
    int64_t pixel, vector;
  };
  struct Results {
    S* first;
    const S* residual;
  };

  // A sum over channels that is divided into parts (depth_parts): one group, channels in blocks of
  // 16. If there is one image, a part is a unit; its sums go to arrays that add_depth_parts adds
  // up. If there are several images, a unit computes all parts and adds them up itself.
  void run_parts(int64_t unit) {
    if (p_.batch == 1) {
      make_part(unit % cut_.panel_chunks, unit / cut_.panel_chunks, operands_.parts,
                p_.out_channels * y_plane_);
      return;
    }
    const auto [image, chunk] = place_of(p_, cut_, unit);
    const int64_t panel = chunk * cut_.panels;
    const int64_t first = panel * kPanelChannels;
    const int64_t channels = lesser(cut_.panels * kPanelChannels, p_.out_channels - first);
    first_plane_ = image * p_.out_channels + first;
    float* const sums = (float*)(scratch_ + cut_.sums);
    const int64_t count = channels * y_plane_;
    for (int64_t part = 0; part < problem_.depth_parts; ++part) make_part(unit, part, sums, count);
    const int64_t block = problem_.out_block;
    add_two_parts(problem_, operands_, sums, count,
                  {first_plane_ / block, (first_plane_ + channels) / block}, epilogue_);
  }
  // The first part begins with the bias. No part has an epilogue.
  void make_part(int64_t unit, int64_t part, float* sums, int64_t elements) {
    first_block_ = blocks_ * part / problem_.depth_parts;
    end_block_ = blocks_ * (part + 1) / problem_.depth_parts;
    results_ = sums + part * elements;
    make(unit);
  }

  // All rows of the unit by the current filters.
  void all_tiles() {
    if (stores_by_blocks_) {
      whole_bias();
      const bool is_coupled = may_be_coupled();
      for (int64_t row = first_row_; row < end_row_; ++row) {
        PixelTiles rest = tiles_;
        if constexpr (Tiles::kCoupled > 0)
          if (is_coupled) rest = coupled(row);
        rest.each([&](int64_t begin, int64_t end)
                      WEFT_LAMBDA { one_tile_by_blocks(row, begin, end); });
      }
      return;
    }
    y_vector_ = Vec<float>::kLanes < problem_.out_block ? Vec<float>::kLanes
                                                        : y_plane_ * problem_.out_block;
    for (int64_t block = first_block_; block < end_block_; block += cut_.blocks) {
      fetch_after(block);
      for (int64_t row = first_row_; row < end_row_; ++row) {
        begin_row(block, row);
        const Results first = {results_ + place(row, 0), residual(row, 0)};
        const Sums sums = sums_of(row, first);
        const auto make = [&](int64_t begin, int64_t end, int64_t tiles) WEFT_LAMBDA {
          const Results results = {first.first + begin * y_pixel_,
                                   first.residual ? first.residual + begin * y_pixel_ : nullptr};
          tile_.tiles = tiles;
          one_tile(begin, end, {sums.first + begin * sums.pixel, sums.pixel, sums.vector},
                   &results);
        };
        // Tiles of the same size are computed in one call, if they have nothing to prefetch and see
        // the whole window.
        const auto may_join = [&](int64_t begin, int64_t end) WEFT_LAMBDA {
          return kIsSame<S, float> && has_fetched() && cols_.all_inside(begin, end);
        };
        tiles_.each_run(may_join, make);
      }
    }
  }

  // Where the sums of a row wait.
  Sums sums_of(int64_t row, const Results& results) const {
    if constexpr (kIsSame<S, float>) return {results.first, y_pixel_, y_vector_};
    float* sums = (float*)(scratch_ + cut_.sums);
    return {sums + (row - first_row_) * p_.out_width * kRow, kRow, Vec<float>::kLanes};
  }

  // The offset of a result in y, and the residual that is added to it.
  int64_t place(int64_t row, int64_t col) const {
    return y_ + place_in(problem_, problem_.results.height, row, col);
  }
  const S* residual(int64_t row, int64_t col) const {
    if (!operands_.residual) return nullptr;
    return (const S*)operands_.residual + residual_ +
           place_in(problem_, problem_.residual_ring_rows, row, col);
  }

  // Prefetching weights: while the weights of these channel blocks are used from the first-level
  // cache, the first tiles prefetch those of the next blocks, or of the next filters, because in a
  // network weights come from memory. Where there are many filters, weights come from far away. A
  // step of a tile of short vectors then takes less time than a line, so it prefetches half of one,
  // if there are enough tiles to prefetch all.
  void fetch_after(int64_t block) {
    const bool is_slow = Vec<float>::kLanes < kPanelChannels && cut_.panel_chunks > 1;
    const int64_t tiles = tiles_.count() * (end_row_ - first_row_);
    steps_of_line_ = is_slow && tiles >= kTilesThatFetch ? 2 : 1;
    const int64_t next = block + cut_.blocks;
    ahead_ = next < end_block_ ? weights_ + next * weights_step_.channel
                               : weights_ + 2 * Vec<float>::kLanes / kPanelChannels * panel_ +
                                     first_block_ * weights_step_.channel;
    lines_ = cut_.blocks * weights_step_.channel / kPanelChannels;
    fetched_ = 0;
  }
  bool has_fetched() const {
    return problem_.in_block == 1 ? fetched_planes_ >= blocks_ : fetched_ >= vectors_ * lines_;
  }
  // Sets what the next tile prefetches: so many lines.
  void fetch(TileOf<X, S>& tile, int64_t lines) {
    if (problem_.in_block == 1) {
      fetch_image(tile, lines);
      return;
    }
    const int64_t panel = fetched_ < lines_ ? 0 : 1;
    const bool is_done = fetched_ >= vectors_ * lines_;
    tile.ahead = is_done ? tile.weights
                         : ahead_ + panel * panel_ + (fetched_ - panel * lines_) * kPanelChannels;
    tile.ahead_step = is_done ? 0 : kPanelChannels / steps_of_line_;
    fetched_ += (lines + steps_of_line_ - 1) / steps_of_line_;
  }

  // Prefetching a plain image: it is the network's input and comes from memory, and it has few
  // weights. The tiles of a row prefetch what the second row after it reads and the row before that
  // does not. All of it at once would be more than a core can wait for at a time.
  void fetch_row(int64_t row) {
    const int64_t last =
        row * p_.stride_height - p_.pad_top + (p_.kernel_height - 1) * p_.dilation_height;
    const int64_t first = greater(0, last - p_.stride_height + 1);
    fetched_planes_ = first <= last && last < p_.in_height ? 0 : blocks_;
    fetched_ = 0;
    fetched_row_ = first % problem_.x_ring_rows * p_.in_width;
    lines_ = (last - first + 1) * p_.in_width * int64_t(sizeof(X)) / 64 + 1;
  }
  void fetch_image(TileOf<X, S>& tile, int64_t lines) {
    constexpr int64_t kLine = 64 / int64_t(sizeof(X));
    const bool is_done = fetched_planes_ >= blocks_;
    tile.ahead = is_done ? tile.weights
                         : x_ + fetched_planes_ * x_step_.channel + fetched_row_ + fetched_ * kLine;
    tile.ahead_step = is_done ? 0 : kLine;
    fetched_ += lines;
    if (fetched_ < lines_) return;
    fetched_ = 0;
    ++fetched_planes_;
  }

  // Tiles read whole vectors of the bias, but the last channels may be half of one.
  void whole_bias() {
    if constexpr (kIsSame<S, float>) {
      __builtin_memset(whole_bias_, 0, sizeof whole_bias_);
      if (bias_) copy_part(bias_, channels_, whole_bias_);
      bias_ = whole_bias_;
    }
  }

  // 24 filters in blocks of 8: pairs of pixels share the third vector (coupled_tile).
  bool may_be_coupled() const {
    return channels_ == 24 && problem_.in_block == 16 && x_pixel_ == 16 && y_pixel_ == 8 &&
           cut_.blocks >= blocks_;
  }
  // Computes as many coupled tiles as see the whole window, and returns the pixels behind them.
  PixelTiles coupled(int64_t row) {
    constexpr int64_t kPixels = Tiles::kCoupled;
    fetch_after(0);
    begin_row(0, row);
    tile_.accumulate = false;
    tile_.epilogue = &epilogue_;
    tile_.y_pixel = 2 * y_pixel_;
    tile_.y_vector = y_plane_ * problem_.out_block;
    tile_.residual_vector = residual_plane_ * problem_.out_block;
    tile_.count.col = p_.kernel_width;
    tile_.weights = row_weights_;
    int64_t begin = tiles_.first();
    const int64_t end = tiles_.end();
    for (; begin + kPixels <= end && cols_.all_inside(begin, begin + kPixels); begin += kPixels) {
      tile_.x = row_x_ + begin * x_pixel_;
      tile_.y = (S*)operands_.y + place(row, begin);
      tile_.residual = residual(row, begin);
      fetch(tile_, p_.kernel_width * lines_of_column_);
      Tiles::run_coupled(tile_);
    }
    return PixelTiles(end - begin, kMaxPixels, begin);
  }

  // A tile in a buffer, whose results are stored block by block.
  void one_tile_by_blocks(int64_t row, int64_t begin, int64_t end) {
    alignas(64) float sums[kMaxPixels * kRow];
    fetch_after(0);
    for (int64_t block = 0; block < blocks_; block += cut_.blocks) {
      begin_row(block, row);
      one_tile(begin, end, {sums, kRow, Vec<float>::kLanes}, nullptr);
    }
    const int64_t size = problem_.out_block, plane = y_plane_ * size;
    for (int64_t c = 0; c < channels_; c += size) {
      S* y = (S*)operands_.y + place(row, begin) + c / size * plane;
      const S* added = residual(row, begin);
      if (added) added += c * residual_plane_;
      const Epilogue ends = epilogue_;
      // The sums of float32 begin with the bias.
      const bool adds_bias = !kIsSame<S, float> && bias_;
      const Vec<float> bias = adds_bias ? Memory<S>::load_part(bias_ + c, size) : Vec<float>(0);
      const int64_t step = y_pixel_, count = end - begin;
      for (int64_t i = 0; i < count; ++i, y += step) {
        Vec<float> sum = Memory<float>::load_part(sums + i * kRow + c, size);
        if (adds_bias) sum = sum + bias;
        if (added) sum = sum + Memory<S>::load_part(added + i * step, size);
        Memory<S>::store_part(y, clamped(sum, ends), size);
      }
    }
  }

  // Sets what all tiles of a row share: some channel blocks, and the rows of taps that lie inside.
  void begin_row(int64_t block, int64_t row) {
    const TapRange rows = taps_inside(row, p_.stride_height, p_.pad_top, p_.dilation_height,
                                      p_.kernel_height, p_.in_height);
    // The window's rows of taps may pass the end of the ring.
    const RingRows ring =
        ring_rows(row * p_.stride_height - p_.pad_top + rows.begin * p_.dilation_height,
                  p_.dilation_height, rows.end - rows.begin, problem_.x_ring_rows);
    const int64_t channels = lesser(cut_.blocks, end_block_ - block);
    tile_.x_pixel = x_pixel_;
    tile_.weights_vector = panel_;
    tile_.x_step = x_step_;
    tile_.weights_step = weights_step_;
    tile_.depth = problem_.in_block;
    tile_.count = {0, channels, rows.end - rows.begin};
    tile_.wrap = ring.wrap;
    tile_.wrap_step = x_step_.channel;
    tile_.tiles = 1;
    tile_.bias = bias_;
    tile_.residual_vector = Vec<float>::kLanes < problem_.out_block
                                ? Vec<float>::kLanes
                                : residual_plane_ * problem_.out_block;
    if (problem_.in_block == 1) fetch_row(row + 2);
    tap_rows_ = rows.end - rows.begin;
    lines_of_column_ = channels * tap_rows_ * tile_.depth;
    is_first_ = block == first_block_;
    is_last_ = block + channels == blocks_ && problem_.depth_parts == 1;
    row_x_ =
        x_ + block * x_step_.channel + (ring.first * p_.in_width - p_.pad_left) * problem_.in_block;
    row_weights_ =
        weights_ + first_tap_ + block * weights_step_.channel + rows.begin * weights_step_.row;
  }

  // `results` is where the tile's results go; null: only its sums are wanted.
  void one_tile(int64_t begin, int64_t end, const Sums& sums, const Results* results) {
    if constexpr (kIsSame<S, float>) {
      tile_.y_pixel = sums.pixel;
      tile_.y_vector = sums.vector;
    } else {
      tile_.sums_pixel = sums.pixel;
      tile_.sums_vector = sums.vector;
      tile_.y = results ? results->first : nullptr;
      tile_.y_pixel = y_pixel_;
      tile_.y_vector = y_vector_;
    }
    tile_.residual = results ? results->residual : nullptr;
    const Epilogue* last = is_last_ && results ? &epilogue_ : nullptr;
    // Inside: all columns of the kernel in one call.
    if (cols_.all_inside(begin, end)) {
      tile_.accumulate = !is_first_;
      tile_.epilogue = last;
      columns(0, p_.kernel_width, begin, end, sums.first);
      return;
    }
    // At the border: neighbouring columns of the kernel that see the same pixels are taken
    // together. The first and the last call have no columns; they only set and finish the sums.
    tile_.epilogue = nullptr;
    tile_.accumulate = false;
    if (is_first_) columns(0, 0, begin, end, sums.first);
    tile_.accumulate = true;
    for (int64_t col = 0; col < p_.kernel_width;) {
      const int64_t from = greater(begin, cols_.first(col)), to = lesser(end, cols_.end(col));
      int64_t next = col + 1;
      while (next < p_.kernel_width && greater(begin, cols_.first(next)) == from &&
             lesser(end, cols_.end(next)) == to)
        ++next;
      if (from < to) columns(col, next - col, from, to, sums.first + (from - begin) * sums.pixel);
      col = next;
    }
    tile_.epilogue = last;
    if (last) columns(0, 0, begin, end, sums.first);
  }

  // Some columns of the kernel for some pixels, whose sums begin at `first`.
  WEFT_INLINE void columns(int64_t col, int64_t cols, int64_t from, int64_t to, float* first) {
    tile_.count.col = is_transposed_ ? 1 : cols;
    if (is_transposed_) tile_.count.row = tap_rows_ * cols;
    tile_.x = row_x_ + col * x_step_.col + from * x_pixel_;
    tile_.weights = row_weights_ + col * weights_step_.col;
    if constexpr (kIsSame<S, float>)
      tile_.y = first;
    else
      tile_.sums = first;
    fetch(tile_, cols * lines_of_column_);
    kind_.kernel(x_pixel_, vectors_, to - from)(tile_);
  }

  const Tiles kind_;
  const BlockedConvolution& problem_;
  const Convolution& p_;
  const BlockedCut& cut_;
  const BlockedOperands& operands_;
  char* scratch_;
  ColumnRanges cols_;
  const int64_t max_pixels_;
  PixelTiles tiles_;
  Epilogue epilogue_;
  TileOf<X, S> tile_;
  Strides3 x_step_, weights_step_;
  int64_t x_pixel_, y_pixel_, y_plane_, first_tap_, blocks_, panel_, y_vector_, lines_,
      steps_of_line_;
  int64_t first_block_ = 0, end_block_;  // channel blocks that are summed over
  int64_t first_plane_ = 0;              // of the results
  int64_t fetched_, fetched_planes_, fetched_row_, residual_plane_, residual_;
  int vectors_;
  bool is_transposed_, stores_by_blocks_, is_first_, is_last_;
  alignas(64) float whole_bias_[kRow];
  int64_t lines_of_column_, tap_rows_;
  S* results_;
  const X* row_x_;  // x for a tile at the row's first pixel
  const X* row_weights_;
  int64_t first_row_, end_row_, channels_, y_;
  const X* x_;
  const X* weights_;
  const X* ahead_;
  const S* bias_;
};
