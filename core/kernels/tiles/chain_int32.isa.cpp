// The formulas of int32 and bool as instructions of chains, in the order of FormulaId.
#include "kernels/elementwise/formula_ids.h"
#include "kernels/isa/isa_target.h"
#include "kernels/tiles/chain.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd/simd.h"
#include "kernels/simd/simd_memory.h"
#include "weft_formula_headers.inc"

#include "kernels/elementwise/step_impl.h"

#include "kernels/tiles/chain_impl.h"

extern const ChainForms kChainsInt32[];
const ChainForms kChainsInt32[] = {
#define WEFT_FORMULA_ENTRY(name, formula, dtypes, cost, header) \
  chain_forms<formula, dtypes, int32_t>(),
#include "weft_formulas.inc"
#undef WEFT_FORMULA_ENTRY
};
extern const ChainForms kChainsBool[];
const ChainForms kChainsBool[] = {
#define WEFT_FORMULA_ENTRY(name, formula, dtypes, cost, header) \
  chain_forms<formula, dtypes, Boolean>(),
#include "weft_formulas.inc"
#undef WEFT_FORMULA_ENTRY
};

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
