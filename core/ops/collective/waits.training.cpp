// The second half of a collective in a plan, the barrier, and what a process is in its group.
#include <cstring>

#include "base/errors.h"
#include "ops/collective/collective_impl.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

// The started result came into this memory, or comes to lie in that of the output.
Status run_wait(const KernelCall& call) {
  WEFT_ASSIGN(const GroupCall to, group_of(call));
  const TensorView& result = call.in[0];
  const Status status = to.group->wait(result.data);
  note_waited(result.data);
  WEFT_TRY(status);
  if (result.data != call.out[0].data)
    std::memcpy(call.out[0].data, result.data, static_cast<size_t>(type_of(result).bytes()));
  return {};
}

Slot wait_slot() {
  Slot slot = collective_slot(run_wait);
  slot.overwrites = [](const SlotTypes&) -> uint32_t { return 1; };
  return slot;
}

Result<size_t> no_outputs(const AttributeReader&) { return size_t{0}; }
Result<Types> no_results(const InferContext&) { return Types(); }

Status run_barrier(const KernelCall& call) {
  WEFT_ASSIGN(const GroupCall to, group_of(call));
  return to.group->run(to.operation(CollectiveKind::kBarrier));
}

Result<Types> number(const InferContext&) { return Types{{DType::kInt64, Shape()}}; }

Status run_rank(const KernelCall& call) {
  WEFT_ASSIGN(const GroupCall to, group_of(call));
  *static_cast<int64_t*>(call.out[0].data) = to.group->rank();
  return {};
}

Status run_size(const KernelCall& call) {
  WEFT_ASSIGN(const GroupCall to, group_of(call));
  *static_cast<int64_t*>(call.out[0].data) = to.group->size();
  return {};
}

}  // namespace

WEFT_OP(collective_wait) {
  op.doc("The result of a collective that was started, when it is there.")
      .in(Namespace::kInternal)
      .input("result", "any dtype; what the start gave")
      .optional_input("sent", "any dtype; where the start sends from, if that is elsewhere");
  add_group_name(op);
  op.infer([](const InferContext& c) -> Result<Types> { return Types{c.in[0]}; })
      .no_gradient("plans split collectives when gradients have been taken")
      .effect()
      .kernel(wait_slot())
      .sample(R"({"shapes": [[2, 3]]})")
      .sample(R"({"shapes": [[4], [4]], "group": "self"})");
}

WEFT_OP(barrier) {
  op.doc("Ends when all ranks of a group have begun it.").in(Namespace::kNpx);
  add_group_name(op);
  op.outputs(no_outputs)
      .infer(no_results)
      .no_gradient("it has no results")
      .effect()
      .kernel(collective_slot(run_barrier))
      .sample(R"({"shapes": []})")
      .sample(R"({"shapes": [], "group": "world"})")
      .sample(R"({"shapes": [], "group": "self"})")
      .sample(R"({"shapes": [], "group": "self"})");
}

WEFT_OP(group_rank) {
  op.doc("This process's rank in a group, a number that a plan asks for when it runs.")
      .in(Namespace::kNpx);
  add_group_name(op);
  op.infer(number)
      .no_gradient("an integer has no gradient")
      .on_caller()
      .kernel(exact_dense_slot(run_rank))
      .sample(R"({"shapes": []})")
      .sample(R"({"shapes": [], "group": "world"})")
      .sample(R"({"shapes": [], "group": "self"})")
      .sample(R"({"shapes": [], "group": "self"})");
}

WEFT_OP(group_size) {
  op.doc("How many ranks a group has, a number that a plan asks for when it runs.")
      .in(Namespace::kNpx);
  add_group_name(op);
  op.infer(number)
      .no_gradient("an integer has no gradient")
      .on_caller()
      .kernel(exact_dense_slot(run_size))
      .sample(R"({"shapes": []})")
      .sample(R"({"shapes": [], "group": "world"})")
      .sample(R"({"shapes": [], "group": "self"})")
      .sample(R"({"shapes": [], "group": "self"})");
}

}  // namespace weft::ops
