// Training steps as C: which arrays of the file become variables, and the two programs that use
// them, the run that reads them and the step that changes them.
//
// The step's graph is that of the file: forward pass, backward pass and updates, with new contents
// of arrays as outputs. A parameter that is not trained loses its new content; gradients and
// moments that lead only there go as dead code, and the array becomes const again.
#pragma once

#include <string>
#include <vector>

#include "c99/program/compile.h"
#include "c99/program/compile_impl.h"
#include "c99/program/program.h"
#include "c99/text/source.h"
#include "c99/text/test_vector.h"
#include "c99/training/state.h"
#include "model/file.h"

namespace weft::c99 {

// Both programs with the struct that they share.
struct Training {
  std::string name;  // of the file
  State state;
  std::vector<std::string> trained;  // names of the parameters in the state that are trained
  size_t parameters = 0;             // how many the step could train
  const model::Entry* run_entry = nullptr;
  const model::Entry* step_entry = nullptr;
  Program run, step;

  // Both programs work in one arena, one after the other.
  int64_t arena_bytes() const;
  std::vector<TestCall> test_calls() const;
};

// Chooses the parameters that `options.train` names, as many as `options.memory` has room for
// (state and arena together), from the last one on; a parameter that does not fit is skipped.
Result<Training> plan_training(const model::Model& model, const model::Entry& run,
                               const CompileOptions& options, const std::string& name);

// The texts of the step, of the struct, and of the function that resets it.
Additions additions_of(const model::Model& model, const Training& training, Source& step);

}  // namespace weft::c99
