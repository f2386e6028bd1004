// What the texts of a run and of a training step have in common.
#pragma once

#include <string>

#include "c99/program.h"
#include "c99/source.h"

namespace weft::c99 {

std::string upper(std::string text);
// `const float *image, float *scores`, and `image, scores`: of a function of the program.
std::string parameters_of(const Program& program);
std::string arguments_of(const Program& program);
// Lines of a comment.
std::string ports_text(const Program& program);
// A list behind another parameter.
std::string behind(const std::string& list);
// The function `name`_in.
std::string in_arena_text(const Program& program, const Source& source, const std::string& name);

Status check_memory(const Program& program, int64_t memory);
Status check_extents(const Program& program);

// What there is beside a run.
struct Additions {
  std::string figures;  // lines of the header's first comment
  std::string types, declarations, declarations_in;
  std::string steps, buffers, functions;
  std::string static_functions;  // which share the run's static arena
};

}  // namespace weft::c99
