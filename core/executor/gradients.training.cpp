// The half of a compiled program that makes and runs gradients.
#include <algorithm>

#include "base/errors.h"
#include "executor/evaluate.h"
#include "executor/program.h"
#include "executor/split.h"
#include "graph/effects.h"
#include "graph/reverse.h"
#include "runtime/threads.h"

namespace weft::executor {

using graph::Graph;

Status Compiled::build_gradients(const Graph& graph, const std::vector<bool>& wanted,
                                 const graph::PassSelection& selection, Device* device) {
  WEFT_ASSIGN(graph::Joint joint, reverse(graph, wanted));
  with_gradients_ = true;
  takes_cotangent_ = std::move(joint.takes_cotangent);
  has_gradient_ = std::move(joint.has_gradient);
  gradient_rows_ = std::move(joint.gradient_rows);
  joint_graph_ = std::move(joint.graph);
  add_effect_results();

  const graph::PassContext context{fold_node};
  WEFT_ASSIGN(const Graph whole,
              run_passes(joint_graph_, graph::Stage::kWhole, context, selection));
  Split parts = split(whole, output_types_.size());
  reads_output_ = parts.reads_output;
  reads_input_.assign(parts.reads_input.begin(),
                      parts.reads_input.begin() + static_cast<std::ptrdiff_t>(input_types_.size()));

  WEFT_ASSIGN(const Graph forward,
              run_passes(std::move(parts.forward), graph::Stage::kAfterSplit, context, selection));
  PlanOptions options;
  options.threads = num_threads();
  options.device = device;
  options.branches = !device && selection.enabled("branches");
  options.order = !device && selection.enabled("order");
  options.first_residual_output = output_types_.size();
  WEFT_ASSIGN(forward_, make_plan(forward, options));

  WEFT_ASSIGN(backward_graph_,
              run_passes(std::move(parts.backward), graph::Stage::kAfterSplit, context, selection));
  backward_options_.threads = options.threads;
  backward_options_.device = device;
  backward_options_.branches = options.branches;
  backward_options_.order = options.order;
  const size_t residuals = forward_.residual_offsets.size();
  backward_options_.residual_inputs.assign(backward_graph_.inputs.size() - residuals, -1);
  backward_options_.residual_inputs.insert(backward_options_.residual_inputs.end(),
                                           forward_.residual_offsets.begin(),
                                           forward_.residual_offsets.end());
  WEFT_ASSIGN(const Plan* backward, backward_plan(true));
  runs_on_caller_ = forward_.runs_on_caller || backward->runs_on_caller;
  return {};
}

// Behind the program's outputs and before the gradients.
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

Result<const Plan*> Compiled::backward_plan(bool consuming) {
  const std::lock_guard lock(mutex_);
  std::unique_ptr<const Plan>& plan = backward_plans_[consuming];
  if (plan) return plan.get();
  PlanOptions options = backward_options_;
  options.overwrite_residuals = consuming;
  WEFT_ASSIGN(Plan made, make_plan(backward_graph_, options));
  plan = std::make_unique<const Plan>(std::move(made));
  return plan.get();
}

Status Compiled::backward(Frame& frame, Pointers inputs, Pointers outputs, Pointers cotangents,
                          Pointers gradients, bool consuming, uint64_t seed,
                          uint64_t first_ordinal) {
  const std::lock_guard lock(frame.in_use_);
  if (!frame.holds_residuals_)
    return errors::invalid_state(
        "backward",
        "a call's gradients were computed already; pass `retain_graph=True` to the first");
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
