// Results of a few elements each, as the length of a vector in space: folding the lanes of one
// result would take longer than its elements do, so lines are turned into columns.
#pragma once

#include <algorithm>
#include <bit>

#include "kernels/active_impl.h"

namespace weft::kernels {

inline constexpr int64_t kFewElements = 16;

// A library of some operators goes without.
#if WEFT_HAS_SOME_OPERATORS
inline constexpr bool kTurnsLines = false;
#else
inline constexpr bool kTurnsLines = true;
#endif

// `count` dense lines, `line_bytes` apart, of 1 to kFewElements elements. They combine as a block
// of one line does, whose lanes are halved until one is left: the bits are the same.
inline void reduce_few_elements(const ReduceParts& parts, int64_t size, const char* lines,
                                int64_t line_bytes, int64_t length, int64_t count, char* results,
                                int64_t result_size) {
  constexpr int64_t kLines = 64;  // at once
  alignas(64) char columns[kFewElements * kLines * sizeof(uint64_t)];
  alignas(64) char totals[kFewElements / 2 * kLines * sizeof(uint64_t)];
  const int64_t bytes = kLines * parts.lane, row = kLines * size;
  const int64_t first_half =
      std::max<int64_t>(1, static_cast<int64_t>(std::bit_ceil(static_cast<uint64_t>(length))) / 2);
  for (int64_t line = 0; line < count; line += kLines) {
    const int64_t some = std::min(kLines, count - line);
    WEFT_ACTIVE(move)
    ({columns, lines + line * line_bytes, row, size, size, line_bytes, length, some, size});
    int64_t half = first_half;
    parts.begin(totals, half * bytes);
    for (int64_t i = 0; i < half; ++i)
      parts.rows(columns + i * row, i + half < length ? 2 : 1, half * kLines, some,
                 totals + i * bytes);
    while ((half /= 2) > 0) parts.combine(totals, totals + half * bytes, half * bytes);
    parts.store(totals, some, results + line * result_size);
  }
}

}  // namespace weft::kernels
