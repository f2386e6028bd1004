#include "encoder/chain_encoder.h"

#include <algorithm>

#include "encoder/run_impl.h"
#include "kernels/isa/isa.h"

namespace weft::encoder {

using kernels::ChainInstruction;

namespace {

bool is_wide() { return kernels::active_isa() == kernels::Isa::kAvx512; }

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
    if (end - begin > 1) {  // one alone is as fast as it was
      const size_t offset = code_.bytes();
      if (Run(code_, chain, begin, end, is_wide()).write()) functions.push_back({begin, offset});
    }
    begin = end + 1;
  }
  chains_.push_back({chain, std::move(functions)});
  return !chains_.back().functions.empty();
}

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
