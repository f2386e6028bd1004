// The kernels of recurrent.h by dtype.
#pragma once

#include "kernels/isa/declare_kernels.h"
#include "kernels/recurrent/recurrent.h"

namespace weft::kernels {

struct RecurrentKernels {
  void (*pack)(const Recurrent& problem, const void* weight, bool is_backward, void* packed,
               Range units);
  void (*step)(const Recurrent& problem, const RecurrentStep& step, Range units);
  void (*back_step)(const Recurrent& problem, const RecurrentBackStep& step, Range units);
};

WEFT_KERNELS(extern const RecurrentKernels kRecurrents[kNumDTypes];)

}  // namespace weft::kernels
