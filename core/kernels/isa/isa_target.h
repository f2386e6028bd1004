// What the sources of one instruction set need from the compiler. Included outside their namespace.
//
// The build defines WEFT_ISA_NAMESPACE as generic, avx2 or avx512. It names the namespace and also
// fixes the width of vectors, so that a stray -march flag cannot change what `generic` means.
#pragma once

#include <stddef.h>
#include <stdint.h>

// Bytes of a vector. Two steps of pasting, because the preprocessor does not expand operands of ##.
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

// 1 in the generic kernels of aarch64, whose baseline has NEON. armv7 does not count: its NEON
// flushes subnormals to zero, so floats go through the scalar unit there. Integers are vectors
// everywhere.
#if defined(__aarch64__) && defined(__ARM_NEON)
#define WEFT_NEON 1
#else
#define WEFT_NEON 0
#endif

// 1 in the generic kernels of WebAssembly with vectors of 128 bits (-msimd128).
#if defined(__wasm_simd128__)
#define WEFT_WASM 1
#else
#define WEFT_WASM 0
#endif

// 1 where a fused multiply-add is one instruction. Then results agree bit for bit with every other
// target that has one. Clang before 16 does not define __FP_FAST_FMA, so targets are listed, too.
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
#elif WEFT_WASM
#include <wasm_simd128.h>
// a b + c, fused or not (madd_wasm.cpp).
extern "C" __attribute__((const)) v128_t weft_madd_f32x4(v128_t a, v128_t b, v128_t c);
#endif

// Marks a formula and says which dtypes it has kernels for. The build reads these lines as text and
// generates the list weft_formulas.inc; to the compiler the line is empty.
#define WEFT_FORMULA(name, formula, dtypes, cost)

#include "kernels/isa/extras.h"
#include "kernels/isa/table_entries.h"

// Inlined even at -Os, and even if it is large: values must stay in registers.
#define WEFT_INLINE inline __attribute__((always_inline))
// Compiled once, even if the compiler would like a copy for each constant argument.
#if defined(__GNUC__) && !defined(__clang__)
#define WEFT_SHARED __attribute__((noinline, noclone))
#else
#define WEFT_SHARED __attribute__((noinline))
#endif
#define WEFT_LAMBDA __attribute__((always_inline))
// Put before a loop over registers with a constant count. The loop must vanish, because registers
// have no index. A template called for each index would do the same, but takes compilers five times
// as long.
#define WEFT_UNROLL _Pragma("GCC unroll 32")
// Put after the increment of a pointer in a loop. It stops the compiler from computing the
// pointer's value behind the loop anew, which takes more code than the loop itself.
#define WEFT_COUNTED(pointer) __asm__("" : "+r"(pointer))
