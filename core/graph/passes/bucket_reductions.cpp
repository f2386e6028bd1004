// Law: `all_reduce`s of one dtype, reduction, order and group that no other effect depends on
// become one `all_reduce` of their arrays, flat and one behind the other: the same elements are
// reduced. (Where no order is asked for, a transport may add the shares of an element in an order
// that depends on its place.)
//
// The reductions of a training step's gradients are such. They are joined in the order in which
// their arrays are ready, until a bucket is full, so that the first transfers begin while the
// backward pass still runs. The order follows from the graph alone, so it is the same on all ranks.
// In a bucket, arrays whose bytes are whole cache lines come first: the planner builds each of
// these inside the bucket, and nothing is copied.
#include <algorithm>
#include <map>

#include "base/apart.h"
#include "graph/ir/graph_builder.h"
#include "graph/passes/collectives_impl.h"
#include "graph/passes/graph_rewrite_impl.h"
#include "graph/passes/passes.h"

namespace weft::graph {
namespace {

constexpr int64_t kLine = 64;
constexpr int64_t kShare = 8;  // a bucket takes this part of what is left

// Nodes that one reduction takes the place of.
struct Bucket {
  std::vector<int32_t> members;
  int64_t bytes = 0;
};

class Bucketing {
 public:
  explicit Bucketing(const Graph& graph) : graph_(graph) {
    find_candidates();
    find_ready();
    find_runs();
  }

  // Also where every bucket has one array: their order becomes that in which they are ready.
  bool changes_any() const {
    return std::ranges::any_of(at_, [](const auto& place) {
      const std::vector<Bucket>& buckets = place.second;
      return buckets.size() > 1 || buckets[0].members.size() > 1;
    });
  }

  Result<Graph> run() const {
    GraphRewrite rewrite(graph_);
    GraphBuilder builder(rewrite.graph());
    for (size_t n = 0; n < graph_.nodes.size(); ++n) {
      if (!candidate_[n]) rewrite.copy(graph_.nodes[n]);
      const auto buckets = at_.find(static_cast<int32_t>(n));
      if (buckets == at_.end()) continue;
      for (const Bucket& bucket : buckets->second) WEFT_TRY(emit(bucket, rewrite, builder));
    }
    Graph joined = rewrite.finish();
    number_effects(joined);
    return joined;
  }

 private:
  const Node& node(int32_t n) const { return graph_.nodes[static_cast<size_t>(n)]; }
  const TensorType& type_of(int32_t n) const { return graph_.type(node(n).outputs[0]); }

  // Reductions that no later effect depends on.
  void find_candidates() {
    candidate_.assign(graph_.nodes.size(), false);
    std::vector<bool> leads(graph_.values.size(), false);  // by value: to an effect
    for (size_t n = graph_.nodes.size(); n-- > 0;) {
      const Node& node = graph_.nodes[n];
      const bool any = std::ranges::any_of(
          node.outputs, [&](ValueId id) { return leads[static_cast<size_t>(id)]; });
      candidate_[n] = node.op && node.op->name == "all_reduce" && !any &&
                      node.operands[0].is_value() && graph_.type(node.outputs[0]).bytes() > 0;
      if (!any && node.effect < 0) continue;
      for (const Operand& operand : node.operands)
        if (operand.is_value()) leads[static_cast<size_t>(operand.value)] = true;
    }
  }

  // By node: the position from which on its result could be there. Views take no time.
  void find_ready() {
    ready_.assign(graph_.nodes.size(), -1);
    for (size_t n = 0; n < graph_.nodes.size(); ++n) {
      const Node& node = graph_.nodes[n];
      const bool waits = candidate_[n] || (node.op && (node.op->view_rule || keeps_elements(node)));
      ready_[n] = waits ? -1 : static_cast<int32_t>(n);
      for (const Operand& operand : node.operands) {
        if (!waits || !operand.is_value()) continue;
        const Value& value = graph_.values[static_cast<size_t>(operand.value)];
        if (value.origin == Origin::kNode)
          ready_[n] = std::max(ready_[n], ready_[static_cast<size_t>(value.index)]);
      }
    }
  }

  // A run of candidates ends before the first node that reads one of their results. All its buckets
  // stand where its last member stood.
  void find_runs() {
    std::vector<int32_t> first_reader(graph_.values.size(), INT32_MAX);
    for (size_t n = graph_.nodes.size(); n-- > 0;)
      for (const Operand& operand : graph_.nodes[n].operands)
        if (operand.is_value())
          first_reader[static_cast<size_t>(operand.value)] = static_cast<int32_t>(n);
    std::vector<int32_t> run;
    int32_t end = INT32_MAX;
    for (size_t n = 0; n < graph_.nodes.size(); ++n) {
      if (!candidate_[n]) continue;
      const auto position = static_cast<int32_t>(n);
      if (position > end) {
        fill(run);
        run.clear();
        end = INT32_MAX;
      }
      run.push_back(position);
      end = std::min(end, first_reader[static_cast<size_t>(graph_.nodes[n].outputs[0])]);
    }
    fill(run);
  }

  // Only what has one dtype and one set of attributes can lie in one bucket.
  bool fits(int32_t a, int32_t b) const {
    return type_of(a).dtype == type_of(b).dtype && node(a).attributes == node(b).attributes;
  }

  void fill(const std::vector<int32_t>& run) {
    if (run.empty()) return;
    std::vector<int32_t> order = run;
    std::ranges::stable_sort(order, {}, [&](int32_t n) { return ready_[static_cast<size_t>(n)]; });
    const BucketBytes limits = bucket_bytes();
    int64_t left = 0;
    for (const int32_t n : run) left += type_of(n).bytes();
    // Buckets become smaller towards the end: what is in the last one cannot be hidden.
    const auto limit = [&](bool is_first) {
      return is_first ? limits.first
                      : std::min(limits.others, std::max(limits.first, left / kShare));
    };
    std::vector<Bucket> full, open;
    for (const int32_t n : order) {
      auto bucket =
          std::ranges::find_if(open, [&](const Bucket& one) { return fits(one.members[0], n); });
      if (bucket == open.end()) bucket = open.insert(open.end(), Bucket{});
      bucket->members.push_back(n);
      bucket->bytes += type_of(n).bytes();
      if (bucket->bytes < limit(full.empty())) continue;
      left -= bucket->bytes;
      full.push_back(std::move(*bucket));
      open.erase(bucket);
    }
    full.insert(full.end(), open.begin(), open.end());
    at_[run.back()] = std::move(full);
  }

  // For texts: the line of the first array that was ready, and how many there are.
  std::string line_of(const Bucket& bucket) const {
    const int32_t line = node(bucket.members[0]).line;
    const std::string first = line < 0 ? "" : graph_.lines[static_cast<size_t>(line)] + ", ";
    return first + "a bucket of " + std::to_string(bucket.members.size()) + " arrays";
  }

  // One array is reduced as it is.
  Status emit(const Bucket& bucket, GraphRewrite& rewrite, GraphBuilder& builder) const {
    if (bucket.members.size() == 1) {
      rewrite.copy(node(bucket.members[0]));
      return {};
    }
    std::vector<int32_t> members = bucket.members;
    // Not of std::ranges, where older libraries lack it (base/older_library.h).
    std::stable_partition(members.begin(), members.end(),
                          [&](int32_t n) { return type_of(n).bytes() % kLine == 0; });
    builder.stand_for(node(members[0]));
    builder.set_line(line_of(bucket));
    std::vector<ops::Value> parts;
    for (const int32_t n : members)
      parts.push_back(ops::reshape(builder.value(rewrite.map(node(n).operands[0].value)),
                                   Shape{type_of(n).shape.elements()}));
    const ops::Value joined = ops::concatenate(parts, 0);
    const ops::Value reduced =
        builder.emit(*node(members[0]).op, {&joined, 1}, node(members[0]).attributes.view())[0];
    int64_t at = 0;
    for (const int32_t n : members) {
      const Shape& shape = type_of(n).shape;
      builder.stand_for(node(n));
      const ops::Value part = ops::slice(reduced, 0, at, shape.elements());
      rewrite.set(node(n).outputs[0], ops::reshape(part, shape).id());
      at += shape.elements();
    }
    return builder.status();
  }

  const Graph& graph_;
  std::vector<bool> candidate_;                // by node
  std::vector<int32_t> ready_;                 // by node
  std::map<int32_t, std::vector<Bucket>> at_;  // by the node that they stand behind
};

WEFT_APART Result<Graph> with_buckets(const Graph& graph) {
  const Bucketing bucketing(graph);
  if (!bucketing.changes_any()) return graph;
  return bucketing.run();
}

}  // namespace

WEFT_PASS(155, bucket_reductions, kTolerance, kAfterSplit) {
  if (graph.effects < 2 || bucket_bytes().first <= 0) return graph;
  return with_buckets(graph);
}

}  // namespace weft::graph
