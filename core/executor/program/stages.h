// A graph with sizes (graph/sizes/sizes.h) runs in stages: the first computes what follows from no
// size, the next begins when the first sizes are known, and so on. Each stage is a program of its
// own for each set of sizes. It is made when these sizes first occur and kept, like the plans of a
// signature.
//
// Random nodes keep their ordinals, so all stages of a call share its first ordinal. Effects keep
// their order, because a node is in no earlier stage than the effect before it. The last stage
// writes the states, when nothing can fail any more.
#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "executor/program/program.h"
#include "graph/passes/pipeline.h"
#include "graph/sizes/sizes.h"

namespace weft::executor {

// Where an input of a stage comes from: an input of the whole graph (stage -1), or an output of an
// earlier stage.
struct Source {
  int32_t stage = -1;
  int32_t index = 0;
  friend bool operator==(const Source&, const Source&) = default;
};

// One stage: a graph that knows the sizes before it.
struct Stage {
  graph::Graph graph;
  std::vector<Source> inputs;
  std::vector<bool> frozen;  // by input
  // The sizes that are known when the stage has run, each with the output that is its value.
  std::vector<std::pair<int32_t, int32_t>> sizes;
  // Nothing in it needs a plan: it depends on sizes, and has no effect, state or random node. Sizes
  // that occur only once then cost no planning.
  bool may_run_eagerly = false;
};

// The stages of a program, with the programs that were made for each. Any thread may use it.
class Stages {
 public:
  // `frozen`: by input of the graph, as Program::create takes it.
  static Result<std::unique_ptr<Stages>> split(const graph::Graph& graph,
                                               graph::PassSelection selection,
                                               const std::vector<bool>& frozen);

  std::span<const Stage> stages() const { return stages_; }
  size_t sizes() const { return bounds_.size(); }
  Source output(size_t i) const { return outputs_[i]; }  // of the whole graph

  // The program of a stage for inputs of these types; `sizes` has the values of the sizes known so
  // far.
  Result<Ref<Program>> program(size_t stage, std::span<const graph::TensorType> inputs,
                               std::span<const int64_t> sizes);
  // The same, but null for a stage that may run eagerly when these types and sizes occur for the
  // first time.
  Result<Ref<Program>> program_if_met(size_t stage, std::span<const graph::TensorType> inputs,
                                      std::span<const int64_t> sizes);
  // Plans of stages follow these decisions where they have one for the same graph.
  void set_saved_plans(Ref<SavedPlans> plans);
  // Adds the decisions of the plans for inputs of these types and dimensions to `plans`. Stages
  // behind a size that only a run knows are left out.
  Status add_plans(std::span<const graph::TensorType> inputs, std::vector<int64_t> sizes,
                   SavedPlans& plans);
  // The budget of every plan, whatever its dimensions are. Not for sizes that follow from values:
  // then several plans share a call.
  Status set_budget(int64_t bytes);
  // Refuses a size that is negative or above its bound: the operator that computed it, or the file
  // that the graph came from, is wrong.
  Status check_size(int32_t size, std::span<const int64_t> sizes) const;
  // The program of each stage that was used last; empty before the first call.
  std::vector<Ref<Program>> latest() const;

  // Programs of one stage; beyond this number the least recently used one goes.
  static constexpr size_t kMaxPrograms = 32;

 private:
  friend class StageSplitter;
  struct Entry {
    std::vector<graph::TensorType> inputs;
    std::vector<int64_t> sizes;
    Ref<Program> program;  // null: these sizes occurred once and ran eagerly
  };
  // The preparations of a stage's programs. A program for other sizes shares what is the same.
  std::vector<Ref<Preparation>> preparations(size_t stage) const;
  // The entry for these types and sizes, made if there is none (`is_new`).
  Entry& entry(size_t stage, std::span<const graph::TensorType> inputs,
               std::span<const int64_t> sizes, bool& is_new);
  explicit Stages(graph::PassSelection selection) : selection_(std::move(selection)) {}

  const graph::PassSelection selection_;
  std::vector<Stage> stages_;
  std::vector<Source> outputs_;
  std::vector<graph::Polynomial> bounds_;  // by size: the largest value that the graph promises
  mutable std::mutex mutex_;
  int64_t budget_ = 0;
  Ref<SavedPlans> saved_;
  std::vector<std::vector<Entry>> entries_;  // by stage; most recently used first
};

}  // namespace weft::executor
