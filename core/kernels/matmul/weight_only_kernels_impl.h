// The kernel of weight_only.h.
#pragma once

#include "kernels/isa/declare_kernels.h"
#include "kernels/matmul/weight_only.h"

namespace weft::kernels {

WEFT_KERNELS(void weight_only(const WeightOnlyProduct& problem, Range panels, void* scratch);)

// The function of weight_only.h with the kernel of a given instruction set.
void run_weight_only_product(Isa isa, const WeightOnlyProduct& problem, Range panels,
                             void* scratch);

}  // namespace weft::kernels
