// Common subexpression elimination. Law: of two nodes with the same operator, attributes and
// operands the later one goes, and its readers read the earlier one. Never merged are clones (that
// would undo recomputation), random nodes (two draws are two numbers) and effects (two are not
// one).
#include <algorithm>
#include <unordered_map>

#include "graph/passes/graph_rewrite_impl.h"
#include "graph/passes/passes.h"

namespace weft::graph {
namespace {

// Adds a number to a hash.
uint64_t mix(uint64_t hash, uint64_t value) {
  return (hash ^ value) * 0x9e3779b97f4a7c15 + (hash >> 29);
}

// Adds an attribute or a scalar. Reals are hashed by their bits.
uint64_t mix(uint64_t hash, const ops::Argument& a) {
  hash = mix(hash, static_cast<uint64_t>(a.tag));
  if (a.tag == ops::Tag::kString) return mix(hash, std::hash<std::string_view>()(a.as_text()));
  if (a.tag != ops::Tag::kInts)
    return a.is_absent() ? hash : mix(hash, static_cast<uint64_t>(a.integer));
  for (const int64_t number : a.as_ints()) hash = mix(hash, static_cast<uint64_t>(number));
  return hash;
}

// The hash of operator, attributes and operands; equal nodes have equal hashes.
uint64_t hash_of(const Node& node, const std::vector<Operand>& operands) {
  uint64_t hash = static_cast<uint64_t>(node.op->id);
  for (const ops::Argument& a : node.attributes.view()) hash = mix(hash, a);
  for (const Operand& operand : operands) {
    hash = mix(hash, static_cast<uint64_t>(operand.value));
    hash = mix(hash, operand.scalar);
  }
  return hash;
}

bool may_merge(const Node& node) {
  return node.op && !node.op->is_random && node.effect < 0 && node.clone_of == kNoValue;
}

}  // namespace

WEFT_PASS(110, eliminate_common, kExact, kWhole) {
  GraphRewrite rewrite(graph);
  std::unordered_multimap<uint64_t, int32_t> known;  // hash → node of the new graph
  for (const Node& node : graph.nodes) {
    if (!may_merge(node)) {
      rewrite.copy(node);
      continue;
    }
    std::vector<Operand> operands;
    for (const Operand& operand : node.operands) operands.push_back(rewrite.map(operand));
    const uint64_t hash = hash_of(node, operands);
    const auto [begin, end] = known.equal_range(hash);
    const auto same = std::find_if(begin, end, [&](const auto& entry) {
      const Node& other = rewrite.graph().nodes[static_cast<size_t>(entry.second)];
      return other.op == node.op && other.operands == operands &&
             other.attributes == node.attributes;
    });
    if (same == end) {
      rewrite.copy(node);
      known.emplace(hash, static_cast<int32_t>(rewrite.graph().nodes.size()) - 1);
      continue;
    }
    const Node& earlier = rewrite.graph().nodes[static_cast<size_t>(same->second)];
    for (size_t i = 0; i < node.outputs.size(); ++i)
      rewrite.set(node.outputs[i], earlier.outputs[i]);
  }
  return rewrite.finish();
}

}  // namespace weft::graph
