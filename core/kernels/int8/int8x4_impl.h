// Tiles of int32 sums of int8 products: a few rows of A by a panel of B in which four elements that
// follow one another in k lie side by side.
//
//   sums[row][column] = sum over quads of a[row][quad][0..3] * b[quad][column][0..3]
//
// VPDPBUSD adds four products of unsigned by signed bytes to a lane: one side is shifted by 128,
// which the sums of the other side undo. It wraps, and never saturates. SDOT of Armv8.2 takes
// signed bytes and needs no shift. Elsewhere both sides are widened to 16 bits, A once beforehand:
// PMADDWD adds two products exactly (VPMADDUBSW would saturate), so a column takes two lanes, which
// are added at the end. With AVX2 alone, where rows are many, one multiplication makes two products
// (CrossStep, in int8x4_cross_impl.h). Processors with AMX have registers for 16 rows by 16 columns
// (int8x4_amx_impl.h).
//
// Included inside the namespace of an instruction set, after kernels/matmul/gemm_impl.h and
// kernels/int8/requantize_impl.h.

#include "kernels/int8/int16_impl.h"

#if WEFT_NEON && defined(__linux__)
#define WEFT_DOT_BYTES 1
#elif (WEFT_AVX512 || (WEFT_AVX2 && __GNUC__ >= 11)) && !defined(__clang__)
#define WEFT_DOT_BYTES 1  // an assembler that is older than GCC 11 may not know AVX-VNNI
#else
#define WEFT_DOT_BYTES 0
#endif

// Where the processor lacks that, AVX-512 has AVX2's kernels do all: CrossStep makes as many
// products as PairStep in vectors twice as long.
#define WEFT_PAIRS_OF_BYTES !(WEFT_AVX512 && WEFT_DOT_BYTES && WEFT_WITH_AVX2)

// What makes elements bytes for it, by exclusive or; what is added to the zero point then.
constexpr uint8_t kDotFlip = WEFT_DOT_BYTES && !WEFT_NEON ? 0x80 : 0;
constexpr uint32_t kDotShift = kDotFlip;

WEFT_INLINE bool dots_bytes() {
#if WEFT_DOT_BYTES
  return uses(WEFT_NEON ? Extra::kDotprod : WEFT_AVX512 ? Extra::kAvx512Vnni : Extra::kAvxVnni);
#else
  return false;
#endif
}

// Of a tile: as many as leave registers for two vectors of B, an element of A and what shifts it.
constexpr int kQuadRows = WEFT_AVX512 ? 12 : 6;
constexpr int64_t kQuadBytes = kQuad * kQuantizedColumns;

// What turns the sums of a panel's columns into bytes while they are in registers. Finish::find
// tells the vectors.
struct TileFinish {
  Sums start[kQuantizedColumns / Sums::kLanes], factor[kQuantizedColumns / Sums::kLanes];
  BoundedRescale rescale[kQuantizedColumns / Sums::kLanes];
  Bounds bounds;
  bool is_rectified;
  uint32_t there;  // columns of the panel: others are not stored

  WEFT_INLINE TileFinish(const Requantization& how, int64_t width)
      : bounds(how),
        is_rectified(BoundedRescale::rectifies(how)),
        there(uint32_t((uint64_t(1) << width) - 1)) {}
};

struct Int8x4Tile {
  int64_t int8x4s;
  const void* a;
  int64_t a_row;             // bytes
  const void* b;             // at a multiple of the step's columns
  const int64_t* b_offsets;  // of quads, in bytes; null: one panel's row after the other
  int32_t* sums;             // rows of kQuantizedColumns
  int64_t ahead = 0;         // from rows of the panel to lines that are fetched meanwhile
  // Instead of sums, results of all columns of the panel from the tile's own on:
  const TileFinish* finish = nullptr;
  int8_t* y = nullptr;
  const int8_t* residual = nullptr;  // as y, times `factor`; may be null
  int64_t y_row = 0, vector = 0;     // of the panel, the tile's first one
  int64_t count = 1;                 // of tiles below each other, with `finish` and CrossStep
  // Of DotStep on the left: quads of A that follow one another (0: all), and bytes between runs.
  int64_t run = 0, run_step = 0;
  // Of AMX: the tile's rows, of which 16 or 32 are readable, and the last quads of the panel, 16
  // rows filled up with zeros; runs are whole multiples of 16. `sums` has room for 32 rows.
  int64_t rows = 0;
  const void* b_rest = nullptr;
  bool is_narrow = false;  // all columns are in one vector
};
using QuadTileKernel = void (*)(const Int8x4Tile& tile);

struct PairStep {
  static constexpr int kColumns = Sums::kLanes;
  static constexpr int64_t kLeftBytes = 8;  // of a quad of A
  static constexpr bool kShifts = false;

  template <int kRows>
  WEFT_INLINE static void add(Sums (&sums)[kRows][2], const char* a, int64_t a_row,
                              const int8_t* b) {
    Int16s right[2];
    for (int j = 0; j < 2; ++j) right[j] = load_int8_as_int16(b + j * kVectorBytes / 2);
    WEFT_UNROLL
    for (int i = 0; i < kRows; ++i) {
      int64_t quad;
      __builtin_memcpy(&quad, a + i * a_row, sizeof quad);
      const Int16s left = (Int16s)Vec<int64_t>(quad).v;
      sums[i][0] = sums[i][0] + pair_products(left, right[0]);
      sums[i][1] = sums[i][1] + pair_products(left, right[1]);
    }
  }
  // With AVX2 those that CrossStep leaves are few.
  static constexpr int kVectors = 1, kMaxRows = WEFT_AVX2 ? 4 : kQuadRows;
  static constexpr bool kHasRowStarts = false, kHasRuns = false, kFinishes = true;
  static constexpr bool kEndsInPlace = false;  // a column has two lanes
  WEFT_INLINE static Sums result(const Sums (&sums)[2], int) {
    return neighbours_added(sums[0], sums[1]);
  }
};

#if WEFT_DOT_BYTES
// Assembler because a file has one set of instructions: this one is compiled for processors without
// it, too.
WEFT_INLINE Sums add_dot_bytes(Sums of_unsigned, Sums of_signed, Sums sum) {
#if WEFT_NEON
  asm(".arch armv8.2-a+dotprod\n\tsdot %0.4s, %1.16b, %2.16b"
      : "+w"(sum.v)
      : "w"(of_unsigned.v), "w"(of_signed.v));
#elif WEFT_AVX2
  asm("%{vex%} vpdpbusd %2, %1, %0" : "+x"(sum.v) : "x"(of_unsigned.v), "x"(of_signed.v));
#else
  asm("vpdpbusd %2, %1, %0" : "+v"(sum.v) : "v"(of_unsigned.v), "v"(of_signed.v));
#endif
  return sum;
}
// Bytes are unsigned, and so shifted, on one side. Where that is A they are shifted when its rows
// are staged: an exclusive or in the loop takes a turn of the units that multiply.
template <bool kLeftIsUnsigned, int kRights = 2>
struct DotStep {
  static constexpr int kColumns = kRights * Sums::kLanes;
  static constexpr int64_t kLeftBytes = 4;
  static constexpr bool kShifts = true;
  template <int kRows>
  WEFT_INLINE static void add(Sums (&sums)[kRows][2], const char* a, int64_t a_row,
                              const int8_t* b) {
    Sums right[kRights];
    for (int j = 0; j < kRights; ++j)
      __builtin_memcpy(&right[j].v, b + j * kVectorBytes, sizeof right[j].v);
    WEFT_UNROLL
    for (int i = 0; i < kRows; ++i) {
      int32_t quad;
      __builtin_memcpy(&quad, a + i * a_row, sizeof quad);
      const Sums left(quad);
      for (int j = 0; j < kRights; ++j)
        sums[i][j] = kLeftIsUnsigned ? add_dot_bytes(left, right[j], sums[i][j])
                                     : add_dot_bytes(right[j], left, sums[i][j]);
    }
  }
  static constexpr int kVectors = kRights, kMaxRows = kQuadRows;
  static constexpr bool kHasRowStarts = false, kEndsInPlace = true, kHasRuns = kLeftIsUnsigned;
  static constexpr bool kFinishes = kRights == 2;  // half a panel is rare
  WEFT_INLINE static Sums result(const Sums (&sums)[2], int vector) { return sums[vector]; }
};
#endif

// Which columns of a tile are there, from a vector of the panel on, and whether all are.
template <class Step>
WEFT_INLINE uint32_t columns_there(const TileFinish& finish, int64_t first) {
  constexpr uint32_t kAll = ~uint32_t(0) >> (32 - Step::kColumns);
  return finish.there >> first * Sums::kLanes & kAll;
}
template <class Step>
WEFT_INLINE bool are_all_there(const TileFinish& finish, int64_t first) {
  return columns_there<Step>(finish, first) == ~uint32_t(0) >> (32 - Step::kColumns);
}

WEFT_INLINE int64_t lanes_there(uint32_t there, int64_t vector) {
  constexpr uint32_t kLanes = (1u << Sums::kLanes) - 1;
  return __builtin_popcount(there >> vector * Sums::kLanes & kLanes);
}
// Residuals of a vector of results; of those that are not there, zeros.
template <bool kAll>
WEFT_INLINE Sums residual_of(const Int8x4Tile& tile, int row, int64_t vector) {
  const int8_t* const from =
      tile.residual + row * tile.y_row + (vector - tile.vector) * Sums::kLanes;
#if WEFT_AVX512
  if (kAll) return Memory<int8_t>::load(from);
  const auto there = __mmask16(tile.finish->there >> vector * Sums::kLanes);
  return Sums::of((Sums::Native)_mm512_cvtepi8_epi32(_mm_maskz_loadu_epi8(there, from)));
#else
  if (kAll) return Memory<int8_t>::load(from);
  return Memory<int8_t>::load_part(from, lanes_there(tile.finish->there, vector));
#endif
}

// To the sums of a tile what results have beside them.
template <class Step, int kRows>
WEFT_INLINE void add_beside(const Int8x4Tile& tile, Sums (&sums)[kRows][2]) {
  const TileFinish& finish = *tile.finish;
  const int64_t first = Step::kColumns == kQuantizedColumns ? 0 : tile.vector;
  repeat<Step::kVectors>([&](auto vector) WEFT_LAMBDA {
    constexpr int v = decltype(vector)::value;
    const Sums start = finish.start[first + v];
    WEFT_UNROLL
    for (int i = 0; i < kRows; ++i) sums[i][v] = sums[i][v] + start;
    if (!tile.residual) return;
    const Sums factor = finish.factor[first + v];
    const auto add = [&](auto all) WEFT_LAMBDA {
      WEFT_UNROLL
      for (int i = 0; i < kRows; ++i) {
        constexpr bool kAll = decltype(all)::value != 0;
        sums[i][v] = sums[i][v] + factor * residual_of<kAll>(tile, i, first + v);
      }
    };
    are_all_there<Step>(finish, first) ? add(Index<1>()) : add(Index<0>());
  });
}

// What rescales a vector of columns is loaded once, for all rows.
template <class Step, bool kRectified, int kRows>
WEFT_INLINE void finish_tile(const Int8x4Tile& tile, Sums (&sums)[kRows][2]) {
  const TileFinish& finish = *tile.finish;
  const int64_t first = Step::kColumns == kQuantizedColumns ? 0 : tile.vector;
  WEFT_UNROLL
  for (int v = 0; v < Step::kVectors; ++v) {
    const BoundedRescale rescale = finish.rescale[first + v];
    WEFT_UNROLL
    for (int i = 0; i < kRows; ++i) sums[i][v] = rescale.template rescaled<kRectified>(sums[i][v]);
  }
  const Bounds bounds = finish.bounds;
  [[maybe_unused]] const uint32_t there = finish.there;
  int8_t* const y = tile.y;
  const int64_t y_row = tile.y_row;
  const auto place = [&](int row) WEFT_LAMBDA { return y + row * y_row; };
  constexpr int kPairs = (WEFT_AVX512 || WEFT_AVX2) && Step::kVectors == 2 ? kRows / 2 : 0;
#if WEFT_AVX512 || WEFT_AVX2
  const uint32_t columns = columns_there<Step>(finish, first);
  WEFT_UNROLL
  for (int pair = 0; pair < kPairs; ++pair) {
    const int i = 2 * pair;
    bounds.store(place(i), place(i + 1), sums[i], sums[i + 1], columns);
  }
#endif
  WEFT_UNROLL
  for (int row = 0; row < kRows - 2 * kPairs; ++row) {
    const int i = 2 * kPairs + row;
    WEFT_UNROLL
    for (int v = 0; v < Step::kVectors; ++v) {
      int8_t* const to = place(i) + v * Sums::kLanes;
#if WEFT_AVX512
      bounds.store(to, sums[i][v], __mmask16(there >> (first + v) * Sums::kLanes));
#else
      if (are_all_there<Step>(finish, first))
        bounds.store(to, sums[i][v]);
      else
        bounds.store_part(to, sums[i][v], lanes_there(there, first + v));
#endif
    }
  }
}

template <class Step, int kRows>
WEFT_INLINE void finish_sums(const Int8x4Tile& tile, Sums (&sums)[kRows][2]) {
  add_beside<Step>(tile, sums);
  if (tile.finish->is_rectified)
    finish_tile<Step, true>(tile, sums);
  else
    finish_tile<Step, false>(tile, sums);
}
template <class Step, int kRows>
WEFT_INLINE void store_sums(const Int8x4Tile& tile, const Sums (&sums)[kRows][2]) {
  WEFT_UNROLL
  for (int i = 0; i < kRows; ++i) {
    WEFT_UNROLL
    for (int v = 0; v < Step::kVectors; ++v)
      Memory<int32_t>::store(tile.sums + i * kQuantizedColumns + v * Sums::kLanes,
                             Step::result(sums[i], v));
  }
}

template <class Step, bool kIsIndexed, int kRows>
WEFT_INLINE void one_quad_tile(const Int8x4Tile& tile) {
  constexpr bool kMayFinish = !kIsIndexed && Step::kFinishes;
  constexpr bool kBegins = kMayFinish && Step::kEndsInPlace;  // with what is beside the sums
  Sums sums[kRows][2];
  WEFT_UNROLL
  for (int i = 0; i < kRows; ++i) {
    int32_t start = 0;
    if (Step::kHasRowStarts)
      __builtin_memcpy(&start,
                       (const char*)tile.a + i * tile.a_row + tile.int8x4s * Step::kLeftBytes,
                       sizeof start);
    sums[i][0] = sums[i][1] = Sums(start);
  }
  if (kBegins && tile.finish) add_beside<Step>(tile, sums);
  const char* a = (const char*)tile.a;
  const int8_t* b = (const int8_t*)tile.b;
  const int64_t ahead = tile.ahead;
  const bool has_runs = !kIsIndexed && Step::kHasRuns && tile.run > 0;
  const int64_t run = has_runs ? tile.run : tile.int8x4s;
  for (int64_t quad = 0; quad < tile.int8x4s;) {
    for (const int64_t end = quad + run; quad < end; ++quad) {
      if (!kIsIndexed) __builtin_prefetch(b + ahead, 0, 2);
      Step::add(sums, a, tile.a_row, kIsIndexed ? b + tile.b_offsets[quad] : b);
      a += Step::kLeftBytes;
      if (!kIsIndexed) b += kQuadBytes;
    }
    if (has_runs) a += tile.run_step;
  }
  if (kMayFinish && tile.finish) {
    if (!kBegins) {
      WEFT_UNROLL
      for (int i = 0; i < kRows; ++i) sums[i][0] = Step::result(sums[i], 0);
      add_beside<Step>(tile, sums);
    }
    if (tile.finish->is_rectified)
      finish_tile<Step, true>(tile, sums);
    else
      finish_tile<Step, false>(tile, sums);
    return;
  }
  store_sums<Step>(tile, sums);
}

template <class Step, bool kIsIndexed, int kRows>
void quad_tile(const Int8x4Tile& tile) {
  if constexpr (!Step::kHasRowStarts) return one_quad_tile<Step, kIsIndexed, kRows>(tile);
  Int8x4Tile next = tile;
  for (int64_t i = 0; i < tile.count; ++i, next.ahead = 0) {
    one_quad_tile<Step, kIsIndexed, kRows>(next);
    next.a = (const char*)next.a + kRows * tile.a_row;
    next.y += kRows * tile.y_row;
    if (next.residual) next.residual += kRows * tile.y_row;
  }
}

struct Int8x4Tiles {
  QuadTileKernel at[kQuadRows];  // [rows - 1], the last one for all that are more
  int64_t max_rows, columns, left_bytes;
  bool shifts;          // A is bytes, whose sums lack kDotShift times those of B; else 16 bits
  uint8_t flip;         // what is staged is each of them, exclusive or this
  bool has_row_starts;  // what rows of A end with, as CrossStep lays them down
  bool finishes;        // may have Int8x4Tile::finish
};
template <class Step, bool kIsIndexed, int... I>
constexpr Int8x4Tiles quad_tiles(Numbers<I...>) {
  return {{quad_tile<Step, kIsIndexed, I + 1>...},
          Step::kMaxRows,
          Step::kColumns,
          Step::kLeftBytes,
          Step::kShifts,
          Step::kShifts ? kDotFlip : uint8_t(0),
          Step::kHasRowStarts,
          Step::kFinishes};
}
template <class Step, bool kIsIndexed>
constexpr Int8x4Tiles kQuadTiles =
    quad_tiles<Step, kIsIndexed>(typename CountTo<Step::kMaxRows>::Type());

// 32 rows as 11 + 11 + 10 rather than 12 + 12 + 8. Tiles of AMX have all of theirs anyway.
WEFT_INLINE int64_t balanced_quad_rows(int64_t rows, const Int8x4Tiles& of) {
  if (of.max_rows > kQuadRows) return of.max_rows;
  const int64_t tiles = (rows + of.max_rows - 1) / of.max_rows;
  return tiles ? (rows + tiles - 1) / tiles : 1;
}
