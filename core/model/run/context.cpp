// One block of memory holds the plan's arena, then the outputs, then old contents of states. The
// order is the same for a caller's arena and for memory of our own.
#include "model/run/context.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "base/bools.h"
#include "base/errors.h"
#include "executor/program/stages.h"
#include "model/run/use_impl.h"
#include "runtime/engine/interrupt.h"
#include "runtime/memory/pool.h"
#include "weft_parts.h"

namespace weft::model {
namespace {

int64_t aligned(int64_t bytes) {
  constexpr auto kUnit = static_cast<int64_t>(kAlignment);
  return (bytes + kUnit - 1) / kUnit * kUnit;
}

// The plan of an entry. In a caller's arena there is no room for prepared values.
Result<Ref<executor::Compiled>> compiled_of(const Runnable& entry, executor::Prepare prepare) {
  return entry.program->compile(entry.program->graph().input_types(), {}, nullptr, prepare);
}

// Does the run write new states beside the old ones? It must if it can fail half-way: a check or
// callback then leaves the old states.
bool keeps_old_states(const executor::Compiled& compiled) { return compiled.runs_on_caller(); }

int64_t bytes_of_state(const executor::Compiled& compiled, const graph::StatePair& state) {
  return compiled.input_types()[static_cast<size_t>(state.input)].bytes();
}

// The bytes of the block. The graph's outputs are the entry's, then the states'.
int64_t bytes_of(const executor::Compiled& compiled) {
  Checked bytes = aligned(compiled.arena_bytes());
  for (const graph::TensorType& type : compiled.output_types())
    bytes = bytes + aligned(type.bytes());
  if (!WEFT_KEEPS_states || !keeps_old_states(compiled)) return bytes.value();
  for (const graph::StatePair& state : compiled.states())
    bytes = bytes + aligned(bytes_of_state(compiled, state));
  return bytes.value();
}

// An array without elements needs no memory, and callers may have NULL for it (an empty vector
// does). A dummy address stands for it, which nothing reads or writes.
template <class T>
T* memory_of(T* data, size_t bytes) {
  alignas(16) static char nothing[16];
  return data || bytes > 0 ? data : nothing;
}

// Some processors cannot read an element at an unaligned address.
Status check_alignment(std::string_view what, const Port& port, const void* data) {
  const auto size = static_cast<uintptr_t>(size_of(port.type.dtype));
  if (reinterpret_cast<uintptr_t>(data) % size == 0) return {};
  return errors::invalid_value("context", what, " `", port.name, "` ", to_string(port.type),
                               " must be at an address that is a multiple of ", size, " bytes");
}

}  // namespace

Context::~Context() = default;

Result<int64_t> Context::arena_bytes(const Model& model, std::string_view name) {
  WEFT_ASSIGN(const Entry* entry, model.entry(name));
  const Runnable& runs = model.runnable(*entry);
  if (runs.program->stages()) return 0;
  WEFT_ASSIGN(const Ref<executor::Compiled> compiled, compiled_of(runs, executor::Prepare::kNo));
  return bytes_of(*compiled);
}

Result<Ref<Context>> Context::create(Ref<States> states, std::string_view name, void* arena,
                                     int64_t bytes) {
  const Ref<States> kept = states;  // outlives a context that fails to be made
  const Use use(*kept);
  WEFT_TRY(use.status());
  const Ref<Context> context = Ref<Context>::adopt(new Context);
  WEFT_ASSIGN(context->entry_, states->model()->entry(name));
  WEFT_TRY(states->model()->check_file());
  context->runs_ = &states->model()->runnable(*context->entry_);
  context->states_ = std::move(states);
  context->inputs_now_ = context->entry_->inputs;
  context->outputs_now_ = context->entry_->outputs;
  for (const Port& port : context->outputs_now_) context->largest_.push_back(port.type);
  context->bound_.resize(context->entry_->inputs.size(), nullptr);
  if constexpr (WEFT_KEEPS_states) context->find_states();
  if constexpr (WEFT_KEEPS_sizes) {
    if (context->runs_->program->stages()) {
      WEFT_TRY(context->bind_stages());
      return context;
    }
  }
  WEFT_ASSIGN(context->compiled_, compiled_of(*context->runs_, arena ? executor::Prepare::kNo
                                                                     : executor::Prepare::kYes));
  const int64_t needed = bytes_of(*context->compiled_);
  if (!arena) {
    WEFT_ASSIGN(context->own_, Storage::allocate(std::max<int64_t>(needed, 1)));
    arena = context->own_->data();
  } else if (bytes < needed || reinterpret_cast<uintptr_t>(arena) % kAlignment != 0) {
    return errors::invalid_value("context", "`arena` must be ", needed, " bytes aligned to ",
                                 kAlignment, "; got ", bytes, " bytes",
                                 bytes < needed ? "" : ", not aligned");
  }
  WEFT_TRY(context->bind_memory(static_cast<char*>(arena)));
  return context;
}

// The states of this entry, and their ports.
void Context::find_states() {
  const graph::Graph& graph = runs_->program->graph();
  for (const graph::StatePair& state : graph.states) {
    const int32_t tensor =
        runs_->captures[static_cast<size_t>(state.input) - entry_->inputs.size()];
    state_tensors_.push_back(tensor);
    state_ports_.push_back({states_->model()->tensors()[static_cast<size_t>(tensor)].name,
                            graph.type(graph.inputs[static_cast<size_t>(state.input)])});
  }
  if (graph.ordinals > 0)
    state_ports_.push_back({std::string(kRandomState), {DType::kUInt64, Shape{2}}});
}

// The inputs behind the entry's own: states where they lie now, other captures as held values.
Status Context::bind_captures() {
  seen_additions_ = states_->additions();
  inputs_.resize(entry_->inputs.size(), nullptr);
  input_room_.resize(entry_->inputs.size(), 0);
  held_.clear();
  stage_plans_.clear();
  sources_.assign(entry_->inputs.size(), nullptr);
  for (const int32_t index : runs_->captures) {
    void* memory = WEFT_KEEPS_states ? states_->find(index) : nullptr;
    const Tensor& tensor = *states_->model()->tensors()[static_cast<size_t>(index)].tensor;
    sources_.push_back(memory ? nullptr : tensor.box().storage());
    if (!memory) {
      // Held as a value: training the model meanwhile writes to other memory.
      held_.emplace_back(tensor.box().storage());
      memory = tensor.data();
    }
    inputs_.push_back(memory);
    input_room_.push_back(tensor.bytes());
  }
  if constexpr (!WEFT_KEEPS_passes) return {};  // a packed file has the prepared values
  return bind_prepared();
}

// The values that a plan takes after its inputs. `inputs`: the graph's input, by input of the plan.
Result<std::vector<Context::PreparedHere>> Context::prepare_for(
    const executor::Compiled& compiled, std::span<const int32_t> inputs) const {
  std::vector<PreparedHere> found;
  for (const Ref<executor::Preparation>& preparation : compiled.preparations()) {
    PreparedHere here{preparation, {}, {}};
    std::vector<Storage*> sources;
    std::vector<void*> in;
    for (const int32_t i : preparation->inputs()) {
      const int32_t input = inputs[static_cast<size_t>(i)];
      here.inputs.push_back(input);
      sources.push_back(sources_[static_cast<size_t>(input)]);
      in.push_back(inputs_[static_cast<size_t>(input)]);
    }
    if (std::ranges::find(sources, nullptr) == sources.end()) {
      WEFT_ASSIGN(here.values, preparation->kept_or_made(sources, in));
    } else {
      WEFT_ASSIGN(here.values, executor::Prepared::allocate(preparation->types(), {}));
      WEFT_ASSIGN(here.frame, preparation->plan().checkout());
    }
    found.push_back(std::move(here));
  }
  return found;
}

Status Context::bind_prepared() {
  if (!compiled_) return {};
  std::vector<int32_t> inputs(inputs_.size());
  std::iota(inputs.begin(), inputs.end(), 0);
  WEFT_ASSIGN(prepared_, prepare_for(*compiled_, inputs));
  for (const executor::PreparedValue& value : compiled_->prepared_values()) {
    const Storage& content =
        prepared_[static_cast<size_t>(value.preparation)].values->content(value.output);
    inputs_.push_back(content.data());
    input_room_.push_back(content.bytes());
  }
  return {};
}

// What follows from states is made in each run.
Status Context::prepare_again(std::span<const PreparedHere> prepared) const {
  for (const PreparedHere& here : prepared) {
    if (!here.frame) continue;
    PoolVector<void*> in;
    for (const int32_t input : here.inputs) in.push_back(inputs_[static_cast<size_t>(input)]);
    WEFT_TRY(here.preparation->make(*here.frame, *here.values, in));
  }
  return {};
}

// Lays out the block: frame, outputs, old states.
Status Context::bind_memory(char* arena) {
  WEFT_ASSIGN(frame_, compiled_->frame_in(arena, aligned(compiled_->arena_bytes())));
  char* next = arena + aligned(compiled_->arena_bytes());
  for (const graph::TensorType& type : compiled_->output_types()) {
    outputs_.push_back(next);
    output_room_.push_back(type.bytes());
    next += aligned(type.bytes());
  }
  own_outputs_ = outputs_;
  const bool keeps_old = WEFT_KEEPS_states && keeps_old_states(*compiled_);
  for (size_t k = 0; WEFT_KEEPS_states && k < state_tensors_.size(); ++k) {
    const graph::StatePair& state = compiled_->states()[k];
    void*& output = outputs_[static_cast<size_t>(state.output)];
    if (!states_->find(state_tensors_[k])) {
      WEFT_TRY(states_->add(state_tensors_[k], keeps_old ? next : output, own_));
      if (keeps_old) next += aligned(bytes_of_state(*compiled_, state));
    }
    if (!keeps_old) output = states_->find(state_tensors_[k]);
  }
  return bind_captures();
}

// Copies new states over the old ones after a run that succeeded.
void Context::take_new_states() {
  if (!keeps_old_states(*compiled_)) return;
  for (const graph::StatePair& state : compiled_->states()) {
    const auto bytes = static_cast<size_t>(bytes_of_state(*compiled_, state));
    if (bytes == 0) continue;
    std::memcpy(inputs_[static_cast<size_t>(state.input)],
                outputs_[static_cast<size_t>(state.output)], bytes);
  }
}

Status Context::bind_input(size_t index, const void* data, size_t bytes) {
  const Use use(*states_);
  WEFT_TRY(use.status());
  if (index >= entry_->inputs.size())
    return errors::index_out_of_range("context", "`index` must be below ", entry_->inputs.size(),
                                      "; got ", index);
  const Port& port = inputs_now_[index];
  if (port.is_open()) return no_shape_yet(port);
  data = memory_of(data, bytes);
  if (!data || bytes != static_cast<size_t>(port.type.bytes()))
    return errors::invalid_value("context", "input `", port.name, "` ", to_string(port.type),
                                 " takes ", port.type.bytes(), " bytes; got ",
                                 data ? bytes : size_t{0});
  WEFT_TRY(check_alignment("input", port, data));
  bound_[index] = data;
  inputs_[index] = const_cast<void*>(data);  // plans never write inputs that are no states
  input_room_[index] = static_cast<int64_t>(bytes);
  return {};
}

Status Context::bind_output(size_t index, void* data, size_t bytes) {
  const Use use(*states_);
  WEFT_TRY(use.status());
  if (index >= entry_->outputs.size())
    return errors::index_out_of_range("context", "`index` must be below ", entry_->outputs.size(),
                                      "; got ", index);
  WEFT_TRY(find_dimensions());
  const Port& port = outputs_now_[index];
  const graph::TensorType& largest = largest_[index];
  data = memory_of(data, bytes);
  if (!data || bytes != static_cast<size_t>(largest.bytes()))
    return errors::invalid_value("context", "output `", port.name, "` ", to_string(largest),
                                 port.is_largest ? ", its largest shape," : "", " has ",
                                 largest.bytes(), " bytes; got ", data ? bytes : size_t{0});
  WEFT_TRY(check_alignment("output", port, data));
  (runs_->program->stages() ? wanted_ : outputs_)[index] = data;
  has_run_ = false;
  return {};
}

Status Context::unbind_output(size_t index) {
  const Use use(*states_);
  WEFT_TRY(use.status());
  if (runs_->program->stages())
    wanted_[index] = nullptr;
  else
    outputs_[index] = own_outputs_[index];
  has_run_ = false;
  return {};
}

// A run reads bound memory as it is at that time, so bools are checked in each run. Kernels rely on
// 0 and 1: others are read from a corrected copy.
Status Context::take_bools() {
  for (size_t i = 0; i < inputs_now_.size(); ++i) {
    const graph::TensorType& type = inputs_now_[i].type;
    if (type.dtype != DType::kBool) continue;
    inputs_[i] = const_cast<void*>(bound_[i]);
    const int64_t bytes = type.bytes();
    if (are_bools(bound_[i], bytes)) continue;
    sound_.resize(inputs_now_.size());
    Ref<Storage>& copy = sound_[i];
    if (!copy || copy->bytes() < bytes) {
      WEFT_ASSIGN(copy, Storage::allocate(bytes));
    }
    inputs_[i] = copy->data();
    std::memcpy(inputs_[i], bound_[i], static_cast<size_t>(bytes));
    make_bools(inputs_[i], bytes);
  }
  return {};
}

Status Context::run() {
  const Use use(*states_);
  WEFT_TRY(use.status());
  WEFT_TRY(states_->model()->check_file());
  for (size_t i = 0; i < entry_->inputs.size(); ++i)
    if (!inputs_[i])
      return errors::invalid_state("context", "input `", entry_->inputs[i].name, "` is not bound");
  WEFT_TRY(find_dimensions());
  // Another context that shares the states has added some.
  if (WEFT_KEEPS_states && seen_additions_ != states_->additions()) WEFT_TRY(bind_captures());
  WEFT_TRY(take_bools());
  const uint64_t first = states_->random.next_ordinal;
  Status status = run_interruptibly("run", [this] { return run_now(); });
  // The ordinals that a run takes are a state like others: a run that fails leaves them.
  if (!status.ok()) states_->random.next_ordinal = first;
  return status;
}

// The random ordinals of this run are taken first.
Status Context::run_now() {
  const uint64_t first = states_->random.next_ordinal;
  states_->random.next_ordinal += static_cast<uint64_t>(runs_->program->graph().ordinals);
  if constexpr (WEFT_KEEPS_sizes)
    if (runs_->program->stages()) return run_stages(first);
  has_run_ = false;
  if constexpr (WEFT_KEEPS_passes) WEFT_TRY(prepare_again(prepared_));
  WEFT_TRY(compiled_->forward(*frame_, inputs_, outputs_, states_->random.seed, first, {},
                              {input_room_, output_room_}));
  // Unfinished results are not taken over.
  if (thread_state().interrupted) return {};
  if constexpr (WEFT_KEEPS_states) take_new_states();
  has_run_ = true;
  return {};
}

Result<const void*> Context::output_data(size_t index) const {
  const Use use(*states_);
  WEFT_TRY(use.status());
  if (index >= entry_->outputs.size())
    return errors::index_out_of_range("context", "`index` must be below ", entry_->outputs.size(),
                                      "; got ", index);
  if (!has_run_) return errors::invalid_state("context", "there is no output before a run");
  return static_cast<const void*>(outputs_[index]);
}

// ---- states -----------------------------------------------------------------------------------

Result<void*> Context::state_memory(size_t index, size_t bytes) const {
  if (!WEFT_KEEPS_states || index >= state_ports_.size())
    return errors::index_out_of_range("context", "`index` must be below ", state_ports_.size(),
                                      "; got ", index);
  const Port& port = state_ports_[index];
  if (bytes != static_cast<size_t>(port.type.bytes()))
    return errors::invalid_value("context", "state `", port.name, "` ", to_string(port.type),
                                 " has ", port.type.bytes(), " bytes; got ", bytes);
  if (index < state_tensors_.size()) return states_->find(state_tensors_[index]);
  return static_cast<void*>(&states_->random);
}

Status Context::read_state(size_t index, void* data, size_t bytes) const {
  const Use use(*states_);
  WEFT_TRY(use.status());
  WEFT_ASSIGN(const void* memory, state_memory(index, bytes));
  if (bytes > 0) std::memcpy(data, memory, bytes);
  return {};
}

Status Context::write_state(size_t index, const void* data, size_t bytes) {
  const Use use(*states_);
  WEFT_TRY(use.status());
  WEFT_ASSIGN(void* memory, state_memory(index, bytes));
  if (bytes > 0) std::memcpy(memory, data, bytes);
  if (state_ports_[index].type.dtype == DType::kBool)
    make_bools(memory, static_cast<int64_t>(bytes));
  return {};
}

Status Context::reset_states() {
  const Use use(*states_);
  WEFT_TRY(use.status());
  if constexpr (WEFT_KEEPS_states) states_->reset();
  return {};
}

Status Context::save(const std::string& path) const {
  const Use use(*states_);
  WEFT_TRY(use.status());
  return states_->save(path);
}

}  // namespace weft::model
