// Operators that give each rank another part of an array: `all_gather`, `reduce_scatter` and
// `all_to_all`. Kernels know blocks along axis 0 only; the operators of the program bring their
// axis there, so that every axis has one kernel and one gradient rule.
#include <cstring>

#include "base/errors.h"
#include "ops/collective/collective_impl.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

// Axis 0 of an array of blocks.
Status check_blocks(const InferContext& c, bool divides) {
  WEFT_TRY(check_ranks(c));
  const Shape& shape = c.in[0].shape;
  if (shape.rank() == 0)
    return errors::invalid_value(c.op().name, "`x` must have an axis; got a scalar");
  if (divides && shape[0] % c.integer("ranks") != 0)
    return errors::invalid_value(c.op().name, "`x` must have an extent that ", c.integer("ranks"),
                                 " ranks divide; got ", shape[0]);
  return {};
}

Result<Types> infer_gather(const InferContext& c) {
  WEFT_TRY(check_blocks(c, false));
  TensorType type = c.in[0];
  type.shape[0] *= c.integer("ranks");
  WEFT_TRY(checked_elements(type.shape.span(), c.op().name, "x").status());
  return Types{type};
}

Result<Types> infer_reduce(const InferContext& c) {
  WEFT_TRY(check_blocks(c, true));
  WEFT_TRY(check_reduction(c));
  TensorType type = c.in[0];
  type.shape[0] /= c.integer("ranks");
  return Types{type};
}

Result<Types> infer_exchange(const InferContext& c) {
  WEFT_TRY(check_blocks(c, true));
  return Types{c.in[0]};
}

// The operation of a primitive, whose name does not matter here.
Result<Operation> operation_of(const GroupCall& to, CollectiveKind kind) {
  if (kind == CollectiveKind::kReduceScatter) return reducing(to, kind);
  return to.operation(kind);
}

template <CollectiveKind kind>
Status run(const KernelCall& call) {
  WEFT_ASSIGN(const GroupCall to, group_of(call));
  WEFT_ASSIGN(Operation operation, operation_of(to, kind));
  WEFT_TRY(to.group->run(std::move(operation)));
  if (kind != CollectiveKind::kReduceScatter) return {};
  WEFT_ASSIGN(const NamedReduction named, reduction_of(call.op.reader(call.attributes)));
  return named.is_mean ? divide_by_size(call.out[0], *to.group) : Status();
}

// What is sent lies in output 1 until the wait: in the operand's place where that dies here, else
// in a copy.
template <CollectiveKind kind>
Status start(const KernelCall& call) {
  WEFT_ASSIGN(const GroupCall to, group_of(call));
  WEFT_ASSIGN(Operation operation, operation_of(to, kind));
  void* const sent = call.out[1].data;
  if (sent != operation.send)
    std::memcpy(sent, operation.send, static_cast<size_t>(type_of(call.in[0]).bytes()));
  operation.send = sent;
  start_noted(to, std::move(operation));
  return {};
}

// The types of a start: the result's, and the operand's.
template <InferRule whole>
Result<Types> infer_start(const InferContext& c) {
  WEFT_ASSIGN(Types types, whole(c));
  types.push_back(c.in[0]);
  return types;
}

Slot start_slot(KernelFunction run) {
  Slot made = collective_slot(run);
  made.overwrites = every_input;
  return made;
}

// ---- gradients ---------------------------------------------------------------------------------

Values gradient_of_gather(const GradContext& g) {
  return {g.builder().call(
      "reduce_blocks", {g.dout()},
      {g.get("ranks"), Argument::of_string("sum"), Argument::of_bool(false), g.get("group")})};
}

Values gradient_of_reduce(const GradContext& g) {
  const std::string_view reduction = g.text("reduction");
  const auto gather = [&](const Value& blocks) {
    return g.builder().call("gather_blocks", {blocks}, {g.get("ranks"), g.get("group")});
  };
  if (reduction == "product") {
    g.builder().fail(errors::unsupported(
        "reduce_scatter", "a product has no gradient; use `all_reduce` and take this rank's part"));
    return {g.in(0)};
  }
  const Value all = gather(g.dout());
  if (reduction == "min" || reduction == "max") {
    // Equal extremes share the cotangent evenly, as those of `all_reduce` do.
    const Value chosen = cast(equal(g.in(0), gather(g.out())), g.in(0).dtype());
    const Value count =
        g.builder().call("all_reduce", {chosen},
                         {Argument::of_string("sum"), Argument::of_bool(false), g.get("group")});
    return {all * (chosen / count)};
  }
  return {reduction == "sum" ? all : all / static_cast<double>(g.integer("ranks"))};
}

Values gradient_of_exchange(const GradContext& g) {
  return {g.builder().call("exchange_blocks", {g.dout()}, {g.get("ranks"), g.get("group")})};
}

// ---- the operators of the program --------------------------------------------------------------

Value swap_axes(const Value& x, int a, int b) {
  if (a == b) return x;
  Shape axes;
  for (int i = 0; i < x.rank(); ++i) axes.push_back(i == a ? b : i == b ? a : i);
  return transpose(x, axes.span());
}

Result<int> axis_of(const ComposeContext& c, std::string_view name) {
  return normalize_axis(c.integer(name), c.in(0).rank(), c.op().name, name);
}

Status check_divides(const ComposeContext& c, int axis) {
  WEFT_TRY(check_ranks(c));
  const int64_t extent = c.in(0).shape()[axis], ranks = c.integer("ranks");
  if (extent % ranks == 0) return {};
  return errors::invalid_value(c.op().name, "`x` must have an extent along axis ", axis, " that ",
                               ranks, " ranks divide; got ", extent);
}

Result<Value> all_gather(const ComposeContext& c) {
  WEFT_TRY(check_ranks(c));
  WEFT_ASSIGN(const int axis, axis_of(c, "axis"));
  const Value first = swap_axes(c.in(0), 0, axis);
  return swap_axes(c.builder.call("gather_blocks", {first}, {c.get("ranks"), c.get("group")}), 0,
                   axis);
}

Result<Value> reduce_scatter(const ComposeContext& c) {
  WEFT_ASSIGN(const int axis, axis_of(c, "axis"));
  WEFT_TRY(check_divides(c, axis));
  WEFT_TRY(reduction_of(c).status());
  const Value first = swap_axes(c.in(0), 0, axis);
  return swap_axes(
      c.builder.call("reduce_blocks", {first},
                     {c.get("ranks"), c.get("reduction"), c.get("ordered"), c.get("group")}),
      0, axis);
}

// The ranks' blocks become an axis in front; behind the exchange that axis is joined with
// `concat_axis`.
Result<Value> all_to_all(const ComposeContext& c) {
  WEFT_ASSIGN(const int split, axis_of(c, "split_axis"));
  WEFT_ASSIGN(const int joined, axis_of(c, "concat_axis"));
  WEFT_TRY(check_divides(c, split));
  const int64_t ranks = c.integer("ranks");
  const Shape shape = c.in(0).shape();
  if (shape.rank() == kMaxRank) return errors::rank_too_large("all_to_all", "x", kMaxRank + 1);
  Shape apart, front, result = shape;
  for (int i = 0; i < shape.rank(); ++i) {
    if (i == split) apart.push_back(ranks);
    apart.push_back(i == split ? shape[i] / ranks : shape[i]);
  }
  front.push_back(split);
  for (int i = 0; i < apart.rank(); ++i)
    if (i != split) front.push_back(i);
  const Value blocks = transpose(reshape(c.in(0), apart), front.span());
  const Value exchanged =
      c.builder.call("exchange_blocks", {blocks}, {c.get("ranks"), c.get("group")});
  Shape back;
  for (int i = 0; i < shape.rank(); ++i) {
    if (i == joined) back.push_back(0);
    back.push_back(i + 1);
  }
  result[split] /= ranks;
  result[joined] *= ranks;
  return reshape(transpose(exchanged, back.span()), result);
}

void add_ranks(OpDef& op) {
  op.required(AttributeKind::kInt, "ranks", "how many processes the group has");
}

constexpr const char* kWhySplit = "plans split collectives when gradients have been taken";

}  // namespace

WEFT_OP(gather_blocks) {
  op.doc("The arrays of all ranks, one behind the other along axis 0.")
      .in(Namespace::kInternal)
      .input("x", "any dtype; the same type on all ranks");
  add_ranks(op);
  add_group_name(op);
  op.infer(infer_gather)
      .gradient(gradient_of_gather)
      .effect()
      .kernel(collective_slot(run<CollectiveKind::kAllGather>))
      .sample(R"({"shapes": [[2, 3]], "ranks": 1})")
      .sample(R"({"shapes": [[4]], "ranks": 1, "group": "self"})");
}

// No effect: all ranks have the same plans, so they make and repeat it in the same order.
WEFT_OP(gather_parts) {
  op.doc(
        "The parts of an array that ranks share, one behind the other; in plans it is no effect, "
        "so "
        "it may run again instead of keeping its result.")
      .in(Namespace::kNpx)
      .input("x", "any dtype; the same type on all ranks");
  add_ranks(op);
  add_group_name(op);
  op.infer(infer_gather)
      .gradient(gradient_of_gather)
      .kernel(collective_slot(run<CollectiveKind::kAllGather>))
      .sample(R"({"shapes": [[2, 3]], "ranks": 1})")
      .sample(R"({"shapes": [[4]], "ranks": 1, "group": "self"})");
}

WEFT_OP(gather_blocks_start) {
  op.doc("Begins `gather_blocks`, whose result is there when `collective_wait` has given it.")
      .in(Namespace::kInternal)
      .input("x", "any dtype; the same type on all ranks");
  add_ranks(op);
  add_group_name(op);
  op.outputs(2)
      .infer(infer_start<infer_gather>)
      .no_gradient(kWhySplit)
      .effect()
      .kernel(start_slot(start<CollectiveKind::kAllGather>))
      .sample(R"({"shapes": [[2, 3]], "ranks": 1})")
      .sample(R"({"shapes": [[4]], "ranks": 1, "group": "self"})");
}

WEFT_OP(reduce_blocks) {
  op.doc("This rank's block, along axis 0, of the reduction of the arrays of all ranks.")
      .in(Namespace::kInternal)
      .input("x", "any real dtype but bool; the same type on all ranks");
  add_ranks(op);
  add_reduction(op);
  add_group_name(op);
  op.infer(infer_reduce)
      .gradient(gradient_of_reduce)
      .effect()
      .kernel(collective_slot(run<CollectiveKind::kReduceScatter>))
      .sample(R"({"shapes": [[2, 3]], "ranks": 1})")
      .sample(
          R"({"shapes": [[4]], "ranks": 1, "group": "self", "reduction": "max", "ordered": true})");
}

WEFT_OP(reduce_blocks_start) {
  op.doc("Begins `reduce_blocks`, whose result is there when `collective_wait` has given it.")
      .in(Namespace::kInternal)
      .input("x", "any real dtype but bool; the same type on all ranks");
  add_ranks(op);
  add_reduction(op);
  add_group_name(op);
  op.outputs(2)
      .infer(infer_start<infer_reduce>)
      .no_gradient(kWhySplit)
      .effect()
      .kernel(start_slot(start<CollectiveKind::kReduceScatter>))
      .sample(R"({"shapes": [[2, 3]], "ranks": 1})")
      .sample(
          R"({"shapes": [[4]], "ranks": 1, "group": "self", "reduction": "max", "ordered": true})");
}

WEFT_OP(exchange_blocks) {
  op.doc("Block r, along axis 0, goes to rank r, and comes from there.")
      .in(Namespace::kInternal)
      .input("x", "any dtype; the same type on all ranks");
  add_ranks(op);
  add_group_name(op);
  op.infer(infer_exchange)
      .gradient(gradient_of_exchange)
      .effect()
      .kernel(collective_slot(run<CollectiveKind::kAllToAll>))
      .sample(R"({"shapes": [[2, 3]], "ranks": 1})")
      .sample(R"({"shapes": [[4]], "ranks": 1, "group": "self"})");
}

WEFT_OP(exchange_blocks_start) {
  op.doc("Begins `exchange_blocks`, whose result is there when `collective_wait` has given it.")
      .in(Namespace::kInternal)
      .input("x", "any dtype; the same type on all ranks");
  add_ranks(op);
  add_group_name(op);
  op.outputs(2)
      .infer(infer_start<infer_exchange>)
      .no_gradient(kWhySplit)
      .effect()
      .kernel(start_slot(start<CollectiveKind::kAllToAll>))
      .sample(R"({"shapes": [[2, 3]], "ranks": 1})")
      .sample(R"({"shapes": [[4]], "ranks": 1, "group": "self"})");
}

WEFT_OP(all_gather) {
  op.doc("The arrays of all ranks of a group, joined along an axis, on all of them.")
      .in(Namespace::kNpx)
      .input("x", "any dtype; the same type on all ranks")
      .required(AttributeKind::kInt, "axis", "along which they are joined, by rank");
  add_ranks(op);
  add_group_name(op);
  op.compose(checked<all_gather>)
      .sample(R"({"shapes": [[2, 3]], "axis": 1, "ranks": 1})")
      .sample(R"({"shapes": [[4]], "axis": 0, "ranks": 1, "group": "self"})");
}

WEFT_OP(reduce_scatter) {
  op.doc("This rank's part, along an axis, of the reduction of the arrays of all ranks.")
      .in(Namespace::kNpx)
      .input("x", "any real dtype but bool; the same type on all ranks")
      .required(AttributeKind::kInt, "axis", "along which rank r gets part r");
  add_ranks(op);
  add_reduction(op);
  add_group_name(op);
  op.compose(checked<reduce_scatter>)
      .sample(R"({"shapes": [[2, 3]], "axis": -1, "ranks": 1})")
      .sample(R"({"shapes": [[4]], "axis": 0, "ranks": 1, "group": "self", "reduction": "max",
                  "ordered": true})");
}

WEFT_OP(all_to_all) {
  op.doc("Part r of an array, along one axis, goes to rank r; what comes is joined along another.")
      .in(Namespace::kNpx)
      .input("x", "any dtype; the same type on all ranks")
      .required(AttributeKind::kInt, "split_axis", "along which rank r gets part r")
      .required(AttributeKind::kInt, "concat_axis", "along which the parts are joined, by rank");
  add_ranks(op);
  add_group_name(op);
  op.compose(checked<all_to_all>)
      .sample(R"({"shapes": [[2, 3, 2]], "split_axis": 0, "concat_axis": 2, "ranks": 1})")
      .sample(R"({"shapes": [[4]], "split_axis": 0, "concat_axis": 0, "ranks": 1,
                  "group": "self"})");
}

}  // namespace weft::ops
