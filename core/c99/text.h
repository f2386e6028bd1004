// Types, numbers and names as C99 has them.
#pragma once

#include <string>
#include <string_view>

#include "base/dtype.h"
#include "base/shape.h"

namespace weft::c99 {

// float, int8_t; bool is uint8_t. Empty for what C has no type for (float16).
std::string_view type_name(DType dtype);
// An element as a constant expression.
std::string literal(DType dtype, const void* element);
// Elements of a dense array, in lines of at most 100 columns.
void append_elements(std::string& text, DType dtype, const void* elements, int64_t count);
// (2, 3)
std::string shape_text(const Shape& shape);
// A C identifier: other characters become '_'.
std::string identifier(std::string_view text);

// Words of C, and names that a run has itself.
bool is_reserved(std::string_view name);

}  // namespace weft::c99
