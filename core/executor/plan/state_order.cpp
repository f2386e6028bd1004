// Checks the rule that lets a state be updated in its own memory: no step reads the old content
// after a step, or at the same time as a step, that writes the new content. In SSA nothing says so,
// because old and new content are two values; in memory they are one location. The step that writes
// the new content may read the old one only as its kernel declares: each element before that
// element is written.
#include <algorithm>

#include "base/errors.h"
#include "executor/lowering/control.h"
#include "executor/lowering/lowering.h"
#include "executor/plan/state_order_impl.h"
#include "ops/registry.h"
#include "weft_parts.h"

namespace weft::executor {
namespace {

constexpr size_t kNever = SIZE_MAX;

// By step: its group and its branch in that group; -1 outside of groups.
struct Lanes {
  explicit Lanes(const Plan& plan)
      : group(plan.actions.size(), -1), branch(plan.actions.size(), -1) {
    for (size_t g = 0; g < plan.groups.size(); ++g)
      for (int b = 0; b < plan.groups[g].branches(); ++b)
        for (size_t s = plan.groups[g].starts[static_cast<size_t>(b)];
             s < plan.groups[g].starts[static_cast<size_t>(b) + 1]; ++s) {
          group[s] = static_cast<int>(g);
          branch[s] = b;
        }
  }
  // Do the two steps run at the same time, in two branches of one group?
  bool are_concurrent(size_t a, size_t b) const {
    return group[a] >= 0 && group[a] == group[b] && branch[a] != branch[b];
  }
  std::vector<int> group, branch;
};

// Does the step read each element of operand `in` before it writes that element of result `out`?
// Tile programs, loops and kernels each declare this in their own way.
bool reads_before_it_writes(const PlanStep& step, size_t in, size_t out, const Target* target) {
  if (step.code) return in < step.code->inputs && step.code->in_place[out][in];
  if (step.control)
    return step.control->kind == graph::RegionKind::kLoop &&
           out < static_cast<size_t>(step.control->loop.carried) &&
           in == operand_of_carried(step.control->loop, out);
  if (!step.op) return false;
  if (in == 0 && replaces_elements(*step.op)) return true;
  const auto types = [](const std::vector<Location>& locations) {
    std::vector<ops::TensorType> of;
    for (const Location& location : locations) of.push_back({location.dtype, location.shape});
    return of;
  };
  const std::vector<ops::TensorType> from = types(step.in), to = types(step.out);
  const ops::SlotTypes call{*step.op, from, to, step.attributes.view()};
  if (!target) return ops::has_input(ops::overwritten_by(step.op->slot, call), in);
  const Result<TargetKernel> kernel = target->kernel(call);
  return kernel.ok() && ops::has_input(kernel.value().overwrites, in);
}

Status broken(const Plan& plan, const graph::StatePair& state, size_t reader, size_t writer) {
  return errors::internal("plan", "step ", reader, " (", plan.steps[reader].name,
                          ") reads the old content of input ", state.input, " after step ", writer,
                          " (", plan.steps[writer].name, ") has replaced it");
}

}  // namespace

bool replaces_elements(const ops::OpDef& op) { return op.slot.updates || op.name == "update"; }

Status verify_state_order(const graph::Graph& graph, const Plan& plan) {
  return verify_state_order(graph, plan, nullptr);
}

Status verify_state_order(const graph::Graph& graph, const Plan& plan, const Target* target) {
  if (!WEFT_KEEPS_states || graph.states.empty()) return {};
  // By input of a state pair: the first step that writes its new content, and the output that is
  // that content. By output of a pair: its input.
  std::vector<size_t> writer_of(plan.inputs, kNever);
  std::vector<size_t> output_of(plan.inputs, kNever);
  for (const graph::StatePair& state : graph.states)
    output_of[static_cast<size_t>(state.input)] = static_cast<size_t>(state.output);
  std::vector<size_t> input_of(std::max(plan.outputs, graph.outputs.size()), kNever);
  for (const graph::StatePair& state : graph.states)
    input_of[static_cast<size_t>(state.output)] = static_cast<size_t>(state.input);
  // From the last step to the first, so that the first writer remains.
  for (size_t s = plan.steps.size(); s-- > 0;)
    for (const Location& out : plan.steps[s].out)
      if (out.root == MemoryRoot::kOutput && input_of[static_cast<size_t>(out.index)] != kNever)
        writer_of[input_of[static_cast<size_t>(out.index)]] = s;
  const Lanes branch_ids(plan);
  for (size_t s = 0; s < plan.steps.size(); ++s) {
    const PlanStep& step = plan.steps[s];
    for (size_t i = 0; i < step.in.size(); ++i) {
      const Location& in = step.in[i];
      if (in.root != MemoryRoot::kInput || in.shape.rank() < 0) continue;
      const auto input = static_cast<size_t>(in.index);
      const size_t writer = writer_of[input];
      if (writer == kNever || (s < writer && !branch_ids.are_concurrent(s, writer))) continue;
      bool allowed = s == writer;
      for (size_t o = 0; allowed && o < step.out.size(); ++o)
        if (step.out[o].root == MemoryRoot::kOutput &&
            static_cast<size_t>(step.out[o].index) == output_of[input])
          allowed = reads_before_it_writes(step, i, o, target);
      if (!allowed)
        return broken(plan, {static_cast<int32_t>(input), static_cast<int32_t>(output_of[input])},
                      s, writer);
    }
  }
  return {};
}

}  // namespace weft::executor
