// The slot of an operator whose kernel a library of operators brings at run time: all else of it,
// schema, inference and gradient, is the core's. So heavy kernels need not be in libweft, and
// whoever brings them (LAPACK by libweft_linalg.so, or NumPy's in Python) brings nothing but them.
//
// A kernel is brought by registering an operator of the same name (weft_op_register). The first one
// stays. Its failures name the operator without the part before the first underscore: `lapack_inv`
// speaks as `inv`.
#pragma once

#include <memory>
#include <string_view>

#include "ops/slots/slot.h"

namespace weft::ops {

// Gives `op` such a slot. Files that have it name the library; it runs on the caller's thread.
OpDef& wait_for_kernel(OpDef& op, std::string_view library);

// Has the operator a provided slot: does it wait for a kernel, or has it got one?
bool waits_for_kernel(const OpDef& op);
// Is there no such operator (null), or none that could run?
bool lacks_kernel(const OpDef* op);

// Does a file that has the operator need more than this library?
bool is_foreign(const OpDef& op);

// Brings the kernel of an operator that waits for one; `provider` has a slot and nothing else.
Status provide_kernel(const OpDef& op, std::unique_ptr<OpDef> provider);

}  // namespace weft::ops
