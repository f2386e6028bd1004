// The verifier's rules, from the definition of values to sizes. A rule may rely on those before it
// in the table: for example, indices are in range once "definitions come before uses" holds.
#include "graph/ir/verifier.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_set>

#include "base/errors.h"
#include "graph/ir/control.h"
#include "graph/ir/fused.h"
#include "graph/partition/row_tiles.h"
#include "ops/registry.h"
#include "weft_parts.h"

namespace weft::graph {
namespace {

// A node in an error: operator, first output, source line.
std::string label(const Graph& graph, const Node& node) {
  const std::string op = node.op ? node.op->name : "region";
  const std::string at = node.outputs.empty() ? "?" : std::to_string(node.outputs[0]);
  std::string text = op + " at %" + at;
  if (node.line >= 0 && static_cast<size_t>(node.line) < graph.lines.size())
    text += " (" + graph.lines[static_cast<size_t>(node.line)] + ")";
  return text;
}

template <class... Parts>
[[gnu::always_inline]] inline Status broken(const Parts&... parts) {
  return errors::invalid_value("graph", parts...);
}

// Is the index below `size`, and not negative?
bool in_range(int64_t index, size_t size) {
  return index >= 0 && static_cast<uint64_t>(index) < size;
}

// Every value is defined exactly once, by the input, constant or node that it names.
Status values_are_defined_once(const Graph& graph) {
  std::vector<int32_t> definitions(graph.values.size(), 0);
  const auto define = [&](ValueId id, Origin origin, size_t index, size_t output) {
    if (!in_range(id, graph.values.size())) return false;
    const Value& value = graph.values[static_cast<size_t>(id)];
    return ++definitions[static_cast<size_t>(id)] == 1 && value.origin == origin &&
           value.index == static_cast<int32_t>(index) &&
           value.output == static_cast<int32_t>(output);
  };
  for (size_t i = 0; i < graph.inputs.size(); ++i)
    if (!define(graph.inputs[i], Origin::kInput, i, 0))
      return broken("input ", i, " must be the only definition of value %", graph.inputs[i]);
  for (size_t i = 0; i < graph.constants.size(); ++i)
    if (!define(graph.constants[i].value, Origin::kConstant, i, 0))
      return broken("constant ", i, " must be the only definition of value %",
                    graph.constants[i].value);
  for (size_t n = 0; n < graph.nodes.size(); ++n)
    for (size_t i = 0; i < graph.nodes[n].outputs.size(); ++i)
      if (!define(graph.nodes[n].outputs[i], Origin::kNode, n, i))
        return broken("output ", i, " of node ", n, " must be the only definition of value %",
                      graph.nodes[n].outputs[i]);
  for (size_t id = 0; id < definitions.size(); ++id)
    if (definitions[id] != 1)
      return broken("value %", id, " must have one definition; got ", definitions[id]);
  return {};
}

// A node reads only values that are defined before it: the order is topological, so there is no
// cycle.
Status definitions_come_before_uses(const Graph& graph) {
  for (size_t n = 0; n < graph.nodes.size(); ++n) {
    for (const Operand& operand : graph.nodes[n].operands) {
      if (!operand.is_value()) continue;
      if (!in_range(operand.value, graph.values.size()))
        return broken(label(graph, graph.nodes[n]), " reads value %", operand.value,
                      ", which does not exist");
      const Value& value = graph.values[static_cast<size_t>(operand.value)];
      if (value.origin == Origin::kNode && value.index >= static_cast<int32_t>(n))
        return broken(label(graph, graph.nodes[n]), " reads value %", operand.value,
                      " before it is defined");
    }
  }
  for (ValueId id : graph.outputs)
    if (!in_range(id, graph.values.size()))
      return broken("output %", id, " must be a value of the graph; it does not exist");
  return {};
}

// Known dtypes, ranks and element counts; constants have the type of their content.
Status types_are_sound(const Graph& graph) {
  for (size_t id = 0; id < graph.values.size(); ++id) {
    const TensorType& type = graph.values[id].type;
    const std::string name = "%" + std::to_string(id);
    if (!is_known(type.dtype))
      return broken("value ", name, " must have a known dtype; got number ",
                    static_cast<int64_t>(type.dtype));
    if (type.shape.rank() < 0 || type.shape.rank() > kMaxRank)
      return broken("value ", name, " must have a rank in [0, ", kMaxRank, "]; got ",
                    type.shape.rank());
    WEFT_TRY(checked_elements(type.shape.span(), "graph", name).status());
  }
  WEFT_TRY(verify_bytes(graph));
  for (const Constant& constant : graph.constants) {
    const TensorType& type = graph.type(constant.value);
    if (!constant.content || constant.content->dtype() != type.dtype ||
        !(constant.content->shape() == type.shape))
      return broken("constant %", constant.value, " must have the type of its content");
  }
  return {};
}

// Numbers of operands, outputs and attributes are those of the schema.
Status arity_fits(const Graph& graph, const Node& node) {
  const ops::OpDef& op = *node.op;
  if (!op.takes_list() && node.operands.size() != op.inputs.size())
    return broken(label(graph, node), " must have ", op.inputs.size(), " operands; got ",
                  node.operands.size());
  WEFT_TRY(ops::check_input_count(op, node.operands.size()));
  for (size_t i = 0; i < node.operands.size(); ++i)
    if (node.operands[i].kind == Operand::Kind::kAbsent && !op.input_at(i).optional)
      return broken(label(graph, node), " must have its operand `", op.input_name(i), "`");
  if (!op.output_rule && static_cast<int>(node.outputs.size()) != op.output_count)
    return broken(label(graph, node), " must have ", op.output_count, " outputs; got ",
                  node.outputs.size());
  if (node.attributes.view().size() != op.attributes.size())
    return broken(label(graph, node), " must have ", op.attributes.size(), " attributes; got ",
                  node.attributes.view().size());
  return {};
}

// A node has an operator or a region, and a result or an effect.
Status nodes_fit_their_operators(const Graph& graph) {
  for (const Node& node : graph.nodes) {
    if ((node.op == nullptr) == (node.region < 0))
      return broken(label(graph, node), " must have either an operator or a region");
    if (node.outputs.empty() && !(node.op && node.op->has_effect))
      return broken(label(graph, node), " must have a result or an effect; got neither");
    if (node.line >= static_cast<int32_t>(graph.lines.size()))
      return broken(label(graph, node), " must name an existing source line; got ", node.line);
    if (!node.op) continue;
    WEFT_TRY(arity_fits(graph, node));
    if (!node.op->slot.run && node.op->composition)
      return broken(label(graph, node),
                    " must be a primitive; it is a composite, which the graph must expand");
  }
  return {};
}

// Operands have the dtypes that the kernel wants, and the types of outputs are those of inference.
Status types_are_inferred(const Graph& graph) {
  for (const Node& node : graph.nodes) {
    if (!node.op) continue;
    std::vector<ops::Argument> complete(node.op->attributes.size());
    WEFT_TRY(ops::complete_attributes(*node.op, node.attributes.view(), complete));
    WEFT_ASSIGN(std::vector<TensorType> in, operand_types(graph, node));
    std::vector<DType> promoted(in.size());
    auto weak = std::make_unique<bool[]>(in.size());
    for (size_t i = 0; i < in.size(); ++i) weak[i] = node.operands[i].is_scalar();
    WEFT_TRY(ops::promote_inputs(*node.op, in, {weak.get(), in.size()}, promoted));
    for (size_t i = 0; i < in.size(); ++i)
      if (node.operands[i].is_value() && promoted[i] != in[i].dtype)
        return broken(label(graph, node), ": operand ", i, " must be cast to ", promoted[i],
                      "; got ", in[i].dtype);
    WEFT_ASSIGN(ops::Types out, ops::infer(*node.op, in, complete));
    if (node.outputs.size() != out.size())
      return broken(label(graph, node), " must have ", out.size(),
                    " outputs, as inference says; got ", node.outputs.size());
    for (size_t i = 0; i < node.outputs.size(); ++i)
      if (!(out[i] == graph.type(node.outputs[i])))
        return broken(label(graph, node), ": output ", i, " must be ", to_string(out[i]),
                      ", as inference says; got ", to_string(graph.type(node.outputs[i])));
  }
  return {};
}

// Names of values, which files and users refer to.
Status names_are_unique(const Graph& graph) {
  std::unordered_set<std::string_view> seen;
  for (const Value& value : graph.values)
    if (!value.name.empty() && !seen.insert(value.name).second)
      return broken("names of values must be distinct; got `", value.name, "` twice");
  return {};
}

// Each input and output is in at most one pair, and the two have one type.
Status states_pair_equal_types(const Graph& graph) {
  std::vector<bool> inputs(graph.inputs.size(), false), outputs(graph.outputs.size(), false);
  for (const StatePair& state : graph.states) {
    if (!in_range(state.input, graph.inputs.size()) ||
        !in_range(state.output, graph.outputs.size()))
      return broken("state ", state.input, " -> ", state.output,
                    " must pair an existing input and output");
    if (inputs[static_cast<size_t>(state.input)] || outputs[static_cast<size_t>(state.output)])
      return broken("state ", state.input, " -> ", state.output,
                    " must not use an input or output of another pair");
    inputs[static_cast<size_t>(state.input)] = outputs[static_cast<size_t>(state.output)] = true;
    if (!(graph.type(graph.inputs[static_cast<size_t>(state.input)]) ==
          graph.type(graph.outputs[static_cast<size_t>(state.output)])))
      return broken("state ", state.input, " -> ", state.output,
                    " must pair values of the same type");
  }
  return {};
}

// Two draws never share an ordinal, unless one is a clone of the other. A loop owns a range of
// ordinals.
Status ordinals_are_distinct(const Graph& graph) {
  std::map<int32_t, int64_t> seen;  // from the first ordinal of a range to one past its last
  for (const Node& node : graph.nodes) {
    const Region* const control = control_of(graph, node);
    const int64_t count = control ? ordinals_of(*control) : node.op && node.op->is_random ? 1 : 0;
    const bool random = count > 0;
    if (random != (node.ordinal >= 0))
      return broken(label(graph, node),
                    random ? " must have an ordinal, because it is random"
                           : " must not have an ordinal, because it is not random");
    if (!random) continue;
    if (node.ordinal + count > graph.ordinals)
      return broken(label(graph, node), " must have ordinals below ", graph.ordinals, "; got ",
                    node.ordinal + count - 1);
    if (node.clone_of != kNoValue) continue;
    const auto next = seen.lower_bound(node.ordinal);
    const bool overlaps = (next != seen.end() && next->first < node.ordinal + count) ||
                          (next != seen.begin() && std::prev(next)->second > node.ordinal);
    if (overlaps)
      return broken(label(graph, node), " must have an ordinal of its own; got ", node.ordinal,
                    " a second time");
    seen.emplace(node.ordinal, node.ordinal + count);
  }
  return {};
}

// Nodes with an effect stand in the order of their numbers; none is missing, occurs twice or is a
// clone.
Status effects_keep_their_order(const Graph& graph) {
  int32_t next = 0;
  for (const Node& node : graph.nodes) {
    const bool has = node.op && node.op->has_effect;
    if (has != (node.effect >= 0))
      return broken(label(graph, node),
                    has ? " must have a number, because it has an effect"
                        : " must not have the number of an effect, because it has none");
    if (!has) continue;
    if (node.effect != next++)
      return broken(label(graph, node), " must have effect ", next - 1,
                    " in the order of effects; got ", node.effect);
    if (node.clone_of != kNoValue)
      return broken(label(graph, node), " must not be a clone, because it has an effect");
  }
  if (next != graph.effects)
    return broken("the graph must have ", graph.effects, " effects; got ", next);
  return {};
}

// A clone comes after its original.
Status clones_are_of_earlier_values(const Graph& graph) {
  for (const Node& node : graph.nodes)
    if (node.clone_of != kNoValue && (!in_range(node.clone_of, graph.values.size()) ||
                                      (!node.outputs.empty() && node.clone_of >= node.outputs[0])))
      return broken(label(graph, node), " must be a clone of an earlier value; got %",
                    node.clone_of);
  return {};
}

// No node of the forward pass reads a gradient.
Status nothing_waits_for_what_follows_gradients(const Graph& graph) {
  for (const Node& node : graph.nodes) {
    if (node.backward) continue;
    for (const Operand& operand : node.operands) {
      const Node* const producer = operand.is_value() ? graph.producer(operand.value) : nullptr;
      if (producer && producer->backward)
        return broken(label(graph, node), " belongs to the forward pass, so it must not read %",
                      operand.value, " of the backward pass");
    }
  }
  return {};
}

// Each kind of region has rules of its own.
Status regions_are_sound(const Graph& graph) {
  for (const Node& node : graph.nodes) {
    if (node.op) continue;
    if (!in_range(node.region, graph.regions.size()))
      return broken(label(graph, node), " must name an existing region; got number ", node.region);
    const Region& region = graph.regions[static_cast<size_t>(node.region)];
    if (WEFT_KEEPS_control && is_control(region))
      WEFT_TRY(control_is_sound(graph, node));
    else if (WEFT_KEEPS_rows && region.kind == RegionKind::kRowTiles)
      WEFT_TRY(row_tiles_are_sound(graph, node));
    else if (WEFT_KEEPS_tiles && region.kind == RegionKind::kFused)
      WEFT_TRY(fused_is_sound(graph, node));
    else
      return broken(label(graph, node),
                    " has a kind of region that this build of Weft does not support");
  }
  return {};
}

// Does the polynomial depend only on sizes with smaller numbers?
bool refers_below(const Polynomial& polynomial, size_t sizes) {
  bool below = true;
  for (const Term& term : polynomial.terms) {
    term.each_size([&](int32_t size) { below = below && in_range(size, sizes); });
    for (const Quotient& quotient : term.quotients) below = below && quotient.divisor > 0;
  }
  return below;
}

// The number in a node that follows from sizes; null where there is none at that place.
const ops::Argument* number_at(const Graph& graph, const SizedNumber& sized) {
  if (!in_range(sized.node, graph.nodes.size())) return nullptr;
  const Node& node = graph.nodes[static_cast<size_t>(sized.node)];
  if (sized.operand >= 0) {
    if (sized.attribute >= 0 || !in_range(sized.operand, node.operands.size())) return nullptr;
    const Operand& operand = node.operands[static_cast<size_t>(sized.operand)];
    return operand.is_scalar() ? &operand.scalar : nullptr;
  }
  if (!in_range(sized.attribute, node.attributes.view().size())) return nullptr;
  const ops::Argument& attribute = node.attributes.view()[static_cast<size_t>(sized.attribute)];
  const bool is_list = attribute.tag == ops::Tag::kInts;
  if (is_list ? !in_range(sized.element, attribute.count) : sized.element >= 0) return nullptr;
  return &attribute;
}

// A dimension comes before other sizes, and all its axes have the extent of the example.
Status dimension_is_sound(const Graph& graph, size_t k) {
  const Size& size = graph.sizes[k];
  const bool is_behind = k > 0 && !graph.sizes[k - 1].is_dimension();
  bool sound = !is_behind && !size.axes.empty() && size.minimum >= 0 && refers_below(size.bound, 0);
  for (const InputAxis& place : size.axes) {
    sound = sound && in_range(place.input, graph.inputs.size());
    if (!sound) break;
    const Shape& shape = graph.type(graph.inputs[static_cast<size_t>(place.input)]).shape;
    sound = in_range(place.axis, static_cast<size_t>(std::max(shape.rank(), 0))) &&
            shape[place.axis] == size.example;
  }
  if (!sound)
    return broken("dimension ", k,
                  " must have an input with the extent of its example and come before other sizes");
  return {};
}

// Is the size computed before node `node` of the whole graph, which depends on it?
Status is_known_before(const Graph& graph, int32_t node, int32_t size) {
  const Size& from = graph.sizes[static_cast<size_t>(size)];
  if (from.is_dimension()) return {};
  const Value& value = graph.values[static_cast<size_t>(from.value)];
  if (value.origin != Origin::kNode || value.index < node) return {};
  return broken(label(graph, graph.nodes[static_cast<size_t>(node)]), " depends on size ", size,
                ", which must be computed before it");
}

// The numbers that follow from sizes, in `graph`: the whole graph, or a body of its node `around`.
Status numbers_are_sound(const Graph& whole, const Graph& graph, int32_t around,
                         const std::vector<int64_t>& examples) {
  // They are in the order of their nodes.
  int32_t last = 0;
  for (const SizedNumber& sized : graph.sized) {
    const ops::Argument* const number = number_at(graph, sized);
    if (!number || sized.node < last || !refers_below(sized.number, examples.size()))
      return broken(
          "a number that depends on sizes must be an operand or attribute of its node; got node ",
          sized.node);
    last = sized.node;
    const Node& node = graph.nodes[static_cast<size_t>(sized.node)];
    if (!number->is_scalar() && number->tag != ops::Tag::kInts)
      return broken(label(graph, node), " must have a number where it depends on sizes");
    const double own =
        sized.element < 0 ? number->as_double() : static_cast<double>(number->ints[sized.element]);
    if (std::abs(own - sized.number.evaluate(examples)) > 1e-6 * std::max(1.0, std::abs(own)))
      return broken(label(graph, node),
                    " must have the number that its sizes give for the example");
    Status known;
    for (const Term& term : sized.number.terms)
      term.each_size([&](int32_t size) {
        if (known.ok()) known = is_known_before(whole, around < 0 ? sized.node : around, size);
      });
    WEFT_TRY(known);
  }
  for (size_t n = 0; n < graph.nodes.size(); ++n) {
    const Region* const region = control_of(graph, graph.nodes[n]);
    const int32_t at = around < 0 ? static_cast<int32_t>(n) : around;
    if (region) WEFT_TRY(numbers_are_sound(whole, *region->body, at, examples));
    if (region && region->otherwise)
      WEFT_TRY(numbers_are_sound(whole, *region->otherwise, at, examples));
  }
  return {};
}

// The graph is its own example, and no size depends on itself or on a later one.
Status sizes_are_sound(const Graph& graph) {
  // A build without sizes refuses such graphs when it reads them.
  if constexpr (!WEFT_KEEPS_sizes) return {};
  std::vector<int64_t> examples;
  for (size_t k = 0; k < graph.sizes.size(); ++k) {
    const Size& size = graph.sizes[k];
    if (size.is_dimension()) {
      WEFT_TRY(dimension_is_sound(graph, k));
      examples.push_back(size.example);
      continue;
    }
    if (!in_range(size.value, graph.values.size()) ||
        !(graph.type(size.value) == TensorType{DType::kInt64, Shape()}))
      return broken("size ", k, " must be an int64 value of rank 0");
    if (size.example < 0 || !refers_below(size.bound, k))
      return broken("size ", k,
                    " must have an example, and a bound that depends on earlier sizes only");
    examples.push_back(size.example);
  }
  return numbers_are_sound(graph, graph, -1, examples);
}

// Mixed precision names a half dtype.
Status precisions_are_half(const Graph& graph) {
  for (const Node& node : graph.nodes)
    if (node.precision != DType::kFloat32 && node.precision != DType::kFloat16 &&
        node.precision != DType::kBFloat16)
      return broken(label(graph, node), " must have precision float32, float16 or bfloat16; got ",
                    name_of(node.precision));
  return {};
}

// Rules that passes and gradients rely on and a run does not: left out of builds that only run.
constexpr auto for_passes(Status (*check)(const Graph&)) {
  return WEFT_KEEPS_passes ? check : nullptr;
}

// In this order: a rule may rely on those before it. A rule without a function is not needed in
// this build.
constexpr Rule kRules[] = {
    {"values are defined once", values_are_defined_once},
    {"definitions come before uses", definitions_come_before_uses},
    {"types are sound", types_are_sound},
    {"nodes fit their operators", nodes_fit_their_operators},
    {"types are inferred", types_are_inferred},
    {"regions are sound", regions_are_sound},
    {"names are unique", for_passes(names_are_unique)},
    {"states pair equal types", WEFT_KEEPS_states ? states_pair_equal_types : nullptr},
    {"clones are of earlier values", for_passes(clones_are_of_earlier_values)},
    {"nothing waits for what follows gradients",
     for_passes(nothing_waits_for_what_follows_gradients)},
    {"ordinals are distinct", for_passes(ordinals_are_distinct)},
    {"effects keep their order", for_passes(effects_keep_their_order)},
    {"precisions are half", for_passes(precisions_are_half)},
    {"sizes are sound", sizes_are_sound},
};

}  // namespace

std::span<const Rule> verifier_rules() { return kRules; }

Status verify_effects(const Graph& graph) { return effects_keep_their_order(graph); }

Status verify_bytes(const Graph& graph) {
  Checked total = 0;
  for (const Value& value : graph.values) total = total + value.type.bytes();
  if (total.value() <= kTooMany / 4) return {};
  return errors::out_of_memory("graph", total.value());
}

Status verify_body(const Graph& body) {
  for (const Rule& rule : kRules)
    if (rule.check && rule.check != sizes_are_sound) WEFT_TRY(rule.check(body));
  return {};
}

Status verify(const Graph& graph) {
  for (const Rule& rule : kRules)
    if (rule.check) WEFT_TRY(rule.check(graph));
  return {};
}

}  // namespace weft::graph
