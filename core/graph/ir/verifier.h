// The rules that every graph keeps, in one table. They are checked after each pass in debug builds
// and tests, and for every graph that comes from a file.
#pragma once

#include <span>

#include "graph/ir/ir.h"

namespace weft::graph {

// A rule with its name, which errors show.
struct Rule {
  const char* name;
  Status (*check)(const Graph& graph);
};
std::span<const Rule> verifier_rules();

// The rule about effects alone. It is checked after each pass in every build, where a graph has
// effects, because no result shows that an effect was lost or moved.
Status verify_effects(const Graph& graph);

// A part of the rules, for graphs that are made for other types: all values together have at most
// 2^61 bytes, so no sum of sizes in passes and plans overflows.
Status verify_bytes(const Graph& graph);

// The rules for a body of control flow: all but those of sizes, which belong to the graph around
// it.
Status verify_body(const Graph& body);

// The first rule that is broken, by name. Errors name nodes by their first output.
Status verify(const Graph& graph);

}  // namespace weft::graph
