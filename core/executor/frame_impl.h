// The memory of one call: residuals, and the pointers of the plans bound to this frame.
#pragma once

#include "executor/program.h"

namespace weft::executor {

class Frame {
 public:
  explicit Frame(Compiled& compiled) : owner(&compiled), forward(bind_new(compiled.forward_)) {}
  ~Frame();

  Compiled* owner;
  Ref<Compiled> alive;  // set while the frame is out: the plan outlives it
  Bound forward;
  Bound backward[2];  // preserving, consuming: bound at the first use
  std::vector<void*> backward_inputs, backward_outputs;
  char* residual = nullptr;
  void* arena = nullptr;  // the caller's; null: scratch of the plan
  bool holds_residuals = false;
};

}  // namespace weft::executor
