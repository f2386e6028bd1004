// Written by bindings/generate; do not edit.
// clang-format off

#include "support.h"

namespace weftjs {
namespace {

napi_value version_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "version");
  return make_text(env, weft_version());
}
napi_value seed_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "seed");
  check(env, weft_random_seed(call.number<uint64_t>(call[0], "seed")));
  return call.undefined();
}
napi_value setNumThreads_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "setNumThreads");
  check(env, weft_set_num_threads(call.number<int32_t>(call[0], "count")));
  return call.undefined();
}
napi_value memory_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "memory");
  weft_memory out{};
  out.struct_size = sizeof out;
  check(env, weft_memory_stats(&out, 0));
  const napi_value made = make_object(env);
  set(env, made, "live", make_number(env, out.live));
  set(env, made, "peak", make_number(env, out.peak));
  set(env, made, "pooled", make_number(env, out.pooled));
  set(env, made, "system_calls", make_number(env, out.system_calls));
  set(env, made, "limit", make_number(env, out.limit));
  set(env, made, "copies", make_number(env, out.copies));
  set(env, made, "copied", make_number(env, out.copied));
  set(env, made, "largest_copy", make_number(env, out.largest_copy));
  set(env, made, "largest_copy_line", make_text(env, out.largest_copy_line));
  return made;
}
napi_value dtypeSize_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "dtypeSize");
  return make_number(env, weft_dtype_size(call.dtype(call[0])));
}
napi_value shape_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "shape");
  return make_numbers(env, weft_tensor_shape(call.tensor(call[0])), weft_tensor_rank(call.tensor(call[0])));
}
napi_value write_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "write");
  const Values values(call, call[1]);
  check(env, weft_tensor_write(call.tensor(call[0]), values.data()));
  return call.undefined();
}
napi_value createTensor_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "createTensor");
  const auto a0 = call.numbers<int64_t>(call[2], "shape");
  const auto a1 = call.bytes(call[3], "elements");
  weft_tensor out{};
  check(env, weft_tensor_create(call.dtype(call[0]), call.number<int32_t>(call[1], "rank"), a0.data(), a1.data, &out));
  return out ? wrap_tensor(env, out) : call.undefined();
}
napi_value dtype_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "dtype");
  return make_text(env, weft_dtype_name(weft_tensor_dtype(call.tensor(call[0]))));
}
napi_value read_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "read");
  const auto a0 = call.bytes(call[1], "out");
  check(env, weft_tensor_read(call.tensor(call[0]), a0.data, a0.size));
  return call.undefined();
}
napi_value wait_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "wait");
  check(env, weft_tensor_wait(call.tensor(call[0])));
  return call.undefined();
}
napi_value isSame_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "isSame");
  return make_number(env, weft_tensor_shares_box(call.tensor(call[0]), call.tensor(call[1])));
}
napi_value detach_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "detach");
  weft_tensor out{};
  check(env, weft_tensor_detach(call.tensor(call[0]), &out));
  return out ? wrap_tensor(env, out) : call.undefined();
}
napi_value attachGrad_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "attachGrad");
  check(env, weft_tensor_attach_grad(call.tensor(call[0]), call.number<int32_t>(call[1], "request")));
  return call.undefined();
}
napi_value grad_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "grad");
  weft_tensor out{};
  check(env, weft_tensor_grad(call.tensor(call[0]), &out));
  return out ? wrap_tensor(env, out) : call.undefined();
}
napi_value saveTensors_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "saveTensors");
  const auto a0 = call.text(call[0], "path");
  const auto a1 = call.texts(call[1], "names");
  const auto a2 = call.tensors(call[2]);
  check(env, weft_tensors_save(a0.c_str(), a1.data(), a2.data(), static_cast<size_t>(a1.size()), nullptr));
  return call.undefined();
}
napi_value loadArchive_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "loadArchive");
  const auto a0 = call.text(call[0], "path");
  weft_archive out{};
  check(env, weft_archive_load(a0.c_str(), &out));
  return Owned<weft_archive>::wrap(env, out);
}
napi_value archiveCount_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "archiveCount");
  return make_number(env, weft_archive_count(Owned<weft_archive>::get(call, call[0])));
}
napi_value archiveName_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "archiveName");
  return make_text(env, weft_archive_name_at(Owned<weft_archive>::get(call, call[0]), call.number<size_t>(call[1], "index")));
}
napi_value archiveTensor_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "archiveTensor");
  weft_tensor out{};
  check(env, weft_archive_tensor(Owned<weft_archive>::get(call, call[0]), call.number<size_t>(call[1], "index"), &out));
  return out ? wrap_tensor(env, out) : call.undefined();
}
napi_value setModes_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "setModes");
  return make_number(env, weft_set_modes(call.number<uint32_t>(call[0], "set"), call.number<uint32_t>(call[1], "clear")));
}
napi_value backward_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "backward");
  const auto a0 = call.tensors(call[0]);
  check(env, weft_backward(a0.data(), nullptr, static_cast<size_t>(a0.size()), 0));
  return call.undefined();
}
napi_value gradients_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "gradients");
  const auto a0 = call.tensors(call[0]);
  const auto a1 = call.tensors(call[1]);
  std::vector<weft_tensor> outs(a1.size());
  check(env, weft_grad(a0.data(), nullptr, static_cast<size_t>(a0.size()), a1.data(), static_cast<size_t>(a1.size()), call.number<int32_t>(call[2], "retain"), call.number<int32_t>(call[3], "createGraph"), outs.data()));
  return wrap_tensors(env, outs);
}
napi_value addDimension_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "addDimension");
  const auto a0 = call.text(call[0], "name");
  const auto a1 = call.numbers<size_t>(call[3], "inputs");
  const auto a2 = call.numbers<int32_t>(call[4], "axes");
  check(env, weft_trace_add_dimension(a0.c_str(), call.number<int64_t>(call[1], "min"), call.number<int64_t>(call[2], "max"), a1.data(), a2.data(), static_cast<size_t>(a1.size())));
  return call.undefined();
}
napi_value setExample_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "setExample");
  const auto a0 = call.handles<weft_function>(call[1], "earlier");
  check(env, weft_trace_set_example(call.number<size_t>(call[0], "example"), a0.data(), static_cast<size_t>(a0.size())));
  return call.undefined();
}
napi_value traceEnd_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "traceEnd");
  const auto a0 = call.tensors(call[0]);
  weft_function out{};
  check(env, weft_trace_end(a0.data(), static_cast<size_t>(a0.size()), &out));
  return Owned<weft_function>::wrap(env, out);
}
napi_value traceAbort_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "traceAbort");
  weft_trace_abort();
  return call.undefined();
}
napi_value isExample_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "isExample");
  return make_number(env, weft_function_is_example(Owned<weft_function>::get(call, call[0])));
}
napi_value join_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "join");
  const auto a0 = call.handles<weft_function>(call[0], "examples");
  weft_function out{};
  check(env, weft_function_join(a0.data(), static_cast<size_t>(a0.size()), &out));
  return Owned<weft_function>::wrap(env, out);
}
napi_value callFunction_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "callFunction");
  const auto a0 = call.tensors(call[1]);
  std::vector<weft_tensor> outs(call.number<size_t>(call[2], "outputs"));
  check(env, weft_function_call(Owned<weft_function>::get(call, call[0]), a0.data(), static_cast<size_t>(a0.size()), outs.data(), outs.size()));
  return wrap_tensors(env, outs);
}
napi_value functionInputs_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "functionInputs");
  return make_number(env, weft_function_inputs(Owned<weft_function>::get(call, call[0])));
}
napi_value functionOutputs_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "functionOutputs");
  return make_number(env, weft_function_outputs(Owned<weft_function>::get(call, call[0])));
}
napi_value captureCount_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "captureCount");
  return make_number(env, weft_function_captures(Owned<weft_function>::get(call, call[0])));
}
napi_value capture_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "capture");
  return wrap_tensor(env, weft_tensor_retain(weft_function_capture_at(Owned<weft_function>::get(call, call[0]), call.number<size_t>(call[1], "index"))));
}
napi_value functionText_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "functionText");
  const auto a0 = call.text(call[1], "what");
  const char* out = nullptr;
  check(env, weft_function_get_text(Owned<weft_function>::get(call, call[0]), a0.c_str(), &out));
  return make_text(env, out);
}
napi_value createWriter_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "createWriter");
  weft_writer out{};
  check(env, weft_writer_create(&out));
  return Owned<weft_writer>::wrap(env, out);
}
napi_value addEntry_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "addEntry");
  const auto a0 = call.text(call[1], "entry");
  const auto a1 = call.texts(call[3], "inputs");
  const auto a2 = call.texts(call[4], "outputs");
  const auto a3 = call.texts(call[5], "captures");
  check(env, weft_writer_add_entry(Owned<weft_writer>::get(call, call[0]), a0.c_str(), Owned<weft_function>::get(call, call[2]), a1.data(), a2.data(), a3.data()));
  return call.undefined();
}
napi_value setMetadata_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "setMetadata");
  const auto a0 = call.text(call[1], "key");
  const auto a1 = call.text(call[2], "value");
  check(env, weft_writer_set_metadata(Owned<weft_writer>::get(call, call[0]), a0.c_str(), a1.c_str()));
  return call.undefined();
}
napi_value saveWriter_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "saveWriter");
  const auto a0 = call.text(call[1], "path");
  check(env, weft_writer_save(Owned<weft_writer>::get(call, call[0]), a0.c_str()));
  return call.undefined();
}
napi_value loadModel_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "loadModel");
  const auto a0 = call.text(call[0], "path");
  weft_model out{};
  check(env, weft_model_load(a0.c_str(), &out));
  return Owned<weft_model>::wrap(env, out);
}
napi_value closeModel_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "closeModel");
  Owned<weft_model>::of(call, call[0]).free();
  return call.undefined();
}
napi_value entryCount_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "entryCount");
  return make_number(env, weft_model_entry_count(Owned<weft_model>::get(call, call[0])));
}
napi_value entryName_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "entryName");
  return make_text(env, weft_model_entry_name_at(Owned<weft_model>::get(call, call[0]), call.number<size_t>(call[1], "index")));
}
napi_value weightCount_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "weightCount");
  return make_number(env, weft_model_tensor_count(Owned<weft_model>::get(call, call[0])));
}
napi_value weightName_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "weightName");
  return make_text(env, weft_model_tensor_name_at(Owned<weft_model>::get(call, call[0]), call.number<size_t>(call[1], "index")));
}
napi_value weight_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "weight");
  weft_tensor out{};
  check(env, weft_model_tensor(Owned<weft_model>::get(call, call[0]), call.number<size_t>(call[1], "index"), &out));
  return out ? wrap_tensor(env, out) : call.undefined();
}
napi_value metadata_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "metadata");
  const auto a0 = call.text(call[1], "key");
  return make_text(env, weft_model_metadata(Owned<weft_model>::get(call, call[0]), a0.c_str()));
}
napi_value setBudget_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "setBudget");
  const auto a0 = call.text(call[1], "entry");
  check(env, weft_model_set_budget(Owned<weft_model>::get(call, call[0]), a0.c_str(), call.number<int64_t>(call[2], "bytes")));
  return call.undefined();
}
napi_value createContext_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "createContext");
  const auto a0 = call.text(call[1], "entry");
  weft_context out{};
  check(env, weft_context_create(Owned<weft_model>::get(call, call[0]), a0.c_str(), nullptr, 0, &out));
  return Owned<weft_context>::wrap(env, out, Owned<weft_model>::of(call, call[0]).memory);
}
napi_value createSharing_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "createSharing");
  const auto a0 = call.text(call[1], "entry");
  weft_context out{};
  check(env, weft_context_create_sharing(Owned<weft_context>::get(call, call[0]), a0.c_str(), nullptr, 0, &out));
  return Owned<weft_context>::wrap(env, out, Owned<weft_context>::of(call, call[0]).memory);
}
napi_value closeContext_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "closeContext");
  Owned<weft_context>::of(call, call[0]).free();
  return call.undefined();
}
napi_value inputCount_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "inputCount");
  return make_number(env, weft_context_inputs(Owned<weft_context>::get(call, call[0])));
}
napi_value outputCount_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "outputCount");
  return make_number(env, weft_context_outputs(Owned<weft_context>::get(call, call[0])));
}
napi_value stateCount_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "stateCount");
  return make_number(env, weft_context_states(Owned<weft_context>::get(call, call[0])));
}
napi_value input_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "input");
  weft_port out{};
  out.struct_size = sizeof out;
  check(env, weft_context_get_input(Owned<weft_context>::get(call, call[0]), call.number<size_t>(call[1], "index"), &out));
  const napi_value made = make_object(env);
  set(env, made, "name", make_text(env, out.name));
  set(env, made, "dtype", make_text(env, weft_dtype_name(out.dtype)));
  set(env, made, "shape", make_numbers(env, out.shape, out.rank));
  set(env, made, "bytes", make_number(env, out.bytes));
  return made;
}
napi_value output_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "output");
  weft_port out{};
  out.struct_size = sizeof out;
  check(env, weft_context_get_output(Owned<weft_context>::get(call, call[0]), call.number<size_t>(call[1], "index"), &out));
  const napi_value made = make_object(env);
  set(env, made, "name", make_text(env, out.name));
  set(env, made, "dtype", make_text(env, weft_dtype_name(out.dtype)));
  set(env, made, "shape", make_numbers(env, out.shape, out.rank));
  set(env, made, "bytes", make_number(env, out.bytes));
  return made;
}
napi_value state_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "state");
  weft_port out{};
  out.struct_size = sizeof out;
  check(env, weft_context_get_state(Owned<weft_context>::get(call, call[0]), call.number<size_t>(call[1], "index"), &out));
  const napi_value made = make_object(env);
  set(env, made, "name", make_text(env, out.name));
  set(env, made, "dtype", make_text(env, weft_dtype_name(out.dtype)));
  set(env, made, "shape", make_numbers(env, out.shape, out.rank));
  set(env, made, "bytes", make_number(env, out.bytes));
  return made;
}
napi_value setInputShape_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "setInputShape");
  const auto a0 = call.numbers<int64_t>(call[2], "shape");
  check(env, weft_context_set_input_shape(Owned<weft_context>::get(call, call[0]), call.number<size_t>(call[1], "index"), a0.data(), static_cast<int32_t>(a0.size())));
  return call.undefined();
}
napi_value bindInput_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "bindInput");
  const auto a0 = call.bytes(call[2], "memory");
  check(env, weft_context_bind_input(Owned<weft_context>::get(call, call[0]), call.number<size_t>(call[1], "index"), a0.data, a0.size));
  return call.undefined();
}
napi_value bindOutput_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "bindOutput");
  const auto a0 = call.bytes(call[2], "memory");
  check(env, weft_context_bind_output(Owned<weft_context>::get(call, call[0]), call.number<size_t>(call[1], "index"), a0.data, a0.size));
  return call.undefined();
}
napi_value run_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "run");
  check(env, weft_context_run(Owned<weft_context>::get(call, call[0])));
  return call.undefined();
}
napi_value readState_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "readState");
  const auto a0 = call.bytes(call[2], "out");
  check(env, weft_context_read_state(Owned<weft_context>::get(call, call[0]), call.number<size_t>(call[1], "index"), a0.data, a0.size));
  return call.undefined();
}
napi_value writeState_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "writeState");
  const auto a0 = call.bytes(call[2], "elements");
  check(env, weft_context_write_state(Owned<weft_context>::get(call, call[0]), call.number<size_t>(call[1], "index"), a0.data, a0.size));
  return call.undefined();
}
napi_value reset_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "reset");
  check(env, weft_context_reset(Owned<weft_context>::get(call, call[0])));
  return call.undefined();
}
napi_value saveContext_(napi_env env, napi_callback_info info) {
  const Call call(env, info, "saveContext");
  const auto a0 = call.text(call[1], "path");
  check(env, weft_context_save(Owned<weft_context>::get(call, call[0]), a0.c_str()));
  return call.undefined();
}
}  // namespace

void add_interface(napi_env env, napi_value exports) {
  add_function(env, exports, "version", entry<version_>);
  add_function(env, exports, "seed", entry<seed_>);
  add_function(env, exports, "setNumThreads", entry<setNumThreads_>);
  add_function(env, exports, "memory", entry<memory_>);
  add_function(env, exports, "dtypeSize", entry<dtypeSize_>);
  add_function(env, exports, "shape", entry<shape_>);
  add_function(env, exports, "write", entry<write_>);
  add_function(env, exports, "createTensor", entry<createTensor_>);
  add_function(env, exports, "dtype", entry<dtype_>);
  add_function(env, exports, "read", entry<read_>);
  add_function(env, exports, "wait", entry<wait_>);
  add_function(env, exports, "isSame", entry<isSame_>);
  add_function(env, exports, "detach", entry<detach_>);
  add_function(env, exports, "attachGrad", entry<attachGrad_>);
  add_function(env, exports, "grad", entry<grad_>);
  add_function(env, exports, "saveTensors", entry<saveTensors_>);
  add_function(env, exports, "loadArchive", entry<loadArchive_>);
  add_function(env, exports, "archiveCount", entry<archiveCount_>);
  add_function(env, exports, "archiveName", entry<archiveName_>);
  add_function(env, exports, "archiveTensor", entry<archiveTensor_>);
  add_function(env, exports, "setModes", entry<setModes_>);
  add_function(env, exports, "backward", entry<backward_>);
  add_function(env, exports, "gradients", entry<gradients_>);
  add_function(env, exports, "addDimension", entry<addDimension_>);
  add_function(env, exports, "setExample", entry<setExample_>);
  add_function(env, exports, "traceEnd", entry<traceEnd_>);
  add_function(env, exports, "traceAbort", entry<traceAbort_>);
  add_function(env, exports, "isExample", entry<isExample_>);
  add_function(env, exports, "join", entry<join_>);
  add_function(env, exports, "callFunction", entry<callFunction_>);
  add_function(env, exports, "functionInputs", entry<functionInputs_>);
  add_function(env, exports, "functionOutputs", entry<functionOutputs_>);
  add_function(env, exports, "captureCount", entry<captureCount_>);
  add_function(env, exports, "capture", entry<capture_>);
  add_function(env, exports, "functionText", entry<functionText_>);
  add_function(env, exports, "createWriter", entry<createWriter_>);
  add_function(env, exports, "addEntry", entry<addEntry_>);
  add_function(env, exports, "setMetadata", entry<setMetadata_>);
  add_function(env, exports, "saveWriter", entry<saveWriter_>);
  add_function(env, exports, "loadModel", entry<loadModel_>);
  add_function(env, exports, "closeModel", entry<closeModel_>);
  add_function(env, exports, "entryCount", entry<entryCount_>);
  add_function(env, exports, "entryName", entry<entryName_>);
  add_function(env, exports, "weightCount", entry<weightCount_>);
  add_function(env, exports, "weightName", entry<weightName_>);
  add_function(env, exports, "weight", entry<weight_>);
  add_function(env, exports, "metadata", entry<metadata_>);
  add_function(env, exports, "setBudget", entry<setBudget_>);
  add_function(env, exports, "createContext", entry<createContext_>);
  add_function(env, exports, "createSharing", entry<createSharing_>);
  add_function(env, exports, "closeContext", entry<closeContext_>);
  add_function(env, exports, "inputCount", entry<inputCount_>);
  add_function(env, exports, "outputCount", entry<outputCount_>);
  add_function(env, exports, "stateCount", entry<stateCount_>);
  add_function(env, exports, "input", entry<input_>);
  add_function(env, exports, "output", entry<output_>);
  add_function(env, exports, "state", entry<state_>);
  add_function(env, exports, "setInputShape", entry<setInputShape_>);
  add_function(env, exports, "bindInput", entry<bindInput_>);
  add_function(env, exports, "bindOutput", entry<bindOutput_>);
  add_function(env, exports, "run", entry<run_>);
  add_function(env, exports, "readState", entry<readState_>);
  add_function(env, exports, "writeState", entry<writeState_>);
  add_function(env, exports, "reset", entry<reset_>);
  add_function(env, exports, "saveContext", entry<saveContext_>);
}

}  // namespace weftjs
