// What the kernels of resample and resample_adjoint are given, from the attributes of a call.
#pragma once

#include "kernels/indexing/resample.h"
#include "ops/op.h"

namespace weft::ops {

// `in`: what the operator reads; of the adjoint that has the extent of the results.
kernels::Resample resample_problem(const AttributeReader& a, const TensorType& in, bool is_adjoint);

}  // namespace weft::ops
