// One run of an entry point in one call, for languages in which a call is what costs.
#pragma once

#include <span>
#include <string_view>

#include "model/file.h"

namespace weft::model {

// Dense memory of the caller with what lies in it.
struct Buffer {
  void* data = nullptr;
  size_t bytes = 0;  // that there are
  graph::TensorType type;
};

// Inputs are read and outputs written where the caller has them. Of an output without data only
// type and bytes are told. Contexts are kept by the model for the next call; several threads may
// call at once. Refuses an entry that changes states: they would be those of some context.
Status run_entry(Model& model, std::string_view entry, std::span<const Buffer> inputs,
                 std::span<Buffer> outputs);

}  // namespace weft::model
