// How a graph becomes plans without gradients: its passes, what is computed once, and how a budget
// is met. The measures against a budget, in their order: no branches, more of the network in row
// tiles, no prepared values, rematerialisation of a training step.
#include <algorithm>
#include <chrono>

#include "base/errors.h"
#include "base/log.h"
#include "executor/lowering/chain.h"
#include "executor/program/program.h"
#include "executor/remat/rematerialize.h"
#include "executor/run/evaluate.h"
#include "graph/partition/batch.h"
#include "graph/partition/preparation.h"
#include "ops/use.h"
#include "runtime/engine/threads.h"
#include "runtime/memory/heap.h"
#include "weft_parts.h"

namespace weft::executor {

using graph::Graph;

namespace {

// Nodes from which on planning leaves megabytes of freed memory in the heap, which is then given
// back to the system. The runtime-only build is for small machines: there, what reading a file left
// counts, too.
#if defined(WEFT_RUNTIME_ONLY)
constexpr size_t kLargeGraph = 0;
#else
constexpr size_t kLargeGraph = 300;
#endif

}  // namespace

namespace {

// Which outputs of a preparation the known ones make, too; preparation -1: none does.
std::vector<PreparedValue> find_prepared(const graph::SplitPreparation& split,
                                         std::span<const Ref<Preparation>> known) {
  std::vector<PreparedValue> found(split.preparation.outputs.size(), {-1, -1});
  for (size_t k = 0; k < known.size(); ++k) {
    const Graph& other = known[k]->graph();
    graph::SamePreparation same(split.preparation, split.inputs, other, known[k]->inputs());
    for (size_t i = 0; i < found.size(); ++i)
      for (size_t o = 0; o < other.outputs.size() && found[i].preparation < 0; ++o)
        if (same(split.preparation.outputs[i], other.outputs[o]))
          found[i] = {static_cast<int32_t>(k), static_cast<int32_t>(o)};
  }
  return found;
}

}  // namespace

// The graph without what is computed once. Values that other plans prepare already are shared with
// them; a plan of its own makes the others.
Result<Graph> Compiled::prepare(Graph graph, const Purpose& purpose,
                                const graph::PassSelection& selection) {
  graph::SplitPreparation split = graph::split_preparation(graph, purpose.frozen);
  if (split.preparation.outputs.empty()) return graph;
  prepared_values_ = find_prepared(split, purpose.known);
  std::vector<int32_t> place(purpose.known.size(), -1);  // of the known ones in preparations_
  std::vector<graph::ValueId> missing;
  for (size_t i = 0; i < prepared_values_.size(); ++i) {
    int32_t& number = prepared_values_[i].preparation;
    if (number < 0) {
      prepared_values_[i].output = static_cast<int32_t>(missing.size());
      missing.push_back(split.preparation.outputs[i]);
      continue;
    }
    int32_t& at = place[static_cast<size_t>(number)];
    if (at < 0) {
      at = static_cast<int32_t>(preparations_.size());
      preparations_.push_back(purpose.known[static_cast<size_t>(number)]);
    }
    number = at;
  }
  if (missing.empty()) return std::move(split.rest);
  for (PreparedValue& value : prepared_values_)
    if (value.preparation < 0) value.preparation = static_cast<int32_t>(preparations_.size());
  std::vector<int32_t> inputs = split.inputs;
  Graph own = graph::with_outputs(split.preparation, missing, inputs);
  Purpose alone;
  alone.saved = purpose.saved;
  WEFT_ASSIGN(Ref<Compiled> plan, build(own, alone, selection));
  preparations_.push_back(
      Ref<Preparation>::adopt(new Preparation(std::move(own), std::move(inputs), std::move(plan))));
  return std::move(split.rest);
}

// Of the values that the plan takes; other plans may take more of the same preparations.
int64_t Compiled::prepared_bytes() const {
  int64_t bytes = 0;
  for (const PreparedValue& value : prepared_values_)
    bytes += preparations_[static_cast<size_t>(value.preparation)]
                 ->types()[static_cast<size_t>(value.output)]
                 .bytes();
  return bytes;
}

Status budget_not_met(int64_t budget, int64_t minimum) {
  return errors::invalid_value("plan", "`memory` must be at least ", minimum,
                               " bytes, the smallest that was found for arena and residuals; got ",
                               budget, " bytes");
}

// More of the network in row tiles, and fewer rows a tile, until the plan fits. Keeps the plan with
// the smallest arena, even if none fits.
Status Compiled::stream_rows(const Graph& whole, int64_t room, graph::PassContext context,
                             const graph::PassSelection& selection, PlanOptions options) {
  options.sections = false;
  const bool is_step = std::ranges::any_of(whole.nodes, &graph::Node::backward);
  if (room <= 0 || options.device || is_step || !selection.enabled("tile_rows")) return {};
  for (const int64_t rows : {8, 4, 2, 1}) {
    // As few layers in row tiles as may be enough, with some room to spare; then as many as there
    // can be.
    for (const int64_t bytes : {room - room / 8, int64_t{0}}) {
      context.tile_height = rows;
      context.row_tile_bytes = bytes;
      WEFT_ASSIGN(const Graph ready,
                  run_passes(Graph(whole), graph::Stage::kAfterSplit, context, selection));
      const auto is_loop = [](const graph::Region& region) {
        return region.kind == graph::RegionKind::kRowTiles;
      };
      if (std::ranges::none_of(ready.regions, is_loop)) continue;
      WEFT_ASSIGN(Plan plan, make_plan(ready, options));
      if (plan.arena_bytes < forward_.arena_bytes) forward_ = std::move(plan);
      if (forward_.arena_bytes <= room) return {};
    }
  }
  return {};
}

// For a graph whose passes have run: it is planned as it is. Its file states the conditions.
Status Compiled::build_ready(const Graph& graph, const Purpose& purpose) {
  PlanOptions options;
  options.threads = num_threads();
  options.saved = purpose.saved;
  options.may_not_fit = purpose.may_not_fit;
  WEFT_ASSIGN(forward_, make_plan(graph, options));
  if (purpose.budget > 0 && forward_.arena_bytes > purpose.budget)
    return budget_not_met(purpose.budget, forward_.arena_bytes);
  runs_on_caller_ = forward_.runs_on_caller;
  return {};
}

// A batch whose images do not depend on each other may run in parts of fewer images, each in
// caches.
Result<bool> Compiled::build_part(const Graph& graph, const Purpose& purpose,
                                  const graph::PassSelection& selection) {
  if (!WEFT_KEEPS_batches || purpose.is_part || purpose.device || purpose.frozen.empty() ||
      !selection.enabled("batch"))
    return false;
  const std::optional<graph::SplitBatch> split = graph::split_batch(graph, purpose.frozen);
  if (!split) return false;
  Purpose of_part = purpose;
  of_part.is_part = true;
  WEFT_TRY(build_inference(split->part, of_part, selection));
  ops::note_use("batches");
  parts_ = split->parts;
  return true;
}

// Passes on the source, then on the whole graph, then after the split; then the plan, and measures
// against the budget while it is too large.
Status Compiled::build_inference(const Graph& graph, const Purpose& purpose,
                                 const graph::PassSelection& selection) {
  if (purpose.is_ready || !WEFT_KEEPS_passes) return build_ready(graph, purpose);
  WEFT_ASSIGN(const bool is_split, build_part(graph, purpose, selection));
  if (is_split) return {};
  ops::note_use("passes");
  const bool prepares = purpose.prepare == Prepare::kYes && !purpose.frozen.empty();
  const graph::PassContext context{fold_node, purpose.frozen, prepares};
  WEFT_ASSIGN(Graph source, run_passes(graph, graph::Stage::kSource, context, selection));
  WEFT_ASSIGN(Graph whole, run_passes(std::move(source), graph::Stage::kWhole, context, selection));
  if (prepares) {
    WEFT_ASSIGN(whole, prepare(std::move(whole), purpose, selection));
  }
  const bool is_bounded = purpose.budget > 0;
#ifdef WEFT_RUNTIME_ONLY
  Graph step = is_bounded ? Graph(whole) : std::move(whole);
#else
  whole = with_early_masks_of_step(with_checkpoints(std::move(whole)));
  Graph step = with_fewest_residuals(is_bounded ? Graph(whole) : std::move(whole), selection);
#endif
  WEFT_ASSIGN(const Graph ready,
              run_passes(std::move(step), graph::Stage::kAfterSplit, context, selection));
  if (purpose.ready) *purpose.ready = ready;
  PlanOptions options;
  options.threads = num_threads();
  options.device = purpose.device;
  options.saved = purpose.saved;
  options.branches = !purpose.device && selection.enabled("branches");
  options.order = !purpose.device && selection.enabled("order");
  options.parts = !purpose.device && selection.enabled("parts");
  WEFT_ASSIGN(forward_, make_plan(ready, options));
  // Two things take memory to be faster: branches that run at the same time, and prepared values. A
  // plan without them computes the same bits.
  const int64_t prepared = prepared_bytes();
  const auto is_over = [&] {
    return is_bounded && forward_.arena_bytes + prepared > purpose.budget;
  };
  if (is_over()) {
    options.branches = false;
    WEFT_ASSIGN(forward_, make_plan(ready, options));
  }
  if (is_over())
    WEFT_TRY(stream_rows(whole, purpose.budget - prepared, context, selection, options));
  // Without prepared values the plan computes them in each run, so the search starts over.
  if (is_over() && !preparations_.empty()) {
    preparations_.clear();
    prepared_values_.clear();
    Purpose alone = purpose;
    alone.prepare = Prepare::kNo;
    return build_inference(graph, alone, selection);
  }
#ifndef WEFT_RUNTIME_ONLY
  if (is_over()) return build_step_within(whole, purpose.budget, options, selection);
#endif
  if (is_over()) return budget_not_met(purpose.budget, forward_.arena_bytes);
  runs_on_caller_ = forward_.runs_on_caller;
  return {};
}

// Builds what the purpose asks for, and logs what it needs.
Result<Ref<Compiled>> Compiled::build(const Graph& graph, const Purpose& purpose,
                                      const graph::PassSelection& given) {
  // A device has kernels for operators only: fused regions are tile programs and channel blocks are
  // a layout, both of which only the CPU has; and the gain of a half dtype is known for CPU kernels
  // only.
  const graph::PassSelection selection =
      WEFT_KEEPS_devices && purpose.device
          ? graph::PassSelection(given.text() +
                                 ",-fuse_elementwise,-fuse_prologues,-block_channels,-mix_precision"
                                 ",-bucket_reductions,-split_collectives,-prefetch_parts")
          : given;
  const Ref<Compiled> compiled = Ref<Compiled>::adopt(new Compiled);
  const auto begin = std::chrono::steady_clock::now();
  compiled->input_types_ = graph.input_types();
  compiled->output_types_ = graph.output_types();
  if (WEFT_KEEPS_batches && purpose.parts && purpose.parts->count > 1) {
    ops::note_use("batches");
    const graph::BatchParts& parts = compiled->parts_ = *purpose.parts;
    for (size_t i = 0; i < graph.inputs.size(); ++i)
      if (parts.cuts_input(i)) compiled->input_types_[i].shape[0] *= parts.count;
    for (size_t i = 0; i < graph.outputs.size(); ++i)
      if (parts.cuts_output(i)) compiled->output_types_[i].shape[0] *= parts.count;
  }
  compiled->states_ = graph.states;
  compiled->state_of_output_.resize(graph.outputs.size(), -1);
  for (const graph::StatePair& state : graph.states)
    compiled->state_of_output_[static_cast<size_t>(state.output)] = state.input;
  compiled->ordinals_ = graph.ordinals;
  compiled->encodes_ = !purpose.device && selection.enabled("encode");
  if (std::ranges::find(purpose.wanted, true) == purpose.wanted.end()) {
    WEFT_TRY(compiled->build_inference(graph, purpose, selection));
  } else {
#ifdef WEFT_RUNTIME_ONLY
    return errors::unsupported("plan", "this build of Weft runs models only: it has no gradients");
#else
    WEFT_TRY(compiled->build_gradients(graph, purpose.wanted, selection, purpose.device,
                                       purpose.budget));
#endif
  }
  if (compiled->encodes_) encode_chains(compiled->forward_);
  // What rewriting a large graph leaves in the heap would count as memory beside the arena.
  if (graph.nodes.size() >= kLargeGraph) trim_heap();
  compiled->planning_ =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  const MemoryFigures memory = compiled->memory();
  const bool is_saved = purpose.saved && !purpose.saved->notes && !purpose.saved->plans.empty();
  log(LogLevel::kInfo, is_saved ? "plan: placed as saved in " : "plan: made in ",
      static_cast<int64_t>(compiled->planning_ * 1e6), " us: ", compiled->forward_.steps.size(),
      " steps; bytes: arena ", memory.arena, ", residuals ", memory.residual, ", backward ",
      memory.backward, ", prepared values ", memory.prepared);
  return compiled;
}

}  // namespace weft::executor
