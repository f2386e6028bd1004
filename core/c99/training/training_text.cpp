// What training adds to the two files: figures, the step's functions, the struct.
#include <algorithm>
#include <cstdio>

#include "c99/training/training.h"

namespace weft::c99 {
namespace {

// The names of trained parameters as lines of a comment.
std::string listed(const std::vector<std::string>& names) {
  constexpr size_t kColumns = 90;
  std::string text, line = " *   trains ";
  for (size_t i = 0; i < names.size(); ++i) {
    const std::string name = comment_text(names[i]);
    if (line.size() + name.size() > kColumns) {
      text += line + "\n";
      line = " *          ";
    }
    line += " " + name + (i + 1 == names.size() ? "" : ",");
  }
  return text + line + "\n";
}

std::string figures_of(const Training& training, const Source& step) {
  char work[32];
  std::snprintf(work, sizeof work, "%.0f", step.multiply_adds());
  return " *           " + std::string(work) + " multiply-adds a training step\n *   state   " +
         std::to_string(training.state.bytes) + " bytes, of the caller's memory\n" +
         listed(training.trained) + " *           " + std::to_string(training.trained.size()) +
         " of " + std::to_string(training.parameters) + " parameters that it could\n";
}

}  // namespace

Additions additions_of(const model::Model& model, const Training& training, Source& step) {
  const std::string function = training.name + "_train";
  const std::string parameters = parameters_of(training.step);
  const std::string head = "void " + function + "(" + parameters + ")";
  Additions more;
  more.figures = figures_of(training, step);
  more.types = state_types(model, training.state, "training");
  more.declarations = "/* Trains on one batch: changes the state.\n" + ports_text(training.step) +
                      " */\n" + head + ";\n\n";
  more.declarations_in = "void " + function + "_in(void *arena" + behind(parameters) + ");\n";
  more.steps = step.functions();
  more.buffers = step.buffers();
  more.functions =
      in_arena_text(training.step, step, function) + reset_function(model, training.state, step);
  const std::string arena = training.arena_bytes() > 0 ? training.name + "_arena.bytes" : "0";
  more.static_functions = "\n" + head + "\n{\n  " + function + "_in(" + arena +
                          behind(arguments_of(training.step)) + ");\n}\n";
  return more;
}

}  // namespace weft::c99
