// How the functions of a program are called: their parameters, and the arguments that one function
// passes to another.
#include "c99/program/compile_impl.h"

namespace weft::c99 {

namespace {

// Are the inputs parameters of the run? Not if they lie in the arena; rows that are fed always are.
bool takes_inputs(const Program& program) { return !program.ports_in_arena || program.feeds_rows; }

}  // namespace

std::string parameters_of(const Program& program) {
  std::string text = program.state;
  const auto add = [&](const Port& port, const char* qualifier) {
    text += (text.empty() ? "" : ", ") + std::string(qualifier) +
            std::string(type_name(port.dtype)) + " *" + port.name;
  };
  for (size_t i = 0; takes_inputs(program) && i < program.inputs; ++i)
    add(program.ports.inputs[i], "const ");
  if (program.feeds_rows) text += ", int32_t count";
  for (size_t i = 0; !program.ports_in_arena && i < program.outputs; ++i)
    add(program.ports.outputs[i], "");
  return text;
}

std::string arguments_of(const Program& program) {
  std::string text = program.state.empty() ? "" : "state";
  const auto add = [&](const Port& port) { text += (text.empty() ? "" : ", ") + port.name; };
  for (size_t i = 0; takes_inputs(program) && i < program.inputs; ++i) add(program.ports.inputs[i]);
  if (program.feeds_rows) text += ", count";
  for (size_t i = 0; !program.ports_in_arena && i < program.outputs; ++i)
    add(program.ports.outputs[i]);
  return text;
}

bool returns_number(const Program& program) {
  return program.feeds_rows || !program.refusals.empty();
}
std::string returns_of(const Program& program) {
  return returns_number(program) ? "int32_t " : "void ";
}
std::string verb_of(const Program& program) { return program.feeds_rows ? "_feed_rows" : "_run"; }

std::string ports_text(const Program& program) {
  std::string text;
  const auto add = [&](const Port& port, const char* what) {
    text += " *   " + port.name + ": " + what + ", " + std::string(name_of(port.dtype)) + " " +
            shape_text(port.shape) + ", " + std::to_string(port.shape.elements()) + " elements\n";
  };
  for (size_t i = 0; i < program.inputs; ++i) add(program.ports.inputs[i], "input");
  for (size_t i = 0; i < program.outputs; ++i) add(program.ports.outputs[i], "output");
  return text;
}

std::string behind(const std::string& list) { return list.empty() ? list : ", " + list; }

std::string getters_of(const Program& program, const std::string& name, const std::string& start,
                       const std::string& end) {
  std::string text;
  each_place(program, [&](const Port& port, int64_t offset, bool is_input) {
    const std::string type = (is_input ? "" : "const ") + std::string(type_name(port.dtype)) + " *";
    text += start + type + name + "_" + port.name + "(void)";
    text += end.starts_with(';') ? end
                                 : "\n{\n  return (" + type + ")(void *)(" + name +
                                       "_arena.bytes + " + std::to_string(offset) + ");\n}\n";
  });
  return text;
}

}  // namespace weft::c99
