// Which instruction set the kernels run in: the best that the processor has, or the one that
// WEFT_ISA=generic|avx2|avx512 names. Chosen once, at the first call.
//
// Beside a set, products use instructions that not every processor of the set has. Words behind a
// comma rule them, so that a machine that has them tests what the others run: -vnni leaves products
// of bytes alone, -bf16 those of bfloat16; +bf16 has them used even where they are no gain.
#pragma once

#include <string>
#include <string_view>

#include "base/dtype.h"

namespace weft::kernels {

enum class Isa { kGeneric, kAvx2, kAvx512 };

Isa active_isa();
std::string_view name_of(Isa isa);

// What a set has on some processors alone.
enum class Extra {
  kAvxVnni,     // VPDPBUSD beside AVX2
  kAvx512Vnni,  // VPDPBUSD beside AVX-512
  kAvx512Bf16,  // VDPBF16PS
  kDotprod,     // SDOT of Armv8.2
  kBf16,        // BFDOT of Armv8.6
};
// Whether kernels use it: the processor has it and gains by it, and WEFT_ISA has no other word.
bool uses(Extra extra);
// What kernels are made of here, in the words of WEFT_ISA: "avx512,-bf16".
std::string instructions();

// Whose kernels arrays of `dtype` run where that is not elementwise: AVX-512 has none of integers
// if AVX2's are there (table_entries.h).
Isa isa_of(Isa isa, DType dtype);
// The same of layers, of which AVX-512 has none of float64 either.
Isa layer_isa_of(Isa isa, DType dtype);

// The kernels compiled for `isa` (table_impl.h), null where the build or the processor lacks it:
// how tests compare instruction sets in one process.
struct KernelTable;
const KernelTable* table_of(Isa isa);
inline const KernelTable* layer_table_of(Isa isa, DType dtype) {
  return table_of(layer_isa_of(isa, dtype));
}

}  // namespace weft::kernels
