#include "base/errors.h"
#include "model/codec.h"
#include "model/codec_control_impl.h"

namespace weft::model {

using graph::Graph;
using graph::Region;
using graph::RegionKind;

namespace {

constexpr std::string_view kLoopName = "control.loop", kCondName = "control.cond";

Json encode(const graph::Loop& loop) {
  Json json = Json::object();
  json.set("sliced", int64_t{loop.sliced});
  json.set("carried", int64_t{loop.carried});
  json.set("most", loop.most);
  if (loop.while_true) json.set("while", true);
  if (loop.counted) json.set("counted", true);
  if (loop.backwards) json.set("backwards", true);
  return json;
}

Result<Json> encode_body(const Graph& body) {
  if (!body.constants.empty())
    return errors::internal("save", "a body of control flow has constants");
  WEFT_ASSIGN(Json json, encode_graph(body));
  Json inputs = Json::array();
  for (const graph::ValueId id : body.inputs) inputs.push(encode_type(body.type(id)));
  json.set("inputs", std::move(inputs));
  return json;
}

Status decode_small(std::string_view where, const Json* json, int32_t& number) {
  if (!json || !json->is_integer() || json->integer() < 0 || json->integer() > INT32_MAX)
    return errors::io(where, "a loop is malformed");
  number = static_cast<int32_t>(json->integer());
  return {};
}

Status decode(std::string_view where, const Json* json, graph::Loop& loop) {
  const Json* most = json ? json->find("most") : nullptr;
  if (!most || !most->is_integer()) return errors::io(where, "a loop is malformed");
  loop.most = most->integer();
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

Result<std::shared_ptr<const Graph>> decode_body(std::string_view where, const Json& json) {
  Graph body;
  if (const Json* inputs = json.find("inputs"))
    for (const Json& input : inputs->items()) {
      WEFT_ASSIGN(const graph::TensorType type, decode_type(where, input));
      body.add_input(type);
    }
  WEFT_TRY(decode_body_graph(where, json, body));
  return std::make_shared<const Graph>(std::move(body));
}

}  // namespace

bool is_control_name(std::string_view op) { return op == kLoopName || op == kCondName; }

Result<Json> encode_control(const Graph& graph, const graph::Node& node,
                            std::span<const int64_t> numbers) {
  const Region& region = *graph::control_of(graph, node);
  const bool is_loop = region.kind == RegionKind::kLoop;
  Json json = Json::object(), bodies = Json::array(), operands = Json::array(),
       outputs = Json::array();
  for (const graph::Operand& operand : node.operands)
    operands.push(numbers[static_cast<size_t>(operand.value)]);
  for (const graph::ValueId id : node.outputs) outputs.push(encode_type(graph.type(id)));
  for (const auto& body : {region.body, region.otherwise}) {
    if (!body) continue;
    WEFT_ASSIGN(Json encoded, encode_body(*body));
    bodies.push(std::move(encoded));
  }
  json.set("op", is_loop ? kLoopName : kCondName);
  json.set("in", std::move(operands));
  json.set("out", std::move(outputs));
  if (is_loop) json.set("loop", encode(region.loop));
  json.set("bodies", std::move(bodies));
  if (node.ordinal >= 0) json.set("ordinal", int64_t{node.ordinal});
  if (node.clone_of >= 0) json.set("clone", numbers[static_cast<size_t>(node.clone_of)]);
  if (node.line >= 0) json.set("line", int64_t{node.line});
  return json;
}

Status decode_control(std::string_view where, const Json& json, Region& region) {
  const Json *name = json.find("op"), *bodies = json.find("bodies");
  const bool is_loop = name && name->text() == kLoopName;
  region.kind = is_loop ? RegionKind::kLoop : RegionKind::kCond;
  if (!bodies || bodies->items().size() != (is_loop ? 1 : 2))
    return errors::io(where, "`", is_loop ? kLoopName : kCondName, "` lacks a body");
  WEFT_ASSIGN(region.body, decode_body(where, bodies->items()[0]));
  if (!is_loop) {
    WEFT_ASSIGN(region.otherwise, decode_body(where, bodies->items()[1]));
    return {};
  }
  return decode(where, json.find("loop"), region.loop);
}

}  // namespace weft::model
