// Calls of Arm's CMSIS-NN instead of kernels of our own, for programs that have that library:
// `--cmsis-nn`.
//
// The interface is that of arm_nnfunctions.h V.16.0.0. CMSIS-NN has TensorFlow Lite's arithmetic,
// as our kernels have, so both give the same bits. It has convolutions and depthwise convolutions
// without a residual, dense layers (as convolutions of one place, so that each unit has a scale of
// its own), poolings, sums of two arrays, and softmax. All other operators keep our kernels.
#pragma once

#include <cstdint>
#include <string_view>

#include "c99/program/call.h"
#include "executor/plan/target.h"

namespace weft::c99 {

// The cores for which the arena has CMSIS-NN's scratch. Helium needs more than all others.
enum class CmsisNn : uint8_t { kNone, kAny, kDsp, kHelium };

inline constexpr std::string_view kCmsisNnVersion = "V.16.0.0";

// What the planner has to know of an operator's kernel, with calls of CMSIS-NN or without.
Result<executor::TargetKernel> kernel_for(const ops::SlotTypes& types, CmsisNn cmsis_nn);
// Writes the body of an operator's step. Fails where the operator has no C form.
Status emit_operator(Call& call);

// ---- the table of operators that CMSIS-NN has

struct CmsisNnEmitter {
  std::string_view op;
  // The needs of our own kernel, or of both together: whether the call is possible may depend on
  // weights, which are read later.
  Result<executor::TargetKernel> (*kernel)(const ops::SlotTypes& types, CmsisNn cores,
                                           const executor::TargetKernel& own);
  // True: the call was written. False: the operator keeps our kernel.
  Result<bool> (*emit)(Call& call, CmsisNn cores);
};
// Null: CMSIS-NN does not have the operator.
const CmsisNnEmitter* find_cmsis_nn_emitter(std::string_view op);

}  // namespace weft::c99
