// The table of operators: built-in ones from the generated list, and those registered at run time.
// A built-in one is defined when it is first asked for: a model has few of them, and a module of
// WebAssembly loads the definers of the others only then. A definition never moves or dies, so
// pointers to it stay valid on every thread.

#include "ops/registry.h"

#include <algorithm>
#include <array>
#include <atomic>
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

// Sorted by name. A null entry ends the list, so that it is never empty.
constexpr Registered kBuiltIn[] = {
#define WEFT_OPERATOR(name) {#name, define_##name},
#include "weft_operators.inc"
#undef WEFT_OPERATOR
    {{}, nullptr},
};
constexpr size_t kBuiltIns = std::size(kBuiltIn) - 1;
static_assert(std::is_sorted(kBuiltIn, kBuiltIn + kBuiltIns,
                             [](const Registered& a, const Registered& b) {
                               return a.name < b.name;
                             }));

// Room for all operators is reserved at once: spans that all_ops handed out stay valid when
// operators are added.
constexpr size_t kMaxOperators = 4096;

#if WEFT_HAS_SOME_OPERATORS
// Operators by name. A build with some operators looks for few of them: no hash table is linked.
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

// The place of a name in kBuiltIn; kBuiltIns if it has none.
class Places {
 public:
  size_t find(std::string_view name) const {
    const Registered* const end = kBuiltIn + kBuiltIns;
    const Registered* const found = std::lower_bound(
        kBuiltIn, end, name,
        [](const Registered& entry, std::string_view wanted) { return entry.name < wanted; });
    return found != end && found->name == name ? static_cast<size_t>(found - kBuiltIn) : kBuiltIns;
  }
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

class Places {
 public:
  Places() {
    places_.reserve(kBuiltIns);
    for (size_t i = 0; i < kBuiltIns; ++i) places_.emplace(kBuiltIn[i].name, i);
  }
  size_t find(std::string_view name) const {
    const auto found = places_.find(name);
    return found == places_.end() ? kBuiltIns : found->second;
  }

 private:
  std::unordered_map<std::string_view, size_t> places_;
};
#endif

// It only grows. Operators never move, so that `const OpDef*` and their names stay valid.
struct Registry {
  const Places places{};
  // By place in kBuiltIn; null while nobody has asked for it. Who sees a pointer sees the
  // definition.
  std::array<std::atomic<const OpDef*>, kBuiltIns + 1> built_in{};

  std::mutex mutex;  // guards what follows; a definer asks for no other operator
  Status status;     // of the first definition that is incomplete
  ByName registered;
  std::vector<const OpDef*> in_order;  // built-in ones may be null before all_ops
  std::vector<std::unique_ptr<const OpDef>> owned;
};

Registry& registry() {
  static Registry* const instance = [] {
    auto* created = new Registry;
    created->in_order.reserve(kMaxOperators);
    created->in_order.resize(kBuiltIns);
    return created;
  }();
  return *instance;
}

// The built-in operator at a place, defined if it was not. The caller holds the mutex.
const OpDef* define(Registry& registry, size_t place) {
  if (const OpDef* op = registry.built_in[place].load(std::memory_order_relaxed)) return op;
  auto op = std::make_unique<OpDef>(kBuiltIn[place].name);
  kBuiltIn[place].define(*op);
  if (Status complete = op->check_complete(); !complete.ok() && registry.status.ok())
    registry.status = std::move(complete);
  op->id = static_cast<int>(place);
  const OpDef* const defined = op.get();
  registry.owned.push_back(std::move(op));
  registry.in_order[place] = defined;
  registry.built_in[place].store(defined, std::memory_order_release);
  return defined;
}

// The built-in operator of a name; null if there is none.
const OpDef* find_built_in(Registry& registry, std::string_view name) {
  const size_t place = registry.places.find(name);
  if (place == kBuiltIns) return nullptr;
  if (const OpDef* op = registry.built_in[place].load(std::memory_order_acquire)) return op;
  const std::lock_guard lock(registry.mutex);
  return define(registry, place);
}

void define_all(Registry& registry) {
  for (size_t place = 0; place < kBuiltIns; ++place) define(registry, place);
}

}  // namespace

Status registry_status() {
  Registry& r = registry();
  const std::lock_guard lock(r.mutex);
  define_all(r);
  return r.status;
}

std::span<const OpDef* const> all_ops() {
  Registry& r = registry();
  const std::lock_guard lock(r.mutex);
  define_all(r);
  return r.in_order;
}

const OpDef* find_op(std::string_view name) {
  Registry& r = registry();
  if (const OpDef* op = find_built_in(r, name)) return op;
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
  const OpDef* op = find_built_in(registry(), name);
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
  WEFT_TRY(op->check_complete());
  Registry& r = registry();
  const std::lock_guard lock(r.mutex);
  if (r.places.find(op->name) != kBuiltIns || r.registered.find(op->name))
    return errors::invalid_value("register", "operator `", op->name, "` exists already");
  if (r.in_order.size() == kMaxOperators)
    return errors::invalid_value("register", "operator `", op->name,
                                 "` cannot be added; there may be at most ", kMaxOperators);
  op->id = static_cast<int>(r.in_order.size());
  const OpDef* const added = op.get();
  r.owned.push_back(std::move(op));
  r.registered.add(added);
  r.in_order.push_back(added);
  return added;
}

}  // namespace weft::ops
