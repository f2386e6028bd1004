// Products of bfloat16 by the tiles of AMX: rows of A where they lie, by 32 columns of B as bf16x2,
// which is the form of packed panels. B that is not packed is staged in this form. A tile reads all
// of its bytes, so rows that do not fill a tile, and ends of rows that do not fill a row of one,
// are copied first.
//
// An element of C is one chain over 32 elements of k at a time; within these, TDPBF16PS adds up the
// even and the odd products by themselves. Included inside the namespace of an instruction set,
// after kernels/matmul/gemm_impl.h.

#include "kernels/matmul/amx_impl.h"

#if WEFT_AMX
constexpr int64_t kTiledStep = 32;  // elements of k in a row of a tile
// elements between rows that are staged
constexpr int64_t kTiledRow = kTiledRowBytes / sizeof(BFloat16);

constexpr int64_t whole_steps(int64_t depth) {
  return (depth + kTiledStep - 1) / kTiledStep * kTiledStep;
}

// Stages `depth` dense rows of up to 32 columns as bf16x2: to[k / 2][column]. The last step is
// filled up with zeros.
inline void stage_bf16x2(const BFloat16* from, int64_t row, int64_t columns, int64_t depth,
                         uint32_t* to) {
  // Unpacking takes the lower halves of each 16 bytes of a register, so the first columns go there.
  const __m512i order = _mm512_setr_epi64(0, 4, 1, 5, 2, 6, 3, 7);
  const __mmask32 there = ~uint32_t(0) >> (kBlockColumns - columns);
  const auto load = [&](int64_t k) WEFT_LAMBDA {
    const __mmask32 some = k < depth ? there : 0;
    return _mm512_permutexvar_epi64(order, _mm512_maskz_loadu_epi16(some, from + k * row));
  };
  for (int64_t k = 0; k < depth; k += kTiledStep)
    for (int64_t i = k; i < k + kTiledStep; i += 2, to += kBlockColumns) {
      const __m512i even = load(i), odd = load(i + 1);
      _mm512_storeu_si512(to, _mm512_unpacklo_epi16(even, odd));
      _mm512_storeu_si512(to + kTileRows16, _mm512_unpackhi_epi16(even, odd));
    }
}

// Copies the last, incomplete step of `depth` elements of k out of a panel, with zeros behind it.
inline void stage_rest(const uint32_t* pairs, int64_t depth, uint32_t* to) {
  const int64_t whole = depth / kTiledStep * kTiledStep;
  const int64_t there = (depth - whole + 1) / 2 * kBlockColumns;
  __builtin_memcpy(to, pairs + whole / 2 * kBlockColumns, there * sizeof(uint32_t));
  __builtin_memset(to + there, 0, kTiledStepBytes - there * sizeof(uint32_t));
}

// Copies `count` elements and fills the last step up with zeros.
inline void copy_to_steps(const BFloat16* from, int64_t count, BFloat16* to) {
  for (int64_t k = 0; k < count; k += kTiledStep) {
    const __mmask32 there = ~uint32_t(0) >> (kTiledStep - minimum(count - k, kTiledStep));
    _mm512_storeu_si512(to + k, _mm512_maskz_loadu_epi16(there, from + k));
  }
}

// The same for rows whose elements are not dense, but whose columns are: squares of 16 rows by 16
// bf16x2 are transposed in registers.
inline void turn_to_steps(const BFloat16* from, int64_t col, int64_t rows, int64_t depth,
                          BFloat16* to) {
  constexpr int64_t kLanes = Vec<uint32_t>::kLanes;
  for (int64_t i = 0; i < rows; i += kLanes)
    for (int64_t k = 0; k < depth; k += kTiledStep) {
      const auto load = [&](int64_t at) WEFT_LAMBDA {
        const auto* element = (const uint16_t*)from + at * col + i;
        return at >= depth          ? Vec<uint32_t>(0)
               : i + kLanes <= rows ? Memory<uint16_t>::load(element)
                                    : Memory<uint16_t>::load_part(element, rows - i);
      };
      Vec<uint32_t> pairs[kLanes];
      repeat<kLanes>([&](auto pair) WEFT_LAMBDA {
        constexpr int p = decltype(pair)::value;
        pairs[p] = load(k + 2 * p) | load(k + 2 * p + 1) << 16;
      });
      transpose(pairs);
      repeat<kLanes>([&](auto row) WEFT_LAMBDA {
        constexpr int r = decltype(row)::value;
        Memory<uint32_t>::store((uint32_t*)(to + (i + r) * kTiledRow + k), pairs[r]);
      });
    }
}

// Stages rows of A, kTiledRow elements apart. The last tile's rows beyond `rows` are not written;
// what they hold does not matter.
inline void stage_rows(const BFloat16* a, int64_t a_row, int64_t a_col, int64_t rows, int64_t depth,
                       BFloat16* to) {
  if (a_col != 1 && a_row == 1) return turn_to_steps(a, a_col, rows, depth, to);
  for (int64_t i = 0; i < rows; ++i, a += a_row, to += kTiledRow) {
    if (a_col == 1) {
      copy_to_steps(a, depth, to);
      continue;
    }
    for (int64_t k = 0; k < whole_steps(depth); ++k) to[k] = k < depth ? a[k * a_col] : BFloat16{};
  }
}

// A product of some rows by one panel of 32 columns, for one block of k.
struct TiledBf16x2 {
  int64_t rows, depth;  // depth: maximum is kTiledDepth
  const BFloat16* a;
  int64_t a_row;         // elements between rows
  const uint32_t* b;     // bf16x2 of 32 columns
  const uint32_t* rest;  // the last step, filled up with zeros; null if all steps are whole
  float* sums;           // with room for whole tiles of rows
  int64_t sums_row;
  bool accumulate;          // add to the sums that are there
  BFloat16* spare;          // kTiledSpareBytes of scratch; null if all rows and steps are whole
  const char* ahead;        // what to prefetch meanwhile,
  int64_t ahead_lines = 0;  // and how many lines for each step of the first rows

  void run() const {
    for (int64_t i = 0; i < rows; i += kBlockRows) {
      if (rows - i > kTileRows16)
        run_rows<true>(i, minimum(rows - i, kBlockRows));
      else
        run_rows<false>(i, rows - i);
    }
  }

 private:
  // Where ends of rows are copied to, behind the rows of a tile.
  BFloat16* ends() const { return spare + kTileRows16 * kTiledRow; }

  // Rows of A where they lie, or a copy if they do not fill a tile.
  TileRows rows_at(int64_t row, int64_t count) const {
    const BFloat16* const from = a + row * a_row;
    if (count >= kTileRows16) return {(const char*)from, a_row * (int64_t)sizeof(BFloat16)};
    for (int64_t i = 0; i < count; ++i)
      copy_to_steps(from + i * a_row, depth / kTiledStep * kTiledStep, spare + i * kTiledRow);
    return {(const char*)spare, kTiledRow * (int64_t)sizeof(BFloat16)};
  }

  // Up to 32 rows: all whole steps, then the rest.
  template <bool kHasLower>
  void run_rows(int64_t row, int64_t count) const {
    using Block = SumsBlock<BFloat16Products, kHasLower, true>;
    constexpr int64_t kRowBytes = kBlockColumns * sizeof(uint32_t);
    TileRows upper = rows_at(row, count), lower = upper;
    if (kHasLower) lower = rows_at(row + kTileRows16, count - kTileRows16);
    float* const to = sums + row * sums_row;
    const int64_t sums_bytes = sums_row * (int64_t)sizeof(float);
    if (accumulate)
      Block::load(to, sums_bytes);
    else
      Block::clear();
    const uint32_t* pairs = b;
    const char* fetched = ahead;
    const int64_t lines = row == 0 ? ahead_lines : 0;
    int64_t k = 0;
    for (; k + kTiledStep <= depth; k += kTiledStep) {
      for (int64_t line = 0; line < lines; ++line, fetched += kTileBytes)
        __builtin_prefetch(fetched, 0, 2);
      Block::add(upper, lower, pairs, pairs + kTileRows16, kRowBytes);
      upper.at += kTileBytes;
      lower.at += kTileBytes;
      pairs += kTileRows16 * kBlockColumns;
    }
    if (k < depth) {
      const BFloat16* from = a + row * a_row + k;
      for (int64_t i = 0; i < count; ++i)
        copy_to_steps(from + i * a_row, depth - k, ends() + i * kTiledStep);
      const TileRows last{(const char*)ends(), kTileBytes};
      Block::add(last, {last.at + kTileRows16 * kTileBytes, kTileBytes}, rest, rest + kTileRows16,
                 kRowBytes);
    }
    Block::store(to, sums_bytes);
  }
};
#endif  // WEFT_AMX
