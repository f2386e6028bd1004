// Direct convolution of bfloat16 images over channel blocks
// (kernels/convolution/blocked/convolution_blocked.h). Two neighbouring channels are one lane of 32
// bits (bf16x2), and so are the two weights of a filter that they meet. So an image is walked like
// one of float32 with half the channels.
//
// A step of a sum is one VDPBF16PS or BFDOT, which multiplies both elements of a bf16x2 and adds
// both products to a float32 lane. Where that instruction is missing or slow, weights become two
// float32 lanes, by a shift and by a mask, pixels are widened into a buffer, and a step is two
// fused multiply-adds.
//
// With AMX, tiles multiply instead: kernels/convolution/blocked/tiled_unit_impl.h.
#include "kernels/convolution/blocked/blocked_kernels_impl.h"
#include "kernels/isa/isa_target.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd/simd.h"
#include "kernels/simd/simd_memory.h"

#include "kernels/matmul/gemm_impl.h"

#include "kernels/convolution/blocked/blocked_impl.h"

#include "kernels/convolution/blocked/blocked_unit_impl.h"

#include "kernels/matmul/bf16x2_impl.h"

#include "kernels/matmul/amx_impl.h"

#include "kernels/convolution/blocked/tiled_unit_impl.h"

#include "kernels/convolution/winograd/winograd_impl.h"

#include "kernels/convolution/winograd/winograd_unit_impl.h"

using Pairs = Vec<uint32_t>;
using PairTile = TileOf<uint32_t, BFloat16>;
using PairTileKernel = void (*)(const PairTile& tile);

// A step by fused multiply-adds. At each tap of the window a channel block of kPixels pixels is
// widened into a buffer, from which elements are broadcast as they are loaded.
struct WidenedStep {
  static constexpr int kKnown = 0;  // distance of pixels in the buffer, always known
  static constexpr int max_pixels(int vectors) { return vectors == 2 ? kMaxPixels : 7; }
  // the code that rounds results is long, so all tiles share it
  static constexpr bool kFinishes = false;

  WEFT_INLINE static void store(BFloat16* to, Vec<float> v) { Memory<BFloat16>::store(to, v); }

  template <int kPixels, int kVectors>
  WEFT_INLINE static void add_all(Vec<float> (&sums)[kPixels][kVectors], const PairTile& tile,
                                  int64_t step, int64_t weights_vector) {
    alignas(64) float wide[kPixels][2 * kMax];
    // Prefetches continue over all windows of the tile.
    const uint32_t* ahead = tile.ahead;
    over_windows(tile, tile.x, [&](const uint32_t* x, const uint32_t* weights) WEFT_LAMBDA {
      for (int64_t k = 0; k < tile.depth; k += kMax) {
        const int64_t pairs = lesser(kMax, tile.depth - k);
        widen(x + k, step, pairs, wide);
        for (int64_t pair = 0; pair < pairs; ++pair) {
          __builtin_prefetch(ahead, 0, 2);
          ahead += tile.ahead_step;
          add(sums, &wide[0][2 * pair], weights + (k + pair) * kPanelChannels, weights_vector);
        }
      }
    });
  }

 private:
  static constexpr int64_t kMax = 8;  // bf16x2 that are widened together

  template <int kPixels>
  WEFT_INLINE static void widen(const uint32_t* x, int64_t step, int64_t pairs,
                                float (&wide)[kPixels][2 * kMax]) {
    constexpr int kLanes = Vec<float>::kLanes;
    if (pairs < kMax) return widen_part(x, step, pairs, kPixels, wide[0]);
    WEFT_UNROLL
    for (int i = 0; i < kPixels; ++i) {
      WEFT_UNROLL
      for (int j = 0; j < 2 * kMax; j += kLanes)
        Memory<float>::store(wide[i] + j,
                             Memory<BFloat16>::load((const BFloat16*)(x + i * step) + j));
    }
  }
  static void widen_part(const uint32_t* x, int64_t step, int64_t pairs, int64_t pixels,
                         float* wide) {
    for (; pixels > 0; --pixels, x += step, wide += 2 * kMax)
      for (int64_t k = 0; k < pairs; ++k) {
        const uint32_t both[2] = {x[k] << 16, x[k] & 0xffff0000};
        __builtin_memcpy(wide + 2 * k, both, sizeof both);
      }
  }
  template <int kPixels, int kVectors>
  WEFT_INLINE static void add(Vec<float> (&sums)[kPixels][kVectors], const float* wide,
                              const uint32_t* weights, int64_t weights_vector) {
    WEFT_UNROLL
    for (int half = 0; half < 2; ++half) {
      // the pairs are loaded for each half, because registers are needed for sums
      asm volatile("" ::: "memory");
      Vec<float> right[kVectors];
      WEFT_UNROLL
      for (int j = 0; j < kVectors; ++j) {
        const Pairs pairs = Memory<uint32_t>::load(weights + j * weights_vector);
        right[j] = half == 1 ? second_of_without_mask(pairs) : first_of(pairs);
      }
      WEFT_UNROLL
      for (int i = 0; i < kPixels; ++i) {
        const Vec<float> left(wide[i * 2 * kMax + half]);
        WEFT_UNROLL
        for (int j = 0; j < kVectors; ++j) sums[i][j] = fma_(left, right[j], sums[i][j]);
      }
    }
  }
};

// A step by the instruction for bf16x2.
#if WEFT_BF16X2
struct PairStep {
  static constexpr int kKnown = 8;  // distance of pixels
  // The maximum of a tile at other distances.
  static constexpr int max_pixels(int) { return kMaxPixels < 7 ? kMaxPixels : 7; }
  static constexpr bool kFinishes = true;

  WEFT_INLINE static void store(BFloat16* to, Vec<float> v) { store_rounded(to, v); }

  template <int kPixels, int kVectors>
  WEFT_INLINE static void add_all(Vec<float> (&sums)[kPixels][kVectors], const PairTile& tile,
                                  int64_t step, int64_t weights_vector) {
    over_taps(tile, tile.x, [&](const uint32_t* x, const uint32_t* w) WEFT_LAMBDA {
      add(sums, x, step, w, weights_vector);
    });
  }
  template <int kPixels, int kVectors>
  WEFT_INLINE static void add(Vec<float> (&sums)[kPixels][kVectors], const uint32_t* x,
                              int64_t x_pixel, const uint32_t* weights, int64_t weights_vector) {
    Pairs right[kVectors];
    WEFT_UNROLL
    for (int j = 0; j < kVectors; ++j)
      right[j] = Memory<uint32_t>::load(weights + j * weights_vector);
    WEFT_UNROLL
    for (int i = 0; i < kPixels; ++i) {
      const Pairs left(x[i * x_pixel]);
      WEFT_UNROLL
      for (int j = 0; j < kVectors; ++j) sums[i][j] = add_products(left, right[j], sums[i][j]);
    }
  }
};
#endif

// Finishes sums that wait, for a tile of any size.
template <class Step>
void finish_waiting(const PairTile& tile, int64_t pixels, int64_t vectors) {
  constexpr int kLanes = Vec<float>::kLanes;
  const Epilogue epilogue = *tile.epilogue;
  for (int64_t j = 0; j < vectors; ++j) {
    const BFloat16* const bias = tile.bias ? tile.bias + j * kLanes : nullptr;
    const float* from = tile.sums + j * tile.sums_vector;
    const BFloat16* added = tile.residual ? tile.residual + j * tile.residual_vector : nullptr;
    BFloat16* to = tile.y + j * tile.y_vector;
    for (int64_t i = 0; i < pixels; ++i, from += tile.sums_pixel, to += tile.y_pixel) {
      Step::store(to, finish(Memory<float>::load(from), epilogue, bias, added));
      if (added) added += tile.y_pixel;
    }
  }
}

// The epilogue of a tile whose sums are in registers. What all pixels share is loaded first: a
// store might change it, as far as the compiler knows.
template <class Step, int kPixels, int kVectors>
WEFT_INLINE void store_results(const PairTile& tile, const Vec<float> (&sums)[kPixels][kVectors]) {
  const Epilogue epilogue = *tile.epilogue;
  Vec<float> bias[kVectors];
  WEFT_UNROLL
  for (int j = 0; j < kVectors; ++j)
    bias[j] =
        tile.bias ? Memory<BFloat16>::load(tile.bias + j * Vec<float>::kLanes) : Vec<float>(0);
  WEFT_UNROLL
  for (int i = 0; i < kPixels; ++i) {
    WEFT_UNROLL
    for (int j = 0; j < kVectors; ++j) {
      Vec<float> sum = sums[i][j] + bias[j];
      if (tile.residual)
        sum = sum +
              Memory<BFloat16>::load(tile.residual + i * tile.y_pixel + j * tile.residual_vector);
      Step::store(tile.y + i * tile.y_pixel + j * tile.y_vector, clamped(sum, epilogue));
    }
  }
}

// One tile; kStep is the distance of pixels in x if the compiler knows it.
template <class Step, int kPixels, int kVectors, int kStep>
void pair_tile(const PairTile& tile) {
  constexpr int kLanes = Vec<float>::kLanes;
  Vec<float> sums[kPixels][kVectors];
  WEFT_UNROLL
  for (int i = 0; i < kPixels; ++i) {
    WEFT_UNROLL
    for (int j = 0; j < kVectors; ++j)
      sums[i][j] = tile.accumulate
                       ? Memory<float>::load(tile.sums + i * tile.sums_pixel + j * tile.sums_vector)
                       : Vec<float>(0);
  }
  const int64_t step = kStep ? kStep : tile.x_pixel;
  const int64_t weights_vector = kLanes == kPanelChannels ? tile.weights_vector : kLanes;
  Step::add_all(sums, tile, step, weights_vector);
  if constexpr (Step::kFinishes) {
    if (tile.epilogue) {
      store_results<Step>(tile, sums);
      return;
    }
  }
  WEFT_UNROLL
  for (int i = 0; i < kPixels; ++i) {
    // Without a finish of its own the tile stores sums, which finish_waiting() reads again.
    WEFT_UNROLL
    for (int j = 0; j < kVectors; ++j)
      Memory<float>::store(tile.sums + i * tile.sums_pixel + j * tile.sums_vector, sums[i][j]);
  }
  if (!Step::kFinishes && tile.epilogue) finish_waiting<Step>(tile, kPixels, kVectors);
}

// A tile of one vector with more pixels than there is code for is computed as two. Rows are divided
// into tiles for which two vectors have code.
template <class Step, int kPixels, int kVectors>
void two_pair_tiles(const PairTile& tile) {
  constexpr int kFirst = (kPixels + 1) / 2;
  pair_tile<Step, kFirst, kVectors, 0>(tile);
  PairTile rest = tile;
  rest.x += kFirst * tile.x_pixel;
  if (tile.y) rest.y += kFirst * tile.y_pixel;
  if (tile.sums) rest.sums += kFirst * tile.sums_pixel;
  if (tile.residual) rest.residual += kFirst * tile.y_pixel;
  pair_tile<Step, kPixels - kFirst, kVectors, 0>(rest);
}
template <class Step, int kPixels, int kVectors, int kStep>
constexpr PairTileKernel tile_of_pairs() {
  if constexpr (kStep == 0 && kPixels > Step::max_pixels(2))
    return nullptr;
  else if constexpr (kStep == 0 && kPixels > Step::max_pixels(kVectors))
    return two_pair_tiles<Step, kPixels, kVectors>;
  else
    return pair_tile<Step, kPixels, kVectors, kStep>;
}

// The compiler knows a distance of 8 bf16x2 (a channel block) where tiles take little time; other
// distances are read from the tile.
struct PairTileKernels {
  PairTileKernel at[2][2][kMaxPixels];  // [is the step known][vectors - 1][pixels - 1]
  int max_pixels;                       // maximum of a tile at other distances
};
template <class Step, int... I>
constexpr PairTileKernels every_pair_tile(Numbers<I...>) {
  constexpr int kKnown = Step::kKnown;
  return {{{{tile_of_pairs<Step, I + 1, 1, 0>()...}, {tile_of_pairs<Step, I + 1, 2, 0>()...}},
           {{tile_of_pairs<Step, I + 1, 1, kKnown>()...},
            {tile_of_pairs<Step, I + 1, 2, kKnown>()...}}},
          Step::max_pixels(2)};
}
template <class Step>
constexpr PairTileKernels kPairTiles = every_pair_tile<Step>(typename CountTo<kMaxPixels>::Type());

// Pairs of columns of a plain image: for each position, the elements at (position - pad) and
// `dilation` behind it; zeros beside the image.
void pair_columns(const uint16_t* row, const PlainSource& source, int64_t width, uint32_t* to) {
  const auto element = [&](int64_t col) WEFT_LAMBDA {
    return col >= 0 && col < source.width ? uint32_t(row[col]) : 0;
  };
  // Only at the ends of the row each element must be tested.
  const int64_t inside = lesser(width, source.pad);
  const int64_t end = lesser(width, source.width - source.dilation + source.pad);
  int64_t i = 0;
  for (; i < inside; ++i)
    to[i] = element(i - source.pad) | element(i - source.pad + source.dilation) << 16;
  for (; i + Pairs::kLanes <= end; i += Pairs::kLanes) {
    const uint16_t* from = row + i - source.pad;
    Memory<uint32_t>::store(to + i, Memory<uint16_t>::load(from) |
                                        Memory<uint16_t>::load(from + source.dilation) << 16);
  }
  for (; i < width; ++i)
    to[i] = element(i - source.pad) | element(i - source.pad + source.dilation) << 16;
}

// Pairs of columns of the weights; the last column may be beside zeros.
void pair_weights(const uint16_t* weights, int64_t rows, int64_t cols, uint32_t* to) {
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t col = 0; col < cols; col += 2)
      for (int64_t lane = 0; lane < kPanelChannels; lane += Pairs::kLanes, to += Pairs::kLanes) {
        const uint16_t* from = weights + (row * cols + col) * kPanelChannels + lane;
        Pairs pairs = Memory<uint16_t>::load(from);
        if (col + 1 < cols) pairs = pairs | Memory<uint16_t>::load(from + kPanelChannels) << 16;
        Memory<uint32_t>::store(to, pairs);
      }
}

// The panels of all groups, with paired columns. Panels for AMX end with zeros, up to whole steps.
void pair_panels(const BlockedConvolution& problem, const PlainSource& source,
                 const uint16_t* weights, const StagedRows* staged, uint32_t* to) {
  const Convolution& p = problem.shape;
  const int64_t filters = p.out_channels / p.groups;
  const int64_t panels = p.groups * ((filters + kPanelChannels - 1) / kPanelChannels);
  const int64_t rows = p.in_channels / p.groups * p.kernel_height;
  const int64_t paired = rows * p.kernel_width * kPanelChannels;
  const int64_t size = staged ? staged->steps * staged->step * kPanelChannels : paired;
  for (int64_t panel = 0; panel < panels; ++panel, to += size) {
    pair_weights(weights + panel * rows * source.kernel_width * kPanelChannels, rows,
                 source.kernel_width, to);
    __builtin_memset(to + paired, 0, (size - paired) * sizeof(uint32_t));
  }
}

// BlockedUnit's `Tiles` for bf16x2.
struct PairTiles {
  using Input = uint32_t;
  using Stored = BFloat16;
  static constexpr int64_t kCoupled = 0;

  const PlainSource& source;
  const PairTileKernels& kernels;

  WEFT_INLINE PairTileKernel kernel(int64_t x_pixel, int vectors, int64_t pixels) const {
    return kernels.at[x_pixel == 8][vectors - 1][pixels - 1];
  }
  WEFT_INLINE int64_t max_pixels(int64_t x_pixel) const {
    return x_pixel == 8 ? kMaxPixels : kernels.max_pixels;
  }
  // The planes of one group: x itself, or pairs of columns made of a plain image's rows.
  const uint32_t* image(const BlockedConvolution& problem, const void* x, int64_t plane, Range rows,
                        char* memory) const {
    const Convolution& p = problem.shape;
    if (source.width == 0) return (const uint32_t*)x + plane * problem.x_ring_rows * p.in_width;
    uint32_t* const pairs = (uint32_t*)memory;
    // Image rows that windows of these results read.
    const int64_t from = greater(0, rows.begin * p.stride_height - p.pad_top);
    const int64_t end = lesser(p.in_height, (rows.end - 1) * p.stride_height - p.pad_top +
                                                (p.kernel_height - 1) * p.dilation_height + 1);
    for (int64_t c = 0; c < p.in_channels / p.groups; ++c)
      for (int64_t row = from; row < end; ++row) {
        const int64_t line = (plane + c) * source.ring_rows + row % source.ring_rows;
        pair_columns((const uint16_t*)x + line * source.width, source, p.in_width,
                     pairs + (c * problem.x_ring_rows + row % problem.x_ring_rows) * p.in_width);
      }
    return pairs;
  }
};

// Winograd's `Tiles` for bf16x2. Frequencies are rounded to bfloat16, so only tiles of 2 are used,
// whose transforms add without factors.
template <class Step>
struct PairFrequencies {
  using Input = uint32_t;
  using Stored = BFloat16;
  static constexpr int64_t kCoupled = 0;

  WEFT_INLINE PairTileKernel kernel(int64_t, int vectors, int64_t pixels) const {
    return kPairTiles<Step>.at[1][vectors - 1][pixels - 1];
  }
  WEFT_INLINE static void store(BFloat16* to, Vec<float> value) { Step::store(to, value); }
};
template <class Step>
void winograd_of_pairs(const BlockedConvolution& problem, const BlockedCut& cut,
                       const BlockedOperands& operands, Range units, void* scratch) {
  Winograd<2, PairFrequencies<Step>> work(problem, cut, operands, scratch, {});
  for (int64_t unit = units.begin; unit < units.end; ++unit) work.run(unit);
}

// Chooses between Winograd, AMX, and tiles in vector registers.
void blocked_bf16x2(const BlockedConvolution& problem, const PlainSource& source,
                    const BlockedCut& cut, const BlockedOperands& operands, Range units,
                    void* scratch) {
  const PairTileKernels* kernels = &kPairTiles<WidenedStep>;
  auto winograd = winograd_of_pairs<WidenedStep>;
#if WEFT_BF16X2
  if (multiplies_bf16x2()) {
    kernels = &kPairTiles<PairStep>;
    winograd = winograd_of_pairs<PairStep>;
  }
#endif
  if (problem.winograd) {
    winograd(problem, cut, operands, units, scratch);
    return;
  }
  const bool has_tiles = WEFT_AMX && cut.staged.rows > 0;
  BlockedOperands paired = operands;
  // Paired weights are made by each call: they are few.
  if (source.width > 0) {
    paired.weights = (char*)scratch + cut.weights;
    pair_panels(problem, source, (const uint16_t*)operands.weights,
                has_tiles ? &cut.staged : nullptr, (uint32_t*)((char*)scratch + cut.weights));
  }
#if WEFT_AMX
  if (has_tiles) {
    const AmxTiles of_this_thread(true, cut.staged.step * sizeof(uint32_t));
    TiledUnit work(problem, source, cut, paired, scratch);
    for (int64_t unit = units.begin; unit < units.end; ++unit) work.run(unit);
    return;
  }
#endif
  BlockedUnit<PairTiles> work(problem, cut, paired, scratch, {source, *kernels});
  for (int64_t unit = units.begin; unit < units.end; ++unit) work.run(unit);
}

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
