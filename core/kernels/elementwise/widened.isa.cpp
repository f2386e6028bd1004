// Steps of narrow dtypes by way of a wider one. Pieces of a tile are converted, computed and
// converted back. This costs little, because it is only done for formulas that take long
// themselves.
#include "kernels/elementwise/copy.h"
#include "kernels/elementwise/elementwise_kernels_impl.h"
#include "kernels/elementwise/formula_ids.h"
#include "kernels/isa/isa_target.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd/simd.h"
#include "kernels/simd/simd_memory.h"

#include "kernels/elementwise/step_impl.h"

// A piece and its copies stay in the first-level cache, on the stack.
constexpr int64_t kPieceElements = 256;
constexpr int64_t kWideBytes = 4;  // all wider types have lanes of 4 bytes

// Converts `rows` rows of `cols` elements; distances of rows in bytes.
void convert(StepKernel cast, const void* from, int64_t from_row, void* to, int64_t to_row,
             int64_t rows, int64_t cols) {
  Tile tile = {};
  tile.out = to;
  tile.in[0] = from;
  tile.rows = rows;
  tile.cols = cols;
  tile.out_row = to_row;
  tile.in_row[0] = from_row;
  cast(tile);
}

// One piece. An input that is one element for each row is converted as a single column.
void run_piece(const Widening& how, const Tile& narrow) {
  alignas(64) uint32_t in[2][kPieceElements];
  alignas(64) uint32_t out[kPieceElements];
  Tile wide = narrow;
  for (int i = 0; i < how.arity; ++i) {
    const int64_t cols = narrow.scalar >> i & 1 ? 1 : narrow.cols;
    wide.in[i] = in[i];
    wide.in_row[i] = cols * kWideBytes;
    convert(kCasts[int(how.narrow)][int(how.wide)], narrow.in[i], narrow.in_row[i], in[i],
            wide.in_row[i], narrow.rows, cols);
  }
  wide.out = out;
  wide.out_row = narrow.cols * kWideBytes;
  how.step(wide);
  convert(kCasts[int(how.wide)][int(how.narrow)], out, wide.out_row, narrow.out, narrow.out_row,
          narrow.rows, narrow.cols);
}

// Divides a tile into pieces of up to kPieceElements: several rows if they are short, else parts of
// one row.
void run_widened(const Widening& how, const Tile& tile) {
  if (tile.cols <= 0) return;
  const int64_t size = element_size(how.narrow);
  const int64_t rows = tile.cols < kPieceElements ? kPieceElements / tile.cols : 1;
  for (int64_t row = 0; row < tile.rows; row += rows) {
    for (int64_t col = 0; col < tile.cols; col += kPieceElements) {
      Tile piece = tile;
      piece.rows = tile.rows - row < rows ? tile.rows - row : rows;
      piece.cols = tile.cols - col < kPieceElements ? tile.cols - col : kPieceElements;
      piece.out = (char*)tile.out + row * tile.out_row + col * size;
      for (int i = 0; i < how.arity; ++i)
        piece.in[i] = (const char*)tile.in[i] + row * tile.in_row[i] +
                      (tile.scalar >> i & 1 ? 0 : col * size);
      run_piece(how, piece);
    }
  }
}

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
