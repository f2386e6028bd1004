// What a weft_hold is: a content that stays as it is, or an address that stays where it is.
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

  HeldValue value;
  Ref<Box> pinned;
};

}  // namespace weft::c
