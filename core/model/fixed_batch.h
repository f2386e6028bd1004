// An entry point for a number of samples: `weft info --batch`, and C, which has fixed shapes.
#pragma once

#include <string_view>

#include "model/file.h"

namespace weft::model {

// The graph with `batch` as the first extent of every input, without open dimensions; 0: as it is,
// which an entry with a dimension there refuses. `where` begins errors.
Result<graph::Graph> graph_of_batch(const Entry& entry, int64_t batch, std::string_view where);

// The entry that has this graph. Fails where an input has another open dimension, or where the
// graph mentions the batch that it was exported with.
Result<Entry> with_batch(const Entry& entry, int64_t batch, std::string_view where);

}  // namespace weft::model
