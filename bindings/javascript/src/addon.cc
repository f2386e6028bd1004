// The addon: all functions that lib/ builds the package from.
#include "support.h"

namespace {

napi_value init(napi_env env, napi_value exports) {
  const auto free_places = [](napi_env, void* data, void*) {
    delete static_cast<weftjs::Places*>(data);
  };
  napi_set_instance_data(env, new weftjs::Places(), free_places, nullptr);
  try {
    weftjs::add_tensors(env, exports);
    weftjs::add_calls(env, exports);
    weftjs::add_functions(env, exports);
    weftjs::add_models(env, exports);
  } catch (const weftjs::Pending&) {
    return nullptr;
  }
  return exports;
}

}  // namespace

NAPI_MODULE(weft, init)
