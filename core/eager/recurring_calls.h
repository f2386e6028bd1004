// Programs of eager calls: what would be computed operator by operator, in one pass.
//
// A composite of elementwise operators and of reductions of what these make (gelu, clip, a norm)
// runs as a plan of its graph once its operands' types have come back: the steps become one fused
// region, forward and backward, with the same bits. So does the gradient of an elementwise operator
// whose rule takes several. Types that are met for the first times may never come again, so they
// run operator by operator, because planning costs as much as some dozens of calls.
#pragma once

#include <optional>

#include "eager/builder.h"
#include "executor/program/program.h"
#include "ops/op.h"

namespace weft::eager {

// `attributes` are complete; null: the composite runs operator by operator. The program takes the
// arrays among `inputs`, in their order, and gives the composite's results; with `targets`, one
// number of these arrays for each result, the results are their new contents.
Ref<executor::Program> composite_program(const ops::OpDef& op,
                                         std::span<const ops::Argument> attributes,
                                         std::span<const ops::Value> inputs,
                                         std::span<const int32_t> targets = {});

// What ops::apply_gradient gives on the same arguments; nothing: the rule runs by itself.
Result<std::optional<ops::Values>> planned_gradient(EagerBuilder& builder, const ops::OpDef& op,
                                                    std::span<const ops::Argument> attributes,
                                                    const ops::Values& inputs,
                                                    const ops::Values& outputs,
                                                    const ops::Values& cotangents, uint32_t needed);

}  // namespace weft::eager
