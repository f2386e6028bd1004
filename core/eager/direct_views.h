// The views that programs take by the thousand (`slice`, `reshape`, `transpose`) as geometries, in
// one pass over the axes: without completed attributes, inference or arguments by name. The rules
// of the operators (core/ops/shape) say the same; they serve every other call.
#pragma once

#include <span>

#include "ops/op.h"

namespace weft::eager {

// Fills `view` with what a call on `base` gives. False for other operators, and wherever an
// argument is wrong or unusual or the strides allow no view: then the operator's rules decide.
bool direct_view(const ops::OpDef& op, std::span<const ops::Argument> attributes,
                 const Tensor& base, ops::Geometry& view);

}  // namespace weft::eager
