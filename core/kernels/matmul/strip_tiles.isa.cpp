// The tile kernels of kernels/matmul/strip_tile_impl.h, all from one template.
#include "kernels/isa/isa_target.h"
#include "kernels/matmul/matmul_kernels_impl.h"
#include "kernels/simd/known_steps.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd/simd.h"
#include "kernels/simd/simd_memory.h"

#include "kernels/matmul/gemm_impl.h"

#include "kernels/matmul/bf16x2_impl.h"
#include "kernels/matmul/strip_tile_impl.h"

constexpr int64_t kRowsAhead = 8;  // rows of B that are prefetched while B is packed
// vectors of columns of A that are prefetched while A is copied
constexpr int64_t kVectorsAhead = 3;

// The products of one vector of k follow the copies and prefetches that belong to it, so that both
// overlap.
template <class Kind, StripForm kForm, int kRows>
void strip_tile(const StripTile<Kind>& tile) {
  using Packed = typename Kind::Packed;
  using Sums = Vec<typename Kind::Sum>;
  using SumMemory = Memory<typename Kind::Sum>;
  constexpr int kLanes = Vec<Packed>::kLanes;
  constexpr int kVectors = 2;
  constexpr bool kInColumns = kForm != kRowsOfA && kForm != kCopiesRows && kForm != kRowsPackB;
  constexpr bool kPacks = kForm == kRowsPackB || kForm == kColumnsPackB;
  Sums sums[kRows][kVectors];
  WEFT_UNROLL
  for (int i = 0; i < kRows; ++i) {
    WEFT_UNROLL
    for (int j = 0; j < kVectors; ++j)
      sums[i][j] =
          tile.accumulate ? SumMemory::load(tile.c + i * tile.c_row + j * kLanes) : Sums(0);
  }
  const Packed* a = tile.a;
  Packed* b = tile.b;
  const auto* b_from = tile.b_from;
  const int64_t b_step = Kind::kElements * tile.b_from_row;
  // `steps` steps of k: the products, and packing of B.
  const auto add = [&](int64_t steps) WEFT_LAMBDA {
    for (; steps > 0; --steps) {
      Vec<Packed> right[2];
      if constexpr (kPacks) {
        Kind::load(b_from, tile.b_from_row, right);
        WEFT_UNROLL
        for (int j = 0; j < kVectors; ++j) Memory<Packed>::store(b + j * kLanes, right[j]);
        b_from += b_step;
        prefetch_rows<false>(b_from + (kRowsAhead - 1) * b_step, Kind::kElements,
                             tile.b_from_row * sizeof *b_from, 2 * kLanes * sizeof *b_from);
      } else {
        WEFT_UNROLL
        for (int j = 0; j < kVectors; ++j) right[j] = Memory<Packed>::load(b + j * kLanes);
      }
      WEFT_UNROLL
      for (int i = 0; i < kRows; ++i) {
        const Vec<Packed> left(a[kInColumns ? i : i * kCopiedRow<Packed>]);
        WEFT_UNROLL
        for (int j = 0; j < kVectors; ++j) sums[i][j] = Kind::add(left, right[j], sums[i][j]);
      }
      a += kInColumns ? kStripRows<Kind> : 1;
      b += 2 * kLanes;
    }
  };
  // Copies `count` steps of k of A, at most a vector.
  const auto copy = [&](int64_t k, int64_t count) WEFT_LAMBDA {
    if constexpr (kForm == kCopiesRows) {
      WEFT_UNROLL
      for (int i = 0; i < kRows; ++i) {
        const auto* from = (const Packed*)(tile.a_from + i * tile.a_from_step) + k;
        Memory<Packed>::store(
            tile.a + i * kCopiedRow<Packed> + k,
            count < kLanes ? Memory<Packed>::load_part(from, count) : Memory<Packed>::load(from));
      }
    } else if constexpr (kForm == kCopiesColumns) {
      // A store may write beyond a column; the next column overwrites that.
      const int64_t column = tile.a_from_step, step = Kind::kElements * column;
      const auto* from = tile.a_from + k * step;
      for (int64_t i = 0; i < count; ++i, from += step) {
        Packed* to = tile.a + (k + i) * kStripRows<Kind>;
        prefetch_rows<false>(from + kVectorsAhead * kLanes * step + kRows - 1, Kind::kElements,
                             column * sizeof *from, 1);
        repeat<(kRows + kLanes - 1) / kLanes>([&](auto vector) WEFT_LAMBDA {
          constexpr int first = decltype(vector)::value * kLanes, rest = kRows - first;
          Memory<Packed>::store(
              to + first,
              Kind::template load_column<(rest < kLanes ? rest : kLanes)>(from + first, column));
        });
      }
    }
  };
  const char* ahead = tile.ahead;
  const typename Kind::Sum* c_next = tile.c_next;
  // Each vector of k is copied before the previous one is multiplied, so that the copy is there in
  // time.
  int64_t count = 0;
  for (int64_t next = 0, row = 0; count > 0 || next < tile.k; ++row) {
    const int64_t following = tile.k - next < kLanes ? tile.k - next : kLanes;
    if (following > 0) copy(next, following);
    if (row < kRows) prefetch_rows<true>(c_next, 1, 0, kVectors * kVectorBytes);
    c_next += tile.c_row;
    for (int64_t i = 0; i < tile.ahead_rows; ++i)
      __builtin_prefetch(ahead + i * tile.ahead_row, 0, 2);
    ahead += tile.ahead_step;
    add(count);
    count = following;
    next += following;
  }
  WEFT_UNROLL
  for (int i = 0; i < kRows; ++i) {
    WEFT_UNROLL
    for (int j = 0; j < kVectors; ++j)
      SumMemory::store(tile.c + i * tile.c_row + j * kLanes, sums[i][j]);
  }
}

// Fills in the table: two plain forms for every number of rows, the others where packing is fused.
template <class Kind, int... I>
constexpr StripTiles<Kind> all_strip_tiles(Numbers<I...>) {
  StripTiles<Kind> tiles = {
      {{strip_tile<Kind, kRowsOfA, I + 1>...}, {strip_tile<Kind, kColumnsOfA, I + 1>...}}};
  if constexpr (kFusesPacking<Kind>) {
    const auto fuse = [&](auto rows) {
      constexpr int kRows = decltype(rows)::value;
      if constexpr (kRows >= kFewestFused<Kind>) {
        tiles.at[kCopiesRows][kRows - 1] = strip_tile<Kind, kCopiesRows, kRows>;
        tiles.at[kCopiesColumns][kRows - 1] = strip_tile<Kind, kCopiesColumns, kRows>;
        tiles.at[kRowsPackB][kRows - 1] = strip_tile<Kind, kRowsPackB, kRows>;
        tiles.at[kColumnsPackB][kRows - 1] = strip_tile<Kind, kColumnsPackB, kRows>;
      }
    };
    (fuse(Index<I + 1>()), ...);
  }
  return tiles;
}
template <class Kind>
constexpr StripTiles<Kind> kAllStripTiles =
    all_strip_tiles<Kind>(typename CountTo<kStripRows<Kind>>::Type());

const StripTiles<Single<float>> kStripFloat32 = kAllStripTiles<Single<float>>;
const StripTiles<Single<double>> kStripFloat64 = kAllStripTiles<Single<double>>;
#if WEFT_HAS_INTEGERS
const StripTiles<Single<uint32_t>> kStripUInt32 = kAllStripTiles<Single<uint32_t>>;
const StripTiles<Single<uint64_t>> kStripUInt64 = kAllStripTiles<Single<uint64_t>>;
#endif
#if WEFT_BF16X2
const StripTiles<Paired> kStripPairs = kAllStripTiles<Paired>;
#endif

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
