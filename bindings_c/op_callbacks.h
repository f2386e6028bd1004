// Operators that are registered at run time. The core knows an operator as an OpDef with rules and
// a kernel in C++; the functions here are those rules and that kernel, and each calls the callback
// of the definition.
#pragma once

#include "guard.h"

namespace weft::c {

// What OpDef::outside points at: a copy of the definition, for its callbacks and their context. Its
// texts may be gone; OpDef has copies of them.
struct Outside {
  weft_op_definition definition;
};

// Gives `op`, whose schema is complete, the rules and the kernel of its definition.
void set_callbacks(ops::OpDef& op, const weft_op_definition& definition);

}  // namespace weft::c
