// What loading a library of operators shares between files: the name of the library that this
// thread is loading, which its operators carry, and the check that a path is a file.
#pragma once

#include <string>

#include "base/status.h"

namespace weft::c {

const std::string& library_being_loaded();  // empty while none is being loaded

// Fails for a path that exists and is no regular file: opening a pipe would wait for its writer.
Status require_regular_file(const char* function, const char* path);

}  // namespace weft::c
