// Which device an operator runs on, and arrays that move between devices.
#pragma once

#include "ops/op.h"
#include "runtime/device.h"

namespace weft::eager {

class EagerBuilder;

// The device of the call's arrays; the thread's where there is none. Single elements and indices
// that are on the CPU follow the others; any other mixture is an error that names it.
Result<Device*> settle_device(EagerBuilder& builder, const ops::OpDef& op, ops::Values& inputs);

// The array on this device (null: the CPU): itself if it is there, else a dense copy. Recorded.
Result<Ref<Tensor>> to_device(Tensor& tensor, Device* device);

}  // namespace weft::eager
