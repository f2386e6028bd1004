// The half of a compiled program that makes and runs gradients: the joint graph of forward and
// backward pass is split in two, each half is planned, and a budget is met by rematerialisation.
#include <algorithm>

#include "base/errors.h"
#include "executor/lowering/chain.h"
#include "executor/program/program.h"
#include "executor/remat/rematerialize.h"
#include "executor/remat/split.h"
#include "executor/run/evaluate.h"
#include "graph/reverse/effects.h"
#include "graph/reverse/reverse.h"
#include "runtime/engine/threads.h"

namespace weft::executor {

using graph::Graph;

namespace {

// The two halves of a call with gradients.
struct Halves {
  Plan forward;
  Graph backward_graph;
  PlanOptions backward_options;
  std::unique_ptr<Plan> backward;  // the consuming one; a preserving one is made on demand
  std::vector<bool> reads_input, reads_output;

  // Residuals live across both halves; the arenas live one after the other.
  int64_t bytes() const {
    return forward.residual_bytes + std::max(forward.arena_bytes, backward->arena_bytes);
  }
};

// The union of two sets of nodes.
std::vector<bool> either(std::vector<bool> marked, const std::vector<bool>& others) {
  for (size_t i = 0; i < marked.size(); ++i) marked[i] = marked[i] || others[i];
  return marked;
}

// Splits a joint graph into halves and plans them, for several choices of what is computed again.
class Halving {
 public:
  // `joint`: after its passes; `options`: what both halves share.
  Halving(const Graph& joint, size_t outputs, const graph::PassSelection& selection,
          const PlanOptions& options)
      : joint_(joint), outputs_(outputs), selection_(selection), options_(options) {}

  // The halves if the nodes marked in `rematerialized` run again in the backward pass. `enough`:
  // bytes of residuals and the larger arena that are small enough; 0: as few as are found.
  Result<Halves> plan(const std::vector<bool>& rematerialized, int64_t enough = 0) const {
    const graph::PassContext context{fold_node};
    Split parts = split(joint_, outputs_, rematerialized);
    Halves halves;
    halves.reads_input = std::move(parts.reads_input);
    halves.reads_output = std::move(parts.reads_output);
    WEFT_ASSIGN(const Graph forward, run_passes(std::move(parts.forward), graph::Stage::kAfterSplit,
                                                context, selection_));
    PlanOptions options = options_;
    options.first_residual_output = outputs_;
    options.enough = enough;
    WEFT_ASSIGN(halves.forward, make_plan(forward, options));
    WEFT_ASSIGN(halves.backward_graph, run_passes(std::move(parts.backward),
                                                  graph::Stage::kAfterSplit, context, selection_));
    const std::vector<int64_t>& residuals = halves.forward.residual_offsets;
    halves.backward_options = options_;
    halves.backward_options.residual_inputs.assign(
        halves.backward_graph.inputs.size() - residuals.size(), -1);
    halves.backward_options.residual_inputs.insert(halves.backward_options.residual_inputs.end(),
                                                   residuals.begin(), residuals.end());
    options = halves.backward_options;
    options.overwrite_residuals = true;
    if (enough > 0) options.enough = std::max<int64_t>(1, enough - halves.forward.residual_bytes);
    WEFT_ASSIGN(Plan backward, make_plan(halves.backward_graph, options));
    halves.backward = std::make_unique<Plan>(std::move(backward));
    return halves;
  }

  // The halves with at most `budget` bytes (0: no limit). Checkpoints always run again, and so do
  // cheap values where that keeps fewer bytes; a budget adds what costs least to compute again.
  Result<Halves> plan_within(int64_t budget) {
    ForwardPart first = forward_of_joint(joint_, outputs_);
    const std::vector<bool> marked = checkpointed(joint_, first);
    first.again = marked;
    if (selection_.enabled("residuals"))
      first.again = either(fewest_residuals(joint_, first), marked);
    WEFT_ASSIGN(Halves best, plan(first.again));
    if (budget == 0 || best.bytes() <= budget) return best;
    options_.branches = false;
    const auto try_level = [&](const std::vector<bool>& rematerialized,
                               int64_t enough) -> Result<int64_t> {
      WEFT_ASSIGN(Halves halves, plan(either(rematerialized, marked), enough));
      const int64_t bytes = halves.bytes();
      if (bytes <= budget) best = std::move(halves);
      return bytes;
    };
    const int64_t plain = best.bytes();
    WEFT_ASSIGN(const int64_t minimum, search_remat(joint_, first, budget, try_level));
    if (best.bytes() > budget) return budget_not_met(budget, std::min(minimum, plain));
    return best;
  }

 private:
  const Graph& joint_;
  const size_t outputs_;
  const graph::PassSelection& selection_;
  PlanOptions options_;
};

// The forward pass of a training step, with the values that are cheap enough to be computed again.
ForwardPart first_part(const Graph& step, const graph::PassSelection& selection) {
  ForwardPart first = forward_of_step(step);
  if (selection.enabled("residuals") && std::ranges::any_of(step.nodes, &graph::Node::backward))
    first.again = fewest_residuals(step, first);
  return first;
}

}  // namespace

Graph with_early_masks_of_step(Graph graph) {
  const bool is_step = std::ranges::any_of(graph.nodes, &graph::Node::backward);
  return is_step ? with_early_masks(graph) : std::move(graph);
}

Graph with_fewest_residuals(Graph step, const graph::PassSelection& selection) {
  const ForwardPart first = first_part(step, selection);
  return first.again.empty() ? std::move(step) : with_rematerialized(step, first.again);
}

// Searches for nodes to compute again until the step's one plan fits. Each level of the search
// makes the passes and the plan anew, because fusion changes with the nodes.
Status Compiled::build_step_within(const Graph& whole, int64_t budget, const PlanOptions& options,
                                   const graph::PassSelection& selection) {
  const graph::PassContext context{fold_node};
  PlanOptions within = options;
  const auto try_level = [&](const std::vector<bool>& rematerialized,
                             int64_t enough) -> Result<int64_t> {
    within.enough = enough;
    WEFT_ASSIGN(const Graph ready, run_passes(with_rematerialized(whole, rematerialized),
                                              graph::Stage::kAfterSplit, context, selection));
    WEFT_ASSIGN(Plan plan, make_plan(ready, within));
    const int64_t bytes = plan.arena_bytes;
    if (bytes <= budget) forward_ = std::move(plan);
    return bytes;
  };
  const int64_t plain = forward_.arena_bytes;
  WEFT_ASSIGN(const int64_t minimum,
              search_remat(whole, first_part(whole, selection), budget, try_level));
  if (forward_.arena_bytes > budget) return budget_not_met(budget, std::min(minimum, plain));
  runs_on_caller_ = forward_.runs_on_caller;
  return {};
}

// The reverse sweep, the passes on the joint graph, the split, and the plans of both halves.
Status Compiled::build_gradients(const Graph& graph, const std::vector<bool>& wanted,
                                 const graph::PassSelection& selection, Device* device,
                                 int64_t budget) {
  const graph::PassContext context{fold_node};
  WEFT_ASSIGN(const Graph source, run_passes(graph, graph::Stage::kSource, context, selection));
  WEFT_ASSIGN(graph::Joint joint, reverse(source, wanted));
  with_gradients_ = true;
  takes_cotangent_ = std::move(joint.takes_cotangent);
  has_gradient_ = std::move(joint.has_gradient);
  gradient_rows_ = std::move(joint.gradient_rows);
  joint_graph_ = std::move(joint.graph);
  mark_effects(joint_graph_, source.effects);
  add_effect_results();

  WEFT_ASSIGN(Graph whole, run_passes(joint_graph_, graph::Stage::kWhole, context, selection));
  whole = with_early_masks(whole);
  PlanOptions options;
  options.threads = num_threads();
  options.device = device;
  options.branches = !device && selection.enabled("branches");
  options.order = !device && selection.enabled("order");
  options.parts = !device && selection.enabled("parts");
  Halving halving(whole, output_types_.size(), selection, options);
  WEFT_ASSIGN(Halves halves, halving.plan_within(budget));
  reads_output_ = std::move(halves.reads_output);
  reads_input_.assign(
      halves.reads_input.begin(),
      halves.reads_input.begin() + static_cast<std::ptrdiff_t>(input_types_.size()));
  forward_ = std::move(halves.forward);
  if (encodes_) encode_chains(*halves.backward);
  backward_graph_ = std::move(halves.backward_graph);
  backward_options_ = std::move(halves.backward_options);
  shared_arena_ = std::max(forward_.arena_bytes, halves.backward->arena_bytes);
  runs_on_caller_ = forward_.runs_on_caller || halves.backward->runs_on_caller;
  backward_plans_[1] = std::move(halves.backward);
  return {};
}

// Results of the forward pass's effects become outputs of the joint graph, behind the program's
// outputs and before the gradients.
void Compiled::add_effect_results() {
  const std::vector<graph::ValueId> results = graph::effect_results(joint_graph_);
  effect_results_ = results.size();
  joint_graph_.outputs.insert(
      joint_graph_.outputs.begin() + static_cast<std::ptrdiff_t>(output_types_.size()),
      results.begin(), results.end());
  for (const graph::ValueId id : results) {
    output_types_.push_back(joint_graph_.type(id));
    takes_cotangent_.push_back(false);
  }
}

// The plan, made at the first call. The consuming one is made with the forward plan.
Result<const Plan*> Compiled::backward_plan(bool consuming) {
  const std::lock_guard lock(mutex_);
  std::unique_ptr<const Plan>& plan = backward_plans_[consuming];
  if (plan) return plan.get();
  PlanOptions options = backward_options_;
  options.overwrite_residuals = consuming;
  WEFT_ASSIGN(Plan made, make_plan(backward_graph_, options));
  if (encodes_) encode_chains(made);
  plan = std::make_unique<const Plan>(std::move(made));
  return plan.get();
}

// Puts the pointers into the order of the backward graph: inputs, cotangents, outputs; then
// gradients.
Status Compiled::backward(Frame& frame, Pointers inputs, Pointers outputs, Pointers cotangents,
                          Pointers gradients, bool consuming, uint64_t seed,
                          uint64_t first_ordinal) {
  const std::lock_guard lock(frame.in_use_);
  if (!frame.holds_residuals_)
    return errors::invalid_state("backward", "the gradients of this call were computed already");
  WEFT_ASSIGN(const Plan* plan, backward_plan(consuming));
  Bound& bound = frame.backward_[consuming];
  if (bound.roots.empty()) {
    bound = bind_new(*plan);
    frame.backward_inputs_.reserve(plan->inputs);
    frame.backward_outputs_.reserve(plan->outputs);
  }
  std::vector<void*>& in = frame.backward_inputs_;
  std::vector<void*>& out = frame.backward_outputs_;
  in.assign(inputs.begin(), inputs.end());
  for (size_t k = 0; k < cotangents.size(); ++k)
    if (takes_cotangent_[k]) in.push_back(cotangents[k]);
  in.insert(in.end(), outputs.begin(), outputs.end());
  out.clear();
  for (size_t i = 0; i < input_types_.size(); ++i) {
    if (!has_gradient_[i]) continue;
    out.push_back(gradients[i]);
    if (gradient_rows_[i] >= 0) out.push_back(gradients[input_types_.size() + i]);
  }

  return run(*plan, bound, frame, consuming ? kConsuming : kPreserving, in, out, seed,
             first_ordinal);
}

// The joint graph with only the gradients as outputs. It is made once and kept.
Result<Ref<Program>> Compiled::joint() {
  const std::lock_guard lock(mutex_);
  if (joint_) return joint_;
  Graph gradients = joint_graph_;
  gradients.outputs.erase(
      gradients.outputs.begin(),
      gradients.outputs.begin() + static_cast<std::ptrdiff_t>(output_types_.size()));
  gradients.states.clear();
  WEFT_ASSIGN(joint_, Program::create(without_effects(gradients)));
  return joint_;
}

}  // namespace weft::executor
