// Which library of operators this thread is loading: its operators carry the name.
#pragma once

#include <string>

namespace weft::c {

const std::string& library_being_loaded();  // empty: none

}  // namespace weft::c
