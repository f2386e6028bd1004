// An array's content as it is at one moment, to be written to a file later.
#pragma once

#include "model/archive/safetensors.h"

namespace weft::model {

// The tensor is on a box of its own, so that a write to the program's array goes to other memory.
struct HeldTensor {
  Ref<Tensor> tensor;
  HeldValue value;  // none if the tensor is a copy
};

// Does not wait for pending work on the content, unless it has to copy.
Result<HeldTensor> hold_content(const NamedTensor& named);

}  // namespace weft::model
