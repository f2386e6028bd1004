// Training steps as C: which arrays of the file C has as variables, and the two programs that use
// them: the run that reads them, and the step that changes them.
//
// A step's graph is that of the file: forward, backward and updates, with new contents of arrays as
// outputs. What is not to be trained loses its new content; gradients, moments and whatever else
// led to nothing but that go with it as dead code, and the array is const again.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "c99/program.h"
#include "c99/source.h"
#include "model/file.h"

namespace weft::c99 {

struct Variable {
  int32_t tensor;      // of the model
  std::string member;  // of the struct
};

struct Training {
  std::vector<Variable> variables;   // in the order of the struct: no padding between them
  std::vector<std::string> trained;  // names of the parameters among them
  size_t parameters = 0;             // that the step could train
  int64_t state_bytes = 0;
  Program run, step;

  int64_t arena_bytes() const;
};

// patterns: of names of parameters that are trained, separated by commas: `*` stands for any
//   characters, `last:2` for the two layers that the loss is nearest to
// memory: most bytes of state and arena together; parameters from the last one on are trained as
//   long as they fit. 0: all that `patterns` name are
Result<Training> plan_training(const model::Model& model, const model::Entry& run,
                               const model::Entry& step, std::string_view patterns, int64_t memory);

// ---- text

// `struct name_state`, with what it is.
std::string state_struct(const model::Model& model, const Training& training,
                         const std::string& name);
// The body of the function that gives variables the file's contents; their arrays go to `source`.
std::string start_body(const model::Model& model, const Training& training, Source& source);

}  // namespace weft::c99
