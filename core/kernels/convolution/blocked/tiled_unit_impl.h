// One unit of a direct convolution of bfloat16 by the tiles of AMX. First it stages rows of the
// image: of each pixel as many channels side by side as a tile takes, zeros where windows leave the
// image, and positions that are equal modulo the stride together. Then the pixels of each tap are
// rows of a tile where they lie, at one distance, and all panels of the unit read them. Pixels
// between two rows of results are multiplied, too, and dropped.
//
// A plain image has few channels: all that a window sees is staged as one pixel.
//
// Included inside the namespace of an instruction set, after
// kernels/convolution/blocked/blocked_unit_impl.h and kernels/matmul/amx_impl.h.

#if WEFT_AMX
// Where a tap's pixels begin in the staged image, and its weights in a panel.
struct TiledTap {
  int64_t pixels, weights;  // bytes; bf16x2
};

// The work of one thread on one call; run() computes a unit.
class TiledUnit {
 public:
  TiledUnit(const BlockedConvolution& problem, const PlainSource& source, const BlockedCut& cut,
            const BlockedOperands& operands, void* scratch)
      : problem_(problem),
        p_(problem.shape),
        source_(source),
        cut_(cut),
        staged_(cut.staged),
        operands_(operands),
        scratch_((char*)scratch),
        image_(scratch_ + staged_.image),
        taps_((TiledTap*)(scratch_ + staged_.taps)),
        step_weights_(staged_.step * kPanelChannels),
        epilogue_{Vec<float>(problem.low), Vec<float>(problem.high)} {
    const Lattice& taps = problem.taps;
    const int64_t cell = problem.in_block * kPanelChannels;
    panel_ = source.width > 0
                 ? staged_.steps * step_weights_
                 : p_.in_channels / p_.groups * taps.height * taps.width * kPanelChannels;
    // A staged window is one pixel: there is one tap.
    if (source.width > 0) {
      taps_[tap_count_++] = {0, 0};
      return;
    }
    if (taps.height * taps.width > 1) step_weights_ = taps.height * taps.width * cell;
    for (int64_t i = 0; i < p_.kernel_height; ++i)
      for (int64_t j = 0; j < p_.kernel_width; ++j) {
        const int64_t row = i * p_.dilation_height, col = j * p_.dilation_width;
        const int64_t plane = row % p_.stride_height * staged_.phase_cols + col % p_.stride_width;
        const int64_t pixel = plane * staged_.plane_pixels +
                              row / p_.stride_height * staged_.row_pixels + col / p_.stride_width;
        const int64_t tap =
            (taps.row + i * taps.row_step) * taps.width + taps.col + j * taps.col_step;
        taps_[tap_count_++] = {pixel * staged_.pixel_bytes, tap * cell};
      }
    if (staged_.joins_blocks) step_weights_ = tap_count_ * kJoinedCell;
  }

  void run(int64_t unit) {
    const BlockedShare share = share_of(problem_, cut_, unit);
    for (int64_t row = share.rows.begin; row < share.rows.end; row += staged_.rows)
      for (int64_t col = share.cols.begin; col < share.cols.end; col += staged_.cols)
        make(share, {row, lesser(share.rows.end, row + staged_.rows)},
             {col, lesser(share.cols.end, col + staged_.cols)});
  }

 private:
  static constexpr int64_t kSumsRow = kBlockColumns * sizeof(float);  // bytes of a row of sums

  // The results in some rows and columns: stage the image, then two panels at a time.
  void make(const BlockedShare& share, Range rows, Range cols) {
    stage(share, rows, cols);
    const int64_t filters = p_.out_channels / p_.groups;
    const int64_t panels = (filters + kPanelChannels - 1) / kPanelChannels;
    const int64_t end = lesser(panels, share.panels.end);
    const int64_t pixels = (rows.end - rows.begin - 1) * staged_.row_pixels + cols.end - cols.begin;
    const int64_t blocks = (pixels + kBlockRows - 1) / kBlockRows;
    const int64_t lines = 2 * panel_ / kPanelChannels;  // cache lines of two panels
    ahead_lines_ = (lines + blocks * staged_.steps * tap_count_ - 1) /
                   greater(1, blocks * staged_.steps * tap_count_);
    const auto* weights = (const uint32_t*)operands_.weights + share.group * panels * panel_;
    for (int64_t panel = share.panels.begin; panel < end; panel += 2) {
      const uint32_t* b = weights + panel * panel_;
      ahead_ = (const char*)(b + 2 * panel_);
      if (staged_.joins_blocks) b = joined_blocks(b, lesser(2, end - panel));
      const Results to = {rows.begin, cols, share.image,
                          share.group * filters + panel * kPanelChannels,
                          lesser(filters - panel * kPanelChannels, 2 * kPanelChannels)};
      multiply(pixels, b, panel + 1 < end, to);
    }
  }

  // Copies the weights of some panels so that at each tap two channel blocks follow one another,
  // which fill a row of an AMX tile.
  const uint32_t* joined_blocks(const uint32_t* from, int64_t panels) {
    const int64_t block = problem_.taps.height * problem_.taps.width * kBlockCell;
    uint32_t* const joined = (uint32_t*)(scratch_ + staged_.weights);
    uint32_t* to = joined;
    for (int64_t panel = 0; panel < panels; ++panel)
      for (int64_t step = 0; step < staged_.steps; ++step) {
        const uint32_t* const blocks = from + panel * panel_ + 2 * step * block;
        for (int64_t tap = 0; tap < tap_count_; ++tap)
          for (int64_t i = 0; i < 2; ++i, to += kBlockCell)
            copy_cell(blocks + taps_[tap].weights + i * block, to);
      }
    return joined;
  }
  static constexpr int64_t kJoinedCell = 16 * kPanelChannels, kBlockCell = kJoinedCell / 2;
  WEFT_INLINE static void copy_cell(const uint32_t* from, uint32_t* to) {
    WEFT_UNROLL
    for (int64_t i = 0; i < kBlockCell; i += Vec<uint32_t>::kLanes)
      Memory<uint32_t>::store(to + i, Memory<uint32_t>::load(from + i));
  }

  // Staging the image.

  // Units that follow one another may read the same rows: these are staged once.
  void stage(const BlockedShare& share, Range rows, Range cols) {
    const bool is_there = share.image == lain_.image && share.group == lain_.group &&
                          rows.begin == lain_.rows.begin && cols.begin == lain_.cols.begin;
    if (is_there) return;
    lain_ = {rows, cols, share.image, share.group, {}};
    const int64_t channels = p_.in_channels / p_.groups;
    const int64_t plane = problem_.places.first(share.image) + share.group * channels;
    if (source_.width > 0) {
      stage_windows((const BFloat16*)operands_.x + plane * source_.ring_rows * source_.width, rows,
                    cols);
      return;
    }
    // Each phase is a plane of its own in the staged image.
    const auto* x = (const uint32_t*)operands_.x + plane * problem_.x_ring_rows * p_.in_width;
    for (int64_t row = 0; row < staged_.phase_rows; ++row)
      for (int64_t col = 0; col < staged_.phase_cols; ++col)
        stage_phase(
            x, rows, cols, row, col,
            image_ + (row * staged_.phase_cols + col) * staged_.plane_pixels * staged_.pixel_bytes);
  }

  // Stages the positions of one phase of the stride.
  void stage_phase(const uint32_t* x, Range rows, Range cols, int64_t phase_row, int64_t phase_col,
                   char* to) const {
    const int64_t stride = p_.stride_width;
    const int64_t count =
        staged_.plane_pixels / staged_.row_pixels - staged_.rows + rows.end - rows.begin;
    const int64_t width = staged_.row_pixels - staged_.cols + cols.end - cols.begin;
    // Pixels from `from` to `end` are inside the row; the others are zeros.
    const int64_t start = cols.begin * stride - p_.pad_left + phase_col;
    const int64_t from = lesser(width, greater(0, ceil_divide(-start, stride)));
    const int64_t end = greater(from, lesser(width, ceil_divide(p_.in_width - start, stride)));
    for (int64_t i = 0; i < count; ++i, to += staged_.row_pixels * staged_.pixel_bytes) {
      const int64_t row = (rows.begin + i) * p_.stride_height - p_.pad_top + phase_row;
      const bool is_inside = row >= 0 && row < p_.in_height;
      const Range there = is_inside ? Range{from, end} : Range{width, width};
      const uint32_t* const line =
          x +
          ((is_inside ? row % problem_.x_ring_rows : 0) * p_.in_width + start) * problem_.in_block;
      if (problem_.in_block == 8)
        stage_row<__m256i>(line, there, width, to);
      else
        stage_row<__m128i>(line, there, width, to);
    }
  }
  // Stages one row, channel block by channel block.
  template <class Piece>  // a block of one pixel
  void stage_row(const uint32_t* line, Range there, int64_t width, char* to) const {
    constexpr int64_t kPairs = sizeof(Piece) / sizeof(uint32_t);
    const int64_t blocks = p_.in_channels / p_.groups / kPairs, step = p_.stride_width * kPairs;
    const int64_t pixel_bytes = staged_.pixel_bytes;
    const bool has_planes = staged_.step_bytes > pixel_bytes;
    const auto store = [](char* at, Piece piece)
                           WEFT_LAMBDA { __builtin_memcpy(at, &piece, sizeof piece); };
    const int64_t of_step = greater(1, staged_.step / kPairs);  // channel blocks in a step
    for (int64_t block = 0; block < blocks; ++block) {
      int64_t i = 0;
      for (; i < there.begin; ++i) store(to + i * pixel_bytes, Piece{});
      for (; i < there.end; ++i) {
        Piece piece;
        __builtin_memcpy(&piece, line + i * step, sizeof piece);
        store(to + i * pixel_bytes, piece);
      }
      for (; i < width; ++i) store(to + i * pixel_bytes, Piece{});
      line += problem_.x_ring_rows * p_.in_width * kPairs;
      to += sizeof(Piece);
      if ((block + 1) % of_step == 0 && has_planes) to += staged_.step_bytes - pixel_bytes;
    }
  }

  // Stages whole windows of a plain image, each as one pixel: for each row of a channel's window as
  // many elements as there are pairs of columns, zeros where there are no columns.
  void stage_windows(const BFloat16* x, Range rows, Range cols) const {
    const int64_t channels = p_.in_channels / p_.groups, width = 2 * p_.kernel_width;
    const int64_t count = cols.end - cols.begin;
    const int64_t staged = channels * p_.kernel_height * width;
    for (int64_t row = rows.begin; row < rows.end; ++row) {
      char* const line = image_ + (row - rows.begin) * staged_.row_pixels * staged_.pixel_bytes;
      char* to = line;
      for (int64_t c = 0; c < channels; ++c)
        for (int64_t tap = 0; tap < p_.kernel_height; ++tap, to += width * sizeof(BFloat16)) {
          const int64_t at = row * p_.stride_height - p_.pad_top + tap * p_.dilation_height;
          const bool is_inside = at >= 0 && at < p_.in_height;
          const BFloat16* from =
              x +
              (c * source_.ring_rows + (is_inside ? at % source_.ring_rows : 0)) * source_.width;
          for (int64_t k = 0; k < width; k += kElements)
            stage_columns(from, is_inside ? source_.width : 0, cols.begin, count, k,
                          lesser(kElements, width - k), to + k * sizeof(BFloat16));
        }
      // Zeros up to whole steps: a tile multiplies them by zero weights.
      for (int64_t k = staged; k < 2 * staged_.step * staged_.steps; k += 2)
        for (int64_t i = 0; i < count; ++i)
          __builtin_memset(line + i * staged_.pixel_bytes + k * sizeof(BFloat16), 0, 4);
    }
  }
  static constexpr int64_t kElements = 8;  // elements of a window that are staged together
  // Elements from k on of the windows of some pixels; zeros beside the row and beside the window.
  void stage_columns(const BFloat16* row, int64_t width, int64_t first, int64_t count, int64_t k,
                     int64_t elements, char* to) const {
    const auto written = __mmask8(0xff >> (kElements - elements));
    const int64_t seen = greater(0, lesser(elements, source_.kernel_width - k));
    const int64_t stride = p_.stride_width, pixel_bytes = staged_.pixel_bytes;
    const int64_t start = first * stride - source_.pad + k * source_.dilation;
    const auto at_border = [&](int64_t i) WEFT_LAMBDA {  // at the ends of the row
      uint16_t single[kElements] = {};
      for (int64_t j = 0; j < seen; ++j) {
        const int64_t col = start + i * stride + j * source_.dilation;
        if (col >= 0 && col < width) __builtin_memcpy(&single[j], row + col, sizeof single[j]);
      }
      __m128i window;
      __builtin_memcpy(&window, single, sizeof window);
      _mm_mask_storeu_epi16(to + i * pixel_bytes, written, window);
    };
    int64_t i = 0, end = 0;  // the pixels whose windows are inside
    if (source_.dilation == 1 && seen > 0) {
      i = lesser(count, greater(0, ceil_divide(-start, stride)));
      end = lesser(count, ceil_divide(width - seen + 1 - start, stride));
    }
    for (int64_t j = 0; j < i; ++j) at_border(j);
    const auto there = __mmask8((1 << seen) - 1);
    for (; i < end; ++i)
      _mm_mask_storeu_epi16(to + i * pixel_bytes, written,
                            _mm_maskz_loadu_epi16(there, row + start + i * stride));
    for (; i < count; ++i) at_border(i);
  }

  // The products.

  // Where results go: from row `row` and some columns on, for filters from `channel` on.
  struct Results {
    int64_t row;
    Range cols;
    int64_t image, channel, channels;
  };

  // All pixels by two panels, 32 pixels at a time.
  void multiply(int64_t pixels, const uint32_t* b, bool has_right, const Results& results) {
    // The bias is widened once for all pixels of the two panels.
    __builtin_memset(bias_, 0, sizeof bias_);
    if (operands_.bias)
      for (int64_t i = 0; i < results.channels; i += Vec<float>::kLanes)
        Memory<float>::store(bias_ + i, Memory<BFloat16>::load_part(
                                            (const BFloat16*)operands_.bias + results.channel + i,
                                            lesser(Vec<float>::kLanes, results.channels - i)));
    int64_t m = 0;
    for (; m < pixels; m += kBlockRows) {
      if (pixels - m > kTileRows16)
        has_right ? one_block<true, true>(m, b, results) : one_block<true, false>(m, b, results);
      else
        has_right ? one_block<false, true>(m, b, results) : one_block<false, false>(m, b, results);
    }
    finish(results, m - kBlockRows, pixels - (m - kBlockRows));
  }

  // One block of sums. The sums of the block before are finished during its products and before its
  // own sums are stored: a load just after a store seems to depend on it if the addresses agree
  // modulo a page.
  template <bool kHasLower, bool kHasRight>
  void one_block(int64_t m, const uint32_t* b, const Results& results) {
    using Block = SumsBlock<BFloat16Products, kHasLower, kHasRight>;
    const int64_t row_bytes = staged_.pixel_bytes, lower = kTileRows16 * row_bytes;
    const int64_t panel = staged_.joins_blocks ? staged_.steps * step_weights_ : panel_;
    const bool is_joined = staged_.joins_blocks;
    const TiledTap* const taps = taps_;
    const int64_t count = tap_count_, lines = ahead_lines_;
    const char* ahead = ahead_;
    const char* a = image_ + m * row_bytes;
    Block::clear();
    for (int64_t step = 0; step < staged_.steps;
         ++step, a += staged_.step_bytes, b += step_weights_)
      for (int64_t i = 0; i < count; ++i) {
        for (int64_t line = 0; line < lines; ++line, ahead += kTileBytes)
          __builtin_prefetch(ahead, 0, 2);
        const char* const pixels = a + taps[i].pixels;
        const uint32_t* const weights = b + (is_joined ? i * kJoinedCell : taps[i].weights);
        Block::add({pixels, row_bytes}, {pixels + lower, row_bytes}, weights, weights + panel,
                   kTileBytes);
      }
    ahead_ = ahead;
    if (m > 0) finish(results, m - kBlockRows, kBlockRows);
    Block::store(sums_, kSumsRow);
  }

  // Stores `count` pixels from pixel m on, without those between two rows of results.
  void finish(const Results& results, int64_t m, int64_t count) const {
    int64_t row = m / staged_.row_pixels, col = m % staged_.row_pixels;
    const int64_t cols = results.cols.end - results.cols.begin;
    for (int64_t i = 0; i < count; ++row, col = 0) {
      const int64_t here = lesser(count - i, staged_.row_pixels - col);
      if (col < cols)
        finish_row(results, results.row + row, results.cols.begin + col, lesser(here, cols - col),
                   sums_ + i * kBlockColumns);
      i += here;
    }
  }
  // The pixels of one row, for all channel blocks of the two panels.
  void finish_row(const Results& results, int64_t row, int64_t col, int64_t count,
                  const float* sums) const {
    const int64_t block = problem_.out_block;
    for (int64_t c = 0; c < results.channels; c += block, sums += block) {
      const int64_t channel = results.channel + c;
      const int64_t first = results.image * p_.out_channels + channel;
      const auto at = [&](int64_t ring) WEFT_LAMBDA {
        return first * ring * problem_.results.width + place_in(problem_, ring, row, col);
      };
      const auto* added = (const BFloat16*)operands_.residual;
      if (added) added += at(problem_.residual_ring_rows);
      BFloat16* const to = (BFloat16*)operands_.y + at(problem_.results.height);
      if (block == Vec<float>::kLanes)
        finish_pixels<Vec<float>::kLanes>(sums, count, bias_ + c, added, to);
      else
        finish_pixels<Vec<float>::kLanes / 2>(sums, count, bias_ + c, added, to);
    }
  }
  // Bias, residual, clamp, and rounding to bfloat16.
  template <int kChannels>
  void finish_pixels(const float* sums, int64_t count, const float* bias, const BFloat16* added,
                     BFloat16* to) const {
    constexpr bool kIsWhole = kChannels == Vec<float>::kLanes;
    const auto load = [](const BFloat16* from) WEFT_LAMBDA {
      return kIsWhole ? Memory<BFloat16>::load(from) : Memory<BFloat16>::load_part(from, kChannels);
    };
    const Epilogue epilogue = epilogue_;
    const Vec<float> terms = Memory<float>::load(bias);
    const int64_t step = kChannels * problem_.results.col_step;
    for (int64_t i = 0; i < count; ++i, sums += kBlockColumns, to += step) {
      Vec<float> sum = Memory<float>::load(sums) + terms;
      if (added) sum = sum + load(added + i * step);
      sum = clamped(sum, epilogue);
      if constexpr (kIsWhole)
        store_rounded(to, sum);
      else
        store_rounded_half(to, sum);
    }
  }

  const BlockedConvolution& problem_;
  const Convolution& p_;
  const PlainSource& source_;
  const BlockedCut& cut_;
  const StagedRows& staged_;
  const BlockedOperands& operands_;
  char* const scratch_;
  char* const image_;
  TiledTap* const taps_;
  int64_t tap_count_ = 0;
  int64_t step_weights_;  // from one step of channels to the next
  int64_t panel_, ahead_lines_ = 0;
  const char* ahead_ = nullptr;
  const Epilogue epilogue_;
  alignas(64) float sums_[kBlockRows * kBlockColumns];
  alignas(64) float bias_[kBlockColumns + Vec<float>::kLanes];  // of the current filters, widened
  // What is staged now.
  BlockedShare lain_ = {{-1, -1}, {-1, -1}, -1, -1, {-1, -1}};
};
#endif  // WEFT_AMX
