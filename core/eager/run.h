// Running one kernel on arrays: dense copies where the slot wants them, scalars as one-element
// arrays, scratch, the engine's order, and the interpreter's lock let go for long ones.
#pragma once

#include <span>

#include "ops/op.h"
#include "runtime/device.h"

namespace weft::eager {

Status run_kernel(const ops::OpDef& op, std::span<const ops::Argument> attributes,
                  const ops::Values& inputs, std::span<const ops::TensorType> input_types,
                  std::span<const ops::TensorType> output_types, std::span<const Ref<Tensor>> outs);

// Stores a weak scalar as one element of `dtype` at `element` (8 bytes).
void store_scalar(const ops::Argument& scalar, DType dtype, void* element);

// A kernel predicted to take longer than 50 µs lets other threads in (facts: 30 GFLOP/s, 20 GB/s
// a core are low estimates, so that "long" is never said of a short one).
bool is_long(const ops::Cost& cost);

// Runs work that writes `writes` and reads `reads`; a long one is registered with the engine and
// runs between the binding's wait hooks.
template <class Work>
Status run_ordered(std::span<Storage* const> reads, std::span<Storage* const> writes,
                   bool long_running, const Work& work);

// Work that may call the library itself, because a host function is part of it: waits for what is
// pending and then runs outside the engine's order, so that it cannot wait for itself. What is read
// is held as values meanwhile; what is written, nobody else can see yet.
template <class Work>
Status run_reentrant(std::span<Storage* const> reads, std::span<Storage* const> writes,
                     bool long_running, const Work& work);

}  // namespace weft::eager

#include "eager/run_impl.h"
