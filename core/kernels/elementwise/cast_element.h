// Conversion of one element, apart from the steps of arrays: many read those, few this.
#pragma once

#include "base/dtype.h"

namespace weft::kernels {

// As cast_step's kernel does, but by generic's: this ties no other's to a build of few operators.
void cast_element(DType from, const void* in, DType to, void* out);

}  // namespace weft::kernels
