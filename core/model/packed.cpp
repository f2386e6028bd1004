#include "model/packed.h"

#include <algorithm>

#include "base/errors.h"
#include "base/log.h"
#include "executor/saved_plan.h"
#include "model/saved_plans.h"

namespace weft::model {

Result<const Json*> find_packed(const std::string& where, const Json& entry) {
  constexpr const Json* kNone = nullptr;
  const Json* const packed = entry.find("packed");
  if (!packed) return kNone;
  const Json *version = packed->find("version"), *conditions = packed->find("for"),
             *of = packed->find("of");
  if (!version || !version->is_integer()) return errors::io(where, "what is packed has no version");
  if (version->integer() != kPackedVersion) {
    log(LogLevel::kInfo, where, ": what is packed is not used: it has version ",
        version->integer());
    return kNone;
  }
  if (!conditions || !conditions->is_string() || !of)
    return errors::io(where, "what is packed is damaged");
  const std::string present = executor::graph_conditions(graph::PassSelection());
  if (conditions->text() != present) {
    log(LogLevel::kInfo, where, ": what is packed is not used: it was made for ",
        conditions->text(), "; this is ", present);
    return kNone;
  }
#if !defined(WEFT_RUNTIME_ONLY)  // there the entry's own graph is not read
  if (of->text() != fingerprint_of_entry(entry))
    return errors::io(where, "what is packed is of another graph; pack the file anew");
#endif
  return packed;
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
  return "  packed: " + std::to_string(entry.ready.program->graph().nodes.size()) + " nodes, " +
         std::to_string(tensors) + " packed tensors, " + std::to_string(bytes) + " bytes\n";
}

}  // namespace weft::model
