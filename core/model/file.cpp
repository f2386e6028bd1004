// Reads a .weft file: each entry's ports, captures and graphs, with checks at each step. Dimensions
// are the hard part: the file has example shapes, and open_shapes finds which extents are open by
// comparing two examples.
#include "model/file.h"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "base/errors.h"
#include "base/log.h"
#include "base/printable.h"
#include "graph/sizes/sizes.h"
#include "model/json/codec.h"
#include "model/packed.h"
#include "model/run/idle_contexts_impl.h"
#include "model/saved_plans.h"
#include "ops/slots/provided_slot.h"
#include "weft_parts.h"

namespace weft::model {
namespace {

// Reads one entry of the file's JSON.
class EntryReader {
 public:
  EntryReader(ArchiveReader& archive, const Json& json) : archive_(archive), json_(json) {}

  Result<Entry> run() {
    const Json* name = json_.find("name");
    if (!name || !name->is_string() || name->text().empty())
      return errors::io("load", "an entry has no name");
    entry_.name = name->text();
    where_ = "load: entry `" + printable(entry_.name) + "`";
    WEFT_TRY(read_ports("inputs", entry_.inputs));
    WEFT_TRY(read_ports("outputs", entry_.outputs));
    WEFT_TRY(read_tensors(json_, "captures", entry_.captures));
    WEFT_TRY(read_ready());
    if (!kHasTraced && entry_.ready.program) return std::move(entry_);
    if constexpr (!WEFT_KEEPS_passes)
      return errors::unsupported(where_, "it must be packed by this release of Weft; this build ",
                                 "reads packed files only (WEFT_OPS), see `weft pack`");
    WEFT_TRY(read_traced());
    return std::move(entry_);
  }

 private:
// The runtime-only build does not need the traced graph if the packed one can be used.
#if defined(WEFT_RUNTIME_ONLY)
  static constexpr bool kHasTraced = false;
#else
  static constexpr bool kHasTraced = true;
#endif

  // The graph as it was traced, with its saved plans.
  Status read_traced() {
    WEFT_ASSIGN(graph::Graph graph, read_graph(where_, json_, entry_.captures, Form::kTraced));
    if (entry_.ready.program) {
      const graph::Graph& ready = entry_.ready.program->graph();
      if (!graph.sizes.empty() || graph.ordinals != ready.ordinals ||
          renewed(graph, entry_) != renewed(ready, entry_.ready))
        return errors::io(where_,
                          "its packed graph was made from another graph; pack the file again");
    }
    if constexpr (WEFT_KEEPS_sizes) WEFT_TRY(open_shapes(graph));
    std::vector<bool> frozen(entry_.inputs.size(), false);
    frozen.resize(frozen.size() + entry_.captures.size(), true);
    WEFT_ASSIGN(entry_.program, executor::Program::create(std::move(graph), graph::PassSelection(),
                                                          std::move(frozen)));
    WEFT_ASSIGN(Ref<executor::SavedPlans> plans, read_plans(where_, json_));
    if (plans) entry_.program->set_saved_plans(std::move(plans));
    return {};
  }

  // The tensors that the graph's states are, in the graph's order.
  std::vector<int32_t> renewed(const graph::Graph& graph, const Runnable& runs) const {
    std::vector<int32_t> tensors;
    for (const graph::StatePair& state : graph.states)
      tensors.push_back(runs.captures[static_cast<size_t>(state.input) - entry_.inputs.size()]);
    return tensors;
  }

  // The packed graph, if the file has one that this build can use. It may read packed tensors
  // besides the entry's captures, but not change them.
  Status read_ready() {
    WEFT_ASSIGN(const Json* packed, find_packed(where_, json_));
    if (!packed) return {};
    const std::string where = where_ + ", packed";
    WEFT_TRY(read_tensors(*packed, "captures", entry_.ready.captures));
    if constexpr (WEFT_KEEPS_batches) {
      WEFT_ASSIGN(parts_, read_batch(where, *packed, entry_));
    }
    WEFT_ASSIGN(graph::Graph graph,
                read_graph(where, *packed, entry_.ready.captures, Form::kReady));
    for (const int32_t tensor : renewed(graph, entry_.ready))
      if (std::ranges::find(entry_.captures, tensor) == entry_.captures.end())
        return errors::io(where, "a packed tensor must not be a state");
    if (!graph.sizes.empty())
      return errors::io(where, "it must have fixed shapes; got a graph with sizes");
    if (WEFT_KEEPS_batches && parts_.count > 1 &&
        (!graph.states.empty() || graph.ordinals != 0 || graph.effects != 0))
      return errors::io(
          where, "a graph that runs in parts must not have states, random numbers or effects");
    entry_.ready.program = executor::Program::of_ready(std::move(graph));
    if constexpr (WEFT_KEEPS_batches) {
      entry_.ready.program->set_parts(parts_);
      parts_ = {};
    }
    WEFT_ASSIGN(Ref<executor::SavedPlans> plans, read_plans(where, *packed));
    if (plans) entry_.ready.program->set_saved_plans(std::move(plans));
    return {};
  }

  // Reads a graph whose inputs are the ports, then these captures, then constants. `graph` is an
  // unread part of the JSON, which is parsed only now.
  Result<graph::Graph> read_graph(const std::string& where, const Json& json,
                                  std::span<const int32_t> captures, Form form) {
    graph::Graph graph;
    graph.values.reserve(entry_.inputs.size() + captures.size());
    graph.inputs.reserve(entry_.inputs.size() + captures.size());
    for (const Port& port : entry_.inputs) graph.add_input(port.type, port.name);
    if constexpr (WEFT_KEEPS_batches) {
      for (size_t i = 0; i < entry_.inputs.size(); ++i)
        if (parts_.cuts_input(i)) graph.values[i].type.shape[0] /= parts_.count;
    }
    for (const int32_t index : captures) {
      WEFT_ASSIGN(const Ref<Tensor> tensor, archive_.tensor(index));
      graph.add_input({tensor->dtype(), tensor->shape()});
    }
    std::vector<int32_t> constants;
    WEFT_TRY(read_tensors(json, "constants", constants));
    for (const int32_t index : constants) {
      WEFT_ASSIGN(const Ref<Tensor> tensor, archive_.tensor(index));
      WEFT_TRY(graph.add_constant(tensor).status());
    }
    const Json* const text = json.find("graph");
    if (!text || !text->is_unread()) return errors::io(where, "it has no graph");
    const Result<Json> body = parse_json(text->text());
    if (!body.ok())
      return errors::io(where, "its graph is not valid JSON: ", body.status().message());
    // It lives as long as the model, so it gives spare memory back.
    WEFT_TRY(decode_graph(where, body.value(), graph, form));
    WEFT_TRY(check_outputs(graph));
    graph.values.shrink_to_fit();  // it lives as long as the model
    graph.nodes.shrink_to_fit();
    return graph;
  }

  Result<Port> read_port(const Json& json) const {
    const Json* name = json.find("name");
    const Json* type = json.find("type");
    if (!name || !name->is_string() || name->text().empty() || !type)
      return errors::io(where_, "an input or output has no name or no type");
    Port port;
    port.name = name->text();
    WEFT_ASSIGN(port.type, decode_type(where_, *type));
    return port;
  }

  Status read_ports(const char* key, std::vector<Port>& ports) const {
    const Json* list = json_.find(key);
    if (!list || !list->is_array()) return errors::io(where_, "it has no ", key);
    for (const Json& json : list->items()) {
      WEFT_ASSIGN(Port port, read_port(json));
      ports.push_back(std::move(port));
    }
    return {};
  }

  // Reads a list of names of tensors as indices.
  Status read_tensors(const Json& json, const char* key, std::vector<int32_t>& tensors) const {
    const Json* names = json.find(key);
    if (!names || !names->is_array()) return errors::io(where_, "it has no ", key);
    for (const Json& name : names->items()) {
      const int32_t index = archive_.find_tensor(name.text());
      if (!name.is_string() || index < 0)
        return errors::io(where_, "the file has no tensor `", name.text(), "`");
      tensors.push_back(index);
    }
    return {};
  }

  // The entry's outputs come first in the graph; the rest must be new contents of states.
  Status check_outputs(const graph::Graph& graph) const {
    if (entry_.outputs.size() > graph.outputs.size())
      return errors::io(where_, "its graph must have at least ", entry_.outputs.size(),
                        " outputs; got ", graph.outputs.size());
    for (size_t i = 0; i < entry_.outputs.size(); ++i) {
      const Port& port = entry_.outputs[i];
      graph::TensorType given = graph.type(graph.outputs[i]);
      if constexpr (WEFT_KEEPS_batches)
        if (parts_.cuts_output(i) && given.shape.rank() > 0)
          given.shape[0] = (Checked(given.shape[0]) * parts_.count).value();
      if (!(port.type == given))
        return errors::io(where_, "output `", port.name, "` must be ", to_string(port.type),
                          "; its graph gives ", to_string(given));
    }
    for (const graph::StatePair& state : graph.states)
      if (static_cast<size_t>(state.input) < entry_.inputs.size() ||
          static_cast<size_t>(state.output) < entry_.outputs.size())
        return errors::io(where_, "a state must be a capture and an output without a name");
    if (graph.states.size() + entry_.outputs.size() != graph.outputs.size())
      return errors::io(where_, "it has outputs that are neither named nor states");
    return {};
  }

  // Marks the extents that only a run knows.
  Status open_shapes(const graph::Graph& graph) {
    for (const graph::Size& size : graph.sizes)
      for (const graph::InputAxis& place : size.axes) {
        if (static_cast<size_t>(place.input) >= entry_.inputs.size())
          return errors::io(where_,
                            "a dimension must belong to an input; got one of a tensor of the file");
        Port& port = entry_.inputs[static_cast<size_t>(place.input)];
        port.type.shape[place.axis] = -1;
        port.dimensions.resize(static_cast<size_t>(port.type.shape.rank()));
        port.dimensions[static_cast<size_t>(place.axis)] = size.name;
      }
    if (count_dimensions(graph) == 0)
      return graph.sizes.empty() ? Status()
                                 : find_outputs(graph, graph.input_types(), entry_.outputs);
    return open_outputs(graph);
  }

  // A second value for a dimension, next to the example.
  static int64_t neighbour(const graph::Size& size) {
    const bool may_grow = size.example < graph::whole_number(size.bound.evaluate({}));
    return size.example + (may_grow ? 1 : -1);
  }

  // The name of the dimension that an extent follows, by its values in both examples.
  static std::string name_of_extent(const graph::Graph& graph, int64_t first, int64_t second) {
    for (const graph::Size& size : graph.sizes)
      if (size.is_dimension() && size.example == first && neighbour(size) == second)
        return size.name;
    return {};
  }

  // Finds the open extents of outputs: those that differ between the two examples.
  Status open_outputs(const graph::Graph& graph) {
    std::vector<graph::TensorType> types = graph.input_types();
    for (const graph::Size& size : graph.sizes)
      for (const graph::InputAxis& place : size.axes)
        types[static_cast<size_t>(place.input)].shape[place.axis] = neighbour(size);
    std::vector<Port> other = entry_.outputs;
    WEFT_TRY(find_outputs(graph, types, other));
    WEFT_TRY(find_outputs(graph, graph.input_types(), entry_.outputs));
    for (size_t i = 0; i < other.size(); ++i) {
      Shape& shape = entry_.outputs[i].type.shape;
      const Shape& others = other[i].type.shape;
      for (int axis = 0; axis < shape.rank(); ++axis) {
        if (axis < others.rank() && shape[axis] == others[axis]) continue;
        std::vector<std::string>& names = entry_.outputs[i].dimensions;
        names.resize(static_cast<size_t>(shape.rank()));
        if (axis < others.rank())
          names[static_cast<size_t>(axis)] = name_of_extent(graph, shape[axis], others[axis]);
        shape[axis] = -1;
      }
    }
    return {};
  }

  ArchiveReader& archive_;
  const Json& json_;
  Entry entry_;
  graph::BatchParts parts_;  // of which the graph that is read is one
  std::string where_ = "load";
};

#if !WEFT_HAS_SOME_OPERATORS
// Ports for people, such as x: float32(batch, 3).
std::string ports_text(std::span<const Port> ports) {
  std::string text;
  for (const Port& port : ports)
    text += (text.empty() ? "" : ", ") + printable(port.name) +
            (port.is_largest ? ": up to " : ": ") + type_text(port);
  return text;
}

const graph::Graph& graph_of(const Entry& entry) {
  return entry.program ? entry.program->graph() : entry.ready.program->graph();
}

// Operators that are not built in, with the libraries that they come from.
std::map<std::string, std::string> libraries_of(const Model& model) {
  std::map<std::string, std::string> libraries;
  for (const Entry& entry : model.entries())
    for (const graph::Node& node : graph_of(entry).nodes)
      if (node.op && ops::is_foreign(*node.op)) libraries.emplace(node.op->name, node.op->library);
  return libraries;
}

// The text of Model::text().
std::string describe(const Model& model) {
  std::string text = "Weft model, format " + std::to_string(model.format_version()) + "\n";
  for (const Entry& entry : model.entries())
    text += "entry " + printable(entry.name) + "(" + ports_text(entry.inputs) + ") -> (" +
            ports_text(entry.outputs) + "): " + std::to_string(graph_of(entry).nodes.size()) +
            " nodes, " + std::to_string(entry.captures.size()) + " captures, " +
            std::to_string(graph_of(entry).states.size()) + " states\n" +
            describe_packed(model, entry);
  for (const auto& [op, library] : libraries_of(model))
    text += "operator " + printable(op) + " of " +
            (library.empty() ? "the program" : printable(library)) + "\n";
  int64_t bytes = 0;
  for (const NamedTensor& named : model.tensors()) bytes += named.tensor->bytes();
  text +=
      std::to_string(model.tensors().size()) + " tensors, " + std::to_string(bytes) + " bytes\n";
  for (const NamedTensor& named : model.tensors())
    text += "  " + printable(named.name) + ": " + std::string(name_of(named.tensor->dtype())) +
            to_string(named.tensor->shape()) + "\n";
  for (const auto& [key, value] : model.metadata())
    text += "metadata " + printable(key) + ": " + printable(value) + "\n";
  return text;
}
#endif

}  // namespace

std::string type_text(const Port& port) {
  if (!port.is_open()) return to_string(port.type);
  std::string text = std::string(name_of(port.type.dtype)) + "(";
  for (int axis = 0; axis < port.type.shape.rank(); ++axis) {
    const auto at = static_cast<size_t>(axis);
    const std::string name = at < port.dimensions.size() ? port.dimensions[at] : "";
    const int64_t extent = port.type.shape[axis];
    text += axis ? ", " : "";
    text += extent >= 0 ? std::to_string(extent) : name.empty() ? "?" : printable(name);
  }
  return text + ")";
}

Model::Model() : idle_(std::make_unique<IdleContexts>()) {}
Model::~Model() = default;

Result<Ref<Model>> Model::load(const std::string& path) {
  WEFT_ASSIGN(ArchiveReader reader, ArchiveReader::open(path));
  WEFT_ASSIGN(Ref<Model> model, from_archive(std::move(reader)));
  log(LogLevel::kInfo, "model: loaded `", path, "`: ", model->entries().size(), " entries over ",
      model->tensors().size(), " arrays");
  return model;
}

Result<Ref<Model>> Model::load_memory(const void* data, size_t bytes) {
  WEFT_ASSIGN(ArchiveReader reader, ArchiveReader::open(data, bytes));
  return from_archive(std::move(reader));
}

Result<Ref<Model>> Model::from_archive(ArchiveReader reader) {
  const std::string* text = reader.archive().find_metadata("weft");
  if (!text)
    return errors::invalid_value("load",
                                 "the file holds tensors but no Weft model; load it as "
                                 "named arrays");
  Result<Json> parsed = parse_json_without(*text, "graph");
  if (!parsed.ok())
    return errors::io("load", "the model is not valid JSON: ", parsed.status().message());
  const Json json = parsed.take();
#if WEFT_HAS_SOME_OPERATORS  // nothing in such a build writes the file again
  reader.forget_metadata("weft");
#endif
  const Json* version = json.find("format");
  if (!version || !version->is_integer() || version->integer() < 1)
    return errors::io("load", "the model has no format version");
  if (version->integer() > kFormatVersion)
    return errors::unsupported("load", "the model has format version ", version->integer(),
                               "; this build of Weft reads up to ", kFormatVersion,
                               "; update Weft");
  const Json* entries = json.find("entries");
  if (!entries || !entries->is_array() || entries->items().empty())
    return errors::io("load", "the model has no entry points");

  const Ref<Model> model = Ref<Model>::adopt(new Model);
  model->file_ = reader.file();
  model->version_ = version->integer();
  for (const auto& [key, value] : reader.archive().metadata)
    if (key != "weft") model->metadata_.emplace_back(key, value);
  std::unordered_set<std::string> names;
  for (const Json& entry : entries->items()) {
    WEFT_ASSIGN(Entry read, EntryReader(reader, entry).run());
    if (!names.insert(read.name).second)
      return errors::io("load", "the entry `", read.name, "` occurs twice");
    model->entries_.push_back(std::move(read));
  }
#if WEFT_HAS_SOME_OPERATORS
  model->archive_ = std::move(reader).take();
  WEFT_TRY(model->check_packed());
#else
  WEFT_ASSIGN(model->archive_, std::move(reader).take_whole());
  WEFT_TRY(model->check_packed());
  for (const NamedTensor& named : model->archive_.tensors)
    model->loaded_.emplace_back(named.tensor->box().storage());
  model->text_ = describe(*model);
#endif
  return model;
}

// Packed tensors follow from the entry's captures, so no other entry may change these captures: the
// packed ones would then be out of date.
Status Model::check_packed() const {
  // By tensor: two of the entries that change it.
  std::vector<std::pair<const Entry*, const Entry*>> changed_by(archive_.tensors.size());
  for (const Entry& entry : entries_) {
    const Runnable& runs = entry.program ? entry : entry.ready;
    for (const graph::StatePair& state : runs.program->graph().states) {
      auto& [first, other] = changed_by[static_cast<size_t>(
          runs.captures[static_cast<size_t>(state.input) - entry.inputs.size()])];
      (first ? other : first) = &entry;
    }
  }
  for (const Entry& packed : entries_) {
    if (!packed.ready.program) continue;
    for (const int32_t tensor : packed.captures) {
      const auto [first, second] = changed_by[static_cast<size_t>(tensor)];
      const Entry* const other = first == &packed ? second : first;
      if (other)
        return errors::io("load: entry `" + packed.name + "`", "it is packed, but entry `",
                          other->name, "` changes its tensor `",
                          archive_.tensors[static_cast<size_t>(tensor)].name, "`");
    }
  }
  return {};
}

// A write gives a tensor another storage, or counts in its storage.
const Runnable& Model::runnable(const Entry& entry) const {
  if (!entry.program) return entry.ready;
  if (!entry.ready.program || entry.program->budget() > 0) return entry;
  for (const int32_t index : entry.captures) {
    const Storage* const now = tensors()[static_cast<size_t>(index)].tensor->box().storage();
    const Ref<Storage>& loaded = loaded_[static_cast<size_t>(index)];
    if (now != loaded.get() || now->writes.load(std::memory_order_relaxed) > 0) return entry;
  }
  return entry.ready;
}

Status Entry::set_budget(int64_t bytes) const {
  if (program) WEFT_TRY(program->set_budget(bytes));
  return ready.program ? ready.program->set_budget(bytes) : Status();
}

// Names in errors help the user who mistyped one.
Result<const Entry*> Model::entry(std::string_view name) const {
  for (const Entry& entry : entries_)
    if (entry.name == name) return &entry;
  std::string known;
  for (const Entry& entry : entries_) known += (known.empty() ? "`" : ", `") + entry.name + "`";
  return errors::not_found("model", "there is no entry `", name, "`; there are ", known);
}

}  // namespace weft::model
