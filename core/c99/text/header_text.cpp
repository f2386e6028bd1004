// The .h file: the figures in its first comment, the arena's size, and the functions of a run. What
// training or a state adds comes as `Additions`.
#include <cstdio>

#include "c99/program/compile_impl.h"

namespace weft::c99 {
namespace {

// Macros with the offsets of inputs and outputs in the arena.
std::string places_text(const Program& program, const std::string& prefix) {
  std::string text =
      "/* Where inputs and outputs are in the arena. A run may write over its inputs. */\n";
  each_place(program, [&](const Port& port, int64_t offset, bool) {
    text += "#define " + prefix + "_" + upper(port.name) + "_AT " + std::to_string(offset) + "\n";
  });
  return text + "\n";
}

// The line that tells for which cores the arena has the scratch of CMSIS-NN.
std::string cores_text(CmsisNn cores) {
  if (cores == CmsisNn::kDsp) return " *           for a core without Helium\n";
  return cores == CmsisNn::kHelium ? " *           for a core with Helium\n" : "";
}

// The comment of `_feed_rows`.
std::string feed_comment(const Program& program, const std::string& name) {
  const Port& image = program.ports.inputs[0];
  const std::string all = std::to_string(program.fed_rows());
  return "/* Takes the next `count` of " + all + " rows, each of " +
         std::to_string(image.shape.elements() / program.fed_rows()) +
         " elements, and computes what follows from\n"
         " * them: the image lies nowhere whole. Gives how many rows are still to come; with 0 the "
         "outputs are\n * written, and further rows change nothing. " +
         name + "_start goes back to the first row, at any time.\n";
}

}  // namespace

namespace {

// What the numbers mean that a run returns, as lines of its comment.
std::string refusals_text(const Program& program) {
  if (program.refusals.empty()) return "";
  std::string text = " * Returns 0, or where it refuses a value, and ends, what is wrong:\n";
  for (size_t i = 0; i < program.refusals.size(); ++i)
    text += " *   -" + std::to_string(i + 1) + ": " + comment_text(program.refusals[i]) + "\n";
  return text;
}

}  // namespace

std::string header_of(const Program& program, const Compiled& compiled, const std::string& entry,
                      const Additions& more) {
  const std::string prefix = upper(compiled.name);
  char work[32];
  std::snprintf(work, sizeof work, "%.0f", compiled.multiply_adds);
  std::string text = "/* " + compiled.name + ".h: entry point `" + comment_text(entry) +
                     "` of a Weft model, in C99.\n *\n";
  text += " *   flash   " + std::to_string(compiled.constant_bytes) +
          " bytes of weights and tables, and the code\n";
  text += " *   memory  " + std::to_string(compiled.arena_bytes) + " bytes of arena" +
          (program.ports_in_arena ? std::string(", with inputs and outputs\n")
                                  : ", beside inputs and outputs, which are the caller's\n");
  text += " *   stack   beside that, some hundred bytes of locals: -fstack-usage tells\n";
  if (compiled.cmsis_nn != CmsisNn::kNone)
    text += " *   needs   Arm's CMSIS-NN with the interface of arm_nnfunctions.h " +
            std::string(kCmsisNnVersion) + "\n" + cores_text(compiled.cmsis_nn);
  text += std::string(" *   work    ") + work + " multiply-adds a run\n" + more.figures + " */\n";
  text += "#ifndef " + prefix + "_H\n#define " + prefix + "_H\n\n#include <stdint.h>\n\n";
  const std::string parameters = parameters_of(program);
  const std::string getters =
      program.ports_in_arena ? getters_of(program, compiled.name, "", ";\n") : "";
  text += complex_types(parameters + getters + more.types);
  text += "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n";
  text += "/* Of the memory that a run works in; its address is a multiple of the alignment. */\n";
  text += "#define " + prefix + "_ARENA_BYTES " + std::to_string(compiled.arena_bytes) + "\n";
  text += "#define " + prefix + "_ARENA_ALIGNMENT " + std::to_string(kArenaAlignment) + "\n\n";
  if (program.ports_in_arena) text += places_text(program, prefix);
  text += more.types;
  if (program.feeds_rows) {
    text += feed_comment(program, compiled.name) + ports_text(program) + " */\n";
    text += "void " + compiled.name + "_start(void);\n";
  } else {
    text += "/* Runs the network; arrays are dense, the last axis innermost, and do not overlap.\n";
    text += ports_text(program) + refusals_text(program) + " */\n";
  }
  text += returns_of(program) + compiled.name + verb_of(program) + "(" +
          (parameters.empty() ? "void" : parameters) + ");\n";
  text += getters + "\n" + more.declarations;
  const std::string alone = "\n * With " + prefix + "_NO_STATIC_ARENA defined there are only these";
  if (program.feeds_rows)
    text +=
        "/* The same in the caller's arena, for several images at a time: start before the first\n"
        " * row; from then on it holds what is there of the image." +
        alone + ". */\n";
  else
    text +=
        "/* The same in the caller's arena, for several threads or to share the memory: it may\n"
        " * hold anything before and after a run. With " +
        prefix + "_NO_STATIC_ARENA defined there is only\n * this one. */\n";
  if (program.feeds_rows) text += "void " + compiled.name + "_start_in(void *arena);\n";
  text += returns_of(program) + compiled.name + verb_of(program) + "_in(void *arena" +
          behind(parameters) + ");\n" + more.declarations_in + "\n";
  return text + "#ifdef __cplusplus\n}\n#endif\n\n#endif\n";
}

}  // namespace weft::c99
