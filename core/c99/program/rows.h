// Which kernels of programs in C make rows of images from rows, for loops over row tiles
// (graph/partition/row_tiles.h): those of int8 images with channels last, one image at a time.
//
// Such a step is a function of a `struct weft_band` besides its arrays (emit_row_tiles.cpp): its
// shape is that of an image which has the rows that are held.
#pragma once

#include <string>

#include "graph/ir/ir.h"
#include "graph/partition/row_tiles.h"

namespace weft::c99 {

std::optional<graph::RowWindow> row_window(const graph::Graph& graph, const graph::Node& node);
// Where CMSIS-NN is called: no result lies over what a call reads.
std::optional<graph::RowWindow> row_window_of_calls(const graph::Graph& graph,
                                                    const graph::Node& node);

// The graph with its input, of which rows are read, copied first: row by row as it comes.
Result<graph::Graph> with_fed_rows(const graph::Graph& graph, size_t input,
                                   const std::string& name);

}  // namespace weft::c99
