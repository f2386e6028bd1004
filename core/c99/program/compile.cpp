// From options to texts: the checks of names and sizes, the plan, then the three files. A training
// step takes the other path, compile_training, which puts two plans into one file.
#include "c99/program/compile.h"

#include <algorithm>
#include <climits>

#include "base/errors.h"
#include "c99/program/compile_impl.h"
#include "c99/program/emitter.h"
#include "c99/program/program.h"
#include "c99/text/source.h"
#include "c99/text/test_vector.h"
#include "c99/training/state.h"
#include "c99/training/training.h"
#include "c99/training/updates.h"
#include "model/archive/replace_file.h"
#include "model/fixed_batch.h"

namespace weft::c99 {
namespace {

// The name becomes part of files, functions and macros.
Status check_name(const std::string& name) {
  if (!name.empty() && identifier(name) == name && !is_reserved(name)) return {};
  return errors::invalid_value(
      "compile", "`name` must be a C identifier of at most 100 characters ",
      "that is not a keyword of C and not the name of a header; got `", name, "`");
}

// The name of an entry point comes from the writer of the file, so it may be no identifier.
std::string name_made_of(const std::string& entry) {
  std::string name = identifier(entry);
  return is_reserved(name) ? name + "_" : name;
}

// Describes what the arena holds at the step where it holds most, for the error message: the user
// sees which buffers to make smaller.
std::string peak_text(const executor::Plan& plan) {
  if (plan.steps.empty()) return "it holds inputs and outputs, and computes nothing";
  int64_t maximum = -1;
  size_t at = 0;
  for (size_t s = 0; s < plan.steps.size(); ++s) {
    int64_t live = 0;
    for (const executor::ArenaUse& use : plan.uses)
      if (use.first <= static_cast<int32_t>(s) && use.last >= static_cast<int32_t>(s))
        live += use.bytes;
    if (live <= maximum) continue;
    maximum = live;
    at = s;
  }
  // The user's name for a step.
  const auto told = [](const executor::PlanStep& step) {
    return step.op && !step.code ? words_for(step.op->name) : step.name;
  };
  std::string text = "at step " + std::to_string(at) + " (" + told(plan.steps[at]) + ") it holds";
  for (const executor::ArenaUse& use : plan.uses) {
    const auto step = static_cast<int32_t>(at);
    if (use.first > step || use.last < step) continue;
    const executor::PlanStep& made = plan.steps[static_cast<size_t>(use.first)];
    text += (text.ends_with("holds") ? " " : ", ") + std::to_string(use.bytes) + " bytes " +
            (!use.is_scratch  ? "made by " + told(made)
             : made.row_tiles ? "of line buffers"
                              : "of scratch");
    if (!use.is_scratch && !made.out.empty())
      text += " " + shape_text(made.out[0].shape) + " in step " + std::to_string(use.first);
  }
  return text;
}

}  // namespace

Status check_memory(const Program& program, int64_t memory) {
  const executor::Plan& plan = program.plan;
  // Offsets in the text are C's int.
  if (program.arena_bytes() > INT_MAX)
    return errors::unsupported(
        "compile", "the arena must have at most 2147483647 bytes, the largest int of C; got ",
        program.arena_bytes(), " bytes");
  if (memory == 0 || program.arena_bytes() <= memory) return {};
  return errors::invalid_value("compile", "`memory` must be at least ", program.arena_bytes(),
                               " bytes, the smallest arena that was found; got ", memory,
                               " bytes; ", peak_text(plan));
}

// Loop counters in the text are int32_t.
Status check_extents(const Program& program) {
  for (const Port& port : program.ports.inputs)
    if (port.shape.elements() > INT_MAX)
      return errors::unsupported(
          "compile", "`", port.name,
          "` must have at most 2147483647 elements, the largest int of C; got shape ", port.shape);
  return {};
}

namespace {

Result<Compiled> compile_training(const model::Model& model, const model::Entry& entry,
                                  const CompileOptions& options, Compiled compiled) {
  Definitions top;
  top.array_identifiers = names_of_program(compiled.name);
  WEFT_ASSIGN(const Training training, plan_training(model, entry, options, compiled.name));
  Source run(training.run.plan, training.run.ports, top, {});
  Source step(training.step.plan, training.step.ports, top, {.prefix = "train_"});
  for (Source* const source : {&run, &step}) WEFT_TRY(source->add_steps());
  const Additions more = additions_of(model, training, step);
  compiled.arena_bytes = training.arena_bytes();
  compiled.constant_bytes = top.bytes(run.functions() + step.functions());
  compiled.multiply_adds = run.multiply_adds();
  compiled.header = header_of(training.run, compiled, entry.name, more);
  compiled.source = source_of(training.run, run, top, compiled, more);
  if (options.with_main) {
    WEFT_ASSIGN(compiled.main,
                test_main(model, training.test_calls(), compiled.name, training.state.tensors()));
  }
  return compiled;
}

}  // namespace

namespace {

// The tensors that a run changes, by index in the file.
std::vector<int32_t> changed_by(const model::Entry& entry, const graph::Graph& graph) {
  std::vector<int32_t> tensors;
  for (const graph::StatePair& pair : graph.states)
    tensors.push_back(entry.captures[static_cast<size_t>(pair.input) - entry.inputs.size()]);
  return tensors;
}

// Is a batch that was asked for the one that the entry takes?
Status check_batch(const model::Entry& entry, int64_t batch) {
  if (batch < 0) return errors::invalid_value("compile", "`batch` must be at least 0; got ", batch);
  for (const model::Port& port : entry.inputs)
    if (batch > 0 && (port.type.shape.rank() == 0 || port.type.shape[0] != batch))
      return errors::invalid_value("compile", "`batch` must be the first extent of `", port.name,
                                   "`, ", model::type_text(port),
                                   ", or 0; a file exported with `dynamic` there takes any; got ",
                                   batch);
  return {};
}

}  // namespace

Result<Compiled> compile(const model::Model& model, const CompileOptions& options) {
  const std::string_view wanted =
      options.entry.empty() ? "forward" : std::string_view(options.entry);
  WEFT_ASSIGN(const model::Entry* entry, model.entry(wanted));
  model::Entry fixed;
  if (std::ranges::any_of(entry->inputs, &model::Port::is_open)) {
    WEFT_ASSIGN(fixed, model::with_batch(*entry, std::max<int64_t>(options.batch, 1), "compile"));
    entry = &fixed;
  }
  WEFT_TRY(check_batch(*entry, options.batch));
  Compiled compiled;
  compiled.name = options.name.empty() ? name_made_of(entry->name) : options.name;
  WEFT_TRY(check_name(compiled.name));
  compiled.cmsis_nn = options.cmsis_nn;
  if (options.memory < 0)
    return errors::invalid_value("compile", "`memory` must be at least 0; got ", options.memory);
  if (!options.train.empty()) return compile_training(model, *entry, options, std::move(compiled));
  // A run without training may change states, too: a cache, a running statistic.
  const graph::Graph graph = with_changed_states(entry->program->graph());
  const State state = state_of(model, changed_by(*entry, graph), compiled.name);
  if (options.feeds_rows && !state.variables.empty())
    return errors::unsupported("compile: entry `" + entry->name + "`",
                               "`feed_rows` needs an entry that does not change arrays of the "
                               "file; this one changes them when it runs");
  const PlanRequest request{.name = compiled.name,
                            .ports_in_arena = options.ports_in_arena,
                            .feeds_rows = options.feeds_rows,
                            .memory = options.memory,
                            .cmsis_nn = options.cmsis_nn,
                            .graph = &graph,
                            .variables = places_of(model, state)};
  WEFT_ASSIGN(Program program, plan_for_c(model, *entry, request));
  WEFT_TRY(check_memory(program, options.memory));
  WEFT_TRY(check_extents(program));
  Definitions top;
  top.array_identifiers = names_of_program(compiled.name);
  Source source(program.plan, program.ports, top,
                {.feeds_rows = program.feeds_rows,
                 .cmsis_nn = options.cmsis_nn,
                 .may_refuse = !program.feeds_rows});
  WEFT_TRY(source.add_steps());
  program.refusals = top.refusals;
  Additions more;
  if (!state.variables.empty()) {
    program.state = state.type() + " *state";
    more.figures =
        " *   state   " + std::to_string(state.bytes) + " bytes, of the caller's memory\n";
    more.types = state_types(model, state, "a run");
    more.functions = reset_function(model, state, source);
  }
  compiled.arena_bytes = program.arena_bytes();
  compiled.constant_bytes = top.bytes(source.functions());
  compiled.multiply_adds = source.multiply_adds();
  compiled.header = header_of(program, compiled, entry->name, more);
  compiled.source = source_of(program, source, top, compiled, more);
  if (options.with_main) {
    // Later runs see what an earlier one changed: the test runs such a program three times.
    const size_t runs = state.variables.empty() ? 1 : 3;
    const std::vector<TestCall> calls(runs, {entry, &program, compiled.name + "_run"});
    WEFT_ASSIGN(compiled.main, test_main(model, calls, compiled.name, state.tensors()));
  }
  return compiled;
}

// The files are replaced one by one; an absent main is not written.
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
