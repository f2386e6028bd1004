// .weft files: loaded, and run in contexts whose inputs and outputs JavaScript sees as typed
// arrays.
#include <cstring>
#include <memory>

#include "support.h"

namespace weftjs {
namespace {

// Memory that a context and a typed array share: the last of both frees it. A multiple of 8 bytes,
// so that every kind of typed array fits.
using Memory = std::shared_ptr<std::vector<uint64_t>>;
Memory allocate(size_t bytes) {
  return std::make_shared<std::vector<uint64_t>>(bytes / sizeof(uint64_t) + 1);
}

struct Session {
  weft_context context;
  std::vector<Memory> inputs, outputs;
  bool running = false;
};
void release(Session* session) {
  if (session) weft_context_release(session->context);
  delete session;
}
using OwnedSession = Owned<Session*, release, 4>;

Session& session_of(const Call& call) {
  Session* session = OwnedSession::get(call.env(), call[0], call.name(), "a Context");
  if (session->running)
    fail(call.env(), "INVALID_STATE", std::string(call.name()) + ": the context runs now");
  return *session;
}
weft_model model_of(const Call& call) {
  return OwnedModel::get(call.env(), call[0], call.name(), "a Model");
}

napi_value load(napi_env env, napi_callback_info info) {
  const Call call(env, info, "Model.load");
  weft_model model = nullptr;
  check(env, weft_model_load(call.text(0, "path").c_str(), &model));
  napi_value out = nullptr;
  check_js(env, napi_create_object(env, &out));
  OwnedModel::attach(env, out, model);
  return out;
}
napi_value entries(napi_env env, napi_callback_info info) {
  const Call call(env, info, "entries");
  weft_model model = model_of(call);
  napi_value out = nullptr;
  check_js(env, napi_create_array(env, &out));
  for (size_t i = 0; i < weft_model_entry_count(model); ++i)
    check_js(env, napi_set_element(env, out, static_cast<uint32_t>(i),
                                   make_text(env, weft_model_entry_name_at(model, i))));
  return out;
}
napi_value metadata(napi_env env, napi_callback_info info) {
  const Call call(env, info, "metadata");
  const char* text = weft_model_metadata(model_of(call), call.text(1, "key").c_str());
  return text ? make_text(env, text) : call.undefined();
}
// weights(model): {names, tensors}
napi_value weights(napi_env env, napi_callback_info info) {
  const Call call(env, info, "weights");
  weft_model model = model_of(call);
  napi_value out = nullptr, names = nullptr;
  check_js(env, napi_create_object(env, &out));
  check_js(env, napi_create_array(env, &names));
  std::vector<weft_tensor> tensors(weft_model_tensor_count(model));
  for (size_t i = 0; i < tensors.size(); ++i) {
    check(env, weft_model_tensor(model, i, &tensors[i]));
    check_js(env, napi_set_element(env, names, static_cast<uint32_t>(i),
                                   make_text(env, weft_model_tensor_name_at(model, i))));
  }
  check_js(env, napi_set_named_property(env, out, "names", names));
  check_js(env, napi_set_named_property(env, out, "tensors", wrap_tensors(env, tensors)));
  return out;
}
napi_value set_budget(napi_env env, napi_callback_info info) {
  const Call call(env, info, "setBudget");
  check(env, weft_model_set_budget(model_of(call), call.text(1, "entry").c_str(),
                                   call.integer(2, "bytes")));
  return call.undefined();
}

napi_value create(napi_env env, napi_callback_info info) {
  const Call call(env, info, "context");
  weft_context context = nullptr;
  check(env,
        weft_context_create(model_of(call), call.text(1, "entry").c_str(), nullptr, 0, &context));
  auto* session = new Session{context, {}, {}};
  session->inputs.resize(weft_context_inputs(context));
  session->outputs.resize(weft_context_outputs(context));
  napi_value out = nullptr;
  check_js(env, napi_create_object(env, &out));
  OwnedSession::attach(env, out, session);
  return out;
}

using GetPort = weft_status (*)(weft_context, size_t, weft_port*);
using Count = size_t (*)(weft_context);
weft_port port_of(napi_env env, GetPort get, weft_context context, size_t index) {
  weft_port port = WEFT_PORT_INIT;
  check(env, get(context, index, &port));
  return port;
}
// ports(context, "inputs" | "outputs" | "states"): [{name, dtype, shape, bytes}, …]
napi_value ports(napi_env env, napi_callback_info info) {
  const Call call(env, info, "ports");
  weft_context context = session_of(call).context;
  const std::string which = call.text(1, "which");
  const bool is_input = which == "inputs", is_output = which == "outputs";
  const GetPort get = is_input    ? weft_context_get_input
                      : is_output ? weft_context_get_output
                                  : weft_context_get_state;
  const Count count = is_input    ? weft_context_inputs
                      : is_output ? weft_context_outputs
                                  : weft_context_states;
  napi_value out = nullptr;
  check_js(env, napi_create_array(env, &out));
  for (size_t i = 0; i < count(context); ++i) {
    const weft_port port = port_of(env, get, context, i);
    napi_value one = nullptr;
    check_js(env, napi_create_object(env, &one));
    check_js(env, napi_set_named_property(env, one, "name", make_text(env, port.name)));
    check_js(env, napi_set_named_property(env, one, "dtype",
                                          make_text(env, weft_dtype_name(port.dtype))));
    check_js(env, napi_set_named_property(
                      env, one, "shape",
                      make_integers(env, port.shape, static_cast<size_t>(port.rank))));
    check_js(env, napi_set_named_property(env, one, "bytes",
                                          make_number(env, static_cast<double>(port.bytes))));
    check_js(env, napi_set_element(env, out, static_cast<uint32_t>(i), one));
  }
  return out;
}
napi_value set_input_shape(napi_env env, napi_callback_info info) {
  const Call call(env, info, "setInputShape");
  Session& session = session_of(call);
  const auto index = static_cast<size_t>(call.integer(1, "index"));
  const std::vector<int64_t> shape = call.integers(2, "shape");
  check(env, weft_context_set_input_shape(session.context, index, shape.data(),
                                          static_cast<int32_t>(shape.size())));
  session.inputs[index].reset();
  return call.undefined();
}
napi_value as_buffer(napi_env env, const Memory& memory, size_t bytes) {
  napi_value out = nullptr;
  auto* kept = new Memory(memory);
  const auto free_memory = [](napi_env, void*, void* hint) { delete static_cast<Memory*>(hint); };
  const napi_status made =
      napi_create_external_arraybuffer(env, memory->data(), bytes, free_memory, kept, &out);
  if (made != napi_ok) delete kept;
  check_js(env, made);
  return out;
}
// input(context, index): an ArrayBuffer of the input's bytes, which every run reads.
napi_value input(napi_env env, napi_callback_info info) {
  const Call call(env, info, "input");
  Session& session = session_of(call);
  const auto index = static_cast<size_t>(call.integer(1, "index"));
  const weft_port port = port_of(env, weft_context_get_input, session.context, index);
  if (!session.inputs[index]) {
    Memory memory = allocate(port.bytes);
    check(env, weft_context_bind_input(session.context, index, memory->data(), port.bytes));
    session.inputs[index] = memory;
  }
  return as_buffer(env, session.inputs[index], port.bytes);
}
// bindBytes(context, index, typed array): copies; its bytes must be the port's.
napi_value set_input(napi_env env, napi_callback_info info) {
  const Call call(env, info, "setInput");
  Session& session = session_of(call);
  const auto index = static_cast<size_t>(call.integer(1, "index"));
  const Bytes bytes = bytes_of(env, call[2], "setInput", "elements");
  Memory memory = index < session.inputs.size() ? session.inputs[index] : nullptr;
  if (!memory || port_of(env, weft_context_get_input, session.context, index).bytes != bytes.size) {
    memory = allocate(bytes.size);
    check(env, weft_context_bind_input(session.context, index, memory->data(), bytes.size));
    session.inputs[index] = memory;
  }
  if (bytes.size) std::memcpy(memory->data(), bytes.data, bytes.size);
  return call.undefined();
}
napi_value run(napi_env env, napi_callback_info info) {
  const Call call(env, info, "run");
  check(env, weft_context_run(session_of(call).context));
  return call.undefined();
}

// A run on a thread of Node's pool.
struct Job {
  Session* session;
  napi_deferred deferred;
  napi_async_work work;
  napi_ref context;
  weft_status status;
  std::string text;
};
void execute(napi_env, void* data) {
  auto* job = static_cast<Job*>(data);
  job->status = weft_context_run(job->session->context);
  if (job->status != WEFT_OK) job->text = weft_last_error();
}
void complete(napi_env env, napi_status, void* data) {
  const std::unique_ptr<Job> job(static_cast<Job*>(data));
  job->session->running = false;
  napi_value value = nullptr;
  if (job->status == WEFT_OK) {
    napi_get_undefined(env, &value);
    napi_resolve_deferred(env, job->deferred, value);
  } else {
    napi_value code = nullptr, text = nullptr;
    napi_create_string_utf8(env, code_of(job->status), NAPI_AUTO_LENGTH, &code);
    napi_create_string_utf8(env, job->text.c_str(), NAPI_AUTO_LENGTH, &text);
    napi_create_error(env, code, text, &value);
    napi_reject_deferred(env, job->deferred, value);
  }
  napi_delete_reference(env, job->context);
  napi_delete_async_work(env, job->work);
}
napi_value run_async(napi_env env, napi_callback_info info) {
  const Call call(env, info, "runAsync");
  Session& session = session_of(call);
  auto job = std::make_unique<Job>();
  job->session = &session;
  napi_value promise = nullptr, name = make_text(env, "weft.run");
  check_js(env, napi_create_promise(env, &job->deferred, &promise));
  // The context stays alive until the run has ended.
  check_js(env, napi_create_reference(env, call[0], 1, &job->context));
  check_js(env,
           napi_create_async_work(env, nullptr, name, execute, complete, job.get(), &job->work));
  check_js(env, napi_queue_async_work(env, job->work));
  session.running = true;
  (void)job.release();
  return promise;
}

// output(context, index): an ArrayBuffer with a copy of the output.
napi_value output(napi_env env, napi_callback_info info) {
  const Call call(env, info, "output");
  weft_context context = session_of(call).context;
  const auto index = static_cast<size_t>(call.integer(1, "index"));
  const weft_port port = port_of(env, weft_context_get_output, context, index);
  const void* data = nullptr;
  check(env, weft_context_output_data(context, index, &data));
  void* copy = nullptr;
  napi_value out = nullptr;
  check_js(env, napi_create_arraybuffer(env, port.bytes, &copy, &out));
  if (port.bytes) std::memcpy(copy, data, port.bytes);
  return out;
}
// bindOutput(context, index): an ArrayBuffer into which every run writes; for fixed shapes.
napi_value bind_output(napi_env env, napi_callback_info info) {
  const Call call(env, info, "bindOutput");
  Session& session = session_of(call);
  const auto index = static_cast<size_t>(call.integer(1, "index"));
  const weft_port port = port_of(env, weft_context_get_output, session.context, index);
  if (!session.outputs[index]) {
    Memory memory = allocate(port.bytes);
    check(env, weft_context_bind_output(session.context, index, memory->data(), port.bytes));
    session.outputs[index] = memory;
  }
  return as_buffer(env, session.outputs[index], port.bytes);
}
napi_value state(napi_env env, napi_callback_info info) {
  const Call call(env, info, "state");
  weft_context context = session_of(call).context;
  const auto index = static_cast<size_t>(call.integer(1, "index"));
  const weft_port port = port_of(env, weft_context_get_state, context, index);
  void* copy = nullptr;
  napi_value out = nullptr;
  check_js(env, napi_create_arraybuffer(env, port.bytes, &copy, &out));
  check(env, weft_context_read_state(context, index, copy, port.bytes));
  return out;
}
napi_value set_state(napi_env env, napi_callback_info info) {
  const Call call(env, info, "setState");
  const Bytes bytes = bytes_of(env, call[2], "setState", "elements");
  check(env, weft_context_write_state(session_of(call).context,
                                      static_cast<size_t>(call.integer(1, "index")), bytes.data,
                                      bytes.size));
  return call.undefined();
}
napi_value reset(napi_env env, napi_callback_info info) {
  const Call call(env, info, "reset");
  check(env, weft_context_reset(session_of(call).context));
  return call.undefined();
}
napi_value save(napi_env env, napi_callback_info info) {
  const Call call(env, info, "save");
  check(env, weft_context_save(session_of(call).context, call.text(1, "path").c_str()));
  return call.undefined();
}
napi_value dispose(napi_env env, napi_callback_info info) {
  const Call call(env, info, "dispose");
  (void)session_of(call);
  OwnedSession::find(env, call[0])->dispose();
  return call.undefined();
}

}  // namespace

void add_models(napi_env env, napi_value exports) {
  add_function(env, exports, "loadModel", entry<load>);
  add_function(env, exports, "entries", entry<entries>);
  add_function(env, exports, "metadata", entry<metadata>);
  add_function(env, exports, "weights", entry<weights>);
  add_function(env, exports, "setBudget", entry<set_budget>);
  add_function(env, exports, "createContext", entry<create>);
  add_function(env, exports, "ports", entry<ports>);
  add_function(env, exports, "setInputShape", entry<set_input_shape>);
  add_function(env, exports, "input", entry<input>);
  add_function(env, exports, "setInput", entry<set_input>);
  add_function(env, exports, "run", entry<run>);
  add_function(env, exports, "runAsync", entry<run_async>);
  add_function(env, exports, "output", entry<output>);
  add_function(env, exports, "bindOutput", entry<bind_output>);
  add_function(env, exports, "state", entry<state>);
  add_function(env, exports, "setState", entry<set_state>);
  add_function(env, exports, "reset", entry<reset>);
  add_function(env, exports, "saveContext", entry<save>);
  add_function(env, exports, "disposeContext", entry<dispose>);
}

}  // namespace weftjs
