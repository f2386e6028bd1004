// Runs one kernel on arrays. It makes dense copies where the slot wants them, one-element arrays of
// scalars, and scratch; it keeps the engine's order, and lets other threads of the interpreter in
// while a long kernel runs.
#pragma once

#include <span>

#include "ops/op.h"
#include "runtime/device.h"

namespace weft::eager {

// `inputs` have the types `input_types` already (promotion has cast them); `outs` are new or are
// the caller's arrays. The random ordinal of an operator that draws is taken here, on the calling
// thread.
Status run_kernel(const ops::OpDef& op, std::span<const ops::Argument> attributes,
                  const ops::Values& inputs, std::span<const ops::TensorType> input_types,
                  std::span<const ops::TensorType> output_types, std::span<const Ref<Tensor>> outs);

// Stores a weak scalar as one element of `dtype` at `element` (8 bytes).
void store_scalar(const ops::Argument& scalar, DType dtype, void* element);

// Is the work estimated to take longer than 50 µs, at 30 GFLOP/s and 20 GB/s a core? Then it lets
// other threads in. A short kernel keeps the interpreter's lock, which saves letting it go and
// taking it again.
bool is_long(const ops::Cost& cost);

// Runs work on this thread that reads and writes these storages. A long one is registered with the
// engine and runs between the binding's wait hooks, in which Python lets its lock go.
template <class Work>
Status run_ordered(std::span<Storage* const> reads, std::span<Storage* const> writes,
                   bool long_running, const Work& work);

// Runs work that may call the library itself, because a host function is part of it. It waits for
// what is pending and then runs outside the engine's order, so that it cannot wait for itself. What
// it reads is held as values meanwhile; what it writes nobody else can see yet.
template <class Work>
Status run_reentrant(std::span<Storage* const> reads, std::span<Storage* const> writes,
                     bool long_running, const Work& work);

}  // namespace weft::eager

#include "eager/run_impl.h"
