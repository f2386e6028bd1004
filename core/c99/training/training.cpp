// Plans the run and the step over one struct, and searches for the parameters that fit the memory.
#include "c99/training/training.h"

#include <algorithm>
#include <cstring>

#include "base/errors.h"
#include "c99/training/updates.h"

namespace weft::c99 {

namespace {

// Weights that both programs compute now (folded norms) become one array: the step's port takes the
// name and content of the run's.
void share_prepared(Program& from, Program& to) {
  const size_t first = to.ports.inputs.size() - to.prepared.size();
  const size_t other = from.ports.inputs.size() - from.prepared.size();
  for (size_t i = 0; i < to.prepared.size(); ++i)
    for (size_t k = 0; k < from.prepared.size(); ++k) {
      Port& port = to.ports.inputs[first + i];
      const Port& known = from.ports.inputs[other + k];
      const auto bytes = static_cast<size_t>(port.shape.elements() * size_of(port.dtype));
      if (port.dtype == known.dtype && port.shape == known.shape &&
          std::memcmp(port.content, known.content, bytes) == 0)
        port = known;
    }
}

// Plans for a choice of parameters.
class Planner {
 public:
  Planner(const model::Model& model, const model::Entry& run, const model::Entry& step,
          std::string name)
      : model_(model), run_(run), step_(step), name_(std::move(name)), updates_(model, run, step) {}

  Result<Training> plan(const std::vector<size_t>& trained) const {
    Training training;
    const Updates::Part part = updates_.part_for(trained);
    training.state = state_of(model_, part.tensors, name_);
    const Variables variables = places_of(model_, training.state);
    for (const size_t k : trained) training.trained.push_back(updates_.parameters()[k].name);
    training.parameters = updates_.parameters().size();
    WEFT_ASSIGN(training.run, plan_for_c(model_, run_, {.name = name_, .variables = variables}));
    WEFT_ASSIGN(
        training.step,
        plan_for_c(model_, step_, {.name = name_, .graph = &part.graph, .variables = variables}));
    share_prepared(training.run, training.step);
    return training;
  }

  // Takes as many parameters as fit, beginning with the one nearest to the loss. An earlier one
  // costs more: the backward pass goes farther and keeps more activations. What does not fit is
  // left out, and the next one is tried; a bias may fit where a weight does not.
  Result<Training> plan_within(const std::vector<size_t>& wanted, int64_t memory) const {
    WEFT_ASSIGN(Training all, plan(wanted));
    if (memory == 0 || bytes_of_plan(all) <= memory) return all;
    Training best;
    int64_t minimum = bytes_of_plan(all);
    std::string min_name;
    std::vector<size_t> chosen;
    for (const size_t k : wanted) {
      chosen.push_back(k);
      WEFT_ASSIGN(Training tried, plan(chosen));
      const int64_t bytes = bytes_of_plan(tried);
      if (chosen.size() == 1 && (min_name.empty() || bytes < minimum)) {
        minimum = bytes;
        min_name = updates_.parameters()[k].name;
      }
      if (bytes <= memory)
        best = std::move(tried);
      else
        chosen.pop_back();
    }
    if (!chosen.empty()) return best;
    return errors::invalid_value("compile", "`memory` must be at least ", minimum,
                                 " bytes, the state and arena for training `", min_name,
                                 "` alone; got ", memory, " bytes");
  }

  const Updates& updates() const { return updates_; }

 private:
  static int64_t bytes_of_plan(const Training& training) {
    return training.state.bytes + training.arena_bytes();
  }

  const model::Model& model_;
  const model::Entry &run_, &step_;
  std::string name_;
  Updates updates_;
};

}  // namespace

int64_t Training::arena_bytes() const {
  return std::max(run.plan.arena_bytes, step.plan.arena_bytes);
}

// The calls of the test: later steps and the last run see what the earlier steps trained.
std::vector<TestCall> Training::test_calls() const {
  const TestCall runs{run_entry, &run, name + "_run"};
  const TestCall trains{step_entry, &step, name + "_train", true};
  return {runs, trains, trains, trains, runs};
}

Result<Training> plan_training(const model::Model& model, const model::Entry& run,
                               const CompileOptions& options, const std::string& name) {
  if (options.ports_in_arena)
    return errors::unsupported("compile",
                               "`ports_in_arena` cannot be combined with `train`, where the caller "
                               "owns inputs and outputs");
  if (!run.program->graph().states.empty())
    return errors::unsupported("compile: entry `" + run.name + "`",
                               "it changes arrays of the file when it runs, which only the "
                               "training step may; export it in predict mode");
  const std::string entry = options.train_entry.empty() ? "train" : options.train_entry;
  WEFT_ASSIGN(const model::Entry* step, model.entry(entry));
  const Planner planner(model, run, *step, name);
  WEFT_ASSIGN(const std::vector<size_t> wanted, planner.updates().matching(options.train));
  WEFT_ASSIGN(Training training, planner.plan_within(wanted, options.memory));
  const std::string state = training.state.type() + " *state";
  training.name = name;
  training.run_entry = &run;
  training.step_entry = step;
  training.run.state = "const " + state;
  training.step.state = state;
  for (const Program* const program : {&training.run, &training.step}) {
    WEFT_TRY(check_memory(*program, 0));
    WEFT_TRY(check_extents(*program));
  }
  return training;
}

}  // namespace weft::c99
