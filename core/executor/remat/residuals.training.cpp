// Chooses what the backward pass starts from, where there is no budget: a minimum cut.
//
// Values of the first part flow to the rest through nodes that it may run again. Each value can be
// cut, at the cost of its bytes, and is then kept. The minimum cut keeps the fewest bytes (H. Yu,
// H. Shi and others, min-cut rematerialisation as in functorch's partitioner, 2022; Ford and
// Fulkerson, 1956; the flow is E. Dinic's, 1970). Of several minimum cuts the one nearest to the
// rest is taken, because it runs the fewest nodes again.
//
// Only nodes that are bound by memory run again: computing an activation where it is read costs
// less than writing, keeping and reading it. So their input is kept instead of everything between
// it and the gradients.
#include <algorithm>
#include <queue>

#include "executor/memory/arena_packing.h"
#include "executor/remat/rematerialize.h"

namespace weft::executor {

using graph::Graph;
using graph::Node;
using graph::Operand;
using graph::Origin;
using graph::ValueId;

namespace {

// A capacity that no cut can pay, and that still can be added without overflow.
constexpr int64_t kUnlimited = INT64_MAX / 4;

// Maximum flow by Dinic's algorithm: blocking flows along shortest paths. Edge e and its reverse
// are e and e ^ 1.
class Flow {
 public:
  explicit Flow(size_t vertices) : edges_of_(vertices), level_(vertices), next_(vertices) {}

  // Adds an edge with its reverse.
  void add(int32_t from, int32_t to, int64_t capacity) {
    edges_of_[static_cast<size_t>(from)].push_back(static_cast<int32_t>(edges_.size()));
    edges_.push_back({to, capacity});
    edges_of_[static_cast<size_t>(to)].push_back(static_cast<int32_t>(edges_.size()));
    edges_.push_back({from, 0});
  }

  // Computes the maximum flow.
  void fill(int32_t source, int32_t sink) {
    while (find_levels(source, sink)) {
      std::ranges::fill(next_, 0);
      while (push(source, sink)) {
      }
    }
  }

  // By vertex: can more flow get from it to the sink? The cut nearest to the sink is between those
  // that can and those that cannot.
  std::vector<bool> reaching(int32_t sink) const {
    std::vector<bool> result(edges_of_.size(), false);
    std::vector<int32_t> pending{sink};
    result[static_cast<size_t>(sink)] = true;
    while (!pending.empty()) {
      const int32_t vertex = pending.back();
      pending.pop_back();
      for (const int32_t e : edges_of_[static_cast<size_t>(vertex)]) {
        const int32_t before = edges_[static_cast<size_t>(e)].to;
        if (result[static_cast<size_t>(before)] || edges_[static_cast<size_t>(e ^ 1)].left == 0)
          continue;
        result[static_cast<size_t>(before)] = true;
        pending.push_back(before);
      }
    }
    return result;
  }

 private:
  struct Edge {
    int32_t to;
    int64_t left;  // capacity that is left
  };

  // Breadth-first distances from the source; false: the sink cannot be reached any more.
  bool find_levels(int32_t source, int32_t sink) {
    std::ranges::fill(level_, -1);
    std::queue<int32_t> pending({source});
    level_[static_cast<size_t>(source)] = 0;
    while (!pending.empty()) {
      const auto vertex = static_cast<size_t>(pending.front());
      pending.pop();
      for (const int32_t e : edges_of_[vertex]) {
        const Edge& edge = edges_[static_cast<size_t>(e)];
        int32_t& level = level_[static_cast<size_t>(edge.to)];
        if (edge.left == 0 || level >= 0) continue;
        level = level_[vertex] + 1;
        pending.push(edge.to);
      }
    }
    return level_[static_cast<size_t>(sink)] >= 0;
  }

  // Sends flow along one shortest path. It has no recursion, because graphs are deep.
  bool push(int32_t source, int32_t sink) {
    std::vector<int32_t> path;  // edges
    int32_t vertex = source;
    while (vertex != sink) {
      const auto v = static_cast<size_t>(vertex);
      if (next_[v] < edges_of_[v].size()) {
        const int32_t e = edges_of_[v][next_[v]];
        const Edge& edge = edges_[static_cast<size_t>(e)];
        if (edge.left > 0 && level_[static_cast<size_t>(edge.to)] == level_[v] + 1) {
          path.push_back(e);
          vertex = edge.to;
        } else {
          ++next_[v];
        }
      } else {
        if (path.empty()) return false;
        vertex = edges_[static_cast<size_t>(path.back() ^ 1)].to;
        ++next_[static_cast<size_t>(vertex)];
        path.pop_back();
      }
    }
    int64_t minimum = kUnlimited;
    for (const int32_t e : path) minimum = std::min(minimum, edges_[static_cast<size_t>(e)].left);
    for (const int32_t e : path) {
      edges_[static_cast<size_t>(e)].left -= minimum;
      edges_[static_cast<size_t>(e ^ 1)].left += minimum;
    }
    return true;
  }

  std::vector<Edge> edges_;
  std::vector<std::vector<int32_t>> edges_of_;
  std::vector<int32_t> level_;  // by vertex: distance from the source
  std::vector<size_t> next_;    // by vertex: its first edge that is worth trying
};

// The flow network of a graph. Value i has the vertices 2i and 2i + 1, and the edge between them
// has the value's bytes as capacity: cutting it means to keep the value.
class Cut {
 public:
  Cut(const Graph& graph, const ForwardPart& first)
      : graph_(graph),
        first_(first),
        is_first_(graph.nodes.size(), false),
        again_(recomputed_light(graph, first)) {
    for (const int32_t n : first.nodes) is_first_[static_cast<size_t>(n)] = true;
  }

  // Views cost nothing, so they are never kept themselves. A value that may not run again hangs on
  // the source.
  std::vector<bool> run() {
    std::vector<bool> rematerialized(graph_.nodes.size(), false);
    const std::vector<ValueId> read = read_by_the_rest();
    collect(read);
    Flow flow(2 * values_.size() + 2);
    const auto source = static_cast<int32_t>(2 * values_.size()), sink = source + 1;
    for (size_t i = 0; i < values_.size(); ++i) {
      const ValueId id = values_[i];
      const Node& node = *graph_.producer(id);
      const auto in = static_cast<int32_t>(2 * i);
      const bool is_view = node.op && node.op->view_rule;
      flow.add(in, in + 1, is_view ? kUnlimited : aligned(graph_.type(id).bytes()));
      if (!again(id)) {
        flow.add(source, in, kUnlimited);
        continue;
      }
      for (const Operand& operand : node.operands)
        if (const int32_t from = index_of(operand); from >= 0)
          flow.add(2 * from + 1, in, kUnlimited);
    }
    for (const ValueId id : read)
      flow.add(2 * index_[static_cast<size_t>(id)] + 1, sink, kUnlimited);
    flow.fill(source, sink);
    const std::vector<bool> reaches = flow.reaching(sink);
    for (size_t i = 0; i < values_.size(); ++i)
      if (again(values_[i]) && reaches[2 * i])
        rematerialized[static_cast<size_t>(graph_.values[static_cast<size_t>(values_[i])].index)] =
            true;
    return rematerialized;
  }

 private:
  // Is it computed in the first part, and not an output, which is kept anyway?
  bool is_computed(ValueId id) const {
    const graph::Value& value = graph_.values[static_cast<size_t>(id)];
    return value.origin == Origin::kNode && !first_.leaves[static_cast<size_t>(id)] &&
           is_first_[static_cast<size_t>(value.index)];
  }
  // May the node of this value run again?
  bool again(ValueId id) const {
    return again_[static_cast<size_t>(graph_.values[static_cast<size_t>(id)].index)];
  }
  int32_t index_of(const Operand& operand) const {
    return operand.is_value() ? index_[static_cast<size_t>(operand.value)] : -1;
  }

  // The values of the first part that the rest reads, each once.
  std::vector<ValueId> read_by_the_rest() const {
    std::vector<ValueId> read;
    for (size_t n = 0; n < graph_.nodes.size(); ++n)
      for (const Operand& operand : graph_.nodes[n].operands)
        if (!is_first_[n] && operand.is_value() && is_computed(operand.value))
          read.push_back(operand.value);
    std::ranges::sort(read);
    read.erase(std::unique(read.begin(), read.end()), read.end());
    return read;
  }

  // Numbers the values that the rest reads, and those that they may be computed from.
  void collect(const std::vector<ValueId>& read) {
    index_.resize(graph_.values.size(), -1);
    std::vector<ValueId> pending = read;
    while (!pending.empty()) {
      const ValueId id = pending.back();
      pending.pop_back();
      if (index_[static_cast<size_t>(id)] >= 0) continue;
      index_[static_cast<size_t>(id)] = static_cast<int32_t>(values_.size());
      values_.push_back(id);
      if (!again(id)) continue;
      for (const Operand& operand : graph_.producer(id)->operands)
        if (operand.is_value() && is_computed(operand.value)) pending.push_back(operand.value);
    }
  }

  const Graph& graph_;
  const ForwardPart& first_;
  std::vector<bool> is_first_, again_;  // by node
  std::vector<int32_t> index_;          // by value: its number in the flow, or -1
  std::vector<ValueId> values_;
};

}  // namespace

// Three kinds are left out. Products, however few bytes they have: their kernels may not reach the
// speed that the cost model assumes. Control flow, whose cost is unknown. And nodes whose result
// waits while a product runs and is then read by a light node: to run these again would lead from
// one layer to the layer before it, and so on to the first.
std::vector<bool> recomputed_light(const Graph& graph, const ForwardPart& first) {
  std::vector<bool> again(graph.nodes.size(), false);
  std::vector<int32_t> heavy(first.nodes.size() + 1, 0);  // by position: heavy nodes before it
  std::vector<int32_t> position(graph.nodes.size(), -1);
  for (size_t p = 0; p < first.nodes.size(); ++p) {
    const auto n = static_cast<size_t>(first.nodes[p]);
    const Node& node = graph.nodes[n];
    const bool light =
        node.op && node.op->precision != ops::Precision::kNarrow && is_light(graph, node);
    position[n] = static_cast<int32_t>(p);
    heavy[p + 1] = heavy[p] + !light;
    again[n] = light && node.outputs.size() == 1 && node.op && !node.op->is_random &&
               may_recompute(graph, node, first);
  }
  std::vector<bool> result = again;
  for (size_t p = 0; p < first.nodes.size(); ++p) {
    const auto n = static_cast<size_t>(first.nodes[p]);
    if (!again[n] || graph.nodes[n].op->view_rule) continue;
    for (const Operand& operand : graph.nodes[n].operands) {
      const Node* const producer = operand.is_value() ? graph.producer(operand.value) : nullptr;
      if (!producer || !producer->op || producer->op->view_rule) continue;
      const auto before = static_cast<size_t>(producer - graph.nodes.data());
      const int32_t made = position[before];
      if (made >= 0 && heavy[p] > heavy[static_cast<size_t>(made) + 1]) result[before] = false;
    }
  }
  return result;
}

std::vector<bool> fewest_residuals(const Graph& graph, const ForwardPart& first) {
  if (first.nodes.empty()) return std::vector<bool>(graph.nodes.size(), false);
  return Cut(graph, first).run();
}

}  // namespace weft::executor
