// Chains as machine code of the processor they run on.
//
// A chain (kernels/tiles/chain.h) jumps from instruction to instruction and passes values that wait
// through memory. Here a *run* of neighbouring instructions that are short becomes one function,
// made of the same vector instructions, in which values wait in registers. It has the form of a
// chain's instruction, reads addresses where the instructions had them and jumps to what follows;
// so long formulas and draws stay as they are, and the bits too.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "encoder/assembler.h"
#include "encoder/executable.h"
#include "kernels/tiles/chain.h"

namespace weft::encoder {

// For all chains of a plan: those that do the same share their code.
class ChainEncoder {
 public:
  ChainEncoder();
  // Does the active instruction set have an encoding?
  static bool is_here();

  // Writes the runs of a chain, which has to stay until the end; false where it has none.
  bool add(std::span<kernels::ChainInstruction> chain);
  // Gives the first instruction of each run its new function, which lives as long as the result.
  // Null, and nothing changes, where the system gives no executable memory.
  std::shared_ptr<const Executable> finish();

 private:
  struct Function {
    size_t instruction, offset;
  };
  struct Written {
    std::span<kernels::ChainInstruction> chain;
    std::vector<Function> functions;
  };

  Assembler code_;
  std::vector<Written> chains_;
};

}  // namespace weft::encoder
