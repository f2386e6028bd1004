#include "ops/registry.h"

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>

#include "base/errors.h"

#define WEFT_OPERATOR(name)      \
  namespace weft::ops {          \
  void define_##name(OpDef& op); \
  }
#include "weft_operators.inc"
#undef WEFT_OPERATOR

namespace weft::ops {
namespace {

struct Registered {
  std::string_view name;
  Definer define;
};

// The generated list ends without a comma problem: a null entry closes it.
const Registered kBuiltIn[] = {
#define WEFT_OPERATOR(name) {#name, define_##name},
#include "weft_operators.inc"
#undef WEFT_OPERATOR
    {{}, nullptr},
};

// Grows only; entries never move, so that `const OpDef*` stays good.
struct Registry {
  std::mutex mutex;
  std::map<std::string, std::unique_ptr<OpDef>, std::less<>> by_name;
  std::vector<const OpDef*> in_order;
  Status status;
};

Status add(Registry& registry, std::string_view name, Definer define) {
  auto op = std::make_unique<OpDef>(name);
  define(*op);
  WEFT_TRY(op->check_complete());
  if (registry.by_name.contains(name))
    return errors::invalid_value("register", "operator `", name, "` exists already");
  op->id = static_cast<int>(registry.in_order.size());
  registry.in_order.push_back(op.get());
  registry.by_name.emplace(std::string(name), std::move(op));
  return {};
}

Registry& registry() {
  static Registry* const instance = [] {
    auto* created = new Registry;
    created->in_order.reserve(4096);  // spans handed out stay good while operators are added
    for (const Registered& entry : kBuiltIn) {
      if (!entry.define) break;
      Status status = add(*created, entry.name, entry.define);
      if (!status.ok() && created->status.ok()) created->status = status;
    }
    return created;
  }();
  return *instance;
}

}  // namespace

Status registry_status() { return registry().status; }

std::span<const OpDef* const> all_ops() { return registry().in_order; }

const OpDef* find_op(std::string_view name) {
  Registry& r = registry();
  const std::lock_guard lock(r.mutex);
  const auto found = r.by_name.find(name);
  return found == r.by_name.end() ? nullptr : found->second.get();
}

const OpDef& op_named(std::string_view name) {
  const OpDef* op = find_op(name);
  if (!op)
    std::fprintf(stderr, "weft: the core names an operator that is not built in: %.*s\n",
                 static_cast<int>(name.size()), name.data());
  WEFT_ASSERT(op != nullptr);
  return *op;
}

Status register_op(std::string_view name, Definer define) {
  Registry& r = registry();
  const std::lock_guard lock(r.mutex);
  return add(r, name, define);
}

}  // namespace weft::ops
