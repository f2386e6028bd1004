// Encodes chains as machine code of the processor that runs them.
//
// A chain (kernels/tiles/chain.h) jumps from instruction to instruction, and passes values that are
// read later through memory. Here a *run* of neighbouring short instructions becomes one function
// with the same vector instructions, and these values stay in registers. A run looks like one
// instruction of a chain: it reads addresses where the instructions had them, and jumps to what
// follows. So long formulas and random draws stay as they are, and all bits stay the same.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "encoder/assembler.h"
#include "encoder/executable.h"
#include "kernels/tiles/chain.h"

namespace weft::encoder {

// One encoder serves all chains of a plan; chains that do the same share their code.
class ChainEncoder {
 public:
  ChainEncoder();
  // Can chains of the active instruction set be encoded?
  static bool is_here();

  // Writes the runs of a chain; the chain must live until finish(). False if it has no run.
  bool add(std::span<kernels::ChainInstruction> chain);
  // Gives the first instruction of each run its new function, which is valid as long as the result
  // lives. Null, and nothing changes, if the system gives no executable memory.
  std::shared_ptr<const Executable> finish();

 private:
  // The first instruction of a run, and where its code begins.
  struct Function {
    size_t instruction, offset;
  };
  // A chain and its runs.
  struct Written {
    std::span<kernels::ChainInstruction> chain;
    std::vector<Function> functions;
  };

  Assembler code_;
  std::vector<Written> chains_;
};

}  // namespace weft::encoder
