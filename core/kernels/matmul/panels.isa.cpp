// Products with packed weights: kernels/matmul/panels.h.
//
// A tile of C, a few rows by one or two vectors, stays in registers while k runs. Rows of A are
// read where they lie, and each row of the panel follows the one before. Weights come from memory
// in a network, so each tile prefetches a part of the next panel.
//
// Whole vectors of float32 with nothing but a bias go from registers to C. Other sums wait in
// scratch, in the first-level cache, until a tile is done and the epilogue writes it to C. If k is
// deep, all sums wait there between blocks of k. Tiles of AMX read panels of bfloat16 where they
// lie, too (bf16x2_amx_impl.h).

#include "kernels/isa/isa_target.h"
#include "kernels/matmul/matmul.h"
#include "kernels/matmul/panels_kernels_impl.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd/simd.h"
#include "kernels/simd/simd_memory.h"

#include "kernels/matmul/gemm_impl.h"

#include "kernels/matmul/bf16x2_amx_impl.h"
#include "kernels/matmul/bf16x2_impl.h"
#include "kernels/matmul/few_rows_impl.h"

constexpr int64_t kPanelDepth = 1024;  // rows of a block of k: 128 KiB of a float32 panel
constexpr int64_t kPackedDeep = 32;    // rows of B that are packed together
constexpr int64_t kWidened = 32;       // elements of a row of A that are widened together
constexpr int64_t kLine = 64;          // bytes of a cache line

template <class S>
constexpr int64_t kPairedRows = kIsSame<S, BFloat16> ? paired_rows(DType::kBFloat16) : 1;

// What a tile kernel works on; the number of rows and vectors is given by the choice of the kernel.
struct PanelTile {
  const void* a;
  int64_t a_row;                   // elements between rows
  const void* b;                   // the tile's first column
  const char* ahead;               // two places to prefetch from, ahead_part bytes apart,
  int64_t ahead_part, ahead_step;  // and how many bytes further each is for each row of the panel
  float* sums;                     // rows of kPanelColumns: the sums so far
  float* to;                       // rows to_row apart: where the new sums go
  int64_t to_row;
  const float* bias;  // added to the new sums, or null
  int64_t k;
  bool accumulate;  // begin with `sums`
  bool is_last;     // is it the last block of k?
};
using PanelTileKernel = void (*)(const PanelTile& tile);

// A vector of columns of one row of a panel, widened to float32. kHasMask: a register is free for
// it.
template <class S, int kRow, bool kHasMask>
WEFT_INLINE Vec<float> load_columns(const S* b) {
  if constexpr (kPairedRows<S> == 1) {
    return Memory<S>::load(b);
  } else {
    const Vec<uint32_t> pairs = Memory<uint32_t>::load((const uint32_t*)b);
    return kRow == 0  ? first_of(pairs)
           : kHasMask ? second_of(pairs)
                      : second_of_without_mask(pairs);
  }
}

// A step of k: one element of A times a row of the panel, or, for bf16x2 that are not multiplied as
// such, two elements one after the other. Rows of A that are not float32 are widened before, a part
// of each row, so that an element is broadcast as it is loaded.
template <class S>
struct SingleStep {
  static constexpr int kElements = kPairedRows<S>;
  using Stored = S;
  using Left = float;

  template <int kRows, int kVectors>
  WEFT_INLINE static void add(Vec<float> (&sums)[kRows][kVectors], const float* a, int64_t a_row,
                              const S* b, bool both = true) {
    add_row<0>(sums, a, a_row, b);
    if constexpr (kElements == 2) {
      // the pairs are loaded for each row of them, because registers are needed for sums
      asm volatile("" ::: "memory");
      if (both) add_row<1>(sums, a + 1, a_row, b);
    }
  }

 private:
  template <int kRow, int kRows, int kVectors>
  WEFT_INLINE static void add_row(Vec<float> (&sums)[kRows][kVectors], const float* a,
                                  int64_t a_row, const S* b) {
    Vec<float> right[kVectors];
    WEFT_UNROLL
    for (int j = 0; j < kVectors; ++j)
      right[j] = load_columns<S, kRow, false>(b + j * Vec<float>::kLanes * kElements);
    WEFT_UNROLL
    for (int i = 0; i < kRows; ++i) {
      const Vec<float> left(a[i * a_row]);
      WEFT_UNROLL
      for (int j = 0; j < kVectors; ++j) sums[i][j] = fma_(left, right[j], sums[i][j]);
    }
  }
};

#if WEFT_BF16X2
// A step of two elements of bfloat16 that follow one another in k, by one instruction.
struct PairStep {
  static constexpr int kElements = 2;
  using Stored = BFloat16;
  using Left = BFloat16;

  // If the second element is missing, it counts as zero.
  template <int kRows, int kVectors>
  WEFT_INLINE static void add(Vec<float> (&sums)[kRows][kVectors], const BFloat16* a, int64_t a_row,
                              const BFloat16* b, bool both = true) {
    using Pairs = Vec<uint32_t>;
    Pairs right[kVectors];
    WEFT_UNROLL
    for (int j = 0; j < kVectors; ++j)
      right[j] = Memory<uint32_t>::load((const uint32_t*)b + j * Pairs::kLanes);
    WEFT_UNROLL
    for (int i = 0; i < kRows; ++i) {
      uint32_t pair = a[i * a_row].bits;
      if (both) __builtin_memcpy(&pair, a + i * a_row, sizeof pair);
      WEFT_UNROLL
      for (int j = 0; j < kVectors; ++j)
        sums[i][j] = add_products(Pairs(pair), right[j], sums[i][j]);
    }
  }
};
#endif

// Widens kWidened elements of each row of A, or fewer at the end, to rows of that length.
template <class S>
WEFT_INLINE void widen(const S* a, int64_t a_row, int64_t rows, float* to) {
  for (int64_t i = 0; i < rows; ++i, a += a_row, to += kWidened)
    for (int64_t k = 0; k < kWidened; k += Vec<float>::kLanes)
      Memory<float>::store(to + k, Memory<S>::load(a + k));
}
template <class S>
WEFT_SHARED void widen_rest(const S* a, int64_t a_row, int64_t rows, int64_t count, float* to) {
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t k = 0; k < count; ++k) to[i * kWidened + k] = to_lane(a[i * a_row + k]);
}

// The kernel of a tile. `add` runs over k; the prefetches inside it spread over the whole tile.
template <class Step, int kVectors, int kRows>
void panel_tile(const PanelTile& tile) {
  constexpr int kLanes = Vec<float>::kLanes;
  using S = typename Step::Stored;
  Vec<float> sums[kRows][kVectors];
  WEFT_UNROLL
  for (int i = 0; i < kRows; ++i) {
    WEFT_UNROLL
    for (int j = 0; j < kVectors; ++j)
      sums[i][j] = tile.accumulate ? Memory<float>::load(tile.sums + i * kPanelColumns + j * kLanes)
                                   : Vec<float>(0);
  }
  const S* a = (const S*)tile.a;
  const S* b = (const S*)tile.b;
  const char* ahead = tile.ahead;
  const int64_t ahead_part = tile.ahead_part, ahead_step = Step::kElements * tile.ahead_step;
  const auto add = [&](const auto* left, int64_t left_row, int64_t count) WEFT_LAMBDA {
    for (; count >= Step::kElements; count -= Step::kElements) {
      __builtin_prefetch(ahead, 0, 2);
      __builtin_prefetch(ahead + ahead_part, 0, 2);
      ahead += ahead_step;
      Step::add(sums, left, left_row, b);
      left += Step::kElements;
      b += Step::kElements * kPanelColumns;
    }
    if (Step::kElements == 2 && count > 0) Step::add(sums, left, left_row, b, false);
  };
  if constexpr (kIsSame<S, typename Step::Left>) {
    add(a, tile.a_row, tile.k);
  } else {
    alignas(64) float wide[kRows][kWidened];
    for (int64_t k = 0; k < tile.k; k += kWidened) {
      const int64_t count = tile.k - k < kWidened ? tile.k - k : kWidened;
      if (count == kWidened)
        widen(a + k, tile.a_row, kRows, wide[0]);
      else
        widen_rest(a + k, tile.a_row, kRows, count, wide[0]);
      add(wide[0], kWidened, count);
    }
  }
  const auto each = [&](auto use) WEFT_LAMBDA {
    WEFT_UNROLL
    for (int i = 0; i < kRows; ++i) {
      WEFT_UNROLL
      for (int j = 0; j < kVectors; ++j) use(i, j, sums[i][j]);
    }
  };
  if constexpr (kIsSame<S, float>) {
    if (tile.bias)
      each([&](int, int j, Vec<float>& sum)
               WEFT_LAMBDA { sum = sum + Memory<float>::load(tile.bias + j * kLanes); });
  }
  float* const to = tile.to;
  const int64_t to_row = tile.to_row;
  each([&](int i, int j, Vec<float> sum)
           WEFT_LAMBDA { Memory<float>::store(to + i * to_row + j * kLanes, sum); });
}

struct PanelTileKernels {
  PanelTileKernel at[2][kTileRows<float>];  // [vectors - 1][rows - 1]
};
template <class Step, int... I>
constexpr PanelTileKernels panel_tiles(Numbers<I...>) {
  // Halves always compute two vectors, even where one is enough: it is less code.
  constexpr int kFewest = kIsSame<typename Step::Stored, float> ? 1 : 2;
  return {{{panel_tile<Step, kFewest, I + 1>...}, {panel_tile<Step, 2, I + 1>...}}};
}
template <class Step>
constexpr PanelTileKernels kPanelTiles =
    panel_tiles<Step>(typename CountTo<kTileRows<float>>::Type());

// Few rows of bfloat16 add products one by one, as in matmul.h: they wait for memory anyway.
template <class S>
WEFT_INLINE const PanelTileKernels& panel_tiles([[maybe_unused]] int64_t rows) {
#if WEFT_BF16X2
  if constexpr (kIsSame<S, BFloat16>) {
    if (rows > kFewRows && multiplies_bf16x2()) return kPanelTiles<PairStep>;
  }
#endif
  return kPanelTiles<SingleStep<S>>;
}

// One unit: a panel by the rows from `first` on.
template <class S>
struct PanelUnit {
  const PanelProduct& p;
  const PanelTileKernels& tiles;
  float* sums;
  int64_t first, rows, panel;
  bool is_bounded;

  void run() const {
    const int64_t blocks = (p.k + kPanelDepth - 1) / kPanelDepth;
    // a multiple of two, for bf16x2
    const int64_t depth = ((p.k + blocks - 1) / blocks + 1) / 2 * 2;
    for (int64_t k = 0; k < p.k; k += depth) run_block(k, p.k - k < depth ? p.k - k : depth);
  }

// By AMX; sums are in scratch between blocks of k.
#if WEFT_AMX
  void run_tiled() const {
    const int64_t col = panel * kPanelColumns;
    const int64_t width = p.n - col < kPanelColumns ? p.n - col : kPanelColumns;
    const int64_t elements = panel_elements(p.dtype, p.k);
    const auto* const b = (const BFloat16*)p.panels + panel * elements;
    auto* const rest = (uint32_t*)(sums + whole_tiles(rows) * kPanelColumns);
    const bool is_last = col + kPanelColumns >= p.n;
    for (int64_t k = 0; k < p.k; k += kTiledDepth) {
      const int64_t depth = p.k - k < kTiledDepth ? p.k - k : kTiledDepth;
      const auto* const pairs = (const uint32_t*)(b + k * kPanelColumns);
      if (depth % kTiledStep) stage_rest(pairs, depth, rest);
      if (k + depth == p.k) fetch_results(0, rows, width);
      TiledBf16x2{rows,
                  depth,
                  (const BFloat16*)p.a + first * p.k + k,
                  p.k,
                  pairs,
                  rest,
                  sums,
                  kPanelColumns,
                  k > 0,
                  (BFloat16*)((char*)rest + kTiledStepBytes),
                  (const char*)(b + elements + k * kPanelColumns),
                  is_last ? 0 : kTiledStep}
          .run();
    }
    if (!p.keeps_sums) return finish(0, rows, width);
    for (int64_t i = 0; i < rows; ++i)
      copy_part(sums + i * kPanelColumns, width, (float*)p.c + (first + i) * p.n + col);
  }
#endif

  // One block of k: the tiles of the unit, and the epilogue after the last block.
  void run_block(int64_t k, int64_t depth) const {
    constexpr int64_t kCols = 2 * Vec<float>::kLanes;
    const int64_t step = balanced_rows_at<float>(rows, p.k * sizeof(S));
    const int64_t col = panel * kPanelColumns;
    const int64_t width = p.n - col < kPanelColumns ? p.n - col : kPanelColumns;
    const int64_t elements = panel_elements(p.dtype, p.k);
    const S* b = (const S*)p.panels + panel * elements + k * kPanelColumns;
    const bool is_last = col + kPanelColumns >= p.n;
    PanelTile tile;
    tile.a_row = p.k;
    tile.k = depth;
    tile.accumulate = k > 0;
    tile.is_last = k + depth == p.k;
    const bool is_direct = tile.is_last && width == kPanelColumns && goes_to_c();
    tile.to_row = is_direct ? p.n : kPanelColumns;
    tile.bias = nullptr;
    // Memory may need longer for a panel than one tile takes, so each tile prefetches its share of
    // it.
    const int64_t tiles_of_all = (rows + step - 1) / step * ((width + kCols - 1) / kCols);
    tile.ahead = (const char*)(is_last ? b : b + elements);
    tile.ahead_step =
        is_last ? 0 : (kPanelColumns * sizeof(S) / 2 + tiles_of_all - 1) / tiles_of_all;
    tile.ahead_part = tile.ahead_step * depth;
    for (int64_t i = 0; i < rows; i += step) {
      const int64_t count = rows - i < step ? rows - i : step;
      tile.a = (const S*)p.a + (first + i) * p.k + k;
      if (tile.is_last) fetch_results(i, count, width);
      for (int64_t j = 0; j < width; j += kCols) {
        tile.b = b + j * kPairedRows<S>;
        tile.sums = tile.to = sums + i * kPanelColumns + j;
        if (is_direct) {
          tile.to = (float*)p.c + (first + i) * p.n + col + j;
          tile.bias = p.bias ? (const float*)p.bias + col + j : nullptr;
        }
        tiles.at[width - j > Vec<float>::kLanes][count - 1](tile);
        tile.ahead += 2 * tile.ahead_part;
      }
      if (tile.is_last && !is_direct) finish(i, count, width);
    }
  }
  // Can sums go to C directly? Only if no epilogue but the bias follows.
  WEFT_INLINE bool goes_to_c() const {
    return kIsSame<S, float> ? !p.residual && !is_bounded : p.keeps_sums;
  }

  // Prefetches the rows of C, and of the residual, while their tiles are computed.
  WEFT_INLINE void fetch_results(int64_t row, int64_t count, int64_t width) const {
    const int64_t at = (first + row) * p.n + panel * kPanelColumns;
    prefetch_rows<true>((const S*)p.c + at, count, p.n * sizeof(S), width * sizeof(S));
    if (p.residual)
      prefetch_rows<false>((const S*)p.residual + at, count, p.n * sizeof(S), width * sizeof(S));
  }

  // The epilogue of some rows, from scratch to C.
  WEFT_SHARED void finish(int64_t row, int64_t count, int64_t width) const {
#if WEFT_BF16X2
    if constexpr (kIsSame<S, BFloat16>) {
      if (multiplies_bf16x2()) return finish_rows<RoundedByInstruction>(row, count, width);
    }
#endif
    finish_rows<RoundedByMemory>(row, count, width);
  }
  template <class Rounded>
  void finish_rows(int64_t row, int64_t count, int64_t width) const {
    constexpr int kLanes = Vec<float>::kLanes;
    const int64_t col = panel * kPanelColumns;
    for (int64_t i = row; i < row + count; ++i) {
      const float* from = sums + i * kPanelColumns;
      const int64_t at = (first + i) * p.n + col;
      int64_t j = 0;
      for (; j + kLanes <= width; j += kLanes)
        finish_lanes<Rounded, true>(from + j, col + j, at + j, kLanes);
      if (j < width) finish_lanes<Rounded, false>(from + j, col + j, at + j, width - j);
    }
  }
  // How a sum is rounded between the steps of the epilogue (as if it had been written to C and read
  // again), and how it is written.
  struct RoundedByMemory {
    WEFT_INLINE static Vec<float> of(Vec<float> sum) {
      if constexpr (kIsSame<S, float>) return sum;
      S elements[Vec<float>::kLanes];
      Memory<S>::store(elements, sum);
      return Memory<S>::load(elements);
    }
    WEFT_INLINE static void store(S* to, Vec<float> sum) { Memory<S>::store(to, sum); }
  };
#if WEFT_BF16X2
  struct RoundedByInstruction {
    WEFT_INLINE static Vec<float> of(Vec<float> sum) { return rounded(sum); }
    WEFT_INLINE static void store(BFloat16* to, Vec<float> sum) { store_rounded(to, sum); }
  };
#endif
  // One vector, or the first n lanes of one: bias, residual, clamp. NaN passes both comparisons.
  template <class Rounded, bool kWhole>
  WEFT_INLINE void finish_lanes(const float* from, int64_t col, int64_t at, int64_t n) const {
    const auto load = [&](const void* data, int64_t place) WEFT_LAMBDA {
      const S* elements = (const S*)data + place;
      return kWhole ? Memory<S>::load(elements) : Memory<S>::load_part(elements, n);
    };
    Vec<float> sum = Memory<float>::load(from);
    if (p.bias) sum = Rounded::of(sum) + load(p.bias, col);
    if (p.residual) sum = Rounded::of(sum) + load(p.residual, at);
    if (is_bounded) {
      sum = select(sum < Vec<float>(p.low), Vec<float>(p.low), sum);
      sum = select(sum > Vec<float>(p.high), Vec<float>(p.high), sum);
    }
    if constexpr (kWhole) {
      Rounded::store((S*)p.c + at, sum);
    } else {
      Memory<S>::store_part((S*)p.c + at, sum, n);
    }
  }
};

// One row by several panels side by side. The sums of one panel alone would wait for each other: a
// processor starts two products a cycle and each takes four cycles.
template <class S>
struct RowByPanels {
  static constexpr int kLanes = Vec<float>::kLanes;
  static constexpr int kVectors = kPanelColumns / kLanes;      // of a panel
  static constexpr int kPanels = kLanes < 8 ? 1 : kLanes / 4;  // as many as make eight sums
  static constexpr int64_t kPaired = kPairedRows<S>;
  static constexpr int64_t kBytes = kPanelColumns * sizeof(S);  // bytes of a row of a panel
  // rows of the panels that are prefetched: a page
  static constexpr int64_t kRowsAhead = 4096 / kBytes;

  using Sums = Vec<float>[kPanels][kVectors];

  const PanelProduct& p;

  // Adds rows [k, end) of the panels, and prefetches what lies `ahead` bytes further.
  WEFT_INLINE void add(Sums& sums, const S* panel, int64_t k, int64_t end, int64_t ahead) const {
    for (; k < end; k += kPaired) {
      WEFT_UNROLL
      for (int i = 0; i < kPanels; ++i) {
        const S* b = panel + i * panel_elements(p.dtype, p.k) + k * kPanelColumns;
        for (int64_t line = 0; line < kPaired * kBytes; line += kLine)
          __builtin_prefetch((const char*)b + ahead + line, 0, 2);
        add_row<0>(sums[i], k, b);
        if (kPaired == 2 && k + 1 < end) add_row<1>(sums[i], k + 1, b);
      }
    }
  }
  template <int kRow>
  WEFT_INLINE void add_row(Vec<float> (&sums)[kVectors], int64_t k, const S* b) const {
    const Vec<float> left(to_lane(((const S*)p.a)[k]));
    WEFT_UNROLL
    for (int j = 0; j < kVectors; ++j)
      sums[j] = fma_(left, load_columns<S, kRow, true>(b + j * kLanes * kPaired), sums[j]);
  }

  // First with prefetches within the panels, then, in their last page, from the panels that follow.
  void run(int64_t first, bool is_bounded) const {
    Sums sums;
    WEFT_UNROLL
    for (int number = 0; number < kPanels; ++number) {
      WEFT_UNROLL
      for (int vector = 0; vector < kVectors; ++vector) sums[number][vector] = Vec<float>(0);
    }
    const int64_t elements = panel_elements(p.dtype, p.k);
    const S* panel = (const S*)p.panels + first * elements;
    const int64_t within = p.k > kRowsAhead ? (p.k - kRowsAhead) / kPaired * kPaired : 0;
    add(sums, panel, 0, within, kRowsAhead * kBytes);
    add(sums, panel, within, p.k, kPanels * elements * sizeof(S) - within * kBytes);
    alignas(64) float own[kPanelColumns];
    WEFT_UNROLL
    for (int i = 0; i < kPanels; ++i) {
      const bool is_direct = !kIsSame<S, float> && p.keeps_sums;
      float* const row = is_direct ? (float*)p.c + (first + i) * kPanelColumns : own;
      WEFT_UNROLL
      for (int j = 0; j < kVectors; ++j) Memory<float>::store(row + j * kLanes, sums[i][j]);
      if (is_direct) continue;
      const int64_t left = p.n - (first + i) * kPanelColumns;
      PanelUnit<S>{p, kPanelTiles<SingleStep<S>>, row, 0, 1, first + i, is_bounded}.finish(
          0, 1, left < kPanelColumns ? left : kPanelColumns);
    }
  }
};

// Units that have the same rows are neighbours.
template <class S>
void multiply_panels(const PanelProduct& p, int64_t unit_rows, Range units, void* scratch) {
  const int64_t panels = (p.n + kPanelColumns - 1) / kPanelColumns;
  const bool is_bounded = p.low > -__builtin_inff() || p.high < __builtin_inff();
  constexpr int kSideBySide = RowByPanels<S>::kPanels;
  for (; p.m == 1 && kSideBySide > 1 && units.begin + kSideBySide <= units.end;
       units.begin += kSideBySide)
    RowByPanels<S>{p}.run(units.begin, is_bounded);
  const auto unit_of = [&](int64_t unit) {
    const int64_t first = unit / panels * unit_rows;
    const int64_t rows = p.m - first < unit_rows ? p.m - first : unit_rows;
    return PanelUnit<S>{p,    panel_tiles<S>(p.m), (float*)scratch, first,
                        rows, unit % panels,       is_bounded};
  };
#if WEFT_AMX
  if constexpr (kIsSame<S, BFloat16>) {
    if (p.m > kFewRows && uses(Extra::kAmxBf16)) {
      const AmxTiles of_this_thread(true);
      for (int64_t unit = units.begin; unit < units.end; ++unit) unit_of(unit).run_tiled();
      return;
    }
  }
#endif
  for (int64_t unit = units.begin; unit < units.end; ++unit) unit_of(unit).run();
}

// A part of a panel. Halves are packed as float32 and narrowed again, which loses nothing; a
// bfloat16 is the upper half of a float32.
template <class S>
void pack_part(const S* from, const PanelPacking& packing, int64_t count, int64_t depth, S* to) {
  if constexpr (kIsSame<S, float>) {
    pack(from, packing.b_col, packing.b_row, count, depth, to, kPanelColumns);
  } else {
    float lanes[kPackedDeep * kPanelColumns];
    __builtin_memset(lanes, 0, sizeof lanes);
    pack(from, packing.b_col, packing.b_row, count, depth, lanes, kPanelColumns);
    constexpr int64_t kPaired = kPairedRows<S>, kLanes = Vec<float>::kLanes;
    for (int64_t k = 0; k < depth; k += kPaired)
      for (int64_t j = 0; j < kPanelColumns; j += kLanes) {
        const float* row = lanes + k * kPanelColumns + j;
        S* place = to + k * kPanelColumns + j * kPaired;
        if constexpr (kPaired == 1) {
          Memory<S>::store(place, Memory<float>::load(row));
        } else {
          const Vec<uint32_t> even = Memory<uint32_t>::load((const uint32_t*)row);
          const Vec<uint32_t> odd = Memory<uint32_t>::load((const uint32_t*)(row + kPanelColumns));
          Memory<uint32_t>::store((uint32_t*)place, even >> 16 | (odd & Vec<uint32_t>(0xffff0000)));
        }
      }
  }
}

// Columns beyond n become zero: a panel is always whole.
template <class S>
void pack_panels(const PanelPacking& packing, Range panels) {
  for (int64_t panel = panels.begin; panel < panels.end; ++panel) {
    const int64_t col = panel * kPanelColumns;
    const int64_t count = packing.n - col < kPanelColumns ? packing.n - col : kPanelColumns;
    const S* from = (const S*)packing.b + col * packing.b_col;
    S* to = (S*)packing.panels + panel * panel_elements(packing.dtype, packing.k);
    if (kIsSame<S, float> && count < kPanelColumns)
      __builtin_memset(to, 0, panel_elements(packing.dtype, packing.k) * sizeof(S));
    for (int64_t k = 0; k < packing.k; k += kPackedDeep) {
      const int64_t depth = packing.k - k < kPackedDeep ? packing.k - k : kPackedDeep;
      pack_part(from + k * packing.b_row, packing, count, depth, to + k * kPanelColumns);
    }
  }
}

#define WEFT_PANELS(S) \
  { WEFT_KEPT(S, pack_panels<S>), WEFT_KEPT(S, multiply_panels<S>) }

const PanelKernels kPanels[kNumDTypes] = {{},
                                          {},
                                          {},
                                          {},
                                          {},
                                          {},
                                          {},
                                          {},
                                          {},
                                          WEFT_PANELS(Float16),
                                          WEFT_PANELS(BFloat16),
                                          WEFT_PANELS(float),
                                          {}};

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
