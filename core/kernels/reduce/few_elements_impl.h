// Reductions with results of a few elements each, like the lengths of vectors in space. One result
// after the other would leave most of a vector empty, and folding its lanes would take longer than
// its elements do. So runs of elements are transposed, some at a time, and each lane has one
// result.
#pragma once

#include <algorithm>
#include <bit>

#include "kernels/elementwise/copy_kernels_impl.h"
#include "kernels/isa/active.h"
#include "kernels/reduce/reduce.h"
#include "kernels/reduce/reduce_kernels_impl.h"

namespace weft::kernels {

// Reduces `count` runs, each dense and `run_bytes` behind the one before. The bits are those of
// each run reduced alone. There a line is one block, whose lanes are halved until one is left, so
// here rows that stand for these lanes are combined in the same halves; columns combine row by row.
// `few` and `size` describe one run and the bytes of its elements; `parts` is the reduction.
inline void reduce_few_elements(const ReduceParts& parts, const FewElements& few, int64_t size,
                                const char* runs, int64_t run_bytes, int64_t count, char* results,
                                int64_t result_size) {
  constexpr int64_t kRuns = 64;  // runs at a time
  static_assert(kFewElements <= kFewOfColumns && kFewElements / 2 <= kFewColumns);
  static_assert(kFewOfColumns / 2 <= kReduceRows);  // one block of columns at most
  alignas(64) char elements[kFewOfColumns * kRuns * sizeof(uint64_t)];
  alignas(64) char totals[kFewColumns * kRuns * sizeof(uint64_t)];
  alignas(64) char transposed[kFewColumns * kRuns * sizeof(uint64_t)];
  const int64_t bytes = kRuns * parts.lane, row = kRuns * size;
  const bool is_line = few.columns == 1;
  const auto half = static_cast<int64_t>(std::bit_ceil(static_cast<uint64_t>(few.length)) / 2);
  // totals, each a row of kRuns lanes
  const int64_t made = is_line ? std::max<int64_t>(1, half) : few.columns;
  for (int64_t run = 0; run < count; run += kRuns) {
    const int64_t some = std::min(kRuns, count - run);
    WEFT_ACTIVE(move)
    ({elements, runs + run * run_bytes, row, size, size, run_bytes, few.length * few.columns, some,
      size});
    parts.begin(totals, made * bytes);
    for (int64_t i = 0; i < made; ++i) {
      const int64_t rows = !is_line ? few.length : i + made < few.length ? 2 : 1;
      parts.rows(elements + i * row, rows, made * kRuns, some, totals + i * bytes);
    }
    char* const to = results + run * few.columns * result_size;
    if (is_line) {
      // Halves, as fold() does with the lanes of a block.
      for (int64_t rest = made / 2; rest > 0; rest /= 2)
        parts.combine(totals, totals + rest * bytes, rest * bytes);
      parts.store(totals, some, to);
      continue;
    }
    for (int64_t i = 0; i < few.columns; ++i)
      parts.store(totals + i * bytes, some, transposed + i * kRuns * result_size);
    // Results of a run lie side by side, so they are transposed back.
    WEFT_ACTIVE(move)
    ({to, transposed, few.columns * result_size, result_size, result_size, kRuns * result_size,
      some, few.columns, result_size});
  }
}

}  // namespace weft::kernels
