// Files of others that are given for ours by mistake: known by their first bytes.
#pragma once

#include <stddef.h>

#include <string_view>

namespace weft::model {

// What a file is, and how its arrays become one of safetensors, as the middle of an error's text;
// empty for what is not known.
std::string_view foreign_format(const char* data, size_t bytes);

}  // namespace weft::model
