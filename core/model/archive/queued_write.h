// Files of arrays that the engine's threads write.
//
// Contents are held at the call, so the program may go on changing its arrays. Files are written
// one after another in the order of the calls. A function that reads or writes a file on its own
// thread waits for them first, so a file never goes back to older contents.
#pragma once

#include "model/archive/safetensors.h"

namespace weft::model {

// Gives an array of one bool that is ready when the file is complete; a failure of the write
// becomes its poison. Errors that do not depend on the disk (names, dtypes) are given at the call.
Result<Ref<Tensor>> queue_archive(const std::string& path, std::span<const NamedTensor> tensors,
                                  const Metadata& metadata);

// Waits for the queued writes; it does not give their failures.
Status wait_for_queued_writes();

}  // namespace weft::model
