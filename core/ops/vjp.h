// The gradient of a function that is written in operators. Fused primitives use it in their rules:
// a kernel that computes a gradient is differentiated through the formula that it stands for, and
// so derivatives of every order exist.
#pragma once

#include "ops/op.h"

namespace weft::ops {

// The cotangents of the inputs of g's operator: runs `function` on them in g's builder and goes
// back over its operators. Its results stand for the operator's outputs.
Values vjp(const GradContext& g, Composition function);

}  // namespace weft::ops
