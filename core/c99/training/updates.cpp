// Finds the parameters of a training step and cuts its graph to a part of them. All of it is
// reachability: which values lead to which outputs.
#include "c99/training/updates.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "base/errors.h"

namespace weft::c99 {

using graph::Graph;
using graph::Node;
using graph::StatePair;
using graph::ValueId;

namespace {

// Extends the marks: a value is marked if a marked value depends on it. Nodes are in topological
// order, so one pass backwards is enough.
void mark_what_leads_to(const Graph& graph, std::vector<bool>& marked) {
  for (size_t n = graph.nodes.size(); n-- > 0;) {
    const Node& node = graph.nodes[n];
    if (std::ranges::none_of(node.outputs,
                             [&](ValueId id) { return marked[static_cast<size_t>(id)]; }))
      continue;
    for (const graph::Operand& operand : node.operands)
      if (operand.is_value()) marked[static_cast<size_t>(operand.value)] = true;
  }
}

// The values that these depend on.
std::vector<bool> needed_for(const Graph& graph, const std::vector<ValueId>& values) {
  std::vector<bool> marked(graph.values.size(), false);
  for (const ValueId id : values) marked[static_cast<size_t>(id)] = true;
  mark_what_leads_to(graph, marked);
  return marked;
}

ValueId old_content(const Graph& graph, const StatePair& state) {
  return graph.inputs[static_cast<size_t>(state.input)];
}

// Is the new content the old one? A rate that the step only reads is written back unchanged, so
// that files have it as a state.
bool is_kept(const Graph& graph, const StatePair& state) {
  ValueId id = graph.outputs[static_cast<size_t>(state.output)];
  for (const Node* node = graph.producer(id); node; node = graph.producer(id)) {
    if (!node->op || node->op->name != "copy" || !node->operands[0].is_value()) return false;
    id = node->operands[0].value;
  }
  return id == old_content(graph, state);
}

// The index of the first node that reads a value.
size_t first_reader(const Graph& graph, ValueId id) {
  const auto reads = [&](const Node& node) {
    return std::ranges::any_of(node.operands, [&](const graph::Operand& operand) {
      return operand.is_value() && operand.value == id;
    });
  };
  return static_cast<size_t>(std::ranges::find_if(graph.nodes, reads) - graph.nodes.begin());
}

// The outputs that are no new contents of states: the loss and what else the step returns.
std::vector<ValueId> results_of(const Graph& graph) {
  std::vector<bool> is_state(graph.outputs.size(), false);
  for (const StatePair& state : graph.states) is_state[static_cast<size_t>(state.output)] = true;
  std::vector<ValueId> results;
  for (size_t i = 0; i < graph.outputs.size(); ++i)
    if (!is_state[i]) results.push_back(graph.outputs[i]);
  return results;
}

// Does a name match a pattern, in which `*` stands for any characters?
bool matches(std::string_view pattern, std::string_view name) {
  const size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == name;
  if (!name.starts_with(pattern.substr(0, star))) return false;
  const std::string_view rest = pattern.substr(star + 1);
  for (size_t at = star; at <= name.size(); ++at)
    if (matches(rest, name.substr(at))) return true;
  return false;
}

// The prefix that the names of a layer's parameters share: all before the last dot.
std::string_view layer_of(std::string_view name) { return name.substr(0, name.rfind('.') + 1); }

}  // namespace

Graph with_changed_states(const Graph& graph) {
  Graph changed = graph;
  changed.outputs = results_of(graph);
  changed.states.clear();
  for (const StatePair& state : graph.states) {
    if (is_kept(graph, state)) continue;
    changed.states.push_back({state.input, static_cast<int32_t>(changed.outputs.size())});
    changed.outputs.push_back(graph.outputs[static_cast<size_t>(state.output)]);
  }
  return changed;
}

// Parameters are the floating states that the results depend on. They are sorted by their first
// reader in the forward pass, the last one first: that is the order of nearness to the loss.
Updates::Updates(const model::Model& model, const model::Entry& run, const model::Entry& step)
    : run_(run), step_(step) {
  const Graph& graph = step.program->graph();
  const std::vector<bool> used = needed_for(graph, results_of(graph));
  for (size_t k = 0; k < graph.states.size(); ++k) {
    const ValueId old = old_content(graph, graph.states[k]);
    const graph::TensorType& type = graph.type(old);
    if (!used[static_cast<size_t>(old)] || !is_floating(type.dtype)) continue;
    parameters_.push_back({model.tensors()[static_cast<size_t>(tensor_of(k))].name, k,
                           first_reader(graph, old), type.bytes()});
  }
  std::ranges::stable_sort(parameters_, [](const Parameter& a, const Parameter& b) {
    return a.reader != b.reader ? a.reader > b.reader : a.bytes < b.bytes;
  });
}

int32_t Updates::tensor_of(size_t state) const {
  const StatePair& pair = step_.program->graph().states[state];
  return step_.captures[static_cast<size_t>(pair.input) - step_.inputs.size()];
}

bool Updates::is_parameter(size_t state) const {
  return std::ranges::any_of(parameters_, [&](const Parameter& p) { return p.state == state; });
}

// ---- which

// Marks the parameters that a pattern names; false: there are none.
bool Updates::names_any(std::string_view pattern, std::vector<bool>& chosen) const {
  constexpr std::string_view kLast = "last:";
  size_t layers = 0;
  if (pattern.starts_with(kLast)) {
    const std::string_view digits = pattern.substr(kLast.size());
    const auto end = digits.data() + digits.size();
    if (std::from_chars(digits.data(), end, layers).ptr != end || layers == 0) return false;
  }
  std::set<std::string_view> seen;
  bool any = false;
  for (size_t k = 0; k < parameters_.size(); ++k) {
    const std::string& name = parameters_[k].name;
    seen.insert(layer_of(name));
    const bool is_meant = layers ? seen.size() <= layers : matches(pattern, name);
    if (is_meant) chosen[k] = any = true;
  }
  return any;
}

Result<std::vector<size_t>> Updates::matching(std::string_view patterns) const {
  const std::string where = "compile: entry `" + step_.name + "`";
  if (parameters_.empty())
    return errors::invalid_value(where,
                                 "it trains no parameter: none of its results depends on an array "
                                 "that it changes; export a step of `trainer.compile`");
  std::vector<bool> chosen(parameters_.size(), false);
  for (std::string_view rest = patterns;;) {
    const size_t comma = rest.find(',');
    const std::string_view pattern = rest.substr(0, comma);
    if (!names_any(pattern, chosen)) {
      std::string known;
      for (const Parameter& p : parameters_) known += (known.empty() ? "" : ", ") + p.name;
      return errors::invalid_value(where,
                                   "`train` must name parameters that the step updates; got `",
                                   pattern, "`; it updates ", known);
    }
    if (comma == std::string_view::npos) break;
    rest = rest.substr(comma + 1);
  }
  std::vector<size_t> found;
  for (size_t k = 0; k < chosen.size(); ++k)
    if (chosen[k]) found.push_back(k);
  return found;
}

// ---- a part

// Which states change: the parameters that are trained, states of the run that are no parameters
// (running statistics), and whatever these need in turn.
Updates::Part Updates::part_for(const std::vector<size_t>& trained) const {
  const Graph& graph = step_.program->graph();
  std::vector<bool> changes(graph.states.size(), false);
  for (const size_t k : trained) changes[parameters_[k].state] = true;
  const auto is_read_by_run = [&](size_t state) {
    return !is_parameter(state) && std::ranges::count(run_.captures, tensor_of(state)) > 0;
  };
  for (size_t k = 0; k < changes.size(); ++k)
    if (is_read_by_run(k)) changes[k] = true;
  // New contents read the old contents of moments and rates, so these change, too. Repeat until
  // nothing is added.
  for (bool grows = true; grows;) {
    grows = false;
    std::vector<ValueId> wanted = results_of(graph);
    for (size_t k = 0; k < changes.size(); ++k)
      if (changes[k]) wanted.push_back(graph.outputs[static_cast<size_t>(graph.states[k].output)]);
    const std::vector<bool> needed = needed_for(graph, wanted);
    for (size_t k = 0; k < changes.size(); ++k) {
      const ValueId old = old_content(graph, graph.states[k]);
      if (changes[k] || is_parameter(k) || !needed[static_cast<size_t>(old)]) continue;
      changes[k] = grows = true;
    }
  }
  Part part{graph, {}};
  part.graph.outputs = results_of(graph);
  part.graph.states.clear();
  for (size_t k = 0; k < changes.size(); ++k) {
    if (!changes[k]) continue;
    const StatePair& state = graph.states[k];
    part.tensors.push_back(tensor_of(k));
    if (is_kept(graph, state)) continue;
    part.graph.states.push_back({state.input, static_cast<int32_t>(part.graph.outputs.size())});
    part.graph.outputs.push_back(graph.outputs[static_cast<size_t>(state.output)]);
  }
  return part;
}

}  // namespace weft::c99
