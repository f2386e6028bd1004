// Operators that replace elements of an array (scatter), run on that array itself. This is what
// makes x[index] = value cost what is written and not what x has.
#include <algorithm>

#include "autograd/call.h"
#include "autograd/eager_builder.h"
#include "autograd/run.h"
#include "autograd/tape.h"
#include "ops/registry.h"
#include "runtime/thread_state.h"

namespace weft::autograd {
namespace {

// May somebody else have given us this memory, or have been given it?
bool has_other_owners(const Box& box) { return box.pinned() || box.storage()->foreign(); }

bool may_overlap(const Tensor& a, const Tensor& target) {
  if (a.box_ref() == target.box_ref() || a.box().storage() == target.box().storage()) return true;
  return has_other_owners(a.box()) && has_other_owners(target.box());
}

// Is what the arguments say all that the operator needs, so that no array has to be made?
bool is_plain(const ops::OpDef& op, const ops::Values& inputs, const Tensor& target) {
  const bool recording = thread_state().modes & kRecording && !target.box().state;
  for (size_t i = 1; i < inputs.size(); ++i) {
    if (!inputs[i].is_tensor()) return false;
    Tensor& input = *inputs[i].tensor();
    if (input.box().traced() || input.device() || may_overlap(input, target)) return false;
    if (recording && is_recorded(input)) return false;
    if (!op.input_at(i).keeps_dtype && input.dtype() != target.dtype()) return false;
  }
  return true;
}

}  // namespace

Result<bool> update_in_place(const ops::OpDef& op, std::span<const ops::Argument> attributes,
                             const ops::Values& inputs, Tensor& target) {
  Box& box = target.box();
  const uint32_t modes = thread_state().modes;
  if (keeps_state(target)) return true;
  if (modes & kTracing || box.traced() || target.device()) return false;
  const bool recording = modes & kRecording && !box.state;
  // A detached view has no history, but what it does not write of its box keeps its own.
  const bool has_history = recording && (box.node() || is_recorded(target));
  if (has_history || !is_plain(op, inputs, target)) return false;
  WEFT_TRY(check_writable(target, modes & kRecording));

  PoolVector<ops::Argument> complete(op.attributes.size());
  WEFT_TRY(ops::complete_attributes(op, attributes, complete));
  PoolVector<ops::TensorType> types;
  for (const ops::Value& input : inputs) types.push_back(input.type());
  WEFT_ASSIGN(const ops::Types results, ops::infer(op, types, complete));
  if (results[0].dtype != target.dtype() || results[0].shape != target.shape()) return false;

  WEFT_TRY(unshare(box, false));
  const Ref<Tensor> outs[] = {Ref<Tensor>(&target)};
  WEFT_TRY(run_kernel(op, complete, inputs, types, results, outs));
  box.filled_by_parts = true;
  box.set_content(Ref<Object>(box.leaf ? box.node() : nullptr), 0);
  return true;
}

}  // namespace weft::autograd
