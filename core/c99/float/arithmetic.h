// How elements are computed with in C: the type that a formula uses for each dtype, and the
// conversions between dtypes, with the results of kernels/elementwise/cast.isa.cpp.
#pragma once

#include <string>

#include "c99/text/source.h"

namespace weft::c99 {

// The C type that formulas compute such elements in: float for float32, int32_t for int8.
std::string_view compute_type(DType dtype);
// `value`, of the compute type, with the value that a stored element can have: int8 wraps, bool is
// 0 or 1.
std::string as_stored(DType dtype, const std::string& value);
// `value` cast to the element's own type, to be stored.
std::string stored(DType dtype, const std::string& value);
// `value` of compute type `from`, converted to compute type `to`.
std::string converted(Source& source, DType from, DType to, const std::string& value);

}  // namespace weft::c99
