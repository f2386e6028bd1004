// The table of operators: built-in ones from the generated list, and those registered at run time.
// A definition never moves or dies, so pointers to it stay valid on every thread.

#include "ops/registry.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <unordered_map>

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

// A null entry ends the list, so that it is never empty.
const Registered kBuiltIn[] = {
#define WEFT_OPERATOR(name) {#name, define_##name},
#include "weft_operators.inc"
#undef WEFT_OPERATOR
    {{}, nullptr},
};

// Room for all operators is reserved at once: spans that all_ops handed out stay valid when
// operators are added.
constexpr size_t kMaxOperators = 4096;

#if WEFT_HAS_SOME_OPERATORS
// A build with some operators has few of them: a linear search is enough, and no hash table is
// linked.
class ByName {
 public:
  const OpDef* find(std::string_view name) const {
    for (const OpDef* op : ops_)
      if (op->name == name) return op;
    return nullptr;
  }
  void add(const OpDef* op) { ops_.push_back(op); }

 private:
  std::vector<const OpDef*> ops_;
};
#else
class ByName {
 public:
  const OpDef* find(std::string_view name) const {
    const auto found = ops_.find(name);
    return found == ops_.end() ? nullptr : found->second;
  }
  void add(const OpDef* op) { ops_.emplace(op->name, op); }

 private:
  std::unordered_map<std::string_view, const OpDef*> ops_;
};
#endif

// It only grows. Operators never move, so that `const OpDef*` and their names stay valid.
struct Registry {
  ByName built_in;  // complete before anyone sees the registry, so it is read without the lock
  Status status;

  std::mutex mutex;  // guards what follows
  ByName registered;
  std::vector<const OpDef*> in_order;
  std::vector<std::unique_ptr<const OpDef>> owned;
};

Result<const OpDef*> add(Registry& registry, ByName& names, std::unique_ptr<OpDef> op) {
  WEFT_TRY(op->check_complete());
  if (registry.built_in.find(op->name) || registry.registered.find(op->name))
    return errors::invalid_value("register", "operator `", op->name, "` exists already");
  if (registry.in_order.size() == kMaxOperators)
    return errors::invalid_value("register", "operator `", op->name,
                                 "` cannot be added; there may be at most ", kMaxOperators);
  op->id = static_cast<int>(registry.in_order.size());
  const OpDef* const added = op.get();
  registry.owned.push_back(std::move(op));
  names.add(added);
  registry.in_order.push_back(added);
  return added;
}

Registry& registry() {
  static Registry* const instance = [] {
    auto* created = new Registry;
    created->in_order.reserve(kMaxOperators);
    for (const Registered& entry : kBuiltIn) {
      if (!entry.define) break;
      auto op = std::make_unique<OpDef>(entry.name);
      entry.define(*op);
      const auto added = add(*created, created->built_in, std::move(op));
      if (!added.ok() && created->status.ok()) created->status = added.status();
    }
    return created;
  }();
  return *instance;
}

}  // namespace

Status registry_status() { return registry().status; }

std::span<const OpDef* const> all_ops() {
  Registry& r = registry();
  const std::lock_guard lock(r.mutex);
  return r.in_order;
}

const OpDef* find_op(std::string_view name) {
  Registry& r = registry();
  if (const OpDef* op = r.built_in.find(name)) return op;
  const std::lock_guard lock(r.mutex);
  return r.registered.find(name);
}

#if WEFT_HAS_SOME_OPERATORS
namespace {

// Stands for an operator that this build does not have: a builder that should make a node of it
// returns an error with its name (GraphBuilder::emit). It has the largest number of results.
const OpDef& missing_op(std::string_view name) {
  static std::mutex mutex;
  static auto* const known = new ByName;
  const std::lock_guard lock(mutex);
  if (const OpDef* op = known->find(name)) return *op;
  auto op = std::make_unique<OpDef>(name);
  op->output_count = kMaxOutputs;
  known->add(op.get());
  return *op.release();  // lives as long as the registry, which is never destroyed
}

}  // namespace
#endif

const OpDef& op_named(std::string_view name) {
  const OpDef* op = registry().built_in.find(name);
#if WEFT_HAS_SOME_OPERATORS
  if (!op) return missing_op(name);
#endif
  if (!op)
    std::fprintf(stderr, "weft: the core names an operator that is not built in: %.*s\n",
                 static_cast<int>(name.size()), name.data());
  WEFT_ASSERT(op != nullptr);
  return *op;
}

Result<const OpDef*> register_op(std::unique_ptr<OpDef> op) {
  Registry& r = registry();
  WEFT_TRY(r.status);
  const std::lock_guard lock(r.mutex);
  return add(r, r.registered, std::move(op));
}

}  // namespace weft::ops
