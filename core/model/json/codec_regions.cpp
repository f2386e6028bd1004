// Regions as JSON. Bodies are graphs, so encoder and decoder call each other; the depth of the JSON
// bounds the recursion.
#include "model/json/codec_regions_impl.h"

#include <algorithm>

#include "base/errors.h"

namespace weft::model {

using graph::Graph;
using graph::Region;
using graph::RegionKind;

namespace {

// A kind of region in the file. The names are the file format and never change.
struct Kind {
  std::string_view name;
  RegionKind kind;
  Form form;  // the first form that may have it
  size_t bodies;
  bool has_loop;
};
constexpr Kind kKinds[] = {
    {"control.loop", RegionKind::kLoop, Form::kTraced, 1, true},
    {"control.cond", RegionKind::kCond, Form::kTraced, 2, false},
    {"region.fused", RegionKind::kFused, Form::kReady, 1, false},
    {"region.bands", RegionKind::kRowTiles, Form::kReady, 1, true},
};

// The kind of a name; null: the form has no such kind.
const Kind* kind_named(std::string_view op, Form form) {
  const auto* const found = std::ranges::find(kKinds, op, &Kind::name);
  return found != std::end(kKinds) && found->form <= form ? found : nullptr;
}

Json encode(const graph::Loop& loop) {
  Json json = Json::object();
  json.set("sliced", int64_t{loop.sliced});
  json.set("carried", int64_t{loop.carried});
  json.set("most", loop.maximum);
  if (loop.while_true) json.set("while", true);
  if (loop.counted) json.set("counted", true);
  if (loop.backwards) json.set("backwards", true);
  return json;
}

// A body has inputs only: its constants are operands of the node.
Result<Json> encode_body(const Graph& body, Form form) {
  if (!body.constants.empty()) return errors::internal("save", "a body of a region has constants");
  WEFT_ASSIGN(Json json, encode_graph(body, form));
  Json inputs = Json::array();
  for (const graph::ValueId id : body.inputs) inputs.push(encode_type(body.type(id)));
  json.set("inputs", std::move(inputs));
  return json;
}

// A number that fits an int32 and is not negative.
Status decode_small(std::string_view where, const Json* json, int32_t& number) {
  if (!json || !json->is_integer() || json->integer() < 0 || json->integer() > INT32_MAX)
    return errors::io(where, "a loop must have integers in [0, 2^31) as `sliced` and `carried`");
  number = static_cast<int32_t>(json->integer());
  return {};
}

Status decode(std::string_view where, const Json* json, graph::Loop& loop) {
  const Json* maximum = json ? json->find("most") : nullptr;
  if (!maximum || !maximum->is_integer())
    return errors::io(where, "a loop must have an integer as `most`");
  loop.maximum = maximum->integer();
  WEFT_TRY(decode_small(where, json->find("sliced"), loop.sliced));
  WEFT_TRY(decode_small(where, json->find("carried"), loop.carried));
  const auto flag = [&](const char* name) {
    const Json* found = json->find(name);
    return found && found->flag();
  };
  loop.while_true = flag("while");
  loop.counted = flag("counted");
  loop.backwards = flag("backwards");
  return {};
}

Result<std::shared_ptr<const Graph>> decode_body(std::string_view where, const Json& json,
                                                 Form form) {
  Graph body;
  if (const Json* inputs = json.find("inputs"))
    for (const Json& input : inputs->items()) {
      WEFT_ASSIGN(const graph::TensorType type, decode_type(where, input));
      body.add_input(type);
    }
  WEFT_TRY(decode_body_graph(where, json, body, form));
  return std::make_shared<const Graph>(std::move(body));
}

}  // namespace

bool is_region_name(std::string_view op, Form form) { return kind_named(op, form); }

Result<Json> encode_region(const Graph& graph, const graph::Node& node,
                           std::span<const int64_t> numbers, Form form) {
  const Region& region = graph.regions[static_cast<size_t>(node.region)];
  const auto* const kind = std::ranges::find(kKinds, region.kind, &Kind::kind);
  if (kind == std::end(kKinds)) return errors::internal("save", "a region of no known kind");
  Json json = Json::object(), bodies = Json::array(), operands = Json::array(),
       outputs = Json::array();
  for (const graph::Operand& operand : node.operands)
    operands.push(numbers[static_cast<size_t>(operand.value)]);
  for (const graph::ValueId id : node.outputs) outputs.push(encode_type(graph.type(id)));
  for (const auto& body : {region.body, region.otherwise}) {
    if (!body) continue;
    WEFT_ASSIGN(Json encoded, encode_body(*body, form));
    bodies.push(std::move(encoded));
  }
  json.set("op", kind->name);
  json.set("in", std::move(operands));
  json.set("out", std::move(outputs));
  if (kind->has_loop) json.set("loop", encode(region.loop));
  json.set("bodies", std::move(bodies));
  if (node.ordinal >= 0) json.set("ordinal", int64_t{node.ordinal});
  if (node.clone_of >= 0) json.set("clone", numbers[static_cast<size_t>(node.clone_of)]);
  if (node.backward) json.set("backward", true);
  if (node.rematerialized) json.set("rebuilt", true);
  if (node.line >= 0) json.set("line", int64_t{node.line});
  return json;
}

Status decode_region(std::string_view where, const Json& json, Region& region, Form form) {
  const Json *name = json.find("op"), *bodies = json.find("bodies");
  const Kind& kind = *kind_named(name->text(), form);
  region.kind = kind.kind;
  if (!bodies || bodies->items().size() != kind.bodies)
    return errors::io(where, "`", kind.name, "` must have ", kind.bodies, " bodies");
  WEFT_ASSIGN(region.body, decode_body(where, bodies->items()[0], form));
  if (kind.bodies == 2) {
    WEFT_ASSIGN(region.otherwise, decode_body(where, bodies->items()[1], form));
  }
  return kind.has_loop ? decode(where, json.find("loop"), region.loop) : Status();
}

}  // namespace weft::model
