#include "executor/lowering.h"
#include "executor/plan.h"

namespace weft::executor {
namespace {

std::string place_text(const Place& place) {
  if (place.shape.rank() < 0) return "-";
  static constexpr const char* kRoots[] = {"in", "out", "arena", "residual", "const"};
  std::string text = kRoots[static_cast<int>(place.root)];
  const bool numbered = place.root != Root::kArena && place.root != Root::kResidual;
  if (numbered) text += std::to_string(place.index);
  if (!numbered || place.offset) text += "+" + std::to_string(place.offset);
  text += ":" + std::string(name_of(place.dtype)) + to_string(place.shape);
  return place.dense() ? text : text + " strides " + to_string(place.strides);
}

std::string list(const std::vector<Place>& places) {
  std::string text;
  for (const Place& place : places) text += (text.empty() ? "" : ", ") + place_text(place);
  return text;
}

}  // namespace

std::string describe(const Plan& plan) {
  static constexpr const char* kKinds[] = {"row", "tiles", "kernel", "copy"};
  std::string text = std::to_string(plan.steps.size()) + " steps, arena " +
                     std::to_string(plan.arena_bytes) + " bytes (lower bound " +
                     std::to_string(plan.lower_bound) + "), residuals " +
                     std::to_string(plan.residual_bytes) + " bytes\n";
  for (size_t i = 0; i < plan.steps.size(); ++i) {
    const Step& step = plan.steps[i];
    text += "  " + std::to_string(i) + " " + kKinds[static_cast<int>(step.kind)] + " " + step.name +
            ": " + list(step.in) + " -> " + list(step.out);
    if (step.scratch_bytes)
      text += "; scratch arena+" + std::to_string(step.scratch_offset) + ":" +
              std::to_string(step.scratch_bytes);
    text += "\n";
  }
  return text;
}

}  // namespace weft::executor
