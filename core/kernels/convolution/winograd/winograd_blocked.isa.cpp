// Winograd's minimal filtering for 3 x 3 kernels over channel blocks: F(2 x 2, 3 x 3) and F(4 x 4,
// 3 x 3) (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2016).
//
// A unit is some tiles, of one image or several, and some panels. The windows of the tiles are
// transformed into scratch, S x S frequencies with S = tile + 2. Each frequency is a product over
// channels, by the tile kernels of the direct convolution. The sums are transformed back and
// finished. Transforms use sums and products that are not fused, so that they have the same bits
// everywhere.
#include "kernels/convolution/blocked/blocked_kernels_impl.h"
#include "kernels/isa/isa_target.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd/simd.h"
#include "kernels/simd/simd_memory.h"

#include "kernels/matmul/gemm_impl.h"

#include "kernels/convolution/blocked/blocked_impl.h"

#include "kernels/convolution/winograd/winograd_impl.h"

#include "kernels/convolution/winograd/winograd_unit_impl.h"

// Winograd's `Tiles` for float32.
struct SingleFrequencies {
  using Input = float;
  using Stored = float;

  WEFT_INLINE TileKernel kernel(int64_t x_pixel, int vectors, int64_t pixels) const {
    return tile_kernel(x_pixel, vectors, pixels);
  }
  WEFT_INLINE static void store(float* to, Vec<float> value) { Memory<float>::store(to, value); }
};

template <int kTile>
void run_winograd(const BlockedConvolution& problem, const BlockedCut& cut,
                  const BlockedOperands& operands, Range units, void* scratch) {
  Winograd<kTile, SingleFrequencies> work(problem, cut, operands, scratch, {});
  for (int64_t unit = units.begin; unit < units.end; ++unit) work.run(unit);
}

void blocked_winograd(const BlockedConvolution& problem, const BlockedCut& cut,
                      const BlockedOperands& operands, Range units, void* scratch) {
  const auto run = problem.winograd == 4 ? run_winograd<4> : run_winograd<2>;
  run(problem, cut, operands, units, scratch);
}

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
