// A program is a graph with its plans. Hybridized blocks, entry points of models, and gradients
// that are differentiated again are run by programs.
//
//   Program ──compile(signature)──▶ Compiled ──checkout()──▶ Frame ──forward()──▶ backward()
//
// A program with sizes (numbers that only a run knows) has no plan of its own: it runs in stages
// (stages.h), each of which is a program.
//
// A Compiled does not change and may be run by several threads; what a call changes is its frame
// (memory for residuals and scratch, pointers bound to it). Frames are pooled: from the second call
// of a signature on, nothing is allocated.
#pragma once

#include <algorithm>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "base/ref.h"
#include "executor/plan/make_plan.h"
#include "executor/plan/saved_plan.h"
#include "executor/program/preparation.h"
#include "executor/run/run_plan.h"
#include "graph/ir/ir.h"
#include "graph/partition/batch.h"
#include "graph/passes/pipeline.h"
#include "runtime/memory/pool.h"
#include "runtime/memory/storage.h"

namespace weft::executor {

class Compiled;
class Program;
class Stages;

// By input: does a call want its gradient? Pooled memory, because every recorded call makes one.
using Wanted = PoolVector<bool>;

// The memory of one call: residuals, and the pointers of the plans, bound to this frame. It is
// counted by references and goes back to its plan when the last one is gone. Calls on one frame run
// one at a time (`in_use_`). The engine orders work by `residual()`: a forward pass writes it, a
// backward pass reads it and, when it consumes, writes it too.
class Frame final {
 public:
  explicit Frame(Compiled& compiled);
  void retain() { references_.fetch_add(1, std::memory_order_relaxed); }
  void release() {
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) give_back();
  }
  Storage* residual() const { return residual_.get(); }  // null without gradients

 private:
  friend class Compiled;
  ~Frame() = default;
  void give_back();

  std::atomic<int32_t> references_{1};
  Compiled* owner_;      // lives while the frame is idle
  Ref<Compiled> alive_;  // set while the frame is out, so that the plan outlives it
  std::mutex in_use_;    // held while a plan runs on this frame
  Bound forward_;
  Bound backward_[2];  // preserving, consuming; bound at the first use
  std::vector<void*> backward_inputs_, backward_outputs_;
  Ref<Storage> residual_;
  // On a device: an arena for each plan (Compiled::Which), because its queue may still use the
  // memory when a call has returned. On the CPU the arena is scratch of the plan instead.
  Ref<Storage> arenas_[3];
  void* arena_ = nullptr;         // the caller's memory; null: scratch of the plan
  bool holds_residuals_ = false;  // a forward pass has filled them, and none consumed them
};
using FramePtr = Ref<Frame>;

// What a plan needs, for people and tests.
struct MemoryFigures {
  int64_t arena = 0;        // bytes of the forward plan's arena
  int64_t residual = 0;     // bytes kept from forward to backward
  int64_t backward = 0;     // bytes of the backward plan's arena
  int64_t prepared = 0;     // bytes of values that are computed once from frozen inputs
  int64_t lower_bound = 0;  // no placement of this order needs fewer for the forward arena
  int64_t nodes = 0;        // steps that the forward plan runs
  int64_t backward_nodes = 0;
  int64_t backward_bound = 0;  // like lower_bound, for the backward plan
  double planning = 0;         // seconds that making the plans took, passes included
};

// Does a plan take prepared values? Then whoever runs it has to pass them.
enum class Prepare : uint8_t { kNo, kYes };

// The plans for one signature. All pointers given to forward and backward are first elements of
// *dense* arrays of the types in the signature. `outputs` never overlap inputs, but for the two
// sides of a state pair, which may be one array.
class Compiled final : public Object {
 public:
  std::span<const graph::TensorType> input_types() const { return input_types_; }
  std::span<const graph::TensorType> output_types() const { return output_types_; }
  std::span<const graph::StatePair> states() const { return states_; }
  // The input whose new content the output is; -1: it is an ordinary output.
  int32_t state_of_output(size_t output) const {
    return output < state_of_output_.size() ? state_of_output_[output] : -1;
  }
  Device* device() const { return forward_.device; }
  // Does a step, forward or backward, run on the calling thread only? It may then call the host,
  // which may call the library; and it may fail, so new states are stored only when everything has
  // run.
  bool runs_on_caller() const { return runs_on_caller_; }
  // How many random ordinals one call uses up.
  int32_t ordinals() const { return ordinals_; }

  // A frame for one call, from the pool if there is one.
  Result<FramePtr> checkout();
  // A frame whose arena is the caller's memory: at least arena_bytes(), aligned to kAlignment, and
  // alive until the frame is gone. For plans without gradients.
  Result<FramePtr> frame_in(void* memory, int64_t bytes);
  int64_t arena_bytes() const { return forward_.arena_bytes; }

  // What makes the values that `forward` takes after its inputs, and where each of these comes
  // from; empty: it takes none.
  std::span<const Ref<Preparation>> preparations() const { return preparations_; }
  std::span<const PreparedValue> prepared_values() const { return prepared_values_; }

  // Runs the forward plan. Keeps residuals in the frame if the signature wants gradients; scratch
  // goes back to the plan. `read_once`: as in RunRoots. `room`: the bytes of arrays whose size a
  // file or a caller has decided, to be checked.
  Status forward(Frame& frame, Pointers inputs, Pointers outputs, uint64_t seed = 0,
                 uint64_t first_ordinal = 0, std::span<Storage* const> read_once = {},
                 const RunRoom& room = {});
  // Frees what is kept for the next run: scratch, and frames with their residuals.
  void free_idle();

  // ---- gradients; empty in a plan without --------------------------------------------------
  bool with_gradients() const { return with_gradients_; }
  // Must the caller keep the content of this array until backward, as it was in forward?
  bool backward_reads_input(size_t i) const { return reads_input_[i]; }
  bool backward_reads_output(size_t i) const { return reads_output_[i]; }
  // Has output i a cotangent, input i a gradient? Where not, backward does not look at the pointer.
  bool takes_cotangent(size_t output) const { return takes_cotangent_[output]; }
  bool has_gradient(size_t input) const { return has_gradient_[input]; }
  // The gradient is a sum of this many rows with indices (as of an embedding); -1: it is an array
  // of the input's type.
  int64_t gradient_rows(size_t input) const { return gradient_rows_[input]; }
  // The last outputs, so many of them, are the results of effects. The program's own graph does not
  // have them as outputs; joint() needs them, because effects happen only once.
  size_t effect_results() const { return effect_results_; }

  // Makes the backward plan if it is not there. For a device this has to happen before the work is
  // queued, because planning copies constants there.
  Status plan_backward(bool consuming) { return backward_plan(consuming).status(); }

  // Runs a backward plan. Pointers are indexed as the program's inputs and outputs: cotangents by
  // output, gradients by input. Entries that the functions above deny may be null. Where gradient i
  // is a sum of rows, entry i is for the rows and entry `inputs + i` for their int64 indices. A
  // *consuming* backward overwrites the frame's residuals; a preserving one may run again.
  Status backward(Frame& frame, Pointers inputs, Pointers outputs, Pointers cotangents,
                  Pointers gradients, bool consuming, uint64_t seed = 0,
                  uint64_t first_ordinal = 0);

  // The gradients as a program, for gradients of gradients (create_graph). It takes the inputs, the
  // cotangents of outputs with takes_cotangent, and the results of effects, and gives the gradients
  // of inputs with has_gradient (rows and indices where it is a sum of rows). It computes the
  // forward pass again, without its effects, and has to run with the seed and the first ordinal of
  // the call that it differentiates.
  Result<Ref<Program>> joint();

  MemoryFigures memory() const;
  ops::Cost cost() const;          // of one forward pass
  std::string describe() const;    // bytes, lower bound, order, kernels
  std::string arena_json() const;  // {"forward": …, "backward": …}

 private:
  friend class Program;
  friend class Frame;
  Compiled() = default;
  ~Compiled() override;
  // What a plan is built for.
  struct Purpose {
    std::vector<bool> wanted;  // by input: its gradient; empty: none is wanted
    std::vector<bool> frozen;  // by input: it is written seldom; empty: none is frozen
    Prepare prepare = Prepare::kNo;
    Device* device = nullptr;
    int64_t budget = 0;  // bytes of arena, residuals and prepared values; 0: no limit
    std::span<const Ref<Preparation>> known = {};  // of other plans, to be shared
    SavedPlans* saved = nullptr;
    bool may_not_fit = false;       // as PlanOptions::may_not_fit
    bool is_ready = false;          // the passes have run on the graph already
    bool is_part = false;           // the graph is a part of a batch and is not split again
    graph::Graph* ready = nullptr;  // receives the graph that the plan is made from
    const graph::BatchParts* parts = nullptr;  // the graph is one of these parts; null: it is whole
  };
  // The ways to build: with or without gradients, from a graph whose passes have run (`ready`), as
  // one part of a batch (false where splitting does not pay).
  static Result<Ref<Compiled>> build(const graph::Graph& graph, const Purpose& purpose,
                                     const graph::PassSelection& selection);
  Status build_inference(const graph::Graph& graph, const Purpose& purpose,
                         const graph::PassSelection& selection);
  Status build_ready(const graph::Graph& graph, const Purpose& purpose);
  // Plans one part of the batch, which runs several times; false where the batch is not to be
  // split.
  Result<bool> build_part(const graph::Graph& graph, const Purpose& purpose,
                          const graph::PassSelection& selection);
  // Puts more of the network into row tiles, until the arena has at most `room` bytes.
  Status stream_rows(const graph::Graph& whole, int64_t room, graph::PassContext context,
                     const graph::PassSelection& selection, PlanOptions options);
  // Splits off what follows from frozen inputs alone and plans it; gives the rest of the graph.
  Result<graph::Graph> prepare(graph::Graph graph, const Purpose& purpose,
                               const graph::PassSelection& selection);
  int64_t prepared_bytes() const;
  // For a graph that has its gradients inside (a training step): meets the budget by
  // rematerialisation, which computes again what costs least.
  Status build_step_within(const graph::Graph& whole, int64_t budget, const PlanOptions& options,
                           const graph::PassSelection& selection);
  Status build_gradients(const graph::Graph& graph, const std::vector<bool>& wanted,
                         const graph::PassSelection& selection, Device* device, int64_t budget);
  void add_effect_results();
  // Runs one of the plans with an arena of its own; `which` selects the arena in the frame.
  enum Which { kForward, kPreserving, kConsuming };
  Status run(const Plan& plan, Bound& bound, Frame& frame, Which which, Pointers inputs,
             Pointers outputs, uint64_t seed, uint64_t first_ordinal,
             std::span<Storage* const> read_once = {}, const RunRoom& room = {});
  Status run_parts(Bound& bound, RunRoots roots, uint64_t seed, uint64_t first_ordinal);
  Result<const Plan*> backward_plan(bool consuming);
  void* take_scratch(int64_t bytes);
  void return_scratch(void* block, int64_t bytes);
  // Bytes of the block for one run on the CPU. Forward and backward take blocks of the same size,
  // so that they can share one.
  int64_t scratch_bytes(const Plan& plan) const {
    return std::max(plan.arena_bytes, plan.arena_bytes ? shared_arena_ : 0);
  }

  std::vector<graph::TensorType> input_types_;
  std::vector<graph::TensorType> output_types_;
  std::vector<graph::StatePair> states_;
  std::vector<int32_t> state_of_output_;
  int32_t ordinals_ = 0;
  Plan forward_;
  graph::BatchParts parts_;  // `forward_` runs once for each part
  std::vector<Ref<Preparation>> preparations_;
  std::vector<PreparedValue> prepared_values_;
  // Bytes of the largest arena of a call that is not differentiated again.
  int64_t shared_arena_ = 0;
  bool runs_on_caller_ = false;
  bool with_gradients_ = false;
  bool encodes_ = false;  // chains become machine code
  size_t effect_results_ = 0;
  std::vector<bool> reads_input_, reads_output_, takes_cotangent_, has_gradient_;
  std::vector<int64_t> gradient_rows_;
  graph::Graph joint_graph_;     // outputs, effect results, gradients: as the reverse sweep made it
  graph::Graph backward_graph_;  // what the backward plans are made from
  PlanOptions backward_options_;

  mutable std::mutex mutex_;                       // guards what follows
  double planning_ = 0;                            // seconds
  std::unique_ptr<const Plan> backward_plans_[2];  // preserving, consuming: made on demand
  Ref<Program> joint_;
  std::vector<Frame*> idle_;                        // the pool of frames
  std::vector<std::pair<void*, int64_t>> scratch_;  // idle blocks with their bytes
};

// The error for a budget that no plan meets.
Status budget_not_met(int64_t budget, int64_t minimum);

// In a training step that is one graph, computes masks (remat/split.h) early; other graphs
// unchanged.
graph::Graph with_early_masks_of_step(graph::Graph graph);
// In a training step that is one graph, computes cheap values again where that keeps fewer bytes
// alive.
graph::Graph with_fewest_residuals(graph::Graph step, const graph::PassSelection& selection);

// A graph, its passes, and the plans that were made of it. Any thread may use it.
class Program final : public Object {
 public:
  // `frozen`: by input, whether it is written seldom (a parameter), so that what follows from
  // frozen inputs alone is computed once and kept.
  static Result<Ref<Program>> create(graph::Graph graph,
                                     graph::PassSelection selection = graph::PassSelection(),
                                     std::vector<bool> frozen = {});

  // A program of a graph whose passes have run, as `ready` gave it: plans are made from it as it
  // is. Prepared values are ordinary inputs of it.
  static Ref<Program> of_ready(graph::Graph graph);
  // The graph is one of these parts of a batch; plans from now on run it once for each part.
  void set_parts(const graph::BatchParts& parts) { parts_ = parts; }
  // What a file keeps of a program instead of its own graph.
  struct Ready {
    graph::Graph graph;            // takes the program's inputs, then what the preparation gives
    Ref<Preparation> preparation;  // null: nothing is prepared
    graph::BatchParts parts;
  };
  // The graph that plans for the graph's own types, with prepared values, are made from. Not for
  // programs with sizes.
  Result<Ready> ready();

  const graph::Graph& graph() const { return graph_; }
  const graph::BatchParts& parts() const { return parts_; }  // of a ready program
  Stages* stages() const { return stages_.get(); }           // null without sizes

  // The plan for inputs of these types and for the gradients that are marked in `wanted` (empty:
  // none). Plans are kept; beyond kMaxPlans the least recently used one goes.
  Result<Ref<Compiled>> compile(std::span<const graph::TensorType> inputs,
                                const Wanted& wanted = {}, Device* device = nullptr,
                                Prepare prepare = Prepare::kNo);
  // Plans made from now on take at most this many bytes for arena, residuals and prepared values
  // together; 0: no limit. A compile that cannot meet it says how few bytes it can. Not for
  // programs with sizes that follow from values.
  Status set_budget(int64_t bytes);
  int64_t budget() const;
  // What files keep of plans (plan/saved_plan.h): the decisions of an entry point without gradients
  // on the CPU, with prepared values and without.
  Result<Ref<SavedPlans>> plans_to_save();
  // The preparations of this program's plans, which plans of another program for the same inputs
  // share where they prepare the same.
  std::vector<Ref<Preparation>> preparations() const;
  void share(std::vector<Ref<Preparation>> preparations);
  // Plans for the graph's own types follow these decisions, if they were made under today's
  // conditions.
  void set_saved_plans(Ref<SavedPlans> plans);
  // The plan that compile gave last, or one for each stage; empty before the first.
  std::vector<Ref<Compiled>> latest_plans() const;

  static constexpr size_t kMaxPlans = 32;

 private:
  // A plan with all that it was made for; the cache of plans is searched by these.
  struct Entry {
    std::vector<graph::TensorType> inputs;
    std::vector<bool> wanted;
    int threads;  // scratch depends on their number
    Device* device;
    Prepare prepare;
    int64_t budget;
    Ref<Compiled> compiled;
  };
  Program(graph::Graph graph, graph::PassSelection selection, std::vector<bool> frozen);
  std::vector<Ref<Preparation>> known_preparations() const;
  bool is_saved_for(int threads) const;
  ~Program() override;

  const graph::Graph graph_;
  const graph::PassSelection selection_;
  const std::vector<bool> frozen_;  // by input; empty: none
  bool is_ready_ = false;
  graph::BatchParts parts_;  // of what is ready
  std::unique_ptr<Stages> stages_;
  mutable std::mutex mutex_;
  int64_t budget_ = 0;
  Ref<SavedPlans> saved_;
  std::vector<Entry> entries_;  // most recently used first
  // Of other programs, until there is a plan that has taken what it can of them.
  std::vector<Ref<Preparation>> shared_;
};

}  // namespace weft::executor
