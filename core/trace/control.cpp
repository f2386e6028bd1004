// Bodies on their way to a node: which captured arrays become operands, which become carried
// values, and what a body must not do. Types are checked here, where the line that made a value is
// known.
#include "trace/control.h"

#include <algorithm>

#include "base/errors.h"
#include "graph/ir/control.h"
#include "runtime/thread_state.h"

namespace weft::trace {
namespace {

using graph::Graph;
using graph::Origin;
using graph::Region;
using graph::RegionKind;
using graph::ValueId;

constexpr const char* kName = "control flow";

Result<Trace*> running_trace() {
  if (Trace* const trace = current_trace()) return trace;
  return errors::invalid_state(kName, "no trace is running on this thread");
}

// " (net.py:7)": the line that made a node, where it is known.
std::string line_of(const Graph& graph, const graph::Node* node) {
  if (!node || node->line < 0) return "";
  return " (" + graph.lines[static_cast<size_t>(node->line)] + ")";
}

// What a body cannot have: effects, sizes, and writes to its arguments.
Status check_body(const TracedProgram& traced) {
  const Graph& graph = traced.graph;
  for (const graph::Node& node : graph.nodes)
    if (node.effect >= 0)
      return errors::unsupported(kName, "`", node.op->name, "`", line_of(graph, &node),
                                 " is an effect, which a traced body of foreach, while_loop or "
                                 "cond cannot have; move it out, or do not hybridize");
  if (!graph.sizes.empty())
    return errors::unsupported(kName,
                               "a traced body of foreach, while_loop or cond cannot have an extent "
                               "that depends on values (a mask, nonzero, unique)",
                               line_of(graph, graph.producer(graph.sizes[0].value)));
  for (const graph::StatePair& state : graph.states)
    if (static_cast<size_t>(state.input) < traced.inputs)
      return errors::unsupported(
          kName, "a body writes to its argument ", state.input, " in place",
          line_of(graph, graph.producer(graph.outputs[static_cast<size_t>(state.output)])),
          "; write to a copy() and return that");
  return {};
}

// A body on its way to a region: its graph, and by input what the trace around it gives.
struct Part {
  explicit Part(const TracedProgram& traced)
      : graph(traced.graph), inputs(traced.inputs), outputs(traced.outputs) {
    for (const graph::StatePair& state : graph.states) {
      written.push_back(traced.captures[static_cast<size_t>(state.input) - inputs]);
      written_inputs.push_back(graph.inputs[static_cast<size_t>(state.input)]);
      written_outputs.push_back(graph.outputs[static_cast<size_t>(state.output)]);
    }
    graph.states.clear();
    for (size_t i = 0; i < traced.captures.size(); ++i)
      captured.emplace_back(graph.inputs[inputs + i], traced.captures[i]);
    // What a body has for itself is for the graph around it to hold.
    for (const graph::Constant& constant : graph.constants) {
      graph.values[static_cast<size_t>(constant.value)].origin = Origin::kInput;
      captured.emplace_back(constant.value, constant.content);
    }
    graph.constants.clear();
  }

  bool writes(ValueId input) const { return std::ranges::count(written_inputs, input) > 0; }
  ValueId written_content(ValueId input) const {
    const auto at = std::ranges::find(written_inputs, input) - written_inputs.begin();
    return written_outputs[static_cast<size_t>(at)];
  }
  // Orders the body's inputs anew; each value knows its number.
  void set_inputs(const std::vector<ValueId>& order) {
    graph.inputs = order;
    for (size_t i = 0; i < order.size(); ++i)
      graph.values[static_cast<size_t>(order[i])].index = static_cast<int32_t>(i);
  }

  Graph graph;
  size_t inputs, outputs;                                 // of the caller
  std::vector<std::pair<ValueId, Ref<Tensor>>> captured;  // inputs from outside
  std::vector<Ref<Tensor>> written;                       // of these
  std::vector<ValueId> written_inputs, written_outputs;
};

// A loop keeps the types of what it carries, since it is planned once.
Status check_carried(const Graph& body, size_t index, ValueId before, ValueId after) {
  const ops::TensorType &from = body.type(before), &to = body.type(after);
  if (from == to) return {};
  return errors::invalid_value(kName, "carried value ", index, " is ", ops::to_string(from),
                               " before an iteration and ", ops::to_string(to), " after it",
                               line_of(body, body.producer(after)),
                               "; it must keep its shape and dtype");
}

// A loop on its way to the trace. Captured arrays that the body writes become carried values,
// behind those of the caller.
class LoopParts {
 public:
  LoopParts(Trace& trace, const Body& body, const graph::Loop& loop)
      : trace_(trace), part_(body.traced()), loop_(loop), own_(static_cast<size_t>(loop.carried)) {}

  // Reads the caller's arrays, checks types, and adds what the body captured.
  Status take(std::span<Tensor* const> operands) {
    if (part_.inputs != operands.size() || part_.outputs < own_)
      return errors::invalid_value(kName, "a body with ", part_.inputs, " inputs and ",
                                   part_.outputs, " outputs must get fitting arrays; got ",
                                   operands.size(), ", ", own_, " of them carried");
    inputs_.assign(part_.graph.inputs.begin(), part_.graph.inputs.begin() + count(part_.inputs));
    outputs_.assign(part_.graph.outputs.begin(), part_.graph.outputs.begin() + count(own_));
    for (size_t i = 0; i < operands.size(); ++i) {
      WEFT_ASSIGN(ops::Value value, trace_.read(*operands[i]));
      WEFT_TRY(check_operand(i, value.type()));
      values_.push_back(std::move(value));
    }
    for (size_t i = 0; i < own_; ++i)
      WEFT_TRY(check_carried(part_.graph, i, inputs_[static_cast<size_t>(loop_.sliced) + i],
                             outputs_[i]));
    return take_captured();
  }

  // Outputs of a loop's body: carried values, those that are written, then what is stacked.
  Region region() {
    outputs_.insert(outputs_.end(), part_.graph.outputs.begin() + count(own_),
                    part_.graph.outputs.begin() + count(part_.outputs));
    part_.set_inputs(inputs_);
    part_.graph.outputs = std::move(outputs_);
    Region region;
    region.kind = RegionKind::kLoop;
    region.loop = loop_;
    region.body = std::make_shared<const Graph>(std::move(part_.graph));
    return region;
  }
  std::span<const ops::Value> values() const { return values_; }

  // Of all that the node gives, what is the caller's; what is written is handed to the trace.
  Result<Arrays> results(const Arrays& all) {
    for (size_t w = 0; w < written_.size(); ++w)
      WEFT_TRY(trace_.write(*written_[w], ops::Argument::of_tensor(all[own_ + w].get())));
    const size_t stacked = own_ + written_.size() + (loop_.while_true ? 1 : 0);
    Arrays results(all.begin(), all.begin() + count(own_));
    results.insert(results.end(), all.begin() + count(stacked), all.end());
    return results;
  }

 private:
  static std::ptrdiff_t count(size_t n) { return static_cast<std::ptrdiff_t>(n); }

  // A sliced operand gives the body one row of it in each iteration.
  Status check_operand(size_t i, const ops::TensorType& given) const {
    const bool is_row = i < static_cast<size_t>(loop_.sliced);
    Region region;
    region.kind = RegionKind::kLoop;
    region.loop = loop_;
    const ops::TensorType& wanted = part_.graph.type(inputs_[i]);
    if (graph::body_input_type(region, i, given) == wanted) return {};
    return errors::invalid_value(kName, "argument ", i, " of the body is ", ops::to_string(wanted),
                                 ", but it is given ", is_row ? "rows of " : "",
                                 ops::to_string(given));
  }

  // Carried values come first among the operands: those that are written, then those that are read.
  Status take_captured() {
    for (const bool writes : {true, false})
      for (const auto& [input, tensor] : part_.captured) {
        if (part_.writes(input) != writes) continue;
        WEFT_ASSIGN(ops::Value value, trace_.read(*tensor));
        values_.push_back(std::move(value));
        inputs_.push_back(input);
        if (!writes) continue;
        outputs_.push_back(part_.written_content(input));
        written_.push_back(tensor);
        ++loop_.carried;
      }
    return {};
  }

  Trace& trace_;
  Part part_;
  graph::Loop loop_;
  const size_t own_;  // carried values of the caller
  std::vector<ops::Value> values_;
  std::vector<ValueId> inputs_, outputs_;
  Arrays written_;
};

Result<Arrays> add_loop(const Body& body, const graph::Loop& loop,
                        std::span<Tensor* const> operands) {
  WEFT_ASSIGN(Trace * trace, running_trace());
  LoopParts parts(*trace, body, loop);
  WEFT_TRY(parts.take(operands));
  WEFT_ASSIGN(const Arrays all,
              trace->add_control(parts.region(), parts.values(), body.traced().leaves));
  return parts.results(all);
}

// Both bodies with the inputs of both, and with the new contents of what one of them writes.
class Branches {
 public:
  Branches(const Body& body, const Body& otherwise)
      : parts_{Part(body.traced()), Part(otherwise.traced())} {}

  Status check() const {
    const auto& [a, b] = parts_;
    if (a.inputs + b.inputs > 0)
      return errors::invalid_value(kName, "the bodies of a cond take no arguments");
    bool same = a.outputs == b.outputs;
    for (size_t i = 0; same && i < a.outputs; ++i)
      same = a.graph.type(a.graph.outputs[i]) == b.graph.type(b.graph.outputs[i]);
    if (same) return {};
    const auto list = [](const Part& part) {
      std::string text = "(";
      for (size_t i = 0; i < part.outputs; ++i)
        text += (i ? ", " : "") + ops::to_string(part.graph.type(part.graph.outputs[i]));
      return text + ")";
    };
    return errors::invalid_value("cond", "both branches must give arrays of the same types; got ",
                                 list(a), " and ", list(b));
  }

  // Gives both sides the same inputs, and the same written arrays behind the outputs.
  Status join() {
    for (size_t side = 0; side < 2; ++side)
      for (const auto& read : parts_[side].captured)
        if (std::ranges::none_of(
                captured_, [&](const auto& known) { return same_array(*known, *read.second); }))
          captured_.push_back(read.second);
    for (Part& part : parts_) {
      std::vector<ValueId> inputs;
      for (const Ref<Tensor>& tensor : captured_) inputs.push_back(input_of(part, *tensor));
      part.set_inputs(inputs);
      part.graph.outputs.resize(part.outputs);
    }
    for (size_t side = 0; side < 2; ++side)
      for (size_t w = 0; w < parts_[side].written.size(); ++w)
        WEFT_TRY(add_written(*parts_[side].written[w]));
    return {};
  }

  Region region() const {
    Region region;
    region.kind = RegionKind::kCond;
    region.body = std::make_shared<const Graph>(parts_[0].graph);
    region.otherwise = std::make_shared<const Graph>(parts_[1].graph);
    return region;
  }
  std::span<const Ref<Tensor>> captured() const { return captured_; }
  std::span<const Ref<Tensor>> written() const { return written_; }

 private:
  static bool same_array(const Tensor& a, const Tensor& b) {
    return &a.box() == &b.box() && a.shape() == b.shape() && a.dtype() == b.dtype();
  }

  // The side's input for an array, which is added where only the other side reads it.
  static ValueId input_of(Part& part, Tensor& tensor) {
    for (const auto& [input, captured] : part.captured)
      if (same_array(*captured, tensor)) return input;
    const ValueId added = part.graph.add_input({tensor.dtype(), tensor.shape()});
    part.captured.emplace_back(added, Ref<Tensor>(&tensor));
    return added;
  }

  // A side that does not write the array gives its old content.
  Status add_written(Tensor& tensor) {
    for (const Ref<Tensor>& known : written_) {
      if (same_array(*known, tensor)) return {};
      if (&known->box() == &tensor.box())
        return errors::unsupported("cond",
                                   "both branches write to the same array, one to all of it and "
                                   "one to a part; return the new value instead");
    }
    written_.emplace_back(&tensor);
    for (Part& part : parts_) {
      ValueId content = input_of(part, tensor);
      for (size_t w = 0; w < part.written.size(); ++w)
        if (same_array(*part.written[w], tensor)) content = part.written_outputs[w];
      part.graph.outputs.push_back(content);
    }
    return {};
  }

  Part parts_[2];
  std::vector<Ref<Tensor>> captured_, written_;
};

}  // namespace

Status begin_body(std::span<const ops::TensorType> types, std::span<Tensor*> placeholders) {
  WEFT_ASSIGN(Trace * around, running_trace());
  auto trace = std::make_unique<Trace>();
  trace->around = around;
  trace->before = Trace::Before{around, thread_state().modes};
  return start_trace(std::move(trace), types, placeholders);
}

namespace {

// Also where memory runs out on the way.
struct EndOf {
  const Trace* trace;
  ~EndOf() {
    if (current_trace() == trace) abort_trace();
  }
};

}  // namespace

Result<Ref<Body>> end_body(std::span<Tensor* const> outputs) {
  WEFT_ASSIGN(Trace * trace, running_trace());
  if (!trace->around) return errors::invalid_state(kName, "no body is being traced");
  const EndOf end{trace};
  WEFT_ASSIGN(TracedProgram traced, end_trace(outputs));
  WEFT_TRY(check_body(traced));
  return Ref<Body>::adopt(new Body(std::move(traced)));
}

Result<Arrays> foreach (const Body& body, std::span<Tensor* const> data,
                        std::span<Tensor* const> states) {
  if (data.empty() || data[0]->rank() < 1)
    return errors::invalid_value("foreach", "`data` must be arrays with an axis");
  graph::Loop loop;
  loop.sliced = static_cast<int32_t>(data.size());
  loop.carried = static_cast<int32_t>(states.size());
  loop.maximum = data[0]->shape()[0];
  std::vector<Tensor*> operands(data.begin(), data.end());
  for (const Tensor* array : data)
    if (array->rank() < 1 || array->shape()[0] != loop.maximum)
      return errors::invalid_value("foreach", "arrays of `data` must have as many rows, ",
                                   loop.maximum, "; got shape ", array->shape());
  operands.insert(operands.end(), states.begin(), states.end());
  return add_loop(body, loop, operands);
}

Result<Arrays> while_loop(const Body& body, std::span<Tensor* const> variables, int64_t maximum) {
  if (maximum < 0)
    return errors::invalid_value("while_loop", "`max_iterations` must be at least 0; got ",
                                 maximum);
  graph::Loop loop;
  loop.carried = static_cast<int32_t>(variables.size());
  loop.maximum = maximum;
  loop.while_true = true;
  const bool has_condition =
      !variables.empty() && variables[0]->dtype() == DType::kBool && variables[0]->rank() == 0;
  if (!has_condition)
    return errors::invalid_type("while_loop", "the condition must be a bool of rank 0");
  return add_loop(body, loop, variables);
}

// Operands: the predicate, then what either branch reads.
Result<Arrays> cond(Tensor& predicate, const Body& body, const Body& otherwise) {
  WEFT_ASSIGN(Trace * trace, running_trace());
  if (predicate.dtype() != DType::kBool || predicate.rank() != 0)
    return errors::invalid_type("cond", "the predicate must be a bool of rank 0; got ",
                                predicate.dtype(), predicate.shape());
  Branches branches(body, otherwise);
  WEFT_TRY(branches.check());
  WEFT_TRY(branches.join());
  std::vector<ops::Value> values;
  WEFT_ASSIGN(ops::Value decider, trace->read(predicate));
  values.push_back(std::move(decider));
  for (const Ref<Tensor>& tensor : branches.captured()) {
    WEFT_ASSIGN(ops::Value value, trace->read(*tensor));
    values.push_back(std::move(value));
  }
  std::vector<LeafUse> leaves = body.traced().leaves;
  leaves.insert(leaves.end(), otherwise.traced().leaves.begin(), otherwise.traced().leaves.end());
  WEFT_ASSIGN(Arrays all, trace->add_control(branches.region(), values, leaves));
  const size_t outputs = all.size() - branches.written().size();
  for (size_t w = 0; w < branches.written().size(); ++w)
    WEFT_TRY(
        trace->write(*branches.written()[w], ops::Argument::of_tensor(all[outputs + w].get())));
  all.resize(outputs);
  return all;
}

}  // namespace weft::trace
