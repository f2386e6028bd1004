// Which instruction set the kernels run in: the best that the processor has, or the one that
// WEFT_ISA=generic|avx2|avx512 names. It is chosen once, at the first call, for the whole process.
// Further words of WEFT_ISA, behind commas, forbid single instructions (extras.h).
#pragma once

#include <string>
#include <string_view>

#include "base/dtype.h"
#include "kernels/isa/extras.h"

namespace weft::kernels {

// In ascending order of width: 16, 32 and 64 bytes a vector. On Arm and others there is only
// generic.
enum class Isa { kGeneric, kAvx2, kAvx512 };

// The chosen set. Any thread may ask; the first call decides.
Isa active_isa();
std::string_view name_of(Isa isa);
// Is the set in the build, and does the processor have it? Tests compare all that are, in one
// process.
bool is_available(Isa isa);

// What kernels are made of on this machine, written as a value of WEFT_ISA: "avx512,-bf16". Reports
// and tests print it.
std::string instructions();

// The set that has the kernels for arrays of `dtype`, for kernels that are not elementwise. It
// differs from `isa` for integers: where AVX2's kernels are in the build, AVX-512 has none of its
// own for them (table_entries.h).
Isa isa_of(Isa isa, DType dtype);
// The same for kernels of layers; AVX-512 has none for float64 either.
Isa layer_isa_of(Isa isa, DType dtype);

}  // namespace weft::kernels
