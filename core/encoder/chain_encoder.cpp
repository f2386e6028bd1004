// Finds the runs of encodable instructions in each chain, lets Run write them, and at the end makes
// the instructions jump to the new code.

#include "encoder/chain_encoder.h"

#include <algorithm>

#include "encoder/run_impl.h"
#include "kernels/isa/isa.h"

namespace weft::encoder {

using kernels::ChainInstruction;

namespace {

// AVX-512 has masks and 32 registers; otherwise AVX2 is encoded.
bool is_wide() { return kernels::active_isa() == kernels::Isa::kAvx512; }

// Are the instructions equal in all that decides their code? Addresses are read from the chain at
// run time.
bool does_the_same(const ChainInstruction& a, const ChainInstruction& b) {
  const kernels::ChainAction &x = a.action, &y = b.action;
  return x.verb == y.verb && x.dtype == y.dtype && x.to == y.to && x.place == y.place &&
         x.formula == y.formula && x.form == y.form && std::ranges::equal(a.operand, b.operand) &&
         std::ranges::equal(a.is_array, b.is_array) && a.streaming == b.streaming;
}

}  // namespace

ChainEncoder::ChainEncoder() : code_(is_wide()) {}

bool ChainEncoder::is_here() { return is_wide() || kernels::active_isa() == kernels::Isa::kAvx2; }

bool ChainEncoder::add(std::span<ChainInstruction> chain) {
  const auto known = std::ranges::find_if(chains_, [&](const Written& written) {
    return std::ranges::equal(written.chain, chain, does_the_same);
  });
  if (known != chains_.end()) {
    chains_.push_back({chain, known->functions});
    return !chains_.back().functions.empty();
  }
  std::vector<Function> functions;
  for (size_t begin = 0; begin < chain.size();) {
    size_t end = begin;
    while (end < chain.size() && is_encodable(chain[end], is_wide())) ++end;
    if (end - begin > 1) {  // one instruction alone would gain nothing
      const size_t offset = code_.bytes();
      // If the registers do not suffice, the bytes stay unused in the code.
      if (Run(code_, chain, begin, end, is_wide()).write()) functions.push_back({begin, offset});
    }
    begin = end + 1;
  }
  chains_.push_back({chain, std::move(functions)});
  return !chains_.back().functions.empty();
}

// Only the first instruction of a run gets a new function; it jumps past the others.
std::shared_ptr<const Executable> ChainEncoder::finish() {
  if (code_.bytes() == 0) return nullptr;
  std::shared_ptr<const Executable> executable = Executable::create(code_.finish());
  if (!executable) return nullptr;
  for (const Written& written : chains_)
    for (const Function& function : written.functions)
      written.chain[function.instruction].function = reinterpret_cast<kernels::ChainFunction>(
          reinterpret_cast<uintptr_t>(executable->begin() + function.offset));
  return executable;
}

}  // namespace weft::encoder
