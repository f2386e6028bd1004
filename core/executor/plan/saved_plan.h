// Saved plans: the decisions of a plan that take time to find, so that a file can keep them: the
// order of steps, which arrays are built inside others, which branches run at the same time, and
// the offsets in the arena.
//
// A saved plan is no program. The reader still places the graph by the rules of make_plan.h and
// only skips the searches. Everything is checked on the way: the order against what steps read, the
// offsets against what is alive at one time. So a damaged plan is an error and never a wrong
// result. A saved plan belongs to a graph after its passes, and to the conditions that the graph
// and the sizes of scratch depend on: release, instruction set, threads, passes.
#pragma once

#include <stdint.h>

#include <span>
#include <string>
#include <vector>

#include "base/ref.h"
#include "executor/memory/arena_packing.h"
#include "graph/ir/ir.h"
#include "graph/passes/pipeline.h"

namespace weft::executor {

// The decisions for one graph.
struct SavedPlan {
  std::string graph;             // fingerprint of the graph it was made from
  std::vector<int32_t> order;    // of the graph's nodes; empty: as they are
  bool parts = true;             // as PlanOptions::parts
  std::vector<int32_t> groups;   // the first step of each group of branches
  std::vector<int64_t> offsets;  // bytes, by buffer of the arena in the order of the placement
  int64_t arena_bytes = 0;
  int64_t arena_without = 0;  // bytes of the arena without groups
};

// The saved plans of one entry point: of its graph, of the graph that prepares values for it, and
// of the bodies of control flow.
class SavedPlans final : public Object {
 public:
  std::string where;       // prefix of errors, as "load: entry `forward`"
  std::string conditions;  // under which they were made, as graph_conditions or plan_conditions
  std::vector<SavedPlan> plans;
  // While this is set, plans that are made are saved here, and none is looked for.
  bool notes = false;

  // By fingerprint; null: there is none.
  const SavedPlan* find(std::string_view graph) const;

 private:
  ~SavedPlans() override = default;
};

// The conditions, as text: those that a graph after its passes depends on, and those that a plan of
// it depends on. Equal texts mean that saved decisions fit.
std::string graph_conditions(const graph::PassSelection& selection);
std::string plan_conditions(int threads, const graph::PassSelection& selection);
// The hash of a graph. Graphs that differ in the contents of constants only have the same one.
std::string fingerprint(const graph::Graph& graph);

// Is `order` a permutation of the graph's nodes in which each node follows what it reads, and what
// runs on the caller keeps its order?
Status check_order(std::string_view where, const graph::Graph& graph,
                   std::span<const int32_t> order);
// Gives the buffers their saved offsets. Each has to lie within the arena, and none may share bytes
// with a buffer that is alive at the same time. `names`: of the steps, for errors. `is_exact`: the
// buffers have to end where the arena ends, as they did when the plan was saved.
Status place_as_saved(std::string_view where, const SavedPlan& saved,
                      std::span<ArenaBuffer> buffers, std::span<const std::string> names,
                      bool is_exact = true);

}  // namespace weft::executor
