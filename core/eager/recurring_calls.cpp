// A table of calls by operator, attributes and types of the operands, with the program of each. All
// threads share it. It is kept small, and searched from the most recently used entry on, because
// programs call the same few operators again and again.
#include "eager/recurring_calls.h"

#include <algorithm>
#include <mutex>
#include <vector>

#include "eager/program_call.h"
#include "graph/ir/fused.h"
#include "graph/ir/graph_builder.h"
#include "ops/gradient.h"
#include "runtime/thread_state.h"

namespace weft::eager {
namespace {

using executor::Program;
using ops::Argument;
using ops::TensorType;

constexpr int kMeetings = 4;              // from which on a plan runs
constexpr size_t kMaxKept = 256;          // calls, with what they were made on
constexpr int64_t kWorthPlanning = 1024;  // elements of a gradient: a search among kept plans pays

// An input of a call: an array's type, a scalar, or nothing.
struct Input {
  TensorType type;
  Argument scalar = Argument::none();
  bool is_type_only = false;  // no array: the tape did not save it
};

// What is called: an operator, or (needed) its gradient for these of its inputs.
struct Callee {
  const ops::OpDef& op;
  std::span<const Argument> attributes;
  std::span<const ops::Value> inputs;  // of a gradient: inputs, output and cotangent
  std::span<const int32_t> targets = {};
  uint32_t needed = 0;
};

// A call as it was met, and what came of it.
struct Entry {
  const ops::OpDef* op;
  ops::Attributes attributes;
  std::vector<int32_t> targets{};
  uint32_t needed = 0;
  std::vector<Input> inputs{};
  int meetings = 0;
  Ref<Program> program{};  // null: of other operators, or a single step
  uint32_t made = 0;       // of a gradient: for which inputs the program's results are
  bool runs_at_once = false;
};

bool is_type_only(const ops::Value& input) {
  return input && !input.is_tensor() && !input.is_scalar();
}

// By type for arrays, by value for scalars: a scalar is a constant of the program.
bool is_same(const Input& known, const ops::Value& input) {
  if (known.is_type_only != is_type_only(input)) return false;
  if (known.is_type_only) {
    const TensorType type = input.type();
    return known.type.dtype == type.dtype && known.type.shape == type.shape;
  }
  if (!input.is_tensor())
    return ops::same_argument(known.scalar, input.is_scalar() ? input.scalar() : Argument()) &&
           known.type.shape.rank() < 0;
  const Tensor& tensor = *input.tensor();
  return known.type.dtype == tensor.dtype() && known.type.shape == tensor.shape();
}

bool is_same(const Entry& entry, const Callee& call) {
  return entry.op == &call.op && entry.needed == call.needed &&
         std::ranges::equal(entry.targets, call.targets) &&
         std::ranges::equal(entry.inputs, call.inputs,
                            [](const Input& a, const ops::Value& b) { return is_same(a, b); }) &&
         std::ranges::equal(entry.attributes.view(), call.attributes, ops::same_argument);
}

Input described(const ops::Value& input) {
  if (is_type_only(input)) return {input.type(), {}, true};
  if (input.is_tensor()) return {{input.tensor()->dtype(), input.tensor()->shape()}};
  return {{{}, Shape::absent()}, input.is_scalar() ? input.scalar() : Argument()};
}

// A gradient that more than two readers add to is a sum whose order the tape and a graph settle
// differently: for the same bits at every call, such a composite never runs on the tape.
bool sums_gradients(const graph::Graph& graph) {
  std::vector<int> readers(graph.values.size());
  for (const graph::Node& node : graph.nodes)
    for (const graph::Operand& operand : node.operands)
      if (operand.is_value()) ++readers[static_cast<size_t>(operand.value)];
  return std::ranges::any_of(readers, [](int count) { return count > 2; });
}

// Elementwise operators, and reductions of what they make: those read it where it is made.
bool runs_in_few_passes(const graph::Graph& graph) {
  const auto is_fused = [&](const graph::Node& node) {
    return graph::is_elementwise(node) ||
           (graph::is_reduction(node) && graph.producer(node.operands[0].value));
  };
  return std::ranges::all_of(graph.nodes, is_fused);
}

// Arrays become inputs of the graph, scalars stay scalars, what is absent stays absent.
ops::Values graph_inputs(graph::GraphBuilder& builder, std::span<const Input> inputs) {
  ops::Values values;
  for (const Input& input : inputs) {
    if (input.type.shape.rank() >= 0)
      values.push_back(builder.input(input.type));
    else if (input.scalar.is_scalar())
      values.push_back(ops::Value(&builder, input.scalar));
    else
      values.emplace_back();
  }
  return values;
}

ops::Values part(const ops::Values& values, size_t begin, size_t end) {
  ops::Values some;
  for (size_t i = begin; i < end; ++i) some.push_back(values[i]);
  return some;
}

// The gradients that the rule makes in the graph. False: some are not made there, or need an array
// that is not there.
bool emit_gradient(Entry& entry, graph::GraphBuilder& builder, const ops::Values& values) {
  const size_t inputs = values.size() - 2;
  const ops::Values gradients = ops::apply_gradient(
      *entry.op, entry.attributes.view(), builder, part(values, 0, inputs),
      part(values, inputs, inputs + 1), part(values, inputs + 1, inputs + 2), entry.needed);
  for (size_t i = 0; i < gradients.size(); ++i) {
    if (!gradients[i]) continue;
    if (gradients[i].is_rows()) return false;
    builder.output(gradients[i]);
    entry.made |= ops::set_bit(i);
  }
  const graph::Graph& graph = builder.graph();
  for (const graph::Node& node : graph.nodes)
    for (const graph::Operand& operand : node.operands)
      for (size_t i = 0; i < values.size(); ++i)
        if (entry.inputs[i].is_type_only && operand.is_value() && operand.value == values[i].id())
          return false;
  return true;
}

// False for a composite of other operators.
bool make_program(Entry& entry) {
  graph::Graph graph;
  graph::GraphBuilder builder(graph);
  const ops::Values values = graph_inputs(builder, entry.inputs);
  if (entry.needed) {
    if (!emit_gradient(entry, builder, values)) return true;
  } else {
    for (const ops::Value& result : builder.emit(*entry.op, values, entry.attributes.view()))
      builder.output(result);
  }
  for (size_t i = 0; i < entry.targets.size(); ++i)
    graph.states.push_back({entry.targets[i], static_cast<int32_t>(i)});
  if (!builder.status().ok()) return true;  // the call will say it
  if (!runs_in_few_passes(graph)) return entry.needed != 0;
  const auto is_made = [&](graph::ValueId output) { return graph.producer(output) != nullptr; };
  // One step alone is the kernel itself. An output that is an input would be an array of the
  // caller's.
  if (graph.nodes.size() < 2 || !std::ranges::all_of(graph.outputs, is_made)) return true;
  entry.runs_at_once = !entry.needed && sums_gradients(graph);
  Result<Ref<Program>> program = Program::create(std::move(graph));
  if (program.ok()) entry.program = program.take();
  return true;
}

struct Found {
  Ref<Program> program;
  uint32_t made = 0;
};

// A composite whose gradient is a sum in several orders runs as a plan from the first call on.
// Counts one more meeting.
Found program_of(Entry& entry) {
  if (entry.meetings < kMeetings) ++entry.meetings;
  if (!entry.runs_at_once && entry.meetings < kMeetings) return {};
  return {entry.program, entry.made};
}

struct Kept {
  std::mutex mutex;
  std::vector<Entry> entries;                 // most recently used first
  std::vector<const ops::OpDef*> unsuitable;  // composites of other operators

  Entry* find(const Callee& call) {
    const auto found =
        std::ranges::find_if(entries, [&](const Entry& entry) { return is_same(entry, call); });
    if (found == entries.end()) return nullptr;
    std::rotate(entries.begin(), found, found + 1);
    return &entries.front();
  }
  void insert(Entry entry) {
    if (entries.size() == kMaxKept) entries.pop_back();
    entries.insert(entries.begin(), std::move(entry));
  }
};

// Never destroyed: threads may outlive main.
Kept& kept_calls() {
  static Kept* const instance = new Kept;
  return *instance;
}
Kept& kept_gradients() {
  static Kept* const instance = new Kept;
  return *instance;
}

// Copies for views would cost a pass, and what a trace or a device holds is not for the CPU.
bool is_dense_array(const ops::Value& input) {
  return input.is_tensor() && !input.tensor()->box().traced() && !input.tensor()->device() &&
         input.tensor()->dense();
}

Found program_for(const Callee& call) {
  Kept& kept = call.needed ? kept_gradients() : kept_calls();
  {
    const std::lock_guard lock(kept.mutex);
    if (std::ranges::count(kept.unsuitable, &call.op)) return {};
    if (Entry* const entry = kept.find(call)) return program_of(*entry);
  }
  // A composition may be the user's code, so nothing is locked while it runs.
  Entry entry{&call.op,
              ops::Attributes(call.attributes),
              {call.targets.begin(), call.targets.end()},
              call.needed};
  for (const ops::Value& input : call.inputs) entry.inputs.push_back(described(input));
  const bool is_suitable = make_program(entry);
  Found found = program_of(entry);
  const std::lock_guard lock(kept.mutex);
  if (!is_suitable)
    kept.unsuitable.push_back(&call.op);
  else if (!kept.find(call))
    kept.insert(std::move(entry));
  return found;
}

bool are_dense(std::span<const ops::Value> values) {
  return std::ranges::all_of(
      values, [](const ops::Value& value) { return !value.is_tensor() || is_dense_array(value); });
}

}  // namespace

Ref<Program> composite_program(const ops::OpDef& op, std::span<const Argument> attributes,
                               std::span<const ops::Value> inputs,
                               std::span<const int32_t> targets) {
  if (thread_state().device || std::ranges::none_of(inputs, is_dense_array) || !are_dense(inputs))
    return {};
  return program_for({op, attributes, inputs, targets}).program;
}

Result<std::optional<ops::Values>> planned_gradient(EagerBuilder& builder, const ops::OpDef& op,
                                                    std::span<const Argument> attributes,
                                                    const ops::Values& inputs,
                                                    const ops::Values& outputs,
                                                    const ops::Values& cotangents,
                                                    uint32_t needed) {
  constexpr std::optional<ops::Values> kNone;
  const ThreadState& state = thread_state();
  // A recorded gradient has to be a call of operators, each with an entry of its own.
  if (!op.slot.elementwise || state.device || (state.modes & kRecording) || outputs.size() != 1 ||
      !cotangents[0].is_tensor() || cotangents[0].tensor()->elements() < kWorthPlanning ||
      precision_of(state.modes) != DType::kFloat32)
    return kNone;
  ops::Values values = inputs;
  values.push_back(outputs[0]);
  values.push_back(cotangents[0]);
  if (!are_dense(values)) return kNone;
  const Found found = program_for({op, attributes, values, {}, needed});
  if (!found.program) return kNone;

  // What is known by its type alone is not read: any array of that type stands for it.
  PoolVector<Ref<Tensor>> arrays, results(found.program->graph().outputs.size());
  for (const ops::Value& value : values) {
    if (value.is_scalar() || !value) continue;
    const Ref<Tensor>& array = value.is_tensor() ? value.tensor() : cotangents[0].tensor();
    if (array->shape() != value.shape() || array->dtype() != value.dtype()) return kNone;
    arrays.push_back(array);
  }
  WEFT_TRY(call_program(*found.program, arrays, results, nullptr, op.name));
  std::optional<ops::Values> gradients(std::in_place, inputs.size());
  size_t next = 0;
  for (size_t i = 0; i < inputs.size(); ++i)
    if (ops::in_set(found.made, i)) (*gradients)[i] = builder.value(std::move(results[next++]));
  return gradients;
}

}  // namespace weft::eager
