// What operators that reach other processes share: their arguments, and the operation that a call
// asks its group for.
#pragma once

#include "ops/op.h"
#include "ops/slots/kernel_call.h"
#include "runtime/collective/group.h"

namespace weft::ops {

inline constexpr std::string_view kReductions = "sum, mean, product, min or max";

// Attributes: `reduction` and `ordered`; `group`.
void add_reduction(OpDef& op);
void add_group_name(OpDef& op);

// What the argument `reduction` names. A mean is a sum that is divided when it has been made.
struct NamedReduction {
  Reduction reduction = Reduction::kSum;
  bool is_mean = false;
};
Result<NamedReduction> reduction_of(const AttributeReader& attributes);
// The reduction is known, and the array's dtype has it.
Status check_reduction(const InferContext& context);
// `ranks` is at least 1.
Status check_ranks(const AttributeReader& attributes);

// A call and its group; made by group_of, which also compares `ranks`, if the operator has it.
struct GroupCall {
  const KernelCall& call;
  Ref<Group> group;
  // From input 0 to output 0, with the text that says where the program asks for it.
  Operation operation(CollectiveKind kind) const;
};
Result<GroupCall> group_of(const KernelCall& call);
// An operation that reduces, by the call's attributes.
Result<Operation> reducing(const GroupCall& to, CollectiveKind kind);

// Starts the operation. The group keeps an eager call's arrays; else this notes that a plan of this
// thread has to wait for it.
void start_noted(const GroupCall& to, Operation operation);
// Divides by the number of ranks.
Status divide_by_size(const TensorView& array, const Group& group);

// Carries out an ordered reduction over a transport that knows none (Operation::compose).
Status compose_ordered(Transport& transport, const Operation& operation, int ranks);

// The slot of a kernel that waits for other processes.
Slot collective_slot(KernelFunction run);

}  // namespace weft::ops
