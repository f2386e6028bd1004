// The numbers that the kernels of resample and resample_adjoint need. The adjoint is the transpose
// of the linear map: it takes arrays of the results' size.
#pragma once

#include "kernels/indexing/resample.h"
#include "ops/op.h"

namespace weft::ops {

// `in` is the array that the operator reads; for the adjoint it has the size of resample's results.
kernels::Resample resample_problem(const AttributeReader& a, const TensorType& in, bool is_adjoint);

}  // namespace weft::ops
