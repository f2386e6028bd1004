// The plan of an entry point for C. It comes from the library's passes and planner, without the
// layouts that only the library's kernels have, for one thread, and with the kernels of emitter.h.
// What follows from parameters alone is computed now.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "c99/text/source.h"
#include "executor/plan/plan.h"
#include "model/file.h"

namespace weft::c99 {

// A plan with the names that its inputs and outputs have in C.
struct Program {
  executor::Plan plan;
  Ports ports;                     // names of the plan's inputs and outputs
  size_t inputs = 0, outputs = 0;  // the entry's own ones: the first of the plan's
  bool ports_in_arena = false;
  // The first parameter if the program uses variables, such as `struct net_state *state`; else
  // empty.
  std::string state;
  bool feeds_rows = false;
  // What the run refuses, where it can: it then returns a number.
  std::vector<std::string> refusals;
  int64_t state_bytes = 0;  // behind the plan's arena: what rows that are fed keep between calls
  std::vector<Ref<Storage>> prepared;  // contents of prepared values, which ports point at

  int64_t arena_bytes() const { return plan.arena_bytes + state_bytes; }
  // The height of the image that is fed: axis 1, with channels last.
  int64_t fed_rows() const { return ports.inputs[0].shape[1]; }
};

// The arrays of the file that C changes, by index in the file, with the C expression of each.
using Variables = std::map<int32_t, std::string>;

// The alignment in bytes of an arena, and of buffers in it; 8 suits every type of C that is used.
inline constexpr int64_t kArenaAlignment = 8;

// What a plan is made for.
struct PlanRequest {
  std::string name;             // of the files and functions
  bool ports_in_arena = false;  // inputs and outputs lie in the arena, not in arrays of the caller
  // The caller passes the rows of the only input one after the other; it never lies in memory as a
  // whole.
  bool feeds_rows = false;
  // Bytes that the arena may have; if the plan has more, images are made by row tiles. 0: no limit;
  // rows that are fed then take as few as the search finds.
  int64_t memory = 0;
  CmsisNn cmsis_nn = CmsisNn::kNone;
  // For a training step: the graph that changes only `variables`; null: the entry's graph. New
  // contents of variables are written over the old ones.
  const graph::Graph* graph = nullptr;
  Variables variables = {};
};

// Gives the smallest plan that was found if none fits `memory`; check_memory reports that.
Result<Program> plan_for_c(const model::Model& model, const model::Entry& entry,
                           const PlanRequest& request);

}  // namespace weft::c99
