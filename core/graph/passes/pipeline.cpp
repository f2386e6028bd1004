// The list of passes from the generated file weft_passes.inc, their switches, and the loop over
// them.
#include "graph/passes/pipeline.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <mutex>

#include "base/errors.h"
#include "base/log.h"
#include "graph/ir/control.h"
#include "graph/ir/verifier.h"
#include "graph/passes/collectives_impl.h"
#include "graph/passes/passes.h"
#include "ops/use.h"
#include "weft_parts.h"

namespace weft::graph {
namespace {

// Two facts decide the order. Idioms are recognised in the graph as it was traced, because
// gradients inside a trace look for them there, too (reverse.h), and both must find the same ones.
// Merging (eliminate_common) comes before anything that makes clones: `clone_of` is respected, but
// a clone whose original went away must not be merged either. A build for some operators (WEFT_OPS)
// has the passes that changed one of its models.
constexpr auto kSource = static_cast<uint8_t>(Stage::kSource);
constexpr auto kWhole = static_cast<uint8_t>(Stage::kWhole);
constexpr auto kAfterSplit = static_cast<uint8_t>(Stage::kAfterSplit);

#define WEFT_PASS_ENTRY(name, exactness, stages) Pass{#name, PassClass::exactness, stages, &name},
#define WEFT_PASS_LEFT_OUT(name)
// The last entry is no pass: a build may have none, and an array needs an element.
constexpr Pass kAllPasses[] = {
#include "weft_passes.inc"
    {nullptr, PassClass::kExact, 0, nullptr},
};
#undef WEFT_PASS_LEFT_OUT
#undef WEFT_PASS_ENTRY
constexpr std::span<const Pass> kPasses(kAllPasses, std::size(kAllPasses) - 1);

// Switches that are not passes: planning asks for these.
constexpr std::string_view kPlanSwitches[] = {"batch", "branches", "encode",
                                              "order", "parts",    "residuals"};

// Is it a name that can be switched off?
bool is_switch(std::string_view name) {
  return std::ranges::find(kPlanSwitches, name) != std::end(kPlanSwitches) ||
         std::ranges::any_of(kPasses, [&](const Pass& pass) { return pass.name == name; });
}

// Calls use(word) for each part of "-fuse_elementwise,-eliminate_common".
template <class Use>
void for_each_switch(std::string_view rest, const Use& use) {
  while (!rest.empty()) {
    const size_t comma = rest.find(',');
    use(rest.substr(0, comma));
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
  }
}

// The switches of the environment. A word that is no switch is reported once.
std::string read_environment() {
  if constexpr (!WEFT_KEEPS_passes) return {};
  const char* given = std::getenv("WEFT_PASSES");
  const std::string switches = given ? given : "";
  static std::once_flag told;
  std::call_once(told, [&] {
    for_each_switch(switches, [](std::string_view word) {
      if (!word.starts_with('-') || !is_switch(word.substr(1)))
        log(LogLevel::kWarning, "WEFT_PASSES has - and a name of ", switch_names(), "; got ", word,
            " (ignored)");
    });
  });
  return switches;
}

// Did a pass change nothing? Builds for some operators keep only passes that change something.
bool has_same_nodes(const Graph& a, const Graph& b) {
  return a.outputs == b.outputs &&
         std::ranges::equal(a.nodes, b.nodes, [](const Node& x, const Node& y) {
           return x.op == y.op && x.region == y.region && x.operands == y.operands &&
                  x.outputs == y.outputs;
         });
}

#ifdef NDEBUG
constexpr bool kVerifyAlways = false;
#else
constexpr bool kVerifyAlways = true;
#endif

}  // namespace

std::span<const Pass> passes() { return kPasses; }

std::string switch_names() {
  std::string names;
  for (const Pass& pass : kPasses) names.append(pass.name).append(",");
  for (const std::string_view name : kPlanSwitches) names.append(name).append(",");
  names.pop_back();
  return names;
}

PassSelection::PassSelection() : switches_(read_environment()) {}
PassSelection::PassSelection(std::string_view switches) : switches_(switches) {}

bool PassSelection::enabled(std::string_view name) const {
  bool is_on = true;
  for_each_switch(switches_, [&](std::string_view word) {
    is_on = is_on && !(word.starts_with('-') && word.substr(1) == name);
  });
  return is_on;
}

Result<Graph> run_passes(Graph graph, Stage stage, const PassContext& context,
                         const PassSelection& selection) {
  const bool verifies = kVerifyAlways || std::getenv("WEFT_VERIFY");
  for (const Pass& pass : kPasses) {
    if (!(pass.stages & static_cast<uint8_t>(stage)) || !selection.enabled(pass.name)) continue;
    const int32_t effects = graph.effects, others = count_other_effects(graph);
    const size_t nodes = graph.nodes.size();
    WEFT_ASSIGN(Graph changed, pass.run(graph, context));
    if (ops::notes_use() && !has_same_nodes(graph, changed)) ops::note_use(pass.name);
    graph = std::move(changed);
    log(LogLevel::kDebug, "pass ", pass.name, ": ", nodes, " nodes, then ", graph.nodes.size());
    if (count_other_effects(graph) != others || (effects == 0) != (graph.effects == 0))
      return errors::internal(pass.name, "changed the number of effects");
    if (!verifies && effects == 0) continue;
    const Status status = verifies ? verify(graph) : verify_effects(graph);
    if (!status.ok()) return errors::internal(pass.name, "broke the graph: ", status.message());
  }
  // Bodies of control flow go through the same passes. What is frozen is known only for the graph
  // around them.
  for (Region& region : graph.regions) {
    if (!is_control(region)) continue;
    WEFT_ASSIGN(region, with_bodies(region, [&](const Graph& body) {
                  return run_passes(body, stage, PassContext{context.evaluate}, selection);
                }));
  }
  return graph;
}

}  // namespace weft::graph
