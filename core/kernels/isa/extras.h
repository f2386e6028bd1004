// Instructions that kernels use beyond their instruction set, because only some of its processors
// have them.
//
// Words in WEFT_ISA, behind a comma, forbid them, so that a newer machine can test what an older
// one runs: -vnni forbids the instructions for products and tables of bytes, -bf16 those for
// bfloat16, -amx the tiles of both. +bf16 asks for bfloat16 products even where they are slower.
// The kernels of each instruction set include this header.
#pragma once

// Can this build use the tiles of AMX? An assembler that is older than GCC 11 may not know them.
#if defined(__x86_64__) && defined(__linux__) && defined(__GNUC__) && __GNUC__ >= 11 && \
    !defined(__clang__)
#define WEFT_WITH_AMX 1
#else
#define WEFT_WITH_AMX 0
#endif

namespace weft::kernels {

// Instructions beyond the baseline of a set, one for each question that kernels ask.
enum class Extra {
  kAvxVnni,     // VPDPBUSD beside AVX2
  kAvx512Vnni,  // VPDPBUSD beside AVX-512
  kAvx512Vbmi,  // VPERMI2B
  kAvx512Bf16,  // VDPBF16PS
  kAmxInt8,     // TDPBUSD, of bytes
  kAmxBf16,     // TDPBF16PS
  kDotprod,     // SDOT of Armv8.2
  kBf16,        // BFDOT of Armv8.6
};
// May kernels use it? The processor must have it and be faster with it, and WEFT_ISA must not
// forbid it.
bool uses(Extra extra);

}  // namespace weft::kernels
