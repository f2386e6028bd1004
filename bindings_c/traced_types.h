// The types of placeholders as a caller gives them.
#pragma once

#include <vector>

#include "guard.h"
#include "ops/type.h"

namespace weft::c {

// Refuses what is no type, and a list or room for its placeholders that is missing.
Result<std::vector<ops::TensorType>> types_from(const char* function, const weft_type* types,
                                                size_t count, const void* placeholders);

}  // namespace weft::c
