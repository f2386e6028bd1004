// What the graph of a training step updates, and the same graph cut to some of it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/file.h"

namespace weft::c99 {

// The graph with only those states that it changes. A rate that is only read has itself as its new
// content and is left out.
graph::Graph with_changed_states(const graph::Graph& graph);

// The states of a step, sorted by their nearness to the loss.
class Updates {
 public:
  Updates(const model::Model& model, const model::Entry& run, const model::Entry& step);

  // A state that the step's outputs depend on and that gets a new content. The first in the list is
  // the one that the forward pass reads last; of one operator's, the smallest.
  struct Parameter {
    std::string name;
    size_t state;   // of the graph
    size_t reader;  // index of the first node that reads it
    int64_t bytes;
  };
  const std::vector<Parameter>& parameters() const { return parameters_; }
  // Their indices in parameters(), for patterns as in plan_training.
  Result<std::vector<size_t>> matching(std::string_view patterns) const;

  // What changes while these parameters are trained: they themselves, what their updates read
  // (rates, moments), and what else the run reads (running statistics).
  struct Part {
    graph::Graph graph;
    std::vector<int32_t> tensors;  // of the model
  };
  // The cut graph, and the tensors that C has as variables.
  Part part_for(const std::vector<size_t>& trained) const;

 private:
  int32_t tensor_of(size_t state) const;
  bool is_parameter(size_t state) const;
  bool names_any(std::string_view pattern, std::vector<bool>& chosen) const;

  const model::Entry &run_, &step_;
  std::vector<Parameter> parameters_;
};

}  // namespace weft::c99
