#include "graph/pipeline.h"

#include <cstdlib>

#include "base/errors.h"
#include "base/log.h"
#include "graph/passes.h"
#include "graph/verifier.h"

namespace weft::graph {
namespace {

// Merging comes before anything that makes clones, and never after: `clone_of` is respected, but
// a clone whose original went away must not be merged either.
constexpr Pass kPasses[] = {
    {"dead", PassClass::kExact, false, remove_dead_code},
    {"fold", PassClass::kExact, false, fold_constants},
    {"cse", PassClass::kExact, false, merge_common},
    {"transposes", PassClass::kExact, false, transpose_products},
    {"scales", PassClass::kTolerance, false, fold_scales},
    {"block", PassClass::kTolerance, false, block_channels},
    {"epilogue", PassClass::kTolerance, false, fuse_epilogues},
    {"sweep", PassClass::kExact, true, remove_dead_code},
    {"updates", PassClass::kExact, true, hasten_updates},
    {"fuse", PassClass::kExact, true, fuse_elementwise},
};

#ifdef NDEBUG
constexpr bool kVerifyAlways = false;
#else
constexpr bool kVerifyAlways = true;
#endif

}  // namespace

std::span<const Pass> passes() { return kPasses; }

PassSelection::PassSelection() {
  const char* given = std::getenv("WEFT_PASSES");
  switches_ = given ? given : "";
}
PassSelection::PassSelection(std::string_view switches) : switches_(switches) {}

bool PassSelection::enabled(std::string_view name) const {
  std::string_view rest = switches_;
  while (!rest.empty()) {
    const size_t comma = rest.find(',');
    const std::string_view word = rest.substr(0, comma);
    if (word.starts_with('-') && word.substr(1) == name) return false;
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
  }
  return true;
}

Result<Graph> run_passes(Graph graph, Stage stage, const PassContext& context,
                         const PassSelection& selection) {
  const bool verifies = kVerifyAlways || std::getenv("WEFT_VERIFY");
  for (const Pass& pass : kPasses) {
    if (pass.after_split != (stage == Stage::kAfterSplit) || !selection.enabled(pass.name))
      continue;
    const int32_t effects = graph.effects;
    const size_t nodes = graph.nodes.size();
    WEFT_ASSIGN(graph, pass.run(graph, context));
    log(LogLevel::kDebug, "pass ", pass.name, ": ", nodes, " nodes, then ", graph.nodes.size());
    if (graph.effects != effects)
      return errors::internal(pass.name, "changed the number of effects");
    if (!verifies && effects == 0) continue;
    const Status status = verifies ? verify(graph) : verify_effects(graph);
    if (!status.ok()) return errors::internal(pass.name, "broke the graph: ", status.message());
  }
  return graph;
}

}  // namespace weft::graph
