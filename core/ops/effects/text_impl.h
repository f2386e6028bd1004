// Text with places `{}` that arrays fill in: what print and check are written with.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/status.h"
#include "base/view.h"
#include "ops/op.h"

namespace weft::ops {

// As nested lists that Python reads back, floats in the fewest digits that do so exactly. Of more
// than 1000 elements each axis shows its first and last three.
std::string array_text(const TensorView& array);

// Refuses a text whose places are not as many as the arrays among `in` from `first` on; `{{` and
// `}}` are braces.
Status check_places(const InferContext& context, std::string_view attribute, size_t first);

// The text with its places filled in, in order; absent arrays have rank -1.
std::string fill_places(std::string_view text, std::span<const TensorView> arrays);

}  // namespace weft::ops
