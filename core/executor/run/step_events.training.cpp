// Work of steps. A row or an element that is repeated counts once: its stride is 0.
#include "executor/run/step_events.h"

#include <algorithm>

#include "executor/lowering/control.h"
#include "executor/lowering/lowering.h"
#include "executor/lowering/row_tiles.h"
#include "executor/plan/describe.h"
#include "kernels/elementwise/formula_ids.h"
#include "ops/op.h"
#include "ops/slots/stated_flops.h"

namespace weft::executor {
namespace {

double bytes_of(const std::vector<Location>& places) {
  double bytes = 0;
  for (const Location& place : places) {
    if (place.shape.rank() < 0) continue;
    double elements = 1;
    for (int axis = 0; axis < place.shape.rank(); ++axis)
      if (place.strides[axis] != 0 || place.shape[axis] == 0)
        elements *= static_cast<double>(place.shape[axis]);
    bytes += elements * static_cast<double>(size_of(place.dtype));
  }
  return bytes;
}

// Of a region: an operation for each formula and element, and for each element that is reduced.
double flops_of(const TileCode& code) {
  double each = static_cast<double>(code.reductions.size());
  for (size_t s = 0; s < code.steps.size(); ++s)
    if (code.steps[s].kernel && code.formulas[s] != kernels::FormulaId::kCount) each += 1;
  return each * static_cast<double>(code.shape.elements());
}

std::vector<ops::TensorType> types_of(const std::vector<Location>& places) {
  std::vector<ops::TensorType> types;
  for (const Location& place : places) types.push_back({place.dtype, place.shape});
  return types;
}

}  // namespace

ProfileWork work_of(const PlanStep& step) {
  ProfileWork work{bytes_of(step.in), bytes_of(step.out), 0};
  if (step.code) {
    work.flops = flops_of(*step.code);
  } else if (step.row_tiles) {
    work.flops = step.row_tiles->cost.flops;
  } else if (step.kind == StepKind::kKernel && step.op) {
    const std::vector<ops::TensorType> in = types_of(step.in), out = types_of(step.out);
    work.flops = ops::stated_flops(step.op->slot, {*step.op, in, out, step.attributes.view()});
  }
  return work;
}

StepEvents make_step_events(const Plan& plan) {
  StepEvents made{profile_number(), {}};
  made.steps.reserve(plan.steps.size());
  for (const PlanStep& step : plan.steps) {
    ProfileEvent event;
    event.kind = ProfileKind::kStep;
    event.name = profile_text(operators_of(step));
    event.line = profile_text(step.line);
    // A loop's work is that of the steps inside it.
    if (!step.control) event.work = work_of(step);
    made.steps.push_back(event);
  }
  return made;
}

}  // namespace weft::executor
