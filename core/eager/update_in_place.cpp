// Calls that make no new array. Three kinds are found here. Operators that replace elements of an
// array (scatter) run on that array itself, so that x[index] = value costs what is written and not
// what x has. Operators with an array for their result (`out=`) write it there; an elementwise one
// may also read it, as x += y does. Composites that replace arrays which they read (updates of
// parameters) run as a program whose states these arrays are.
#include <algorithm>

#include "eager/builder.h"
#include "eager/call.h"
#include "eager/program_call.h"
#include "eager/recurring_calls.h"
#include "eager/run.h"
#include "ops/registry.h"
#include "runtime/thread_state.h"

namespace weft::eager {
namespace {

// May others know this memory, because they gave it to us or were given its address?
bool has_other_owners(const Box& box) { return box.pinned() || box.storage()->foreign(); }

// Two boxes share memory if they share the storage, or through somebody outside.
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
    if (recording && input.is_recorded()) return false;
    if (!op.input_at(i).keeps_dtype && input.dtype() != target.dtype()) return false;
  }
  return true;
}

// May the array be replaced while the others are read?
bool is_replaceable(const Tensor& target, std::span<const Ref<Tensor>> arrays) {
  if (!target.dense() || !target.covers_box() || keeps_state(target)) return false;
  const auto is_another = [&](const Ref<Tensor>& array) {
    return array.get() != &target && may_overlap(*array, target);
  };
  return !has_other_owners(target.box()) && std::ranges::none_of(arrays, is_another);
}

}  // namespace

bool can_compute_into(const ops::OpDef& op, const ops::Values& inputs, const ops::Types& results,
                      const Device* device, const Tensor& target) {
  // What the host runs may look at the array; whatever fails leaves it as it was.
  if (results.size() != 1 || op.runs_on_caller || op.outside || op.slot.fails_midway) return false;
  if (target.box().traced() || target.device() != device || !target.dense()) return false;
  if (target.dtype() != results[0].dtype || !(target.shape() == results[0].shape)) return false;
  if (thread_state().modes & kRecording || target.box().read_only || keeps_state(target))
    return false;
  return std::ranges::none_of(inputs, [&](const ops::Value& input) {
    if (!input.is_tensor()) return false;
    const bool is_replaced = op.slot.elementwise && input.tensor().get() == &target;
    return !is_replaced && may_overlap(*input.tensor(), target);
  });
}

void renew(Tensor& target) {
  Box& box = target.box();
  if (!target.covers_box()) box.filled_by_parts = true;
  box.set_content(Ref<Object>(box.leaf ? box.node() : nullptr), 0);
}

Result<bool> update_in_place(const ops::OpDef& op, std::span<const ops::Argument> attributes,
                             const ops::Values& inputs, Tensor& target) {
  Box& box = target.box();
  const uint32_t modes = thread_state().modes;
  if (keeps_state(target)) return true;
  if (modes & kTracing || box.traced() || target.device()) return false;
  // Complex numbers are written plane by plane, elements of a storage dtype by their bytes.
  if (static_cast<int>(target.dtype()) >= kNumDTypes) return false;
  const bool recording = modes & kRecording && !box.state;
  // A detached view has no history, but what it does not write of its box keeps its own.
  const bool has_history = recording && (box.node() || target.is_recorded());
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
  renew(target);
  return true;
}

Result<bool> update_by_program(const ops::OpDef& op, std::span<const ops::Argument> attributes,
                               const ops::Values& inputs, std::span<Tensor* const> targets) {
  const uint32_t modes = thread_state().modes;
  if (modes & (kTracing | kRecording) || precision_of(modes) != DType::kFloat32) return false;
  PoolVector<Ref<Tensor>> arrays;
  for (const ops::Value& input : inputs) {
    // What a program of planes would write is no array of the caller's.
    if (input.is_scalar() && input.scalar().tag == ops::Tag::kComplex) return false;
    if (!input.is_tensor()) continue;
    if (static_cast<int>(input.tensor()->dtype()) >= kNumDTypes) return false;
    arrays.push_back(input.tensor());
  }
  PoolVector<int32_t> numbers;
  for (Tensor* const target : targets) {
    const auto found = std::ranges::find_if(
        arrays, [&](const Ref<Tensor>& array) { return array.get() == target; });
    if (found == arrays.end()) return false;
    const auto number = static_cast<int32_t>(found - arrays.begin());
    if (std::ranges::count(numbers, number) || !is_replaceable(*target, arrays)) return false;
    numbers.push_back(number);
  }
  // Of several dtypes the composite casts: its results are no longer those of the arrays.
  for (const Ref<Tensor>& array : arrays)
    if (array->dtype() != arrays[0]->dtype()) return false;
  PoolVector<ops::Argument> complete(op.attributes.size());
  WEFT_TRY(ops::complete_attributes(op, attributes, complete));
  const Ref<executor::Program> program = composite_program(op, complete, inputs, numbers);
  if (!program) return false;
  for (Tensor* const target : targets) WEFT_TRY(check_writable(*target, false));
  WEFT_TRY(call_program(*program, arrays, {}, nullptr, op.name));
  return true;
}

}  // namespace weft::eager
