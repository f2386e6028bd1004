// Copies that no line of the program asks for: a write to a box whose content is a held value, or
// the value of a pinned box. They are counted, and the largest one remembers the caller's line.
#pragma once

#include <stdint.h>

#include <string>

namespace weft {

void count_copy(int64_t bytes);

struct CopyStats {
  int64_t count;
  int64_t bytes;
  int64_t largest;
  std::string line;  // line of the largest copy, from the origin hook; empty without a hook
};
CopyStats copy_stats();
void reset_copy_stats();

}  // namespace weft
