// How many special cases of a kernel are compiled, cases in which the compiler knows the distance
// between operands. 2: all that networks often have. 1: the most frequent one. 0: none.
//
// Each special case is faster but adds code. So generic kernels have none where the build has a
// better instruction set, and a build for some operators (WEFT_OPS) has few.
#pragma once

#include "kernels/isa/isa_target.h"

#if WEFT_VECTOR_BYTES == 16 && (WEFT_WITH_AVX2 || WEFT_WITH_AVX512)
#define WEFT_KNOWN_STEPS 0
#elif !WEFT_HAS_SOME_OPERATORS
#define WEFT_KNOWN_STEPS 2
#else
#define WEFT_KNOWN_STEPS 1
#endif
