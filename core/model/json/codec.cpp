// The encoder and the decoder of graphs. The decoder trusts nothing: numbers are checked before
// they index anything, and graph::verify checks the rest. Member names are the file format and
// never change, even where the code has a newer word ("rebuilt" for rematerialized).
#include "model/json/codec.h"

#include "base/errors.h"
#include "base/printable.h"
#include "graph/ir/verifier.h"
#include "model/json/codec_regions_impl.h"
#include "model/json/codec_sizes_impl.h"
#include "model/json/codec_values_impl.h"
#include "ops/registry.h"
#include "ops/slots/host_function.h"
#include "ops/slots/provided_slot.h"
#include "ops/use.h"
#include "weft_parts.h"

namespace weft::model {

using graph::Graph;
using graph::Node;
using graph::Operand;
using graph::ValueId;
using ops::Argument;
using ops::Tag;

Status left_out(std::string_view where, std::string_view what) {
  return errors::unsupported(where, "it has ", what, ", which this build of Weft does not support ",
                             "(WEFT_OPS)");
}

namespace {

// ---- operators that are not built in ------------------------------------------------------------

// The libraries that must be loaded for operators of the graph, by operator.
Json libraries_of(const Graph& graph) {
  Json libraries = Json::object();
  for (const Node& node : graph.nodes)
    if (node.op && ops::is_foreign(*node.op) && !libraries.find(node.op->name))
      libraries.set(node.op->name, node.op->library);
  return libraries;
}

// The error for an operator that does not exist here; it says where the operator comes from.
Status missing_operator(std::string_view where, std::string_view name, const Json* libraries) {
  const Json* library = libraries ? libraries->find(name) : nullptr;
  if (!library)
    return errors::unsupported(where, "operator `", name, "` is unknown to this build of Weft",
#if WEFT_HAS_SOME_OPERATORS
                               ", which was made for some operators only (WEFT_OPS)",
                               WEFT_KEEPS_passes ? "" : "; it runs packed files, see `weft pack`"
#else
                               ""
#endif
    );
  if (library->text().empty())
    return errors::unsupported(where, "operator `", name,
                               "` is not built in and belongs to no library: the program that runs "
                               "the file must register it first");
  return errors::unsupported(where, "operator `", name, "` belongs to the library `",
                             library->text(), "`, which is not loaded; load it before the file");
}

// ---- nodes --------------------------------------------------------------------------------------

// Writes a graph.
class Encoder {
 public:
  Encoder(const Graph& graph, Form form)
      : graph_(graph), form_(form), number_(graph.values.size(), -1) {
    for (const ValueId id : graph.inputs) define(id);
    for (const graph::Constant& constant : graph.constants) define(constant.value);
    for (const Node& node : graph.nodes)
      for (const ValueId id : node.outputs) define(id);
  }

  Result<Json> run() {
    Json nodes = Json::array();
    for (const Node& node : graph_.nodes) {
      if (graph::control_of(graph_, node) || (!node.op && form_ == Form::kReady)) {
        WEFT_ASSIGN(Json json, encode_region(graph_, node, number_, form_));
        nodes.push(std::move(json));
        continue;
      }
      if (!node.op)
        return errors::unsupported("save",
                                   "a fused graph cannot be saved; save the graph before fusion");
      WEFT_TRY(check_lives_in_files(node));
      nodes.push(encode(node));
    }
    Json outputs = Json::array();
    for (const ValueId id : graph_.outputs) outputs.push(use(id));
    Json states = Json::array();
    for (const graph::StatePair& state : graph_.states) {
      Json pair = Json::array();
      pair.push(int64_t{state.input});
      pair.push(int64_t{state.output});
      states.push(std::move(pair));
    }
    Json json = Json::object();
    json.set("nodes", std::move(nodes));
    json.set("outputs", std::move(outputs));
    json.set("states", std::move(states));
    json.set("ordinals", int64_t{graph_.ordinals});
    if (!graph_.lines.empty()) {
      Json lines = Json::array();
      for (const std::string& line : graph_.lines) lines.push(line);
      json.set("lines", std::move(lines));
    }
    encode_sizes(graph_, number_, json);
    Json libraries = libraries_of(graph_);
    if (!libraries.members().empty()) json.set("libraries", std::move(libraries));
    return json;
  }

 private:
  // The number of a value in the file.
  void define(ValueId id) { number_[static_cast<size_t>(id)] = next_++; }
  int64_t use(ValueId id) const { return number_[static_cast<size_t>(id)]; }

  // A function of the host program is an address; a file cannot hold it.
  static Status check_lives_in_files(const Node& node) {
    for (const Argument& a : node.attributes.view())
      if (a.tag == Tag::kFunction)
        return errors::unsupported("save", "`", node.op->name, "` calls `", a.function->name(),
                                   "`, a function of this program that a file cannot hold; leave "
                                   "it out of what is exported");
    return {};
  }

  Json encode(const Node& node) {
    Json json = Json::object();
    json.set("op", node.op->name);
    Json operands = Json::array();
    for (const Operand& operand : node.operands)
      operands.push(operand.is_value()    ? Json(use(operand.value))
                    : operand.is_scalar() ? encode_scalar(operand.scalar)
                                          : Json());
    json.set("in", std::move(operands));
    if (!node.op->attributes.empty()) {
      Json attributes = Json::object();
      for (size_t i = 0; i < node.op->attributes.size(); ++i)
        attributes.set(node.op->attributes[i].name, encode_attribute(node.attributes.view()[i]));
      json.set("attributes", std::move(attributes));
    }
    Json outputs = Json::array();
    for (const ValueId id : node.outputs) outputs.push(encode_type(graph_.type(id)));
    json.set("out", std::move(outputs));
    if (node.ordinal >= 0) json.set("ordinal", int64_t{node.ordinal});
    if (node.clone_of >= 0) json.set("clone", use(node.clone_of));
    if (node.backward) json.set("backward", true);
    if (node.rematerialized) json.set("rebuilt", true);
    if (node.precision != DType::kFloat32)
      json.set("precision", std::string(name_of(node.precision)));
    if (node.line >= 0) json.set("line", int64_t{node.line});
    return json;
  }

  const Graph& graph_;
  const Form form_;
  std::vector<int64_t> number_;  // by value of the graph
  int64_t next_ = 0;
};

// Reads a graph.
class Decoder {
 public:
  Decoder(std::string_view where, Graph& graph, Form form)
      : where_(where), graph_(graph), form_(form) {}

  Status run(const Json& json) {
    const Json* nodes = json.find("nodes");
    const Json* outputs = json.find("outputs");
    const Json* states = json.find("states");
    libraries_ = json.find("libraries");
    if (!nodes || !nodes->is_array() || !outputs || !outputs->is_array())
      return broken("its graph must have lists of nodes and outputs");
    if (const Json* lines = json.find("lines"))
      for (const Json& line : lines->items()) graph_.lines.push_back(printable(line.text()));
    for (const Json& node : nodes->items()) WEFT_TRY(decode(node));
    for (const Json& output : outputs->items()) {
      WEFT_ASSIGN(const ValueId id, defined(output));
      graph_.outputs.push_back(id);
    }
    const Json* const ordinals = json.find("ordinals");
    if constexpr (!WEFT_KEEPS_states) {
      if ((ordinals && ordinals->integer() != 0) || (states && !states->items().empty()))
        return left_out(where_, "states or random numbers");
    } else {
      if (states)
        for (const Json& pair : states->items()) WEFT_TRY(decode_state(pair));
      if (ordinals) {
        if (ordinals->integer() < 0 || ordinals->integer() > INT32_MAX)
          return broken("its number of random ordinals must be in [0, ", INT32_MAX, "]; got ",
                        ordinals->integer());
        graph_.ordinals = static_cast<int32_t>(ordinals->integer());
      }
    }
    if constexpr (!WEFT_KEEPS_sizes) {
      if (json.find("sizes")) return left_out(where_, "shapes that a run decides on");
      return {};
    } else {
      WEFT_TRY(decode_sizes(where_, json, graph_));
      return {};
    }
  }

 private:
  // Inlined, so that the many calls do not each carry a copy of the text building.
  template <class... Parts>
  [[gnu::always_inline]] Status broken(const Parts&... parts) const {
    return errors::io(where_, parts...);
  }

  // The value of a number, which must be defined already.
  Result<ValueId> defined(const Json& json) const {
    if (!json.is_integer() || json.integer() < 0 ||
        static_cast<uint64_t>(json.integer()) >= graph_.values.size())
      return broken("value ", json.integer(), " is used before its definition; ",
                    graph_.values.size(), " values are defined");
    return static_cast<ValueId>(json.integer());
  }

  Status decode_state(const Json& pair) {
    if (pair.items().size() != 2)
      return broken("a state must be a pair; got ", pair.items().size(), " numbers");
    const int64_t input = pair.items()[0].integer(), output = pair.items()[1].integer();
    if (input < 0 || output < 0 || input > INT32_MAX || output > INT32_MAX)
      return broken("a state must have an input and an output in [0, ", INT32_MAX, "]; got ", input,
                    " and ", output);
    graph_.states.push_back({static_cast<int32_t>(input), static_cast<int32_t>(output)});
    return {};
  }

  // One node: operator or region, operands, attributes, marks, and the types of its outputs.
  Status decode(const Json& json) {
    const Json* op = json.find("op");
    if (!op || !op->is_string()) return broken("node ", graph_.nodes.size(), " has no operator");
    Node node;
    const bool is_region = is_region_name(op->text(), form_);
    node.op = ops::find_op(op->text());
    if (!is_region && ops::lacks_kernel(node.op))
      return missing_operator(where_, op->text(), libraries_);
    if (const Json* operands = json.find("in"))
      for (const Json& operand : operands->items())
        WEFT_TRY(decode_operand(operand, op->text(), node));
    if (is_region) {
      graph::Region region;
      WEFT_TRY(decode_region(where_, json, region, form_));
      if (!WEFT_KEEPS_control && graph::is_control(region))
        return left_out(where_, "loops or branches");
      if (!WEFT_KEEPS_rows && region.kind == graph::RegionKind::kRowTiles)
        return left_out(where_, "loops over row tiles");
      node.region = graph_.add_region(std::move(region));
    } else {
      WEFT_TRY(decode_attributes(json.find("attributes"), node));
    }
    if (const Json* ordinal = json.find("ordinal")) {
      if (ordinal->integer() < 0 || ordinal->integer() > INT32_MAX)
        return broken("`", op->text(), "` must have an ordinal in [0, ", INT32_MAX, "]; got ",
                      ordinal->integer());
      node.ordinal = static_cast<int32_t>(ordinal->integer());
    }
    if (const Json* clone = json.find("clone")) {
      WEFT_ASSIGN(node.clone_of, defined(*clone));
    }
    const Json *backward = json.find("backward"), *rematerialized = json.find("rebuilt");
    node.backward = backward && backward->flag();
    node.rematerialized = rematerialized && rematerialized->flag();
    if (const Json* precision = json.find("precision")) {
      const std::optional<DType> dtype = dtype_named(precision->text());
      if (!dtype)
        return broken("`", op->text(), "` must have a dtype as its precision; got `",
                      precision->text(), "`");
      node.precision = *dtype;
    }
    if (const Json* line = json.find("line")) {
      if (line->integer() < 0 || line->integer() >= std::ssize(graph_.lines))
        return broken("`", op->text(), "` must have a source line in [0, ", graph_.lines.size(),
                      "); got ", line->integer());
      node.line = static_cast<int32_t>(line->integer());
    }
    std::vector<graph::TensorType> types;
    if (const Json* outputs = json.find("out"))
      for (const Json& output : outputs->items()) {
        WEFT_ASSIGN(graph::TensorType type, decode_type(where_, output));
        types.push_back(type);
      }
    if (!is_region) WEFT_TRY(check_dtypes(node, types));
    graph_.add_node(std::move(node), types);
    return {};
  }

  // Refuses an operator of a dtype that the build has for other operators alone.
  Status check_dtypes([[maybe_unused]] const Node& node,
                      [[maybe_unused]] std::span<const graph::TensorType> types) const {
#if WEFT_HAS_SOME_OPERATORS
    const auto check = [&](DType dtype) -> Status {
      if (ops::is_kept(dtype, *node.op)) return {};
      return errors::unsupported(where_, "`", node.op->name, "` has arrays of ", dtype,
                                 ", for which this build of Weft has elementwise kernels and "
                                 "conversions alone (WEFT_OPS)");
    };
    for (const Operand& operand : node.operands)
      if (operand.is_value()) WEFT_TRY(check(graph_.type(operand.value).dtype));
    for (const graph::TensorType& type : types) WEFT_TRY(check(type.dtype));
#endif
    return {};
  }

  // null: an absent input; an object: a scalar; a number: a value.
  Status decode_operand(const Json& json, std::string_view op, Node& node) {
    if (json.is_null()) {
      node.operands.emplace_back();
    } else if (json.is_object()) {
      Argument scalar;
      if (!decode_scalar(json, scalar)) return broken("`", op, "` has a scalar that is not valid");
      node.operands.push_back(Operand::of_scalar(scalar));
    } else {
      WEFT_ASSIGN(const ValueId id, defined(json));
      node.operands.push_back(Operand::of_value(id));
    }
    return {};
  }

  // Attributes are found by name. One that is missing gets its default, so that later releases may
  // add attributes.
  Status decode_attributes(const Json* json, Node& node) {
    const ops::OpDef& op = *node.op;
    std::vector<Argument> given(op.attributes.size());
    AttributeMemory memory;
    size_t found = 0;
    for (size_t i = 0; i < op.attributes.size(); ++i) {
      const Json* value = json ? json->find(op.attributes[i].name) : nullptr;
      if (!value) continue;  // a later release added it: the default
      ++found;
      if (!decode_attribute(op.attributes[i].kind, *value, memory, given[i]))
        return broken("`", op.name, "` has a value for attribute `", op.attributes[i].name,
                      "` that is not valid");
    }
    if (json && json->members().size() != found)
      return broken("`", op.name, "` has an attribute that is unknown to this build of Weft");
    std::vector<Argument> complete(given.size());
    const Status status = ops::complete_attributes(op, given, complete);
    if (!status.ok()) return broken(status.message());
    node.attributes = ops::Attributes(complete);
    return {};
  }

  const std::string where_;
  Graph& graph_;
  const Form form_;
  const Json* libraries_ = nullptr;
};

}  // namespace

Json encode_type(const graph::TensorType& type) {
  Json json = Json::array();
  json.push(name_of(type.dtype));
  for (const int64_t extent : type.shape) json.push(extent);
  return json;
}

// A shape is checked for overflow of its number of elements.
Result<graph::TensorType> decode_type(std::string_view where, const Json& json) {
  const auto malformed = [&] {
    return errors::io(where,
                      "a type must be a list of a dtype and at most 32 extents of at least 0");
  };
  const std::span<const Json> items = json.items();
  if (items.empty() || items.size() > static_cast<size_t>(kMaxRank) + 1) return malformed();
  const std::optional<DType> dtype = dtype_named(items[0].text());
  if (!dtype || !is_known(*dtype)) return malformed();
  if (!ops::is_kept(*dtype))
    return errors::unsupported(where, "it has arrays of ", *dtype,
                               ", for which this build of Weft ", "has no kernels (WEFT_OPS)");
  graph::TensorType type;
  type.dtype = *dtype;
  for (size_t i = 1; i < items.size(); ++i) {
    if (!items[i].is_integer() || items[i].integer() < 0) return malformed();
    type.shape.push_back(items[i].integer());
  }
  WEFT_TRY(checked_elements(type.shape.span(), where, "a type").status());
  return type;
}

Result<Json> encode_graph(const Graph& graph, Form form) { return Encoder(graph, form).run(); }

Status decode_graph(std::string_view where, const Json& json, Graph& graph, Form form) {
  WEFT_TRY(Decoder(where, graph, form).run(json));
  const Status status = graph::verify(graph);
  return status.ok() ? Status()
                     : Status(StatusCode::kIo, std::string(where) + ": " + status.message());
}

Status decode_body_graph(std::string_view where, const Json& json, Graph& body, Form form) {
  return Decoder(where, body, form).run(json);
}

}  // namespace weft::model
