// Runs row kernels over the rows of a tile; the inputs are prepared so that a kernel is one loop
// over whole vectors. Three devices serve that. An input that is one element is first written out
// as a vector. The end of a row that is shorter than a vector is computed in a copy, where no
// instruction reads and writes a part of one. Short rows that follow one another are treated as one
// long row, for which inputs that repeat are written out.
#include "kernels/elementwise/elementwise.h"
#include "kernels/isa/isa_target.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd/simd.h"

#include "kernels/elementwise/row_kernel_impl.h"

// Repeats elements: `rows` elements that lie `stride` bytes apart, each written over `bytes` bytes.
// It may write up to a vector beyond the end. Stores are as wide as the loads that follow, so that
// these need not wait until the stores have reached the cache (store forwarding).
using Spread = void (*)(const char* from, int64_t stride, int64_t rows, int64_t bytes, char* to);
template <class T>
void spread(const char* from, int64_t stride, int64_t rows, int64_t bytes, char* to) {
  for (int64_t row = 0; row < rows; ++row, from += stride, to += bytes) {
    T value;
    __builtin_memcpy(&value, from, sizeof value);
    // An element of 8 bytes or fewer, repeated over 64 bits by a multiplication with 0x…010101.
    const Vec<uint64_t> all(uint64_t(value) * (~uint64_t(0) / T(~T(0))));
    for (int64_t at = 0; at < bytes; at += kVectorBytes)
      __builtin_memcpy(to + at, &all.v, kVectorBytes);
  }
}
// By the size of an element.
constexpr Spread kSpreads[] = {nullptr, spread<uint8_t>,  spread<uint16_t>,
                               nullptr, spread<uint32_t>, nullptr,
                               nullptr, nullptr,          spread<uint64_t>};

#if WEFT_AVX512
// The mask for the first `count` bytes of a vector.
WEFT_INLINE __mmask64 first_bytes(int64_t count) {
  if (count <= 0) return 0;
  return count < 64 ? ~(~__mmask64(0) << count) : ~__mmask64(0);
}
#endif
// widen copies the first bytes of a vector and sets the others to zero; narrow writes them back.
WEFT_INLINE void widen(const char* part, int64_t bytes, int64_t vector, char* whole) {
#if WEFT_AVX512
  for (int64_t at = 0; at < vector; at += 64)
    _mm512_storeu_si512(whole + at, _mm512_maskz_loadu_epi8(first_bytes(bytes - at), part + at));
#else
  __builtin_memset(whole, 0, vector);
  __builtin_memcpy(whole, part, bytes);
#endif
}
WEFT_INLINE void narrow(const char* whole, int64_t bytes, char* part) {
#if WEFT_AVX512
  for (int64_t at = 0; at < bytes; at += 64)
    _mm512_mask_storeu_epi8(part + at, first_bytes(bytes - at), _mm512_loadu_si512(whole + at));
#else
  __builtin_memcpy(part, whole, bytes);
#endif
}

// Computes the last elements of a row, fewer than a vector, in buffers of a whole vector.
__attribute__((noinline)) void run_end(RowKernel kernel, RowShape shape, const int64_t* step,
                                       char* out, const char* const* in, int64_t count,
                                       int64_t rest) {
  alignas(64) char copy[kMaxStepInputs][kMaxRowVector];
  alignas(64) char made[kMaxRowVector];
  const char* from[kMaxStepInputs] = {};
  for (int i = 0; i < shape.inputs(); ++i) {
    from[i] = in[i];
    if (step[i] == 0) continue;
    const int64_t bytes = shape.in_bytes(i);
    widen(in[i] + count * bytes, rest * bytes, shape.lanes() * bytes, copy[i]);
    from[i] = copy[i];
  }
  kernel(made, shape.lanes(), step, from[0], from[1], from[2]);
  narrow(made, rest * shape.out_bytes(), out + count * shape.out_bytes());
}

// Whole vectors, then the end, unless the kernel ends rows itself.
WEFT_INLINE void run_row(RowKernel kernel, RowShape shape, const int64_t* step, char* out,
                         const char* const* in, int64_t cols) {
  const int64_t rest = shape.ends_rows() ? 0 : cols & (shape.lanes() - 1);
  const int64_t count = cols - rest;
  if (count > 0) kernel(out, count, step, in[0], in[1], in[2]);
  if (rest > 0) run_end(kernel, shape, step, out, in, count, rest);
}

// rows in a block of short ones, so that a block has whole vectors whatever their length
constexpr int64_t kShortRow = 32, kBlockRows = 16;

// Rows qualify that are short, follow one another densely, and have inputs that do, too, or repeat.
bool are_short_and_dense(const Tile& tile, RowShape shape) {
  if (tile.cols > kShortRow || tile.rows < kBlockRows) return false;
  if (tile.out_row != tile.cols * shape.out_bytes()) return false;
  for (int i = 0; i < shape.inputs(); ++i)
    if (!(tile.scalar >> i & 1) && tile.in_row[i] != 0 &&
        tile.in_row[i] != tile.cols * shape.in_bytes(i))
      return false;
  return true;
}
// Joins a block of rows into one row. What repeats is written out: elements for each block, a
// repeated row once.
__attribute__((noinline)) void run_as_one_row(const Tile& tile, RowKernel kernel, RowShape shape) {
  alignas(64) char copy[kMaxStepInputs][kBlockRows * kShortRow * 8 + kVectorBytes];
  const int64_t block = kBlockRows * (tile.cols < kShortRow / 2 ? kShortRow / (2 * tile.cols) : 1);
  int64_t step[kMaxStepInputs];
  const char* in[kMaxStepInputs] = {};
  for (int i = 0; i < shape.inputs(); ++i) {
    step[i] = shape.lanes() * shape.in_bytes(i);
    if (tile.scalar >> i & 1 || tile.in_row[i] != 0) continue;
    const int64_t bytes = tile.cols * shape.in_bytes(i);
    for (int64_t row = 0; row < block; ++row)
      __builtin_memcpy(copy[i] + row * bytes, tile.in[i], bytes);
  }
  for (int64_t first = 0; first < tile.rows; first += block) {
    const int64_t rows = tile.rows - first < block ? tile.rows - first : block;
    for (int i = 0; i < shape.inputs(); ++i) {
      in[i] = (const char*)tile.in[i] + first * tile.in_row[i];
      const bool repeats = tile.scalar >> i & 1;
      const int bytes = shape.in_bytes(i);
      if (repeats) kSpreads[bytes](in[i], tile.in_row[i], rows, tile.cols * bytes, copy[i]);
      if (repeats || tile.in_row[i] == 0) in[i] = copy[i];
    }
    run_row(kernel, shape, step, (char*)tile.out + first * tile.out_row, in, rows * tile.cols);
  }
}

// Row by row: the general case. kInputs is a constant, so that pointers stay in registers.
template <int kInputs>
WEFT_INLINE void run_each(const Tile& tile, RowKernel kernel, RowShape shape) {
  alignas(64) char spread[kInputs][kMaxRowVector];
  int64_t step[kInputs];
  const char *next[kInputs], *in[kMaxStepInputs] = {};
  Spread spreads[kInputs];
  WEFT_UNROLL
  for (int i = 0; i < kInputs; ++i) {
    const bool repeats = tile.scalar >> i & 1;
    next[i] = (const char*)tile.in[i];
    step[i] = repeats ? 0 : shape.lanes() * shape.in_bytes(i);
    spreads[i] = repeats ? kSpreads[shape.in_bytes(i)] : nullptr;
  }
  char* out = (char*)tile.out;
  for (int64_t row = 0; row < tile.rows; ++row, out += tile.out_row) {
    WEFT_UNROLL
    for (int i = 0; i < kInputs; ++i) {
      in[i] = next[i];
      if (spreads[i]) {
        spreads[i](in[i], 0, 1, shape.lanes() * shape.in_bytes(i), spread[i]);
        in[i] = spread[i];
      }
      next[i] += tile.in_row[i];
    }
    run_row(kernel, shape, step, out, in, tile.cols);
  }
}

void run_rows(const Tile& tile, RowKernel kernel, RowShape shape) {
  if (tile.cols <= 0) return;
  if (are_short_and_dense(tile, shape)) return run_as_one_row(tile, kernel, shape);
  if (shape.inputs() == 1) return run_each<1>(tile, kernel, shape);
  if (shape.inputs() == 2) return run_each<2>(tile, kernel, shape);
  run_each<3>(tile, kernel, shape);
}

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
