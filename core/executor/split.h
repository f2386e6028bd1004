// Cuts a joint graph into a forward and a backward one.
#pragma once

#include <vector>

#include "graph/ir.h"

namespace weft::executor {

struct Split {
  graph::Graph forward;  // outputs: those of the program, then the residuals
  // Inputs: all inputs of the joint graph (the program's and the cotangents), all outputs of the
  // program, the residuals. Outputs: the gradients.
  graph::Graph backward;
  std::vector<bool> reads_input, reads_output;  // by the backward
};

// The first `outputs` outputs of the joint graph belong to the forward.
Split split(const graph::Graph& joint, size_t outputs);

}  // namespace weft::executor
