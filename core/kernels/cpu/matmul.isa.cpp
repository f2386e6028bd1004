// Matrix products of every dtype over the micro-kernels of gemm_impl.h.
#include "kernels/isa_target.h"
#include "kernels/table_impl.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd.h"
#include "kernels/simd_memory.h"

#include "kernels/cpu/gemm_impl.h"

#include "kernels/cpu/few_rows_impl.h"
#include "kernels/cpu/pairs_impl.h"

constexpr int64_t kFirstCache = 32768;  // bytes that every processor of note has

// `S` is what is stored, `T` the lanes that accumulate.
template <class S>
struct Product {
  using T = LaneType<S>;
  static constexpr bool kIsWide = kIsSame<S, T>;  // C itself can hold partial sums

  const Matmul& problem;
  const MatmulBlocks& blocks;
  T* packed_b;
  T* packed_a;
  T* partial_c;  // of one block, where C cannot hold it

  // Row blocks first .. last - 1 of neighbouring column blocks of one matrix.
  struct Strip {
    int64_t batch, first, last;
    int64_t col, cols;
  };

  const S* a_of(int64_t batch) const { return (const S*)problem.a.data + batch * problem.a.batch; }
  const S* b_of(int64_t batch) const { return (const S*)problem.b.data + batch * problem.b.batch; }
  S* c_of(int64_t batch) const { return (S*)problem.c + batch * problem.c_batch; }
  int64_t rows_of(int64_t block) const {
    const int64_t rest = problem.m - block * blocks.rows;
    return rest < blocks.rows ? rest : blocks.rows;
  }

  bool has_few_rows() const {
    if (!kIsFloating<T> || problem.k == 0 || problem.m > kFewRows) return false;
    if (problem.b.col != 1) return problem.b.row == 1;
    return problem.m <= kSweptShortRows || row_bytes_of_b() > kPage;
  }
  int64_t row_bytes_of_b() const { return problem.b.row * (int64_t)sizeof(S); }

  void run_strip(const Strip& strip) const {
    if constexpr (kIsFloating<T>) {
      if (has_few_rows()) {
        run_few_rows(strip);
        finish(strip, 0);
        return;
      }
    }
#if WEFT_PAIRS
    if constexpr (kIsSame<S, BFloat16>) {
      if (problem.m > kFewRows && processor_has_pairs()) {
        run_pairs(strip);
        finish(strip, strip.first);
        return;
      }
    }
#endif
    const int64_t k_blocks = problem.k == 0 ? 1 : (problem.k + kMatmulDepth - 1) / kMatmulDepth;
    const int64_t step = (problem.k + k_blocks - 1) / k_blocks;
    const bool direct_b = reads_b_in_place((strip.last - strip.first) * blocks.rows);
    const int64_t whole = direct_b ? strip.cols / Vec<T>::kLanes * Vec<T>::kLanes : 0;
    for (int64_t k = 0; k < problem.k; k += step) {
      const int64_t depth = problem.k - k < step ? problem.k - k : step;
      const S* b = b_of(strip.batch) + k * problem.b.row + strip.col * problem.b.col;
      if (whole < strip.cols)
        pack_b(b + whole * problem.b.col, problem.b.row, problem.b.col, strip.cols - whole, depth,
               packed_b);
      for (int64_t block = strip.first; block < strip.last; ++block) {
        if constexpr (kIsWide) {
          if (whole > 0)
            multiply(strip, block, k, depth, {0, whole}, (const T*)b, problem.b.row, kTileCols<T>);
        }
        if (whole < strip.cols)
          multiply(strip, block, k, depth, {whole, strip.cols}, packed_b, kTileCols<T>,
                   depth * kTileCols<T>);
      }
    }
    for (int64_t block = strip.first; block < strip.last; ++block) finish(strip, block);
  }

  void run_few_rows(const Strip& strip) const {
    S* c = c_of(strip.batch) + strip.col;
    FewRows<S> few = {problem,   a_of(strip.batch),  b_of(strip.batch) + strip.col * problem.b.col,
                      partial_c, partial_row(strip), strip.cols};
    if constexpr (kIsWide) {
      few.sums = c;
      few.sums_row = problem.c_row;
    }
    if (!kIsWide || !problem.accumulate)
      for (int64_t i = 0; i < problem.m; ++i)
        for (int64_t j = 0; j < strip.cols; ++j)
          few.sums[i * few.sums_row + j] =
              problem.accumulate ? to_lane(c[i * problem.c_row + j]) : T(0);
    if (problem.b.col == 1) {
      few.sweep_all();
    } else {
      few.descend_all();
    }
  }

  // Where partial sums lie beside C, a row of them is whole panels wide.
  int64_t partial_row(const Strip& strip) const {
    return (strip.cols + kTileCols<T> - 1) / kTileCols<T> * kTileCols<T>;
  }
  void load_partial(const Strip& strip, int64_t rows, const S* c) const {
    for (int64_t i = 0; i < rows; ++i)
      for (int64_t j = 0; j < strip.cols; ++j)
        partial_c[i * partial_row(strip) + j] = to_lane(c[i * problem.c_row + j]);
  }

#if WEFT_PAIRS
  // One block of C in slabs of k that are as many pairs deep as others are elements.
  void run_pairs(const Strip& strip) const {
    const int64_t rows = rows_of(strip.first), panel = balanced_rows<float>(rows);
    const int64_t first_row = strip.first * blocks.rows, cols = kTileCols<float>;
    const uint16_t* a = (const uint16_t*)a_of(strip.batch) + first_row * problem.a.row;
    const uint16_t* b = (const uint16_t*)b_of(strip.batch) + strip.col * problem.b.col;
    uint32_t* slab = (uint32_t*)packed_b;
    uint32_t* packed = (uint32_t*)packed_a;
    if (problem.accumulate)
      load_partial(strip, rows, c_of(strip.batch) + first_row * problem.c_row + strip.col);
    for (int64_t k = 0; k < problem.k; k += 2 * kMatmulDepth) {
      const int64_t depth = problem.k - k < 2 * kMatmulDepth ? problem.k - k : 2 * kMatmulDepth;
      const int64_t pairs = (depth + 1) / 2;
      const int64_t step = problem.b.col == 1 ? 2 * kPackedTogether : depth;
      for (int64_t i = 0; i < depth; i += step)
        for (int64_t j = 0; j < strip.cols; j += cols)
          pack_pairs(b + (k + i) * problem.b.row + j * problem.b.col, problem.b.col, problem.b.row,
                     strip.cols - j < cols ? strip.cols - j : cols,
                     depth - i < step ? depth - i : step, slab + j * pairs + i / 2 * cols, cols);
      for (int64_t i = 0; i < rows; i += panel) {
        const int64_t count = rows - i < panel ? rows - i : panel;
        pack_pairs(a + i * problem.a.row + k * problem.a.col, problem.a.row, problem.a.col, count,
                   depth, packed, count);
        const PairsKernel multiply =
            pairs_kernel(count, typename CountTo<kTileRows<float>>::Type());
        for (int64_t j = 0; j < strip.cols; j += cols)
          multiply(pairs, packed, slab + j * pairs, partial_c + i * partial_row(strip) + j,
                   partial_row(strip), problem.accumulate || k > 0);
      }
    }
  }
#endif

  // Few rows read B too seldom to pay for a copy, unless each of its rows lies in another page, and
  // what lies in the first-level cache needs none.
  bool reads_b_in_place(int64_t rows) const {
    if (!kIsWide || problem.b.col != 1 || problem.b.row <= 0) return false;
    return (rows <= 2 * kTileRows<T> && row_bytes_of_b() <= kPage) ||
           problem.k * row_bytes_of_b() <= kFirstCache / 2;
  }

  void multiply(const Strip& strip, int64_t block, int64_t k, int64_t depth, Range cols, const T* b,
                int64_t b_row, int64_t b_panel) const {
    const int64_t rows = rows_of(block);
    const S* a = a_of(strip.batch) + block * blocks.rows * problem.a.row + k * problem.a.col;
    S* c = c_of(strip.batch) + block * blocks.rows * problem.c_row + strip.col;
    BlockProduct<T> product;
    product.rows = rows;
    product.cols = cols.end - cols.begin;
    product.k = depth;
    product.panel_rows = balanced_rows<T>(rows);
    product.b = b;
    product.b_row = b_row;
    product.b_panel = b_panel;
    product.accumulate = problem.accumulate || k > 0;
    if constexpr (kIsWide) {
      product.c = c + cols.begin;
      product.c_row = problem.c_row;
    } else {
      product.c = partial_c + cols.begin;
      product.c_row = partial_row(strip);
      if (k == 0 && problem.accumulate) load_partial(strip, rows, c);
    }
    // Dense columns of A are read where they lie, as those of a packed panel are. Dense rows pay
    // for packing from about five panels of B on.
    const bool in_columns = kIsWide && problem.a.row == 1 && problem.a.col != 0;
    product.a_col = in_columns ? problem.a.col : 0;
    product.a_packed =
        !in_columns && (!kIsWide || problem.a.col != 1 || product.cols > 4 * kTileCols<T>);
    if (!in_columns && !product.a_packed) {
      product.a = (const T*)a;
      product.a_row = problem.a.row;
      multiply_block(product);
      return;
    }
    // One panel of A after the other, each with the whole slab of B: the panel stays in the
    // first-level cache, the slab in the second, and C is written along its rows.
    product.a = packed_a;
    product.a_row = 0;
    for (int64_t i = 0; i < rows; i += product.panel_rows) {
      product.rows = rows - i < product.panel_rows ? rows - i : product.panel_rows;
      const S* panel = a + i * problem.a.row;
      if (in_columns) {
        product.a = (const T*)panel;
      } else {
        pack_a(panel, problem.a.row, problem.a.col, product.rows, product.panel_rows, depth,
               packed_a);
      }
      multiply_block(product);
      product.c += product.rows * product.c_row;
    }
  }

  // Rounds partial sums to C and applies the epilogue.
  void finish(const Strip& strip, int64_t block) const {
    const int64_t first_row = block * blocks.rows;
    S* c = c_of(strip.batch) + first_row * problem.c_row + strip.col;
    const bool has_epilogue = problem.row_bias || problem.col_bias || problem.relu;
    const bool is_empty = problem.k == 0;
    if (kIsWide && !has_epilogue && !is_empty) return;
    const S* row_bias = (const S*)problem.row_bias;
    const S* col_bias = (const S*)problem.col_bias;
    for (int64_t i = 0; i < rows_of(block); ++i) {
      for (int64_t j = 0; j < strip.cols; j += Vec<T>::kLanes) {
        const int64_t rest = strip.cols - j;
        const int64_t n = rest < Vec<T>::kLanes ? rest : Vec<T>::kLanes;
        S* to = c + i * problem.c_row + j;
        Vec<T> sum(0);
        if (kIsWide || is_empty) {
          if (!is_empty || problem.accumulate) sum = Memory<S>::load_part(to, n);
        } else {
          sum = Memory<T>::load_part(partial_c + i * partial_row(strip) + j, n);
        }
        if (row_bias) sum = sum + Vec<T>(to_lane(row_bias[first_row + i]));
        if (col_bias) sum = sum + Memory<S>::load_part(col_bias + strip.col + j, n);
        if (problem.relu) sum = select(is_negative(sum), Vec<T>(0), sum);
        Memory<S>::store_part(to, sum, n);
      }
    }
  }

  // Integers accumulate without a sign; `is_signed` says how to read them.
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

template <class S>
void matmul(const Matmul& problem, const MatmulBlocks& blocks, Range units, void* scratch) {
  using T = LaneType<S>;
  const int64_t depth = problem.k < kMatmulDepth ? problem.k : kMatmulDepth;
  T* packed_a = (T*)scratch;
  T* partial_c = packed_a + depth * kMatmulPanelRows;
  T* packed_b =
      partial_c + (Product<S>::kIsWide ? 0 : blocks.rows * ((blocks.cols + 31) / 32 * 32));
  const Product<S> product = {problem, blocks, packed_b, packed_a, partial_c};
  for (int64_t unit = units.begin; unit < units.end;) {
    const int64_t strip_number = unit / blocks.row_blocks;
    const int64_t block = strip_number % blocks.col_blocks;
    typename Product<S>::Strip strip;
    strip.batch = strip_number / blocks.col_blocks;
    strip.col = block * blocks.cols;
    strip.first = unit % blocks.row_blocks;
    strip.last = blocks.row_blocks;
    if (strip.last - strip.first > units.end - unit) strip.last = strip.first + units.end - unit;
    int64_t wide = 1;  // blocks side by side that share a packed panel of A
    const int64_t most = product.has_few_rows() ? kSweptSums / problem.m : kMatmulStripCols;
    if (!Product<S>::kIsWide) {
      strip.last = strip.first + 1;  // one block of partial sums
    } else if (blocks.row_blocks == 1) {
      while (wide < units.end - unit && block + wide < blocks.col_blocks &&
             (wide + 1) * blocks.cols <= most)
        ++wide;
    }
    const int64_t cols = wide * blocks.cols;
    strip.cols = problem.n - strip.col < cols ? problem.n - strip.col : cols;
    unit += (strip.last - strip.first) * wide;
    product.run_strip(strip);
  }
}

extern const MatmulKernel kMatmuls[kNumDTypes];
const MatmulKernel kMatmuls[kNumDTypes] = {
    WEFT_KEPT(Boolean, matmul<Boolean>),   WEFT_KEPT(uint8_t, matmul<uint8_t>),
    WEFT_KEPT(uint16_t, matmul<uint16_t>), WEFT_KEPT(uint32_t, matmul<uint32_t>),
    WEFT_KEPT(uint64_t, matmul<uint64_t>), WEFT_KEPT(int8_t, matmul<uint8_t>),
    WEFT_KEPT(int16_t, matmul<uint16_t>),  WEFT_KEPT(int32_t, matmul<uint32_t>),
    WEFT_KEPT(int64_t, matmul<uint64_t>),  WEFT_KEPT(Float16, matmul<Float16>),
    WEFT_KEPT(BFloat16, matmul<BFloat16>), WEFT_KEPT(float, matmul<float>),
    WEFT_KEPT(double, matmul<double>),
};

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
