// The eager call: what an operator does to arrays, in the current mode.
//
// Dtypes are promoted, types inferred, memory taken from the pool, the kernel run under the
// engine's order; when the thread records, a node goes on the tape; when it traces, the operator
// becomes a node of the graph instead and nothing runs.
#pragma once

#include <span>

#include "ops/op.h"
#include "runtime/engine/transfer.h"

namespace weft::eager {

// Inputs, then attributes. outs[i] null receives a new reference; otherwise the result is written
// into that array (as `out[...] = result`).
Status invoke(const ops::OpDef& op, std::span<const ops::Argument> arguments,
              std::span<Tensor*> outs);

// target[...] = value, where value is an array that broadcasts to it or a scalar.
Status write(Tensor& target, const ops::Argument& value);

// A dense array with the same content: the array itself if it is dense. Recorded or traced.
Result<Ref<Tensor>> dense(Ref<Tensor> tensor);

// Refuses a write that the memory or the mode forbids.
Status check_writable(const Tensor& target, bool recording);
// Is it a state, which a checkpoint that runs again has renewed already?
bool keeps_state(const Tensor& target);

// Gives the box a storage of its own if somebody holds its content as a value: before a write.
Status unshare(Box& box, bool all_overwritten);

// target = op(target, …) for an operator that only replaces elements of its first input: in place,
// at the cost of what is replaced. False where the operator has to make a new array: its history or
// a trace needs one, arguments look at the memory that is written, or a device computes.
Result<bool> update_in_place(const ops::OpDef& op, std::span<const ops::Argument> attributes,
                             const ops::Values& inputs, Tensor& target);

// target = op(inputs), a result of this type on this device: can the kernel write it there, so that
// no array has to be made?
bool can_compute_into(const ops::OpDef& op, const ops::Values& inputs, const ops::Types& results,
                      const Device* device, const Tensor& target);

// The array's content is a new one, without a history.
void renew(Tensor& target);

// targets = op(inputs) for a composite whose targets are all among its inputs, as an optimizer's
// step has them: one pass over each, without new arrays. False where it has to be called.
Result<bool> update_by_program(const ops::OpDef& op, std::span<const ops::Argument> attributes,
                               const ops::Values& inputs, std::span<Tensor* const> targets);

}  // namespace weft::eager
