// How far a plan's steps read and write in each of its roots, so that what a kernel is about to
// touch is held against the memory that there is: once where a plan is made (its own arena, bodies
// in their steps), and in each run of what a file or a caller binds. It rests on the places that
// steps have and on nothing that was said of types, so it also finds a plan that does not fit its
// signature.
#pragma once

#include "executor/run/run_plan.h"

namespace weft::executor {

// Sets Plan::reach, and fails where a step reaches behind the arena, the residuals, or, in a body
// of control flow, behind what the step gives to it.
Status find_reach(Plan& plan);

// Is there as much memory as the plan reaches? Of inputs and outputs only those that `room` tells.
Status check_room(const Plan& plan, const RunRoom& room);

}  // namespace weft::executor
