// A plan as text for people (`describe`), and its arena as JSON for pictures.
#pragma once

#include <string>

#include "executor/plan/plan.h"

namespace weft::executor {

// Bytes of the arena and its lower bound, what is alive at the peak, and one line a step.
std::string describe(const Plan& plan);
// The arena as JSON: {"arena", "lower_bound", "steps": [names], "buffers": [{"offset", "bytes",
// "first", "last", "scratch"}]}.
std::string arena_json(const Plan& plan);

}  // namespace weft::executor
