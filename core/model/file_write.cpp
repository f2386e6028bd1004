// Writes .weft files: collects entries, tensors and metadata, and writes them as one safetensors
// archive. Contents are held at the call that adds them, so the program may go on training.
#include <algorithm>
#include <cstring>

#include "base/errors.h"
#include "graph/ir/control.h"
#include "graph/passes/passes.h"
#include "model/archive/half_bytes.h"
#include "model/archive/held_tensor.h"
#include "model/file.h"
#include "model/json/codec.h"
#include "runtime/engine/engine.h"
#include "runtime/random_state.h"

namespace weft::model {
namespace {

Json encode_ports(std::span<const std::string> names, const graph::Graph& graph,
                  std::span<const graph::ValueId> values) {
  Json ports = Json::array();
  for (size_t i = 0; i < names.size(); ++i) {
    Json port = Json::object();
    port.set("name", names[i]);
    port.set("type", encode_type(graph.type(values[i])));
    ports.push(std::move(port));
  }
  return ports;
}

// Callers bind ports by name, so the names of an entry's inputs (outputs) must differ.
Status check_names(std::string_view what, std::span<const std::string> names) {
  for (size_t i = 0; i < names.size(); ++i)
    if (names[i].empty() || std::ranges::count(names, names[i]) > 1)
      return errors::invalid_value("save", "names of ", what,
                                   " must be distinct and not empty; got `", names[i], "`");
  return {};
}

}  // namespace

// Adds the random state: runs of the file go on where the program's random numbers are now.
Status Writer::add_random_state() {
  for (const SavedTensor& known : tensors_)
    if (known.tensor.name == kRandomState) return {};
  WEFT_ASSIGN(Ref<Tensor> state, Tensor::create(DType::kUInt64, Shape{2}));
  const RandomKey now = take_ordinals(0);
  const uint64_t numbers[] = {now.seed, now.first_ordinal};
  std::memcpy(state->data(), numbers, sizeof numbers);
  tensors_.push_back({{std::string(kRandomState), std::move(state)}, {}, nullptr});
  return {};
}

// Adds a tensor, once for each name.
Status Writer::add_tensor(const NamedTensor& named) {
  if (named.name == kRandomState)
    return errors::invalid_value("save", "the name `", kRandomState, "` is reserved for Weft");
  const Box* origin = &named.tensor->box();
  for (const SavedTensor& known : tensors_) {
    if (known.tensor.name != named.name) continue;
    if (known.box == origin && known.tensor.tensor->offset() == named.tensor->offset() &&
        known.tensor.tensor->shape() == named.tensor->shape() &&
        known.tensor.tensor->dtype() == named.tensor->dtype())
      return {};
    return errors::invalid_value("save", "two arrays have the name `", named.name, "`");
  }
  WEFT_ASSIGN(HeldTensor held, hold_content(named));
  WEFT_TRY(wait_to_read(*held.tensor->box().storage()));
  tensors_.push_back({{named.name, std::move(held.tensor)}, std::move(held.value), origin});
  return {};
}

// A graph loses what the file does not need: captures without a name, dead code, and source lines.
Status Writer::add_entry(std::string_view name, const graph::Graph& source,
                         std::span<const std::string> input_names,
                         std::span<const std::string> output_names,
                         std::span<const NamedTensor> all_captures) {
  for (const SavedEntry& entry : entries_)
    if (entry.name == name)
      return errors::invalid_value("save", "the entry `", name, "` exists already");
  if (name.empty()) return errors::invalid_value("save", "an entry needs a name");
  WEFT_TRY(check_names("inputs", input_names));
  WEFT_TRY(check_names("outputs", output_names));
  if (input_names.size() + all_captures.size() != source.inputs.size() ||
      output_names.size() > source.outputs.size())
    return errors::invalid_value(
        "save", "entry `", name, "` has ", source.inputs.size(), " inputs with captures and ",
        source.outputs.size(), " outputs; got names for ", input_names.size() + all_captures.size(),
        " and ", output_names.size());
  std::vector<NamedTensor> captures;
  std::vector<int32_t> left_out;
  for (size_t i = 0; i < all_captures.size(); ++i) {
    if (all_captures[i].name.empty())
      left_out.push_back(static_cast<int32_t>(input_names.size() + i));
    else
      captures.push_back(all_captures[i]);
  }
  Result<graph::Graph> kept = graph::without_states(source, left_out);
  if (!kept.ok())
    return errors::invalid_value("save", "entry `", name, "` reads an array without a name (",
                                 kept.status().message(), ")");
  graph::Graph graph = kept.take();
  // Sizes refer to nodes by index, so a graph with sizes keeps all of its nodes.
  if (graph.sizes.empty()) {
    WEFT_ASSIGN(graph, remove_dead_code(graph, {}));
  }
  if (!keeps_source_lines_) forget_lines(graph);
  Json capture_names = Json::array(), constant_names = Json::array();
  for (const NamedTensor& capture : captures) {
    WEFT_TRY(add_tensor(capture));
    capture_names.push(capture.name);
  }
  for (size_t i = 0; i < graph.constants.size(); ++i) {
    const std::string constant = std::string(name) + ".constant." + std::to_string(i);
    WEFT_TRY(add_tensor({constant, graph.constants[i].content}));
    constant_names.push(constant);
  }
  if (graph.ordinals > 0) WEFT_TRY(add_random_state());
  WEFT_ASSIGN(Json body, encode_graph(graph));
  Json json = Json::object();
  json.set("name", name);
  json.set("inputs", encode_ports(input_names, graph, graph.inputs));
  json.set("outputs", encode_ports(output_names, graph, graph.outputs));
  json.set("captures", std::move(capture_names));
  json.set("constants", std::move(constant_names));
  json.set("graph", std::move(body));
  entries_.push_back({std::string(name), write_json(json), graph.sizes.empty() ? 1 : 2});
  return {};
}

Status Writer::set_metadata(std::string_view key, std::string_view value) {
  if (key == "weft")
    return errors::invalid_value("save", "the metadata key `weft` is reserved for Weft");
  for (auto& [known, text] : metadata_)
    if (known == key) {
      text = value;
      return {};
    }
  metadata_.emplace_back(key, value);
  return {};
}

Status Writer::save(const std::string& path) const {
  if (entries_.empty())
    return errors::invalid_state("save",
                                 "there is no entry point to save; export after a call, or "
                                 "give example inputs");
  int64_t format = 1;
  for (const SavedEntry& entry : entries_) format = std::max(format, entry.format);
  for (const SavedTensor& saved : tensors_)
    if (is_of_four_bits(saved.tensor.tensor->dtype())) format = kFormatVersion;
  std::string text = "{\"format\":" + std::to_string(format) + ",\"entries\":[";
  for (size_t i = 0; i < entries_.size(); ++i) text += (i ? "," : "") + entries_[i].json;
  text += "]}";
  Metadata metadata{{"weft", text}};
  metadata.insert(metadata.end(), metadata_.begin(), metadata_.end());
  std::vector<NamedTensor> tensors;
  for (const SavedTensor& saved : tensors_) tensors.push_back(saved.tensor);
  return write_archive(path, tensors, metadata);
}

}  // namespace weft::model
