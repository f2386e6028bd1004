// The units of a product of int8 arrays on several threads.
#pragma once

#include "kernels/int8/quantized.h"
#include "ops/slots/slot.h"

namespace weft::ops {

// Runs all units of p with the call's scratch, so many bytes for each thread; `work` is in elements
// of cheap arithmetic. A thread lays rows of A down once for all units that it takes.
void run_product_units(const kernels::QuantizedProduct& p, int64_t units, int64_t work,
                       const KernelCall& call, int64_t scratch_bytes);

}  // namespace weft::ops
