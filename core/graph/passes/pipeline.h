// Runs the passes, in one order that is the same everywhere.
// WEFT_PASSES=-fuse_elementwise,-eliminate_common switches passes off by name, for tests and for
// finding the pass that is to blame. Some more switches are for plans: `-branches` (no branches at
// the same time), `-order` (nodes keep the graph's order), `-parts` (no concatenation is built in
// place). The log reports a name that is none of these.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "graph/ir/ir.h"

namespace weft::graph {

// Does a pass keep every bit of the results (kExact), or may sums be rounded differently
// (kTolerance)?
enum class PassClass : uint8_t { kExact, kTolerance };

// Runs one node on constants: passes compute nothing themselves.
using Evaluator = Result<std::vector<Ref<Tensor>>> (*)(const Graph& graph, const Node& node,
                                                       std::span<const Ref<Tensor>> inputs);

// What a pass may know besides the graph.
struct PassContext {
  Evaluator evaluate = nullptr;  // null: nothing is folded
  // By input: it is written seldom (partition/preparation.h); empty: none is, so moving work to
  // them gains nothing.
  std::vector<bool> frozen{};
  bool prepares = false;  // what follows from frozen inputs is computed once
  // For loops over row tiles. With `tile_height` 0 there are loops where they are faster. Else
  // there are loops of so many rows at a time where a step would have more than `row_tile_bytes`
  // bytes alive.
  int64_t tile_height = 0;
  int64_t row_tile_bytes = 0;
  RowWindows windows = nullptr;      // of a target's kernels that make rows; null: the library's
  size_t counted_inputs = 0;         // the first so many inputs count among the bytes alive
  bool begins_in_row_tiles = false;  // the first node that makes rows is in a loop in any case
};

// What a pass is given: the graph before gradients are taken; the whole graph with gradients; or
// forward and backward graph on their own. A graph without gradients goes through all three.
enum class Stage : uint8_t { kSource = 1, kWhole = 2, kAfterSplit = 4 };

// A row of the list of passes.
struct Pass {
  const char* name;
  PassClass exactness;
  uint8_t stages;  // bits of Stage
  Result<Graph> (*run)(const Graph& graph, const PassContext& context);
};
std::span<const Pass> passes();
// All names that WEFT_PASSES can switch off, joined by commas.
std::string switch_names();

// Which passes run: "-fuse_elementwise,-eliminate_common" is all but these. The default constructor
// reads WEFT_PASSES.
class PassSelection {
 public:
  PassSelection();
  explicit PassSelection(std::string_view switches);
  bool enabled(std::string_view name) const;
  const std::string& text() const { return switches_; }

 private:
  std::string switches_;
};

// Runs the passes of this stage, also inside bodies of control flow. The verifier runs after each
// pass in debug builds and where WEFT_VERIFY is set; the rule on effects always runs.
Result<Graph> run_passes(Graph graph, Stage stage, const PassContext& context,
                         const PassSelection& selection = PassSelection());

}  // namespace weft::graph
