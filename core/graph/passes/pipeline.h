// The one ordered list of passes. WEFT_PASSES=-fuse_elementwise,-eliminate_common switches passes
// off by name, for tests and for finding the pass that is to blame; `-branches`, `-order` and
// `-parts` are for plans: nothing runs side by side, nodes keep the order of the graph, no
// concatenation is built in place. A name that is none of these is told to the log.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "graph/ir/ir.h"

namespace weft::graph {

// Is a pass's result equal to its input's in every bit?
enum class PassClass : uint8_t { kExact, kTolerance };

// Runs one node on constants: passes compute nothing themselves.
using Evaluator = Result<std::vector<Ref<Tensor>>> (*)(const Graph& graph, const Node& node,
                                                       std::span<const Ref<Tensor>> inputs);

struct PassContext {
  Evaluator evaluate = nullptr;  // null: nothing is folded
  // Inputs that are written seldom, see preparation.h; empty: none, so that moving work to them
  // gains nothing.
  std::vector<bool> frozen{};
  bool prepares = false;  // is what follows from them computed once?
  // Loops over row tiles where they are faster; or, with `tile_height`, where steps would have
  // more than `row_tile_bytes` alive, of so many rows at a time.
  int64_t tile_height = 0;
  int64_t row_tile_bytes = 0;
  RowWindows windows = nullptr;      // of the kernels that make rows; null: the library's
  size_t counted_inputs = 0;         // the first ones, whose bytes are counted among those alive
  bool begins_in_row_tiles = false;  // what makes rows first is in a loop, whatever that takes
};

// What passes are given: the graph before gradients are taken, then with them, then the forward and
// the backward by themselves. A graph without gradients goes through all three.
enum class Stage : uint8_t { kSource = 1, kWhole = 2, kAfterSplit = 4 };

struct Pass {
  const char* name;
  PassClass exactness;
  uint8_t stages;  // of Stage, added up
  Result<Graph> (*run)(const Graph& graph, const PassContext& context);
};
std::span<const Pass> passes();
// All that WEFT_PASSES can switch off: "dead,fold,…,branches".
std::string switch_names();

// A set of passes by name: "-fuse_elementwise,-eliminate_common" is all but these. The default
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

Result<Graph> run_passes(Graph graph, Stage stage, const PassContext& context,
                         const PassSelection& selection = PassSelection());

}  // namespace weft::graph
