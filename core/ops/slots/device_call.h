// An operator's kernel on a device: the device's own kernel, or the CPU's kernel on copies.
#pragma once

#include "ops/op.h"
#include "runtime/device.h"

namespace weft::ops {

// Puts the call on the device's queue. Without a kernel of the device, the CPU computes it: that
// waits for the queue and is counted (Device::fallbacks).
Status run_on_device(Device& device, const KernelCall& call);

}  // namespace weft::ops
