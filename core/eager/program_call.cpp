// Binds arrays to a plan and runs it: types and device of the arguments, memory for the outputs,
// prepared values, a frame, and afterwards the states.
#include "eager/program_call.h"

#include <algorithm>

#include "base/errors.h"
#include "eager/call.h"
#include "eager/recorder.h"
#include "runtime/engine/transfer.h"
#include "runtime/thread_state.h"

namespace weft::eager {
namespace {

using executor::Compiled;
using executor::Program;

// What the engine runs: pointers that stay valid as long as the storages are registered with it.
struct Forward {
  Ref<Compiled> compiled;
  executor::FramePtr frame;
  RandomKey key;
  PoolVector<void*> in, out;

  Status operator()() const {
    return compiled->forward(*frame, in, out, key.seed, key.first_ordinal);
  }
};

// What one call is made of.
struct Call {
  Device* device = nullptr;
  bool wants_gradients = false;
  PoolVector<ops::TensorType> types;
  PoolVector<void*> in;
  PoolVector<void*> out;
  PoolVector<Storage*> reads;
  PoolVector<Storage*> writes;
};

// Asks for the arguments' memory before they are looked at. The plan that ran before has put them
// out of the caches, and one by one a network's hundred parameters take some 30 µs.
void fetch(std::span<const Ref<Tensor>> arguments) {
  for (const Ref<Tensor>& argument : arguments) {
    __builtin_prefetch(argument.get());
    __builtin_prefetch(&argument->shape());
  }
  for (const Ref<Tensor>& argument : arguments) __builtin_prefetch(&argument->box());
  for (const Ref<Tensor>& argument : arguments) __builtin_prefetch(argument->box().storage());
}

// Integers have no gradient, wherever they come from.
bool is_any_recorded(std::span<const Ref<Tensor>> arguments) {
  return std::ranges::any_of(arguments, [](const Ref<Tensor>& argument) {
    return is_inexact(argument->dtype()) && argument->is_recorded();
  });
}

// Types and device of a call. A program runs on one device, that of its first argument.
Status look_at(std::span<const Ref<Tensor>> arguments, Call& call) {
  const bool has_place = !arguments.empty() && !arguments[0]->box().traced();
  call.device = has_place ? arguments[0]->device() : thread_state().device;
  call.types.reserve(arguments.size());
  for (size_t i = 0; i < arguments.size(); ++i) {
    const Tensor& argument = *arguments[i];
    if (argument.box().traced()) return traced_value_error("function");
    if (argument.device() != arguments[0]->device())
      return errors::invalid_value(
          "function", "all arguments and captures must be on one device; number 0 is on ",
          name_of(arguments[0]->device()), " and number ", i, ", of shape ", argument.shape(),
          ", is on ", name_of(argument.device()));
    call.types.push_back({argument.dtype(), argument.shape()});
  }
  return {};
}

// The array that output `i` of the plan goes to: a new one, or for a state its box's own memory.
// That is possible where nobody holds the old content and the plan cannot fail half-way. Pinned
// memory is always written in place.
Result<Ref<Tensor>> output_array(const Compiled& compiled, std::span<const Ref<Tensor>> arguments,
                                 size_t i) {
  if (const int32_t input = compiled.state_of_output(i); input >= 0) {
    const Ref<Tensor>& argument = arguments[static_cast<size_t>(input)];
    WEFT_TRY(check_writable(*argument, thread_state().modes & kRecording));
    const Box& box = argument->box();
    const bool keeps = keeps_state(*argument);
    if (!keeps &&
        (box.pinned() || !(compiled.runs_on_caller() || box.storage()->held_as_value()))) {
      box.storage()->note_write();
      return argument;
    }
  }
  const ops::TensorType& type = compiled.output_types()[i];
  return Tensor::create(type.dtype, type.shape, compiled.device());
}

// Addresses and storages of all inputs and outputs.
Status bind_call(const Compiled& compiled, std::span<const Ref<Tensor>> arguments, Call& call,
                 PoolVector<Ref<Tensor>>& outputs) {
  for (const graph::StatePair& state : compiled.states()) {
    // Its new content would have no history, and a gradient through it would be lost silently.
    const Tensor& target = *arguments[static_cast<size_t>(state.input)];
    if (call.wants_gradients && !target.box().state && !target.box().leaf &&
        is_inexact(target.dtype()))
      return errors::invalid_state("function", "a hybridized function writes to array ",
                                   state.input,
                                   " of its arguments and captures while it is recorded, so the "
                                   "write would have no gradient; return the new value instead, or "
                                   "mark the array as state");
  }
  for (size_t i = 0; i < compiled.output_types().size(); ++i) {
    WEFT_ASSIGN(Ref<Tensor> output, output_array(compiled, arguments, i));
    call.out.push_back(output->data());
    call.writes.push_back(output->box().storage());
    outputs.push_back(std::move(output));
  }
  for (const Ref<Tensor>& argument : arguments) {
    call.in.push_back(argument->data());
    call.reads.push_back(argument->box().storage());
  }
  return {};
}

// Gives states their new contents. One that was not written in place moves into its box; where the
// state is a part of a box, the part is written.
Status store_states(const Compiled& compiled, std::span<const Ref<Tensor>> arguments,
                    std::span<const Ref<Tensor>> outputs) {
  ModeScope plain(0, kRecording);
  for (const graph::StatePair& state : compiled.states()) {
    Tensor& target = *arguments[static_cast<size_t>(state.input)];
    if (keeps_state(target)) continue;
    const Ref<Tensor>& content = outputs[static_cast<size_t>(state.output)];
    Box& box = target.box();
    if (&box != &content->box()) {
      if (target.covers_box())
        box.set_storage(Ref<Storage>(content->box().storage()));
      else
        WEFT_TRY(write(target, ops::Argument::of_tensor(content.get())));
    }
    if (!box.leaf) box.set_content(Ref<Object>(), 0);
  }
  return {};
}

// Kept from an earlier call, or made now, on this thread: a failure is known before it is kept.
// Pinned memory is written without a note, so nothing is kept of it.
Result<Ref<executor::Prepared>> prepared_values(executor::Preparation& preparation,
                                                std::span<const Ref<Tensor>> arguments) {
  PoolVector<Storage*> sources, writes;
  PoolVector<void*> in;
  bool pinned = false;
  for (const int32_t i : preparation.inputs()) {
    const Tensor& argument = *arguments[static_cast<size_t>(i)];
    pinned = pinned || argument.box().pinned();
    sources.push_back(argument.box().storage());
    in.push_back(argument.data());
  }
  if (!pinned)
    if (Ref<executor::Prepared> kept = preparation.kept(sources)) return kept;
  WEFT_ASSIGN(Ref<executor::Prepared> made,
              executor::Prepared::allocate(preparation.types(), sources));
  for (const Ref<Storage>& content : made->contents()) writes.push_back(content.get());
  Compiled& plan = preparation.plan();
  WEFT_ASSIGN(const executor::FramePtr frame, plan.checkout());
  WEFT_TRY(run_ordered(sources, writes, is_long(plan.cost()),
                       [&] { return preparation.make(*frame, *made, in); }));
  if (!pinned) preparation.keep(made);
  return made;
}

// A program that draws nothing takes no ordinal, and no lock.
RandomKey key_of(int32_t ordinals, const RandomKey* repeated) {
  if (repeated) return *repeated;
  return ordinals ? take_ordinals(static_cast<uint64_t>(ordinals)) : RandomKey{0, 0};
}

}  // namespace

Result<ProgramRun> run_program(Program& program, std::span<const Ref<Tensor>> arguments,
                               const executor::Wanted& wanted, const RandomKey* repeated) {
  Call call;
  call.wants_gradients = !wanted.empty();
  WEFT_TRY(look_at(arguments, call));
  ProgramRun run;
  WEFT_ASSIGN(run.compiled,
              program.compile(call.types, wanted, call.device, executor::Prepare::kYes));
  const Compiled& compiled = *run.compiled;
  WEFT_TRY(bind_call(compiled, arguments, call, run.outputs));
  PoolVector<Ref<executor::Prepared>> prepared;
  for (const Ref<executor::Preparation>& preparation : compiled.preparations()) {
    WEFT_ASSIGN(Ref<executor::Prepared> values, prepared_values(*preparation, arguments));
    prepared.push_back(std::move(values));
  }
  for (const executor::PreparedValue& value : compiled.prepared_values()) {
    Storage& content = prepared[static_cast<size_t>(value.preparation)]->content(value.output);
    call.in.push_back(content.data());
    call.reads.push_back(&content);
  }
  WEFT_ASSIGN(run.frame, run.compiled->checkout());
  if (run.frame->residual()) call.writes.push_back(run.frame->residual());
  run.key = key_of(compiled.ordinals(), repeated);
  const bool pinned = std::ranges::any_of(
      arguments, [](const Ref<Tensor>& argument) { return argument->box().pinned(); });
  WEFT_TRY(run_or_push(
      call.reads, call.writes, pinned,
      Forward{run.compiled, run.frame, run.key, std::move(call.in), std::move(call.out)}));
  WEFT_TRY(store_states(compiled, arguments, run.outputs));
  return run;
}

Status call_program(Program& program, std::span<const Ref<Tensor>> arguments,
                    std::span<Ref<Tensor>> results, const RandomKey* repeated,
                    std::string_view name) {
  if (program.stages())
    return call_stages(program, arguments, results, key_of(program.graph().ordinals, repeated));
  fetch(arguments);
  const ThreadState& state = thread_state();
  if (state.modes & kRecording && is_any_recorded(arguments))
    return state.recorder->call_program(program, arguments, results, repeated, name);
  WEFT_ASSIGN(const ProgramRun run, run_program(program, arguments, {}, repeated));
  for (size_t i = 0; i < results.size(); ++i) results[i] = run.outputs[i];
  return {};
}

}  // namespace weft::eager
