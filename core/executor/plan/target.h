// Kernels that are not the library's own: what the planner has to know of them where a plan becomes
// a program that runs without the library. Tile programs run element by element there, and take no
// scratch.
#pragma once

#include "ops/slots/slot.h"

namespace weft::executor {

// An operand that the result may be written over while the kernel reads it: the result's first
// byte lies `ahead` bytes before the operand's, or where that is. What the kernel has yet to read
// of the operand it must not have overwritten; other operands lie elsewhere.
struct Over {
  int32_t operand = -1;
  int64_t ahead = 0;
};

struct TargetKernel {
  ops::Strides strides = ops::Strides::kDense;
  uint32_t overwrites = 0;  // bits: operands that a result may lie over, index by index
  int64_t scratch_bytes = 0;
  Over over[2] = {};  // the better one first
};

enum class Overlaps : uint8_t { kNone, kAtTheStart, kAll };  // which of these a plan uses

struct Target {
  // Fails where the target has no kernel for such a call.
  Result<TargetKernel> (*kernel)(const ops::SlotTypes& types);
  int64_t alignment;  // of buffers in the arena, in bytes; a divisor of kAlignment
  // The first inputs, and all outputs but new contents of states, lie in the arena.
  size_t inputs_in_arena = 0;
  bool outputs_in_arena = false;
  Overlaps overlaps = Overlaps::kNone;
};

}  // namespace weft::executor
