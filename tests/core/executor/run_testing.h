// Runs a graph by itself: planned, with the passes that are selected.
#pragma once

#include "core/executor/graph_testing.h"
#include "executor/program.h"
#include "graph/text.h"

namespace weft::testing {

inline std::vector<Ref<Tensor>> run(const Graph& graph, const std::vector<Ref<Tensor>>& inputs,
                                    std::string_view passes = "", uint64_t seed = 7) {
  auto program = executor::Program::create(graph, graph::PassSelection(passes)).take();
  auto compiled = program->compile(graph.input_types());
  REQUIRE_MESSAGE(compiled.ok(), compiled.status().message() << graph::print(graph));
  auto frame = compiled.value()->checkout().take();
  auto outputs = empty_tensors(compiled.value()->output_types());
  const auto in = pointers(inputs), out = pointers(outputs);
  const Status status = compiled.value()->forward(*frame, in, out, seed, 3);
  REQUIRE_MESSAGE(status.ok(), status.message());
  return outputs;
}

}  // namespace weft::testing
