// The reduction of the arrays of all ranks, on all ranks: `all_reduce`, its two parts in plans, and
// `broadcast`. What is reduced lies in the result already, so the parts hold one array.
#include <cstring>

#include "base/errors.h"
#include "ops/collective/collective_impl.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

Result<Types> infer(const InferContext& c) {
  WEFT_TRY(check_reduction(c));
  return Types{c.in[0]};
}

Status copy_to_result(const KernelCall& call) {
  if (call.in[0].data != call.out[0].data)
    std::memmove(call.out[0].data, call.in[0].data,
                 static_cast<size_t>(type_of(call.in[0]).bytes()));
  return {};
}

// Reduces in the result's own memory.
Result<Operation> in_place(const GroupCall& to) {
  WEFT_ASSIGN(Operation operation, reducing(to, CollectiveKind::kAllReduce));
  WEFT_TRY(copy_to_result(to.call));
  operation.send = operation.receive;
  return operation;
}

Status run(const KernelCall& call) {
  WEFT_ASSIGN(const GroupCall to, group_of(call));
  WEFT_ASSIGN(Operation operation, in_place(to));
  WEFT_TRY(to.group->run(std::move(operation)));
  WEFT_ASSIGN(const NamedReduction named, reduction_of(call.op.reader(call.attributes)));
  return named.is_mean ? divide_by_size(call.out[0], *to.group) : Status();
}

Status start(const KernelCall& call) {
  WEFT_ASSIGN(const GroupCall to, group_of(call));
  WEFT_ASSIGN(Operation operation, in_place(to));
  start_noted(to, std::move(operation));
  return {};
}

Slot slot(KernelFunction run) {
  Slot made = collective_slot(run);
  made.overwrites = every_input;
  return made;
}

// Of the product of other ranks' elements, without dividing by zero: two more reductions.
Value product_of_others(const GradContext& g, const Value& total) {
  const auto reduce = [&](const Value& x, std::string_view reduction) {
    return g.builder().call("all_reduce", {x},
                            {Argument::of_string(reduction), g.get("ordered"), g.get("group")});
  };
  const Value& x = g.in(0);
  const Value zero = equal(x, scalar(x, 0)), one = scalar(x, 1);
  const Value zeros = reduce(cast(zero, x.dtype()), "sum");
  const Value without = reduce(where(zero, one, x), "product");
  const Value others =
      where(zero, where(equal(zeros, one), without, scalar(x, 0)),
            where(equal(zeros, scalar(x, 0)), without / where(zero, one, x), scalar(x, 0)));
  return total * others;
}

// Every rank's loss counts: the cotangent is the sum of those of all ranks.
Values gradient(const GradContext& g) {
  const auto reduce = [&](const Value& x, std::string_view reduction) {
    return g.builder().call("all_reduce", {x},
                            {Argument::of_string(reduction), g.get("ordered"), g.get("group")});
  };
  const std::string_view reduction = g.text("reduction");
  if (reduction == "mean" || reduction == "sum") return {reduce(g.dout(), reduction)};
  const Value total = reduce(g.dout(), "sum");
  if (reduction == "product") return {product_of_others(g, total)};
  // Equal extremes share the cotangent evenly, on one rank or on several.
  const Value chosen = cast(equal(g.in(0), g.out()), g.in(0).dtype());
  return {total * (chosen / reduce(chosen, "sum"))};
}

// `sum_parts` and `copy_to_parts` are for losses that all ranks compute alike, of which there is
// one: what all have alike has one cotangent, which all have alike, too.
Values gradient_of_sum_parts(const GradContext& g) {
  return {g.builder().call("copy_to_parts", {g.dout()}, {g.get("group")})};
}
Values gradient_of_copy(const GradContext& g) {
  return {g.builder().call("sum_parts", {g.dout()}, {g.get("group")})};
}

Result<Types> infer_same(const InferContext& c) { return Types{c.in[0]}; }

Result<Types> infer_sum_parts(const InferContext& c) {
  const DType dtype = c.in[0].dtype;
  if (!is_floating(dtype))
    return errors::invalid_type("sum_parts", "`x` must have a floating dtype; got ", dtype);
  return Types{c.in[0]};
}

Status run_sum_parts(const KernelCall& call) {
  WEFT_ASSIGN(const GroupCall to, group_of(call));
  WEFT_TRY(copy_to_result(call));
  Operation operation = to.operation(CollectiveKind::kAllReduce);
  operation.send = operation.receive;
  operation.compose = compose_ordered;
  return to.group->run(std::move(operation));
}

Status run_copy(const KernelCall& call) { return copy_to_result(call); }

Result<Types> infer_broadcast(const InferContext& c) {
  if (c.integer("root") < 0)
    return errors::invalid_value("broadcast", "`root` must be a rank; got ", c.integer("root"));
  return Types{c.in[0]};
}

Result<Operation> broadcasting(const GroupCall& to) {
  const int64_t root = to.call.op.reader(to.call.attributes).integer("root");
  if (root < 0 || root >= to.group->size())
    return errors::invalid_value(to.call.op.name, "`root` must be in [0, ", to.group->size(),
                                 "), the ranks of group `", to.group->name(), "`; got ", root);
  Operation operation = to.operation(CollectiveKind::kBroadcast);
  operation.peer = static_cast<int32_t>(root);
  WEFT_TRY(copy_to_result(to.call));
  operation.send = operation.receive;
  return operation;
}

Status run_broadcast(const KernelCall& call) {
  WEFT_ASSIGN(const GroupCall to, group_of(call));
  WEFT_ASSIGN(Operation operation, broadcasting(to));
  return to.group->run(std::move(operation));
}

Status start_broadcast(const KernelCall& call) {
  WEFT_ASSIGN(const GroupCall to, group_of(call));
  WEFT_ASSIGN(Operation operation, broadcasting(to));
  start_noted(to, std::move(operation));
  return {};
}

// The root's array got to all ranks, and the other ranks' nowhere.
Values gradient_of_broadcast(const GradContext& g) {
  Builder& b = g.builder();
  const Value total =
      b.call("all_reduce", {g.dout()},
             {Argument::of_string("sum"), Argument::of_bool(false), g.get("group")});
  const Value rank = b.call("group_rank", {}, {g.get("group")});
  const Value is_root = equal(rank, Value(&b, Argument::of_int(g.integer("root"))));
  return {where(is_root, total, scalar(total, 0))};
}

}  // namespace

WEFT_OP(all_reduce) {
  op.doc("The reduction of the arrays that all ranks of a group give, on all of them.")
      .in(Namespace::kNpx)
      .input("x", "any real dtype but bool; the same type on all ranks");
  add_reduction(op);
  add_group_name(op);
  op.infer(infer)
      .gradient(gradient)
      .effect()
      .kernel(slot(run))
      .sample(R"({"shapes": [[2, 3]]})")
      .sample(R"({"shapes": [[4]], "reduction": "max", "ordered": true, "group": "self"})");
}

WEFT_OP(all_reduce_start) {
  op.doc("Begins an `all_reduce`, whose result is there when `collective_wait` has given it.")
      .in(Namespace::kInternal)
      .input("x", "any real dtype but bool; the same type on all ranks");
  add_reduction(op);
  add_group_name(op);
  op.infer(infer)
      .no_gradient("plans split collectives when gradients have been taken")
      .effect()
      .kernel(slot(start))
      .sample(R"({"shapes": [[2, 3]]})")
      .sample(R"({"shapes": [[4]], "reduction": "max", "ordered": true, "group": "self"})");
}

WEFT_OP(sum_parts) {
  op.doc(
        "The sum of what the ranks of a group have computed of one array, on all of them; the "
        "gradient is that of a loss which all ranks compute alike.")
      .in(Namespace::kNpx)
      .input("x", "floating; the same type on all ranks");
  add_group_name(op);
  op.infer(infer_sum_parts)
      .gradient(gradient_of_sum_parts)
      .effect()
      .kernel(slot(run_sum_parts))
      .sample(R"({"shapes": [[2, 3]]})")
      .sample(R"({"shapes": [[4]], "group": "self"})");
}

WEFT_OP(copy_to_parts) {
  op.doc(
        "An array that all ranks of a group have alike, for each to compute another part of a "
        "result; the gradient is the sum of the parts' gradients.")
      .in(Namespace::kNpx)
      .input("x", "any dtype; the same array on all ranks");
  add_group_name(op);
  op.infer(infer_same)
      .gradient(gradient_of_copy)
      .kernel(slot(run_copy))
      .sample(R"({"shapes": [[2, 3]]})")
      .sample(R"({"shapes": [[4]], "group": "self"})");
}

WEFT_OP(broadcast) {
  op.doc("The array of one rank, on all ranks of a group.")
      .in(Namespace::kNpx)
      .input("x", "any dtype; the same type on all ranks, whose other arrays are not read")
      .required(AttributeKind::kInt, "root", "the rank whose array it is");
  add_group_name(op);
  op.infer(infer_broadcast)
      .gradient(gradient_of_broadcast)
      .effect()
      .kernel(slot(run_broadcast))
      .sample(R"({"shapes": [[2, 3]], "root": 0})")
      .sample(R"({"shapes": [[4]], "root": 0, "group": "self"})");
}

WEFT_OP(broadcast_start) {
  op.doc("Begins a `broadcast`, whose result is there when `collective_wait` has given it.")
      .in(Namespace::kInternal)
      .input("x", "any dtype; the same type on all ranks, whose other arrays are not read")
      .required(AttributeKind::kInt, "root", "the rank whose array it is");
  add_group_name(op);
  op.infer(infer_broadcast)
      .no_gradient("plans split collectives when gradients have been taken")
      .effect()
      .kernel(slot(start_broadcast))
      .sample(R"({"shapes": [[2, 3]], "root": 0})")
      .sample(R"({"shapes": [[4]], "root": 0, "group": "self"})");
}

}  // namespace weft::ops
