// The check of state order for plans with a target (kernels of somebody else): verify_state_order
// in make_plan.h is the same check for the library's own kernels.
#pragma once

#include "executor/plan/make_plan.h"
#include "executor/plan/target.h"

namespace weft::executor {

Status verify_state_order(const graph::Graph& graph, const Plan& plan, const Target* target);

}  // namespace weft::executor
