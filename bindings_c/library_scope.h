// Which library of operators this thread is loading: its operators carry the name. And what is no
// library at all.
#pragma once

#include <string>

#include "base/status.h"

namespace weft::c {

const std::string& library_being_loaded();  // empty: none

// Refuses a path that is there and no regular file: whoever opens a pipe waits for its writer.
Status require_regular_file(const char* function, const char* path);

}  // namespace weft::c
