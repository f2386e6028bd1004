// The bodies of gradients are built by gradients_within, in a graph of their own (a draft). Inputs
// that nothing reads are left out before the new node is added.
#include "graph/reverse/control_reverse.h"

#include <algorithm>

#include "base/errors.h"
#include "graph/ir/control.h"
#include "graph/passes/passes.h"
#include "graph/passes/pipeline.h"
#include "graph/reverse/reverse.h"

namespace weft::graph {
namespace {

// The value in the builder's graph; a scalar or an array becomes a node that copies it.
ValueId id_of(GraphBuilder& builder, const ops::Value& value) {
  if (!value.is_scalar() && !value.is_tensor()) return value.id();
  return builder.call("copy", {value}).id();
}

// Zeros of this type, as a node of the builder's graph.
ops::Value zeros(GraphBuilder& builder, const TensorType& type) {
  return ops::zeros(ops::Value(&builder, ops::Argument::of_int(0)), type);
}

// An absent cotangent is zero.
ops::Value or_zeros(GraphBuilder& builder, const ops::Value& value, const TensorType& type) {
  return value ? value : zeros(builder, type);
}

// A body of the gradient with the operands of its node.
struct Draft {
  Graph graph;
  std::vector<ValueId> operands;  // by input, in the graph around it; kNoValue: made if needed
};

// Removes dead code from the body. By input: is it still read?
Result<std::vector<bool>> without_dead_code(Graph& body) {
  WEFT_ASSIGN(body, remove_dead_code(body, PassContext{}));
  const std::vector<int32_t> uses = count_uses(body);
  std::vector<bool> read;
  for (const ValueId id : body.inputs) read.push_back(uses[static_cast<size_t>(id)] > 0);
  return read;
}

// Removes the inputs that do not stay.
Status leave_out(Graph& body, const std::vector<bool>& stays) {
  std::vector<int32_t> unread;
  for (size_t i = 0; i < stays.size(); ++i)
    if (!stays[i]) unread.push_back(static_cast<int32_t>(i));
  WEFT_ASSIGN(body, without_states(body, unread));
  return {};
}

// The contents of carried value i at the start of each iteration, stacked. The loop gets one more
// output for it, unless it has this output already.
ValueId stacked_start(Graph& graph, size_t n, size_t i) {
  Node& node = graph.nodes[n];
  Region& region = graph.regions[static_cast<size_t>(node.region)];
  const ValueId start = region.body->inputs[static_cast<size_t>(region.loop.sliced) + i];
  const auto carried = static_cast<size_t>(region.loop.carried);
  for (size_t k = carried; k < region.body->outputs.size(); ++k)
    if (region.body->outputs[k] == start) return node.outputs[first_stacked(region) + k - carried];
  Graph body = *region.body;
  body.outputs.push_back(start);
  region.body = std::make_shared<const Graph>(std::move(body));
  const auto id = static_cast<ValueId>(graph.values.size());
  graph.values.push_back({control_output_types(region).back(),
                          {},
                          Origin::kNode,
                          static_cast<int32_t>(n),
                          static_cast<int32_t>(node.outputs.size())});
  node.outputs.push_back(id);
  return id;
}

// Adds the node of the gradient. It takes the ordinals of the node that it computes again, so that
// both draw the same numbers.
ops::Values add_again(GraphBuilder& builder, const Node& node, Region region,
                      std::span<const ValueId> operands) {
  if (node.ordinal >= 0) {
    builder.set_clone_of(node.outputs[0]);
    builder.reuse_ordinal(node.ordinal);
  }
  const ops::Values results = builder.add_control(std::move(region), operands);
  builder.set_clone_of(kNoValue);
  return results;
}

// A gradient that draws more random numbers than the body would need ordinals that nobody reserved.
Status check_draws(const Graph& gradient, const Graph& body) {
  if (gradient.ordinals == body.ordinals) return {};
  return errors::unsupported("backward",
                             "control flow has no gradient when the gradient of an operator in its "
                             "body draws random numbers");
}

// ---- loops --------------------------------------------------------------------------------------

// The gradient of one loop. Inputs of the new body, in order: rows of the sliced operands, the
// carried values at the start (stacked by the old loop), rows of the cotangents of stacked outputs;
// then what it carries (cotangents, sums); then captured operands.
class LoopReverse {
 public:
  LoopReverse(GraphBuilder& builder, size_t n, std::span<const ops::Value> cotangents,
              const std::vector<bool>& needed)
      : builder_(builder),
        n_(n),
        node_(builder.graph().nodes[n]),
        region_(builder.graph().regions[static_cast<size_t>(node_.region)]),
        body_(*region_.body),
        cotangents_(cotangents),
        first_(first_sliced(region_)),
        sliced_(static_cast<size_t>(region_.loop.sliced)),
        carried_(static_cast<size_t>(region_.loop.carried)),
        inside_(draft_.graph) {
    for (size_t i = 0; i < body_.inputs.size(); ++i) wanted_.push_back(needed[first_ + i]);
    draft_.graph.ordinals = body_.ordinals;
  }

  Result<std::vector<ops::Value>> run() {
    find_active();
    add_inputs();
    WEFT_TRY(add_gradients());
    return add_loop();
  }

 private:
  // The node's operand for an input of the body.
  ValueId operand(size_t input) const { return node_.operands[first_ + input].value; }
  const TensorType& input_type(size_t input) const { return body_.type(body_.inputs[input]); }

  // Finds the carried values that a gradient passes: from one iteration to the next, or to the
  // operand. A carried value may depend on another one, so this repeats until nothing changes.
  void find_active() {
    for (bool again = true; again;) {
      again = false;
      const std::vector<bool> reached = reached_values(body_, wanted_);
      for (size_t i = 0; i < carried_; ++i) {
        const bool is_new = reached[static_cast<size_t>(body_.outputs[i])] &&
                            !wanted_[sliced_ + i] && is_inexact(input_type(sliced_ + i).dtype);
        if (is_new) wanted_[sliced_ + i] = again = true;
      }
    }
    for (size_t i = 0; i < carried_; ++i)
      if (wanted_[sliced_ + i]) active_.push_back(i);
    for (size_t i = sliced_ + carried_; i < wanted_.size(); ++i)
      if (wanted_[i]) captured_.push_back(i);
  }

  // A new input of the gradient's body, and the operand that it gets.
  ops::Value input(const TensorType& type, ValueId operand) {
    draft_.operands.push_back(operand);
    return inside_.input(type);
  }

  // Adds the inputs in the order above and the body's own nodes on them.
  void add_inputs() {
    std::vector<ops::Value> inputs;
    for (size_t i = 0; i < sliced_ + carried_; ++i)
      inputs.push_back(input(input_type(i), i < sliced_ ? operand(i) : kNoValue));
    for (size_t k = carried_; k < body_.outputs.size(); ++k) {
      const ops::Value& cotangent = cotangents_[first_stacked(region_) + k - carried_];
      if (!cotangent) continue;
      rows_.emplace_back(k, input(body_.type(body_.outputs[k]), id_of(builder_, cotangent)));
    }
    rows_end_ = draft_.operands.size();
    for (const size_t i : active_) {
      const TensorType& type = input_type(sliced_ + i);
      const ops::Value last = or_zeros(builder_, cotangents_[i], type);
      from_next_.push_back(input(type, id_of(builder_, last)));
    }
    for (const size_t i : captured_)
      sums_.push_back(input(input_type(i), zeros(builder_, input_type(i)).id()));
    for (size_t i = sliced_ + carried_; i < body_.inputs.size(); ++i)
      inputs.push_back(input(input_type(i), operand(i)));
    became_ = inline_graph(inside_, body_, inputs);
    inputs_ = std::move(inputs);
  }

  // Adds the gradients and the outputs: gradients of carried values, sums, then rows of gradients
  // of sliced operands.
  Status add_gradients() {
    WEFT_TRY(inside_.status());
    // Gradients start from the carried values that an iteration leaves and from its rows of stacked
    // outputs.
    std::vector<Head> heads;
    for (size_t a = 0; a < active_.size(); ++a)
      heads.push_back({became(body_.outputs[active_[a]]).id(), from_next_[a]});
    for (const auto& [k, row] : rows_) heads.push_back({became(body_.outputs[k]).id(), row});
    std::vector<ValueId> variables;
    for (size_t i = 0; i < wanted_.size(); ++i)
      if (wanted_[i]) variables.push_back(inputs_[i].id());
    const std::vector<bool> passes(draft_.graph.nodes.size(), true);
    WEFT_ASSIGN(const std::vector<ops::Value> found,
                gradients_within(inside_, heads, variables, passes));
    std::vector<ops::Value> gradients(wanted_.size());
    for (size_t i = 0, next = 0; i < wanted_.size(); ++i)
      if (wanted_[i]) gradients[i] = found[next++];
    for (const size_t i : active_)
      inside_.output(or_zeros(inside_, gradients[sliced_ + i], input_type(sliced_ + i)));
    for (size_t s = 0; s < captured_.size(); ++s) {
      const ops::Value& gradient = gradients[captured_[s]];
      inside_.output(gradient ? sums_[s] + gradient : sums_[s]);
    }
    for (size_t i = 0; i < sliced_; ++i)
      if (wanted_[i]) inside_.output(or_zeros(inside_, gradients[i], input_type(i)));
    WEFT_TRY(inside_.status());
    return check_draws(draft_.graph, body_);
  }

  // Adds the loop. A while loop's gradient is counted: the number of iterations is known by then.
  Result<std::vector<ops::Value>> add_loop() {
    Region region;
    region.kind = RegionKind::kLoop;
    region.loop = region_.loop;
    region.loop.while_true = false;
    region.loop.counted = region_.loop.counted || region_.loop.while_true;
    region.loop.backwards = !region_.loop.backwards;
    region.loop.carried = static_cast<int32_t>(active_.size() + captured_.size());
    std::vector<ValueId> operands;
    if (region_.loop.counted) operands.push_back(node_.operands[0].value);
    if (region_.loop.while_true) operands.push_back(node_.outputs[carried_]);

    WEFT_ASSIGN(std::vector<bool> stays, without_dead_code(draft_.graph));
    const size_t first_kept = rows_end_, end_kept = rows_end_ + active_.size() + captured_.size();
    std::fill(stays.begin() + static_cast<std::ptrdiff_t>(first_kept),
              stays.begin() + static_cast<std::ptrdiff_t>(end_kept), true);
    // At least one sliced operand stays, because it says how many rows there are.
    const auto rows_end = stays.begin() + static_cast<std::ptrdiff_t>(rows_end_);
    if (sliced_ > 0 && std::find(stays.begin(), rows_end, true) == rows_end) stays[0] = true;
    region.loop.sliced = static_cast<int32_t>(std::count(stays.begin(), rows_end, true));
    for (size_t i = 0; i < stays.size(); ++i) {
      if (!stays[i]) continue;
      // The stacked starts of carried values are made only now, for those that something reads.
      const bool is_start = i >= sliced_ && i < sliced_ + carried_;
      operands.push_back(is_start ? stacked_start(builder_.graph(), n_, i - sliced_)
                                  : draft_.operands[i]);
    }
    WEFT_TRY(leave_out(draft_.graph, stays));
    region.body = std::make_shared<const Graph>(std::move(draft_.graph));
    const ops::Values results = add_again(builder_, node_, std::move(region), operands);
    WEFT_TRY(builder_.status());
    std::vector<ops::Value> gradients(node_.operands.size());
    size_t next = 0;
    for (const size_t i : active_) gradients[first_ + sliced_ + i] = results[next++];
    for (const size_t i : captured_) gradients[first_ + i] = results[next++];
    for (size_t i = 0; i < sliced_; ++i)
      if (wanted_[i]) gradients[first_ + i] = results[next++];
    return gradients;
  }

  const ops::Value& became(ValueId id) const { return became_[static_cast<size_t>(id)]; }

  GraphBuilder& builder_;
  const size_t n_;
  const Node node_;  // copies, because the graph grows
  const Region region_;
  const Graph& body_;
  const std::span<const ops::Value> cotangents_;
  const size_t first_, sliced_, carried_;
  std::vector<bool> wanted_;      // by input of the body: is its gradient needed?
  std::vector<size_t> active_;    // carried values that a gradient passes
  std::vector<size_t> captured_;  // captured inputs of the body with a gradient
  Draft draft_;
  GraphBuilder inside_;
  std::vector<ops::Value> inputs_, became_, from_next_, sums_;
  // Stacked outputs of the body with their cotangents.
  std::vector<std::pair<size_t, ops::Value>> rows_;
  size_t rows_end_ = 0;  // inputs of the gradient's body that are rows
};

// ---- branches -----------------------------------------------------------------------------------

// The gradient of one branch. Inputs: those of the body, then the cotangents that are not zero.
// Outputs: a gradient for each input that is needed.
Result<Graph> reverse_branch(const Graph& body, std::span<const ops::Value> cotangents,
                             const std::vector<bool>& needed) {
  Graph gradient;
  gradient.ordinals = body.ordinals;
  GraphBuilder builder(gradient);
  std::vector<ops::Value> inputs, given(cotangents.size());
  for (const ValueId id : body.inputs) inputs.push_back(builder.input(body.type(id)));
  for (size_t k = 0; k < cotangents.size(); ++k)
    if (cotangents[k]) given[k] = builder.input(body.type(body.outputs[k]));
  const std::vector<ops::Value> became = inline_graph(builder, body, inputs);
  WEFT_TRY(builder.status());
  std::vector<Head> heads;
  for (size_t k = 0; k < cotangents.size(); ++k)
    if (cotangents[k])
      heads.push_back({became[static_cast<size_t>(body.outputs[k])].id(), given[k]});
  std::vector<ValueId> variables;
  for (size_t i = 0; i < inputs.size(); ++i)
    if (needed[1 + i]) variables.push_back(inputs[i].id());
  WEFT_ASSIGN(
      const std::vector<ops::Value> found,
      gradients_within(builder, heads, variables, std::vector<bool>(gradient.nodes.size(), true)));
  for (size_t v = 0; v < variables.size(); ++v)
    builder.output(or_zeros(builder, found[v], gradient.type(variables[v])));
  WEFT_TRY(builder.status());
  WEFT_TRY(check_draws(gradient, body));
  return gradient;
}

// Both branches get the same inputs: an input stays if one of them reads it.
Result<std::vector<ops::Value>> reverse_cond(GraphBuilder& builder, size_t n,
                                             std::span<const ops::Value> cotangents,
                                             const std::vector<bool>& needed) {
  const Node node = builder.graph().nodes[n];
  const Region old = builder.graph().regions[static_cast<size_t>(node.region)];
  Region region;
  region.kind = RegionKind::kCond;
  Graph bodies[2];
  std::vector<bool> stays;
  for (const bool otherwise : {false, true}) {
    Graph& body = bodies[otherwise];
    WEFT_ASSIGN(body, reverse_branch(otherwise ? *old.otherwise : *old.body, cotangents, needed));
    WEFT_ASSIGN(const std::vector<bool> read, without_dead_code(body));
    stays.resize(read.size());
    for (size_t i = 0; i < read.size(); ++i) stays[i] = stays[i] || read[i];
  }
  for (Graph& body : bodies) WEFT_TRY(leave_out(body, stays));
  region.body = std::make_shared<const Graph>(std::move(bodies[0]));
  region.otherwise = std::make_shared<const Graph>(std::move(bodies[1]));
  std::vector<ValueId> all, operands{node.operands[0].value};
  for (size_t i = 1; i < node.operands.size(); ++i) all.push_back(node.operands[i].value);
  for (const ops::Value& cotangent : cotangents)
    if (cotangent) all.push_back(id_of(builder, cotangent));
  for (size_t i = 0; i < all.size(); ++i)
    if (stays[i]) operands.push_back(all[i]);
  const ops::Values results = add_again(builder, node, std::move(region), operands);
  WEFT_TRY(builder.status());
  std::vector<ops::Value> gradients(node.operands.size());
  size_t next = 0;
  for (size_t i = 1; i < gradients.size(); ++i)
    if (needed[i]) gradients[i] = results[next++];
  return gradients;
}

}  // namespace

// Dispatch by the kind of region.
Result<std::vector<ops::Value>> reverse_control(GraphBuilder& builder, size_t node,
                                                std::span<const ops::Value> cotangents,
                                                const std::vector<bool>& needed) {
  const Graph& graph = builder.graph();
  if (control_of(graph, graph.nodes[node])->kind == RegionKind::kCond)
    return reverse_cond(builder, node, cotangents, needed);
  return LoopReverse(builder, node, cotangents, needed).run();
}

}  // namespace weft::graph
