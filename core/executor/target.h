// Kernels that are not the library's own: what the planner has to know of them where a plan becomes
// a program that runs without the library. Tile programs run element by element there, and take no
// scratch.
#pragma once

#include "ops/slot.h"

namespace weft::executor {

struct TargetKernel {
  ops::Strides strides = ops::Strides::kDense;
  ops::Lead lead = ops::Lead::kNone;
  int64_t scratch_bytes = 0;
};

struct Target {
  // Fails where the target has no kernel for such a call.
  Result<TargetKernel> (*kernel)(const ops::SlotTypes& types);
  int64_t alignment;  // of buffers in the arena, in bytes; a divisor of kAlignment
};

}  // namespace weft::executor
