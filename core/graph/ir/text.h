// The text form of a graph. It round-trips: parse(print(g)) prints the same text, contents of
// constants included.
//
//   graph(%0 x: float32(2, 3), %1 w: float32(3,)) {
//     const %2: float32() = 0x0000803f
//     %3: float32(2, 3) = add(%0, %1)
//     %4: float32(2,) = sum(%3, axis=[1], keepdims=false)
//     %5: float32(2,) = fused(%4, %2) { … }
//     %6: float32(2,) = loop(%0, %4) sliced 1 carried 1 most 2 (…) { … }
//     %7: float32(2,) = cond(%8, %4) (…) { … } (…) { … }
//     print(%5, format="{}")
//     return %4, %5
//     state 0 -> 1
//     size %3 = 11 up to 12
//     node 4 attribute 0 element 1 = 2*s0*s0 + 1*s0 + -1
//   }
//
// Sizes are numbered by their lines (s0, s1 …); the numbers before them are those of the example.
// Effects happen in the order of their lines. A function of the host is printed by its name, and is
// the only thing that a text cannot bring back.
#pragma once

#include <string>
#include <string_view>

#include "graph/ir/ir.h"

namespace weft::graph {

// What is printed.
struct PrintOptions {
  int64_t largest_constant = INT64_MAX;  // bytes; larger contents print as "…", for people
};
// Every line begins a statement; bodies are indented.
std::string print(const Graph& graph, PrintOptions options = {});

// The graph of a text. The verifier has checked it. Errors name line and column.
Result<Graph> parse(std::string_view text);

}  // namespace weft::graph
