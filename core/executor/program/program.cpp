// Frames and scratch of a Compiled, running it, and the cache of plans of a Program. How a graph
// becomes plans is in compile.cpp, gradients in gradients.training.cpp.
#include "executor/program/program.h"

#include <algorithm>

#include "base/errors.h"
#include "base/log.h"
#include "executor/plan/describe.h"
#include "executor/program/stages.h"
#include "graph/ir/body_constants.h"
#include "runtime/engine/threads.h"
#include "runtime/memory/pool.h"
#include "weft_parts.h"

namespace weft::executor {

using graph::Graph;
using graph::TensorType;

namespace {

// Frames and blocks of scratch that stay for the next calls. More at one time are rare and are
// freed.
constexpr size_t kIdleFrames = 8;
constexpr size_t kIdleScratch = 4;

}  // namespace

// ---- frames ------------------------------------------------------------------------------------

Frame::Frame(Compiled& compiled) : owner_(&compiled), forward_(bind_new(compiled.forward_)) {}

// The last reference is gone: back to the pool, or deleted if the pool is full or the arena is not
// ours. `alive` may release the plan, so it is destroyed last.
void Frame::give_back() {
  const Ref<Compiled> alive = std::move(alive_);
  Compiled& owner = *owner_;
  holds_residuals_ = false;
  if (!arena_) {
    const std::lock_guard lock(owner.mutex_);
    if (owner.idle_.size() < kIdleFrames) {
      owner.idle_.push_back(this);
      return;
    }
  }
  delete this;
}

Compiled::~Compiled() { free_idle(); }

Result<FramePtr> Compiled::checkout() {
  Frame* frame = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      frame = idle_.back();
      idle_.pop_back();
    }
  }
  if (!frame) {
    Ref<Storage> residual;
    if (with_gradients_) {
      WEFT_ASSIGN(residual, Storage::allocate(forward_.residual_bytes, forward_.device));
    }
    frame = new Frame(*this);
    frame->residual_ = std::move(residual);
  }
  frame->alive_ = Ref<Compiled>(this);
  frame->references_.store(1, std::memory_order_relaxed);
  return FramePtr::adopt(frame);
}

Result<FramePtr> Compiled::frame_in(void* memory, int64_t bytes) {
  if (with_gradients_)
    return errors::invalid_state(
        "plan", "a plan with gradients allocates its own memory; it cannot run in a given `arena`");
  if (bytes < forward_.arena_bytes || reinterpret_cast<uintptr_t>(memory) % kAlignment)
    return errors::invalid_value("plan", "`arena` must be ", forward_.arena_bytes,
                                 " bytes aligned to ", kAlignment, "; got ", bytes, " bytes");
  auto* frame = new Frame(*this);
  frame->arena_ = memory;
  frame->alive_ = Ref<Compiled>(this);
  return FramePtr::adopt(frame);
}

// A block of exactly so many bytes, an idle one if there is one; null: out of memory.
void* Compiled::take_scratch(int64_t bytes) {
  {
    const std::lock_guard lock(mutex_);
    for (size_t i = scratch_.size(); i-- > 0;) {
      if (scratch_[i].second != bytes) continue;
      void* block = scratch_[i].first;
      scratch_[i] = scratch_.back();
      scratch_.pop_back();
      return block;
    }
  }
  return pool_allocate(static_cast<size_t>(bytes));
}

void Compiled::free_idle() {
  const std::lock_guard lock(mutex_);
  for (Frame* frame : idle_) delete frame;
  idle_.clear();
  for (const auto& [block, bytes] : scratch_) pool_free(block, static_cast<size_t>(bytes));
  scratch_.clear();
}

void Compiled::return_scratch(void* block, int64_t bytes) {
  {
    const std::lock_guard lock(mutex_);
    if (scratch_.size() < kIdleScratch) {
      scratch_.emplace_back(block, bytes);
      return;
    }
  }
  pool_free(block, static_cast<size_t>(bytes));
}

// ---- running -----------------------------------------------------------------------------------

Status Compiled::forward(Frame& frame, Pointers inputs, Pointers outputs, uint64_t seed,
                         uint64_t first_ordinal, std::span<Storage* const> read_once,
                         const RunRoom& room) {
  const size_t taken = input_types_.size() + prepared_values_.size();
  if (inputs.size() != taken || outputs.size() != output_types_.size())
    return errors::invalid_value("plan", "the plan takes ", taken, " inputs and ",
                                 output_types_.size(), " outputs; got ", inputs.size(), " and ",
                                 outputs.size());
  const std::lock_guard lock(frame.in_use_);
  Status status = run(forward_, frame.forward_, frame, kForward, inputs, outputs, seed,
                      first_ordinal, read_once, room);
  frame.holds_residuals_ = with_gradients_ && status.ok();
  return status;
}

// Gets an arena, runs the plan, gives the arena back. A device's arena stays in the frame.
Status Compiled::run(const Plan& plan, Bound& bound, Frame& frame, Which which, Pointers inputs,
                     Pointers outputs, uint64_t seed, uint64_t first_ordinal,
                     std::span<Storage* const> read_once, const RunRoom& room) {
  RunRoots roots{inputs, outputs, frame.arena_, nullptr, read_once, room};
  if (frame.residual_) roots.residual = frame.residual_->data();
  const int64_t bytes = frame.arena_ ? 0 : plan.device ? plan.arena_bytes : scratch_bytes(plan);
  void* scratch = nullptr;
  if (WEFT_KEEPS_devices && bytes > 0 && plan.device) {
    Ref<Storage>& arena = frame.arenas_[which];
    if (!arena) {
      WEFT_ASSIGN(arena, Storage::allocate(bytes, plan.device));
    }
    roots.arena = arena->data();
  } else if (bytes > 0) {
    roots.arena = scratch = take_scratch(bytes);
    if (!scratch) return errors::out_of_memory("plan", bytes);
  }
  // From here on the plan may overwrite the residuals, even if it fails later.
  if (which == kConsuming) frame.holds_residuals_ = false;
  Status status = WEFT_KEEPS_batches && which == kForward && parts_.count > 1
                      ? run_parts(bound, roots, seed, first_ordinal)
                      : run_plan(plan, bound, roots, seed, first_ordinal);
  if (scratch) return_scratch(scratch, bytes);
  return status;
}

// Runs the forward plan once for each part of the batch. Inputs and outputs that are cut along axis
// 0 move on by one part each time; the others (parameters) stay.
Status Compiled::run_parts(Bound& bound, RunRoots roots, uint64_t seed, uint64_t first_ordinal) {
  PoolVector<void*> inputs(roots.inputs.begin(), roots.inputs.end()),
      outputs(roots.outputs.begin(), roots.outputs.end());
  PoolVector<int64_t> input_room(roots.room.inputs.begin(), roots.room.inputs.end()),
      output_room(roots.room.outputs.begin(), roots.room.outputs.end());
  roots.inputs = inputs;
  roots.outputs = outputs;
  roots.room = {input_room, output_room};
  const auto move_on = [&](const graph::TensorType& type, void*& data, PoolVector<int64_t>& room,
                           size_t i) {
    const int64_t bytes = type.bytes() / parts_.count;
    data = static_cast<char*>(data) + bytes;
    if (i < room.size()) room[i] -= bytes;
  };
  for (int64_t part = 0; part < parts_.count; ++part) {
    WEFT_TRY(run_plan(forward_, bound, roots, seed, first_ordinal));
    for (size_t i = 0; i < input_types_.size(); ++i)
      if (parts_.cuts_input(i)) move_on(input_types_[i], inputs[i], input_room, i);
    for (size_t i = 0; i < output_types_.size(); ++i)
      if (parts_.cuts_output(i)) move_on(output_types_[i], outputs[i], output_room, i);
  }
  return {};
}

// ---- figures -----------------------------------------------------------------------------------

ops::Cost Compiled::cost() const {
  ops::Cost cost = forward_.cost;
  cost.flops *= static_cast<double>(parts_.count);
  cost.bytes *= static_cast<double>(parts_.count);
  return cost;
}

MemoryFigures Compiled::memory() const {
  MemoryFigures figures;
  figures.arena = forward_.arena_bytes;
  figures.residual = forward_.residual_bytes;
  figures.prepared = prepared_bytes();
  figures.lower_bound = forward_.lower_bound;
  figures.nodes = static_cast<int64_t>(forward_.actions.size());
  const std::lock_guard lock(mutex_);
  figures.planning = planning_;
  for (const auto& plan : backward_plans_) {
    if (!plan) continue;
    figures.backward = plan->arena_bytes;
    figures.backward_nodes = static_cast<int64_t>(plan->actions.size());
    figures.backward_bound = plan->lower_bound;
  }
  return figures;
}

std::string Compiled::describe() const {
  std::string text;
  for (const Ref<Preparation>& preparation : preparations_)
    text += "prepared " + std::to_string(preparation->bytes()) +
            " bytes, once: " + executor::describe(preparation->plan().forward_);
  text += "forward" +
          (parts_.count > 1 ? ", " + std::to_string(parts_.count) + " times" : std::string()) +
          ": " + executor::describe(forward_);
  const std::lock_guard lock(mutex_);
  if (backward_plans_[1]) text += "backward: " + executor::describe(*backward_plans_[1]);
  if (backward_plans_[0]) text += "backward, kept: " + executor::describe(*backward_plans_[0]);
  return text;
}

std::string Compiled::arena_json() const {
  std::string text = "{\"forward\": " + executor::arena_json(forward_);
  const std::lock_guard lock(mutex_);
  if (backward_plans_[1]) text += ", \"backward\": " + executor::arena_json(*backward_plans_[1]);
  return text + "}";
}

// ---- programs ----------------------------------------------------------------------------------

Program::Program(Graph graph, graph::PassSelection selection, std::vector<bool> frozen)
    : graph_(std::move(graph)), selection_(std::move(selection)), frozen_(std::move(frozen)) {}

Program::~Program() = default;

Ref<Program> Program::of_ready(Graph graph) {
  const Ref<Program> program =
      Ref<Program>::adopt(new Program(std::move(graph), graph::PassSelection(""), {}));
  program->is_ready_ = true;
  return program;
}

// Builds a plan only for the graph that it is made from. Constants of bodies move out, as files
// have them.
Result<Program::Ready> Program::ready() {
  WEFT_ASSERT(!stages_ && !is_ready_);
  Ready found;
  Compiled::Purpose purpose;
  purpose.frozen = frozen_;
  purpose.prepare = Prepare::kYes;
  purpose.ready = &found.graph;
  WEFT_ASSIGN(const Ref<Compiled> compiled, Compiled::build(graph_, purpose, selection_));
  found.graph = graph::with_constants_outside(std::move(found.graph));
  // There is no other plan to share with, so one preparation makes all.
  if (!compiled->preparations_.empty()) found.preparation = compiled->preparations_[0];
  found.parts = compiled->parts_;
  return found;
}

Result<Ref<Program>> Program::create(Graph graph, graph::PassSelection selection,
                                     std::vector<bool> frozen) {
  const bool in_stages = !graph.sizes.empty();
  const Ref<Program> program =
      Ref<Program>::adopt(new Program(std::move(graph), std::move(selection), std::move(frozen)));
  if constexpr (WEFT_KEEPS_sizes) {
    if (in_stages) {
      WEFT_ASSIGN(program->stages_,
                  Stages::split(program->graph_, program->selection_, program->frozen_));
    }
  } else {
    WEFT_ASSERT(!in_stages);  // such files are refused
  }
  return program;
}

Result<Ref<Compiled>> Program::compile(std::span<const TensorType> inputs, const Wanted& wanted,
                                       Device* device, Prepare prepare) {
  WEFT_ASSERT(!stages_);
  const int threads = num_threads();
  if (is_ready_) prepare = Prepare::kNo;  // one plan for both: its file has what is prepared
  const std::lock_guard lock(mutex_);
  for (size_t i = 0; i < entries_.size(); ++i) {
    const Entry& entry = entries_[i];
    if (entry.threads != threads || entry.device != device || entry.prepare != prepare ||
        entry.budget != budget_ || !std::ranges::equal(entry.wanted, wanted) ||
        !std::ranges::equal(entry.inputs, inputs))
      continue;
    std::rotate(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(i),
                entries_.begin() + static_cast<std::ptrdiff_t>(i) + 1);
    return entries_.front().compiled;
  }
  Graph typed;
  // Other types than the graph's own: inference runs again for them.
  const bool own = std::ranges::equal(graph_.input_types(), inputs);
  if (!own) {
    if constexpr (!WEFT_KEEPS_passes)
      return errors::unsupported("plan",
                                 "this build of Weft runs a packed file only with the shapes that "
                                 "it was packed for (WEFT_OPS)");
    WEFT_ASSIGN(typed, with_input_types(graph_, inputs));
  }
  const std::vector<bool> marks(wanted.begin(), wanted.end());
  const auto known = WEFT_KEEPS_passes ? known_preparations() : std::vector<Ref<Preparation>>();
  const auto frozen = device ? std::vector<bool>() : frozen_;
  const auto prepares = device ? Prepare::kNo : prepare;
  // Saved decisions are those of inference on the CPU without a budget. A ready graph runs the same
  // plan with a budget or without.
  const bool takes_saved =
      own && wanted.empty() && !device && (is_ready_ || budget_ == 0) && is_saved_for(threads);
  const Compiled::Purpose purpose{
      .wanted = marks,
      .frozen = frozen,
      .prepare = prepares,
      .device = device,
      .budget = budget_,
      .known = known,
      .saved = takes_saved ? saved_.get() : nullptr,
      .may_not_fit = takes_saved && saved_->conditions != plan_conditions(threads, selection_),
      .is_ready = is_ready_,
      .parts = WEFT_KEEPS_batches && own ? &parts_ : nullptr};
  WEFT_ASSIGN(Ref<Compiled> compiled, Compiled::build(own ? graph_ : typed, purpose, selection_));
  if (prepares == Prepare::kYes) shared_.clear();
  if (entries_.size() == kMaxPlans) entries_.pop_back();
  entries_.insert(
      entries_.begin(),
      {{inputs.begin(), inputs.end()}, marks, threads, device, prepare, budget_, compiled});
  return compiled;
}

// Do the saved decisions fit this number of threads? A ready graph is the same whatever runs it,
// and each offset is checked: there, a plan for another number of threads is worth trying.
bool Program::is_saved_for(int threads) const {
  if (!saved_) return false;
  const std::string present = plan_conditions(threads, selection_);
  if (is_ready_ || saved_->conditions == present) return true;
  log(LogLevel::kInfo, saved_->where, ": the saved plan is not used: it was made for ",
      saved_->conditions, "; this is ", present);
  return false;
}

void Program::set_saved_plans(Ref<SavedPlans> plans) {
  if constexpr (WEFT_KEEPS_sizes)
    if (stages_) return stages_->set_saved_plans(std::move(plans));
  const std::lock_guard lock(mutex_);
  saved_ = std::move(plans);
}

// Builds plans with `notes` on, which fills the list.
Result<Ref<SavedPlans>> Program::plans_to_save() {
  auto* const found = new SavedPlans;
  Ref<SavedPlans> plans = Ref<SavedPlans>::adopt(found);
  found->notes = true;
  found->conditions = plan_conditions(num_threads(), selection_);
  if (stages_) return plans;
  for (const Prepare prepare : {Prepare::kYes, Prepare::kNo})
    WEFT_TRY(Compiled::build(graph_,
                             {{}, frozen_, prepare, nullptr, 0, {}, found, false, is_ready_},
                             selection_)
                 .status());
  return plans;
}

std::vector<Ref<Preparation>> Program::known_preparations() const {
  std::vector<Ref<Preparation>> found = shared_;
  for (const Entry& entry : entries_)
    for (const Ref<Preparation>& preparation : entry.compiled->preparations_)
      if (std::ranges::find(found, preparation.get(), &Ref<Preparation>::get) == found.end())
        found.push_back(preparation);
  return found;
}

std::vector<Ref<Preparation>> Program::preparations() const {
  const std::lock_guard lock(mutex_);
  return known_preparations();
}

void Program::share(std::vector<Ref<Preparation>> preparations) {
  const std::lock_guard lock(mutex_);
  shared_ = std::move(preparations);
}

Status Program::set_budget(int64_t bytes) {
  if (bytes < 0)
    return errors::invalid_value("plan", "`memory` must be at least 0 bytes; got ", bytes);
  if (stages_) return stages_->set_budget(bytes);
  const std::lock_guard lock(mutex_);
  budget_ = bytes;
  return {};
}

int64_t Program::budget() const {
  const std::lock_guard lock(mutex_);
  return budget_;
}

std::vector<Ref<Compiled>> Program::latest_plans() const {
  std::vector<Ref<Compiled>> plans;
  if (stages_) {
    for (const Ref<Program>& stage : stages_->latest())
      if (stage) std::ranges::copy(stage->latest_plans(), std::back_inserter(plans));
    return plans;
  }
  const std::lock_guard lock(mutex_);
  if (!entries_.empty()) plans.push_back(entries_.front().compiled);
  return plans;
}

}  // namespace weft::executor
