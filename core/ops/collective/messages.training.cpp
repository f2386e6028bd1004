// Messages from one rank to another. A message has a gradient that goes the other way, along a
// *token*: `send` gives a zero that stands for what was sent, and `receive` may take any number as
// the thing that it comes after. The sweep finds both only if the token reaches the loss.
#include "base/errors.h"
#include "ops/collective/collective_impl.h"
#include "ops/rules.h"

#include <cstring>

namespace weft::ops {
namespace {

Status check_peer(const AttributeReader& attributes, std::string_view name) {
  if (attributes.integer(name) >= 0) return {};
  return errors::invalid_value(attributes.op().name, "`", name, "` must be a rank; got ",
                               attributes.integer(name));
}

Result<Operation> message(const GroupCall& to, std::string_view name, CollectiveKind kind) {
  const AttributeReader attributes = to.call.op.reader(to.call.attributes);
  const int64_t peer = attributes.integer(name);
  if (peer >= to.group->size())
    return errors::invalid_value(to.call.op.name, "`", name, "` must be in [0, ", to.group->size(),
                                 "), the ranks of group `", to.group->name(), "`; got ", peer);
  Operation operation = to.operation(kind);
  operation.peer = static_cast<int32_t>(peer);
  operation.tag = attributes.integer("tag");
  return operation;
}

Result<Types> infer_send(const InferContext& c) {
  WEFT_TRY(check_peer(c, "destination"));
  return Types{{c.in[0].dtype, Shape()}};
}

// A message of no elements is none.
Status run_send(const KernelCall& call) {
  WEFT_ASSIGN(const GroupCall to, group_of(call));
  WEFT_ASSIGN(Operation operation, message(to, "destination", CollectiveKind::kSend));
  std::memset(call.out[0].data, 0, static_cast<size_t>(type_of(call.out[0]).bytes()));
  operation.receive = nullptr;
  return operation.count ? to.group->run(std::move(operation)) : Status();
}

Result<Types> infer_receive(const InferContext& c) {
  WEFT_TRY(check_peer(c, "source"));
  WEFT_TRY(checked_elements(c.ints("shape"), "receive", "shape").status());
  return Types{{c.dtype("dtype"), Shape(c.ints("shape"))}};
}

Status run_receive(const KernelCall& call) {
  WEFT_ASSIGN(const GroupCall to, group_of(call));
  WEFT_ASSIGN(Operation operation, message(to, "source", CollectiveKind::kReceive));
  operation.dtype = call.out[0].dtype;
  operation.count = elements_of(call.out[0]);
  operation.send = nullptr;
  return operation.count ? to.group->run(std::move(operation)) : Status();
}

Values gradient_of_send(const GradContext& g) {
  const TensorType type = g.in(0).type();
  return {g.builder().call("receive", {cast(g.dout(), type.dtype)},
                           {Argument::of_ints(type.shape.span()), Argument::of_dtype(type.dtype),
                            g.get("destination"), g.get("tag"), g.get("group")})};
}

// The token's cotangent is that of a zero.
Values gradient_of_receive(const GradContext& g) {
  const Value sent =
      g.builder().call("send", {g.dout()}, {g.get("source"), g.get("tag"), g.get("group")});
  if (!g.in(0)) return {Value()};
  return {broadcast_to(cast(sent, g.in(0).dtype()), g.in(0).shape())};
}

}  // namespace

WEFT_OP(send) {
  op.doc(
        "Sends an array to another rank; gives a zero whose gradient is what that rank sends back.")
      .in(Namespace::kNpx)
      .input("x", "any dtype")
      .required(AttributeKind::kInt, "destination", "the rank that receives it")
      .integer("tag", 0, "messages of one tag arrive in the order in which they were sent");
  add_group_name(op);
  op.infer(infer_send)
      .gradient(gradient_of_send)
      .effect()
      .kernel(collective_slot(run_send))
      .sample(R"({"shapes": [[0, 3]], "destination": 0})")
      .sample(R"({"shapes": [[3, 0]], "destination": 0, "tag": 7, "group": "self"})");
}

WEFT_OP(receive) {
  op.doc("The next array that another rank sends to this one.")
      .in(Namespace::kNpx)
      .optional_input("token",
                      "any dtype; what has a gradient only if this has; its value is not read")
      .required(AttributeKind::kInts, "shape", "of the array that was sent")
      .required(AttributeKind::kDType, "dtype", "of the array that was sent")
      .required(AttributeKind::kInt, "source", "the rank that sends it")
      .integer("tag", 0, "messages of one tag arrive in the order in which they were sent");
  add_group_name(op);
  op.infer(infer_receive)
      .gradient(gradient_of_receive)
      .effect()
      .kernel(collective_slot(run_receive))
      .sample(R"({"shapes": [[]], "shape": [0, 3], "dtype": "float32", "source": 0})")
      .sample(R"({"shapes": [], "shape": [3, 0], "dtype": "int64", "source": 0, "tag": 7,
                  "group": "self"})")
      .sample(R"({"shapes": [[2]], "shape": [0], "dtype": "float16", "source": 0})")
      .sample(R"({"shapes": [], "shape": [2, 0, 3], "dtype": "bool", "source": 0})");
}

}  // namespace weft::ops
