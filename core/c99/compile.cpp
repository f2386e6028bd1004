#include "c99/compile.h"

#include <algorithm>
#include <climits>
#include <cstdio>

#include "base/errors.h"
#include "c99/compile_impl.h"
#include "c99/program.h"
#include "c99/source.h"
#include "c99/test_vector.h"
#include "c99/training.h"
#include "model/replace_file.h"

namespace weft::c99 {

std::string upper(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

// Inputs that are parameters of the run: not those in the arena, but rows that come there.
bool takes_inputs(const Program& program) { return !program.ports_in_arena || program.feeds_rows; }

// `const float *image, float *scores`: as the run takes them.
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

std::string returns_of(const Program& program) { return program.feeds_rows ? "int32_t " : "void "; }
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

std::string in_arena_text(const Program& program, const Source& source, const std::string& name) {
  std::string text =
      returns_of(program) + name + "_in(void *arena" + behind(parameters_of(program)) + ")\n{\n";
  text += source.uses_arena() ? "  char *const memory = arena;\n" : "  (void)arena;\n";
  for (size_t i = 0; i < program.inputs; ++i)
    if (!program.ports_in_arena && !source.reads_input(i))
      text += "  (void)" + program.ports.inputs[i].name + ";\n";
  if (!program.state.empty()) text += "  (void)state;\n";
  return text + source.calls() + (program.feeds_rows ? "  return 0;\n}\n\n" : "}\n\n");
}

namespace {

// Inputs, then outputs, with where they are in the arena.
template <class Each>
void each_place(const Program& program, const Each& each) {
  for (size_t i = 0; !program.feeds_rows && i < program.inputs; ++i)
    each(program.ports.inputs[i], program.plan.input_offsets[i], true);
  for (size_t i = 0; i < program.outputs; ++i)
    each(program.ports.outputs[i], program.plan.output_offsets[i], false);
}

std::string places_text(const Program& program, const std::string& prefix) {
  std::string text =
      "/* Where inputs and outputs are in the arena. A run may write over its inputs. */\n";
  each_place(program, [&](const Port& port, int64_t offset, bool) {
    text += "#define " + prefix + "_" + upper(port.name) + "_AT " + std::to_string(offset) + "\n";
  });
  return text + "\n";
}

// Of the arena that `run` works in: `float *name_image(void)`.
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

std::string header_of(const Program& program, const Compiled& compiled, const std::string& entry,
                      const Additions& more = {}) {
  const std::string prefix = upper(compiled.name);
  char work[32];
  std::snprintf(work, sizeof work, "%.0f", compiled.multiply_adds);
  std::string text =
      "/* " + compiled.name + ".h: entry point `" + entry + "` of a Weft model, in C99.\n *\n";
  text += " *   flash   " + std::to_string(compiled.constant_bytes) +
          " bytes of weights, and the code\n";
  text += " *   memory  " + std::to_string(compiled.arena_bytes) + " bytes of arena" +
          (program.ports_in_arena ? std::string(", with inputs and outputs\n")
                                  : ", beside inputs and outputs, which are the caller's\n");
  text += std::string(" *   work    ") + work + " multiply-adds a run\n" + more.figures + " */\n";
  text += "#ifndef " + prefix + "_H\n#define " + prefix + "_H\n\n#include <stdint.h>\n\n";
  text += "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n";
  text += "/* Of the memory that a run works in; its address is a multiple of the alignment. */\n";
  text += "#define " + prefix + "_ARENA_BYTES " + std::to_string(compiled.arena_bytes) + "\n";
  text += "#define " + prefix + "_ARENA_ALIGNMENT " + std::to_string(kArenaAlignment) + "\n\n";
  const std::string parameters = parameters_of(program);
  if (program.ports_in_arena) text += places_text(program, prefix);
  text += more.types;
  if (program.feeds_rows) {
    text += feed_comment(program, compiled.name) + ports_text(program) + " */\n";
    text += "void " + compiled.name + "_start(void);\n";
  } else {
    text += "/* Runs the network; arrays are dense, the last axis innermost, and do not overlap.\n";
    text += ports_text(program) + " */\n";
  }
  text += returns_of(program) + compiled.name + verb_of(program) + "(" +
          (parameters.empty() ? "void" : parameters) + ");\n";
  if (program.ports_in_arena) text += getters_of(program, compiled.name, "", ";\n");
  text += "\n" + more.declarations;
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

// With a static arena: `run`, and what else works in it.
std::string static_functions_of(const Program& program, const std::string& name,
                                const std::string& type) {
  const std::string parameters = parameters_of(program), arena = name + "_arena";
  const std::string returns = program.feeds_rows ? "return " : "";
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

std::string source_of(const Program& program, const Source& source, const Definitions& top,
                      const Compiled& compiled, const Additions& more = {}) {
  const std::string prefix = upper(compiled.name), bytes = prefix + "_ARENA_BYTES";
  std::string text = "/* " + compiled.name + ".c: see " + compiled.name +
                     ".h. Compile with -ffp-contract=off. */\n#include \"" + compiled.name +
                     ".h\"\n\n";
  text += top.text(source.functions() + more.steps);
  text += source.buffers() + more.buffers + source.functions() + more.steps;
  if (program.feeds_rows)
    text += "void " + compiled.name + "_start_in(void *arena)\n{\n  memset((char *)arena + " +
            "BUFFER_ROWS, 0, " + bytes + " - BUFFER_ROWS);\n}\n\n";
  text += in_arena_text(program, source, compiled.name + verb_of(program)) + more.functions;
  text += "#ifndef " + prefix + "_NO_STATIC_ARENA\n";
  const std::string type = "union {\n    uint64_t alignment;\n    char bytes[" + bytes + "];\n  } ";
  if (program.ports_in_arena || program.feeds_rows)
    return text + static_functions_of(program, compiled.name, type) + "#endif\n";
  const bool is_shared = !more.static_functions.empty();
  const std::string arena = is_shared ? compiled.name + "_arena" : "arena";
  const bool is_there = compiled.arena_bytes > 0;
  if (is_there && is_shared) text += "static " + type + arena + ";\n\n";
  text += "void " + compiled.name + "_run(" + parameters_of(program) + ")\n{\n";
  if (is_there && !is_shared) text += "  static " + type + arena + ";\n";
  text += "  " + compiled.name + "_run_in(" + (is_there ? arena + ".bytes" : "0") +
          behind(arguments_of(program)) + ");\n}\n";
  return text + more.static_functions + "#endif\n";
}

Status check_name(const std::string& name) {
  if (!name.empty() && identifier(name) == name && !is_reserved(name)) return {};
  return errors::invalid_value("compile", "`name` must be a C identifier; got `", name, "`");
}

// What is alive where most is.
std::string peak_text(const executor::Plan& plan) {
  int64_t most = -1;
  size_t at = 0;
  for (size_t s = 0; s < plan.steps.size(); ++s) {
    int64_t live = 0;
    for (const executor::ArenaUse& use : plan.uses)
      if (use.first <= static_cast<int32_t>(s) && use.last >= static_cast<int32_t>(s))
        live += use.bytes;
    if (live <= most) continue;
    most = live;
    at = s;
  }
  std::string text = "at step " + std::to_string(at) + " (" + plan.steps[at].name + ") it holds";
  for (const executor::ArenaUse& use : plan.uses) {
    const auto step = static_cast<int32_t>(at);
    if (use.first > step || use.last < step) continue;
    const executor::Step& made = plan.steps[static_cast<size_t>(use.first)];
    text += (text.ends_with("holds") ? " " : ", ") + std::to_string(use.bytes) + " bytes " +
            (!use.is_scratch ? "made by " + made.name
             : made.bands    ? "of rows that are held"
                             : "of scratch");
    if (!use.is_scratch && !made.out.empty())
      text += " " + shape_text(made.out[0].shape) + " in step " + std::to_string(use.first);
  }
  return text;
}

}  // namespace

Status check_memory(const Program& program, int64_t memory) {
  const executor::Plan& plan = program.plan;
  if (program.arena_bytes() > INT_MAX)
    return errors::unsupported("compile", "an arena of ", program.arena_bytes(),
                               " bytes is more than C has numbers for: at most 2147483647");
  if (memory == 0 || program.arena_bytes() <= memory) return {};
  return errors::invalid_value("compile", "`memory` of ", memory,
                               " bytes cannot be met: the least that was found for the arena is ",
                               program.arena_bytes(), " bytes; ", peak_text(plan));
}

Status check_extents(const Program& program) {
  for (const Port& port : program.ports.inputs)
    if (port.shape.elements() > INT_MAX)
      return errors::unsupported("compile", "`", port.name, "` of shape ", port.shape,
                                 " has more elements than C has numbers for");
  return {};
}

namespace {

Result<Compiled> compile_training(const model::Model& model, const model::Entry& entry,
                                  const CompileOptions& options, Compiled compiled) {
  Definitions top;
  WEFT_ASSIGN(const Training training, plan_training(model, entry, options, compiled.name));
  Source run(training.run.plan, training.run.ports, top, {});
  Source step(training.step.plan, training.step.ports, top, {.prefix = "train_"});
  for (Source* const source : {&run, &step}) WEFT_TRY(source->add_steps());
  const Additions more = additions_of(model, training, step);
  compiled.arena_bytes = training.arena_bytes();
  compiled.constant_bytes = top.constant_bytes;
  compiled.multiply_adds = run.multiply_adds();
  compiled.header = header_of(training.run, compiled, entry.name, more);
  compiled.source = source_of(training.run, run, top, compiled, more);
  if (options.with_main) {
    std::vector<int32_t> variables;
    for (const Variable& variable : training.variables) variables.push_back(variable.tensor);
    WEFT_ASSIGN(compiled.main, test_main(model, training.test_calls(), compiled.name, variables));
  }
  return compiled;
}

}  // namespace

Result<Compiled> compile(const model::Model& model, const CompileOptions& options) {
  const std::string_view wanted =
      options.entry.empty() ? "forward" : std::string_view(options.entry);
  WEFT_ASSIGN(const model::Entry* entry, model.entry(wanted));
  Compiled compiled;
  compiled.name = options.name.empty() ? identifier(entry->name) : options.name;
  WEFT_TRY(check_name(compiled.name));
  if (options.memory < 0)
    return errors::invalid_value("compile", "`memory` must be at least 0; got ", options.memory);
  if (!options.train.empty()) return compile_training(model, *entry, options, std::move(compiled));
  const PlanRequest request{.ports_in_arena = options.ports_in_arena,
                            .feeds_rows = options.feeds_rows,
                            .memory = options.memory};
  WEFT_ASSIGN(const Program program, plan_for_c(model, *entry, request));
  WEFT_TRY(check_memory(program, options.memory));
  WEFT_TRY(check_extents(program));
  Definitions top;
  Source source(program.plan, program.ports, top, {.feeds_rows = program.feeds_rows});
  WEFT_TRY(source.add_steps());
  compiled.arena_bytes = program.arena_bytes();
  compiled.constant_bytes = top.constant_bytes;
  compiled.multiply_adds = source.multiply_adds();
  compiled.header = header_of(program, compiled, entry->name);
  compiled.source = source_of(program, source, top, compiled);
  if (options.with_main) {
    const TestCall call{entry, &program, compiled.name + "_run"};
    WEFT_ASSIGN(compiled.main, test_main(model, {call}, compiled.name));
  }
  return compiled;
}

Status write_files(const Compiled& compiled, const std::string& folder) {
  const auto write = [&](const std::string& name, const std::string& text) -> Status {
    if (text.empty()) return {};
    model::ReplaceFile file((folder.empty() ? "." : folder) + "/" + name);
    WEFT_TRY(file.open());
    WEFT_TRY(file.write(text.data(), text.size()));
    return file.commit();
  };
  WEFT_TRY(write(compiled.name + ".c", compiled.source));
  WEFT_TRY(write(compiled.name + ".h", compiled.header));
  return write(compiled.name + "_main.c", compiled.main);
}

}  // namespace weft::c99
