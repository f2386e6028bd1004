// How many usual cases a kernel has code of its own for, such as distances between operands that
// the compiler knows: all that networks often have, the most frequent one, none. The last is for
// generic where something better is there as well; a build for some operators (WEFT_OPS) is to be
// small, too.
#pragma once

#include "kernels/isa/isa_target.h"

#if WEFT_VECTOR_BYTES == 16 && (WEFT_WITH_AVX2 || WEFT_WITH_AVX512)
#define WEFT_KNOWN_STEPS 0
#elif !WEFT_HAS_SOME_OPERATORS
#define WEFT_KNOWN_STEPS 2
#else
#define WEFT_KNOWN_STEPS 1
#endif
