// What the texts of a run and of a training step have in common.
#pragma once

#include <string>

#include "c99/program/compile.h"
#include "c99/program/program.h"
#include "c99/text/source.h"

namespace weft::c99 {

// `const float *image, float *scores`, and `image, scores`: of a function of the program.
std::string parameters_of(const Program& program);
std::string arguments_of(const Program& program);
// `void ` and `_run`, or what rows that are fed have instead.
std::string returns_of(const Program& program);
std::string verb_of(const Program& program);
// Lines of a comment.
std::string ports_text(const Program& program);
// A list behind another parameter.
std::string behind(const std::string& list);
// Inputs, then outputs, with where they are in the arena.
template <class Each>
void each_place(const Program& program, const Each& each) {
  for (size_t i = 0; !program.feeds_rows && i < program.inputs; ++i)
    each(program.ports.inputs[i], program.plan.input_offsets[i], true);
  for (size_t i = 0; i < program.outputs; ++i)
    each(program.ports.outputs[i], program.plan.output_offsets[i], false);
}
// Of the arena that the run works in: `float *name_image(void)`, declared or defined.
std::string getters_of(const Program& program, const std::string& name, const std::string& start,
                       const std::string& end);
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

// The two files.
std::string header_of(const Program& program, const Compiled& compiled, const std::string& entry,
                      const Additions& more);
std::string source_of(const Program& program, const Source& source, const Definitions& top,
                      const Compiled& compiled, const Additions& more);

}  // namespace weft::c99
