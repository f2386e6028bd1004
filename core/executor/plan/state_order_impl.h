// The check of plans for kernels of others: verify_state_order in plan.h is that of the library's.
#pragma once

#include "executor/plan/make_plan.h"
#include "executor/plan/target.h"

namespace weft::executor {

Status verify_state_order(const graph::Graph& graph, const Plan& plan, const Target* target);

}  // namespace weft::executor
