// Direct convolution of float32 over channel blocks. A tile is a few pixels of a row by two vectors
// of filters, kept in registers while columns of the kernel, channels and rows run past. The
// weights of a tile stay in the first-level cache because only some channel blocks are summed at a
// time; between these, sums wait in y.
//
// Nothing is padded: rows of the kernel outside the image are left out. A tile at the border is
// computed column by column of the kernel, each with the pixels that see the image there
// (blocked_unit_impl.h).
#include "kernels/convolution/blocked/blocked_kernels_impl.h"
#include "kernels/isa/isa_target.h"
#include "kernels/simd/known_steps.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd/simd.h"
#include "kernels/simd/simd_memory.h"

#include "kernels/matmul/gemm_impl.h"

#include "kernels/convolution/blocked/blocked_impl.h"

#include "kernels/convolution/blocked/blocked_unit_impl.h"

// One tile: load or begin the sums, add all taps, finish. A pixel's channel is broadcast and
// multiplied by the vectors of filters.
template <int kPixels, int kVectors, bool kPlain>
WEFT_INLINE void one_of_tiles(const BlockedTile& tile, int64_t step, const float* start, float* y,
                              const float* residual) {
  using V = Vec<float>;
  constexpr int kLanes = V::kLanes;
  V sums[kPixels][kVectors], first[kVectors];
  WEFT_UNROLL
  for (int j = 0; j < kVectors; ++j)
    first[j] = tile.bias ? Memory<float>::load(tile.bias + j * kLanes) : V(0);
  WEFT_UNROLL
  for (int i = 0; i < kPixels; ++i) {
    WEFT_UNROLL
    for (int j = 0; j < kVectors; ++j)
      sums[i][j] = tile.accumulate ? Memory<float>::load(y + i * tile.y_pixel + j * tile.y_vector)
                                   : first[j];
  }
  const int64_t weights_vector = kLanes == kPanelChannels ? tile.weights_vector : kLanes;
  over_taps<kPlain>(tile, start, [&](const float* x, const float* w) WEFT_LAMBDA {
    V right[kVectors];
    WEFT_UNROLL
    for (int j = 0; j < kVectors; ++j) right[j] = Memory<float>::load(w + j * weights_vector);
    WEFT_UNROLL
    for (int i = 0; i < kPixels; ++i) {
      const V left(x[i * step]);
      WEFT_UNROLL
      for (int j = 0; j < kVectors; ++j) sums[i][j] = fma_(left, right[j], sums[i][j]);
    }
  });
  finish_tile(tile, sums, y, residual);
}

// The kernel of `tiles` tiles in a row. kStep is the distance of pixels in x if the compiler knows
// it.
template <int kPixels, int kVectors, int kStep>
void blocked_tile(const BlockedTile& tile) {
  const int64_t step = kStep ? kStep : tile.x_pixel;
  // a block has at least 8 channels, so these are plain images
  constexpr bool kPlain = kStep == 1 || kStep == 2;
  const float* x = tile.x;
  float* y = tile.y;
  const float* residual = tile.residual;
  for (int64_t left = tile.tiles; left > 0; --left) {
    one_of_tiles<kPixels, kVectors, kPlain>(tile, step, x, y, residual);
    x += kPixels * step;
    y += kPixels * tile.y_pixel;
    if (residual) residual += kPixels * tile.y_pixel;
  }
}

// Generic kernels (where the build has better ones), and rare distances, compute a large tile as
// two small ones: less code.
constexpr int kFewPixels = WEFT_KNOWN_STEPS == 0   ? 3
                           : WEFT_KNOWN_STEPS == 1 ? kMaxPixels
                           : kMaxPixels < 7        ? kMaxPixels
                                                   : 7;
static_assert(kMaxPixels <= 2 * kFewPixels);
template <int kPixels, int kVectors>
void narrow_tiles(const BlockedTile& tile) {
  BlockedTile part = tile;
  // Moves to the pixels of the next tile.
  part.tiles = 1;
  const auto move = [&](int64_t pixels) WEFT_LAMBDA {
    part.x += pixels * part.x_pixel;
    part.y += pixels * part.y_pixel;
    if (part.residual) part.residual += pixels * part.y_pixel;
  };
  for (int64_t left = tile.tiles; left > 0; --left) {
    blocked_tile<kFewPixels, kVectors, 0>(part);
    move(kFewPixels);
    blocked_tile<kPixels - kFewPixels, kVectors, 0>(part);
    move(kPixels - kFewPixels);
  }
}
template <int kPixels, int kVectors>
constexpr TileKernel any_tile() {
  if constexpr (kPixels > kFewPixels)
    return narrow_tiles<kPixels, kVectors>;
  else
    return blocked_tile<kPixels, kVectors, 0>;
}

// Is a distance of pixels worth code of its own? For blocks of 16 channels always, or only in the
// largest tiles if the build is small. For plain images and strides in tiles that are not small.
// For what few layers have in the largest tiles.
constexpr bool is_known(int step, int pixels, int vectors) {
  const bool is_largest = pixels == kMaxPixels;
  if (step == 0 || WEFT_KNOWN_STEPS == 0) return false;
  if (step == 16) return WEFT_KNOWN_STEPS > 1 || is_largest;
  if (WEFT_KNOWN_STEPS == 1) return false;
  if (step == 8) return is_largest && vectors == 2;
  return step == 1 || vectors == 2 ? pixels >= kMaxPixels / 2 : is_largest;
}
// The kernel for one distance and size.
template <int kStep, int kPixels, int kVectors>
constexpr TileKernel tile_of() {
  if constexpr (is_known(kStep, kPixels, kVectors))
    return blocked_tile<kPixels, kVectors, kStep>;
  else
    return any_tile<kPixels, kVectors>();
}
template <int kStep, int... I>
constexpr StepTiles tiles_of(Numbers<I...>) {
  return {{{tile_of<kStep, I + 1, 1>()...}, {tile_of<kStep, I + 1, 2>()...}}};
}
template <int... kStep>
constexpr TileKernels every_tile() {
  return {{tiles_of<kStep>(typename CountTo<kMaxPixels>::Type())...}};
}
const TileKernels kTiles = every_tile<0, 16, 32, 2, 8, 1>();

// With 24 filters in blocks of 8, the results of two neighbouring pixels are three vectors: the
// first 16 filters of each pixel, and the last 8 of both. The third needs factors of both pixels.
// Otherwise each pixel would have a second vector that is half empty.
constexpr int kCoupledPixels = WEFT_AVX512 ? 14 : 0;
#if WEFT_AVX512
constexpr __mmask16 kSecond = 0xff00;  // lanes of the second pixel

// The sums of two pixels as they are stored: a vector for each block of 8 filters, with both
// pixels.
WEFT_INLINE void by_blocks(Vec<float> (&sums)[3]) {
  const __m512 a = (__m512)sums[0].v, b = (__m512)sums[1].v;
  sums[0].v = (Vec<float>::Native)_mm512_shuffle_f32x4(a, b, 0x44);
  sums[1].v = (Vec<float>::Native)_mm512_shuffle_f32x4(a, b, 0xee);
}

// `y_pixel` is the distance of two pixels; x has blocks of 16 channels.
void coupled_tile(const BlockedTile& tile) {
  using V = Vec<float>;
  constexpr int kCouples = kCoupledPixels / 2;
  constexpr int64_t kBlock = 16;
  const V first = Memory<float>::load(tile.bias), last = load_twice(tile.bias + V::kLanes);
  V sums[kCouples][3];
  // The bias of the last 8 filters is in both halves, as their sums are.
  WEFT_UNROLL
  for (int i = 0; i < kCouples; ++i) sums[i][0] = sums[i][1] = first, sums[i][2] = last;
  over_taps(tile, tile.x, [&](const float* x, const float* w) WEFT_LAMBDA {
    const V right = Memory<float>::load(w), both = load_twice(w + tile.weights_vector);
    WEFT_UNROLL
    for (int i = 0; i < kCouples; ++i) {
      V a(x[2 * i * kBlock]), b(x[(2 * i + 1) * kBlock]);
      // Forces one load of each: the compiler would load b again to merge it, which takes time from
      // the arithmetic.
      asm("" : "+v"(a.v), "+v"(b.v));
      const V mixed = V::of((V::Native)_mm512_mask_blend_ps(kSecond, (__m512)a.v, (__m512)b.v));
      sums[i][0] = fma_(a, right, sums[i][0]);
      sums[i][1] = fma_(b, right, sums[i][1]);
      sums[i][2] = fma_(mixed, both, sums[i][2]);
    }
  });
  WEFT_UNROLL
  for (int i = 0; i < kCouples; ++i) by_blocks(sums[i]);
  finish_tile(tile, sums, tile.y, tile.residual);
}
#endif

// BlockedUnit's `Tiles` for float32.
struct SingleTiles {
  using Input = float;
  using Stored = float;
  static constexpr int64_t kCoupled = kCoupledPixels;

#if WEFT_AVX512
  static void run_coupled(const BlockedTile& tile) { coupled_tile(tile); }
#endif

  WEFT_INLINE TileKernel kernel(int64_t x_pixel, int vectors, int64_t pixels) const {
    return tile_kernel(x_pixel, vectors, pixels);
  }
  static constexpr int64_t max_pixels(int64_t) { return kMaxPixels; }
  WEFT_INLINE const float* image(const BlockedConvolution& problem, const void* x, int64_t plane,
                                 Range, char*) const {
    return (const float*)x + plane * problem.x_ring_rows * problem.shape.in_width;
  }
};

void blocked_convolution(const BlockedConvolution& problem, const BlockedCut& cut,
                         const BlockedOperands& operands, Range units, void* scratch) {
  BlockedUnit<SingleTiles> work(problem, cut, operands, scratch);
  for (int64_t unit = units.begin; unit < units.end; ++unit) work.run(unit);
}

// Adds up the parts of a sum over channels, in two arrays one behind the other.
void add_depth_parts(const BlockedConvolution& problem, const BlockedOperands& operands,
                     Range planes) {
  const int64_t plane = problem.results.height * problem.results.width * problem.out_block;
  const int64_t part = problem.shape.out_channels / problem.out_block * plane;
  const float* sums = operands.parts + planes.begin * plane;
  add_two_parts(problem, operands, sums, part, planes,
                {Vec<float>(problem.low), Vec<float>(problem.high)});
}

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
