// The object behind a weft_hold. It holds a content, which then stays as it is, or it pins a box,
// which then stays at its address; its end undoes both.
#pragma once

#include "runtime/tensor.h"

namespace weft::c {

struct Hold {
  Hold() = default;
  ~Hold() {
    if (pinned) pinned->pins.fetch_sub(1, std::memory_order_release);
  }
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;

  // set by weft_tensor_hold
  HeldValue value;
  // set by weft_tensor_pin; Box::pins counts the pins
  Ref<Box> pinned;
};

}  // namespace weft::c
