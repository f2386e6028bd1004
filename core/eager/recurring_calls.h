// Eager calls that recur run as plans: what would be computed operator by operator, in one pass.
//
// A composite of elementwise operators and of reductions of their results (gelu, clip, a norm) runs
// as a plan of its graph when its operands' types come back: its steps become one fused region,
// forward and backward, with the same bits. The gradient of an elementwise operator whose rule
// takes several steps does so, too. Types that are met for the first times may never come again.
// They run operator by operator, because planning costs as much as some dozens of calls.
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

// What ops::apply_gradient gives on the same arguments, made by a plan. Nothing where the rule has
// to run by itself. `needed` has a bit for each input whose gradient is wanted.
Result<std::optional<ops::Values>> planned_gradient(EagerBuilder& builder, const ops::OpDef& op,
                                                    std::span<const ops::Argument> attributes,
                                                    const ops::Values& inputs,
                                                    const ops::Values& outputs,
                                                    const ops::Values& cotangents, uint32_t needed);

}  // namespace weft::eager
