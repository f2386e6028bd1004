// Steps of narrow dtypes by way of a wider one: pieces of a row are converted, computed and
// converted back, which costs little where the formula itself takes long.
#include "kernels/copy.h"
#include "kernels/formula_ids.h"
#include "kernels/isa_target.h"
#include "kernels/table_impl.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd.h"
#include "kernels/simd_memory.h"

#include "kernels/cpu/step_impl.h"

extern const StepKernel kCasts[kNumDTypes][kNumDTypes];

void convert(StepKernel cast, const void* from, void* to, int64_t count) {
  Tile tile = {};
  tile.out = to;
  tile.in[0] = from;
  tile.rows = 1;
  tile.cols = count;
  cast(tile);
}

void run_widened(const Widening& how, const Tile& tile) {
  constexpr int64_t kPiece = 256;
  alignas(64) uint32_t in[2][kPiece];
  alignas(64) uint32_t out[kPiece];
  const StepKernel widen = kCasts[int(how.narrow)][int(how.wide)];
  const StepKernel narrow = kCasts[int(how.wide)][int(how.narrow)];
  const int64_t size = element_size(how.narrow);
  for (int64_t row = 0; row < tile.rows; ++row) {
    for (int64_t first = 0; first < tile.cols; first += kPiece) {
      const int64_t n = tile.cols - first < kPiece ? tile.cols - first : kPiece;
      Tile piece = {};
      piece.out = out;
      piece.rows = 1;
      piece.cols = n;
      piece.scalar = tile.scalar;
      for (int i = 0; i < how.arity; ++i) {
        const bool repeats = tile.scalar >> i & 1;
        const char* from = (const char*)tile.in[i] + row * tile.in_row[i];
        convert(widen, from + (repeats ? 0 : first * size), in[i], repeats ? 1 : n);
        piece.in[i] = in[i];
      }
      how.step(piece);
      convert(narrow, out, (char*)tile.out + row * tile.out_row + first * size, n);
    }
  }
}

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
