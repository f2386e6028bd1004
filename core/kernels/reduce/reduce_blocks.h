// Sizes of the blocks that combine pairwise in a sum. Kernels of other rooms sum in the same order
// (reduce_lanes.h).
#pragma once

#include <stdint.h>

namespace weft::kernels {

inline constexpr int64_t kReduceBlock = 1024;   // elements of a dense line
inline constexpr int64_t kReduceRows = 32;      // rows of columns
inline constexpr int64_t kReduceRowBlocks = 4;  // blocks of a few columns that one call may take

}  // namespace weft::kernels
