// Errors, values and arguments, between JavaScript and C.
#include "support.h"

namespace weftjs {

napi_value make_error(napi_env env, weft_status status, const std::string& text) {
  napi_value type = nullptr, out = nullptr;
  napi_value given[] = {make_number(env, status), make_text(env, text.c_str())};
  napi_get_reference_value(env, state_of(env).error, &type);
  return napi_new_instance(env, type, 2, given, &out) == napi_ok ? out : nullptr;
}
void fail(napi_env env, weft_status status, const std::string& text) {
  if (napi_value error = make_error(env, status, text)) napi_throw(env, error);
  throw Pending();
}
void fail_type(napi_env env, const std::string& text) {
  napi_throw_type_error(env, "INVALID_TYPE", text.c_str());
  throw Pending();
}
void check_js(napi_env env, napi_status status) {
  if (status == napi_ok) return;
  bool pending = false;
  napi_is_exception_pending(env, &pending);
  if (!pending) {
    const napi_extended_error_info* info = nullptr;
    napi_get_last_error_info(env, &info);
    const char* text = info && info->error_message ? info->error_message : "unknown";
    napi_throw_type_error(env, "INVALID_TYPE", text);
  }
  throw Pending();
}

napi_value make_text(napi_env env, const char* text) {
  napi_value out = nullptr;
  check_js(env, text ? napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &out)
                     : napi_get_undefined(env, &out));
  return out;
}
napi_value make_numbers(napi_env env, const int64_t* numbers, int32_t count) {
  napi_value out = nullptr;
  check_js(env, napi_create_array_with_length(env, static_cast<size_t>(count), &out));
  for (int32_t i = 0; i < count; ++i)
    check_js(env,
             napi_set_element(env, out, static_cast<uint32_t>(i), make_number(env, numbers[i])));
  return out;
}
napi_value make_object(napi_env env) {
  napi_value out = nullptr;
  check_js(env, napi_create_object(env, &out));
  return out;
}
void set(napi_env env, napi_value object, const char* name, napi_value value) {
  check_js(env, napi_set_named_property(env, object, name, value));
}
napi_value wrap_tensor(napi_env env, weft_tensor tensor) {
  napi_value out = nullptr;
  check_js(env, napi_create_uint32(env, state_of(env).places.add(tensor), &out));
  return out;
}
napi_value wrap_tensors(napi_env env, const std::vector<weft_tensor>& tensors) {
  napi_value out = nullptr;
  check_js(env, napi_create_array_with_length(env, tensors.size(), &out));
  for (uint32_t i = 0; i < tensors.size(); ++i)
    check_js(env, napi_set_element(env, out, i, wrap_tensor(env, tensors[i])));
  return out;
}

napi_value Call::undefined() const {
  napi_value out = nullptr;
  napi_get_undefined(env_, &out);
  return out;
}
napi_valuetype Call::type(napi_env env, napi_value value) {
  napi_valuetype out = napi_undefined;
  napi_typeof(env, value, &out);
  return out;
}
std::string Call::text_of(napi_value value, const char* argument) const {
  size_t length = 0;
  if (napi_get_value_string_utf8(env_, value, nullptr, 0, &length) != napi_ok)
    wrong(argument, "a string");
  std::string out(length, '\0');
  check_js(env_, napi_get_value_string_utf8(env_, value, out.data(), length + 1, &length));
  return out;
}
int64_t Call::integer_of(napi_value value, const char* argument) const {
  double real = 0;
  int64_t out = 0;
  bool is_exact = false;
  if (napi_get_value_double(env_, value, &real) == napi_ok) {
    out = static_cast<int64_t>(real);
    is_exact = real == static_cast<double>(out);
  } else if (napi_get_value_bigint_int64(env_, value, &out, &is_exact) != napi_ok) {
    bool is_true = false;
    is_exact = napi_get_value_bool(env_, value, &is_true) == napi_ok;
    out = is_true;
  }
  if (!is_exact) wrong(argument, "a whole number");
  return out;
}
std::vector<napi_value> Call::elements(napi_value list, const char* argument) const {
  uint32_t length = 0;
  if (napi_get_array_length(env_, list, &length) != napi_ok) wrong(argument, "an array");
  std::vector<napi_value> out(length);
  for (uint32_t i = 0; i < length; ++i) check_js(env_, napi_get_element(env_, list, i, &out[i]));
  return out;
}
Texts Call::texts(size_t i, const char* argument) const {
  std::vector<std::string> out;
  for (napi_value value : elements((*this)[i], argument)) out.push_back(text_of(value, argument));
  return Texts(std::move(out));
}
std::vector<weft_tensor> Call::tensors_of(napi_value list) const {
  std::vector<weft_tensor> out;
  for (napi_value place : elements(list, "x")) out.push_back(tensor_of(place));
  return out;
}
Bytes Call::bytes(size_t i, const char* argument) const {
  if (is(i, napi_undefined)) return {nullptr, 0};
  Bytes out = {nullptr, 0};
  bool is_view = false;
  napi_is_dataview(env_, (*this)[i], &is_view);
  if (is_view) {
    check_js(env_,
             napi_get_dataview_info(env_, (*this)[i], &out.size, &out.data, nullptr, nullptr));
    return out;
  }
  static const size_t kSizes[] = {1, 1, 1, 2, 2, 4, 4, 4, 8, 8, 8};
  napi_typedarray_type kind = napi_uint8_array;
  size_t length = 0;
  if (napi_get_typedarray_info(env_, (*this)[i], &kind, &length, &out.data, nullptr, nullptr) !=
      napi_ok)
    wrong(argument, "a typed array");
  out.size = length * (static_cast<size_t>(kind) < 11 ? kSizes[kind] : 2);
  return out;
}

void add_function(napi_env env, napi_value exports, const char* name, napi_callback function) {
  napi_value out = nullptr;
  check_js(env, napi_create_function(env, name, NAPI_AUTO_LENGTH, function, nullptr, &out));
  set(env, exports, name, out);
}

}  // namespace weftjs
