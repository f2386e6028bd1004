// Gradients inside a trace. There is no tape: the graph that is being traced holds what a tape
// would hold, together with the mode in which each of its nodes was made. A gradient is the reverse
// sweep of core/graph/reverse/ over that graph, appended to it, so every order works. What is
// delivered to a leaf is a write to the leaf's gradient array, in the overlay like any other write.
#include <algorithm>

#include "autograd/tape.h"
#include "base/errors.h"
#include "graph/reverse/reverse.h"
#include "runtime/engine/engine.h"
#include "runtime/thread_state.h"
#include "trace/trace.h"

namespace weft::trace {

void Trace::note_mode() {
  const bool recording = thread_state().modes & kRecording;
  const bool before = !modes_.empty() && modes_.back().recording;
  if (recording != before) modes_.push_back({graph_.nodes.size(), recording});
  builder_.set_line(current_origin());
  builder_.set_precision(precision_of(thread_state().modes));
}

// What a recorded function computes in autograd.pause() is a constant when all of it is
// differentiated, too.
ops::Value Trace::without_history_if_paused(const ops::Value& value) {
  const bool paused = began_recording_ && !(thread_state().modes & kRecording);
  if (!paused || !builder_.status().ok() || !is_inexact(builder_.type(value).dtype)) return value;
  return builder_.call("stop_gradient", {value});
}

// By node: does a gradient pass it? A view has its array's history whenever it was made.
std::vector<bool> Trace::passes() const {
  std::vector<bool> passes(graph_.nodes.size(), false);
  size_t change = 0;
  bool recording = false;
  for (size_t n = 0; n < passes.size(); ++n) {
    while (change < modes_.size() && modes_[change].node <= n)
      recording = modes_[change++].recording;
    passes[n] = recording || (graph_.nodes[n].op && graph_.nodes[n].op->view_rule);
  }
  return passes;
}

// By value. What an argument was computed from is known at the call only, so arguments have one.
std::vector<bool> Trace::histories() const {
  std::vector<bool> has(graph_.values.size(), false);
  for (size_t i = 0; i < inputs_.size(); ++i)
    has[static_cast<size_t>(graph_.inputs[i])] =
        i < placeholders_ || inputs_[i]->node() || inputs_[i]->traced();
  for (const graph::ValueId id : leaves_) has[static_cast<size_t>(id)] = true;
  const std::vector<bool> passes = this->passes();
  for (size_t n = 0; n < passes.size(); ++n) {
    const graph::Node& node = graph_.nodes[n];
    if (!passes[n] || graph::stops_gradient(node)) continue;
    bool any = false;
    for (const graph::Operand& operand : node.operands)
      any |= operand.is_value() && has[static_cast<size_t>(operand.value)];
    for (const graph::ValueId id : node.outputs)
      if (any && is_inexact(graph_.type(id).dtype)) has[static_cast<size_t>(id)] = true;
  }
  return has;
}

// An array that the trace has not met has the history that it has outside.
Result<bool> Trace::is_recorded(Tensor& tensor) {
  const bool met = contents_.contains(&tensor.box());
  if (!met && !tensor.box().traced()) return tensor.is_recorded();
  WEFT_ASSIGN(const ops::Value value, read(tensor));
  return static_cast<bool>(histories()[static_cast<size_t>(value.id())]);
}

// The node stop_gradient is where gradients end; `leaves_` knows those that want one.
Status Trace::attach_grad(Tensor& tensor, bool wants_gradient) {
  WEFT_ASSIGN(const ops::Value value, read(tensor));
  WEFT_ASSIGN(Content * content, content_of(tensor));
  // A recorded result keeps its history beside its gradient, as on the tape.
  WEFT_ASSIGN(const bool recorded, is_recorded(tensor));
  if (recorded) {
    std::erase(leaves_, value.id());
    if (wants_gradient) leaves_.push_back(value.id());
    return {};
  }
  content->value = builder_.call("stop_gradient", {value});
  ++content->writes;
  tensor.detached = false;
  if (wants_gradient) leaves_.push_back(content->value.id());
  return builder_.status();
}

// Given, in the head's dtype, or ones.
Result<ops::Value> Trace::head_cotangent(Tensor& head, Tensor* given) {
  if (!given) {
    const ops::TensorType type{head.dtype(), head.shape()};
    const ops::Value ones =
        builder_.call("full", {},
                      {ops::Argument::of_ints(type.shape.span()), ops::Argument::of_float(1),
                       ops::Argument::of_dtype(type.dtype)});
    WEFT_TRY(builder_.status());
    return ones;
  }
  WEFT_ASSIGN(const ops::Value value, read(*given));
  const ops::Value cotangent = ops::cast(value, head.dtype());
  WEFT_TRY(builder_.status());
  return cotangent;
}

// Heads of the reverse sweep, after the checks that the tape makes, too.
Result<std::vector<graph::Head>> Trace::seeds_of(std::span<Tensor* const> heads,
                                                 std::span<Tensor* const> head_grads) {
  std::vector<graph::Head> seeds;
  for (size_t i = 0; i < heads.size(); ++i) {
    WEFT_ASSIGN(const bool recorded, is_recorded(*heads[i]));
    WEFT_TRY(
        autograd::check_head(*heads[i], recorded, head_grads.empty() ? nullptr : head_grads[i]));
    WEFT_ASSIGN(const ops::Value value, read(*heads[i]));
    WEFT_ASSIGN(const ops::Value cotangent,
                head_cotangent(*heads[i], head_grads.empty() ? nullptr : head_grads[i]));
    seeds.push_back({value.id(), cotangent});
  }
  return seeds;
}

// Null if nothing was delivered to this leaf.
Trace::Delivered* Trace::delivered_to(const LeafNode& leaf) {
  const auto found = std::ranges::find(delivered_, &leaf, [](const Delivered& delivered) {
    return static_cast<const LeafNode*>(delivered.leaf.get());
  });
  return found == delivered_.end() ? nullptr : &*found;
}

Ref<Tensor> Trace::gradient_of(const LeafNode& leaf) const {
  const Delivered* const found = const_cast<Trace*>(this)->delivered_to(leaf);
  return found ? found->gradient : Ref<Tensor>();
}

// A write to the gradient that stands for the leaf's in this trace.
Status Trace::zero_grad(LeafNode& leaf) {
  Ref<Tensor> gradient = gradient_of(leaf);
  if (!gradient) {
    WEFT_ASSIGN(gradient, leaf.gradient());
  }
  return write(*gradient, ops::Argument::of_float(0));
}

// A gradient that adds up is kept, and so is one of which the trace has read what was there before.
void Trace::use_up(const LeafNode& leaf) {
  Delivered* const found = delivered_to(leaf);
  if (!found || leaf.adds()) return;
  const Content& content = contents_.at(&found->gradient->box());
  if (content.input < 0) found->used_up_at = content.writes;
}

// Of a gradient that is replaced, what is there outside is of no use: it becomes an input only when
// something else needs it.
Result<Trace::Delivered*> Trace::first_delivery(const Leaf& to, const ops::Value& gradient) {
  LeafNode& leaf = *to.node;
  if (leaf.rows())
    return errors::unsupported("backward",
                               "a row-sparse gradient cannot be written by a hybridized function; "
                               "use an array, or call backward outside");
  Ref<Tensor> target = leaf.made_gradient();
  if (leaf.adds()) {
    WEFT_ASSIGN(target, leaf.gradient());
  } else if (!target) {
    WEFT_ASSIGN(target, array(gradient));
  } else if (!contents_.contains(&target->box())) {
    contents_[&target->box()] = {target->box_ref(), gradient};
  }
  delivered_.push_back({to.box, Ref<Object>(&leaf), std::move(target)});
  return &delivered_.back();
}

// Replaces the gradient's content, or adds to it where the leaf asked for that.
Status Trace::deliver(const Leaf& leaf, const ops::Value& gradient) {
  Delivered* known = delivered_to(*leaf.node);
  if (!known) {
    WEFT_ASSIGN(known, first_delivery(leaf, gradient));
  }
  ops::Value delivered = gradient;
  if (leaf.node->adds()) {
    WEFT_ASSIGN(const ops::Value before, read(*known->gradient));
    delivered = before + gradient;
  }
  WEFT_ASSIGN(const Ref<Tensor> content, array(delivered));
  return write(*known->gradient, ops::Argument::of_tensor(content.get()));
}

// Gradients that the trace has not used up are outputs, into the leaves' arrays. Those of parts are
// among what these write already.
Status Trace::finish_gradients(TracedProgram& traced) {
  for (Delivered& delivered : delivered_) {
    auto* const leaf = static_cast<LeafNode*>(delivered.leaf.get());
    const Content content = contents_.at(&delivered.gradient->box());
    const bool used_up = delivered.used_up_at == content.writes;
    traced.leaves.push_back({delivered.box, delivered.leaf, used_up});
    if (used_up || content.input >= 0) continue;
    WEFT_ASSIGN(const Ref<Tensor> gradient, leaf->gradient());
    WEFT_ASSIGN(const ops::Value value, read(*delivered.gradient));
    Content& target = contents_[&gradient->box()];
    target.box = gradient->box_ref();
    target.value = value;
    target.changed = true;
    if (target.input < 0) WEFT_TRY(make_input(*gradient, target));
  }
  for (LeafUse& use : body_leaves_)
    if (!delivered_to(static_cast<const LeafNode&>(*use.leaf))) traced.leaves.push_back(use);
  return builder_.status();
}

namespace {

LeafNode* leaf_of(const Box& box) {
  auto* const node = static_cast<autograd::TapeNode*>(box.node());
  return node && node->is_leaf() ? static_cast<LeafNode*>(node) : nullptr;
}

}  // namespace

// A captured leaf that is written while nothing is recorded stays one, as outside of traces.
void Trace::note_leaf(Content& content) {
  if (content.box->traced() || (thread_state().modes & kRecording)) return;
  LeafNode* const leaf = leaf_of(*content.box);
  if (!leaf) return;
  content.value = builder_.call("stop_gradient", {content.value});
  leaves_.push_back(content.value.id());
  leaf_contents_.push_back({leaf, content.box, content.value.id()});
}

// Contents that gradients go to: of captured leaves, and of arrays of this trace.
std::vector<Trace::Leaf> Trace::leaves_of_trace() const {
  std::vector<Leaf> leaves = leaf_contents_;
  for (size_t i = placeholders_; i < inputs_.size(); ++i)
    if (LeafNode* const leaf = leaf_of(*inputs_[i]))
      leaves.push_back({leaf, Ref<Box>(inputs_[i]), graph_.inputs[i]});
  // Arrays of the trace have no buffers.
  for (const graph::ValueId id : leaves_)
    if (std::ranges::none_of(leaf_contents_, [&](const Leaf& own) { return own.content == id; }))
      leaves.push_back({nullptr, Ref<Box>(), id});
  return leaves;
}

// One leaf may have several contents, those that it was given while nothing was recorded: their
// gradients add up.
Status Trace::backward(std::span<Tensor* const> heads, std::span<Tensor* const> head_grads) {
  const std::vector<Leaf> leaves = leaves_of_trace();
  std::vector<graph::ValueId> wanted;
  for (const Leaf& leaf : leaves) wanted.push_back(leaf.content);
  WEFT_ASSIGN(const std::vector<graph::Head> seeds, seeds_of(heads, head_grads));
  builder_.set_backward(true);
  WEFT_ASSIGN(const std::vector<ops::Value> found,
              graph::gradients_within(builder_, seeds, wanted, passes()));
  std::vector<const LeafNode*> done;
  for (size_t i = 0; i < leaves.size(); ++i) {
    LeafNode* const leaf = leaves[i].node;
    if (std::ranges::count(done, leaf)) continue;
    done.push_back(leaf);
    ops::Value sum;
    for (size_t k = i; k < leaves.size(); ++k)
      if (leaves[k].node == leaf && found[k]) sum = sum ? sum + found[k] : found[k];
    if (sum && !leaf)
      return errors::invalid_state("backward",
                                   "an array that a hybridized function made has no gradient "
                                   "array outside of it; use autograd.grad inside it");
    if (sum) WEFT_TRY(deliver(leaves[i], sum));
  }
  return builder_.status();
}

Result<std::vector<Ref<Tensor>>> Trace::grad(std::span<Tensor* const> heads,
                                             std::span<Tensor* const> head_grads,
                                             std::span<Tensor* const> variables) {
  std::vector<graph::ValueId> wanted;
  for (Tensor* variable : variables) {
    if (!is_inexact(variable->dtype())) return autograd::no_history_of_variable(wanted.size());
    WEFT_ASSIGN(const ops::Value value, read(*variable));
    wanted.push_back(value.id());
  }
  WEFT_ASSIGN(const std::vector<graph::Head> seeds, seeds_of(heads, head_grads));
  builder_.set_backward(true);
  WEFT_ASSIGN(const std::vector<ops::Value> found,
              graph::gradients_within(builder_, seeds, wanted, passes()));
  const bool differentiable = thread_state().modes & kRecording;
  std::vector<Ref<Tensor>> gradients;
  for (size_t i = 0; i < variables.size(); ++i) {
    const ops::TensorType type{variables[i]->dtype(), variables[i]->shape()};
    ops::Value gradient = found[i] ? found[i] : ops::zeros(builder_.value(wanted[i]), type);
    // Nor does it pass when the whole function is differentiated.
    if (!differentiable) gradient = builder_.call("stop_gradient", {gradient});
    WEFT_TRY(builder_.status());
    WEFT_ASSIGN(Ref<Tensor> result, array(gradient));
    gradients.push_back(std::move(result));
  }
  return gradients;
}

}  // namespace weft::trace
