// One run of an entry point in one call, for languages in which calls are costly.
#pragma once

#include <span>
#include <string_view>

#include "model/file.h"

namespace weft::model {

// Dense memory of the caller, with the type of what lies in it.
struct Buffer {
  void* data = nullptr;
  size_t bytes = 0;  // bytes that there are at `data`
  graph::TensorType type;
};

// Runs an entry. Inputs are read and outputs written where the caller has them; for an output
// without data only type and bytes are filled in. The model keeps the context for the next call;
// several threads may call at once. Fails for an entry that changes states: they would belong to
// some idle context.
Status run_entry(Model& model, std::string_view entry, std::span<const Buffer> inputs,
                 std::span<Buffer> outputs);

}  // namespace weft::model
