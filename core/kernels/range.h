// A part of a kernel's work. Every kernel says how many independent units its problem has; the
// operator's slot splits them over threads. Results never depend on how they were split.
#pragma once

#include <stdint.h>

namespace weft::kernels {

struct Range {
  int64_t begin;
  int64_t end;
};

}  // namespace weft::kernels
