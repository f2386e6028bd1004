// What a training step's graph updates, and the same graph for some of it only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/file.h"

namespace weft::c99 {

// The graph with those states alone that it changes: a rate that is only read has itself as its new
// content.
graph::Graph with_changed_states(const graph::Graph& graph);

class Updates {
 public:
  Updates(const model::Model& model, const model::Entry& run, const model::Entry& step);

  // What the step's outputs depend on and new contents are made for. The one that is read last in
  // the forward pass comes first, and of one operator the smallest.
  struct Parameter {
    std::string name;
    size_t state;  // of the graph
    size_t reader;
    int64_t bytes;
  };
  const std::vector<Parameter>& parameters() const { return parameters_; }
  // Their numbers, in this order; patterns as for plan_training.
  Result<std::vector<size_t>> matching(std::string_view patterns) const;

  // What changes while these parameters are trained: they, what their updates are made from (rates,
  // moments), and what `run` reads besides (running statistics).
  struct Part {
    graph::Graph graph;
    std::vector<int32_t> tensors;  // of the model
  };
  Part part_for(const std::vector<size_t>& trained) const;

 private:
  int32_t tensor_of(size_t state) const;
  bool is_parameter(size_t state) const;
  bool names_any(std::string_view pattern, std::vector<bool>& chosen) const;

  const model::Entry &run_, &step_;
  std::vector<Parameter> parameters_;
};

}  // namespace weft::c99
