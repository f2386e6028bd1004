// An array's content as it is at a moment, to be written to a file later.
#pragma once

#include "model/archive/safetensors.h"

namespace weft::model {

// The tensor is on a box of its own: who writes to the array meanwhile writes elsewhere.
struct HeldTensor {
  Ref<Tensor> tensor;
  HeldValue value;  // none where only a copy stays as it is
};

// Does not wait for pending work on the content, except where it copies.
Result<HeldTensor> hold_content(const NamedTensor& named);

}  // namespace weft::model
