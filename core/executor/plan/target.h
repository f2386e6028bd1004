// What the planner has to know about kernels that are not the library's own: a plan becomes a
// program (C99 text) that runs without the library. Tile programs run element by element there, and
// take no scratch.
#pragma once

#include "ops/slots/slot.h"

namespace weft::executor {

// An operand that the result may be written over while the kernel still reads it: the kernel has
// read each byte of the operand before it writes there, if the result's first byte lies at least
// `ahead` bytes before the operand's (0: it may lie at the same address). Other operands lie
// elsewhere.
struct Over {
  int32_t operand = -1;  // -1: none
  int64_t ahead = 0;
};

// What a target's kernel asks for and allows.
struct TargetKernel {
  ops::Strides strides = ops::Strides::kDense;
  uint32_t overwrites = 0;  // bits: operands that a result may share memory with, index by index
  int64_t scratch_bytes = 0;
  Over over[2] = {};  // the better one first
};

// Which of the overlaps that kernels allow (Over) a plan uses.
enum class Overlaps : uint8_t { kNone, kAtTheStart, kAll };

struct Target {
  // The kernel for a call of these types; an error where the target has none.
  Result<TargetKernel> (*kernel)(const ops::SlotTypes& types);
  // Alignment of buffers in the arena, in bytes; it divides kAlignment.
  int64_t alignment;
  // The first so many inputs lie in the arena.
  size_t inputs_in_arena = 0;
  // All outputs lie in the arena, but for the new contents of states.
  bool outputs_in_arena = false;
  Overlaps overlaps = Overlaps::kNone;
};

}  // namespace weft::executor
