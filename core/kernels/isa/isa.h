// Which instruction set the kernels run in: the best that the processor has, or the one that
// WEFT_ISA=generic|avx2|avx512 names. Chosen once, at the first call.
// Words behind a comma rule what is beside it (extras.h).
#pragma once

#include <string>
#include <string_view>

#include "base/dtype.h"
#include "kernels/isa/extras.h"

namespace weft::kernels {

enum class Isa { kGeneric, kAvx2, kAvx512 };

Isa active_isa();
std::string_view name_of(Isa isa);

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
