// One function per pass; the law of each is stated in its file.
#pragma once

#include "graph/passes/pipeline.h"

namespace weft::graph {

Result<Graph> remove_dead_code(const Graph& graph, const PassContext& context);
Result<Graph> mix_precision(const Graph& graph, const PassContext& context);
Result<Graph> fold_constants(const Graph& graph, const PassContext& context);
Result<Graph> hoist_invariants(const Graph& graph, const PassContext& context);
Result<Graph> apply_rules(const Graph& graph, const PassContext& context);
Result<Graph> merge_common(const Graph& graph, const PassContext& context);
Result<Graph> recognise_idioms(const Graph& graph, const PassContext& context);
Result<Graph> transpose_products(const Graph& graph, const PassContext& context);
Result<Graph> sink_transposes(const Graph& graph, const PassContext& context);
Result<Graph> fold_scales(const Graph& graph, const PassContext& context);
Result<Graph> join_scales(const Graph& graph, const PassContext& context);
Result<Graph> widen_channels(const Graph& graph, const PassContext& context);
Result<Graph> block_channels(const Graph& graph, const PassContext& context);
Result<Graph> pack_products(const Graph& graph, const PassContext& context);
Result<Graph> fuse_epilogues(const Graph& graph, const PassContext& context);
Result<Graph> hasten_updates(const Graph& graph, const PassContext& context);
Result<Graph> fuse_elementwise(const Graph& graph, const PassContext& context);
Result<Graph> fuse_prologues(const Graph& graph, const PassContext& context);
Result<Graph> tile_rows(const Graph& graph, const PassContext& context);

}  // namespace weft::graph
