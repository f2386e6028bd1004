// The kernel of quantized_recurrent.h.
#pragma once

#include "kernels/int8/quantized_recurrent.h"
#include "kernels/isa/declare_kernels.h"

namespace weft::kernels {

WEFT_KERNELS(void quantized_recurrent(const QuantizedRecurrent& problem, Range images);)

}  // namespace weft::kernels
