// A gradient that is no rule over operators but a function of the caller's: `autograd.Function` in
// Python, a callback in C. Such a call cannot be traced, because a graph has no place for the
// function.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "runtime/tensor.h"

namespace weft::autograd {

struct CustomGradient {
  using Tensors = std::span<const Ref<Tensor>>;

  std::string name;
  // Fills in the gradients of the inputs; those left null are zero. Runs recorded where the
  // backward pass is differentiated again.
  std::function<Status(Tensors saved, Tensors cotangents, std::span<Ref<Tensor>> gradients)>
      backward;
};

// Puts one call on the tape, if the thread records and an input has a history. `outputs` are new
// arrays, computed without being recorded; `saved` are inputs, outputs or others, whose present
// contents backward is given.
Status record_custom(CustomGradient gradient, std::span<Tensor* const> inputs,
                     std::span<Tensor* const> outputs, std::span<Tensor* const> saved);

}  // namespace weft::autograd
