// Gradients, and traced functions.
#include "support.h"

namespace weftjs {
namespace {

// setModes(set, clear): the modes before.
napi_value set_modes(napi_env env, napi_callback_info info) {
  const Call call(env, info, "setModes");
  const uint32_t before = weft_set_modes(static_cast<uint32_t>(call.integer(0, "set")),
                                         static_cast<uint32_t>(call.integer(1, "clear")));
  return make_number(env, before);
}
napi_value backward(napi_env env, napi_callback_info info) {
  const Call call(env, info, "backward");
  const std::vector<weft_tensor> heads = tensors_of(env, call[0], "backward");
  check(env, weft_backward(heads.data(), nullptr, heads.size(), 0));
  return call.undefined();
}
// grad(heads, variables, createGraph)
napi_value grad(napi_env env, napi_callback_info info) {
  const Call call(env, info, "grad");
  const std::vector<weft_tensor> heads = tensors_of(env, call[0], "grad");
  const std::vector<weft_tensor> variables = tensors_of(env, call[1], "grad");
  bool again = false;
  napi_get_value_bool(env, call[2], &again);
  std::vector<weft_tensor> out(variables.size());
  check(env, weft_grad(heads.data(), nullptr, heads.size(), variables.data(), variables.size(),
                       again, again, out.data()));
  return wrap_tensors(env, out);
}
napi_value begin(napi_env env, napi_callback_info info) {
  const Call call(env, info, "trace");
  const std::vector<weft_tensor> inputs = tensors_of(env, call[0], "trace");
  std::vector<weft_tensor> placeholders(inputs.size());
  check(env, weft_trace_begin(inputs.data(), inputs.size(), placeholders.data()));
  return wrap_tensors(env, placeholders);
}
napi_value wrap_function(napi_env env, weft_function function) {
  napi_value out = nullptr;
  check_js(env, napi_create_object(env, &out));
  OwnedFunction::attach(env, out, function);
  return out;
}
napi_value end(napi_env env, napi_callback_info info) {
  const Call call(env, info, "trace");
  const std::vector<weft_tensor> outputs = tensors_of(env, call[0], "trace");
  weft_function out = nullptr;
  check(env, weft_trace_end(outputs.data(), outputs.size(), &out));
  return wrap_function(env, out);
}
napi_value abort(napi_env env, napi_callback_info info) {
  weft_trace_abort();
  return Call(env, info, "trace").undefined();
}
weft_function function_of(const Call& call, size_t i = 0) {
  return OwnedFunction::get(call.env(), call[i], call.name(), "a function of trace");
}
napi_value call_function(napi_env env, napi_callback_info info) {
  const Call call(env, info, "call");
  weft_function function = function_of(call);
  const std::vector<weft_tensor> inputs = tensors_of(env, call[1], "call");
  std::vector<weft_tensor> outs(weft_function_outputs(function));
  check(env, weft_function_call(function, inputs.data(), inputs.size(), outs.data(), outs.size()));
  return wrap_tensors(env, outs);
}
napi_value captures(napi_env env, napi_callback_info info) {
  const Call call(env, info, "captures");
  weft_function function = function_of(call);
  std::vector<weft_tensor> out;
  for (size_t i = 0; i < weft_function_captures(function); ++i)
    out.push_back(weft_tensor_retain(weft_function_capture_at(function, i)));
  return wrap_tensors(env, out);
}
napi_value text(napi_env env, napi_callback_info info) {
  const Call call(env, info, "text");
  const char* out = nullptr;
  check(env, weft_function_get_text(function_of(call), call.text(1, "what").c_str(), &out));
  return make_text(env, out);
}
napi_value create_writer(napi_env env, napi_callback_info) {
  weft_writer writer = nullptr;
  check(env, weft_writer_create(&writer));
  napi_value out = nullptr;
  check_js(env, napi_create_object(env, &out));
  OwnedWriter::attach(env, out, writer);
  return out;
}
weft_writer writer_of(const Call& call) {
  return OwnedWriter::get(call.env(), call[0], call.name(), "a Writer");
}
// addEntry(writer, entry, function, inputs, outputs, captures)
napi_value add_entry(napi_env env, napi_callback_info info) {
  const Call call(env, info, "Writer.add");
  weft_writer writer = writer_of(call);
  const std::string name = call.text(1, "entry");
  weft_function function = function_of(call, 2);
  std::vector<std::string> texts[3];
  std::vector<const char*> names[3];
  const char* const which[] = {"inputs", "outputs", "captures"};
  const size_t counts[] = {weft_function_inputs(function), weft_function_outputs(function),
                           weft_function_captures(function)};
  for (size_t i = 0; i < 3; ++i) {
    texts[i] = texts_of(env, call[3 + i], "Writer.add", which[i]);
    if (texts[i].size() != counts[i])
      fail(env, "INVALID_VALUE",
           std::string("Writer.add: the function has ") + std::to_string(counts[i]) + " " +
               which[i] + "; got " + std::to_string(texts[i].size()) + " names");
    for (const std::string& one : texts[i]) names[i].push_back(one.c_str());
  }
  check(env, weft_writer_add_entry(writer, name.c_str(), function, names[0].data(), names[1].data(),
                                   names[2].data()));
  return call.undefined();
}
napi_value set_metadata(napi_env env, napi_callback_info info) {
  const Call call(env, info, "Writer.setMetadata");
  check(env, weft_writer_set_metadata(writer_of(call), call.text(1, "key").c_str(),
                                      call.text(2, "value").c_str()));
  return call.undefined();
}
napi_value save_writer(napi_env env, napi_callback_info info) {
  const Call call(env, info, "Writer.save");
  check(env, weft_writer_save(writer_of(call), call.text(1, "path").c_str()));
  return call.undefined();
}

}  // namespace

void add_functions(napi_env env, napi_value exports) {
  add_function(env, exports, "setModes", entry<set_modes>);
  add_function(env, exports, "backward", entry<backward>);
  add_function(env, exports, "gradients", entry<grad>);
  add_function(env, exports, "traceBegin", entry<begin>);
  add_function(env, exports, "traceEnd", entry<end>);
  add_function(env, exports, "traceAbort", entry<abort>);
  add_function(env, exports, "callFunction", entry<call_function>);
  add_function(env, exports, "captures", entry<captures>);
  add_function(env, exports, "functionText", entry<text>);
  add_function(env, exports, "createWriter", entry<create_writer>);
  add_function(env, exports, "addEntry", entry<add_entry>);
  add_function(env, exports, "setMetadata", entry<set_metadata>);
  add_function(env, exports, "saveWriter", entry<save_writer>);
}

}  // namespace weftjs
