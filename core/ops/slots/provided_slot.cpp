// Runs the kernel that a library has brought.
#include "ops/slots/provided_slot.h"

#include <mutex>
#include <vector>

#include "base/errors.h"
#include "ops/op.h"
#include "ops/slots/kernel_call.h"

namespace weft::ops {
namespace {

std::string_view word_of(const OpDef& op) {
  return std::string_view(op.name).substr(op.name.find('_') + 1);
}

// The kernels that were brought; they are never dropped. Few operators wait, so a search is enough.
struct Provided {
  std::mutex mutex;
  std::vector<std::pair<const OpDef*, std::unique_ptr<const OpDef>>> kernels;

  const OpDef* find(const OpDef& op) {
    for (const auto& [waiting, provider] : kernels)
      if (waiting == &op) return provider.get();
    return nullptr;
  }
};
Provided& provided() {
  static auto* const instance = new Provided;
  return *instance;
}
const OpDef* provider_of(const OpDef& op) {
  const std::lock_guard lock(provided().mutex);
  return provided().find(op);
}

Status run(const KernelCall& call) {
  const OpDef* const provider = provider_of(call.op);
  if (!provider)
    return errors::unsupported(word_of(call.op), "its kernel is in the library `", call.op.library,
                               "`, which is not loaded; load it first (weft_library_load)");
  const KernelCall passed{*provider,    call.in,   call.out,    call.attributes,
                          call.scratch, call.seed, call.ordinal};
  const Status status = provider->slot.run(passed);
  return status.ok() ? status : errors::renamed(status, word_of(call.op));
}

}  // namespace

OpDef& wait_for_kernel(OpDef& op, std::string_view library) {
  op.library = library;
  return op.kernel(dense_slot(run)).on_caller();
}

bool waits_for_kernel(const OpDef& op) { return op.slot.run == run; }

bool lacks_kernel(const OpDef* op) { return !op || (waits_for_kernel(*op) && !provider_of(*op)); }

bool is_foreign(const OpDef& op) { return op.outside || waits_for_kernel(op); }

Status provide_kernel(const OpDef& op, std::unique_ptr<OpDef> provider) {
  const std::lock_guard lock(provided().mutex);
  if (provided().find(op))
    return errors::invalid_value("register", "operator `", op.name, "` has a kernel already");
  provided().kernels.emplace_back(&op, std::move(provider));
  return {};
}

}  // namespace weft::ops
