// What plans are made of that takes time to find, so that a file can keep it: the order of steps,
// which arrays are built inside others, which branches run side by side, and the arena's offsets.
//
// A saved plan is no program. Whoever has it still places the graph by the rules of plan.h and only
// skips the searches; what it says is checked on the way: the order against what steps read, the
// offsets against what is alive at one time. So a damaged one is an error and never a wrong result.
// It belongs to a graph after its passes and to the conditions that these and the sizes of scratch
// depend on: release, instruction set, threads, passes.
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

struct SavedPlan {
  std::string graph;             // fingerprint of the one it was made from
  std::vector<int32_t> order;    // of its nodes; empty: as they stand
  bool parts = true;             // arrays may be built inside the one they are joined to
  std::vector<int32_t> groups;   // the first step of each group of branches
  std::vector<int64_t> offsets;  // of the arena's buffers, in the order of the placement
  int64_t arena_bytes = 0;
  int64_t arena_without = 0;  // groups
};

// Those of one entry point: of its graph, of what is prepared for it, of bodies of control flow.
class SavedPlans final : public Object {
 public:
  std::string where;       // for errors, as "load: entry `forward`"
  std::string conditions;  // under which they were made
  std::vector<SavedPlan> plans;
  bool notes = false;  // plans that are made now are put here, and none is looked for

  const SavedPlan* find(std::string_view graph) const;

 private:
  ~SavedPlans() override = default;
};

// Under which a graph after its passes is made, and a plan of it.
std::string graph_conditions(const graph::PassSelection& selection);
std::string plan_conditions(int threads, const graph::PassSelection& selection);
// The same for graphs that are the same but for the contents of constants.
std::string fingerprint(const graph::Graph& graph);

// Is it an order of the graph's nodes in which all that is read is there, and what runs on the
// caller stays in its order?
Status check_order(std::string_view where, const graph::Graph& graph,
                   std::span<const int32_t> order);
// Gives the buffers their saved offsets: each within the arena, none on bytes of another that is
// alive with it. `names`: of the steps. `is_exact`: they end where the arena ends, as they did.
Status place_as_saved(std::string_view where, const SavedPlan& saved,
                      std::span<ArenaBuffer> buffers, std::span<const std::string> names,
                      bool is_exact = true);

}  // namespace weft::executor
