// Law: the elementwise node or fused region that makes the rows of a normalisation or a softmax
// becomes one region with it. The region makes some rows and hands them on while they are in the
// caches: the same steps and the same kernel on each row, so the same bits. The rows are stored
// only if something else reads them.
//
// The region stands where its elementwise part stood. What the operator reads besides must be there
// by then, so no order changes and no cycle can arise.
#include <algorithm>

#include "graph/ir/fused.h"
#include "graph/passes/graph_rewrite_impl.h"
#include "graph/passes/passes.h"

namespace weft::graph {
namespace {

// Bytes of a row. Longer rows do not stay in the caches of a core.
constexpr int64_t kMaxRowBytes = int64_t{256} << 10;
// Threads share rows. A few long rows are faster if threads share their elements instead, so with
// fewer rows than this an array of more than kFewElements is left alone.
constexpr int64_t kFewRows = 16;
constexpr int64_t kFewElements = 16384;

// Rewrites one graph.
class Prologues {
 public:
  explicit Prologues(const Graph& graph)
      : graph_(graph), rewrite_(graph), uses_(count_uses(graph)), end_of_(graph.nodes.size(), -1) {}

  // First the makers are found, then the graph is copied.
  Result<Graph> run() {
    std::vector<bool> joined(graph_.nodes.size(), false);
    for (size_t n = 0; n < graph_.nodes.size(); ++n) {
      const int32_t maker = maker_for(graph_.nodes[n]);
      if (maker < 0) continue;
      end_of_[static_cast<size_t>(maker)] = static_cast<int32_t>(n);
      joined[n] = true;
    }
    for (size_t n = 0; n < graph_.nodes.size(); ++n) {
      if (joined[n]) continue;
      if (end_of_[n] < 0)
        rewrite_.copy(graph_.nodes[n]);
      else
        emit(graph_.nodes[n], graph_.nodes[static_cast<size_t>(end_of_[n])]);
    }
    return rewrite_.finish();
  }

 private:
  // The body of a fused region, or null.
  const Graph* region_of(const Node& node) const {
    if (node.op) return nullptr;
    const Region& region = graph_.regions[static_cast<size_t>(node.region)];
    return region.kind == RegionKind::kFused ? region.body.get() : nullptr;
  }
  // An elementwise node, or a fused region without an end of its own.
  bool is_arithmetic(const Node& node) const {
    if (node.op)
      return is_elementwise(node) && std::ranges::any_of(node.operands, &Operand::is_value);
    const Graph* const body = region_of(node);
    return body && !has_reductions(*body) && !row_operator(*body);
  }

  // The node that makes the operator's rows and can take the operator in; -1: there is none.
  int32_t maker_for(const Node& node) const {
    if (!works_on_rows(node) || node.clone_of != kNoValue) return -1;
    const ValueId rows = node.operands[0].value;
    const Value& value = graph_.values[static_cast<size_t>(rows)];
    if (value.origin != Origin::kNode || end_of_[static_cast<size_t>(value.index)] >= 0) return -1;
    const Node& maker = graph_.nodes[static_cast<size_t>(value.index)];
    if (!is_arithmetic(maker) || maker.backward != node.backward) return -1;
    if (!is_worth(value.type) || !fits(maker, node)) return -1;
    for (size_t i = 1; i < node.operands.size(); ++i)
      if (!may_read(maker, value.index, node.operands[i])) return -1;
    return value.index;
  }

  // Does the size of the rows make it worth it?
  static bool is_worth(const TensorType& type) {
    const int64_t elements = type.shape.elements();
    if (elements == 0) return false;
    const int64_t cols = type.shape[type.shape.rank() - 1];
    if (cols * size_of(type.dtype) > kMaxRowBytes) return false;
    return elements / cols >= kFewRows || elements <= kFewElements;
  }

  // Is the operand there when the maker runs, and not an operand of the maker itself?
  bool may_read(const Node& maker, int32_t maker_index, const Operand& operand) const {
    if (!operand.is_value()) return true;
    const Value& value = graph_.values[static_cast<size_t>(operand.value)];
    if (value.origin == Origin::kNode && value.index >= maker_index) return false;
    return std::ranges::find(maker.operands, operand) == maker.operands.end();
  }

  // Counts the arrays of the tile program and its nodes, as if every scalar took an array.
  bool fits(const Node& maker, const Node& node) const {
    size_t arrays = maker.operands.size() + maker.outputs.size() + node.operands.size();
    size_t nodes = 2;
    if (const Graph* const body = region_of(maker)) {
      nodes = body->nodes.size() + 1;
      for (const Node& inner : body->nodes)
        arrays += static_cast<size_t>(std::ranges::count_if(inner.operands, &Operand::is_scalar));
    }
    return arrays <= kMaxFusedArrays && nodes <= kMaxFusedNodes;
  }

  // The input of the body for a value outside; each value has one.
  ValueId input(Graph& body, Node& outer, ValueId value) const {
    const Operand operand = Operand::of_value(value);
    const auto known = std::ranges::find(outer.operands, operand);
    if (known != outer.operands.end())
      return body.inputs[static_cast<size_t>(known - outer.operands.begin())];
    outer.operands.push_back(operand);
    return body.add_input(graph_.type(value));
  }

  // Appends a node to the body.
  static ValueId add(Graph& body, Node node, const TensorType& type) {
    node.line = node.clone_of = -1;
    return body.nodes[static_cast<size_t>(body.add_node(std::move(node), {&type, 1}))].outputs[0];
  }

  // The maker as a region that gives all its results.
  Graph body_of(const Node& maker, Node& outer) const {
    if (const Graph* const body = region_of(maker)) {
      outer.operands = maker.operands;
      return *body;
    }
    Graph body;
    Node copy = maker;
    for (Operand& operand : copy.operands)
      if (operand.is_value()) operand.value = input(body, outer, operand.value);
    body.outputs = {add(body, std::move(copy), graph_.type(maker.outputs[0]))};
    return body;
  }

  // Emits the region of both. The rows are no output if only the operator reads them.
  void emit(const Node& maker, const Node& node) {
    Node outer;
    Graph body = body_of(maker, outer);
    const auto at = static_cast<size_t>(std::ranges::find(maker.outputs, node.operands[0].value) -
                                        maker.outputs.begin());
    std::vector<ValueId> given = maker.outputs;
    Node end = node;
    end.operands[0].value = body.outputs[at];
    for (size_t i = 1; i < end.operands.size(); ++i)
      if (end.operands[i].is_value())
        end.operands[i].value = input(body, outer, end.operands[i].value);
    const ValueId result = add(body, std::move(end), graph_.type(node.outputs[0]));
    if (uses_[static_cast<size_t>(given[at])] == 1) {  // only the operator reads them
      given.erase(given.begin() + static_cast<ptrdiff_t>(at));
      body.outputs.erase(body.outputs.begin() + static_cast<ptrdiff_t>(at));
    }
    given.push_back(node.outputs[0]);
    body.outputs.push_back(result);
    for (Operand& operand : outer.operands) operand = rewrite_.map(operand);
    outer.line = node.line;
    outer.backward = node.backward;
    const std::vector<TensorType> types = body.output_types();
    Graph& to = rewrite_.graph();
    outer.region =
        to.add_region({RegionKind::kFused, std::make_shared<const Graph>(std::move(body))});
    const int32_t index = to.add_node(std::move(outer), types);
    for (size_t i = 0; i < given.size(); ++i)
      rewrite_.set(given[i], to.nodes[static_cast<size_t>(index)].outputs[i]);
  }

  const Graph& graph_;
  GraphRewrite rewrite_;
  const std::vector<int32_t> uses_;
  std::vector<int32_t> end_of_;  // by node: the operator on rows that it takes in, or -1
};

}  // namespace

WEFT_PASS(180, fuse_prologues, kExact, kAfterSplit) {
  return std::ranges::any_of(graph.nodes, works_on_rows) ? Prologues(graph).run() : graph;
}

}  // namespace weft::graph
