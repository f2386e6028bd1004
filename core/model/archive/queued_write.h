// Files of arrays that the engine's threads write.
//
// Contents are held at the call, so the program may go on changing its arrays. Files are written
// one after another in the order of the calls, and whoever reads or writes a file on its own
// thread waits for them first: a file never goes back to older contents.
#pragma once

#include "model/archive/safetensors.h"

namespace weft::model {

// Gives an array of one element that has its value when the file is complete; a failure is its
// content. What does not depend on the disk (names, dtypes) is refused at the call.
Result<Ref<Tensor>> queue_archive(const std::string& path, std::span<const NamedTensor> tensors,
                                  const Metadata& metadata);

// Waits for the writes that are queued; their failures are not given here.
Status wait_for_queued_writes();

}  // namespace weft::model
