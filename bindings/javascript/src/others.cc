// Functions of weft.h that need more than their arguments turned; and the addon's beginning.
#include <cstdlib>
#include <cstring>

#include "support.h"

namespace weftjs {
namespace {

// The class of errors, for this worker.
napi_value set_error(napi_env env, napi_callback_info info) {
  const Call call(env, info, "setError");
  check_js(env, napi_create_reference(env, call[0], 1, &state_of(env).error));
  return call.undefined();
}
napi_value dispose(napi_env env, napi_callback_info info) {
  const Call call(env, info, "dispose");
  state_of(env).places.free(call.number<uint32_t>(call[0], "place"));
  return call.undefined();
}
// hold(place): an ArrayBuffer over the content as it is now; undefined where that is not dense.
napi_value hold(napi_env env, napi_callback_info info) {
  const Call call(env, info, "hold");
  weft_tensor x = call.tensor(call[0]);
  int64_t step = 1;
  for (int32_t axis = weft_tensor_rank(x) - 1; axis >= 0; --axis) {
    const int64_t extent = weft_tensor_shape(x)[axis];
    if (extent == 0 || weft_tensor_strides(x)[axis] != step) return call.undefined();
    step *= extent;
  }
  const size_t bytes = weft_dtype_size(weft_tensor_dtype(x)) * static_cast<size_t>(step);
  weft_hold held = nullptr;
  const void* data = nullptr;
  check(env, weft_tensor_hold(x, &held, &data));
  const auto release = [](napi_env, void*, void* hint) {
    weft_hold_release(static_cast<weft_hold>(hint));
  };
  napi_value out = nullptr;
  if (napi_create_external_arraybuffer(env, const_cast<void*>(data), bytes, release, held, &out) ==
      napi_ok)
    return out;
  weft_hold_release(held);  // as in Electron, which has no such memory
  return call.undefined();
}
// traceBegin([dtype, extent, …][]): the places of placeholders of these types.
napi_value begin(napi_env env, napi_callback_info info) {
  const Call call(env, info, "trace");
  const auto types = call.list(call[0], "types", [&](napi_value given) {
    weft_type type = {0, -1, {}};
    call.list(given, "type", [&](napi_value one) {
      if (++type.rank == 0)
        type.dtype = call.dtype(one);
      else
        type.shape[type.rank - 1] = call.number(one, "shape");
      return one;
    });
    return type;
  });
  std::vector<weft_tensor> placeholders(types.size());
  check(env, weft_trace_begin_types(types.data(), types.size(), placeholders.data()));
  return wrap_tensors(env, placeholders);
}

// loadMemory(typed array): a model over a copy, which it, and what is made of it, keeps.
napi_value load_memory(napi_env env, napi_callback_info info) {
  const Call call(env, info, "load");
  const Bytes bytes = call.bytes(call[0], "source");
  constexpr size_t kAlignment = 64;  // so that weights lie as the file has them
  const size_t rounded = (bytes.size / kAlignment + 1) * kAlignment;
  const std::shared_ptr<void> memory(std::aligned_alloc(kAlignment, rounded), std::free);
  if (!memory) fail(env, WEFT_OUT_OF_MEMORY, "load: no memory for the file");
  if (bytes.size) std::memcpy(memory.get(), bytes.data, bytes.size);
  weft_model out = nullptr;
  check(env, weft_model_load_memory(memory.get(), bytes.size, &out));
  return Owned<weft_model>::wrap(env, out, memory);
}
// copyOutput(context, index, typed array): an ArrayBuffer with a copy of the output; undefined
// where it lies in that array.
napi_value copy_output(napi_env env, napi_callback_info info) {
  const Call call(env, info, "output");
  weft_context context = Owned<weft_context>::get(call, call[0]);
  const auto index = call.number<size_t>(call[1], "index");
  weft_port port = WEFT_PORT_INIT;
  const void* data = nullptr;
  check(env, weft_context_get_output(context, index, &port));
  check(env, weft_context_output_data(context, index, &data));
  const Bytes bound = call.bytes(call[2], "bound");
  if (bound.data == data && bound.size == port.bytes) return call.undefined();
  void* copy = nullptr;
  napi_value out = nullptr;
  check_js(env, napi_create_arraybuffer(env, port.bytes, &copy, &out));
  if (port.bytes) std::memcpy(copy, data, port.bytes);
  return out;
}

// A run on a thread of Node's pool. The context stays alive until it has ended.
struct Job {
  weft_context handle;
  napi_deferred deferred;
  napi_async_work work;
  napi_ref context;
  weft_status status;
  std::string text;
};
void execute(napi_env, void* data) {
  auto* job = static_cast<Job*>(data);
  job->status = weft_context_run(job->handle);
  if (job->status != WEFT_OK) job->text = weft_last_error();
}
void complete(napi_env env, napi_status, void* data) {
  const std::unique_ptr<Job> job(static_cast<Job*>(data));
  napi_value value = nullptr;
  napi_get_undefined(env, &value);
  if (job->status == WEFT_OK)
    napi_resolve_deferred(env, job->deferred, value);
  else
    napi_reject_deferred(env, job->deferred, make_error(env, job->status, job->text));
  napi_delete_reference(env, job->context);
  napi_delete_async_work(env, job->work);
}
napi_value run_async(napi_env env, napi_callback_info info) {
  const Call call(env, info, "runAsync");
  auto job = std::make_unique<Job>();
  job->handle = Owned<weft_context>::get(call, call[0]);
  napi_value promise = nullptr, name = make_text(env, "weft.run");
  check_js(env, napi_create_promise(env, &job->deferred, &promise));
  check_js(env, napi_create_reference(env, call[0], 1, &job->context));
  check_js(env,
           napi_create_async_work(env, nullptr, name, execute, complete, job.get(), &job->work));
  check_js(env, napi_queue_async_work(env, job->work));
  (void)job.release();
  return promise;
}

napi_value init(napi_env env, napi_value exports) {
  const auto free_state = [](napi_env, void* data, void*) { delete static_cast<State*>(data); };
  napi_set_instance_data(env, new State(), free_state, nullptr);
  try {
    add_interface(env, exports);
    add_operators(env, exports);
    add_function(env, exports, "setError", entry<set_error>);
    add_function(env, exports, "dispose", entry<dispose>);
    add_function(env, exports, "hold", entry<hold>);
    add_function(env, exports, "traceBegin", entry<begin>);
    add_function(env, exports, "loadMemory", entry<load_memory>);
    add_function(env, exports, "copyOutput", entry<copy_output>);
    add_function(env, exports, "runAsync", entry<run_async>);
  } catch (const Pending&) {
    return nullptr;
  }
  return exports;
}

}  // namespace
}  // namespace weftjs

NAPI_MODULE(weft, weftjs::init)
