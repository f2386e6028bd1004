// Splits off what a graph computes from *frozen* inputs alone. Frozen inputs are written seldom
// (parameters), so folded batch norms, packed weights or casts of parameters stay the same until
// one is written. Such values are *prepared*: a graph of their own computes them once, and the rest
// of the graph takes them as inputs.
#pragma once

#include <span>
#include <vector>

#include "graph/ir/ir.h"

namespace weft::graph {

// By value: does it follow from frozen inputs and constants alone? `frozen` is by input. Nothing
// that is random, has an effect or calls the host counts as frozen, and no input that the graph
// itself writes.
std::vector<bool> frozen_values(const Graph& graph, const std::vector<bool>& frozen);

// The two graphs.
struct SplitPreparation {
  Graph preparation;            // computes the prepared values; no outputs: there are none
  std::vector<int32_t> inputs;  // the inputs of the whole graph that it takes
  Graph rest;                   // takes all inputs of the whole graph, then the prepared values
};
// Prepared values are arrays of their own that stay in memory. So views and copies of frozen values
// stay in the rest, and so does what is far larger than the inputs that it follows from.
SplitPreparation split_preparation(const Graph& graph, const std::vector<bool>& frozen);

// A graph of which some outputs are wanted, with what they need; `inputs` says which of the inputs
// of the whole graph it takes, before and after.
Graph with_outputs(const Graph& graph, std::span<const ValueId> outputs,
                   std::vector<int32_t>& inputs);

// Compares values of two preparations: do they follow from the same inputs in the same way? Then
// they have the same bits. Constants are compared by address: they are shared, never copied.
class SamePreparation {
 public:
  // `a_inputs` and `b_inputs`: the inputs of the whole graphs, by input.
  SamePreparation(const Graph& a, std::span<const int32_t> a_inputs, const Graph& b,
                  std::span<const int32_t> b_inputs)
      : a_(a), b_(b), a_inputs_(a_inputs), b_inputs_(b_inputs), same_(a.values.size(), kNoValue) {}

  bool operator()(ValueId a, ValueId b);

 private:
  const Graph &a_, &b_;
  const std::span<const int32_t> a_inputs_, b_inputs_;
  std::vector<ValueId> same_;  // by value of `a`: the value of `b` that was found to be the same
};

}  // namespace weft::graph
