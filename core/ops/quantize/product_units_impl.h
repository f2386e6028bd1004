// Runs the units of a product of int8 arrays on several threads.
#pragma once

#include "kernels/int8/quantized.h"
#include "ops/slots/slot.h"

namespace weft::ops {

// Runs all units of p; each thread gets `scratch_bytes` of the call's scratch, and `work` is
// counted in elements of cheap arithmetic. A thread stages rows of A once for all units that it
// takes.
void run_product_units(const kernels::QuantizedProduct& p, int64_t units, int64_t work,
                       const KernelCall& call, int64_t scratch_bytes);

}  // namespace weft::ops
