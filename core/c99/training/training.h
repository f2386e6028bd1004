// Training steps as C: which arrays of the file C has as variables, and the two programs that use
// them: the run that reads them, and the step that changes them.
//
// A step's graph is that of the file: forward, backward and updates, with new contents of arrays as
// outputs. What is not to be trained loses its new content; gradients, moments and whatever else
// led to nothing but that go with it as dead code, and the array is const again.
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

struct Training {
  std::string name;  // of the file
  State state;
  std::vector<std::string> trained;  // names of the parameters in it
  size_t parameters = 0;             // that the step could train
  const model::Entry* run_entry = nullptr;
  const model::Entry* step_entry = nullptr;
  Program run, step;

  int64_t arena_bytes() const;
  std::vector<TestCall> test_calls() const;
};

// What `options.train` names, as much of it as `options.memory` has room for, state and arena
// together: parameters from the last one on, each that still fits.
Result<Training> plan_training(const model::Model& model, const model::Entry& run,
                               const CompileOptions& options, const std::string& name);

// The step beside the run, the struct of what it changes, and the function that gives that the
// file's contents.
Additions additions_of(const model::Model& model, const Training& training, Source& step);

}  // namespace weft::c99
