// The text of plans. Locations print as `root+offset:dtype(shape)`, and with strides where they are
// not dense. Nothing reads this text back.
#include <algorithm>

#include "base/dtype.h"
#include "base/printable.h"
#include "executor/lowering/control.h"
#include "executor/lowering/lowering.h"
#include "executor/lowering/row_tiles.h"
#include "executor/memory/arena_packing.h"
#include "executor/plan/describe.h"

namespace weft::executor {
namespace {

std::string location_text(const Location& location) {
  if (location.shape.rank() < 0) return "-";
  static constexpr const char* kRoots[] = {"in", "out", "arena", "residual", "const"};
  std::string text = kRoots[static_cast<int>(location.root)];
  const bool numbered =
      location.root != MemoryRoot::kArena && location.root != MemoryRoot::kResidual;
  if (numbered) text += std::to_string(location.index);
  if (!numbered || location.offset) text += "+" + std::to_string(location.offset);
  text += ":" + std::string(name_of(location.dtype)) + to_string(location.shape);
  return location.dense() ? text : text + " strides " + to_string(location.strides);
}

std::string list(const std::vector<Location>& locations) {
  std::string text;
  for (const Location& location : locations)
    text += (text.empty() ? "" : ", ") + location_text(location);
  return text;
}

const char* kind_of(const PlanStep& step) {
  static constexpr const char* kKinds[] = {"row",  "tiles",   "kernel",
                                           "copy", "control", "row_tiles"};
  return kKinds[static_cast<int>(step.kind)];
}

bool is_start(const PlanStep& step) { return step.op && step.op->name.ends_with("_start"); }

// Of a step that starts a transfer: what it carries. Of one that waits for it: how many steps hide
// it, which are those between the two.
std::string transfer_text(const Plan& plan, size_t index) {
  const PlanStep& step = plan.steps[index];
  if (is_start(step) && step.op->has_effect) {
    const Location& sent = step.in[0];
    const auto bytes = sent.shape.elements() * size_of(sent.dtype);
    return "; begins a transfer of " + std::to_string(bytes) + " bytes" +
           (step.line.empty() ? "" : " (" + step.line + ")");
  }
  if (!step.op || step.op->name != "collective_wait") return "";
  for (size_t s = index; s-- > 0;) {
    const PlanStep& start = plan.steps[s];
    if (!is_start(start) || start.out.empty()) continue;
    const Location &from = start.out[0], &to = step.in[0];
    if (from.root == to.root && from.index == to.index && from.offset == to.offset)
      return "; " + std::to_string(index - s - 1) + " steps behind its start";
  }
  return "";
}

std::string step_text(const Plan& plan, size_t index) {
  const PlanStep& step = plan.steps[index];
  std::string text = std::to_string(index) + " " + kind_of(step) + " " + step.name + ": " +
                     list(step.in) + " -> " + list(step.out);
  if (step.scratch_bytes)
    text += "; scratch arena+" + std::to_string(step.scratch_offset) + ":" +
            std::to_string(step.scratch_bytes);
  text += transfer_text(plan, index);
  if (step.row_tiles) text += "; " + describe(*step.row_tiles);
  return text.ends_with('\n') ? text : text + "\n";
}

std::string group_text(const ParallelGroup& group) {
  const auto microseconds = static_cast<int64_t>(group.seconds * 1e6);
  return std::to_string(group.branches()) + " branches side by side, " +
         std::to_string(group.share) + " threads each, to save about " +
         std::to_string(microseconds) + " us\n";
}

std::string indented(const std::string& text, size_t by) {
  std::string result;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
    result += std::string(by, ' ') + text.substr(at, end - at);
    at = end;
  }
  return result;
}

// The plans of the bodies of a loop or a branch, below their step.
std::string bodies_text(const ControlPlan& control, size_t indent) {
  if (control.kind == graph::RegionKind::kCond)
    return indented("if true: " + describe(control.body), indent) +
           indented("if false: " + describe(control.otherwise), indent);
  return indented(
      "at most " + std::to_string(control.loop.maximum) + " times: " + describe(control.body),
      indent);
}

// One line a step. Steps of a group are indented, and each branch begins with a dash.
std::string steps_text(const Plan& plan) {
  std::string text;
  auto group = plan.groups.begin();
  for (size_t i = 0; i < plan.steps.size(); ++i) {
    if (group != plan.groups.end() && i == group->starts.back()) ++group;
    const bool inside = group != plan.groups.end() && i >= group->starts.front();
    if (inside && i == group->starts.front()) text += "  " + group_text(*group);
    const bool starts = inside && std::ranges::find(group->starts, i) != group->starts.end();
    text += inside ? starts ? "  - " : "    " : "  ";
    text += step_text(plan, i);
    if (plan.steps[i].control) text += bodies_text(*plan.steps[i].control, inside ? 6 : 4);
  }
  return text;
}

// The step at which most bytes are alive, and the values that are, the largest first.
std::string peak_text(const Plan& plan) {
  constexpr size_t kMaxListed = 12;
  std::vector<int64_t> live(plan.steps.size(), 0);
  for (const ArenaUse& use : plan.uses)
    for (int32_t s = use.first; s <= use.last; ++s)
      live[static_cast<size_t>(s)] += aligned(use.bytes);
  const auto maximum = std::ranges::max_element(live);
  if (maximum == live.end() || *maximum == 0) return "";
  const auto peak = static_cast<int32_t>(maximum - live.begin());
  std::vector<ArenaUse> alive;
  for (const ArenaUse& use : plan.uses)
    if (use.first <= peak && peak <= use.last) alive.push_back(use);
  std::ranges::stable_sort(alive, std::greater(), &ArenaUse::bytes);
  std::string text =
      "  most alive at step " + std::to_string(peak) + ", " + std::to_string(*maximum) + " bytes:";
  for (size_t i = 0; i < alive.size() && i < kMaxListed; ++i)
    text += (i ? ", " : " ") + std::to_string(alive[i].bytes) +
            (alive[i].is_scratch ? " scratch of " : " of ") +
            plan.steps[static_cast<size_t>(alive[i].first)].name + " (steps " +
            std::to_string(alive[i].first) + " to " + std::to_string(alive[i].last) + ")";
  if (alive.size() > kMaxListed)
    text += ", and " + std::to_string(alive.size() - kMaxListed) + " smaller";
  return text + "\n";
}

// What lies in a part of the arena: the type of the result that a step puts there first.
std::string type_text(const Plan& plan, const ArenaUse& use) {
  if (use.is_scratch) return "";
  for (const Location& out : plan.steps[static_cast<size_t>(use.first)].out)
    if (out.root == MemoryRoot::kArena && out.offset >= use.offset &&
        out.offset < use.offset + use.bytes)
      return std::string(name_of(out.dtype)) + to_string(out.shape);
  return "";
}

std::string step_json(const PlanStep& step) {
  return "{\"name\": " + json_text(operators_of(step)) + ", \"kind\": \"" + kind_of(step) +
         "\", \"line\": " + json_text(step.line) +
         ", \"about\": " + json_text(step.row_tiles ? describe(*step.row_tiles) : "") +
         ", \"in\": " + json_text(list(step.in)) + ", \"out\": " + json_text(list(step.out)) + "}";
}

}  // namespace

// A fused region's name has its operators already.
std::string operators_of(const PlanStep& step) {
  if (!step.row_tiles) return step.name;
  std::string text = step.name;
  std::vector<std::string_view> named;
  for (const RowTileStep& one : step.row_tiles->steps) {
    if (!one.op || std::ranges::find(named, one.op->name) != named.end()) continue;
    named.push_back(one.op->name);
    text += "+" + std::string(one.op->name);
  }
  return text;
}

std::string arena_json(const Plan& plan) {
  std::string text = "{\"arena\": " + std::to_string(plan.arena_bytes) +
                     ", \"lower_bound\": " + std::to_string(plan.lower_bound) +
                     ", \"residual\": " + std::to_string(plan.residual_bytes) + ", \"steps\": [";
  for (size_t s = 0; s < plan.steps.size(); ++s) text += (s ? ", " : "") + step_json(plan.steps[s]);
  text += "], \"buffers\": [";
  for (size_t i = 0; i < plan.uses.size(); ++i) {
    const ArenaUse& use = plan.uses[i];
    text += (i ? ", {" : "{") + std::string("\"offset\": ") + std::to_string(use.offset) +
            ", \"bytes\": " + std::to_string(use.bytes) +
            ", \"first\": " + std::to_string(use.first) +
            ", \"last\": " + std::to_string(use.last) +
            ", \"type\": " + json_text(type_text(plan, use)) +
            ", \"scratch\": " + (use.is_scratch ? "true" : "false") + "}";
  }
  return text + "]}";
}

std::string describe(const Plan& plan) {
  std::string text = std::to_string(plan.steps.size()) + " steps, arena " +
                     std::to_string(plan.arena_bytes) + " bytes (lower bound " +
                     std::to_string(plan.lower_bound) + (plan.proven ? ", proven least)" : ")") +
                     ", residuals " + std::to_string(plan.residual_bytes) + " bytes\n";
  if (!plan.groups.empty())
    text += "  " + std::to_string(plan.groups.size()) + " groups of branches add " +
            std::to_string(plan.added_bytes) + " bytes to the arena\n";
  return text + peak_text(plan) + steps_text(plan);
}

}  // namespace weft::executor
