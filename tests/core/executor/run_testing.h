// Runs a graph by itself: planned, with the passes that are selected.
#pragma once

#include "core/executor/graph_testing.h"
#include "executor/program/program.h"
#include "graph/ir/text.h"
#include "graph/passes/pipeline.h"
#include "runtime/engine/threads.h"

namespace weft::testing {

// While it lives, so many threads.
struct Threads {
  explicit Threads(int count) : before(num_threads()) { set_num_threads(count); }
  ~Threads() { set_num_threads(before); }
  const int before;
};

// What the passes after the split make of a graph, planned.
inline executor::Plan plan_after_passes(const Graph& graph, int threads = 1) {
  executor::PlanOptions options;
  options.threads = threads;
  return executor::make_plan(graph::run_passes(graph, graph::Stage::kAfterSplit, {}, {}).take(),
                             options)
      .take();
}

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
