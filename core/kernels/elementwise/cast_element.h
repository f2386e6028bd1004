// Conversion of one element. It stands in a header of its own, because few sources need it and many
// include elementwise.h.
#pragma once

#include "base/dtype.h"

namespace weft::kernels {

// Does what cast_step's kernel does, but always by the generic one: so a build for some operators
// does not get every instruction set's conversions for the sake of a few scalars.
void cast_element(DType from, const void* in, DType to, void* out);

}  // namespace weft::kernels
