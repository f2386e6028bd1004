// Tiles of int8 products by AMX: 32 rows of A by a panel. Sums are stored to the first-level cache
// and loaded again to become int8.
//
// Included inside the namespace of an instruction set, after kernels/int8/int8x4_impl.h.

#include "kernels/matmul/amx_impl.h"

#if WEFT_AMX
// Rescales kRows rows of stored sums and stores the results.
template <int kRows>
WEFT_INLINE void finish_stored(const Int8x4Tile& tile, int64_t row) {
  Sums sums[kRows][2];
  WEFT_UNROLL
  for (int i = 0; i < kRows; ++i)
    for (int v = 0; v < 2; ++v)
      sums[i][v] =
          Memory<int32_t>::load(tile.sums + (row + i) * kQuantizedColumns + v * Sums::kLanes);
  Int8x4Tile part = tile;
  part.y += row * tile.y_row;
  if (part.residual) part.residual += row * tile.y_row;
  finish_sums<DotStep<true>>(part, sums);
}

// One tile; its lower rows or its right columns may be absent. k is a multiple of 64 bytes; the
// rest is in tile.b_rest.
template <bool kHasLower, bool kHasRight>
void amx_int8x4_tile(const Int8x4Tile& tile) {
  using Block = SumsBlock<ByteProducts, kHasLower, kHasRight>;
  constexpr int64_t kInt8x4s = kTileBytes / kInt8x4;
  TileRows upper{(const char*)tile.a, tile.a_row};
  TileRows lower{upper.at + kTileRows16 * tile.a_row, tile.a_row};
  const int8_t* b = (const int8_t*)tile.b;
  const int64_t run = tile.run > 0 ? tile.run : tile.int8x4s;
  Block::clear();
  for (int64_t int8x4 = 0; int8x4 < tile.int8x4s;) {
    const int64_t end = int8x4 + run;
    for (; int8x4 + kInt8x4s <= end; int8x4 += kInt8x4s) {
      if (tile.ahead)
        for (int64_t i = 0; i < kInt8x4s; ++i)
          __builtin_prefetch(b + tile.ahead + i * kInt8x4PanelBytes, 0, 2);
      Block::add(upper, lower, b, b + kTileBytes, kInt8x4PanelBytes);
      upper.at += kTileBytes;
      lower.at += kTileBytes;
      b += kInt8x4s * kInt8x4PanelBytes;
    }
    if (int8x4 < end)
      Block::add(upper, lower, tile.b_rest, (const char*)tile.b_rest + kTileBytes,
                 kInt8x4PanelBytes);
    int8x4 = end;
    upper.at += tile.run_step;
    lower.at += tile.run_step;
  }
  Block::store(tile.sums, kQuantizedColumns * sizeof(int32_t));
  if (!tile.finish) return;
  constexpr int kTogether = 4;
  int64_t row = 0;
  for (; row + kTogether <= tile.rows; row += kTogether) finish_stored<kTogether>(tile, row);
  for (; row < tile.rows; ++row) finish_stored<1>(tile, row);
}
void amx_int8x4_tiles(const Int8x4Tile& tile) {
  if (tile.is_narrow)
    tile.rows > kTileRows16 ? amx_int8x4_tile<true, false>(tile)
                            : amx_int8x4_tile<false, false>(tile);
  else
    tile.rows > kTileRows16 ? amx_int8x4_tile<true, true>(tile)
                            : amx_int8x4_tile<false, true>(tile);
}

// A table in which every number of rows has the same kernel.
template <int... I>
constexpr Int8x4Tiles amx_tiles(Numbers<I...>) {
  return {{(I >= 0 ? amx_int8x4_tiles : nullptr)...},
          kBlockRows,
          kBlockColumns,
          4,
          true,
          kDotFlip,
          false,
          true};
}
constexpr Int8x4Tiles kAmxTiles = amx_tiles(typename CountTo<kInt8x4Rows>::Type());
#endif  // WEFT_AMX
