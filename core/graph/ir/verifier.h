// The rules that every graph keeps, in one table: checked after each pass in debug builds and
// tests, and for every graph that comes out of a file.
#pragma once

#include <span>

#include "graph/ir/ir.h"

namespace weft::graph {

struct Rule {
  const char* name;
  Status (*check)(const Graph& graph);
};
std::span<const Rule> verifier_rules();

// The one rule that is checked after each pass in every build, where a graph has effects: an effect
// that is lost or moved shows in no result.
Status verify_effects(const Graph& graph);

// Part of the rules, for graphs that are made for other types: all values together have at most
// 2^61 bytes, so no sum of sizes in passes and plans overflows.
Status verify_bytes(const Graph& graph);

// A body of control flow: all rules but those of sizes, which the graph around it has.
Status verify_body(const Graph& body);

// The first rule that is broken, named; nodes are told by their first output.
Status verify(const Graph& graph);

}  // namespace weft::graph
