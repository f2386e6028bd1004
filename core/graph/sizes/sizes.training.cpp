// generalize(): from the graphs of several examples to one graph with sizes. The graphs must be
// equal but for numbers; each number that differs is fitted by a polynomial.
#include <algorithm>
#include <cstring>
#include <set>

#include "base/errors.h"
#include "graph/sizes/quotients_impl.h"
#include "graph/sizes/sizes.h"

namespace weft::graph {
namespace {

using ops::Argument;
using ops::Tag;

// A node in an error.
std::string name_of_node(const Graph& graph, const Node& node) {
  std::string text = "`" + (node.op ? node.op->name : std::string("control flow")) + "`";
  if (node.line >= 0) text += " at " + graph.lines[static_cast<size_t>(node.line)];
  return text;
}

// The error for a trace that takes another path.
Status another_path(const std::string& where) {
  return errors::invalid_state(
      "trace",
      "a hybridized function ran other operators for another extent that only a run knows (a mask, "
      "nonzero, unique, a dynamic dimension), first at ",
      where, "; Python code must not depend on such extents: use np.where, or do not hybridize");
}

// Do two constants have equal contents? Strided arrays are compared by their box.
bool same_contents(const Tensor& a, const Tensor& b) {
  if (a.dtype() != b.dtype() || a.shape() != b.shape()) return false;
  if (!a.dense() || !b.dense()) return &a.box() == &b.box();
  return a.bytes() == 0 || std::memcmp(a.data(), b.data(), static_cast<size_t>(a.bytes())) == 0;
}

// The place of a number in a node.
SizedNumber operand_at(size_t i) {
  SizedNumber place;
  place.operand = static_cast<int32_t>(i);
  return place;
}
SizedNumber attribute_at(size_t i) {
  SizedNumber place;
  place.attribute = static_cast<int32_t>(i);
  return place;
}

bool is_number(const Argument& a) { return a.tag == Tag::kInt || a.tag == Tag::kFloat; }

using Examples = std::vector<std::vector<int64_t>>;  // by example: the values of the sizes

// Compares the graphs with the first one, which becomes the result.
class Generalizer {
 public:
  Generalizer(std::span<const Graph* const> graphs, const Examples& examples)
      : graphs_(graphs.begin(), graphs.end()),
        examples_(examples),
        result_(*graphs[0]),
        quotients_(graphs, examples) {}
  // Of bodies of node `node` of what `around` compares.
  Generalizer(std::span<const Graph* const> graphs, Generalizer& around, size_t node)
      : Generalizer(graphs, around.examples_) {
    around_ = &around;
    node_ = node;
  }

  Result<Graph> run() {
    for (const Graph* graph : graphs_) WEFT_TRY(check_frame(*graph));
    WEFT_TRY(find_bounds());
    return numbers();
  }

  // For bodies, whose inputs have the types that the graphs around them give.
  Result<Graph> run_body() {
    for (const Graph* graph : graphs_) WEFT_TRY(check_nodes(*graph));
    for (const Graph* graph : graphs_)
      if (first().outputs != graph->outputs || first().inputs != graph->inputs)
        return another_path("a body of control flow");
    return numbers();
  }

 private:
  const Graph& first() const { return *graphs_[0]; }

  // Compares node by node and fits the numbers that differ.
  Result<Graph> numbers() {
    for (size_t n = 0; n < result_.nodes.size(); ++n) WEFT_TRY(compare_node(n));
    return std::move(result_);
  }

  // The nodes must be the same but for numbers.
  Status check_nodes(const Graph& graph) const {
    const size_t nodes = std::min(first().nodes.size(), graph.nodes.size());
    for (size_t n = 0; n < nodes; ++n)
      if (!same_shape(first().nodes[n], graph.nodes[n]))
        return another_path(name_of_node(first(), first().nodes[n]));
    const Graph& longer = first().nodes.size() > nodes ? first() : graph;
    if (longer.nodes.size() > nodes) return another_path(name_of_node(longer, longer.nodes[nodes]));
    return {};
  }

  // What surrounds the nodes must be equal. Nodes are compared first, because an error about a node
  // tells more.
  Status check_frame(const Graph& graph) const {
    WEFT_TRY(check_nodes(graph));
    const auto values = [](const Graph& g) {
      std::vector<ValueId> ids;
      for (const Size& size : g.sizes) {
        ids.push_back(size.value);
        for (const InputAxis& place : size.axes) ids.insert(ids.end(), {place.input, place.axis});
      }
      return ids;
    };
    if (values(first()) != values(graph) || first().outputs != graph.outputs ||
        first().states != graph.states || first().inputs != graph.inputs)
      return another_path("its results");
    for (size_t i = 0; i < graph.inputs.size(); ++i)
      if (!(at_dimensions(graph, i) == first().type(first().inputs[i])))
        return another_path("an array that it made for that number");
    return compare_constants(graph);
  }

  // The type of an input of another example, with the dimensions of the first example.
  TensorType at_dimensions(const Graph& graph, size_t input) const {
    TensorType type = graph.type(graph.inputs[input]);
    for (const Size& size : first().sizes)
      for (const InputAxis& place : size.axes)
        if (static_cast<size_t>(place.input) == input) type.shape[place.axis] = size.example;
    return type;
  }

  // A constant that differs was computed from a size outside the graph.
  Status compare_constants(const Graph& graph) const {
    bool same = first().constants.size() == graph.constants.size();
    for (size_t i = 0; same && i < graph.constants.size(); ++i)
      same = first().constants[i].value == graph.constants[i].value &&
             same_contents(*first().constants[i].content, *graph.constants[i].content);
    return same ? Status() : another_path("an array that it made for that number");
  }

  // Are the two nodes equal but for numbers?
  static bool same_shape(const Node& a, const Node& b) {
    if (a.op != b.op || (a.region >= 0) != (b.region >= 0) || a.outputs != b.outputs ||
        a.operands.size() != b.operands.size() || a.ordinal != b.ordinal || a.effect != b.effect ||
        a.clone_of != b.clone_of)
      return false;
    for (size_t i = 0; i < a.operands.size(); ++i) {
      const Operand &x = a.operands[i], &y = b.operands[i];
      if (x.kind != y.kind || x.value != y.value || x.scalar.tag != y.scalar.tag) return false;
    }
    return true;
  }

  // Fits the bounds of sizes.
  Status find_bounds() {
    for (size_t k = 0; k < result_.sizes.size(); ++k) {
      std::vector<double> values;
      for (size_t g = 0; g < graphs_.size(); ++g)
        values.push_back(graphs_[g]->sizes[k].bound.evaluate(examples_[g]));
      Fit fit = fit_polynomial(values, examples_);
      if (!fit.found) return another_path("the extents of a mask");
      result_.sizes[k].bound = std::move(fit.polynomial);
    }
    return {};
  }

  // Scalars and attributes of one node in all graphs.
  Status compare_node(size_t n) {
    const Node& node = first().nodes[n];
    if (node.region >= 0) return compare_region(n);
    for (size_t i = 0; i < node.operands.size(); ++i)
      if (node.operands[i].is_scalar())
        WEFT_TRY(compare(n, operand_at(i),
                         [&](const Graph& graph) { return graph.nodes[n].operands[i].scalar; }));
    for (size_t i = 0; i < node.attributes.view().size(); ++i)
      WEFT_TRY(compare(n, attribute_at(i),
                       [&](const Graph& graph) { return graph.nodes[n].attributes.view()[i]; }));
    return {};
  }

  const Region& region_of(const Graph& graph, size_t n) const {
    return graph.regions[static_cast<size_t>(graph.nodes[n].region)];
  }

  // The bodies of control flow, each compared as a graph of its own.
  Status compare_region(size_t n) {
    Region& result = result_.regions[static_cast<size_t>(result_.nodes[n].region)];
    for (const Graph* graph : graphs_) WEFT_TRY(check_region(n, region_of(*graph, n), result));
    for (const auto which : {&Region::body, &Region::otherwise}) {
      if (!(result.*which)) continue;
      std::vector<const Graph*> bodies;
      for (const Graph* graph : graphs_) bodies.push_back((region_of(*graph, n).*which).get());
      WEFT_ASSIGN(Graph body, Generalizer(bodies, *this, n).run_body());
      result.*which = std::make_shared<const Graph>(std::move(body));
    }
    return {};
  }

  // A loop that slices arrays runs as often as they have rows, so its number follows from types.
  // Without sliced arrays the number belongs to the loop and may not depend on sizes.
  Status check_region(size_t n, const Region& other, const Region& own) const {
    Loop loop = other.loop;
    if (own.loop.sliced > 0) loop.maximum = own.loop.maximum;
    if (other.kind == own.kind && loop == own.loop) return {};
    loop.maximum = own.loop.maximum;
    if (other.kind == own.kind && loop == own.loop)
      return errors::invalid_state(
          "trace", "the number of iterations of ", name_of_node(first(), first().nodes[n]),
          " must not depend on an extent that only a run knows; give it a fixed maximum");
    return another_path(name_of_node(first(), first().nodes[n]));
  }

  // Compares one number or list; `get` reads it from a graph.
  template <class Get>
  Status compare(size_t n, SizedNumber place, const Get& get) {
    const Argument own = get(first());
    place.node = static_cast<int32_t>(n);
    bool same = true;
    for (const Graph* graph : graphs_) {
      const Argument other = get(*graph);
      // Only lists have a count.
      const bool is_list = own.tag == Tag::kInts;
      if (own.tag != other.tag || (is_list && own.count != other.count)) return no_number(n, place);
      same = same && (own.tag == Tag::kFunction || ops::same_argument(own, other));
    }
    if (same) return {};
    if (own.tag == Tag::kInts) {
      for (size_t e = 0; e < own.count; ++e) {
        place.element = static_cast<int32_t>(e);
        WEFT_TRY(fit(place, [&](const Graph& g) { return static_cast<double>(get(g).ints[e]); }));
      }
      return {};
    }
    if (!is_number(own)) return no_number(n, place);
    return fit(place, [&](const Graph& g) { return get(g).as_double(); });
  }

  // Fits the number and notes it, unless it is the same for all sizes.
  template <class Get>
  Status fit(SizedNumber place, const Get& get) {
    std::vector<double> values;
    for (const Graph* graph : graphs_) values.push_back(get(*graph));
    Fit fit = fit_polynomial(values, examples_);
    if (!fit.found) fit = fit_by_extents(values, static_cast<size_t>(place.node));
    if (!fit.found) return no_number(static_cast<size_t>(place.node), place);
    const std::vector<Term>& terms = fit.polynomial.terms;
    if (terms.empty() || (terms.size() == 1 && terms[0].is_constant())) return {};
    place.number = std::move(fit.polynomial);
    result_.sized.push_back(std::move(place));
    return {};
  }

  // In a body it is extents of the graph around it.
  Fit fit_by_extents(std::span<const double> values, size_t n) {
    if (around_) return around_->fit_by_extents(values, node_);
    return quotients_.fit(values, result_, n);
  }

  // The error for a number that nothing fits.
  Status no_number(size_t n, const SizedNumber& place) const {
    const Node& node = first().nodes[n];
    const std::string what =
        place.operand >= 0
            ? "operand " + std::to_string(place.operand)
            : "`" + node.op->attributes[static_cast<size_t>(place.attribute)].name + "`";
    return errors::invalid_state("trace", what, " of ", name_of_node(first(), node),
                                 " depends on an extent that only a run knows (a mask, nonzero, "
                                 "unique, a dynamic dimension); a graph supports only sums and "
                                 "products of such extents and of extents behind strides; do not "
                                 "hybridize this part");
  }

  const std::vector<const Graph*> graphs_;
  const Examples& examples_;
  Graph result_;
  ExtentQuotients quotients_;
  Generalizer* around_ = nullptr;  // of a body: what the graph around it is compared by
  size_t node_ = 0;                // and the node whose body it is
};

}  // namespace

Result<Graph> generalize(std::span<const Graph* const> examples) {
  for (const Graph* graph : examples)
    if (graph->sizes.size() != examples[0]->sizes.size())
      return another_path("a mask that it uses only for some");
  Examples values;
  for (const Graph* graph : examples) {
    values.emplace_back();
    for (const Size& size : graph->sizes) values.back().push_back(size.example);
  }
  return Generalizer(examples, values).run();
}

// Compares the two expressions pair by pair, back to common values.
bool same_content(const Graph& graph, ValueId a, ValueId b) {
  std::vector<std::pair<ValueId, ValueId>> open{{a, b}};
  std::set<std::pair<ValueId, ValueId>> seen;
  while (!open.empty()) {
    const auto [left, right] = open.back();
    open.pop_back();
    if (left == right || !seen.insert({left, right}).second) continue;
    const Node* const x = graph.producer(left);
    const Node* const y = graph.producer(right);
    if (!x || !y || !x->op || x->op != y->op || x->op->is_random || x->op->has_effect) return false;
    if (graph.values[static_cast<size_t>(left)].output !=
            graph.values[static_cast<size_t>(right)].output ||
        x->operands.size() != y->operands.size() || !(x->attributes == y->attributes))
      return false;
    for (size_t i = 0; i < x->operands.size(); ++i) {
      const Operand &p = x->operands[i], &q = y->operands[i];
      if (p.is_value() && q.is_value())
        open.emplace_back(p.value, q.value);
      else if (!(p == q))
        return false;
    }
  }
  return true;
}

}  // namespace weft::graph
