// What the search for an order is told about a placement, and the graph's nodes in the order it
// found.
#include <algorithm>

#include "executor/memory/placement_impl.h"
#include "graph/ir/control.h"

namespace weft::executor {

using graph::Graph;
using graph::Node;
using graph::Operand;
using graph::ValueId;

namespace {

// Appends a number unless the list has it: the lists are short.
void add_once(std::vector<int32_t>& list, int32_t number) {
  if (std::ranges::find(list, number) == list.end()) list.push_back(number);
}

// The step depends on all earlier writers of the operand.
void add_writers(OrderStep& to, const Writers& writers, const AllocationView& alloc_view) {
  if (alloc_view.allocation < 0) return;
  for (const int32_t earlier : writers.of(alloc_view.allocation)) add_once(to.after, earlier);
}

}  // namespace

// Steps made for one node become one step of the problem. Only allocations in the arena have bytes.
OrderProblem Placement::order_problem() const {
  OrderProblem problem;
  problem.values.resize(allocations_.size());
  for (size_t i = 0; i < allocations_.size(); ++i)
    if (!allocations_[i].given && owner(static_cast<int32_t>(i)).root == MemoryRoot::kArena)
      problem.values[i].bytes = aligned(allocations_[i].bytes);
  Writers writers(*this);
  int32_t last_ordered = -1;
  for (size_t s = 0; s < computing_; ++s) {
    const PendingStep& step = steps[s];
    if (s == 0 || step.made_for != steps[s - 1].made_for) {
      problem.steps.emplace_back();
      problem.nodes.push_back(step.made_for);
      // The node itself may read values that its steps do not (a concatenation of arrays built in
      // place).
      for (const Operand& operand : step.made_for->operands)
        if (operand.is_value())
          add_writers(problem.steps.back(), writers,
                      alloc_views_[static_cast<size_t>(operand.value)]);
    }
    const auto unit = static_cast<int32_t>(problem.steps.size()) - 1;
    OrderStep& to = problem.steps.back();
    for (const AllocationView& alloc_view : step.in) {
      if (alloc_view.allocation < 0 || writers.is_only(unit, alloc_view.allocation)) continue;
      add_once(to.reads, whole_of(alloc_view.allocation));
      add_writers(to, writers, alloc_view);
    }
    for (const AllocationView& alloc_view : step.out) {
      writers.add(unit, alloc_view.allocation);
      add_once(to.writes, whole_of(alloc_view.allocation));
    }
    add_reuses(step, to);
    if (step.scratch >= 0)
      to.scratch += aligned(allocations_[static_cast<size_t>(step.scratch)].bytes);
    // Effects, and steps that run on the caller, keep their order.
    const bool ordered =
        step.node && (step.node->effect >= 0 || graph::runs_on_caller(graph_, *step.node));
    if (!ordered) continue;
    if (last_ordered >= 0) add_once(to.after, last_ordered);
    last_ordered = unit;
  }
  // Copies to outputs stay at the end, so what they read is alive to the end.
  for (size_t s = computing_; s < steps.size(); ++s)
    for (const AllocationView& alloc_view : steps[s].in)
      if (alloc_view.allocation >= 0)
        problem.values[static_cast<size_t>(whole_of(alloc_view.allocation))].stays = true;
  keep_states_readable(problem, writers);
  return problem;
}

// For each result, one operand with as many bytes whose memory it may take over.
void Placement::add_reuses(const PendingStep& step, OrderStep& to) const {
  for (size_t out = 0; out < step.out.size(); ++out)
    for (const AllocationView& alloc_view : step.in) {
      if (alloc_view.allocation < 0) continue;
      const Allocation& from = allocations_[static_cast<size_t>(alloc_view.allocation)];
      if (from.given ||
          from.bytes != allocations_[static_cast<size_t>(step.out[out].allocation)].bytes ||
          from.is_part || allocations_[static_cast<size_t>(step.out[out].allocation)].is_part ||
          std::ranges::find(to.reuses, alloc_view.allocation) != to.reuses.end() ||
          !reads_only_in_place(step, out, alloc_view.allocation))
        continue;
      to.reuses.push_back(alloc_view.allocation);
      break;
    }
}

// A state that is updated in its own memory stays so in any order: what reads the old content has
// to run before the step that overwrites it.
void Placement::keep_states_readable(OrderProblem& problem, const Writers& writers) const {
  for (size_t k = 0; k < graph_.outputs.size(); ++k) {
    if (state_of_[k] < 0) continue;
    const int32_t renewed = alloc_views_[static_cast<size_t>(graph_.outputs[k])].allocation;
    if (allocations_[static_cast<size_t>(renewed)].root != MemoryRoot::kOutput) continue;
    const int32_t old = input_allocations_[static_cast<size_t>(state_of_[k])];
    for (const int32_t at : writers.of(renewed))
      for (int32_t unit = 0; unit < at; ++unit)
        if (std::ranges::find(problem.steps[static_cast<size_t>(unit)].reads, old) !=
            problem.steps[static_cast<size_t>(unit)].reads.end())
          add_once(problem.steps[static_cast<size_t>(at)].after, unit);
  }
}

// View operators make no step: each view is put before the first node that reads it, and the others
// at the end. The explicit stack replaces recursion, because graphs may be deep.
std::vector<int32_t> nodes_in_order(const Graph& graph, const OrderProblem& problem,
                                    std::span<const int32_t> order) {
  std::vector<int32_t> nodes;
  std::vector<bool> placed(graph.nodes.size(), false);
  const auto place_with_views = [&](int32_t n) {
    std::vector<int32_t> stack{n};
    while (!stack.empty()) {
      const int32_t top = stack.back();
      const size_t before = stack.size();
      for (const Operand& operand : graph.nodes[static_cast<size_t>(top)].operands) {
        if (!operand.is_value()) continue;
        const graph::Value& value = graph.values[static_cast<size_t>(operand.value)];
        if (value.origin == graph::Origin::kNode && !placed[static_cast<size_t>(value.index)])
          stack.push_back(value.index);
      }
      if (stack.size() != before) continue;
      stack.pop_back();
      if (!placed[static_cast<size_t>(top)]) nodes.push_back(top);
      placed[static_cast<size_t>(top)] = true;
    }
  };
  for (const int32_t unit : order)
    place_with_views(
        static_cast<int32_t>(problem.nodes[static_cast<size_t>(unit)] - graph.nodes.data()));
  for (size_t n = 0; n < graph.nodes.size(); ++n)
    if (!placed[n]) place_with_views(static_cast<int32_t>(n));
  return nodes;
}

}  // namespace weft::executor
