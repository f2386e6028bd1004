// Kernels of two dtypes, chosen at run time.
#pragma once

#include "base/dtype.h"

namespace weft::kernels {

// Calls body with a null pointer to float or double, whichever is the dtype's type, and gives what
// it gives. For kernels of no other dtypes.
template <class Body>
auto with_float_type(DType dtype, const Body& body) {
  return dtype == DType::kFloat32 ? body(static_cast<float*>(nullptr))
                                  : body(static_cast<double*>(nullptr));
}

}  // namespace weft::kernels
