// Operators: found by name, called with the arguments that lib/call.js makes.
#include "support.h"

namespace weftjs {
namespace {

// findOperator(name): {index, names, kinds, inputs, outputs}
napi_value find(napi_env env, napi_callback_info info) {
  const Call call(env, info, "operator");
  weft_op op = nullptr;
  weft_op_info what = {};
  what.struct_size = sizeof what;
  check(env, weft_op_find(call.text(call[0], "name").c_str(), &op));
  check(env, weft_op_get_info(op, &what));
  std::vector<weft_op>& operators = state_of(env).operators;
  const auto count = static_cast<size_t>(what.inputs + what.attributes);
  const auto* arguments = what.arguments;
  const auto name = [&](size_t i) { return make_text(env, arguments[i].name); };
  const auto kind = [&](size_t i) { return make_number(env, arguments[i].kind); };
  const napi_value out = make_object(env);
  set(env, out, "index", make_number(env, operators.size()));
  set(env, out, "names", make_list(env, count, name));
  set(env, out, "kinds", make_list(env, count, kind));
  set(env, out, "inputs", make_number(env, what.inputs));
  set(env, out, "outputs", make_number(env, what.outputs));
  operators.push_back(op);
  return out;
}
weft_op operator_of(const Call& call) {
  return state_of(call.env()).operators.at(call.number<size_t>(call[0], "operator"));
}

// invokeArrays(operator, place[, place]): the place of the result.
napi_value invoke_arrays(napi_env env, napi_callback_info info) {
  const Call call(env, info, "invoke");
  weft_value values[2];
  const size_t count = call.count() == 2 ? 1 : 2;
  for (size_t i = 0; i < count; ++i) {
    values[i] = {WEFT_TAG_TENSOR, 0, {nullptr}};
    values[i].as.tensor = call.tensor(call[1 + i]);
  }
  weft_tensor out = nullptr;
  check(env, weft_invoke(operator_of(call), values, count, &out, 1));
  return wrap_tensor(env, out);
}
// invoke(operator, arguments, outputs): the place of the one result, or an array of places.
napi_value invoke(napi_env env, napi_callback_info info) {
  const Call call(env, info, "invoke");
  weft_op op = operator_of(call);
  const Values values(call, call[1]);
  auto count = call.number<size_t>(call[2], "outputs");
  if (count != 1) check(env, weft_op_count_outputs(op, values.data(), values.size(), &count));
  std::vector<weft_tensor> outs(count);
  check(env, weft_invoke(op, values.data(), values.size(), outs.data(), count));
  return call.number<size_t>(call[2], "outputs") == 1 ? wrap_tensor(env, outs[0])
                                                      : wrap_tensors(env, outs);
}
// invokeInto(operator, arguments, places): writes the results into these arrays.
napi_value invoke_into(napi_env env, napi_callback_info info) {
  const Call call(env, info, "invoke");
  const Values values(call, call[1]);
  std::vector<weft_tensor> outs = call.tensors(call[2]);
  check(env,
        weft_invoke(operator_of(call), values.data(), values.size(), outs.data(), outs.size()));
  return call.undefined();
}

}  // namespace

void add_operators(napi_env env, napi_value exports) {
  add_function(env, exports, "findOperator", entry<find>);
  add_function(env, exports, "invoke", entry<invoke>);
  add_function(env, exports, "invokeArrays", entry<invoke_arrays>);
  add_function(env, exports, "invokeInto", entry<invoke_into>);
}

}  // namespace weftjs
