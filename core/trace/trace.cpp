// The overlay of a trace: contents of boxes as SSA values, reads and writes through geometries,
// operators as nodes, and the beginning and end of traces on a thread.
#include "trace/trace.h"

#include <atomic>

#include "base/errors.h"
#include "eager/call.h"
#include "ops/registry.h"
#include "runtime/thread_state.h"

namespace weft::trace {
namespace {

std::atomic<uint64_t> next_number{1};

ops::Argument ints(const Shape& shape) { return ops::Argument::of_ints(shape.span()); }

}  // namespace

Trace::Trace()
    : number_(next_number.fetch_add(1)),
      began_recording_(thread_state().modes & kRecording),
      builder_(graph_) {}

Trace* current_trace() { return static_cast<Trace*>(thread_state().trace); }

// The box keeps the size of its content, since there is no storage to ask.
Result<Ref<Tensor>> Trace::array(const ops::Value& value) {
  const ops::TensorType type = builder_.type(value);
  Box* box = Box::create(Ref<Storage>());
  if (!box) return errors::out_of_memory("trace", sizeof(Box));
  Ref<Box> owned = Ref<Box>::adopt(box);
  box->traced_bytes = type.bytes();
  contents_[box] = {owned, value, 0, -1, false};
  return Tensor::whole(type.dtype, type.shape, owned);
}

// Placeholders come before captures among the graph's inputs.
Result<Ref<Tensor>> Trace::placeholder(const ops::TensorType& type) {
  WEFT_ASSIGN(Ref<Tensor> tensor, array(builder_.input(type)));
  Content& content = contents_[&tensor->box()];
  content.input = static_cast<int32_t>(inputs_.size());
  inputs_.push_back(&tensor->box());
  ++placeholders_;
  return tensor;
}

Result<Trace::Content*> Trace::content_of(Tensor& tensor) {
  Box& box = tensor.box();
  const auto found = contents_.find(&box);
  if (found != contents_.end()) return &found->second;
  if (box.traced() && !(around && around->has(box)))
    return errors::invalid_state("trace",
                                 "an array of a trace that has ended is used; arrays made inside a "
                                 "hybridized forward must be returned, not kept in attributes");
  Content content{tensor.box_ref(), {}};
  WEFT_TRY(make_input(tensor, content));
  return &contents_.emplace(&box, std::move(content)).first->second;
}

// The capture covers the whole box: as the array itself does, or else as a flat one.
Status Trace::make_input(Tensor& tensor, Content& content) {
  Box& box = tensor.box();
  const int64_t elements = box.bytes() / size_of(tensor.dtype());
  const Shape shape = tensor.covers_box() ? tensor.shape() : Shape{elements};
  WEFT_ASSIGN(Ref<Tensor> whole, Tensor::whole(tensor.dtype(), shape, tensor.box_ref()));
  const ops::Value input = builder_.input({tensor.dtype(), shape});
  if (!content.value) content.value = input;
  content.input = static_cast<int32_t>(inputs_.size());
  inputs_.push_back(&box);
  captures_.push_back(std::move(whole));
  return {};
}

// The box's present value through the array's geometry; a detached array stops the gradient.
Result<ops::Value> Trace::read(Tensor& tensor) {
  note_mode();
  WEFT_ASSIGN(Content * content, content_of(tensor));
  // The array remembers its value until its box is written again.
  if (tensor.trace == number_ && tensor.trace_epoch == content->writes)
    return builder_.value(tensor.trace_value);
  const ops::TensorType type = builder_.type(content->value);
  ops::Value value = content->value;
  if (!tensor.covers_box() || tensor.shape() != type.shape)
    value = builder_.call(
        "strided_view", {value},
        {ops::Argument::of_int(tensor.offset()), ints(tensor.shape()), ints(tensor.strides())});
  if (tensor.detached) value = builder_.call("stop_gradient", {value});
  WEFT_TRY(builder_.status());
  tensor.trace = number_;
  tensor.trace_epoch = content->writes;
  tensor.trace_value = value.id();
  return value;
}

// A view is a geometry on its base's box, as outside of a trace, so that writes through one are
// seen by the other. Where strides allow none, the operator copies and the result has a box of its
// own.
Result<Ref<Tensor>> Trace::view(const ops::OpDef& op, Tensor& base,
                                std::span<const ops::Argument> attributes, const ops::Value& value,
                                size_t output) {
  const ops::TensorType in{base.dtype(), base.shape()};
  const ops::TensorType out = builder_.type(value);
  std::vector<ops::Argument> complete(op.attributes.size());
  WEFT_TRY(ops::complete_attributes(op, attributes, complete));
  const auto geometry = op.view_rule(ops::InferContext(op, {&in, 1}, complete),
                                     {base.shape(), base.strides(), base.offset()}, out, output);
  if (!geometry) return array(value);
  WEFT_ASSIGN(Ref<Tensor> tensor, Tensor::view(base.dtype(), geometry->shape, geometry->strides,
                                               geometry->offset, base.box_ref()));
  WEFT_ASSIGN(Content * content, content_of(base));
  tensor->detached = base.detached;
  tensor->trace = number_;
  tensor->trace_epoch = content->writes;
  tensor->trace_value = value.id();
  return tensor;
}

// Inputs as SSA values, a node, and results as arrays: new ones, or views of the first input.
Result<PoolVector<Ref<Tensor>>> Trace::emit(const ops::OpDef& op,
                                            std::span<const ops::Value> inputs,
                                            std::span<const ops::Argument> attributes) {
  note_mode();
  ops::Values values(inputs.size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    values[i] = inputs[i];
    if (inputs[i].is_tensor()) {
      WEFT_ASSIGN(values[i], read(*inputs[i].tensor()));
    }
  }
  ops::Values results = builder_.emit(op, values, attributes);
  // A view has its array's history, also in pause().
  if (!op.view_rule)
    for (ops::Value& result : results) result = without_history_if_paused(result);
  WEFT_TRY(builder_.status());
  PoolVector<Ref<Tensor>> outs(results.size());
  for (size_t i = 0; i < outs.size(); ++i) {
    Result<Ref<Tensor>> out = op.view_rule && inputs[0].is_tensor()
                                  ? view(op, *inputs[0].tensor(), attributes, results[i], i)
                                  : array(results[i]);
    WEFT_ASSIGN(outs[i], std::move(out));
  }
  return outs;
}

// A weak scalar as an array of rank 0. Not every integer is a number that `full` takes; those of
// uint64 are bits.
ops::Value Trace::element(const ops::Argument& scalar, DType dtype) {
  const bool whole = scalar.tag == ops::Tag::kInt && !is_floating(dtype) && dtype != DType::kBool;
  const ops::Value start = builder_.call(
      "full", {},
      {ops::Argument::of_ints({}), ops::Argument::of_float(whole ? 0 : scalar.as_double()),
       ops::Argument::of_dtype(dtype)});
  return whole ? builder_.call("add", {start, ops::Value(&builder_, scalar)}, {}) : start;
}

// Content ← value, or update(content, value) for a part, in the box's dtype.
Status Trace::write(Tensor& target, const ops::Argument& value) {
  note_mode();
  ops::Value source(&builder_, value);
  if (value.tag == ops::Tag::kTensor) {
    WEFT_ASSIGN(source, read(*value.tensor));
  }
  WEFT_ASSIGN(Content * content, content_of(target));
  const ops::TensorType type = builder_.type(content->value);
  if (source.is_scalar()) source = element(value, type.dtype);
  source = ops::cast(source, type.dtype);
  // A whole content is replaced, a part is `update`d.
  const bool all = target.covers_box() && target.shape() == type.shape;
  content->value = all ? ops::broadcast_to(source, type.shape)
                       : builder_.call("update", {content->value, source},
                                       {ops::Argument::of_int(target.offset()),
                                        ints(target.shape()), ints(target.strides())});
  content->value = without_history_if_paused(content->value);
  note_leaf(*content);
  ++content->writes;
  content->changed = true;
  return builder_.status();
}

void Trace::begin_segment() {
  ++segments_;
  builder_.set_rematerialized(true);
}

// Outputs of the outermost segment are kept, so their nodes lose the mark again.
Status Trace::end_segment(std::span<Tensor* const> outputs) {
  std::vector<ops::Value> values;
  for (Tensor* output : outputs) {
    WEFT_ASSIGN(ops::Value value, read(*output));
    values.push_back(std::move(value));
  }
  if (--segments_ > 0) return {};
  builder_.set_rematerialized(false);
  // A view costs nothing to have again; what it is a view of is kept.
  for (const ops::Value& value : values)
    for (graph::ValueId id = value.id(); graph_.producer(id);) {
      graph::Node& node =
          graph_.nodes[static_cast<size_t>(graph_.values[static_cast<size_t>(id)].index)];
      node.rematerialized = false;
      if (!node.op || !node.op->view_rule) break;
      id = node.operands[0].value;
    }
  return {};
}

// Outputs of the graph: the caller's, then gradients and other boxes that were written, as state
// pairs.
Result<TracedProgram> Trace::finish(std::span<Tensor* const> outputs) {
  for (Tensor* output : outputs) {
    WEFT_ASSIGN(const ops::Value value, read(*output));
    builder_.output(value);
  }
  TracedProgram traced;
  WEFT_TRY(finish_gradients(traced));
  for (Box* box : inputs_) {
    const Content& content = contents_.at(box);
    if (!content.changed) continue;
    graph_.states.push_back({content.input, static_cast<int32_t>(graph_.outputs.size())});
    builder_.output(content.value);
  }
  WEFT_TRY(builder_.status());
  traced.graph = std::move(graph_);
  traced.inputs = placeholders_;
  traced.outputs = outputs.size();
  traced.captures = std::move(captures_);
  return traced;
}

Result<std::vector<Ref<Tensor>>> Trace::add_control(graph::Region region,
                                                    std::span<const ops::Value> operands,
                                                    std::span<const LeafUse> leaves) {
  note_mode();
  std::vector<graph::ValueId> ids;
  for (const ops::Value& operand : operands) ids.push_back(operand.id());
  const ops::Values results = builder_.add_control(std::move(region), ids);
  WEFT_TRY(builder_.status());
  take_leaves(leaves);
  std::vector<Ref<Tensor>> arrays;
  for (const ops::Value& result : results) {
    WEFT_ASSIGN(Ref<Tensor> made, array(without_history_if_paused(result)));
    arrays.push_back(std::move(made));
  }
  WEFT_TRY(builder_.status());
  return arrays;
}

Status start_trace(std::unique_ptr<Trace> trace, std::span<const ops::TensorType> types,
                   std::span<Tensor*> placeholders) {
  std::vector<Ref<Tensor>> made;
  for (const ops::TensorType& type : types) {
    WEFT_ASSIGN(Ref<Tensor> placeholder, trace->placeholder(type));
    made.push_back(std::move(placeholder));
  }
  for (size_t i = 0; i < made.size(); ++i) placeholders[i] = made[i].detach();
  ThreadState& state = thread_state();
  state.trace = trace.release();
  state.modes |= kTracing;
  return {};
}

Status begin_trace(std::span<const ops::TensorType> types, std::span<Tensor*> placeholders) {
  if (thread_state().trace)
    return errors::invalid_state("trace", "a trace is running; traces do not nest");
  return start_trace(std::make_unique<Trace>(), types, placeholders);
}

// The mode is restored by abort_trace, which every end of a trace comes to.
Status begin_rule_trace(std::span<const ops::TensorType> types, std::span<Tensor*> placeholders) {
  ThreadState& state = thread_state();
  const Trace::Before before{state.trace, state.modes};
  // Nothing of a rule is a constant because of the mode in which it is traced.
  state.modes &= ~static_cast<uint32_t>(kRecording);
  auto trace = std::make_unique<Trace>();
  trace->before = before;
  Status status = start_trace(std::move(trace), types, placeholders);
  if (!status.ok()) state.modes = before.modes;
  return status;
}

// Also the last step of end_trace: the graph has left by then.
void abort_trace() {
  ThreadState& state = thread_state();
  const std::unique_ptr<Trace> ended(current_trace());
  const bool has_outer = ended && ended->before;
  state.trace = has_outer ? ended->before->trace : nullptr;
  state.modes = has_outer ? ended->before->modes : state.modes & ~static_cast<uint32_t>(kTracing);
}

// `outside` makes random operators take no part in a checkpoint meanwhile.
Trace* suspend_trace() {
  ThreadState& state = thread_state();
  Trace* const running = current_trace();
  ++state.outside;
  state.trace = nullptr;
  state.modes &= ~static_cast<uint32_t>(kTracing);
  return running;
}

Status resume_trace(Trace* trace) {
  ThreadState& state = thread_state();
  if (state.trace)
    return errors::invalid_state("trace", "another trace is running; end it before one is resumed");
  state.outside -= state.outside > 0;
  state.trace = trace;
  if (trace) state.modes |= kTracing;
  return {};
}

Result<TracedProgram> end_trace(std::span<Tensor* const> outputs) {
  Trace* trace = current_trace();
  if (!trace) return errors::invalid_state("trace", "no trace is running on this thread");
  Result<TracedProgram> traced = trace->finish(outputs);
  abort_trace();
  return traced;
}

}  // namespace weft::trace
