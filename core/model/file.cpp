#include "model/file.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "base/errors.h"
#include "graph/sizes.h"
#include "model/codec.h"

namespace weft::model {
namespace {

class EntryReader {
 public:
  EntryReader(const Archive& archive, const Json& json) : archive_(archive), json_(json) {}

  Result<Entry> run() {
    const Json* name = json_.find("name");
    if (!name || !name->is_string() || name->text().empty())
      return errors::io("load", "an entry has no name");
    entry_.name = name->text();
    where_ = "load: entry `" + entry_.name + "`";
    graph::Graph graph;
    WEFT_TRY(read_inputs(graph));
    WEFT_TRY(read_tensors("captures", [&](int32_t index) -> Status {
      entry_.captures.push_back(index);
      const Tensor& tensor = *archive_.tensors[static_cast<size_t>(index)].tensor;
      graph.add_input({tensor.dtype(), tensor.shape(), {}});
      return {};
    }));
    WEFT_TRY(read_tensors("constants", [&](int32_t index) -> Status {
      return graph.add_constant(archive_.tensors[static_cast<size_t>(index)].tensor).status();
    }));
    const Json* body = json_.find("graph");
    if (!body) return errors::io(where_, "it has no graph");
    WEFT_TRY(decode_graph(where_, *body, graph));
    WEFT_TRY(read_outputs(graph));
    WEFT_TRY(find_largest_outputs(graph));
    WEFT_ASSIGN(entry_.program, executor::Program::create(std::move(graph)));
    return std::move(entry_);
  }

 private:
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

  Status read_inputs(graph::Graph& graph) {
    const Json* inputs = json_.find("inputs");
    if (!inputs || !inputs->is_array()) return errors::io(where_, "it has no inputs");
    for (const Json& json : inputs->items()) {
      WEFT_ASSIGN(Port port, read_port(json));
      graph.add_input(port.type, port.name);
      entry_.inputs.push_back(std::move(port));
    }
    return {};
  }

  template <class Use>
  Status read_tensors(const char* key, const Use& use) {
    const Json* names = json_.find(key);
    if (!names || !names->is_array()) return errors::io(where_, "it has no ", key);
    for (const Json& name : names->items()) {
      const int32_t index = archive_.find_tensor(name.text());
      if (!name.is_string() || index < 0)
        return errors::io(where_, "the file has no tensor `", name.text(), "`");
      WEFT_TRY(use(index));
    }
    return {};
  }

  // The caller's outputs come first in the graph; the rest are new contents of states.
  Status read_outputs(const graph::Graph& graph) {
    const Json* outputs = json_.find("outputs");
    if (!outputs || !outputs->is_array() || outputs->items().size() > graph.outputs.size())
      return errors::io(where_, "its outputs do not fit its graph");
    for (const Json& json : outputs->items()) {
      WEFT_ASSIGN(Port port, read_port(json));
      const size_t i = entry_.outputs.size();
      if (!(port.type == graph.type(graph.outputs[i])))
        return errors::io(where_, "output `", port.name, "` is ", to_string(port.type),
                          "; the graph gives ", to_string(graph.type(graph.outputs[i])));
      entry_.outputs.push_back(std::move(port));
    }
    for (const graph::StatePair& state : graph.states)
      if (static_cast<size_t>(state.input) < entry_.inputs.size() ||
          static_cast<size_t>(state.output) < entry_.outputs.size())
        return errors::io(where_, "a state must be a capture and an output without a name");
    if (graph.states.size() + entry_.outputs.size() != graph.outputs.size())
      return errors::io(where_, "it has outputs that are neither named nor states");
    return {};
  }

  // Shapes that follow from values are at most those of the largest sizes.
  Status find_largest_outputs(const graph::Graph& graph) {
    if (graph.sizes.empty()) return {};
    const std::vector<int64_t> largest = graph::largest_sizes(graph);
    WEFT_ASSIGN(const graph::Graph at_most, for_sizes(graph, graph.input_types(), largest));
    std::vector<int64_t> fewer;
    for (const int64_t size : largest) fewer.push_back(std::max<int64_t>(size - 1, 0));
    WEFT_ASSIGN(const graph::Graph smaller, for_sizes(graph, graph.input_types(), fewer));
    for (size_t i = 0; i < entry_.outputs.size(); ++i) {
      Port& port = entry_.outputs[i];
      port.type = at_most.type(at_most.outputs[i]);
      port.is_largest = !(port.type == smaller.type(smaller.outputs[i]));
    }
    return {};
  }

  const Archive& archive_;
  const Json& json_;
  Entry entry_;
  std::string where_ = "load";
};

std::string ports_text(std::span<const Port> ports) {
  std::string text;
  for (const Port& port : ports)
    text += (text.empty() ? "" : ", ") + port.name + (port.is_largest ? ": up to " : ": ") +
            to_string(port.type);
  return text;
}

std::map<std::string, std::string> libraries_of(const Model& model) {
  std::map<std::string, std::string> libraries;
  for (const Entry& entry : model.entries())
    for (const graph::Node& node : entry.program->graph().nodes)
      if (node.op && node.op->outside) libraries.emplace(node.op->name, node.op->library);
  return libraries;
}

std::string describe(const Model& model) {
  std::string text = "Weft model, format " + std::to_string(model.format_version()) + "\n";
  for (const Entry& entry : model.entries())
    text += "entry " + entry.name + "(" + ports_text(entry.inputs) + ") -> (" +
            ports_text(entry.outputs) +
            "): " + std::to_string(entry.program->graph().nodes.size()) + " nodes, " +
            std::to_string(entry.captures.size()) + " captures, " +
            std::to_string(entry.program->graph().states.size()) + " states\n";
  for (const auto& [op, library] : libraries_of(model))
    text += "operator " + op + " of " + (library.empty() ? "the program" : library) + "\n";
  int64_t bytes = 0;
  for (const NamedTensor& named : model.tensors()) bytes += named.tensor->bytes();
  text +=
      std::to_string(model.tensors().size()) + " tensors, " + std::to_string(bytes) + " bytes\n";
  for (const NamedTensor& named : model.tensors())
    text += "  " + named.name + ": " + std::string(name_of(named.tensor->dtype())) +
            to_string(named.tensor->shape()) + "\n";
  for (const auto& [key, value] : model.metadata()) text += "metadata " + key + ": " + value + "\n";
  return text;
}

}  // namespace

Result<Ref<Model>> Model::load(const std::string& path) {
  WEFT_ASSIGN(Archive archive, read_archive(path));
  return from_archive(std::move(archive));
}

Result<Ref<Model>> Model::load_memory(const void* data, size_t bytes) {
  WEFT_ASSIGN(Archive archive, read_archive(data, bytes));
  return from_archive(std::move(archive));
}

Result<Ref<Model>> Model::from_archive(Archive archive) {
  const std::string* text = archive.find_metadata("weft");
  if (!text)
    return errors::invalid_value("load",
                                 "the file holds tensors but no Weft model; load it as "
                                 "named arrays");
  Result<Json> parsed = parse_json(*text);
  if (!parsed.ok()) return errors::io("load", "the model's text: ", parsed.status().message());
  const Json json = parsed.take();
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
  model->version_ = version->integer();
  for (const auto& [key, value] : archive.metadata)
    if (key != "weft") model->metadata_.emplace_back(key, value);
  model->archive_ = std::move(archive);
  for (const Json& entry : entries->items()) {
    WEFT_ASSIGN(Entry read, EntryReader(model->archive_, entry).run());
    if (model->entry(read.name).ok())
      return errors::io("load", "the entry `", read.name, "` stands twice");
    model->entries_.push_back(std::move(read));
  }
  model->text_ = describe(*model);
  return model;
}

Result<const Entry*> Model::entry(std::string_view name) const {
  std::string known;
  for (const Entry& entry : entries_) {
    if (entry.name == name) return &entry;
    known += (known.empty() ? "`" : ", `") + entry.name + "`";
  }
  return errors::not_found("model", "there is no entry `", name, "`; there are ", known);
}

}  // namespace weft::model
