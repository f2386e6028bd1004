// Tiles of int32 sums of int8 products: a few rows of A by a panel of B in which four elements that
// follow one another in k lie side by side (int8x4).
//
//   sums[row][column] = sum over int8x4s of a[row][i][0..3] * b[i][column][0..3]
//
// VPDPBUSD adds four products of unsigned by signed bytes to a lane: one side is shifted by 128,
// which the sums of the other side undo. It wraps, and never saturates. SDOT of Armv8.2 takes
// signed bytes and needs no shift. Elsewhere both sides are widened to 16 bits, A once beforehand:
// PMADDWD adds two products exactly (VPMADDUBSW would saturate), so a column takes two lanes, which
// are added at the end. With AVX2 alone, if there are many rows, one multiplication makes two
// products (CrossStep, int8x4_cross_impl.h). Processors with AMX have registers for 16 rows by 16
// columns (int8x4_amx_impl.h).
//
// Included inside the namespace of an instruction set, after kernels/matmul/gemm_impl.h and
// kernels/int8/requantize_impl.h.

#include "kernels/int8/int16_impl.h"

#if WEFT_NEON && defined(__linux__)
#define WEFT_DOT_BYTES 1
#elif (WEFT_AVX512 || (WEFT_AVX2 && __GNUC__ >= 11)) && !defined(__clang__)
#define WEFT_DOT_BYTES 1  // an assembler older than GCC 11 may not know AVX-VNNI
#else
#define WEFT_DOT_BYTES 0
#endif

// Without VPDPBUSD, AVX-512's functions call AVX2's kernels for everything: CrossStep makes as many
// products as PairStep would in vectors twice as long.
#define WEFT_PAIRS_OF_BYTES !(WEFT_AVX512 && WEFT_DOT_BYTES && WEFT_WITH_AVX2)

// Staged bytes are combined with kDotFlip by exclusive or, which shifts them by kDotShift; the zero
// point grows by as much.
constexpr uint8_t kDotFlip = WEFT_DOT_BYTES && !WEFT_NEON ? 0x80 : 0;
constexpr uint32_t kDotShift = kDotFlip;

// Does the processor have the instruction for bytes?
WEFT_INLINE bool dots_bytes() {
#if WEFT_DOT_BYTES
  return uses(WEFT_NEON ? Extra::kDotprod : WEFT_AVX512 ? Extra::kAvx512Vnni : Extra::kAvxVnni);
#else
  return false;
#endif
}

// Rows of a tile: as many as leave registers for two vectors of B, an element of A, and its flip.
constexpr int kInt8x4Rows = WEFT_AVX512 ? 12 : 6;
// Bytes of one int8x4 of every column of a panel.
constexpr int64_t kInt8x4PanelBytes = kInt8x4 * kQuantizedColumns;

// What rescales the sums of a panel's columns to int8 while they are in registers. Finish::find()
// (quantized_rows_impl.h) fills in the vectors.
struct TileFinish {
  // Of each vector of columns.
  Sums start[kQuantizedColumns / Sums::kLanes], factor[kQuantizedColumns / Sums::kLanes];
  BoundedRescale rescale[kQuantizedColumns / Sums::kLanes];
  Bounds bounds;
  bool is_rectified;
  uint32_t there;  // bit j: column j of the panel exists; others are not stored

  WEFT_INLINE TileFinish(const Requantization& how, int64_t width)
      : bounds(how),
        is_rectified(BoundedRescale::rectifies(how)),
        there(uint32_t((uint64_t(1) << width) - 1)) {}
};

// What a tile kernel reads; the number of rows is given by the choice of the kernel.
struct Int8x4Tile {
  int64_t int8x4s;
  const void* a;
  int64_t a_row;             // bytes from row to row
  const void* b;             // at a multiple of the step's columns
  const int64_t* b_offsets;  // of each int8x4, in bytes; null: those of a panel follow one another
  int32_t* sums;             // where sums go, in rows of kQuantizedColumns
  int64_t ahead = 0;         // bytes from a row of the panel to what is prefetched meanwhile
  // Instead of sums: results of all columns of the panel, from the tile's first column on.
  const TileFinish* finish = nullptr;
  int8_t* y = nullptr;
  const int8_t* residual = nullptr;  // strided like y, times `factor`; may be null
  // vector: number of the tile's first vector of columns in the panel
  int64_t y_row = 0, vector = 0;
  int64_t count = 1;  // tiles one below the other, in one call; with `finish` and CrossStep only
  // For DotStep with A unsigned: int8x4s of A that follow one another (0: all), and bytes between
  // two such runs.
  int64_t run = 0, run_step = 0;
  // For AMX: the tile's rows, of which 16 or 32 must be readable; and the last int8x4s of the
  // panel, in 16 rows filled up with zeros. Runs are multiples of 16 int8x4s. `sums` has room for
  // 32 rows.
  int64_t rows = 0;
  const void* b_rest = nullptr;
  bool is_narrow = false;  // all columns are in one vector
};
using Int8x4TileKernel = void (*)(const Int8x4Tile& tile);

// A step: one int8x4 of kRows rows of A by the columns of a tile, with bytes widened to 16 bits.
// Other steps have the same members:
//
// kColumns, kVectors  columns of a tile, and vectors of results
// kLeftBytes          bytes of an int8x4 of A as it is staged
// kShifts             A is bytes, shifted by kDotShift
// kHasRowStarts       staged rows end with what their sums start with
// kEndsInPlace        a lane of sums is a column
// kHasRuns            A may be in runs
// kFinishes           the kernel can rescale
// result()            the sums of one vector of columns
struct PairStep {
  static constexpr int kColumns = Sums::kLanes;
  static constexpr int64_t kLeftBytes = 8;  // two 16-bit lanes for each pair of elements
  static constexpr bool kShifts = false;

  template <int kRows>
  WEFT_INLINE static void add(Sums (&sums)[kRows][2], const char* a, int64_t a_row,
                              const int8_t* b) {
    Int16s right[2];
    for (int j = 0; j < 2; ++j) right[j] = load_int8_as_int16(b + j * kVectorBytes / 2);
    WEFT_UNROLL
    for (int i = 0; i < kRows; ++i) {
      int64_t int8x4;
      __builtin_memcpy(&int8x4, a + i * a_row, sizeof int8x4);
      const Int16s left = (Int16s)Vec<int64_t>(int8x4).v;
      sums[i][0] = sums[i][0] + pair_products(left, right[0]);
      sums[i][1] = sums[i][1] + pair_products(left, right[1]);
    }
  }
  // With AVX2 CrossStep leaves only few rows to this step.
  static constexpr int kVectors = 1, kMaxRows = WEFT_AVX2 ? 4 : kInt8x4Rows;
  static constexpr bool kHasRowStarts = false, kHasRuns = false, kFinishes = true;
  static constexpr bool kEndsInPlace = false;  // a column has two lanes, which result() adds
  WEFT_INLINE static Sums result(const Sums (&sums)[2], int) {
    return neighbours_added(sums[0], sums[1]);
  }
};

#if WEFT_DOT_BYTES
// Four products of bytes, added to a lane. Assembler, because this file is compiled for processors
// without the instruction, too, so the compiler may not use it.
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
// The step by that instruction. One side has unsigned, shifted bytes. If that is A, its rows are
// shifted when they are staged: an exclusive or in the loop would take time from the multiplying
// units.
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
      int32_t int8x4;
      __builtin_memcpy(&int8x4, a + i * a_row, sizeof int8x4);
      const Sums left(int8x4);
      for (int j = 0; j < kRights; ++j)
        sums[i][j] = kLeftIsUnsigned ? add_dot_bytes(left, right[j], sums[i][j])
                                     : add_dot_bytes(right[j], left, sums[i][j]);
    }
  }
  static constexpr int kVectors = kRights, kMaxRows = kInt8x4Rows;
  static constexpr bool kHasRowStarts = false, kEndsInPlace = true, kHasRuns = kLeftIsUnsigned;
  static constexpr bool kFinishes = kRights == 2;  // half a panel is rare
  WEFT_INLINE static Sums result(const Sums (&sums)[2], int vector) { return sums[vector]; }
};
#endif

// Which columns of a tile exist, from one vector of the panel on; and do all exist?
template <class Step>
WEFT_INLINE uint32_t columns_there(const TileFinish& finish, int64_t first) {
  constexpr uint32_t kAll = ~uint32_t(0) >> (32 - Step::kColumns);
  return finish.there >> first * Sums::kLanes & kAll;
}
template <class Step>
WEFT_INLINE bool are_all_there(const TileFinish& finish, int64_t first) {
  return columns_there<Step>(finish, first) == ~uint32_t(0) >> (32 - Step::kColumns);
}

// How many columns of one vector exist.
WEFT_INLINE int64_t lanes_there(uint32_t there, int64_t vector) {
  constexpr uint32_t kLanes = (1u << Sums::kLanes) - 1;
  return __builtin_popcount(there >> vector * Sums::kLanes & kLanes);
}
// The residuals of a vector of results; zero for columns that do not exist.
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

// Adds to the sums of a tile what results have beside their products: starts and residuals.
template <class Step, int kRows>
WEFT_INLINE void add_starts(const Int8x4Tile& tile, Sums (&sums)[kRows][2]) {
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

// Rescales the sums of a tile and stores the results. What rescales a vector of columns is loaded
// once for all rows.
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

// The whole end of a tile whose results are wanted.
template <class Step, int kRows>
WEFT_INLINE void finish_sums(const Int8x4Tile& tile, Sums (&sums)[kRows][2]) {
  add_starts<Step>(tile, sums);
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

// One tile: begin with the row starts, add all int8x4s, then rescale or store the sums.
template <class Step, bool kIsIndexed, int kRows>
WEFT_INLINE void one_int8x4_tile(const Int8x4Tile& tile) {
  constexpr bool kMayFinish = !kIsIndexed && Step::kFinishes;
  // sums begin with what is added beside the products
  constexpr bool kBegins = kMayFinish && Step::kEndsInPlace;
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
  if (kBegins && tile.finish) add_starts<Step>(tile, sums);
  const char* a = (const char*)tile.a;
  const int8_t* b = (const int8_t*)tile.b;
  const int64_t ahead = tile.ahead;
  const bool has_runs = !kIsIndexed && Step::kHasRuns && tile.run > 0;
  const int64_t run = has_runs ? tile.run : tile.int8x4s;
  for (int64_t int8x4 = 0; int8x4 < tile.int8x4s;) {
    for (const int64_t end = int8x4 + run; int8x4 < end; ++int8x4) {
      if (!kIsIndexed) __builtin_prefetch(b + ahead, 0, 2);
      Step::add(sums, a, tile.a_row, kIsIndexed ? b + tile.b_offsets[int8x4] : b);
      a += Step::kLeftBytes;
      if (!kIsIndexed) b += kInt8x4PanelBytes;
    }
    if (has_runs) a += tile.run_step;
  }
  if (kMayFinish && tile.finish) {
    if (!kBegins) {
      WEFT_UNROLL
      for (int i = 0; i < kRows; ++i) sums[i][0] = Step::result(sums[i], 0);
      add_starts<Step>(tile, sums);
    }
    if (tile.finish->is_rectified)
      finish_tile<Step, true>(tile, sums);
    else
      finish_tile<Step, false>(tile, sums);
    return;
  }
  store_sums<Step>(tile, sums);
}

// One tile, or tile.count tiles one below the other.
template <class Step, bool kIsIndexed, int kRows>
void int8x4_tile(const Int8x4Tile& tile) {
  if constexpr (!Step::kHasRowStarts) return one_int8x4_tile<Step, kIsIndexed, kRows>(tile);
  Int8x4Tile next = tile;
  for (int64_t i = 0; i < tile.count; ++i, next.ahead = 0) {
    one_int8x4_tile<Step, kIsIndexed, kRows>(next);
    next.a = (const char*)next.a + kRows * tile.a_row;
    next.y += kRows * tile.y_row;
    if (next.residual) next.residual += kRows * tile.y_row;
  }
}

// The kernels of one step, and what staging must know about it.
struct Int8x4Tiles {
  Int8x4TileKernel at[kInt8x4Rows];  // [rows - 1]; the last one is for all that are more
  int64_t max_rows, columns, left_bytes;
  // A is bytes, and its sums lack kDotShift times those of B; otherwise A is 16-bit numbers
  bool shifts;
  uint8_t flip;         // each staged byte is combined with this by exclusive or
  bool has_row_starts;  // rows of A end with what their sums start with (CrossStep)
  bool finishes;        // may be given Int8x4Tile::finish
};
template <class Step, bool kIsIndexed, int... I>
constexpr Int8x4Tiles int8x4_tiles(Numbers<I...>) {
  return {{int8x4_tile<Step, kIsIndexed, I + 1>...},
          Step::kMaxRows,
          Step::kColumns,
          Step::kLeftBytes,
          Step::kShifts,
          Step::kShifts ? kDotFlip : uint8_t(0),
          Step::kHasRowStarts,
          Step::kFinishes};
}
template <class Step, bool kIsIndexed>
constexpr Int8x4Tiles kInt8x4Tiles =
    int8x4_tiles<Step, kIsIndexed>(typename CountTo<Step::kMaxRows>::Type());

// Rows of a tile, evenly distributed: 32 rows become 11 + 11 + 10, not 12 + 12 + 8. Tiles of AMX
// always have all of their rows.
WEFT_INLINE int64_t balanced_int8x4_rows(int64_t rows, const Int8x4Tiles& of) {
  if (of.max_rows > kInt8x4Rows) return of.max_rows;
  const int64_t tiles = (rows + of.max_rows - 1) / of.max_rows;
  return tiles ? (rows + tiles - 1) / tiles : 1;
}
