// Making functions of traces, and calling them: as a plan, or inlined in a running trace. What is
// hard here is arrays that share memory: the trace took them for different ones.
#include "trace/function.h"

#include <cstring>

#include "autograd/tape.h"
#include "base/errors.h"
#include "eager/builder.h"
#include "eager/call.h"
#include "eager/program_call.h"
#include "graph/sizes/sizes.h"
#include "runtime/engine/transfer.h"
#include "runtime/thread_state.h"

namespace weft::trace {
namespace {

// The bytes that an array may touch: addresses, or places in a traced box.
struct Reach {
  intptr_t begin;
  intptr_t end;
};
Reach reach_of(const Tensor& tensor) {
  if (tensor.elements() == 0) return {0, 0};
  int64_t first = tensor.offset();
  int64_t last = tensor.offset();
  for (int axis = 0; axis < tensor.rank(); ++axis) {
    const int64_t span = (tensor.shape()[axis] - 1) * tensor.strides()[axis];
    (span < 0 ? first : last) += span;
  }
  const Storage* storage = tensor.box().storage();
  const auto base = storage ? reinterpret_cast<intptr_t>(storage->data()) : 0;
  const int64_t size = size_of(tensor.dtype());
  return {base + first * size, base + (last + 1) * size};
}

// Two boxes may be on the same memory only if others gave it to one of them.
bool may_share(const Box& a, const Box& b) {
  if (&a == &b) return true;
  return !a.traced() && !b.traced() && (a.storage()->foreign() || b.storage()->foreign());
}

bool may_overlap(const Tensor& a, const Tensor& b) {
  if (!may_share(a.box(), b.box())) return false;
  const Reach in_a = reach_of(a);
  const Reach in_b = reach_of(b);
  return in_a.begin < in_b.end && in_b.begin < in_a.end;
}

// Parameters and states are written seldom; what else was captured may be new in every call.
std::vector<bool> frozen_inputs(const TracedProgram& traced) {
  std::vector<bool> frozen(traced.inputs, false);
  for (const Ref<Tensor>& capture : traced.captures)
    frozen.push_back(capture->box().leaf || capture->box().state);
  return frozen;
}

}  // namespace

// A trace with sizes is one example only: it becomes a part of a function by `join`.
Result<Ref<Function>> Function::create(TracedProgram traced) {
  const size_t inputs = traced.inputs;
  const size_t outputs = traced.outputs;
  const bool is_example = !traced.graph.sizes.empty();
  std::vector<bool> frozen = frozen_inputs(traced);
  WEFT_ASSIGN(Ref<executor::Program> program,
              executor::Program::create(std::move(traced.graph), graph::PassSelection(),
                                        std::move(frozen)));
  auto function = Ref<Function>::adopt(
      new Function(std::move(program), inputs, outputs, std::move(traced.captures)));
  function->is_example_ = is_example;
  function->keep_leaves(std::move(traced.leaves));
  return function;
}

namespace {

// An array that the traced program makes anew each time is another one in each trace.
Result<bool> same_capture(Tensor& a, Tensor& b) {
  if (&a.box() == &b.box()) return true;
  if (a.dtype() != b.dtype() || a.shape() != b.shape() || a.device() != b.device()) return false;
  WEFT_ASSIGN(const Ref<Tensor> x, readable(a, "trace"));
  WEFT_ASSIGN(const Ref<Tensor> y, readable(b, "trace"));
  return a.bytes() == 0 || std::memcmp(x->data(), y->data(), static_cast<size_t>(a.bytes())) == 0;
}

}  // namespace

// All examples must have used the same arrays: an extent that decided otherwise would be lost.
Result<Ref<Function>> Function::join(std::span<const Ref<Function>> examples) {
  if (examples.size() != graph::kExamples)
    return errors::invalid_value("trace", "a function with sizes needs ", graph::kExamples,
                                 " examples; got ", examples.size());
  const Function& first = *examples[0];
  std::vector<const graph::Graph*> graphs;
  for (const Ref<Function>& example : examples) {
    bool same = example->is_example_ && example->inputs_ == first.inputs_ &&
                example->outputs_ == first.outputs_ &&
                example->captures_.size() == first.captures_.size();
    for (size_t i = 0; same && i < first.captures_.size(); ++i) {
      WEFT_ASSIGN(same, same_capture(*first.captures_[i], *example->captures_[i]));
    }
    if (!same)
      return errors::invalid_state(
          "trace",
          "a hybridized function used other arrays for another extent that only a run knows (a "
          "mask, nonzero, unique, a dynamic dimension); Python code must not depend on such "
          "extents: use np.where, or do not hybridize");
    graphs.push_back(&example->program_->graph());
  }
  WEFT_ASSIGN(graph::Graph joined, graph::generalize(graphs));
  WEFT_ASSIGN(Ref<executor::Program> program, executor::Program::create(std::move(joined)));
  auto function = Ref<Function>::adopt(
      new Function(std::move(program), first.inputs_, first.outputs_, first.captures_));
  function->keep_leaves(first.leaves_);
  return function;
}

// Which captures were leaves then, for is_current.
void Function::keep_leaves(std::vector<LeafUse> leaves) {
  leaves_ = std::move(leaves);
  if (leaves_.empty()) return;
  for (const Ref<Tensor>& capture : captures_) was_leaf_.push_back(capture->box().leaf);
}

// A gradient that the function keeps is an array of one leaf; one that it used up is any leaf's.
bool Function::is_current() const {
  for (size_t i = 0; i < was_leaf_.size(); ++i)
    if (captures_[i]->box().leaf != was_leaf_[i]) return false;
  for (const LeafUse& use : leaves_) {
    if (!use.box->leaf) return false;
    const auto* const leaf = static_cast<const LeafNode*>(use.box->node());
    if (use.used_up ? leaf->adds() || leaf->rows() : leaf != use.leaf.get()) return false;
  }
  return true;
}

// The plan wrote the gradient arrays: leaves count that as a delivery.
void Function::note_gradients() const {
  for (const LeafUse& use : leaves_) {
    if (!use.box->leaf) continue;
    auto* const leaf = static_cast<LeafNode*>(use.box->node());
    if (use.used_up)
      leaf->use_up();
    else if (leaf == use.leaf.get())
      leaf->note_delivery();
  }
}

// The graph's nodes are copied into the trace. Sizes become sizes of the trace, written boxes are
// written in the overlay, and leaves are the trace's.
Status Function::inline_call(std::span<Tensor* const> inputs, std::span<Tensor*> outs) {
  Trace& trace = *current_trace();
  std::vector<ops::Value> values;
  for (Tensor* input : inputs) {
    WEFT_ASSIGN(ops::Value value, trace.read(*input));
    values.push_back(std::move(value));
  }
  for (const Ref<Tensor>& capture : captures_) {
    WEFT_ASSIGN(ops::Value value, trace.read(*capture));
    values.push_back(std::move(value));
  }
  const graph::Graph& source = program_->graph();
  std::vector<ops::TensorType> types;
  for (const ops::Value& value : values) types.push_back(trace.builder().type(value));
  WEFT_ASSIGN(std::vector<int64_t> dimensions, graph::dimensions_of(source, types));
  const std::vector<int64_t> sizes = trace.next_examples(source.sizes, std::move(dimensions));
  const auto inlined = graph::inline_graph(
      trace.builder(), sizes.empty() ? source : graph::with_sizes(source, sizes), values);
  WEFT_TRY(trace.builder().status());
  for (const graph::Size& size : source.sizes)
    if (!size.is_dimension())
      trace.add_size(inlined[static_cast<size_t>(size.value)],
                     graph::whole_number(size.bound.evaluate(sizes)));
  const auto content = [&](size_t output) {
    return inlined[static_cast<size_t>(source.outputs[output])];
  };
  for (size_t i = 0; i < outs.size(); ++i) {
    WEFT_ASSIGN(Ref<Tensor> out, trace.array(content(i)));
    outs[i] = out.detach();
  }
  for (const graph::StatePair& state : source.states) {
    const auto input = static_cast<size_t>(state.input);
    Tensor& target = input < inputs_ ? *inputs[input] : *captures_[input - inputs_];
    WEFT_ASSIGN(Ref<Tensor> value, trace.array(content(static_cast<size_t>(state.output))));
    WEFT_TRY(trace.write(target, ops::Argument::of_tensor(value.get())));
  }
  trace.take_leaves(leaves_);
  return {};
}

// An input that the function writes and that was not dense took part as a copy.
Status Function::write_back(std::span<Tensor* const> inputs,
                            std::span<const Ref<Tensor>> arguments) const {
  ModeScope plain(0, kRecording);
  for (const graph::StatePair& state : program_->graph().states) {
    const auto i = static_cast<size_t>(state.input);
    if (i < inputs_ && arguments[i].get() != inputs[i])
      WEFT_TRY(eager::write(*inputs[i], ops::Argument::of_tensor(arguments[i].get())));
  }
  return {};
}

// The trace took its arguments for different arrays: a write to one is not seen through another.
Status Function::check_written_once(std::span<Tensor* const> inputs) const {
  for (const graph::StatePair& state : program_->graph().states) {
    const auto written = static_cast<size_t>(state.input);
    const Tensor& target = written < inputs_ ? *inputs[written] : *captures_[written - inputs_];
    // Captures are one to a box, so a capture can overlap with inputs only.
    const size_t others = written < inputs_ ? inputs_ + captures_.size() : inputs_;
    for (size_t i = 0; i < others; ++i) {
      const Tensor& other = i < inputs_ ? *inputs[i] : *captures_[i - inputs_];
      if (i != written && may_overlap(target, other))
        return errors::invalid_state("function", "arguments and captures ", written, " and ", i,
                                     " share memory, and the function writes to it; pass a "
                                     "copy() of one, or do not hybridize");
    }
  }
  return {};
}

// Arguments are made dense, because a plan reads dense arrays.
Status Function::call(std::span<Tensor* const> inputs, std::span<Tensor*> outs) {
  if (is_example_)
    return errors::invalid_state(
        "function",
        "the function is one example of a program with sizes; join it with the other examples");
  if (inputs.size() != inputs_)
    return errors::invalid_type("function", "takes ", inputs_, " arrays; got ", inputs.size());
  if (outs.size() != outputs_)
    return errors::invalid_value("function", "has ", outputs_, " outputs; got room for ",
                                 outs.size());
  WEFT_TRY(check_written_once(inputs));
  if (thread_state().modes & kTracing) return inline_call(inputs, outs);
  PoolVector<Ref<Tensor>> arguments;
  for (Tensor* input : inputs) {
    WEFT_ASSIGN(Ref<Tensor> argument, eager::dense(Ref<Tensor>(input)));
    arguments.push_back(std::move(argument));
  }
  for (const Ref<Tensor>& capture : captures_) arguments.push_back(capture);
  PoolVector<Ref<Tensor>> results(outputs_);
  WEFT_TRY(eager::call_program(*program_, arguments, results));
  WEFT_TRY(write_back(inputs, arguments));
  note_gradients();
  for (size_t i = 0; i < outs.size(); ++i) {
    if (outs[i])
      WEFT_TRY(eager::write(*outs[i], ops::Argument::of_tensor(results[i].get())));
    else
      outs[i] = results[i].detach();
  }
  return {};
}

}  // namespace weft::trace
