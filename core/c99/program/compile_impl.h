// The parts of the two files that runs and training steps share: signatures (signature.cpp), the
// header (header_text.cpp) and the source (run_text.cpp).
#pragma once

#include <string>

#include "c99/program/compile.h"
#include "c99/program/program.h"
#include "c99/text/source.h"

namespace weft::c99 {

// A function's parameters, `const float *image, float *scores`, and the arguments of a call,
// `image, scores`.
std::string parameters_of(const Program& program);
std::string arguments_of(const Program& program);
// `void ` and `_run`, or for rows that are fed `int32_t ` and `_feed_rows`; `int32_t `, too, for a
// run that may refuse a value.
bool returns_number(const Program& program);
std::string returns_of(const Program& program);
std::string verb_of(const Program& program);
// Inputs and outputs with type and shape, as lines of a comment.
std::string ports_text(const Program& program);
// The list with a comma before it, to stand behind another parameter; empty stays empty.
std::string behind(const std::string& list);
// Calls each(port, offset in the arena, is it an input) for inputs, then outputs.
template <class Each>
void each_place(const Program& program, const Each& each) {
  for (size_t i = 0; !program.feeds_rows && i < program.inputs; ++i)
    each(program.ports.inputs[i], program.plan.input_offsets[i], true);
  for (size_t i = 0; i < program.outputs; ++i)
    each(program.ports.outputs[i], program.plan.output_offsets[i], false);
}
// For ports in the arena: the functions that give their addresses in the static arena, such as
// `float *name_image(void)`; `end` starts with ';' for declarations.
std::string getters_of(const Program& program, const std::string& name, const std::string& start,
                       const std::string& end);
// The function `name`_in, which works in the caller's arena.
std::string in_arena_text(const Program& program, const Source& source, const std::string& name);

// Refuses a plan that needs more than `memory` (0: more than C can number).
Status check_memory(const Program& program, int64_t memory);
// Refuses inputs with more elements than an int32_t can count.
Status check_extents(const Program& program);

// What a file has besides a run: empty, or the texts of a state or a training step.
struct Additions {
  std::string figures;  // lines of the header's first comment
  std::string types, declarations, declarations_in;
  std::string steps, buffers, functions;
  std::string static_functions;  // work in the run's static arena
};

// The texts of the .h and the .c file.
std::string header_of(const Program& program, const Compiled& compiled, const std::string& entry,
                      const Additions& more);
std::string source_of(const Program& program, const Source& source, const Definitions& top,
                      const Compiled& compiled, const Additions& more);

}  // namespace weft::c99
