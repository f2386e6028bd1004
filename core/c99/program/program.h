// An entry point of a file as a plan for C: the library's passes and planner, with the layouts that
// only its own kernels have switched off, one thread, and the kernels of emitter.h. What follows
// from parameters alone is computed now.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "c99/text/source.h"
#include "executor/plan/plan.h"
#include "model/file.h"

namespace weft::c99 {

struct Program {
  executor::Plan plan;
  Ports ports;                     // identifiers of the plan's inputs and outputs
  size_t inputs = 0, outputs = 0;  // of the entry: the first ones of the plan
  bool ports_in_arena = false;
  std::string state;  // the first parameter, where it reads or changes variables; or empty
  bool feeds_rows = false;
  int64_t state_bytes = 0;  // behind the plan's arena, what is kept between rows that are fed
  std::vector<Ref<Storage>> prepared;

  int64_t arena_bytes() const { return plan.arena_bytes + state_bytes; }
  int64_t fed_rows() const { return ports.inputs[0].shape[1]; }
};

// Arrays of the file that training changes, by their places in the file: where C has them.
using Variables = std::map<int32_t, std::string>;

// The alignment of an arena, and of buffers in it.
inline constexpr int64_t kArenaAlignment = 8;

struct PlanRequest {
  std::string name;             // of the files and functions
  bool ports_in_arena = false;  // the entry's inputs and outputs are no arrays of the caller's
  // The caller gives the rows of the only input one after the other; it never lies in memory whole.
  bool feeds_rows = false;
  // Bytes that the arena may have: where the plan has more it makes images by row tiles. 0: no
  // limit; rows that are fed then take as few as can be found.
  int64_t memory = 0;
  CmsisNn cmsis_nn = CmsisNn::kNone;
  // Of a training step: the part of the entry's graph that changes no other arrays than
  // `variables`, or null. New contents of variables go where these are.
  const graph::Graph* graph = nullptr;
  Variables variables = {};
};

// The plan with the fewest bytes that was found where none has few enough.
Result<Program> plan_for_c(const model::Model& model, const model::Entry& entry,
                           const PlanRequest& request);

}  // namespace weft::c99
