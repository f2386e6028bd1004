// Which instruction set the kernels run in: the best that the processor has, or the one that
// WEFT_ISA=generic|avx2|avx512 names. Chosen once, at the first call.
#pragma once

#include <string_view>

namespace weft::kernels {

enum class Isa { kGeneric, kAvx2, kAvx512 };

Isa active_isa();
std::string_view name_of(Isa isa);

// The kernels compiled for `isa` (table_impl.h), null where the build or the processor lacks it:
// how tests compare instruction sets in one process.
struct KernelTable;
const KernelTable* table_of(Isa isa);

}  // namespace weft::kernels
