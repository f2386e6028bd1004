#include "autograd/composite_program.h"

#include <algorithm>
#include <mutex>
#include <vector>

#include "graph/fused.h"
#include "graph/graph_builder.h"
#include "runtime/thread_state.h"

namespace weft::autograd {
namespace {

using executor::Program;
using ops::Argument;
using ops::TensorType;

constexpr int kMeetings = 4;       // from which on a plan runs
constexpr size_t kMostKept = 256;  // compositions, with what they were called on

// An input of a call: an array's type, a scalar, or nothing.
struct Input {
  TensorType type;
  Argument scalar = Argument::none();
};

struct Entry {
  const ops::OpDef* op;
  ops::Attributes attributes;
  std::vector<int32_t> targets{};
  std::vector<Input> inputs{};
  int meetings = 0;
  Ref<Program> program{};  // null: of other operators, or a single step
  bool runs_at_once = false;
};

bool is_same(const Input& known, const ops::Value& input) {
  if (!input.is_tensor())
    return ops::same_argument(known.scalar, input.is_scalar() ? input.scalar() : Argument()) &&
           known.type.shape.rank() < 0;
  const Tensor& tensor = *input.tensor();
  return known.type.dtype == tensor.dtype() && known.type.shape == tensor.shape();
}

bool is_same(const Entry& entry, const ops::OpDef& op, std::span<const Argument> attributes,
             std::span<const ops::Value> inputs, std::span<const int32_t> targets) {
  return entry.op == &op && std::ranges::equal(entry.targets, targets) &&
         std::ranges::equal(entry.inputs, inputs,
                            [](const Input& a, const ops::Value& b) { return is_same(a, b); }) &&
         std::ranges::equal(entry.attributes.view(), attributes, ops::same_argument);
}

Input described(const ops::Value& input) {
  if (input.is_tensor()) return {{input.tensor()->dtype(), input.tensor()->shape(), {}}, {}};
  return {{{}, Shape::absent(), {}}, input.is_scalar() ? input.scalar() : Argument()};
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

// False for a composite of other operators.
bool make_program(Entry& entry) {
  graph::Graph graph;
  graph::GraphBuilder builder(graph);
  ops::Values values;
  for (const Input& input : entry.inputs) {
    if (input.type.shape.rank() >= 0)
      values.push_back(builder.input(input.type));
    else if (input.scalar.is_scalar())
      values.push_back(ops::Value(&builder, input.scalar));
    else
      values.emplace_back();
  }
  for (const ops::Value& result : builder.emit(*entry.op, values, entry.attributes.view()))
    builder.output(result);
  for (size_t i = 0; i < entry.targets.size(); ++i)
    graph.states.push_back({entry.targets[i], static_cast<int32_t>(i)});
  if (!builder.status().ok()) return true;  // the call will say it
  if (!runs_in_few_passes(graph)) return false;
  const auto is_made = [&](graph::ValueId output) { return graph.producer(output) != nullptr; };
  if (graph.nodes.size() < 2 || !std::ranges::all_of(graph.outputs, is_made)) return true;
  entry.runs_at_once = sums_gradients(graph);
  Result<Ref<Program>> program = Program::create(std::move(graph));
  if (program.ok()) entry.program = program.take();
  return true;
}

struct Kept {
  std::mutex mutex;
  std::vector<Entry> entries;                 // most recently used first
  std::vector<const ops::OpDef*> unsuitable;  // composites of other operators

  Entry* find(const ops::OpDef& op, std::span<const Argument> attributes,
              std::span<const ops::Value> inputs, std::span<const int32_t> targets) {
    const auto found = std::ranges::find_if(entries, [&](const Entry& entry) {
      return is_same(entry, op, attributes, inputs, targets);
    });
    if (found == entries.end()) return nullptr;
    std::rotate(entries.begin(), found, found + 1);
    return &entries.front();
  }
  void insert(Entry entry) {
    if (entries.size() == kMostKept) entries.pop_back();
    entries.insert(entries.begin(), std::move(entry));
  }
};

// One more meeting.
Ref<Program> program_of(Entry& entry) {
  if (entry.meetings < kMeetings) ++entry.meetings;
  return entry.runs_at_once || entry.meetings == kMeetings ? entry.program : Ref<Program>();
}

Kept& kept() {
  static Kept* const instance = new Kept;  // never destroyed: threads may outlive main
  return *instance;
}

// Copies for views would cost a pass, and what a trace or a device holds is not for the CPU.
bool is_dense_array(const ops::Value& input) {
  return input.is_tensor() && !input.tensor()->box().traced() && !input.tensor()->device() &&
         input.tensor()->dense();
}

}  // namespace

Ref<Program> composite_program(const ops::OpDef& op, std::span<const Argument> attributes,
                               std::span<const ops::Value> inputs,
                               std::span<const int32_t> targets) {
  if (thread_state().device || std::ranges::none_of(inputs, is_dense_array)) return {};
  for (const ops::Value& input : inputs)
    if (input.is_tensor() && !is_dense_array(input)) return {};
  {
    const std::lock_guard lock(kept().mutex);
    if (std::ranges::count(kept().unsuitable, &op)) return {};
    if (Entry* const entry = kept().find(op, attributes, inputs, targets))
      return program_of(*entry);
  }
  // A composition may be the user's code, so nothing is locked while it runs.
  Entry entry{&op, ops::Attributes(attributes), {targets.begin(), targets.end()}};
  for (const ops::Value& input : inputs) entry.inputs.push_back(described(input));
  const bool is_suitable = make_program(entry);
  Ref<Program> program = program_of(entry);
  const std::lock_guard lock(kept().mutex);
  if (!is_suitable)
    kept().unsuitable.push_back(&op);
  else if (!kept().find(op, attributes, inputs, targets))
    kept().insert(std::move(entry));
  return program;
}

}  // namespace weft::autograd
