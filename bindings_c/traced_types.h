// The types of placeholders, as a caller of a tracing function gives them.
#pragma once

#include <vector>

#include "guard.h"
#include "ops/type.h"

namespace weft::c {

// Checks each type. It fails if a list is NULL while `count` is not 0; `placeholders` is the
// caller's room for the arrays.
Result<std::vector<ops::TensorType>> types_from(const char* function, const weft_type* types,
                                                size_t count, const void* placeholders);

}  // namespace weft::c
