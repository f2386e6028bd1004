// Which kernels in C can make rows of an image from rows, for loops over row tiles
// (graph/partition/row_tiles.h): those of int8 images with channels last, one image at a time.
//
// A step in such a loop is a function with a `struct weft_band` besides its arrays
// (emit_row_tiles.cpp). It sees an image that has only the rows which the line buffer holds at the
// moment.
#pragma once

#include <string>

#include "graph/ir/ir.h"
#include "graph/partition/row_tiles.h"

namespace weft::c99 {

// The rows that a node reads for a row of its result; nothing: it needs all rows at once.
std::optional<graph::RowWindow> row_window(const graph::Graph& graph, const graph::Node& node);
// The same where CMSIS-NN is called: no result may lie over what a call reads.
std::optional<graph::RowWindow> row_window_of_calls(const graph::Graph& graph,
                                                    const graph::Node& node);

// The graph in which a copy, made row by row as rows come, replaces the input. Fails where the
// readers of the input do not take rows.
Result<graph::Graph> with_fed_rows(const graph::Graph& graph, size_t input,
                                   const std::string& name);

}  // namespace weft::c99
