// Arguments and operations of the operators that reach other processes.
#include <algorithm>

#include "base/errors.h"
#include "kernels/elementwise/formula_ids.h"
#include "ops/collective/collective_impl.h"
#include "ops/slots/elementwise_slot.h"
#include "runtime/collective/started.h"
#include "runtime/engine/engine.h"

namespace weft::ops {
namespace {

constexpr std::pair<std::string_view, NamedReduction> kNames[] = {
    {"sum", {Reduction::kSum, false}},         {"mean", {Reduction::kSum, true}},
    {"product", {Reduction::kProduct, false}}, {"min", {Reduction::kMin, false}},
    {"max", {Reduction::kMax, false}},
};

// all_reduce of float32(3, 4) (train.py:88)
std::string where_of(const KernelCall& call) {
  const TensorView* const array = !call.in.empty()    ? call.in.data()
                                  : !call.out.empty() ? call.out.data()
                                                      : nullptr;
  std::string text = call.op.name;
  if (array && array->rank >= 0) text += " of " + to_string(type_of(*array));
  const std::string line = line_of_step.empty() ? current_origin() : std::string(line_of_step);
  return line.empty() ? text : text + " (" + line + ")";
}

}  // namespace

void add_reduction(OpDef& op) {
  op.text("reduction", "sum", "`sum`, `mean`, `product`, `min` or `max`")
      .boolean("ordered", false, "the same bits whatever moves the bytes: a tree over ranks");
}

void add_group_name(OpDef& op) {
  op.text("group", "world", "a group that this process has joined");
}

Result<NamedReduction> reduction_of(const AttributeReader& attributes) {
  const std::string_view name = attributes.text("reduction");
  for (const auto& [known, reduction] : kNames)
    if (known == name) return reduction;
  return errors::invalid_value(attributes.op().name, "`reduction` must be ", kReductions,
                               "; got \"", name, "\"");
}

Status check_reduction(const InferContext& context) {
  WEFT_ASSIGN(const NamedReduction named, reduction_of(context));
  const DType dtype = context.in[0].dtype;
  if (dtype == DType::kBool || (!is_integer(dtype) && !is_floating(dtype)))
    return errors::invalid_type(context.op().name, "`", context.op().inputs[0].name,
                                "` must have a real dtype other than bool; got ", dtype,
                                "; use `x.astype(np.int32)`");
  if (named.is_mean && !is_floating(dtype))
    return errors::invalid_type(context.op().name, "`", context.op().inputs[0].name,
                                "` must have a floating dtype for a mean; got ", dtype);
  return {};
}

Status check_ranks(const AttributeReader& attributes) {
  const int64_t ranks = attributes.integer("ranks");
  if (ranks >= 1 && ranks <= 1 << 24) return {};
  return errors::invalid_value(attributes.op().name,
                               "`ranks` must be the number of processes in the group; got ", ranks);
}

Result<GroupCall> group_of(const KernelCall& call) {
  const AttributeReader attributes = call.op.reader(call.attributes);
  WEFT_ASSIGN(Ref<Group> group, group_named(attributes.text("group"), call.op.name));
  const bool has_ranks =
      std::ranges::any_of(call.op.attributes, [](const auto& one) { return one.name == "ranks"; });
  if (has_ranks && attributes.integer("ranks") != group->size())
    return errors::invalid_value(call.op.name, "`ranks` must be the size of group `", group->name(),
                                 "`, ", group->size(), "; got ", attributes.integer("ranks"));
  return GroupCall{call, std::move(group)};
}

Operation GroupCall::operation(CollectiveKind kind) const {
  Operation operation;
  operation.kind = kind;
  operation.where = where_of(call);
  if (!call.in.empty() && call.in[0].rank >= 0) {
    operation.dtype = call.in[0].dtype;
    operation.count = elements_of(call.in[0]);
    operation.send = call.in[0].data;
  }
  if (!call.out.empty()) operation.receive = call.out[0].data;
  return operation;
}

Result<Operation> reducing(const GroupCall& to, CollectiveKind kind) {
  const AttributeReader attributes = to.call.op.reader(to.call.attributes);
  WEFT_ASSIGN(const NamedReduction named, reduction_of(attributes));
  Operation operation = to.operation(kind);
  operation.reduction = named.reduction;
  operation.ordered = attributes.flag("ordered");
  operation.compose = compose_ordered;
  return operation;
}

void start_noted(const GroupCall& to, Operation operation) {
  for (Storage* const storage : written_by_call) {
    const auto has = [&](const void* block) {
      const char* const address = static_cast<const char*>(block);
      return address && address >= storage->data() && address < storage->data() + storage->bytes();
    };
    if (has(operation.receive) || has(operation.send)) operation.kept.emplace_back(storage);
  }
  if (operation.kept.empty()) note_started(to.group, operation.receive);
  to.group->start(std::move(operation));
}

// A loop of one thread: the mean of much data is better a sum and a factor that joins other
// arithmetic.
Status divide_by_size(const TensorView& array, const Group& group) {
  int64_t element = 0;
  const int64_t size = group.size();
  const TensorView number{const_cast<int64_t*>(&size), {}, {}, 0, DType::kInt64};
  const TensorView divisor{&element, {}, {}, 0, array.dtype};
  WEFT_TRY(run_one_step(kernels::cast_step(DType::kInt64, array.dtype), {&number, 1}, divisor));
  const TensorView operands[] = {array, divisor};
  return run_one_step(kernels::step_of(kernels::FormulaId::kDivide, array.dtype), operands, array);
}

Slot collective_slot(KernelFunction run) {
  Slot slot = dense_slot(run);
  slot.cost = [](const SlotTypes& types) {
    Cost cost;
    for (const TensorType& type : types.in)
      if (type.shape.rank() >= 0) cost.bytes += static_cast<double>(type.bytes());
    for (const TensorType& type : types.out) cost.bytes += static_cast<double>(type.bytes());
    return cost;
  };
  return slot;
}

}  // namespace weft::ops
