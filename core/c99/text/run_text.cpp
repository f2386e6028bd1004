// The .c file: definitions, the steps' functions, the run in the caller's arena (`_in`), and the
// run in a static arena, which a macro can leave out.
#include "c99/program/compile_impl.h"

namespace weft::c99 {

// Unused parameters are named in a cast to void, so that the C compiles without warnings.
std::string in_arena_text(const Program& program, const Source& source, const std::string& name) {
  std::string text =
      returns_of(program) + name + "_in(void *arena" + behind(parameters_of(program)) + ")\n{\n";
  text += source.uses_arena() ? "  char *const memory = arena;\n" : "  (void)arena;\n";
  for (size_t i = 0; i < program.inputs; ++i)
    if (!program.ports_in_arena && !source.reads_input(i))
      text += "  (void)" + program.ports.inputs[i].name + ";\n";
  for (size_t i = 0; i < program.outputs; ++i) {  // nothing writes outputs without elements
    const Port& port = program.ports.outputs[i];
    if (!program.ports_in_arena && port.shape.elements() == 0)
      text += "  (void)" + port.name + ";\n";
  }
  if (!program.state.empty()) text += "  (void)state;\n";
  return text + source.calls() + (returns_number(program) ? "  return 0;\n}\n\n" : "}\n\n");
}

namespace {

// The functions that work in the static arena: the run, `start` for rows that are fed, and the
// addresses of ports.
std::string static_functions_of(const Program& program, const std::string& name,
                                const std::string& type) {
  const std::string parameters = parameters_of(program), arena = name + "_arena";
  const std::string returns = returns_number(program) ? "return " : "";
  std::string text = "static " + type + arena + ";\n\n";
  if (program.feeds_rows)
    text +=
        "void " + name + "_start(void)\n{\n  " + name + "_start_in(" + arena + ".bytes);\n}\n\n";
  text += returns_of(program) + name + verb_of(program) + "(" +
          (parameters.empty() ? "void" : parameters) + ")\n{\n  " + returns + name +
          verb_of(program) + "_in(" + arena + ".bytes" + behind(arguments_of(program)) +
          ");\n}\n\n";
  return text + (program.ports_in_arena ? getters_of(program, name, "", "") : "");
}

}  // namespace

std::string source_of(const Program& program, const Source& source, const Definitions& top,
                      const Compiled& compiled, const Additions& more) {
  const std::string prefix = upper(compiled.name), bytes = prefix + "_ARENA_BYTES";
  std::string text = "/* " + compiled.name + ".c: see " + compiled.name +
                     ".h. Compile with -ffp-contract=off. */\n#include \"" + compiled.name +
                     ".h\"\n\n";
  const std::string definitions = top.text(source.functions() + more.steps);
  text += complex_types(definitions + source.functions() + more.steps) + definitions;
  text += source.buffers() + more.buffers + source.functions() + more.steps;
  if (program.feeds_rows)
    text += "void " + compiled.name + "_start_in(void *arena)\n{\n  memset((char *)arena + " +
            "BUFFER_ROWS, 0, " + bytes + " - BUFFER_ROWS);\n}\n\n";
  text += in_arena_text(program, source, compiled.name + verb_of(program)) + more.functions;
  text += "#ifndef " + prefix + "_NO_STATIC_ARENA\n";
  const std::string room = compiled.arena_bytes > 0 ? bytes : "1";  // C has no empty arrays
  const std::string type = "union {\n    uint64_t alignment;\n    char bytes[" + room + "];\n  } ";
  if (program.ports_in_arena || program.feeds_rows)
    return text + static_functions_of(program, compiled.name, type) + "#endif\n";
  const bool is_shared = !more.static_functions.empty();
  const std::string arena = is_shared ? compiled.name + "_arena" : "arena";
  const bool is_there = compiled.arena_bytes > 0;
  if (is_there && is_shared) text += "static " + type + arena + ";\n\n";
  text += returns_of(program) + compiled.name + "_run(" + parameters_of(program) + ")\n{\n";
  if (is_there && !is_shared) text += "  static " + type + arena + ";\n";
  text += (returns_number(program) ? "  return " : "  ") + compiled.name + "_run_in(" +
          (is_there ? arena + ".bytes" : "0") + behind(arguments_of(program)) + ");\n}\n";
  return text + more.static_functions + "#endif\n";
}

}  // namespace weft::c99
