// A plan as text for people (`describe`), and its arena as JSON for pictures.
#pragma once

#include <string>

#include "executor/plan/plan.h"

namespace weft::executor {

// Bytes of the arena and its lower bound, what is alive at the peak, and one line a step.
std::string describe(const Plan& plan);
// What a step is called in tables: its operator, or what a fused region and a loop over row tiles
// are made of, as `fused+add+relu`.
std::string operators_of(const PlanStep& step);
// The plan as JSON, for pictures: {"arena", "lower_bound", "residual", "steps": [{"name", "kind",
// "line", "about", "in", "out"}], "buffers": [{"offset", "bytes", "first", "last", "type",
// "scratch"}]}. A buffer's type is that of the first result in it; scratch has none.
std::string arena_json(const Plan& plan);

}  // namespace weft::executor
