// May the content of an array be read now?
#pragma once

#include <string_view>

#include "runtime/tensor.h"

namespace weft {

// Waits for pending work. Refuses traced arrays, which have a type but no value; `reader` names
// what wanted the value.
Status make_readable(const Tensor& tensor, std::string_view reader);
Status traced_value_error(std::string_view reader);

}  // namespace weft
