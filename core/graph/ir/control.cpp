// Types, ordinals and rules of control flow, and the builder's function that adds a node of it.
#include "graph/ir/control.h"

#include <algorithm>

#include "base/errors.h"
#include "graph/ir/graph_builder.h"
#include "graph/ir/verifier.h"

namespace weft::graph {

bool is_control(const Region& region) {
  return region.kind == RegionKind::kLoop || region.kind == RegionKind::kCond;
}

const Region* control_of(const Graph& graph, const Node& node) {
  if (node.region < 0) return nullptr;
  const Region& region = graph.regions[static_cast<size_t>(node.region)];
  return is_control(region) ? &region : nullptr;
}

TensorType body_input_type(const Region& region, size_t operand, const TensorType& type) {
  const bool is_sliced = region.kind == RegionKind::kLoop && operand >= first_sliced(region) &&
                         operand < first_carried(region);
  if (!is_sliced) return type;
  TensorType row{type.dtype, Shape()};
  for (int axis = 1; axis < type.shape.rank(); ++axis) row.shape.push_back(type.shape[axis]);
  return row;
}

std::vector<TensorType> control_output_types(const Region& region) {
  std::vector<TensorType> types = region.body->output_types();
  if (region.kind == RegionKind::kCond) return types;
  const auto carried = static_cast<size_t>(region.loop.carried);
  for (size_t i = carried; i < types.size(); ++i) {
    // can_stack refuses this; here it only must not overflow.
    if (types[i].shape.rank() == kMaxRank) continue;
    Shape stacked{region.loop.maximum};
    for (const int64_t extent : types[i].shape) stacked.push_back(extent);
    types[i].shape = stacked;
  }
  if (region.loop.while_true)
    types.insert(types.begin() + static_cast<std::ptrdiff_t>(carried),
                 TensorType{DType::kInt64, Shape()});
  return types;
}

int64_t ordinals_of(const Region& region) {
  // More than any graph has.
  constexpr int64_t kTooMany = int64_t{1} << 40;
  if (region.kind == RegionKind::kCond)
    return std::max(region.body->ordinals, region.otherwise->ordinals);
  int64_t all = 0;
  const bool overflows = __builtin_mul_overflow(region.loop.maximum, region.body->ordinals, &all);
  return overflows ? kTooMany : std::min(all, kTooMany);
}

// Also true where a body of a body calls the host.
bool runs_on_caller(const Graph& graph, const Node& node) {
  if (node.op) return node.op->runs_on_caller;
  const Region& region = graph.regions[static_cast<size_t>(node.region)];
  for (const auto& body : {region.body, region.otherwise})
    if (body &&
        std::ranges::any_of(body->nodes, [&](const Node& n) { return runs_on_caller(*body, n); }))
      return true;
  return false;
}

namespace {

// Appends the sizes that numbers in this body, and in bodies inside it, follow from.
void add_sizes(const Graph& body, std::vector<int32_t>& sizes) {
  for (const SizedNumber& sized : body.sized)
    for (const Term& term : sized.number.terms)
      term.each_size([&](int32_t size) { sizes.push_back(size); });
  for (const Node& node : body.nodes) {
    const std::vector<int32_t> inner = sizes_in_bodies(body, node);
    sizes.insert(sizes.end(), inner.begin(), inner.end());
  }
}

}  // namespace

std::vector<int32_t> sizes_in_bodies(const Graph& graph, const Node& node) {
  std::vector<int32_t> sizes;
  if (const Region* const region = control_of(graph, node))
    for (const auto& body : {region->body, region->otherwise})
      if (body) add_sizes(*body, sizes);
  return sizes;
}

namespace {

// Results of all iterations get one axis more, for which there must be room.
Status can_stack(const Region& region) {
  if (region.kind != RegionKind::kLoop) return {};
  const Graph& body = *region.body;
  for (size_t i = static_cast<size_t>(region.loop.carried); i < body.outputs.size(); ++i)
    if (body.type(body.outputs[i]).shape.rank() == kMaxRank)
      return errors::rank_too_large("control flow", "results of all iterations", kMaxRank + 1);
  return {};
}

}  // namespace

// ---- the verifier's rule ------------------------------------------------------------------------

namespace {

template <class... Parts>
[[gnu::always_inline]] inline Status broken(const Node& node, const Parts&... parts) {
  const int32_t at = node.outputs.empty() ? -1 : node.outputs[0];
  return errors::invalid_value("graph", "control flow at %", at, parts...);
}

// Slices have as many rows as the loop may run, and carried values keep their types.
Status loop_is_sound(const Graph& graph, const Node& node, const Region& region) {
  const Loop& loop = region.loop;
  const size_t inputs = region.body->inputs.size(), outputs = region.body->outputs.size();
  if (loop.sliced < 0 || loop.carried < 0 || loop.maximum < 0 ||
      static_cast<size_t>(loop.sliced) + static_cast<size_t>(loop.carried) > inputs ||
      static_cast<size_t>(loop.carried) > outputs)
    return broken(node, " must not slice or carry more arrays than its body has");
  if (loop.counted && !(graph.type(node.operands[0].value) == TensorType{DType::kInt64, Shape()}))
    return broken(node, " must have an int64 of rank 0 as its count; got ",
                  ops::to_string(graph.type(node.operands[0].value)));
  for (size_t i = first_sliced(region); i < first_carried(region); ++i) {
    const TensorType& type = graph.type(node.operands[i].value);
    if (type.shape.rank() < 1 || type.shape[0] != loop.maximum)
      return broken(node, " must have ", loop.maximum, " rows in operand ", i, "; got ",
                    ops::to_string(type));
  }
  const Graph& body = *region.body;
  WEFT_TRY(can_stack(region));
  for (int32_t i = 0; i < loop.carried; ++i) {
    const TensorType& before = body.type(body.inputs[static_cast<size_t>(loop.sliced + i)]);
    const TensorType& after = body.type(body.outputs[static_cast<size_t>(i)]);
    if (!(before == after))
      return broken(node, " must keep the type of carried value ", i, ", ", ops::to_string(before),
                    "; got ", ops::to_string(after), " after an iteration");
  }
  const bool has_condition =
      loop.carried > 0 && body.type(body.outputs[0]) == TensorType{DType::kBool, Shape()};
  if (loop.while_true && !has_condition)
    return broken(node, " must carry its condition, a bool of rank 0, as the first value");
  return {};
}

// The rules that hold for every body.
Status body_is_sound(const Node& node, const Graph& body) {
  WEFT_TRY(verify_body(body));
  if (!body.states.empty() || body.effects > 0 || !body.sizes.empty())
    return broken(node, " must have a body without states, effects and sizes");
  return {};
}

}  // namespace

// The node's operands and outputs fit its bodies.
Status control_is_sound(const Graph& graph, const Node& node) {
  const Region& region = graph.regions[static_cast<size_t>(node.region)];
  if (!region.body || (region.kind == RegionKind::kCond) != (region.otherwise != nullptr))
    return broken(node, " must have all its bodies");
  const size_t first = first_body_operand(region);
  for (const auto& body : {region.body, region.otherwise}) {
    if (!body) continue;
    WEFT_TRY(body_is_sound(node, *body));
    if (node.operands.size() != first + body->inputs.size())
      return broken(node, " must have ", first + body->inputs.size(),
                    " operands for its body; got ", node.operands.size());
    for (size_t i = 0; i < node.operands.size(); ++i) {
      if (!node.operands[i].is_value()) return broken(node, " must have an array as operand ", i);
      if (i >= first && !(body->type(body->inputs[i - first]) ==
                          body_input_type(region, i, graph.type(node.operands[i].value))))
        return broken(node, " must have the type of the body's input for operand ", i, ", ",
                      ops::to_string(body->type(body->inputs[i - first])), "; got ",
                      ops::to_string(graph.type(node.operands[i].value)));
    }
  }
  if (region.kind == RegionKind::kLoop) {
    WEFT_TRY(loop_is_sound(graph, node, region));
  } else {
    if (!(graph.type(node.operands[0].value) == TensorType{DType::kBool, Shape()}))
      return broken(node, " must have a bool of rank 0 as its predicate; got ",
                    ops::to_string(graph.type(node.operands[0].value)));
    if (region.body->output_types() != region.otherwise->output_types())
      return broken(node, " must have bodies with results of the same types");
  }
  const std::vector<TensorType> types = control_output_types(region);
  if (types.size() != node.outputs.size())
    return broken(node, " must have ", types.size(), " outputs, as its body has; got ",
                  node.outputs.size());
  for (size_t i = 0; i < types.size(); ++i)
    if (!(types[i] == graph.type(node.outputs[i])))
      return broken(node, ": output ", i, " must be ", ops::to_string(types[i]),
                    ", as its body says; got ", ops::to_string(graph.type(node.outputs[i])));
  return {};
}

// ---- building -----------------------------------------------------------------------------------

Result<Region> with_operand_types(const Region& region, std::span<const TensorType> operands) {
  const size_t first = first_body_operand(region);
  Region result = region;
  if (region.loop.sliced > 0) {
    const Shape& rows = operands[first_sliced(region)].shape;
    if (rows.rank() < 1)
      return errors::invalid_value(
          "graph", "a loop must slice arrays of at least one axis; got one of rank 0");
    // The number of iterations follows from the sliced operands.
    result.loop.maximum = rows[0];
  }
  std::vector<TensorType> inputs;
  for (size_t i = first; i < operands.size(); ++i)
    inputs.push_back(body_input_type(region, i, operands[i]));
  WEFT_ASSIGN(result, with_bodies(result, [&](const Graph& body) {
                return with_input_types(body, inputs);
              }));
  for (int32_t i = 0; i < region.loop.carried; ++i) {
    const TensorType& before = inputs[static_cast<size_t>(region.loop.sliced + i)];
    const TensorType after = result.body->type(result.body->outputs[static_cast<size_t>(i)]);
    if (!(before == after))
      return errors::invalid_value("graph", "a loop must keep the type of carried value ", i, ", ",
                                   ops::to_string(before), "; got ", ops::to_string(after),
                                   " after an iteration");
  }
  return result;
}

// Bodies are shared with other graphs, so a changed body is a new one.
void forget_lines(Graph& graph) {
  graph.lines.clear();
  for (Node& node : graph.nodes) node.line = -1;
  for (Region& region : graph.regions)
    for (std::shared_ptr<const Graph>* body : {&region.body, &region.otherwise}) {
      if (!*body) continue;
      Graph changed = **body;
      forget_lines(changed);
      *body = std::make_shared<const Graph>(std::move(changed));
    }
}

// The node owns the ordinals of all its iterations, whether they run or not.
ops::Values GraphBuilder::add_control(Region region, std::span<const ValueId> operands) {
  const int64_t ordinals = ordinals_of(region);
  if (status().ok() && (ordinals > INT32_MAX || graph_.ordinals + ordinals > INT32_MAX))
    fail(errors::invalid_value("graph", "a loop may draw random numbers at most ", INT32_MAX,
                               " times; got ", ordinals));
  if (const Status stacks = can_stack(region); !stacks.ok()) fail(stacks);
  if (!status().ok()) return ops::Values(control_output_types(region).size(), value(kNoValue));
  Node node;
  for (const ValueId id : operands) node.operands.push_back(Operand::of_value(id));
  node.line = line_;
  node.clone_of = clone_of_;
  node.backward = backward_;
  if (ordinals > 0 && reused_ordinal_ >= 0) {
    node.ordinal = std::exchange(reused_ordinal_, -1);
  } else if (ordinals > 0) {
    node.ordinal = graph_.ordinals;
    graph_.ordinals += static_cast<int32_t>(ordinals);
  }
  const std::vector<TensorType> types = control_output_types(region);
  node.region = graph_.add_region(std::move(region));
  const int32_t index = graph_.add_node(std::move(node), types);
  ops::Values results;
  for (const ValueId id : graph_.nodes[static_cast<size_t>(index)].outputs)
    results.push_back(value(id));
  return results;
}

}  // namespace weft::graph
