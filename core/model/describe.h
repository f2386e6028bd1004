// What a model holds and needs, for people and for builds: behind `weft info` and `weft ops`.
#pragma once

#include <string>

#include "model/file.h"

namespace weft::model {

// Entry points with their operators, multiply-adds, and the memory of a run; then the weights. A
// `batch` other than 0 replaces the first extent of every input: of a file with a dimension there,
// or of one whose graph names the batch nowhere else.
Result<std::string> figures_of(const Model& model, int64_t batch);

// Lines for WEFT_OPS (ops/use.h). Reads the model again from `path`, because loading notes, too.
Result<std::string> operators_of(const std::string& path);

}  // namespace weft::model
