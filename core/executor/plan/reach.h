// Finds how far the steps of a plan read and write in each root, and compares that with the memory
// that there is. A plan's own arena and the bodies of its steps are checked once, when the plan is
// made; what a file or a caller binds is checked in each run. The check uses the locations of the
// steps and not the signature, so it also finds a plan that does not fit its signature.
#pragma once

#include "executor/run/run_plan.h"

namespace weft::executor {

// Sets Plan::reach. Fails where a step reaches past the end of the arena or of the residuals, or,
// in a body of control flow, past the end of what the step gives to the body.
Status find_reach(Plan& plan);

// Is there as much memory as the plan reaches? Checks the inputs and outputs whose bytes `room`
// tells.
Status check_room(const Plan& plan, const RunRoom& room);

}  // namespace weft::executor
