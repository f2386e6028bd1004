// Matrix products of every dtype, and the choice between their forms: large ones by
// packed_strip_impl.h, narrow ones and those whose operands are in a cache by gemm_impl.h, those of
// few rows by few_rows_impl.h, bfloat16 by AMX's tiles where there are any.
#include "kernels/isa/isa_target.h"
#include "kernels/matmul/matmul_kernels_impl.h"
#include "kernels/matmul/matmul_small.h"
#include "kernels/matmul/panels_kernels_impl.h"
#include "kernels/simd/known_steps.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd/simd.h"
#include "kernels/simd/simd_memory.h"

#include "kernels/matmul/gemm_impl.h"

#include "kernels/matmul/bf16x2_amx_impl.h"
#include "kernels/matmul/bf16x2_impl.h"
#include "kernels/matmul/few_rows_impl.h"
#include "kernels/matmul/strip_tile_impl.h"

#include "kernels/matmul/packed_strip_impl.h"

constexpr int64_t kFirstCache = 32768;  // bytes: every processor that matters has as much

// Two ways to access a vector: all of its lanes, or some.
struct AllLanes {
  template <class S>
  WEFT_INLINE auto load(const S* from) const {
    return Memory<S>::load(from);
  }
  template <class S>
  WEFT_INLINE void store(S* to, Vec<LaneType<S>> lanes) const {
    Memory<S>::store(to, lanes);
  }
};
struct SomeLanes {
  int64_t count;
  template <class S>
  WEFT_INLINE auto load(const S* from) const {
    return Memory<S>::load_part(from, count);
  }
  template <class S>
  WEFT_INLINE void store(S* to, Vec<LaneType<S>> lanes) const {
    Memory<S>::store_part(to, lanes, count);
  }
};

// The units of one product. `S` is the stored type, `T` the type of the lanes that accumulate.
template <class S>
struct Product {
  using T = LaneType<S>;
  static constexpr bool kIsWide = kIsSame<S, T>;  // C itself can hold partial sums

  const Matmul& problem;
  const MatmulBlocks& blocks;
  T* packed_b;
  T* packed_a;
  T* partial_c;  // the sums of one block, where C cannot hold them

  // What is computed together: row blocks first .. last - 1, by neighbouring column blocks of a
  // matrix.
  struct Strip {
    int64_t batch, first, last;
    int64_t col, cols;
  };

  const S* a_of(const Strip& strip) const {
    return (const S*)problem.a.data + strip.batch * problem.a.batch +
           first_row_of(strip) * problem.a.row;
  }
  const S* b_of(const Strip& strip) const {
    return (const S*)problem.b.data + strip.batch * problem.b.batch + strip.col * problem.b.col;
  }
  S* c_of(const Strip& strip) const {
    return (S*)problem.c + strip.batch * problem.c_batch + first_row_of(strip) * problem.c_row +
           strip.col;
  }
  int64_t first_row_of(const Strip& strip) const { return strip.first * blocks.rows; }
  int64_t rows_of(const Strip& strip) const {
    return minimum(problem.m, strip.last * blocks.rows) - first_row_of(strip);
  }

  // Few rows are swept, if the strides of B allow it and it pays (few_rows_impl.h).
  bool has_few_rows() const {
    if (!kIsFloating<T> || problem.k == 0 || problem.m > kFewRows) return false;
    if (problem.b.col != 1) return problem.b.row == 1;
    return problem.m <= kSweptShortRows || row_bytes_of_b() > kPage;
  }
  int64_t row_bytes_of_b() const { return problem.b.row * (int64_t)sizeof(S); }

  // The choice of the form, and the epilogue where the form has not done it.
  void run_strip(const Strip& strip) const {
    if (problem.k > 0) {
      if constexpr (kIsFloating<T>) {
        if (has_few_rows()) {
          run_few_rows(strip);
          finish(strip, 0, problem.m);
          return;
        }
      }
#if WEFT_AMX
      if constexpr (kIsSame<S, BFloat16>) {
        if (uses_tiles()) {
          run_tiled(strip);
          finish(strip, 0, rows_of(strip));
          return;
        }
      }
#endif
#if WEFT_BF16X2
      if constexpr (kIsSame<S, BFloat16>) {
        if (problem.m > kFewRows && multiplies_bf16x2()) {
          run_packed<Paired>(strip, 0);
          return;
        }
      }
#endif
      const bool in_place = reads_b_in_place((strip.last - strip.first) * blocks.rows);
      const int64_t whole = in_place ? strip.cols / Vec<T>::kLanes * Vec<T>::kLanes : 0;
      const int64_t rest = strip.cols - whole;
      const bool is_narrow =
          kIsWide && has_dense_a() && (rest <= 2 * kTileCols<T> || is_small(problem, sizeof(S)));
      if constexpr (kIsWide) {
        if (whole > 0) run_in_place(strip, {0, whole}, false);
        if (rest > 0 && is_narrow) run_in_place(strip, {whole, strip.cols}, true);
      }
      if (rest > 0 && !is_narrow) run_packed<Single<T>>(strip, whole);
    }
    if (kIsWide || problem.k == 0) finish(strip, 0, rows_of(strip));
  }

#if WEFT_AMX
  bool uses_tiles() const {
    return kIsSame<S, BFloat16> && problem.m > kFewRows && problem.k > 0 && uses(Extra::kAmxBf16);
  }
  // By AMX: both operands are staged, one block of k at a time. The rows of A serve all panels of
  // B, and each panel stays in the first-level cache for all rows.
  void run_tiled(const Strip& strip) const {
    const int64_t rows = rows_of(strip), row = partial_row(strip);
    auto* const staged = (BFloat16*)(partial_c + whole_tiles(blocks.rows) * row);
    auto* const pairs = (uint32_t*)((char*)staged + whole_tiles(blocks.rows) * kTiledRowBytes);
    for (int64_t i = 0; problem.accumulate && i < rows; ++i)
      for (int64_t j = 0; j < strip.cols; ++j)
        partial_c[i * row + j] = to_lane(c_of(strip)[i * problem.c_row + j]);
    for (int64_t k = 0; k < problem.k; k += kTiledDepth) {
      const int64_t depth = minimum(problem.k - k, kTiledDepth);
      stage_rows(a_of(strip) + k * problem.a.col, problem.a.row, problem.a.col, rows, depth,
                 staged);
      for (int64_t j = 0; j < strip.cols; j += kBlockColumns) {
        stage_panel(b_of(strip) + j * problem.b.col + k * problem.b.row,
                    minimum(strip.cols - j, kBlockColumns), depth, pairs);
        TiledBf16x2{whole_tiles(rows),
                    whole_steps(depth),
                    staged,
                    kTiledRow,
                    pairs,
                    nullptr,
                    partial_c + j,
                    row,
                    problem.accumulate || k > 0,
                    nullptr,
                    nullptr}
            .run();
      }
    }
  }
  // A panel of 32 columns as bf16x2, filled up to whole steps with zeros.
  void stage_panel(const BFloat16* from, int64_t columns, int64_t depth, uint32_t* to) const {
    if (problem.b.col == 1) return stage_bf16x2(from, problem.b.row, columns, depth, to);
    pack_pairs((const uint16_t*)from, problem.b.col, problem.b.row, columns, depth, to,
               kBlockColumns);
    const int64_t there = (depth + 1) / 2, all = whole_steps(depth) / 2;
    __builtin_memset(to + there * kBlockColumns, 0,
                     (all - there) * kBlockColumns * sizeof(uint32_t));
  }
#endif

  // Sums begin in C or, for halves, beside it; A is widened a piece of k at a time.
  void run_few_rows(const Strip& strip) const {
    S* const c = c_of(strip);
    T* sums = partial_c;
    int64_t sums_row = partial_row(strip);
    if constexpr (kIsWide) {
      sums = c;
      sums_row = problem.c_row;
    }
    if (!kIsWide || !problem.accumulate)
      for (int64_t i = 0; i < problem.m; ++i)
        for (int64_t j = 0; j < strip.cols; ++j)
          sums[i * sums_row + j] = problem.accumulate ? to_lane(c[i * problem.c_row + j]) : T(0);
    if constexpr (kIsWide) {
      FewRows<S>{problem, a_of(strip), b_of(strip), sums, sums_row, strip.cols}.run();
    } else {
      T rows[kFewRows * kWidenedRow];
      for (int64_t k = 0; k < problem.k; k += kWidenedRow) {
        const Matmul part = widen_rows(a_of(strip), k, rows);
        FewRows<S>{part, rows, b_of(strip) + k * problem.b.row, sums, sums_row, strip.cols}.run();
      }
    }
  }
  // The piece of A from `k` on, widened, and the product with that piece.
  static constexpr int64_t kWidenedRow = 1024;
  Matmul widen_rows(const S* a, int64_t k, T* rows) const {
    Matmul part = problem;
    part.k = minimum(problem.k - k, kWidenedRow);
    part.a.row = kWidenedRow;
    part.a.col = 1;
    for (int64_t i = 0; i < problem.m; ++i) {
      const S* const from = a + i * problem.a.row + k * problem.a.col;
      T* const to = rows + i * kWidenedRow;
      int64_t j = 0;
      if (problem.a.col == 1)
        for (; j + Vec<T>::kLanes <= part.k; j += Vec<T>::kLanes)
          Memory<T>::store(to + j, Memory<S>::load(from + j));
      for (; j < part.k; ++j) to[j] = to_lane(from[j * problem.a.col]);
    }
    return part;
  }

  // Elements of a row of partial sums: whole panels.
  int64_t partial_row(const Strip& strip) const {
    return (strip.cols + kTileCols<T> - 1) / kTileCols<T> * kTileCols<T>;
  }

  // The columns from `col` on, with both operands packed as they are multiplied.
  template <class Kind>
  void run_packed(const Strip& strip, int64_t col) const {
    PackedStrip<S, Kind> packed;
    packed.rows = rows_of(strip);
    packed.cols = strip.cols - col;
    packed.k = problem.k;
    packed.a = a_of(strip);
    packed.a_row = problem.a.row;
    packed.a_col = problem.a.col;
    packed.b = b_of(strip) + col * problem.b.col;
    packed.b_row = problem.b.row;
    packed.b_col = problem.b.col;
    packed.c_is_padded = !kIsWide;
    packed.accumulate = problem.accumulate;
    packed.packed_a = (typename Kind::Packed*)packed_a;
    packed.packed_b = (typename Kind::Packed*)packed_b;
    if constexpr (kIsWide) {
      packed.c = c_of(strip) + col;
      packed.c_row = problem.c_row;
      packed.run([](int64_t, int64_t) {});
    } else {
      packed.c = partial_c;
      packed.c_row = partial_row(strip);
      // Partial sums begin with what C holds.
      for (int64_t i = 0; problem.accumulate && i < packed.rows; ++i)
        for (int64_t j = 0; j < strip.cols; ++j)
          partial_c[i * packed.c_row + j] = to_lane(c_of(strip)[i * problem.c_row + j]);
      packed.run([&](int64_t row, int64_t rows) { finish(strip, row, rows); });
    }
  }

  // Does it pay to read B where it lies? Few rows use B too seldom to pay for a copy, unless each
  // row of B lies in another page. B in the first-level cache needs no copy, either.
  bool reads_b_in_place(int64_t rows) const {
    if (!kIsWide || problem.b.col != 1 || problem.b.row <= 0) return false;
    if (!has_dense_a()) return false;
    return (rows <= 2 * kTileRows<T> && row_bytes_of_b() <= kPage) ||
           problem.k * row_bytes_of_b() <= kFirstCache / 2;
  }

  bool has_dense_a() const {
    return problem.a.col == 1 || (problem.a.row == 1 && problem.a.col != 0);
  }

  // A where it lies. B where it lies as well, for a whole number of vectors, or packed if
  // `packs_b`.
  void run_in_place(const Strip& strip, Range cols, bool packs_b) const {
    const int64_t rows = rows_of(strip);
    const bool in_columns = problem.a.col != 1;
    BlockProduct<T> product;
    product.cols = cols.end - cols.begin;
    product.a_packed = false;
    product.a_col = in_columns ? problem.a.col : 0;
    product.a_row = problem.a.row;
    product.b_row = packs_b ? kTileCols<T> : problem.b.row;
    product.c_row = problem.c_row;
    // Rows of A that are read for many columns are copied, so that they do not share a set of the
    // cache.
    const bool copies =
        !in_columns && product.cols > 4 * kTileCols<T> && !is_small(problem, sizeof(S));
    product.panel_rows = in_columns || copies
                             ? balanced_rows<T>(rows)
                             : balanced_rows_at<T>(rows, problem.a.row * sizeof(T));
    for (int64_t k = 0; k < problem.k; k += kStripDepth<T>) {
      product.k = minimum(problem.k - k, kStripDepth<T>);
      product.b = (const T*)b_of(strip) + k * problem.b.row + cols.begin * problem.b.col;
      product.b_panel = (packs_b ? product.k : 1) * kTileCols<T>;
      if (packs_b) {
        pack_b(product.b, problem.b.row, problem.b.col, product.cols, product.k, packed_b);
        product.b = packed_b;
      }
      product.accumulate = problem.accumulate || k > 0;
      const int64_t step = copies ? product.panel_rows : rows;
      for (int64_t i = 0; i < rows; i += step) {
        product.rows = minimum(rows - i, step);
        product.a = (const T*)a_of(strip) + i * problem.a.row + k * problem.a.col;
        product.c = (T*)c_of(strip) + i * problem.c_row + cols.begin;
        if (copies) {
          copy_rows(product.a, problem.a.row, product.rows, product.k, packed_a);
          product.a = (const T*)packed_a;
          product.a_row = kCopiedRow<T>;
        }
        multiply_block(product);
      }
    }
  }

  // Rounds the partial sums of some rows to C, and applies the epilogue.
  void finish(const Strip& strip, int64_t row, int64_t rows) const {
    S* c = c_of(strip);
    const bool has_epilogue = problem.row_bias || problem.col_bias || problem.relu;
    const bool is_empty = problem.k == 0;
    if (kIsWide && !has_epilogue && !is_empty) return;
    const S* row_bias = (const S*)problem.row_bias;
    const S* col_bias = (const S*)problem.col_bias;
    const auto finish_lanes = [&](int64_t i, int64_t j, auto lanes) WEFT_LAMBDA {
      S* to = c + i * problem.c_row + j;
      Vec<T> sum(0);
      if (kIsWide || is_empty) {
        if (!is_empty || problem.accumulate) sum = lanes.load(to);
      } else {
        sum = lanes.load(partial_c + i * partial_row(strip) + j);
      }
      if (row_bias) sum = sum + Vec<T>(to_lane(row_bias[first_row_of(strip) + i]));
      if (col_bias) sum = sum + lanes.load(col_bias + strip.col + j);
      if (problem.relu) sum = select(is_negative(sum), Vec<T>(0), sum);
      lanes.store(to, sum);
    };
    for (int64_t i = row; i < row + rows; ++i) {
      int64_t j = 0;
      for (; j + Vec<T>::kLanes <= strip.cols; j += Vec<T>::kLanes) finish_lanes(i, j, AllLanes());
      if (j < strip.cols) finish_lanes(i, j, SomeLanes{strip.cols - j});
    }
  }

  // Integers accumulate without a sign, so the dtype says how to read them: the sign bit of S is
  // moved to the top.
  typename Vec<T>::Truth is_negative(Vec<T> sum) const {
    if constexpr (kIsFloating<T>) {
      return sum < Vec<T>(0);
    } else {
      constexpr int kUnused = 8 * (sizeof(T) - sizeof(S));
      const bool is_signed = problem.dtype >= DType::kInt8 && problem.dtype <= DType::kInt64;
      const IntegersOf<Vec<T>> top = bits_(sum) << kUnused;
      auto negative = top < IntegersOf<Vec<T>>(0);
      if (!is_signed) negative = negative & !negative;
      return negative;
    }
  }
};

// Divides scratch, and groups units that can share packed operands into strips.
template <class S>
void matmul(const Matmul& problem, const MatmulBlocks& blocks, Range units, void* scratch) {
  using T = LaneType<S>;
  T* packed_a = (T*)scratch;
  T* partial_c = packed_a + matmul_copy_bytes(problem, sizeof(S)) / sizeof(T);
  T* packed_b =
      partial_c + (Product<S>::kIsWide ? 0 : blocks.rows * ((blocks.cols + 31) / 32 * 32));
  const Product<S> product = {problem, blocks, packed_b, packed_a, partial_c};
#if WEFT_AMX
  const AmxTiles of_this_thread(product.uses_tiles());
#endif
  for (int64_t unit = units.begin; unit < units.end;) {
    const int64_t strip_number = unit / blocks.row_blocks;
    const int64_t block = strip_number % blocks.col_blocks;
    typename Product<S>::Strip strip;
    strip.batch = strip_number / blocks.col_blocks;
    strip.col = block * blocks.cols;
    strip.first = unit % blocks.row_blocks;
    strip.last = blocks.row_blocks;
    if (strip.last - strip.first > units.end - unit) strip.last = strip.first + units.end - unit;
    int64_t wide = 1;  // neighbouring blocks that share packed rows of A
    const int64_t maximum = product.has_few_rows() ? kSweptSums / problem.m : kMatmulStripCols;
    if (!Product<S>::kIsWide) {
      strip.last = strip.first + 1;  // scratch has partial sums for one block
    } else if (blocks.row_blocks == 1) {
      while (wide < units.end - unit && block + wide < blocks.col_blocks &&
             (wide + 1) * blocks.cols <= maximum)
        ++wide;
    }
    const int64_t cols = wide * blocks.cols;
    strip.cols = problem.n - strip.col < cols ? problem.n - strip.col : cols;
    unit += (strip.last - strip.first) * wide;
    product.run_strip(strip);
  }
}

const MatmulKernel kMatmuls[kNumDTypes] = {
    WEFT_ENTRY(Boolean, matmul<Boolean>),   WEFT_ENTRY(uint8_t, matmul<uint8_t>),
    WEFT_ENTRY(uint16_t, matmul<uint16_t>), WEFT_ENTRY(uint32_t, matmul<uint32_t>),
    WEFT_ENTRY(uint64_t, matmul<uint64_t>), WEFT_ENTRY(int8_t, matmul<uint8_t>),
    WEFT_ENTRY(int16_t, matmul<uint16_t>),  WEFT_ENTRY(int32_t, matmul<uint32_t>),
    WEFT_ENTRY(int64_t, matmul<uint64_t>),  WEFT_ENTRY(Float16, matmul<Float16>),
    WEFT_ENTRY(BFloat16, matmul<BFloat16>), WEFT_ENTRY(float, matmul<float>),
    WEFT_ENTRY(double, matmul<double>),
};

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
