// Entries of the tape for what eager calls tell: of operators, views, writes and moved arrays.
// Those of elementwise operators are in elementwise_node.cpp, those of plans in program_node.cpp.
#include "autograd/tape_recorder.h"

#include "autograd/custom_node.h"
#include "autograd/tape.h"
#include "eager/devices.h"
#include "ops/registry.h"
#include "runtime/memory/small_vector.h"

namespace weft::autograd {
namespace {

constexpr size_t kUsual = 4;  // inputs or outputs: more take their room from the pool

// One for all threads: it has no state.
constinit TapeRecorder tape;

// What a write to the box replaces: the content that its node gave, or a flat constant.
ops::TensorType type_of_content(const Box& box, DType dtype) {
  if (const auto* node = static_cast<const TapeNode*>(box.node()))
    return node->output_type(box.node_output());
  return {dtype, Shape{box.bytes() / size_of(dtype)}};
}

}  // namespace

void attach_tape() { thread_state().recorder = &tape; }

// The values of the call, after promotion, as inputs of the tape.
Status TapeRecorder::record(const ops::OpDef& op, std::span<const ops::Argument> attributes,
                            const ops::Values& values, std::span<const Ref<Tensor>> outs) {
  SmallVector<TapeInput, kUsual> inputs;
  SmallVector<Tensor*, kUsual> outputs;
  inputs.reserve(values.size());
  outputs.reserve(outs.size());
  for (const ops::Value& value : values) {
    TapeInput& input = inputs.emplace_back();
    if (value.is_scalar())
      input.scalar = &value.scalar();
    else if (value)
      input.tensor = value.tensor().get();
  }
  for (const Ref<Tensor>& out : outs) outputs.emplace_back(out.get());
  return autograd::record(op, attributes, inputs, outputs);
}

// One node for all views of a call: `split` has several.
Status TapeRecorder::record_views(const ops::OpDef& op, std::span<const ops::Argument> attributes,
                                  Tensor& base, const ops::TensorType& in,
                                  std::span<const ops::TensorType> types,
                                  std::span<const Ref<Tensor>> views) {
  const Edge edge = producer(base);
  if (!edge) return {};
  const TapeInput input{nullptr, nullptr, &in, &edge};
  WEFT_ASSIGN(Ref<TapeNode> node, make_node(op, attributes, {&input, 1}, types));
  for (size_t i = 0; i < views.size(); ++i) {
    views[i]->view_node = Ref<Object>(node.get());
    views[i]->view_node_output = static_cast<uint32_t>(i);
    views[i]->view_node_epoch = base.box().epoch();
  }
  return {};
}

// The node of the box's new content: what was there with the part replaced.
Status TapeRecorder::record_write(Tensor& target, Tensor* value) {
  Box& box = target.box();
  const bool all = target.covers_box();
  const Edge from = value ? producer(*value) : Edge();
  const ops::TensorType type = value ? ops::TensorType{value->dtype(), value->shape()}
                                     : ops::TensorType{target.dtype(), Shape()};
  // The value's own history is that of a box which it fills as it is.
  if (all && from && type.shape == target.shape() && type.dtype == target.dtype()) {
    box.set_content(Ref<Object>(from.node.get()), from.output);
    return {};
  }
  Edge old;
  if (!all && box.node())
    old = {Ref<TapeNode>(static_cast<TapeNode*>(box.node())), box.node_output()};
  if (!old && !from) {
    box.set_content(Ref<Object>(), 0);
    return {};
  }
  const ops::TensorType base = type_of_content(box, target.dtype());
  const ops::Argument attributes[] = {ops::Argument::of_int(target.offset()),
                                      ops::Argument::of_ints(target.shape().span()),
                                      ops::Argument::of_ints(target.strides().span())};
  const TapeInput inputs[] = {{nullptr, nullptr, &base, &old}, {nullptr, nullptr, &type, &from}};
  WEFT_ASSIGN(Ref<TapeNode> node,
              make_node(ops::op_named("update"), attributes, inputs, {&base, 1}));
  box.set_content(Ref<Object>(node.get()), 0);
  return {};
}

// The gradient goes back to where the array was.
Status TapeRecorder::record_transfer(Tensor& tensor, Tensor& moved) {
  Tensor* const input = &tensor;
  Tensor* const output = &moved;
  Device* const from = tensor.device();
  return record_custom({"to_device",
                        [from](auto, auto cotangents, auto gradients) -> Status {
                          WEFT_ASSIGN(gradients[0], eager::to_device(*cotangents[0], from));
                          return {};
                        }},
                       {&input, 1}, {&output, 1}, {});
}

}  // namespace weft::autograd
