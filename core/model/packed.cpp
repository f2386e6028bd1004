// Reads the packed form of entries. Whether it can be used is decided in this order: version,
// conditions, then the fingerprint of the graph that it was made from.
#include "model/packed.h"

#include <algorithm>

#include "base/errors.h"
#include "base/log.h"
#include "executor/plan/saved_plan.h"
#include "model/json/codec.h"
#include "model/saved_plans.h"
#include "weft_parts.h"

namespace weft::model {

Result<const Json*> find_packed(const std::string& where, const Json& entry) {
  constexpr const Json* kNone = nullptr;
  const Json* const packed = entry.find("packed");
  if (!packed) return kNone;
  const Json *version = packed->find("version"), *conditions = packed->find("for"),
             *of = packed->find("of");
  if (!version || !version->is_integer())
    return errors::io(where, "its packed graph has no version");
  if (version->integer() != kPackedVersion) {
    log(LogLevel::kInfo, where, ": the packed graph is not used: it has version ",
        version->integer());
    return kNone;
  }
  if (!conditions || !conditions->is_string() || !of)
    return errors::io(where, "its packed graph is damaged");
  if (!WEFT_KEEPS_batches && packed->find("batch")) return left_out(where, "a batch in parts");
  const std::string present = executor::graph_conditions(graph::PassSelection());
  if (conditions->text() != present) {
    log(LogLevel::kInfo, where, ": the packed graph is not used: it was made for ",
        conditions->text(), "; this is ", present);
    return kNone;
  }
#if !defined(WEFT_RUNTIME_ONLY)  // there the entry's own graph is not read
  if (of->text() != fingerprint_of_entry(entry))
    return errors::io(where, "its packed graph was made from another graph; pack the file again");
#endif
  return packed;
}

namespace {

// Reads the list of ports that are cut along axis 0, as a bit set.
Status read_cut(const std::string& where, const Json& batch, const char* key, int64_t parts,
                std::span<const Port> ports, uint64_t& cut) {
  const Json* list = batch.find(key);
  if (!list || !list->is_array()) return errors::io(where, "its batch must have a list of ", key);
  for (const Json& item : list->items()) {
    const size_t maximum = std::min(ports.size(), graph::BatchParts::kMaxCut);
    if (!item.is_integer() || item.integer() < 0 || item.integer() >= static_cast<int64_t>(maximum))
      return errors::io(where, "its batch must list ", key, " in [0, ", maximum, "); got ",
                        item.integer());
    const auto index = static_cast<size_t>(item.integer());
    const graph::TensorType& type = ports[index].type;
    if (type.shape.rank() == 0 || type.shape.elements() == 0 || type.shape[0] % parts != 0)
      return errors::io(where, "its batch must divide axis 0 of its ", key, " into ", parts,
                        " equal parts; got ", to_string(type));
    if (cut >> index & 1)
      return errors::io(where, "its batch must list each of the ", key, " once; got ", index,
                        " twice");
    cut |= uint64_t{1} << index;
  }
  return {};
}

}  // namespace

Result<graph::BatchParts> read_batch(const std::string& where, const Json& packed,
                                     const Entry& entry) {
  graph::BatchParts batch;
  const Json* json = packed.find("batch");
  if (!json) return batch;
  const Json* parts = json->find("parts");
  if (!parts || !parts->is_integer() || parts->integer() < 2)
    return errors::io(where, "its batch must have at least 2 parts");
  batch.count = parts->integer();
  WEFT_TRY(read_cut(where, *json, "inputs", batch.count, entry.inputs, batch.inputs));
  WEFT_TRY(read_cut(where, *json, "outputs", batch.count, entry.outputs, batch.outputs));
  if (batch.inputs == 0) return errors::io(where, "its batch must list at least one of the inputs");
  return batch;
}

std::string describe_packed(const Model& model, const Entry& entry) {
  if (!entry.ready.program) return {};
  int64_t bytes = 0;
  size_t tensors = 0;
  for (const int32_t index : entry.ready.captures) {
    if (std::ranges::find(entry.captures, index) != entry.captures.end()) continue;
    ++tensors;
    bytes += model.tensors()[static_cast<size_t>(index)].tensor->bytes();
  }
  const int64_t parts = entry.ready.program->parts().count;
  return "  packed: " + std::to_string(entry.ready.program->graph().nodes.size()) + " nodes, " +
         std::to_string(tensors) + " packed tensors, " + std::to_string(bytes) + " bytes" +
         (parts > 1 ? ", a batch in " + std::to_string(parts) + " parts\n" : "\n");
}

}  // namespace weft::model
