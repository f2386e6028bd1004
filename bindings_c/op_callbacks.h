// How the core calls an operator that was registered at run time: rules and kernels of the core's
// own form that pass the call on to the callbacks of its definition.
#pragma once

#include "guard.h"

namespace weft::c {

// What OpDef::outside points at: the callbacks and their context; texts are the OpDef's.
struct Outside {
  weft_op_definition definition;
};

// Gives `op`, whose schema is complete, the rules and the kernel of its definition.
void set_callbacks(ops::OpDef& op, const weft_op_definition& definition);

}  // namespace weft::c
