// An operator's kernel on a device: the device's own, or the CPU's on copies of the operands.
#pragma once

#include "ops/op.h"
#include "runtime/device.h"

namespace weft::ops {

// Puts the call on the device's queue. What the device has no kernel for is computed here, which
// waits for the queue, and is noted (Device::fallbacks).
Status run_on_device(Device& device, const KernelCall& call);

}  // namespace weft::ops
