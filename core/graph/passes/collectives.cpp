// Questions about collectives, and the numbers of effects.
#include "graph/passes/collectives_impl.h"

#include <algorithm>
#include <atomic>

#include "ops/registry.h"

namespace weft::graph {
namespace {

constexpr std::pair<std::string_view, std::string_view> kParts[] = {
    {"all_reduce", "all_reduce_start"},           {"broadcast", "broadcast_start"},
    {"gather_blocks", "gather_blocks_start"},     {"reduce_blocks", "reduce_blocks_start"},
    {"exchange_blocks", "exchange_blocks_start"},
};
constexpr std::string_view kWhole[] = {"send", "receive", "barrier", "collective_wait"};

constinit std::atomic<int64_t> first_bytes{BucketBytes{}.first};
constinit std::atomic<int64_t> other_bytes{BucketBytes{}.others};

}  // namespace

bool is_collective(const Node& node) {
  if (node.effect < 0 || !node.op) return false;
  return std::ranges::find(kWhole, node.op->name) != std::end(kWhole) ||
         std::ranges::any_of(kParts, [&](const auto& part) {
           return part.first == node.op->name || part.second == node.op->name;
         });
}

const ops::OpDef* start_of(const Node& node) {
  if (node.effect < 0 || !node.op) return nullptr;
  for (const auto& [whole, start] : kParts)
    if (whole == node.op->name) return &ops::op_named(start);
  return nullptr;
}

bool is_wait(const Node& node) { return node.op && node.op->name == "collective_wait"; }

int32_t count_other_effects(const Graph& graph) {
  return static_cast<int32_t>(std::ranges::count_if(
      graph.nodes, [](const Node& node) { return node.effect >= 0 && !is_collective(node); }));
}

void number_effects(Graph& graph) {
  graph.effects = 0;
  for (Node& node : graph.nodes)
    if (node.op && node.op->has_effect) node.effect = graph.effects++;
}

BucketBytes bucket_bytes() { return {first_bytes.load(), other_bytes.load()}; }

void set_bucket_bytes(BucketBytes bytes) {
  first_bytes = bytes.first;
  other_bytes = bytes.others;
}

}  // namespace weft::graph
