// Elements in C: what they are computed in, and the conversions of
// kernels/elementwise/cast.isa.cpp.
#pragma once

#include <string>

#include "c99/text/source.h"

namespace weft::c99 {

// The type that formulas compute such elements in: float for float32, int32_t for int8.
std::string_view compute_type(DType dtype);
// `value`, of the compute type, as a stored element holds it: int8 wraps, bool is 0 or 1.
std::string as_stored(DType dtype, const std::string& value);
// The same as an expression of the element's type, to be stored.
std::string stored(DType dtype, const std::string& value);
// `value` of compute type `from` converted to compute type `to`.
std::string converted(Source& source, DType from, DType to, const std::string& value);

}  // namespace weft::c99
