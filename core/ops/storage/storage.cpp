// Which operators move elements of a storage dtype as they are. Their kernels see bytes
// (run_kernel), so they need no form of their own.

#include "ops/storage/storage.h"

#include <algorithm>

#include "base/errors.h"

namespace weft::ops {
namespace {

// Sorted by name, so that an operator is found by bisection.
constexpr std::string_view kMoving[] = {
    "broadcast_to", "concatenate", "copy",      "diagonal", "gather", "pick_rows",
    "pick_update",  "reshape",     "scatter",   "slice",    "split",  "stop_gradient",
    "strided_view", "take_rows",   "transpose", "update"};
static_assert(std::ranges::is_sorted(kMoving));

// Their kernels know the storage dtypes.
bool converts(const OpDef& op) {
  return op.name == "narrow" || op.name == "widen" || op.name == "reinterpret";
}

// `scatter` moves elements, or adds them up.
bool adds_up(const OpDef& op, std::span<const Argument> attributes) {
  return op.name == "scatter" && op.reader(attributes).flag("accumulate");
}

}  // namespace

bool moves_bytes(const OpDef& op) {
  return !op.outside && std::ranges::binary_search(kMoving, std::string_view(op.name));
}

Status check_moves_bytes(const OpDef& op, std::span<const TensorType> inputs, DType dtype,
                         std::span<const Argument> attributes) {
  if (op.outside || converts(op)) return {};
  if (!moves_bytes(op) || adds_up(op, attributes))
    return errors::invalid_type(op.name, "has no kernel for ", dtype);
  for (size_t i = 0; i < inputs.size(); ++i) {
    const bool takes_part = inputs[i].shape.rank() >= 0 && !op.input_at(i).keeps_dtype;
    if (takes_part && inputs[i].dtype != dtype)
      return errors::invalid_type(op.name, "`", op.input_name(i), "` must be ", dtype,
                                  ", as other elements are; got ", inputs[i].dtype);
  }
  return {};
}

#if defined(WEFT_RUNTIME_ONLY)
// In files casts are `widen` and `narrow`.
std::optional<Values> on_storage(const OpDef&, std::span<const Value>, std::span<const Argument>,
                                 Builder&) {
  return {};
}
#endif

}  // namespace weft::ops
