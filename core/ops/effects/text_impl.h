// Texts with places `{}` that arrays fill: print and check use them.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/status.h"
#include "base/view.h"
#include "ops/op.h"

namespace weft::ops {

// The array as nested lists that Python can read back; floats have the fewest digits that are
// exact. With more than 1000 elements, each axis shows its first and last three.
std::string array_text(const TensorView& array);

// Refuses a text whose places are not as many as the arrays among the inputs from `first` on. `{{`
// and `}}` are braces.
Status check_places(const InferContext& context, std::string_view attribute, size_t first);

// The text with its places filled in order; absent arrays have rank -1 and are skipped.
std::string fill_places(std::string_view text, std::span<const TensorView> arrays);

}  // namespace weft::ops
