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

// Calls an operator. `arguments` are its inputs, then its attributes. A null outs[i] receives a new
// reference; otherwise the result is written into that array, as `out[...] = result` does it. On
// failure no array is changed.
Status invoke(const ops::OpDef& op, std::span<const ops::Argument> arguments,
              std::span<Tensor*> outs);

// target[...] = value, where value is an array that broadcasts to it or a scalar.
Status write(Tensor& target, const ops::Argument& value);

// A dense array with the same content: the array itself if it is dense. The copy is recorded or
// traced like any other operator.
Result<Ref<Tensor>> dense(Ref<Tensor> tensor);

// Refuses a write that the memory or the mode forbids.
Status check_writable(const Tensor& target, bool recording);
// Is the array a state while a checkpoint runs again? The first run has written it already, so that
// this write is left out.
bool keeps_state(const Tensor& target);

// Before a write: gives the box a storage of its own if somebody holds its content as a value.
// `all_overwritten` says that the old content need not be copied. A pinned box keeps its storage,
// because others have its address.
Status unshare(Box& box, bool all_overwritten);

// target = op(target, …) for an operator that only replaces elements of its first input. It runs in
// place and costs what is replaced, not what the array has. False where the operator has to make a
// new array: a history or a trace needs one, another argument reads the memory that is written, or
// a device computes.
Result<bool> update_in_place(const ops::OpDef& op, std::span<const ops::Argument> attributes,
                             const ops::Values& inputs, Tensor& target);

// Can the kernel write its result right into the target, so that no array has to be made? `results`
// and `device` are what the call would make.
bool can_compute_into(const ops::OpDef& op, const ops::Values& inputs, const ops::Types& results,
                      const Device* device, const Tensor& target);

// Says that the array's content is a new one, without a history. A leaf stays a leaf.
void renew(Tensor& target);

// targets = op(inputs) for a composite that replaces some of its inputs, as an optimizer's step
// does: one pass over each array, and no new ones. False where the composite has to be called.
Result<bool> update_by_program(const ops::OpDef& op, std::span<const ops::Argument> attributes,
                               const ops::Values& inputs, std::span<Tensor* const> targets);

}  // namespace weft::eager
