// The gradient of a function that is written in operators, for rules of fused primitives: a kernel
// that computes a gradient is itself differentiated by way of what it stands for.
#pragma once

#include "ops/op.h"

namespace weft::ops {

// Cotangents of the inputs of g's operator, by running `function` on them in g's builder and going
// back over its operators. Its results stand for the operator's outputs.
Values vjp(const GradContext& g, Composition function);

}  // namespace weft::ops
