// What elementwise operators of one kind share: inputs, promotion, inference, kernel, samples.
#pragma once

#include "kernels/elementwise/formula_ids.h"
#include "ops/op.h"

namespace weft::ops {

// One input `x`, of any real dtype with kCommon, of a floating one with kFloat.
OpDef& unary(OpDef& op, Promotion promotion, kernels::FormulaId formula);

// Two inputs `x1` and `x2` that broadcast; `dtypes` says which they may have.
OpDef& binary(OpDef& op, Promotion promotion, kernels::FormulaId formula,
              std::string_view dtypes = "any real dtype");

// Without axes, without elements, with axes, and, of two, stretched in every way. `dtype` of the
// inputs is a quoted name or null, for a float.
OpDef& sample_unary(OpDef& op, std::string_view dtype = "null");
OpDef& sample_binary(OpDef& op, std::string_view dtype = "null");

// Of operators that are constant between jumps: no cotangent, which counts as zero.
Values zero_gradient(const GradContext& g);

}  // namespace weft::ops
