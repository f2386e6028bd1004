// weft.h: functions of the host that graphs call, behind the operator `callback`.
#include <memory>
#include <vector>

#include "guard.h"
#include "ops/slots/host_function.h"

using namespace weft;

namespace {

using Tensors = std::span<const Ref<Tensor>>;

// The function that the core calls. It lends the inputs to C and takes the references that C filled
// in.
auto host_call(std::string name, weft_host_call call, std::shared_ptr<void> context) {
  return [=](Tensors inputs, std::span<Ref<Tensor>> outputs) -> Status {
    std::vector<weft_tensor> given;
    for (const Ref<Tensor>& input : inputs) given.push_back(c::handle(input.get()));
    std::vector<weft_tensor> filled(outputs.size(), nullptr);
    const Status before = thread_state().last_error;
    const weft_status status =
        call(context.get(), given.data(), given.size(), filled.data(), filled.size());
    for (size_t i = 0; i < filled.size(); ++i)
      outputs[i] = Ref<Tensor>::adopt(c::tensor(filled[i]));
    return c::of_callback(status, before, "callback: `" + name + "` failed");
  };
}

}  // namespace

extern "C" {

weft_status weft_host_function_create(const char* name, weft_host_call call, void* context,
                                      void (*release)(void*), weft_host_function* out) {
  // `release` runs once, when the last copy of this pointer is gone, also if this call fails.
  const std::shared_ptr<void> kept(context, [release](void* given) {
    if (release) release(given);
  });
  return c::guard([&]() -> Status {
    WEFT_TRY(
        c::require("weft_host_function_create",
                   {{"name", name}, {"call", reinterpret_cast<const void*>(call)}, {"out", out}}));
    *out = reinterpret_cast<weft_host_function>(
        new ops::HostFunction(name, host_call(name, call, kept)));
    return {};
  });
}

void weft_host_function_release(weft_host_function handle) {
  if (handle) reinterpret_cast<ops::HostFunction*>(handle)->release();
}

}  // extern "C"
