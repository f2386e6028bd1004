// Chains as machine code of the processor they run on.
//
// A chain (kernels/chain.h) jumps from instruction to instruction and passes values that wait
// through memory. Here a *run* of neighbouring instructions that are short becomes one function,
// made of the same vector instructions, in which values wait in registers. It has the form of a
// chain's instruction, reads addresses where the instructions had them and jumps to what follows;
// so long formulas and draws stay as they are, and the bits too.
#pragma once

#include <memory>
#include <span>

#include "encoder/executable.h"
#include "kernels/chain.h"

namespace weft::encoder {

// Gives the first instruction of each run of a chain its new function, which lives as long as the
// result. Null, and nothing changes, where there is no run, where active_isa() is another than
// AVX2 and AVX-512, and where the system gives no executable memory.
std::shared_ptr<const Executable> encode(std::span<kernels::ChainInstruction> chain);

}  // namespace weft::encoder
