// Recognises files of other formats that are given by mistake, by their first bytes, so that the
// error can tell how to convert them.
#pragma once

#include <stddef.h>

#include <string_view>

namespace weft::model {

// What a file is and how its arrays become a safetensors file, as the middle of an error's text;
// empty for an unknown format.
std::string_view foreign_format(const char* data, size_t bytes);

}  // namespace weft::model
