// Declares one function for each pass; the law of a pass is stated in its file. The file defines it
// with
//
//   WEFT_PASS(order, name, class, stages) { … }
//
// at the start of a line: a function of `graph` and `context` that returns the new graph. The build
// collects these lines (core/cmake/collect_passes.cmake), so adding a pass touches no list. Passes
// run by rising `order`; the numbers leave gaps for later passes. `class` is a PassClass, `stages`
// are of Stage, joined by |. The name is also the pass's switch in WEFT_PASSES.
#pragma once

#include "graph/passes/pipeline.h"

#define WEFT_PASS(order, name, exactness, stages)         \
  Result<Graph> name([[maybe_unused]] const Graph& graph, \
                     [[maybe_unused]] const PassContext& context)

namespace weft::graph {

#define WEFT_PASS_ENTRY(name, exactness, stages) \
  Result<Graph> name(const Graph& graph, const PassContext& context);
// Passes call one another, so those that a build of some operators does not run are declared, too.
#define WEFT_PASS_LEFT_OUT(name) WEFT_PASS_ENTRY(name, , )
#include "weft_passes.inc"
#undef WEFT_PASS_LEFT_OUT
#undef WEFT_PASS_ENTRY

}  // namespace weft::graph
