// What a model consists of and needs, for people and for builds: behind `weft info` and `weft ops`.
#pragma once

#include <string>

#include "model/file.h"

namespace weft::model {

// For each entry point its operators, its multiply-adds, and the memory of a run; then the weights.
// A `batch` other than 0 replaces the first extent of every input. That works for a file with a
// dimension there, or if the graph mentions the batch nowhere else.
Result<std::string> figures_of(const Model& model, int64_t batch);

// The plans of all entry points as JSON, {entry: {"forward": …}}, with what Plan's own JSON has
// (executor/plan/describe.h). An entry that takes any batch needs `batch`.
Result<std::string> plans_of(const Model& model, int64_t batch);

// The lines for WEFT_OPS (ops/use.h). It loads the model again from `path`, because the load itself
// notes what it needs.
Result<std::string> operators_of(const std::string& path);

}  // namespace weft::model
