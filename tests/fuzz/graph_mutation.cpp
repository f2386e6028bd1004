#include "graph_mutation.h"

#include <algorithm>
#include <cstdio>
#include <functional>

namespace {

using Kind = Json::Kind;

std::vector<Json>* list_of(Json& json, const char* key) {
  Json* const found = json.find(key);
  return found && found->is(Kind::kArray) ? &found->items : nullptr;
}

size_t outputs_of(Json& node) {
  const std::vector<Json>* const out = list_of(node, "out");
  return out ? out->size() : 0;
}

void add_bodies(Json& graph, std::vector<Scope>& scopes) {
  std::vector<Json>* const nodes = list_of(graph, "nodes");
  if (!nodes) return;
  for (Json& node : *nodes) {
    std::vector<Json>* const bodies = list_of(node, "bodies");
    if (!bodies) continue;
    for (Json& body : *bodies) {
      if (!list_of(body, "nodes") || !list_of(body, "outputs")) continue;
      Scope scope;
      scope.graph = scope.body = &body;
      if (const std::vector<Json>* const inputs = list_of(body, "inputs")) scope.leading = *inputs;
      scopes.push_back(scope);
      add_bodies(body, scopes);
    }
  }
}

void add_scope(WeftFile& file, Json& entry, Json& holder, std::vector<Scope>& scopes) {
  Json* const graph = holder.find("graph");
  std::vector<Json>* const inputs = list_of(entry, "inputs");
  if (!graph || !inputs || !list_of(*graph, "nodes") || !list_of(*graph, "outputs")) return;
  Scope scope;
  scope.graph = graph;
  scope.holder = &holder;
  scope.entry = &entry;
  for (Json& port : *inputs)
    scope.leading.push_back(port.find("type") ? *port.find("type") : Json());
  for (const char* const key : {"captures", "constants"})
    if (const std::vector<Json>* const names = list_of(holder, key))
      for (const Json& name : *names) {
        const FileTensor* const tensor = file.tensor(name.text);
        scope.leading.push_back(tensor ? tensor->type() : Json());
      }
  scopes.push_back(scope);
  add_bodies(*graph, scopes);
}

// All references to values of the graph itself.
void each_reference(Json& graph, const std::function<void(Json&)>& use) {
  for (Json& node : graph.find("nodes")->items) {
    if (std::vector<Json>* const in = list_of(node, "in"))
      for (Json& operand : *in)
        if (operand.is_integer()) use(operand);
    if (Json* const clone = node.find("clone"))
      if (clone->is_integer()) use(*clone);
  }
  for (Json& output : graph.find("outputs")->items)
    if (output.is_integer()) use(output);
  if (std::vector<Json>* const sizes = list_of(graph, "sizes"))
    for (Json& size : *sizes)
      if (Json* const value = size.find("value"))
        if (value->is_integer()) use(*value);
}

void shift(Json& graph, int64_t from, int64_t by) {
  each_reference(graph, [&](Json& id) {
    if (id.integer() >= from) id = Json::of(id.integer() + by);
  });
}

// Places of inputs, or of outputs, behind one that came or went.
void shift_states(Json& graph, size_t part, int64_t from, int64_t by) {
  if (std::vector<Json>* const states = list_of(graph, "states"))
    for (Json& pair : *states)
      if (pair.items.size() == 2 && pair.items[part].integer() >= from)
        pair.items[part] = Json::of(pair.items[part].integer() + by);
}

int64_t first_output(const Scope& scope, size_t node) {
  auto at = static_cast<int64_t>(scope.leading.size());
  for (size_t n = 0; n < node; ++n) at += static_cast<int64_t>(outputs_of(scope.nodes()[n]));
  return at;
}

// An input for an entry's graph, and for the packed one beside it.
void add_input(Json& entry, const Json& type, const std::string& name) {
  std::vector<Json>& inputs = *list_of(entry, "inputs");
  const auto at = static_cast<int64_t>(inputs.size());
  inputs.push_back(Json::object({{"name", Json::word(name)}, {"type", type}}));
  for (Json* const holder : {&entry, entry.find("packed")})
    if (Json* const graph = holder ? holder->find("graph") : nullptr)
      if (list_of(*graph, "nodes") && list_of(*graph, "outputs")) {
        shift(*graph, at, 1);
        shift_states(*graph, 0, at, 1);
      }
}

Json parsed_type(const std::string& text) {
  const size_t open = text.find('(');
  Json type = Json::array({Json::word(text.substr(0, open))});
  for (size_t at = open; at != std::string::npos && at + 1 < text.size();) {
    const size_t end = text.find_first_of(",)", ++at);
    const std::string extent = text.substr(at, end - at);
    if (extent.find_first_of("0123456789") != std::string::npos)
      type.items.push_back(Json::of(std::strtoll(extent.c_str(), nullptr, 10)));
    at = end == std::string::npos || text[end] == ')' ? std::string::npos : end;
  }
  return type;
}

}  // namespace

std::vector<Json> Scope::types() const {
  std::vector<Json> types = leading;
  for (Json& node : nodes())
    if (const std::vector<Json>* const out = list_of(node, "out"))
      types.insert(types.end(), out->begin(), out->end());
  return types;
}

std::vector<Scope> scopes_of(WeftFile& file) {
  std::vector<Scope> scopes;
  std::vector<Json>* const entries = list_of(file.model, "entries");
  if (!entries) return scopes;
  for (Json& entry : *entries) {
    add_scope(file, entry, entry, scopes);
    if (Json* const packed = entry.find("packed")) add_scope(file, entry, *packed, scopes);
  }
  return scopes;
}

// ---- drawing ------------------------------------------------------------------------------------

uint32_t Mutation::draw(size_t below) {
  state_ = state_ * 6364136223846793005u + 1442695040888963407u;
  return below ? static_cast<uint32_t>((state_ >> 33) % below) : 0;
}

int64_t Mutation::number() {
  static constexpr int64_t kNumbers[] = {0,         1,
                                         2,         3,
                                         4,         5,
                                         7,         8,
                                         15,        16,
                                         17,        32,
                                         33,        48,
                                         64,        100,
                                         255,       256,
                                         1000,      4096,
                                         65536,     -1,
                                         -2,        -7,
                                         1 << 20,   1 << 24,
                                         INT32_MAX, INT32_MIN,
                                         1LL << 31, 1LL << 32,
                                         1LL << 33, 1LL << 40,
                                         1LL << 50, 1LL << 61,
                                         1LL << 62, INT64_MAX,
                                         INT64_MIN, -(1LL << 31) - 1,
                                         592338991, 7785552004};
  return draw(3) ? kNumbers[draw(16)] : kNumbers[draw(std::size(kNumbers))];
}

std::string Mutation::name() {
  static const std::string kNames[] = {"a b",
                                       "*/",
                                       "*\\\n/",
                                       "\x1b[2J",
                                       "*?\?/\n/",
                                       "\xe2\x80\xae",
                                       "",
                                       "while",
                                       "NULL",
                                       "__LINE__",
                                       "x",
                                       "y",
                                       "_",
                                       "0",
                                       "forward",
                                       std::string(3000, 'n'),
                                       "forward_run",
                                       "H"};
  return kNames[draw(std::size(kNames))];
}

void Mutation::change_number(Json& json) {
  switch (draw(8)) {
    case 0: json = Json::of(json.integer() + 1); break;
    case 1: json = Json::of(json.integer() - 1); break;
    case 2: json = Json::of(static_cast<int64_t>(static_cast<uint64_t>(json.integer()) * 2)); break;
    case 3: json = Json::number(draw(2) ? "0.5" : "-1.5"); break;
    default: json = Json::of(number());
  }
}

void Mutation::change_list(Json& list) {
  switch (draw(6)) {
    case 0: list.items.clear(); break;
    case 1: list.items.push_back(Json::of(number())); break;
    case 2:
      if (!list.items.empty()) list.items.pop_back();
      break;
    case 3:
      for (int i = 0; i < 20; ++i) list.items.push_back(Json::of(number()));
      break;
    default:
      if (!list.items.empty()) change_number(one_of(list.items));
  }
}

void Mutation::change_type(Json& type) {
  if (type.items.empty() || draw(5) == 0) {
    type = Json::array({Json::word(kDTypes[draw(std::size(kDTypes))].graph)});
    for (size_t i = draw(5); i-- > 0;) type.items.push_back(Json::of(1 + draw(6)));
  } else if (type.items.size() > 1 && draw(3)) {
    type.items[1 + draw(type.items.size() - 1)] = Json::of(number());
  } else if (draw(2)) {
    type.items[0] = Json::word(kDTypes[draw(std::size(kDTypes))].graph);
  } else if (draw(2) || type.items.size() == 1) {
    type.items.push_back(Json::of(1 + draw(4)));
  } else {
    type.items.pop_back();
  }
}

// The same extent everywhere: types, attributes, tensors.
void Mutation::resize(int64_t from, int64_t to) {
  std::function<void(Json&)> visit = [&](Json& json) {
    if (json.is_integer() && json.integer() == from) json = Json::of(to);
    for (Json& item : json.items) visit(item);
    for (auto& [key, value] : json.members)
      if (key != "in" && key != "outputs" && key != "line") visit(value);
  };
  for (const Scope& scope : scopes_of(file_)) {
    if (scope.body) continue;
    for (Json& node : scope.nodes())
      for (const char* const key : {"out", "attributes", "bodies", "loop"})
        if (Json* const part = node.find(key)) visit(*part);
    for (const char* const key : {"inputs", "outputs"})
      for (Json& port : scope.entry->find(key)->items)
        if (Json* const type = port.find("type")) visit(*type);
  }
  for (FileTensor& tensor : file_.tensors) {
    std::replace(tensor.shape.begin(), tensor.shape.end(), from, to);
    tensor.fit();
  }
}

// ---- nodes --------------------------------------------------------------------------------------

void Mutation::change_attribute(Json& node) {
  Json* const attributes = node.find("attributes");
  if (!attributes || attributes->members.empty()) return;
  auto& [key, value] = one_of(attributes->members);
  if (draw(12) == 0) {
    attributes->erase(std::string(key));
    return;
  }
  switch (value.kind) {
    case Kind::kNumber: draw(8) ? change_number(value) : void(value = Json::array()); break;
    case Kind::kBool: value = Json::flag(value.text != "true"); break;
    case Kind::kArray: change_list(value); break;
    case Kind::kText: {
      static const char* const kWords[] = {"max",  "avg",     "sum",  "lp",      "valid",  "full",
                                           "mean", "nan",     "inf",  "float16", "int8",   "raise",
                                           "clip", "reflect", "lstm", "gru",     "relu",   "tanh",
                                           "{}",   "{} {}",   "left", "linear",  "nearest"};
      value = Json::word(draw(4) ? kWords[draw(std::size(kWords))] : name());
      break;
    }
    default:
      if (draw(3) == 0)
        value = Json::of(number());
      else
        change_list(value = Json::array({Json::of(1), Json::of(1 + draw(3))}));
  }
}

void Mutation::change_operands(const Scope& scope, Json& node) {
  std::vector<Json>* const in = list_of(node, "in");
  if (!in) return;
  const size_t values = scope.types().size();
  const Json value = Json::of(draw(values + 1));
  switch (draw(6)) {
    case 0: in->push_back(value); break;
    case 1:
      if (!in->empty()) in->erase(in->begin() + draw(in->size()));
      break;
    case 2:
      if (!in->empty()) one_of(*in) = Json();
      break;
    case 3:
      if (!in->empty())
        one_of(*in) = Json::object({{draw(2) ? "int" : "float", Json::of(number())}});
      break;
    default:
      if (!in->empty()) one_of(*in) = value;
  }
}

void Mutation::change_node(const Scope& scope) {
  if (scope.nodes().empty()) return;
  Json& node = one_of(scope.nodes());
  Json* const op = node.find("op");
  switch (draw(10)) {
    case 0:
    case 1:
    case 2:
    case 3: change_attribute(node); break;
    case 4:
    case 5: change_operands(scope, node); break;
    case 6: {
      // Another operator, with attributes of its own.
      const Operator& other = some_operator();
      if (op) *op = Json::word(other.name);
      node.erase("attributes");
      break;
    }
    case 7:
      if (std::vector<Json>* const out = list_of(node, "out")) {
        if (out->empty() || draw(6) == 0)
          out->push_back(Json::array({Json::word("float32"), Json::of(2)}));
        else if (draw(6) == 0)
          out->pop_back();
        else
          change_type(one_of(*out));
      }
      break;
    case 8: {
      static const char* const kMarks[] = {"ordinal", "clone", "line"};
      const auto at = static_cast<int64_t>(draw(scope.types().size() + 1));
      node.set(kMarks[draw(3)], Json::of(draw(4) ? at : number()));
      break;
    }
    default: {
      static const char* const kFlags[] = {"backward", "rebuilt"};
      if (draw(2))
        node.set(kFlags[draw(2)], Json::flag(true));
      else
        node.set("precision", Json::word(draw(3) ? "float16" : "bfloat16"));
    }
  }
}

// What read its results reads an earlier value of the same type, or any.
void Mutation::remove_node(const Scope& scope) {
  if (scope.nodes().empty()) return;
  const size_t n = draw(scope.nodes().size());
  const int64_t first = first_output(scope, n);
  const auto count = static_cast<int64_t>(outputs_of(scope.nodes()[n]));
  const std::vector<Json> types = scope.types();
  each_reference(*scope.graph, [&](Json& id) {
    if (id.integer() < first || id.integer() >= first + count || first == 0) return;
    const std::string wanted = text_of(types[static_cast<size_t>(id.integer())]);
    int64_t with = draw(static_cast<size_t>(first));
    for (int64_t k = 0; k < first; ++k)
      if (text_of(types[static_cast<size_t>(k)]) == wanted) with = k;
    id = Json::of(with);
  });
  scope.nodes().erase(scope.nodes().begin() + static_cast<std::ptrdiff_t>(n));
  shift(*scope.graph, first + count, -count);
}

// A second one behind it, which some readers read.
void Mutation::repeat_node(const Scope& scope) {
  if (scope.nodes().empty()) return;
  const size_t n = draw(scope.nodes().size());
  const int64_t first = first_output(scope, n);
  const auto count = static_cast<int64_t>(outputs_of(scope.nodes()[n]));
  shift(*scope.graph, first + count, count);
  Json copy = scope.nodes()[n];
  if (draw(2) && count > 0) copy.set("clone", Json::of(first));
  scope.nodes().insert(scope.nodes().begin() + static_cast<std::ptrdiff_t>(n) + 1, std::move(copy));
  const int64_t end = first + 2 * count;
  each_reference(*scope.graph, [&](Json& id) {
    const bool may = id.integer() >= first && id.integer() < first + count;
    if (may && draw(2) && id.integer() + count < end && count > 0 && !draw(2))
      id = Json::of(id.integer() + count);
  });
}

// One node, or two that follow one another, as the body of a region.
void Mutation::wrap_in_region(const Scope& scope) {
  if (scope.nodes().empty()) return;
  const size_t n = draw(scope.nodes().size());
  const size_t m = std::min(n + 1 + draw(2), scope.nodes().size());
  const int64_t first = first_output(scope, n), end = first_output(scope, m);
  const std::vector<Json> types = scope.types();
  std::vector<Json> operands, inputs,
      inner(scope.nodes().begin() + static_cast<std::ptrdiff_t>(n),
            scope.nodes().begin() + static_cast<std::ptrdiff_t>(m));
  std::vector<int64_t> taken;
  for (Json& node : inner)
    if (std::vector<Json>* const in = list_of(node, "in"))
      for (Json& operand : *in)
        if (operand.is_integer() && operand.integer() < first &&
            std::find(taken.begin(), taken.end(), operand.integer()) == taken.end())
          taken.push_back(operand.integer());
  for (const int64_t id : taken) {
    if (id < 0 || static_cast<size_t>(id) >= types.size()) return;
    operands.push_back(Json::of(id));
    inputs.push_back(types[static_cast<size_t>(id)]);
  }
  std::vector<Json> outputs, out;
  for (Json& node : inner)
    if (std::vector<Json>* const in = list_of(node, "in"))
      for (Json& operand : *in) {
        if (!operand.is_integer()) continue;
        const auto found = std::find(taken.begin(), taken.end(), operand.integer());
        operand = Json::of(found != taken.end()
                               ? found - taken.begin()
                               : operand.integer() - first + static_cast<int64_t>(taken.size()));
      }
  for (int64_t id = first; id < end; ++id) {
    outputs.push_back(Json::of(id - first + static_cast<int64_t>(taken.size())));
    out.push_back(types[static_cast<size_t>(id)]);
  }
  Json body = Json::object({{"nodes", Json::array(std::move(inner))},
                            {"outputs", Json::array(std::move(outputs))},
                            {"states", Json::array()},
                            {"ordinals", Json::of(0)},
                            {"inputs", Json::array(std::move(inputs))}});
  static const char* const kKinds[] = {"region.fused", "region.bands", "control.loop",
                                       "control.cond"};
  const size_t kind = draw(4);
  std::vector<Json> bodies{body};
  if (kind == 3) bodies.push_back(body);
  Json region = Json::object({{"op", Json::word(kKinds[kind])},
                              {"in", Json::array(std::move(operands))},
                              {"out", Json::array(std::move(out))}});
  if (kind == 1 || kind == 2)
    region.set("loop", Json::object({{"sliced", Json::of(0)},
                                     {"carried", Json::of(kind == 2 ? 1 : 0)},
                                     {"most", Json::of(1 + draw(4))}}));
  region.set("bodies", Json::array(std::move(bodies)));
  auto at = scope.nodes().begin() + static_cast<std::ptrdiff_t>(n);
  at = scope.nodes().erase(at, scope.nodes().begin() + static_cast<std::ptrdiff_t>(m));
  scope.nodes().insert(at, std::move(region));
}

void Mutation::change_region(const Scope& scope) {
  for (Json& node : scope.nodes()) {
    std::vector<Json>* const bodies = list_of(node, "bodies");
    if (!bodies || draw(3) == 0) continue;
    Json* const loop = node.find("loop");
    static const char* const kNumbers[] = {"sliced", "carried", "most"};
    static const char* const kFlags[] = {"while", "counted", "backwards"};
    switch (draw(6)) {
      case 0:
      case 1:
        if (loop) loop->set(kNumbers[draw(3)], Json::of(draw(3) ? draw(5) : number()));
        break;
      case 2:
        if (loop) loop->set(kFlags[draw(3)], Json::flag(draw(2)));
        break;
      case 3:
        if (!bodies->empty()) bodies->push_back(one_of(*bodies));
        break;
      case 4:
        if (!bodies->empty())
          if (std::vector<Json>* const outputs = list_of(one_of(*bodies), "outputs"))
            if (!outputs->empty()) outputs->pop_back();
        break;
      default: {
        static const char* const kKinds[] = {"region.fused", "region.bands", "control.loop",
                                             "control.cond"};
        node.set("op", Json::word(kKinds[draw(4)]));
      }
    }
    return;
  }
}

// ---- graphs -------------------------------------------------------------------------------------

void Mutation::change_outputs(const Scope& scope) {
  std::vector<Json>& outputs = scope.graph->find("outputs")->items;
  const std::vector<Json> types = scope.types();
  if (types.empty()) return;
  const size_t id = draw(types.size());
  if (!scope.entry) {
    if (!outputs.empty()) one_of(outputs) = Json::of(static_cast<int64_t>(id));
    return;
  }
  std::vector<Json>& ports = *list_of(*scope.entry, "outputs");
  const size_t at = ports.empty() ? 0 : draw(ports.size());
  switch (draw(3)) {
    case 0:  // another value
      if (at >= outputs.size() || at >= ports.size()) break;
      outputs[at] = Json::of(static_cast<int64_t>(id));
      ports[at].set("type", types[id]);
      break;
    case 1:  // one more
      if (ports.size() > 8 || ports.size() > outputs.size()) break;
      outputs.insert(outputs.begin() + static_cast<std::ptrdiff_t>(ports.size()),
                     Json::of(static_cast<int64_t>(id)));
      shift_states(*scope.graph, 1, static_cast<int64_t>(ports.size()), 1);
      ports.push_back(Json::object(
          {{"name", Json::word("more" + std::to_string(draw(1000)))}, {"type", types[id]}}));
      break;
    default:
      if (at >= outputs.size() || at >= ports.size()) break;
      outputs.erase(outputs.begin() + static_cast<std::ptrdiff_t>(at));
      ports.erase(ports.begin() + static_cast<std::ptrdiff_t>(at));
      shift_states(*scope.graph, 1, static_cast<int64_t>(at), -1);
  }
}

// A capture becomes a state whose new content is some value of its type; or numbers change.
void Mutation::change_states(const Scope& scope) {
  if (!scope.entry || draw(5) == 0) {
    scope.graph->set("ordinals", Json::of(draw(3) ? draw(9) : number()));
    return;
  }
  std::vector<Json>& outputs = scope.graph->find("outputs")->items;
  std::vector<Json>* states = list_of(*scope.graph, "states");
  if (!states) states = &scope.graph->set("states", Json::array()).items;
  if (!states->empty() && draw(3) == 0) {
    Json& pair = one_of(*states);
    if (!pair.items.empty()) change_number(one_of(pair.items));
    return;
  }
  const std::vector<Json>* const captures = list_of(*scope.holder, "captures");
  if (!captures || captures->empty()) return;
  const size_t input = list_of(*scope.entry, "inputs")->size() + draw(captures->size());
  const std::vector<Json> types = scope.types();
  std::vector<int64_t> same;
  for (size_t id = 0; id < types.size(); ++id)
    if (text_of(types[id]) == text_of(types[input])) same.push_back(static_cast<int64_t>(id));
  outputs.push_back(Json::of(one_of(same)));
  states->push_back(Json::array(
      {Json::of(static_cast<int64_t>(input)), Json::of(static_cast<int64_t>(outputs.size()) - 1)}));
}

Json Mutation::polynomial(size_t sizes) {
  Json terms = Json::array();
  for (size_t t = 1 + draw(2); t-- > 0;) {
    Json term = Json::array({draw(4) ? Json::of(draw(8)) : Json::of(number())});
    for (size_t k = draw(3); k-- > 0;) term.items.push_back(Json::of(draw(sizes + 1)));
    terms.items.push_back(std::move(term));
  }
  return terms;
}

void Mutation::change_sizes(const Scope& scope) {
  std::vector<Json>* sizes = list_of(*scope.graph, "sizes");
  std::vector<Json>* const sized = list_of(*scope.graph, "sized");
  if (scope.entry && (!sizes || draw(5) == 0)) {
    // A dimension, of an axis of an input that has one.
    const std::vector<Json>& inputs = *list_of(*scope.entry, "inputs");
    if (inputs.empty()) return;
    const size_t input = draw(inputs.size());
    const Json* const type = inputs[input].find("type");
    if (!type || type->items.size() < 2) return;
    const size_t axis = draw(type->items.size() - 1);
    Json size =
        Json::object({{"name", Json::word("n" + std::to_string(draw(3)))},
                      {"least", Json::of(draw(2))},
                      {"axes", Json::array({Json::array({Json::of(static_cast<int64_t>(input)),
                                                         Json::of(static_cast<int64_t>(axis))})})},
                      {"example", type->items[1 + axis]},
                      {"bound", Json::array({Json::array({Json::of(draw(2) ? 64 : number())})})}});
    if (!sizes) sizes = &scope.graph->set("sizes", Json::array()).items;
    sizes->insert(sizes->begin(), std::move(size));
    if (!scope.graph->find("sized")) scope.graph->set("sized", Json::array());
    return;
  }
  if (sizes && !sizes->empty() && draw(2)) {
    Json& size = one_of(*sizes);
    switch (draw(6)) {
      case 0: size.set("bound", polynomial(sizes->size())); break;
      case 1: size.set("example", Json::of(draw(2) ? draw(9) : number())); break;
      case 2: size.set("value", Json::of(draw(scope.types().size() + 1))); break;
      case 3: size.set("least", Json::of(number())); break;
      case 4:
        if (Json* const bound = size.find("bound"))
          if (!bound->items.empty() && !bound->items[0].items.empty())
            bound->items[0].items[0] = Json::of(number());
        break;
      default: sizes->push_back(size);
    }
    return;
  }
  if (!sized || sized->empty()) return;
  Json& one = one_of(*sized);
  static const char* const kPlaces[] = {"node", "operand", "attribute", "element"};
  switch (draw(4)) {
    case 0: one.set("number", polynomial(sizes ? sizes->size() : 0)); break;
    case 1: one.set(kPlaces[draw(4)], Json::of(draw(2) ? draw(6) : number())); break;
    case 2: one.erase(kPlaces[draw(4)]); break;
    default: sized->push_back(one);
  }
}

// ---- files --------------------------------------------------------------------------------------

void Mutation::change_tensor() {
  if (file_.tensors.empty()) return;
  FileTensor& tensor = one_of(file_.tensors);
  switch (draw(5)) {
    case 0: tensor.dtype = kDTypes[draw(std::size(kDTypes))].file; break;
    case 1:
      if (!tensor.shape.empty()) one_of(tensor.shape) = number();
      break;
    case 2: tensor.shape.push_back(1 + draw(3)); break;
    case 3: {
      // Contents: indices, lengths, NaN.
      static constexpr char kBytes[] = {0, 1, 2, 127, -128, -1};
      const char byte = kBytes[draw(std::size(kBytes))];
      if (draw(2))
        std::fill(tensor.bytes.begin(), tensor.bytes.end(), byte);
      else if (!tensor.bytes.empty())
        tensor.bytes[draw(tensor.bytes.size())] = byte;
      break;
    }
    default:
      if (!tensor.shape.empty()) tensor.shape.pop_back();
  }
  tensor.fit();
}

void Mutation::change_packed() {
  std::vector<Json>* const entries = list_of(file_.model, "entries");
  if (!entries || entries->empty()) return;
  Json& entry = one_of(*entries);
  Json* packed = entry.find("packed");
  if (!packed) {
    // As if packing had changed nothing.
    const WeftFile& other = one_of(others_);
    const Json* const others = other.model.find("entries");
    const Json* const found =
        others && !others->items.empty() ? others->items[0].find("packed") : nullptr;
    if (!found || !entry.find("graph")) return;
    Json made = Json::object({{"version", *found->find("version")},
                              {"for", *found->find("for")},
                              {"of", Json::word("")},
                              {"captures", *entry.find("captures")},
                              {"constants", *entry.find("constants")},
                              {"graph", *entry.find("graph")}});
    packed = &entry.set("packed", std::move(made));
  }
  switch (draw(5)) {
    case 0:
      packed->set("batch", Json::object({{"parts", Json::of(draw(3) ? 2 + draw(3) : number())},
                                         {"inputs", Json::array({Json::of(draw(2))})},
                                         {"outputs", Json::array({Json::of(draw(2))})}}));
      break;
    case 1:
      if (Json* const batch = packed->find("batch"))
        if (Json* const list = batch->find(draw(2) ? "inputs" : "outputs")) change_list(*list);
      break;
    case 2: packed->erase("plan"); break;
    case 3:
      for (const char* const key : {"captures", "constants"})
        if (std::vector<Json>* const names = list_of(*packed, key))
          if (!names->empty() && !file_.tensors.empty())
            one_of(*names) = Json::word(one_of(file_.tensors).name);
      break;
    default: entry.erase("packed");
  }
}

void Mutation::change_plan() {
  std::vector<Json>* const entries = list_of(file_.model, "entries");
  if (!entries || entries->empty()) return;
  Json& entry = one_of(*entries);
  Json* const packed = entry.find("packed");
  Json* plan = packed && draw(2) ? packed->find("plan") : nullptr;
  if (!plan) plan = entry.find("plan");
  Json* const plans = plan ? plan->find("plans") : nullptr;
  if (!plans || plans->items.empty()) return;
  Json& one = one_of(plans->items);
  static const char* const kLists[] = {"order", "groups", "offsets"};
  switch (draw(4)) {
    case 0: one.set("arena", Json::of(number())); break;
    case 1: one.set("parts", Json::flag(draw(2))); break;
    default:
      if (Json* const list = one.find(kLists[draw(3)])) {
        if (list->items.size() > 1 && draw(2))
          std::swap(one_of(list->items), one_of(list->items));
        else
          change_list(*list);
      }
  }
}

void Mutation::change_names() {
  std::vector<Json>* const entries = list_of(file_.model, "entries");
  if (!entries || entries->empty()) return;
  Json& entry = one_of(*entries);
  const std::string given = name();
  switch (draw(5)) {
    case 0: entry.set("name", Json::word(given)); break;
    case 1:
      for (const char* const key : {"inputs", "outputs"})
        if (std::vector<Json>* const ports = list_of(entry, key))
          if (!ports->empty()) one_of(*ports).set("name", Json::word(given));
      break;
    case 2: file_.metadata.emplace_back("key" + given, given); break;
    case 3:
      if (Json* const graph = entry.find("graph")) {
        graph->set("lines", Json::array({Json::word(given)}));
        if (std::vector<Json>* const nodes = list_of(*graph, "nodes"))
          for (Json& node : *nodes) node.set("line", Json::of(0));
      }
      break;
    default:
      if (!file_.tensors.empty()) {
        FileTensor& tensor = one_of(file_.tensors);
        const std::string old = std::exchange(tensor.name, tensor.name + given);
        for (Json& one : *entries)
          for (Json* const holder : {&one, one.find("packed")})
            for (const char* const key : {"captures", "constants"})
              if (std::vector<Json>* const names = holder ? list_of(*holder, key) : nullptr)
                for (Json& known : *names)
                  if (known.text == old) known = Json::word(tensor.name);
      }
  }
}

// An entry point of another file, with its tensors.
void Mutation::splice() {
  const WeftFile& other = one_of(others_);
  const Json* const theirs = other.model.find("entries");
  std::vector<Json>* const entries = list_of(file_.model, "entries");
  if (!theirs || theirs->items.empty() || !entries || entries->size() > 3) return;
  Json entry = theirs->items[draw(theirs->items.size())];
  entry.set("name", Json::word("other" + std::to_string(draw(100))));
  entries->push_back(std::move(entry));
  for (const FileTensor& tensor : other.tensors)
    if (!file_.tensor(tensor.name)) file_.tensors.push_back(tensor);
}

void Mutation::add_sample(const Scope& scope, const Operator& op, const Json& sample) {
  Json node = Json::object({{"op", Json::word(op.name)}});
  const Json *shapes = sample.find("shapes"), *dtypes = sample.find("dtypes");
  std::vector<Json> operands;
  std::vector<Json> known = scope.leading;
  for (Json& one : scope.nodes())
    if (const std::vector<Json>* const out = list_of(one, "out"))
      known.insert(known.end(), out->begin(), out->end());
  for (size_t i = 0; shapes && i < shapes->items.size(); ++i) {
    if (shapes->items[i].is(Kind::kNull)) {
      operands.push_back(Json());
      continue;
    }
    Json type = Json::array({Json::word("float32")});
    if (dtypes && i < dtypes->items.size() && dtypes->items[i].is(Kind::kText))
      type.items[0] = dtypes->items[i];
    type.items.insert(type.items.end(), shapes->items[i].items.begin(),
                      shapes->items[i].items.end());
    int64_t id = -1;
    for (size_t k = known.size(); k-- > 0;)
      if (text_of(known[k]) == text_of(type) && draw(3)) id = static_cast<int64_t>(k);
    if (id < 0 && scope.entry) {
      id = static_cast<int64_t>(list_of(*scope.entry, "inputs")->size());
      for (Json& operand : operands)
        if (operand.is_integer() && operand.integer() >= id)
          operand = Json::of(operand.integer() + 1);
      add_input(*scope.entry, type, "x" + std::to_string(id) + "_" + std::to_string(draw(1000)));
      known.insert(known.begin() + static_cast<std::ptrdiff_t>(id), type);
    } else if (id < 0) {
      id = draw(known.size() + 1);
    }
    operands.push_back(Json::of(id));
  }
  Json attributes = Json::object();
  for (const auto& [key, value] : sample.members)
    if (std::find(op.attributes.begin(), op.attributes.end(), key) != op.attributes.end())
      attributes.set(key, value);
  node.set("in", Json::array(std::move(operands)));
  if (!attributes.members.empty()) node.set("attributes", std::move(attributes));
  node.set("out", Json::array({Json::array({Json::word("float32")})}));
  scope.nodes().push_back(std::move(node));
  if (!scope.entry) return;
  std::vector<Json>& outputs = scope.graph->find("outputs")->items;
  std::vector<Json>& ports = *list_of(*scope.entry, "outputs");
  if (ports.size() > outputs.size()) return;
  outputs.insert(outputs.begin() + static_cast<std::ptrdiff_t>(ports.size()),
                 Json::of(static_cast<int64_t>(known.size())));
  shift_states(*scope.graph, 1, static_cast<int64_t>(ports.size()), 1);
  ports.push_back(Json::object({{"name", Json::word("y" + std::to_string(draw(100000)))},
                                {"type", Json::array({Json::word("float32")})}}));
}

WeftFile Mutation::of_sample(const Operator& op, const Json& sample) {
  WeftFile file;
  Json graph = Json::object({{"nodes", Json::array()},
                             {"outputs", Json::array()},
                             {"states", Json::array()},
                             {"ordinals", Json::of(0)}});
  Json entry = Json::object({{"name", Json::word("forward")},
                             {"inputs", Json::array()},
                             {"outputs", Json::array()},
                             {"captures", Json::array()},
                             {"constants", Json::array()},
                             {"graph", std::move(graph)}});
  file.model =
      Json::object({{"format", Json::of(2)}, {"entries", Json::array({std::move(entry)})}});
  const std::vector<Operator> operators{op};
  const std::vector<WeftFile> others(1);
  Mutation mutation(file, operators, others, 1);
  mutation.add_sample(scopes_of(file)[0], op, sample);
  return file;
}

void Mutation::run() {
  const std::vector<Scope> scopes = scopes_of(file_);
  if (scopes.empty()) return;
  const Scope& scope = scopes[draw(scopes.size())];
  switch (draw(24)) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4:
    case 5: change_node(scope); break;
    case 6: remove_node(scope); break;
    case 7: repeat_node(scope); break;
    case 8: wrap_in_region(scope); break;
    case 9:
    case 10: change_region(scope); break;
    case 11: change_outputs(scope); break;
    case 12: change_states(scope); break;
    case 13:
    case 14: change_sizes(scope); break;
    case 15: change_tensor(); break;
    case 16: change_packed(); break;
    case 17: change_plan(); break;
    case 18: change_names(); break;
    case 19: splice(); break;
    case 20: {
      const Operator& op = some_operator();
      if (!op.samples.empty()) add_sample(scope, op, op.samples[draw(op.samples.size())]);
      break;
    }
    case 21:
      if (scope.entry) {
        std::vector<Json>& ports = *list_of(*scope.entry, draw(2) ? "inputs" : "outputs");
        if (!ports.empty())
          if (Json* const type = one_of(ports).find("type")) change_type(*type);
        break;
      }
      [[fallthrough]];
    default: {
      const std::vector<Json> types = scope.types();
      if (types.empty()) break;
      const Json& type = types[draw(types.size())];
      if (type.items.size() < 2) break;
      resize(type.items[1 + draw(type.items.size() - 1)].integer(), number());
    }
  }
}

// ---- mending ------------------------------------------------------------------------------------

namespace {

// What stands between two words of a failure.
std::string between(const std::string& text, const std::string& before, const std::string& after) {
  const size_t at = text.find(before);
  if (at == std::string::npos) return {};
  const size_t begin = at + before.size();
  return text.substr(begin, after.empty() ? std::string::npos : text.find(after, begin) - begin);
}

struct Found {
  Scope scope;
  size_t node = 0;
};

// Nodes whose first result has this number.
std::vector<Found> nodes_at(WeftFile& file, int64_t id) {
  std::vector<Found> found;
  for (const Scope& scope : scopes_of(file))
    for (size_t n = 0; n < scope.nodes().size(); ++n)
      if (first_output(scope, n) == id) found.push_back({scope, n});
  return found;
}

bool mend_operand(const Found& at, size_t operand, const std::string& dtype) {
  std::vector<Json>* const in = list_of(at.scope.nodes()[at.node], "in");
  const std::vector<Json> types = at.scope.types();
  if (!in || operand >= in->size() || !(*in)[operand].is_integer()) return false;
  const int64_t read = (*in)[operand].integer();
  if (read < 0 || static_cast<size_t>(read) >= types.size()) return false;
  const int64_t made = first_output(at.scope, at.node);
  Json type = types[static_cast<size_t>(read)];
  if (type.items.empty()) return false;
  type.items[0] = Json::word(dtype);
  shift(*at.scope.graph, made, 1);
  (*in)[operand] = Json::of(made);
  Json cast = Json::object({{"op", Json::word("cast")},
                            {"in", Json::array({Json::of(read)})},
                            {"attributes", Json::object({{"dtype", Json::word(dtype)}})},
                            {"out", Json::array({type})}});
  at.scope.nodes().insert(at.scope.nodes().begin() + static_cast<std::ptrdiff_t>(at.node),
                          std::move(cast));
  return true;
}

bool mend_node(WeftFile& file, const std::string& failure, int64_t id) {
  const std::vector<Found> found = nodes_at(file, id);
  for (const Found& at : found) {
    Json& node = at.scope.nodes()[at.node];
    std::vector<Json>* const out = list_of(node, "out");
    const Json* const op = node.find("op");
    if (!out || !op ||
        (failure.find(op->text + " at %") == std::string::npos &&
         failure.find("region at %") == std::string::npos &&
         failure.find("row tiles at %") == std::string::npos &&
         failure.find("control flow at %") == std::string::npos))
      continue;
    for (const char* const by : {", as inference says; got ", ", as its body says; got "}) {
      const std::string type = between(failure, " must be ", by);
      const std::string place = between(failure, ": output ", " must be ");
      if (type.empty() || place.empty() || failure.find(by) == std::string::npos) continue;
      const size_t i = std::strtoul(place.c_str(), nullptr, 10);
      if (i >= out->size()) return false;
      (*out)[i] = parsed_type(type);
      return true;
    }
    if (failure.find(" outputs") != std::string::npos &&
        failure.find(" must have ") != std::string::npos) {
      const size_t wanted =
          std::strtoul(between(failure, " must have ", " outputs").c_str(), nullptr, 10);
      const auto old = static_cast<int64_t>(out->size());
      if (wanted > 64) return false;
      const int64_t first = first_output(at.scope, at.node);
      out->resize(wanted, Json::array({Json::word("float32")}));
      shift(*at.scope.graph, first + old, static_cast<int64_t>(wanted) - old);
      return true;
    }
    const std::string dtype = between(failure, " must be cast to ", ";");
    if (!dtype.empty()) {
      const std::string operand = between(failure, ": operand ", " must");
      return mend_operand(at, std::strtoul(operand.c_str(), nullptr, 10), dtype);
    }
    if (failure.find("must have an ordinal, because") != std::string::npos) {
      Json* const ordinals = at.scope.graph->find("ordinals");
      const int64_t next = ordinals ? ordinals->integer() : 0;
      node.set("ordinal", Json::of(next));
      at.scope.graph->set("ordinals", Json::of(next + 1));
      return true;
    }
    if (failure.find("the type of the body") != std::string::npos) {
      std::vector<Json>* const bodies = list_of(node, "bodies");
      std::vector<Json>* const in = list_of(node, "in");
      const std::vector<Json> types = at.scope.types();
      if (!bodies || !in) return false;
      for (Json& body : *bodies)
        if (std::vector<Json>* const inputs = list_of(body, "inputs"))
          for (size_t i = 0; i < inputs->size() && i < in->size(); ++i) {
            const auto value = static_cast<size_t>((*in)[i].integer());
            if (value < types.size()) (*inputs)[i] = types[value];
          }
      return true;
    }
  }
  return false;
}

}  // namespace

bool mend(WeftFile& file, const std::string& failure) {
  const std::string id = between(failure, " at %", " ");
  if (!id.empty() && mend_node(file, failure, std::strtoll(id.c_str(), nullptr, 10))) return true;
  const std::string port = between(failure, "output `", "` must be "),
                    type = between(failure, "; its graph gives ", "");
  if (port.empty() || type.empty()) return false;
  for (const Scope& scope : scopes_of(file)) {
    if (!scope.entry) continue;
    for (Json& output : scope.entry->find("outputs")->items)
      if (output.find("name") && output.find("name")->text == port) {
        output.set("type", parsed_type(type));
        return true;
      }
  }
  return false;
}
