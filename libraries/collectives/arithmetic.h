// Reductions over ranks: blocks of all ranks become one, in a tree that depends on the number of
// ranks alone, so that every driver that uses them gives the same bits.
//
// The tree of n ranks splits them at the largest power of two below n: 5 ranks are
// ((0 + 1) + (2 + 3)) + 4. Halves and float8 are widened to float32, reduced there, rounded once.
#pragma once

#include <weft/weft_collective.h>

#include <cstdint>

namespace weft_collectives {

// Reduces `count` elements of each of `ranks` blocks, each at an address that suits its elements.
// `out` may be one of the blocks.
using Reduction = void (*)(const void* const* blocks, int32_t ranks, int64_t count, void* out);

// Null where the reduction has no meaning: the least of complex numbers, sums of 4-bit integers.
Reduction reduction_of(weft_dtype dtype, weft_reduction reduction);

}  // namespace weft_collectives
