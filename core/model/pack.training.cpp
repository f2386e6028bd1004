// Packing: runs the passes, computes what follows from weights alone, and writes the file anew with
// both.
#include <algorithm>
#include <unordered_set>

#include "base/errors.h"
#include "base/log.h"
#include "model/json/codec.h"
#include "model/packed.h"
#include "model/saved_plans.h"

namespace weft::model {
namespace {

using executor::Preparation;
using executor::Prepared;
using executor::Program;

// Such an entry cannot be packed: what is packed would be out of date after a run of the other one.
bool reads_what_others_change(const Model& model, const Entry& entry) {
  for (const Entry& other : model.entries())
    for (const graph::StatePair& state : other.program->graph().states) {
      const int32_t tensor = other.captures[static_cast<size_t>(state.input) - other.inputs.size()];
      if (&other != &entry && std::ranges::count(entry.captures, tensor) > 0) return true;
    }
  return false;
}

// Makes the packed form of one entry, and adds its tensors to the file's.
class Packer {
 public:
  Packer(const Model& model, const Entry& entry, const Json& json)
      : model_(model), entry_(entry), json_(json) {}

  Result<Json> run(std::vector<NamedTensor>& tensors) {
    WEFT_ASSIGN(Program::Ready ready, entry_.program->ready());
    Json captures = Json::array(), constants = Json::array();
    for (const int32_t index : take_read_captures(ready.graph))
      captures.push(model_.tensors()[static_cast<size_t>(index)].name);
    if (ready.preparation) {
      WEFT_ASSIGN(const Ref<Prepared> prepared, prepared_by(*ready.preparation));
      const std::span<const graph::TensorType> types = ready.preparation->types();
      for (size_t i = 0; i < types.size(); ++i) {
        WEFT_ASSIGN(Ref<Tensor> tensor, tensor_on(prepared->contents()[i], types[i]));
        tensors.push_back({entry_.name + ".packed." + std::to_string(i), std::move(tensor)});
        captures.push(tensors.back().name);
      }
    }
    for (const graph::Constant& constant : ready.graph.constants)
      constants.push(name_of(constant.content, tensors));
    WEFT_ASSIGN(Json body, encode_graph(ready.graph, Form::kReady));
    Json packed = Json::object();
    packed.set("version", kPackedVersion);
    packed.set("for", executor::graph_conditions(graph::PassSelection()));
    packed.set("of", fingerprint_of_entry(json_));
    packed.set("captures", std::move(captures));
    packed.set("constants", std::move(constants));
    WEFT_ASSIGN(graph::Graph read, as_read(ready.graph, body));
    packed.set("graph", std::move(body));
    if (ready.parts.count > 1) packed.set("batch", encode_batch(ready.parts));
    WEFT_ASSIGN(const Ref<executor::SavedPlans> plans,
                Program::of_ready(std::move(read))->plans_to_save());
    packed.set("plan", encode_plans(*plans, packed));
    return packed;
  }

 private:
  // Computes the prepared values now.
  Result<Ref<Prepared>> prepared_by(const Preparation& preparation) const {
    std::vector<Storage*> sources;
    std::vector<void*> in;
    for (const int32_t i : preparation.inputs()) {
      const int32_t index = entry_.captures[static_cast<size_t>(i) - entry_.inputs.size()];
      Tensor& tensor = *model_.tensors()[static_cast<size_t>(index)].tensor;
      sources.push_back(tensor.box().storage());
      in.push_back(tensor.data());
    }
    WEFT_ASSIGN(Ref<Prepared> prepared, Prepared::allocate(preparation.types(), sources));
    WEFT_ASSIGN(const executor::FramePtr frame, preparation.plan().checkout());
    WEFT_TRY(preparation.make(*frame, *prepared, in));
    return prepared;
  }

  // The field "batch".
  static Json encode_batch(const graph::BatchParts& parts) {
    const auto members = [](uint64_t set) {
      Json list = Json::array();
      for (size_t i = 0; i < graph::BatchParts::kMaxCut; ++i)
        if (set >> i & 1) list.push(static_cast<int64_t>(i));
      return list;
    };
    Json batch = Json::object();
    batch.set("parts", parts.count);
    batch.set("inputs", members(parts.inputs));
    batch.set("outputs", members(parts.outputs));
    return batch;
  }

  // The captures that the graph still reads or changes; the others are removed from its inputs.
  std::vector<int32_t> take_read_captures(graph::Graph& graph) const {
    std::vector<bool> is_read(graph.values.size(), false);
    const auto read = [&](graph::ValueId id) { is_read[static_cast<size_t>(id)] = true; };
    for (const graph::Node& node : graph.nodes)
      for (const graph::Operand& operand : node.operands)
        if (operand.is_value()) read(operand.value);
    std::ranges::for_each(graph.outputs, read);
    for (const graph::StatePair& state : graph.states)
      read(graph.inputs[static_cast<size_t>(state.input)]);
    const size_t first = entry_.inputs.size(), captures = entry_.captures.size();
    std::vector<int32_t> kept, position(graph.inputs.size(), -1);
    std::vector<graph::ValueId> inputs;
    for (size_t i = 0; i < graph.inputs.size(); ++i) {
      const bool is_capture = i >= first && i < first + captures;
      if (is_capture && !is_read[static_cast<size_t>(graph.inputs[i])]) continue;
      if (is_capture) kept.push_back(entry_.captures[i - first]);
      position[i] = static_cast<int32_t>(inputs.size());
      inputs.push_back(graph.inputs[i]);
    }
    for (graph::StatePair& state : graph.states)
      state.input = position[static_cast<size_t>(state.input)];
    graph.inputs = std::move(inputs);
    return kept;
  }

  // The graph as a reader will have it: values are numbered anew, and the plan must fit that.
  Result<graph::Graph> as_read(const graph::Graph& ready, const Json& body) const {
    graph::Graph read;
    for (size_t i = 0; i < ready.inputs.size(); ++i)
      read.add_input(ready.type(ready.inputs[i]),
                     i < entry_.inputs.size() ? entry_.inputs[i].name : std::string());
    for (const graph::Constant& constant : ready.constants)
      WEFT_TRY(read.add_constant(constant.content).status());
    WEFT_TRY(decode_graph("pack", body, read, Form::kReady));
    return read;
  }

  // A tensor on memory that was computed here.
  static Result<Ref<Tensor>> tensor_on(const Ref<Storage>& storage, const graph::TensorType& type) {
    Box* const box = Box::create(storage);
    if (!box) return errors::out_of_memory("pack", sizeof(Box));
    return Tensor::whole(type.dtype, type.shape, Ref<Box>::adopt(box));
  }

  // The name of a constant in the file. A constant that the passes left as it was is a tensor of
  // the file already.
  std::string name_of(const Ref<Tensor>& constant, std::vector<NamedTensor>& tensors) {
    for (const NamedTensor& named : model_.tensors())
      if (named.tensor->data() == constant->data() && named.tensor->dtype() == constant->dtype() &&
          named.tensor->shape() == constant->shape() && constant->dense())
        return named.name;
    tensors.push_back({entry_.name + ".packed.constant." + std::to_string(constants_++), constant});
    return tensors.back().name;
  }

  const Model& model_;
  const Entry& entry_;
  const Json& json_;
  int constants_ = 0;
};

// The names of tensors that only an earlier packing needs: they are dropped.
std::unordered_set<std::string> packed_before(const Json& entries) {
  std::unordered_set<std::string> names;
  const auto for_each_name = [&](const Json* holder, const auto& use) {
    for (const char* key : {"captures", "constants"})
      if (const Json* list = holder ? holder->find(key) : nullptr)
        for (const Json& name : list->items()) use(std::string(name.text()));
  };
  for (const Json& entry : entries.items())
    for_each_name(entry.find("packed"), [&](const std::string& name) { names.insert(name); });
  for (const Json& entry : entries.items())
    for_each_name(&entry, [&](const std::string& name) { names.erase(name); });
  return names;
}

}  // namespace

Status pack(const std::string& path) {
  WEFT_ASSIGN(const Ref<Model> model, Model::load(path));
  WEFT_ASSIGN(const Json old, parse_json(*model->archive().find_metadata("weft")));
  const Json& old_entries = *old.find("entries");
  const std::unordered_set<std::string> dropped = packed_before(old_entries);
  std::vector<NamedTensor> tensors;
  for (const NamedTensor& named : model->tensors())
    if (!dropped.contains(named.name)) tensors.push_back(named);
  Json entries = Json::array();
  size_t next = 0;
  for (const Json& json : old_entries.items()) {
    const Entry& entry = model->entries()[next++];
    Json changed = Json::object();
    for (const Json::Member& member : json.members())
      if (member.key() != "packed") changed.set(member.key(), member.value);
    if (!entry.program->stages() && !reads_what_others_change(*model, entry)) {
      WEFT_ASSIGN(Json packed, Packer(*model, entry, json).run(tensors));
      changed.set("packed", std::move(packed));
    } else {
      log(LogLevel::kInfo, "pack: entry `", entry.name, "` stays as it is: ",
          entry.program->stages() ? "its shapes are those of a run"
                                  : "another entry changes what it reads");
    }
    entries.push(std::move(changed));
  }
  Json json = Json::object();
  for (const Json::Member& member : old.members())
    json.set(member.key(), member.key() == "entries" ? entries : member.value);
  Metadata metadata = model->archive().metadata;
  for (auto& [key, text] : metadata)
    if (key == "weft") text = write_json(json);
  return write_archive(path, tensors, metadata);
}

}  // namespace weft::model
