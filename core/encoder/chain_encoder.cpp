#include "encoder/chain_encoder.h"

#include <algorithm>
#include <vector>

#include "encoder/run_impl.h"
#include "kernels/isa.h"

namespace weft::encoder {

using kernels::ChainInstruction;

std::shared_ptr<const Executable> encode(std::span<ChainInstruction> chain) {
  const kernels::Isa isa = kernels::active_isa();
  if (isa != kernels::Isa::kAvx2 && isa != kernels::Isa::kAvx512) return nullptr;
  const bool is_wide = isa == kernels::Isa::kAvx512;
  struct Function {
    size_t instruction, offset;
  };
  std::vector<Function> functions;
  Assembler code(is_wide);
  for (size_t begin = 0; begin < chain.size();) {
    size_t end = begin;
    while (end < chain.size() && is_encodable(chain[end], is_wide)) ++end;
    if (end - begin > 1) {  // one alone is as fast as it was
      const size_t offset = code.bytes();
      if (Run(code, chain, begin, end, is_wide).write()) functions.push_back({begin, offset});
    }
    begin = end + 1;
  }
  if (functions.empty()) return nullptr;
  std::shared_ptr<const Executable> executable = Executable::create(code.finish());
  if (executable)
    for (const Function& function : functions)
      chain[function.instruction].function = reinterpret_cast<kernels::ChainFunction>(
          reinterpret_cast<uintptr_t>(executable->begin() + function.offset));
  return executable;
}

}  // namespace weft::encoder
