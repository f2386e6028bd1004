// Direct convolution of bfloat16 images over channel blocks: kernels/convolution_blocked.h. Two
// neighbouring channels are one lane of 32 bits, and so are the two weights that they meet in a
// filter: an image of pairs is walked as one of float32 that has half the channels.
//
// A step of a sum is one VDPBF16PS or BFDOT, which multiplies both elements of a pair and adds them
// to a float32 lane. Without that instruction a pair becomes two float32 lanes, by a shift and by a
// mask, and two fused multiply-adds.
#include "kernels/isa_target.h"
#include "kernels/table_impl.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd.h"
#include "kernels/simd_memory.h"

#include "kernels/cpu/gemm_impl.h"

#include "kernels/cpu/blocked_impl.h"

#include "kernels/cpu/blocked_unit_impl.h"

#include "kernels/cpu/pairs_impl.h"

#include "kernels/cpu/winograd_impl.h"

#include "kernels/cpu/winograd_unit_impl.h"

using Pairs = Vec<uint32_t>;
using PairTile = TileOf<uint32_t, BFloat16>;
using PairTileKernel = void (*)(const PairTile& tile);
constexpr int kMostUnknown = 7;  // pixels of a tile, at a step that the compiler does not know

// What one pair of each of kPixels pixels gives to the sums of the filters that start at `weights`.
struct WidenedStep {
  // Step between pixels, see PairTileKernels: few processors with AVX-512 are without VDPBF16PS.
  static constexpr int kKnown = 0;

  WEFT_INLINE static void store(BFloat16* to, Vec<float> v) { Memory<BFloat16>::store(to, v); }

  WEFT_INLINE static Vec<float> low(Pairs pairs) { return reinterpret<Vec<float>>(pairs << 16); }
  // As a float, of which compilers do not make scalar shifts.
  WEFT_INLINE static Pairs spread(const uint32_t* pair) {
    float bits;
    __builtin_memcpy(&bits, pair, sizeof bits);
    return reinterpret<Pairs>(Vec<float>(bits));
  }
  // Two shifts, because a mask would need the register that the sums leave none of.
  WEFT_INLINE static Vec<float> high(Pairs pairs) {
    Pairs upper = pairs >> 16;
#if WEFT_AVX512 || WEFT_AVX2
    asm("" : "+v"(upper.v));
#endif
    return reinterpret<Vec<float>>(upper << 16);
  }
  template <int kPixels, int kVectors>
  WEFT_INLINE static void add(Vec<float> (&sums)[kPixels][kVectors], const uint32_t* x,
                              int64_t x_pixel, const uint32_t* weights, int64_t weights_vector) {
    WEFT_UNROLL
    for (int half = 0; half < 2; ++half) {
      const bool is_high = half == 1;
      asm volatile("" ::: "memory");  // pairs are loaded for each half: registers are for the sums
      Vec<float> right[kVectors];
      WEFT_UNROLL
      for (int j = 0; j < kVectors; ++j) {
        const Pairs pairs = Memory<uint32_t>::load(weights + j * weights_vector);
        right[j] = is_high ? high(pairs) : low(pairs);
      }
      WEFT_UNROLL
      for (int i = 0; i < kPixels; ++i) {
        const Pairs pair = spread(x + i * x_pixel);
        const Vec<float> left = is_high ? high(pair) : low(pair);
        WEFT_UNROLL
        for (int j = 0; j < kVectors; ++j) sums[i][j] = fma_(left, right[j], sums[i][j]);
      }
    }
  }
};

#if WEFT_PAIRS
struct PairStep {
  static constexpr int kKnown = 8;

  WEFT_INLINE static void store(BFloat16* to, Vec<float> v) { store_rounded(to, v); }

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

// What all pixels share is read once: stores might change it, as far as the compiler knows.
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
      Step::store(tile.y + i * tile.y_pixel + j * tile.y_vector, held(sum, epilogue));
    }
  }
}

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
  over_taps(tile, tile.x, [&](const uint32_t* x, const uint32_t* w) WEFT_LAMBDA {
    Step::add(sums, x, step, w, weights_vector);
  });
  if (tile.epilogue)
    store_results<Step>(tile, sums);
  else {
    WEFT_UNROLL
    for (int i = 0; i < kPixels; ++i) {
      WEFT_UNROLL
      for (int j = 0; j < kVectors; ++j)
        Memory<float>::store(tile.sums + i * tile.sums_pixel + j * tile.sums_vector, sums[i][j]);
    }
  }
}

// A tile of more pixels than a step has code for is two narrower ones.
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
  if constexpr (kStep == 0 && kPixels > kMostUnknown)
    return two_pair_tiles<Step, kPixels, kVectors>;
  else
    return pair_tile<Step, kPixels, kVectors, kStep>;
}

// A step of 8 pairs between pixels of x is known to the compiler where tiles take little time,
// others are read from the tile.
struct PairTileKernels {
  PairTileKernel at[2][2][kMostPixels];  // [is the step known][vectors - 1][pixels - 1]
};
template <class Step, int... I>
constexpr PairTileKernels every_pair_tile(Numbers<I...>) {
  constexpr int kKnown = Step::kKnown;
  return {{{{tile_of_pairs<Step, I + 1, 1, 0>()...}, {tile_of_pairs<Step, I + 1, 2, 0>()...}},
           {{tile_of_pairs<Step, I + 1, 1, kKnown>()...},
            {tile_of_pairs<Step, I + 1, 2, kKnown>()...}}}};
}
template <class Step>
constexpr PairTileKernels kPairTiles = every_pair_tile<Step>(typename CountTo<kMostPixels>::Type());

// Pairs of columns of a plain image: of each row, what lies at (position - pad) and `dilation`
// further; beside the image lie zeros.
void pair_columns(const uint16_t* row, const PlainSource& source, int64_t width, uint32_t* to) {
  const auto element = [&](int64_t col) WEFT_LAMBDA {
    return col >= 0 && col < source.width ? uint32_t(row[col]) : 0;
  };
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

// The weights of two columns of a kernel row beside each other, the last one's beside zeros.
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

struct PairTiles {
  using Input = uint32_t;
  using Stored = BFloat16;

  const PlainSource& source;
  const PairTileKernels& kernels;

  WEFT_INLINE PairTileKernel kernel(int64_t x_pixel, int vectors, int64_t pixels) const {
    return kernels.at[x_pixel == 8][vectors - 1][pixels - 1];
  }
  // The planes of one group.
  const uint32_t* image(const BlockedConvolution& problem, const void* x, int64_t plane, Range rows,
                        char* memory) const {
    const Convolution& p = problem.shape;
    if (source.width == 0) return (const uint32_t*)x + plane * problem.x_held * p.in_width;
    uint32_t* const pairs = (uint32_t*)memory;
    const int64_t from = greater(0, rows.begin * p.stride_height - p.pad_top);
    const int64_t end = lesser(p.in_height, (rows.end - 1) * p.stride_height - p.pad_top +
                                                (p.kernel_height - 1) * p.dilation_height + 1);
    for (int64_t c = 0; c < p.in_channels / p.groups; ++c)
      for (int64_t row = from; row < end; ++row) {
        const int64_t held = (plane + c) * source.held + row % source.held;
        pair_columns((const uint16_t*)x + held * source.width, source, p.in_width,
                     pairs + (c * problem.x_held + row % problem.x_held) * p.in_width);
      }
    return pairs;
  }
};

// Frequencies are rounded to bfloat16, so only tiles of 2, whose transforms add what they are
// given.
template <class Step>
struct PairFrequencies {
  using Input = uint32_t;
  using Stored = BFloat16;

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

void blocked_pairs(const BlockedConvolution& problem, const PlainSource& source,
                   const BlockedCut& cut, const BlockedOperands& operands, Range units,
                   void* scratch) {
  const PairTileKernels* kernels = &kPairTiles<WidenedStep>;
  auto winograd = winograd_of_pairs<WidenedStep>;
#if WEFT_PAIRS
  if (processor_has_pairs()) {
    kernels = &kPairTiles<PairStep>;
    winograd = winograd_of_pairs<PairStep>;
  }
#endif
  if (problem.winograd) {
    winograd(problem, cut, operands, units, scratch);
    return;
  }
  BlockedOperands paired = operands;
  if (source.width > 0) {
    const Convolution& p = problem.shape;
    const int64_t filters = p.out_channels / p.groups;
    const int64_t panels = p.groups * ((filters + kPanelChannels - 1) / kPanelChannels);
    uint32_t* const weights = (uint32_t*)((char*)scratch + cut.weights);
    pair_weights((const uint16_t*)operands.weights,
                 panels * (p.in_channels / p.groups) * p.kernel_height, source.kernel_width,
                 weights);
    paired.weights = weights;
  }
  BlockedUnit<PairTiles> work(problem, cut, paired, scratch, {source, *kernels});
  for (int64_t unit = units.begin; unit < units.end; ++unit) work.run(unit);
}

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
