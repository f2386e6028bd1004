// Beside an instruction set, kernels use instructions that not every processor of the set has.
// Words of WEFT_ISA behind a comma rule them, so that a machine that has them tests what the others
// run: -vnni leaves products and tables of bytes alone, -bf16 those of bfloat16, -amx tiles of
// either; +bf16 has them used even where they are no gain. Kernels of an instruction set include
// this.
#pragma once

// Can this build use the tiles of AMX? An assembler that is older than GCC 11 may not know them.
#if defined(__x86_64__) && defined(__linux__) && defined(__GNUC__) && __GNUC__ >= 11 && \
    !defined(__clang__)
#define WEFT_WITH_AMX 1
#else
#define WEFT_WITH_AMX 0
#endif

namespace weft::kernels {

// What a set has on some processors alone.
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
// Whether kernels use it: the processor has it and gains by it, and WEFT_ISA has no other word.
bool uses(Extra extra);

}  // namespace weft::kernels
