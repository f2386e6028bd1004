// What elementwise operators of one kind share: inputs, promotion, inference, kernel and samples.
#pragma once

#include "kernels/elementwise/formula_ids.h"
#include "ops/op.h"

namespace weft::ops {

// One input `x`: any real dtype with kCommon, a floating one with kFloat.
OpDef& unary(OpDef& op, Promotion promotion, kernels::FormulaId formula);

// Two inputs `x1` and `x2` that broadcast; `dtypes` documents which dtypes they may have.
OpDef& binary(OpDef& op, Promotion promotion, kernels::FormulaId formula,
              std::string_view dtypes = "any real dtype");

// Samples without axes, without elements, with axes, and (for two inputs) with every kind of
// broadcasting. `dtype` is a quoted name, or null for floats.
OpDef& sample_unary(OpDef& op, std::string_view dtype = "null");
OpDef& sample_binary(OpDef& op, std::string_view dtype = "null");

// For operators that are constant between jumps: absent cotangents, which count as zero.
Values zero_gradient(const GradContext& g);

}  // namespace weft::ops
