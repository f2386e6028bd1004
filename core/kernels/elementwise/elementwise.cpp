// Tables of elementwise kernels: formulas and conversions by dtype. The generated weft_formulas.inc
// lists all formulas in the order of FormulaId; kSteps and kCasts come from *.isa.cpp.

#include "kernels/elementwise/elementwise.h"

#include <cstring>

#include "kernels/elementwise/cast_element.h"
#include "kernels/elementwise/copy.h"
#include "kernels/elementwise/elementwise_kernels_impl.h"
#include "kernels/elementwise/formula_ids.h"
#include "kernels/isa/active.h"

namespace weft::kernels {
namespace {

// By FormulaId: cost and name of each WEFT_FORMULA line.
constexpr uint8_t kCosts[] = {
#define WEFT_FORMULA_ENTRY(name, formula, dtypes, cost, header) cost,
#include "weft_formulas.inc"
#undef WEFT_FORMULA_ENTRY
};
constexpr const char* kNames[] = {
#define WEFT_FORMULA_ENTRY(name, formula, dtypes, cost, header) #name,
#include "weft_formulas.inc"
#undef WEFT_FORMULA_ENTRY
};

bool is_known(FormulaId formula, DType dtype) {
  return formula < FormulaId::kCount && static_cast<int>(dtype) < kNumDTypes;
}

}  // namespace

StepKernel step_of(FormulaId formula, DType dtype) {
  if (!is_known(formula, dtype)) return nullptr;
  const StepKernel* const steps = WEFT_ACTIVE(kSteps)[static_cast<int>(dtype)];
  return steps ? steps[static_cast<int>(formula)] : nullptr;
}

DType result_dtype(FormulaId formula, DType dtype) {
  return generic::kFormulaShapes[static_cast<int>(formula)].gives_mask ? DType::kBool : dtype;
}

int arity_of(FormulaId formula) { return generic::kFormulaShapes[static_cast<int>(formula)].arity; }

bool takes_mask(FormulaId formula) {
  return generic::kFormulaShapes[static_cast<int>(formula)].takes_mask;
}

int cost_of(FormulaId formula) { return kCosts[static_cast<int>(formula)]; }

const char* name_of(FormulaId formula) { return kNames[static_cast<int>(formula)]; }

StepKernel cast_step(DType from, DType to) {
  if (static_cast<int>(from) >= kNumDTypes || static_cast<int>(to) >= kNumDTypes) return nullptr;
  return WEFT_ACTIVE(kCasts)[static_cast<int>(from)][static_cast<int>(to)];
}

void cast_element(DType from, const void* in, DType to, void* out) {
  // a vector's size, because a kernel may read a whole one
  alignas(64) char source[64] = {}, target[64];
  std::memcpy(source, in, static_cast<size_t>(element_size(from)));
  Tile tile{};
  tile.out = target;
  tile.in[0] = source;
  tile.rows = tile.cols = 1;
  generic::kCasts[static_cast<int>(from)][static_cast<int>(to)](tile);
  std::memcpy(out, target, static_cast<size_t>(element_size(to)));
}

}  // namespace weft::kernels
