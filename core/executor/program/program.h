// A program is a graph with its plans: what a hybridized block, a model's entry point and a
// gradient that is differentiated again are run by.
//
//   Program ──compile(signature)──▶ Compiled ──checkout()──▶ Frame ──forward()──▶ backward()
//
// A program with sizes has no plan of its own: it is run in stages (stages.h), each a program.
//
// A Compiled is immutable and may be run by several threads; what a call changes is its frame
// (memory for residuals and scratch, pointers bound to it). Frames are pooled: from the second
// call of a signature on, nothing is allocated.
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

// Of which inputs a call wants gradients. In the pools, because every recorded call makes one.
using Wanted = PoolVector<bool>;

// The memory of one call: residuals, and the pointers of the plans bound to this frame, which one
// use at a time may change. Returned to its plan when nobody holds it. Queued work names
// `residual()`: a forward writes it, a backward reads it and, when it consumes, writes it too.
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
  Compiled* owner_;
  Ref<Compiled> alive_;  // set while the frame is out: the plan outlives it
  std::mutex in_use_;
  Bound forward_;
  Bound backward_[2];  // preserving, consuming: bound at the first use
  std::vector<void*> backward_inputs_, backward_outputs_;
  Ref<Storage> residual_;
  // On a device, whose queue may still use it when a call has returned: forward, and the backward
  // plans. Else scratch of the plan.
  Ref<Storage> arenas_[3];
  void* arena_ = nullptr;  // the caller's; null: scratch of the plan
  bool holds_residuals_ = false;
};
using FramePtr = Ref<Frame>;

struct MemoryFigures {
  int64_t arena = 0;        // bytes of the forward plan's arena
  int64_t residual = 0;     // bytes kept from forward to backward
  int64_t backward = 0;     // bytes of the backward plan's arena
  int64_t prepared = 0;     // bytes of values that are computed once from captures
  int64_t lower_bound = 0;  // no placement of this order needs fewer for the forward arena
  int64_t nodes = 0;        // steps that the forward plan runs
  int64_t backward_nodes = 0;
  int64_t backward_bound = 0;  // as lower_bound
  double planning = 0;         // seconds that making the plans took, passes included
};

// Does a plan take prepared values? What runs it has then to give them.
enum class Prepare : uint8_t { kNo, kYes };

// Pointers given to forward and backward are the first elements of *dense* arrays of the types in
// the signature. `outputs` never overlap inputs, but for the two sides of a state pair.
class Compiled final : public Object {
 public:
  std::span<const graph::TensorType> input_types() const { return input_types_; }
  std::span<const graph::TensorType> output_types() const { return output_types_; }
  std::span<const graph::StatePair> states() const { return states_; }
  // The input whose new content an output is; -1: none's.
  int32_t state_of_output(size_t output) const {
    return output < state_of_output_.size() ? state_of_output_[output] : -1;
  }
  Device* device() const { return forward_.device; }
  // Does a step of it, forward or backward, run on the calling thread only? It may then call the
  // host, which may call the library; and fail, so states are stored when all has run.
  bool runs_on_caller() const { return runs_on_caller_; }
  // Random ordinals that a call takes.
  int32_t ordinals() const { return ordinals_; }

  Result<FramePtr> checkout();
  // A frame in the caller's memory of arena_bytes() at least, aligned to kAlignment, which must
  // outlive it. For plans without gradients.
  Result<FramePtr> frame_in(void* memory, int64_t bytes);
  int64_t arena_bytes() const { return forward_.arena_bytes; }

  // Makes the values that `forward` takes after the inputs; null: it takes none.
  Preparation* preparation() const { return preparation_.get(); }

  // Keeps residuals in the frame if the signature wants gradients; scratch goes back to the plan.
  // `read_once`: as in RunRoots. `room`: what a file or a caller has decided is told, and checked.
  Status forward(Frame& frame, Pointers inputs, Pointers outputs, uint64_t seed = 0,
                 uint64_t first_ordinal = 0, std::span<Storage* const> read_once = {},
                 const RunRoom& room = {});
  // Gives back what is kept for the next run: scratch, and frames with their residuals.
  void free_idle();

  // ---- gradients; empty in a plan without --------------------------------------------------
  bool with_gradients() const { return with_gradients_; }
  // Whose contents the caller keeps until backward, as they were in forward.
  bool backward_reads_input(size_t i) const { return reads_input_[i]; }
  bool backward_reads_output(size_t i) const { return reads_output_[i]; }
  // Has output i a cotangent, input i a gradient? Where not, the pointers are not looked at.
  bool takes_cotangent(size_t output) const { return takes_cotangent_[output]; }
  bool has_gradient(size_t input) const { return has_gradient_[input]; }
  // Of how many rows of the input it is a sum; -1: it is an array of the input's type.
  int64_t gradient_rows(size_t input) const { return gradient_rows_[input]; }
  // The last outputs, so many of them, are what effects gave: the program's own graph does not have
  // them as outputs. joint() needs them, because effects happen once.
  size_t effect_results() const { return effect_results_; }

  // Makes the backward plan if it is not there. Before work that a device's queue takes: making one
  // puts its constants there.
  Status plan_backward(bool consuming) { return backward_plan(consuming).status(); }

  // Indexed as the program's inputs and outputs: cotangents by output, gradients by input; those
  // that the functions above deny may be null. Where gradient i is a sum of rows, entry i is for
  // these, and entry inputs + i for their int64 indices. A *consuming* backward overwrites the
  // frame's residuals, a preserving one may be run again.
  Status backward(Frame& frame, Pointers inputs, Pointers outputs, Pointers cotangents,
                  Pointers gradients, bool consuming, uint64_t seed = 0,
                  uint64_t first_ordinal = 0);

  // (inputs, cotangents of outputs with takes_cotangent, results of effects) → gradients of inputs
  // with has_gradient (rows and indices where it is a sum), the forward without its effects
  // included: what create_graph calls, with the seed and the first ordinal of the call that it
  // differentiates.
  Result<Ref<Program>> joint();

  MemoryFigures memory() const;
  ops::Cost cost() const;          // of the forward
  std::string describe() const;    // bytes, lower bound, order, kernels
  std::string arena_json() const;  // {"forward": …, "backward": …}

 private:
  friend class Program;
  friend class Frame;
  Compiled() = default;
  ~Compiled() override;
  // What a plan is built for.
  struct Purpose {
    std::vector<bool> wanted;  // gradients, by input; empty: none
    std::vector<bool> frozen;  // by input; empty: none is
    Prepare prepare = Prepare::kNo;
    Device* device = nullptr;
    int64_t budget = 0;  // bytes of arena, residuals and prepared values; 0: no limit
    std::span<const Ref<Preparation>> known = {};  // of other plans of the program
    SavedPlans* saved = nullptr;
    bool may_not_fit = false;                  // the saved plans, as in PlanOptions
    bool is_ready = false;                     // the graph's passes have run
    bool is_part = false;                      // of a batch: not to be split again
    graph::Graph* ready = nullptr;             // is given the graph that the plan is made from
    const graph::BatchParts* parts = nullptr;  // of which the ready graph is one
  };
  static Result<Ref<Compiled>> build(const graph::Graph& graph, const Purpose& purpose,
                                     const graph::PassSelection& selection);
  Status build_inference(const graph::Graph& graph, const Purpose& purpose,
                         const graph::PassSelection& selection);
  Status build_ready(const graph::Graph& graph, const Purpose& purpose);
  // The plan of a part of the batch; false where that is not to be split.
  Result<bool> build_part(const graph::Graph& graph, const Purpose& purpose,
                          const graph::PassSelection& selection);
  Status stream_rows(const graph::Graph& whole, int64_t room, graph::PassContext context,
                     const graph::PassSelection& selection, PlanOptions options);
  Result<graph::Graph> prepare(graph::Graph graph, const Purpose& purpose,
                               const graph::PassSelection& selection);
  // Of a graph in which gradients are inside: by computing again what costs least.
  Status build_step_within(const graph::Graph& whole, int64_t budget, const PlanOptions& options,
                           const graph::PassSelection& selection);
  Status build_gradients(const graph::Graph& graph, const std::vector<bool>& wanted,
                         const graph::PassSelection& selection, Device* device, int64_t budget);
  void add_effect_results();
  // Runs a plan with an arena of its own; `which` is its place in the frame.
  enum Which { kForward, kPreserving, kConsuming };
  Status run(const Plan& plan, Bound& bound, Frame& frame, Which which, Pointers inputs,
             Pointers outputs, uint64_t seed, uint64_t first_ordinal,
             std::span<Storage* const> read_once = {}, const RunRoom& room = {});
  Status run_parts(Bound& bound, RunRoots roots, uint64_t seed, uint64_t first_ordinal);
  Result<const Plan*> backward_plan(bool consuming);
  void* take_scratch(int64_t bytes);
  void return_scratch(void* block, int64_t bytes);
  // Of the block that a run on the CPU takes: forward and backward share one.
  int64_t scratch_bytes(const Plan& plan) const {
    return std::max(plan.arena_bytes, plan.arena_bytes ? shared_arena_ : 0);
  }

  std::vector<graph::TensorType> input_types_;
  std::vector<graph::TensorType> output_types_;
  std::vector<graph::StatePair> states_;
  std::vector<int32_t> state_of_output_;
  int32_t ordinals_ = 0;
  Plan forward_;
  graph::BatchParts parts_;  // each of which runs `forward_`
  Ref<Preparation> preparation_;
  // Bytes of the largest arena of a call that is not differentiated again.
  int64_t shared_arena_ = 0;
  bool runs_on_caller_ = false;
  bool with_gradients_ = false;
  bool encodes_ = false;  // chains
  size_t effect_results_ = 0;
  std::vector<bool> reads_input_, reads_output_, takes_cotangent_, has_gradient_;
  std::vector<int64_t> gradient_rows_;
  graph::Graph joint_graph_;     // as the reverse sweep made it
  graph::Graph backward_graph_;  // what the backward plans are made from
  PlanOptions backward_options_;

  mutable std::mutex mutex_;                       // guards what follows
  double planning_ = 0;                            // seconds
  std::unique_ptr<const Plan> backward_plans_[2];  // preserving, consuming: made on demand
  Ref<Program> joint_;
  std::vector<Frame*> idle_;
  std::vector<std::pair<void*, int64_t>> scratch_;
};

// The error of a budget that no plan meets.
Status budget_not_met(int64_t budget, int64_t minimum);

// A training step in one graph in which masks (split.h) are made early; other graphs as they are.
graph::Graph with_early_masks_of_step(graph::Graph graph);
// A training step in one graph in which what is light runs again, where that keeps fewer bytes.
graph::Graph with_fewest_residuals(graph::Graph step, const graph::PassSelection& selection);

class Program final : public Object {
 public:
  // `settled`: inputs that are written seldom (parameters), so that what follows from them alone is
  // worth keeping.
  static Result<Ref<Program>> create(graph::Graph graph,
                                     graph::PassSelection selection = graph::PassSelection(),
                                     std::vector<bool> frozen = {});

  // Of a graph whose passes have run, as `ready` gave it: plans are made from it as it is. It takes
  // prepared values as inputs like others.
  static Ref<Program> of_ready(graph::Graph graph);
  // Its graph is one of these; what is compiled from now on runs them all.
  void set_parts(const graph::BatchParts& parts) { parts_ = parts; }
  struct Ready {
    graph::Graph graph;            // takes the program's inputs, then what the preparation gives
    Ref<Preparation> preparation;  // null: nothing is prepared
    graph::BatchParts parts;
  };
  // What plans for the graph's own types, with prepared values, are made from. Not for programs
  // with sizes.
  Result<Ready> ready();

  const graph::Graph& graph() const { return graph_; }
  const graph::BatchParts& parts() const { return parts_; }  // of which `graph` is one, if ready
  Stages* stages() const { return stages_.get(); }           // null without sizes

  // The plan for inputs of these types and gradients of the inputs marked in `wanted` (empty:
  // none). Plans are kept, the least recently used of more than kMaxPlans goes.
  Result<Ref<Compiled>> compile(std::span<const graph::TensorType> inputs,
                                const Wanted& wanted = {}, Device* device = nullptr,
                                Prepare prepare = Prepare::kNo);
  // Plans made from now on take at most so many bytes for arena, residuals and prepared values
  // together; 0: as many as they do. A compile that cannot says how few it can. Not for programs
  // with sizes that follow from values.
  Status set_budget(int64_t bytes);
  int64_t budget() const;
  // What files keep of plans (saved_plan.h), of an entry point without gradients on the CPU: those
  // with prepared values and those without.
  Result<Ref<SavedPlans>> plans_to_save();
  // Plans for the graph's own types are made as they say, if they were made for what there is now.
  void set_saved_plans(Ref<SavedPlans> plans);
  // The plan that compile gave last, or one for each stage; none before.
  std::vector<Ref<Compiled>> latest_plans() const;

  static constexpr size_t kMaxPlans = 32;

 private:
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
  std::vector<Ref<Preparation>> preparations() const;
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
};

}  // namespace weft::executor
