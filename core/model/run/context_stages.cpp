// Runs an entry whose graph has sizes: stage after stage. Each stage runs in memory of its own; the
// sizes that it computes decide the shapes of the next one.
#include <algorithm>
#include <cstring>

#include "base/errors.h"
#include "executor/program/stages.h"
#include "graph/sizes/sizes.h"
#include "model/run/context.h"
#include "model/run/use_impl.h"
#include "runtime/thread_state.h"
#include "weft_parts.h"

namespace weft::model {
namespace {

// A value that one stage hands to the next, or to the caller.
struct Handed {
  graph::TensorType type;
  void* data = nullptr;
  int64_t room = 0;  // bytes that there are
};
// The results of a stage and their memory.
struct Produced {
  std::vector<Handed> values;
  std::vector<Ref<Storage>> storages;
};

// Runs a stage's plan on these inputs and, behind them, the prepared values.
Result<Produced> run_stage(executor::Compiled& compiled, std::span<const Handed> inputs,
                           std::span<Storage* const> prepared, uint64_t seed,
                           uint64_t first_ordinal) {
  std::vector<void*> in, out;
  std::vector<int64_t> in_room, out_room;
  for (const Handed& input : inputs) {
    in.push_back(input.data);
    in_room.push_back(input.room);
  }
  for (const Storage* content : prepared) {
    in.push_back(content->data());
    in_room.push_back(content->bytes());
  }
  WEFT_ASSIGN(const executor::FramePtr frame, compiled.checkout());
  Produced produced;
  for (const graph::TensorType& type : compiled.output_types()) {
    WEFT_ASSIGN(Ref<Storage> storage, Storage::allocate(std::max<int64_t>(type.bytes(), 1)));
    out.push_back(storage->data());
    out_room.push_back(storage->bytes());
    produced.values.push_back({type, storage->data(), storage->bytes()});
    produced.storages.push_back(std::move(storage));
  }
  WEFT_TRY(compiled.forward(*frame, in, out, seed, first_ordinal, {}, {in_room, out_room}));
  return produced;
}

// Copies a result to where it is wanted, if there is room for it.
Status hand_over(std::string_view what, const std::string& name, const Handed& value, void* to,
                 int64_t room) {
  const int64_t bytes = value.type.bytes();
  if (bytes > room)
    return errors::invalid_state("context", what, " `", name, "` needs ", bytes, " bytes for ",
                                 to_string(value.type), " after this run; got room for ", room);
  if (bytes > 0) std::memcpy(to, value.data, static_cast<size_t>(bytes));
  return {};
}

}  // namespace

// In stages, states always live in memory of their own.
Status Context::bind_stages() {
  outputs_.resize(entry_->outputs.size(), nullptr);
  wanted_.resize(entry_->outputs.size(), nullptr);
  for (const int32_t tensor : state_tensors_)
    if (!states_->find(tensor)) WEFT_TRY(states_->add(tensor, nullptr, {}));
  return bind_captures();
}

Result<const Port*> Context::input(size_t index) const {
  const Use use(*states_);
  WEFT_TRY(use.status());
  return &inputs_now_[index];
}

Result<std::span<const Port>> Context::outputs() {
  const Use use(*states_);
  WEFT_TRY(use.status());
  if (std::ranges::none_of(inputs_now_, &Port::is_open)) WEFT_TRY(find_dimensions());
  return std::span<const Port>(outputs_now_);
}

Result<std::span<const graph::TensorType>> Context::largest_outputs() {
  WEFT_TRY(outputs().status());
  return std::span<const graph::TensorType>(largest_);
}

Status no_shape_yet(const Port& port) {
  return errors::invalid_state("context", "input `", port.name, "` ", type_text(port),
                               " has dimensions of any extent; set its shape first by "
                               "weft_context_set_input_shape");
}

Status Context::set_input_shape(size_t index, const Shape& shape) {
  const Use use(*states_);
  WEFT_TRY(use.status());
  if (index >= inputs_now_.size())
    return errors::index_out_of_range("context", "`index` must be below ", inputs_now_.size(),
                                      "; got ", index);
  // -1 stands for any extent.
  const Shape& fixed = entry_->inputs[index].type.shape;
  bool fits = shape.rank() == fixed.rank();
  for (int axis = 0; fits && axis < shape.rank(); ++axis)
    fits = fixed[axis] < 0 ? shape[axis] >= 0 : shape[axis] == fixed[axis];
  if (!fits)
    return errors::invalid_value(
        "context", "input `", inputs_now_[index].name, "` must have shape ", fixed,
        entry_->inputs[index].is_open() ? ", -1 being any" : "", "; got ", shape);
  WEFT_TRY(checked_elements(shape.span(), "context", inputs_now_[index].name).status());
  inputs_now_[index].type.shape = shape;
  inputs_[index] = nullptr;
  knows_dimensions_ = false;
  has_run_ = false;
  return {};
}

// Finds the shapes of the outputs once all inputs have theirs: by inference over the whole graph,
// so those of the last shapes are kept. An output whose largest shape changes is unbound.
Status Context::find_dimensions() {
  if constexpr (!WEFT_KEEPS_sizes) return {};
  const graph::Graph& graph = runs_->program->graph();
  if (knows_dimensions_ || graph::count_dimensions(graph) == 0) return {};
  std::vector<graph::TensorType> types = graph.input_types();
  for (size_t i = 0; i < inputs_now_.size(); ++i) {
    if (inputs_now_[i].is_open()) return no_shape_yet(inputs_now_[i]);
    types[i] = inputs_now_[i].type;
  }
  auto known = std::ranges::find(known_, types, &Dimensions::inputs);
  if (known == known_.end()) {
    Dimensions found{types, {}, outputs_now_};
    WEFT_ASSIGN(found.extents, graph::dimensions_of(graph, types));
    WEFT_TRY(find_outputs(graph, types, found.outputs));
    if (known_.size() == executor::Stages::kMaxPrograms) known_.pop_back();
    known = known_.insert(known_.begin(), std::move(found));
  }
  std::rotate(known_.begin(), known, known + 1);
  const Dimensions& now = known_.front();
  for (size_t i = 0; i < now.outputs.size(); ++i) {
    if (!(now.outputs[i].type == largest_[i])) wanted_[i] = nullptr;
    largest_[i] = now.outputs[i].type;
    outputs_now_[i].type = now.outputs[i].type;  // in place: names are lent as long as the context
    outputs_now_[i].is_largest = now.outputs[i].is_largest;
  }
  dimensions_ = now.extents;
  knows_dimensions_ = true;
  return {};
}

// The plan of a stage for these types and sizes, with what it prepares. The context keeps those
// that it has run, so that weights are packed at the first run only.
Result<const Context::StagePlan*> Context::stage_plan(size_t stage,
                                                      std::span<const graph::TensorType> types,
                                                      std::span<const int64_t> sizes) {
  executor::Stages& stages = *runs_->program->stages();
  WEFT_ASSIGN(const Ref<executor::Program> program, stages.program(stage, types, sizes));
  WEFT_ASSIGN(const Ref<executor::Compiled> compiled,
              program->compile(types, {}, nullptr, executor::Prepare::kYes));
  const auto found = std::ranges::find_if(
      stage_plans_, [&](const auto& plan) { return plan->compiled == compiled; });
  if (found != stage_plans_.end()) {
    std::rotate(stage_plans_.begin(), found, found + 1);
    return stage_plans_.front().get();
  }
  // Only what no stage before has computed is prepared, so all inputs are the graph's.
  std::vector<int32_t> inputs;
  for (const executor::Source& source : stages.stages()[stage].inputs)
    inputs.push_back(source.index);
  auto plan = std::make_unique<StagePlan>(StagePlan{compiled, {}});
  WEFT_ASSIGN(plan->prepared, prepare_for(*compiled, inputs));
  if (stage_plans_.size() == stages.stages().size() * executor::Stages::kMaxPrograms)
    stage_plans_.pop_back();
  stage_plans_.insert(stage_plans_.begin(), std::move(plan));
  return stage_plans_.front().get();
}

// `done` keeps the results of all stages, because later ones and the caller may read any of them.
Status Context::run_stages(uint64_t first_ordinal) {
  const graph::Graph& graph = runs_->program->graph();
  executor::Stages& stages = *runs_->program->stages();
  std::vector<int64_t> sizes = dimensions_;
  sizes.resize(stages.sizes(), 0);
  const auto given = [&](size_t index) {
    return Handed{
        index < inputs_now_.size() ? inputs_now_[index].type : graph.type(graph.inputs[index]),
        inputs_[index], input_room_[index]};
  };
  std::vector<Produced> done;
  has_run_ = false;
  for (size_t i = 0; i < stages.stages().size(); ++i) {
    const executor::Stage& stage = stages.stages()[i];
    std::vector<Handed> inputs;
    std::vector<graph::TensorType> types;
    for (const executor::Source& source : stage.inputs) {
      const auto index = static_cast<size_t>(source.index);
      inputs.push_back(source.stage < 0 ? given(index)
                                        : done[static_cast<size_t>(source.stage)].values[index]);
      types.push_back(inputs.back().type);
    }
    WEFT_ASSIGN(const StagePlan* plan, stage_plan(i, types, sizes));
    WEFT_TRY(prepare_again(plan->prepared));
    std::vector<Storage*> prepared;
    for (const executor::PreparedValue& value : plan->compiled->prepared_values())
      prepared.push_back(
          &plan->prepared[static_cast<size_t>(value.preparation)].values->content(value.output));
    WEFT_ASSIGN(Produced produced,
                run_stage(*plan->compiled, inputs, prepared, states_->random.seed, first_ordinal));
    if (thread_state().interrupted) return {};
    done.push_back(std::move(produced));
    // The sizes that this stage computed are its outputs, int64 without axes.
    for (const auto& [size, output] : stage.sizes) {
      std::memcpy(&sizes[static_cast<size_t>(size)],
                  done.back().values[static_cast<size_t>(output)].data, sizeof(int64_t));
      WEFT_TRY(stages.check_size(size, sizes));
    }
  }
  const auto found = [&](size_t output) -> std::pair<Handed, Ref<Storage>> {
    const executor::Source source = stages.output(output);
    const Produced& from = done[static_cast<size_t>(source.stage)];
    return {from.values[static_cast<size_t>(source.index)],
            from.storages[static_cast<size_t>(source.index)]};
  };
  results_.clear();
  for (size_t i = 0; i < outputs_.size(); ++i) {
    auto [value, storage] = found(i);
    outputs_now_[i].type = value.type;
    outputs_[i] = value.data;
    results_.push_back(std::move(storage));
    if (!wanted_[i]) continue;
    WEFT_TRY(hand_over("output", outputs_now_[i].name, value, wanted_[i], largest_[i].bytes()));
    outputs_[i] = wanted_[i];
  }
  for (size_t k = 0; k < graph.states.size(); ++k) {
    const auto input = static_cast<size_t>(graph.states[k].input);
    const auto output = static_cast<size_t>(graph.states[k].output);
    WEFT_TRY(hand_over("state", state_ports_[k].name, found(output).first, inputs_[input],
                       input_room_[input]));
  }
  has_run_ = true;
  return {};
}

}  // namespace weft::model
