// Calls of Arm's CMSIS-NN instead of kernels of our own, for those who have it: `--cmsis-nn`.
//
// The interface is that of arm_nnfunctions.h V.16.0.0. CMSIS-NN has TensorFlow Lite's arithmetic,
// as we have, so both give the same bits wherever it has the operator: convolutions and depthwise
// ones without a residual in their sums, dense layers (convolutions of one place: units have scales
// of their own), poolings, sums of two arrays and softmax. All others stay ours.
#pragma once

#include <cstdint>
#include <string_view>

#include "c99/program/call.h"
#include "executor/plan/target.h"

namespace weft::c99 {

// Which cores there is scratch for in the arena: Helium takes more than all others.
enum class CmsisNn : uint8_t { kNone, kAny, kDsp, kHelium };

inline constexpr std::string_view kCmsisNnVersion = "V.16.0.0";

// The kernel of an operator as the planner sees it, with calls of CMSIS-NN or without.
Result<executor::TargetKernel> kernel_for(const ops::SlotTypes& types, CmsisNn cmsis_nn);
// The body of its step. Fails where the operator has no C form.
Status emit_operator(Call& call);

// ---- by operator; null: CMSIS-NN has none

struct CmsisNnEmitter {
  std::string_view op;
  // Our own kernel, or what both take: which one it is may show when weights are read.
  Result<executor::TargetKernel> (*kernel)(const ops::SlotTypes& types, CmsisNn cores,
                                           const executor::TargetKernel& own);
  // True where the call was written.
  Result<bool> (*emit)(Call& call, CmsisNn cores);
};
const CmsisNnEmitter* find_cmsis_nn_emitter(std::string_view op);

}  // namespace weft::c99
