// Copies that nobody wrote down: a write to a content that somebody holds as a value, the value of
// a pinned box. They are counted, and the largest is blamed on a line of the caller.
#pragma once

#include <stdint.h>

#include <string>

namespace weft {

void count_copy(int64_t bytes);

struct CopyStats {
  int64_t count;
  int64_t bytes;
  int64_t largest;
  std::string line;  // of the largest, from the origin hook; empty if nobody names lines
};
CopyStats copy_stats();
void reset_copy_stats();

}  // namespace weft
