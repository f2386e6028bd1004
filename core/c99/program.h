// An entry point of a file as a plan for C: the library's passes and planner, with the layouts that
// only its own kernels have switched off, one thread, and the kernels of emitter.h. What follows
// from parameters alone is computed now.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "c99/source.h"
#include "executor/plan.h"
#include "model/file.h"

namespace weft::c99 {

struct Program {
  executor::Plan plan;
  Ports ports;                     // identifiers of the plan's inputs and outputs
  size_t inputs = 0, outputs = 0;  // of the entry: the first ones of the plan
  bool ports_in_arena = false;
  std::string state;  // the first parameter, where it reads or changes variables; or empty
  std::vector<Ref<Storage>> prepared;
};

// Arrays of the file that training changes, by their places in the file: where C has them.
using Variables = std::map<int32_t, std::string>;

// The alignment of an arena, and of buffers in it.
inline constexpr int64_t kArenaAlignment = 8;

struct PlanRequest {
  bool ports_in_arena = false;  // the entry's inputs and outputs are no arrays of the caller's
  // Of a training step: the part of the entry's graph that changes no other arrays than
  // `variables`, or null. New contents of variables go where these are.
  const graph::Graph* graph = nullptr;
  Variables variables = {};
};

Result<Program> plan_for_c(const model::Model& model, const model::Entry& entry,
                           const PlanRequest& request);

}  // namespace weft::c99
