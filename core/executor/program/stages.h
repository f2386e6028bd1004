// A graph with sizes (graph/sizes/sizes.h) runs in stages: the first computes what follows from no
// size, the next begins when the first sizes are known, and so on. Each stage is a program of its
// own for each set of sizes, made when these are met and kept like plans of a signature.
//
// Random nodes keep their ordinals, so all stages of a call share its first one; effects keep their
// order, because a node is in no earlier stage than the effect before it. States are written by the
// last stage, when nothing can fail any more.
#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "executor/program/program.h"
#include "graph/passes/pipeline.h"
#include "graph/sizes/sizes.h"

namespace weft::executor {

// An input of the whole graph (stage -1), or an output of a stage.
struct Source {
  int32_t stage = -1;
  int32_t index = 0;
  friend bool operator==(const Source&, const Source&) = default;
};

struct Stage {
  graph::Graph graph;
  std::vector<Source> inputs;
  // Sizes that are known when it has run, and the output that each is.
  std::vector<std::pair<int32_t, int32_t>> sizes;
  // Nothing in it needs a plan: it follows from sizes, and has no effect, state or random node.
  bool may_run_eagerly = false;
};

class Stages {
 public:
  static Result<std::unique_ptr<Stages>> split(const graph::Graph& graph,
                                               graph::PassSelection selection);

  std::span<const Stage> stages() const { return stages_; }
  size_t sizes() const { return bounds_.size(); }
  Source output(size_t i) const { return outputs_[i]; }  // of the whole graph

  // For inputs of these types; `sizes` has those that are known.
  Result<Ref<Program>> program(size_t stage, std::span<const graph::TensorType> inputs,
                               std::span<const int64_t> sizes);
  // The same, but null for a stage that may run eagerly when it meets them for the first time.
  Result<Ref<Program>> program_if_met(size_t stage, std::span<const graph::TensorType> inputs,
                                      std::span<const int64_t> sizes);
  // Plans are placed as these say where they have one of the same graph.
  void set_saved_plans(Ref<SavedPlans> plans);
  // Adds the plans for inputs of these types, with these dimensions; not those behind a size that
  // only a run knows.
  Status add_plans(std::span<const graph::TensorType> inputs, std::vector<int64_t> sizes,
                   SavedPlans& plans);
  // Of every plan, for whatever extents of dimensions. Not where sizes follow from values: then
  // several plans share a call.
  Status set_budget(int64_t bytes);
  // Refuses a size below 0 or above its bound: a defect of the operator that computed it.
  Status check_size(int32_t size, std::span<const int64_t> sizes) const;
  // The programs that were used last, a stage each; null before.
  std::vector<Ref<Program>> latest() const;

  static constexpr size_t kMaxPrograms = 32;  // of a stage; the least recently used goes

 private:
  friend class StageSplitter;
  struct Entry {
    std::vector<graph::TensorType> inputs;
    std::vector<int64_t> sizes;
    Ref<Program> program;  // null: met once
  };
  Entry& entry(size_t stage, std::span<const graph::TensorType> inputs,
               std::span<const int64_t> sizes, bool& is_new);
  explicit Stages(graph::PassSelection selection) : selection_(std::move(selection)) {}

  const graph::PassSelection selection_;
  std::vector<Stage> stages_;
  std::vector<Source> outputs_;
  std::vector<graph::Polynomial> bounds_;
  mutable std::mutex mutex_;
  int64_t budget_ = 0;
  Ref<SavedPlans> saved_;
  std::vector<std::vector<Entry>> entries_;  // by stage; most recently used first
};

}  // namespace weft::executor
