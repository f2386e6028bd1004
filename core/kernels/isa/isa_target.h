// What an instruction set's sources need from the compiler, outside their namespace.
//
// The build defines WEFT_ISA_NAMESPACE as generic, avx2 or avx512: it names the namespace and fixes
// the width of vectors, so that a stray -march flag cannot change what `generic` means.
#pragma once

#include <stddef.h>
#include <stdint.h>

#define WEFT_VECTOR_BYTES_generic 16
#define WEFT_VECTOR_BYTES_avx2 32
#define WEFT_VECTOR_BYTES_avx512 64
#define WEFT_PASTE_INNER(a, b) a##b
#define WEFT_PASTE(a, b) WEFT_PASTE_INNER(a, b)
#define WEFT_VECTOR_BYTES WEFT_PASTE(WEFT_VECTOR_BYTES_, WEFT_ISA_NAMESPACE)

#if WEFT_VECTOR_BYTES == 64
#define WEFT_AVX512 1
#define WEFT_AVX2 0
#elif WEFT_VECTOR_BYTES == 32
#define WEFT_AVX512 0
#define WEFT_AVX2 1
#else
#define WEFT_AVX512 0
#define WEFT_AVX2 0
#endif

// `generic` of aarch64, whose baseline has NEON. On armv7 NEON flushes subnormals, so floats are
// the scalar unit's there; integers are vectors everywhere.
#if defined(__aarch64__) && defined(__ARM_NEON)
#define WEFT_NEON 1
#else
#define WEFT_NEON 0
#endif

// Is a fused multiply-add one instruction here? Then results agree bit for bit with every other
// target that has it. Clang does not say so by __FP_FAST_FMA before its release 16.
#if WEFT_AVX512 || WEFT_AVX2 || (defined(__FP_FAST_FMA) && defined(__FP_FAST_FMAF)) || \
    defined(__FMA__) || defined(__aarch64__) || (defined(__riscv_flen) && __riscv_flen >= 64)
#define WEFT_HARDWARE_FMA 1
#else
#define WEFT_HARDWARE_FMA 0
#endif

#if WEFT_AVX512 || WEFT_AVX2
#include <immintrin.h>
#elif WEFT_NEON
#include <arm_neon.h>
#endif

// Formula headers are registered by the build, which reads these lines as text.
#define WEFT_FORMULA(name, formula, dtypes, cost)

#include "kernels/isa/extras.h"
#include "kernels/isa/table_entries.h"

#define WEFT_INLINE inline __attribute__((always_inline))
// One copy, whatever constants it is called with.
#if defined(__GNUC__) && !defined(__clang__)
#define WEFT_SHARED __attribute__((noinline, noclone))
#else
#define WEFT_SHARED __attribute__((noinline))
#endif
#define WEFT_LAMBDA __attribute__((always_inline))
// Before a loop over registers, whose number is known. A template's call for each index would do
// the same and take compilers five times as long.
#define WEFT_UNROLL _Pragma("GCC unroll 32")
// After a pointer's step in a loop: its value behind the loop is the last one, and not computed
// anew, which takes more code than the loop.
#define WEFT_COUNTED(pointer) __asm__("" : "+r"(pointer))
