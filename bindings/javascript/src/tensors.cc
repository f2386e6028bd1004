// Arrays: made, read, written; files of arrays.
#include "support.h"

namespace weftjs {

napi_value make_number(napi_env env, double value) {
  napi_value out = nullptr;
  check_js(env, napi_create_double(env, value, &out));
  return out;
}
napi_value make_text(napi_env env, const char* text) {
  napi_value out = nullptr;
  check_js(env, napi_create_string_utf8(env, text ? text : "", NAPI_AUTO_LENGTH, &out));
  return out;
}
napi_value make_integers(napi_env env, const int64_t* numbers, size_t count) {
  napi_value out = nullptr;
  check_js(env, napi_create_array_with_length(env, count, &out));
  for (size_t i = 0; i < count; ++i)
    check_js(env, napi_set_element(env, out, static_cast<uint32_t>(i),
                                   make_number(env, static_cast<double>(numbers[i]))));
  return out;
}
std::vector<std::string> texts_of(napi_env env, napi_value list, const char* name,
                                  const char* argument) {
  bool is_array = false;
  napi_is_array(env, list, &is_array);
  if (!is_array)
    fail_type(env, std::string(name) + ": `" + argument + "` must be an array of strings");
  uint32_t length = 0;
  napi_get_array_length(env, list, &length);
  std::vector<std::string> out;
  for (uint32_t i = 0; i < length; ++i) {
    napi_value element = nullptr;
    check_js(env, napi_get_element(env, list, i, &element));
    if (Call::type(env, element) != napi_string)
      fail_type(env, std::string(name) + ": `" + argument + "` must be an array of strings");
    out.push_back(Call::text_of(env, element));
  }
  return out;
}

napi_value wrap_tensor(napi_env env, weft_tensor tensor) {
  napi_value out = nullptr;
  check_js(env, napi_create_uint32(env, places(env).add(tensor), &out));
  return out;
}
napi_value wrap_tensors(napi_env env, const std::vector<weft_tensor>& tensors) {
  napi_value out = nullptr;
  check_js(env, napi_create_array_with_length(env, tensors.size(), &out));
  for (uint32_t i = 0; i < tensors.size(); ++i)
    check_js(env, napi_set_element(env, out, i, wrap_tensor(env, tensors[i])));
  return out;
}
std::vector<weft_tensor> tensors_of(napi_env env, napi_value list, const char* name) {
  bool is_array = false;
  napi_is_array(env, list, &is_array);
  if (!is_array) fail_type(env, std::string(name) + ": expected an array of Tensors");
  uint32_t length = 0;
  napi_get_array_length(env, list, &length);
  std::vector<weft_tensor> out(length);
  for (uint32_t i = 0; i < length; ++i) {
    napi_value element = nullptr;
    check_js(env, napi_get_element(env, list, i, &element));
    out[i] = tensor_of(env, element, name);
  }
  return out;
}

Bytes bytes_of(napi_env env, napi_value value, const char* name, const char* argument) {
  bool is_typed = false;
  napi_is_typedarray(env, value, &is_typed);
  if (!is_typed) fail_type(env, std::string(name) + ": `" + argument + "` must be a typed array");
  napi_typedarray_type type = napi_uint8_array;
  size_t length = 0;
  void* data = nullptr;
  check_js(env, napi_get_typedarray_info(env, value, &type, &length, &data, nullptr, nullptr));
  static const size_t kSizes[] = {1, 1, 1, 2, 2, 4, 4, 4, 8, 8, 8};
  return {data, length * (static_cast<size_t>(type) < 11 ? kSizes[type] : 2)};
}

namespace {

// createTensor(dtype, shape, typed array or undefined)
napi_value create(napi_env env, napi_callback_info info) {
  const Call call(env, info, "Tensor");
  const auto dtype = static_cast<weft_dtype>(call.integer(0, "dtype"));
  const std::vector<int64_t> shape = call.integers(1, "shape");
  const void* data = nullptr;
  if (!call.is(2, napi_undefined)) {
    const Bytes bytes = bytes_of(env, call[2], "Tensor", "elements");
    size_t wanted = weft_dtype_size(dtype);
    for (const int64_t extent : shape) wanted *= static_cast<size_t>(extent < 0 ? 0 : extent);
    if (bytes.size != wanted)
      fail(env, "INVALID_VALUE",
           "Tensor: the shape needs " + std::to_string(wanted) + " bytes; got " +
               std::to_string(bytes.size));
    data = bytes.data;
  }
  weft_tensor out = nullptr;
  check(env,
        weft_tensor_create(dtype, static_cast<int32_t>(shape.size()), shape.data(), data, &out));
  return wrap_tensor(env, out);
}
napi_value dispose(napi_env env, napi_callback_info info) {
  const Call call(env, info, "dispose");
  places(env).free(static_cast<uint32_t>(call.integer(0, "place")));
  return nullptr;
}
napi_value dtype(napi_env env, napi_callback_info info) {
  const Call call(env, info, "dtype");
  return make_number(env, weft_tensor_dtype(tensor_of(env, call[0], "dtype")));
}
napi_value shape(napi_env env, napi_callback_info info) {
  const Call call(env, info, "shape");
  weft_tensor x = tensor_of(env, call[0], "shape");
  return make_integers(env, weft_tensor_shape(x), static_cast<size_t>(weft_tensor_rank(x)));
}
// read(place, typed array of exactly its bytes)
napi_value read(napi_env env, napi_callback_info info) {
  const Call call(env, info, "read");
  weft_tensor x = tensor_of(env, call[0], "read");
  const Bytes bytes = bytes_of(env, call[1], "read", "out");
  check(env, weft_tensor_read(x, bytes.data, bytes.size));
  return call[1];
}
// write(place, number or place, is it a number)
napi_value write(napi_env env, napi_callback_info info) {
  const Call call(env, info, "write");
  weft_tensor x = tensor_of(env, call[0], "write");
  weft_value value = {WEFT_TAG_FLOAT, 0, {nullptr}};
  bool is_number = false;
  napi_get_value_bool(env, call[2], &is_number);
  if (is_number) {
    check_js(env, napi_get_value_double(env, call[1], &value.as.real));
  } else {
    value.tag = WEFT_TAG_TENSOR;
    value.as.tensor = tensor_of(env, call[1], "write");
  }
  check(env, weft_tensor_write(x, &value));
  return call[0];
}
napi_value wait(napi_env env, napi_callback_info info) {
  const Call call(env, info, "wait");
  check(env, weft_tensor_wait(tensor_of(env, call[0], "wait")));
  return call[0];
}
napi_value same(napi_env env, napi_callback_info info) {
  const Call call(env, info, "isSame");
  napi_value out = nullptr;
  napi_get_boolean(env,
                   weft_tensor_shares_box(tensor_of(env, call[0], "isSame"),
                                          tensor_of(env, call[1], "isSame")) != 0,
                   &out);
  return out;
}
napi_value detach(napi_env env, napi_callback_info info) {
  const Call call(env, info, "detach");
  weft_tensor out = nullptr;
  check(env, weft_tensor_detach(tensor_of(env, call[0], "detach"), &out));
  return wrap_tensor(env, out);
}
napi_value attach_grad(napi_env env, napi_callback_info info) {
  const Call call(env, info, "attachGrad");
  check(env, weft_tensor_attach_grad(tensor_of(env, call[0], "attachGrad"), WEFT_GRAD_WRITE));
  return call[0];
}
napi_value grad(napi_env env, napi_callback_info info) {
  const Call call(env, info, "grad");
  weft_tensor out = nullptr;
  check(env, weft_tensor_grad(tensor_of(env, call[0], "grad"), &out));
  return out ? wrap_tensor(env, out) : call.undefined();
}
// save(path, names, places)
napi_value save(napi_env env, napi_callback_info info) {
  const Call call(env, info, "save");
  const std::string path = call.text(0, "path");
  const std::vector<std::string> names = texts_of(env, call[1], "save", "names");
  const std::vector<weft_tensor> tensors = tensors_of(env, call[2], "save");
  std::vector<const char*> pointers;
  for (const std::string& name : names) pointers.push_back(name.c_str());
  check(env,
        weft_tensors_save(path.c_str(), pointers.data(), tensors.data(), tensors.size(), nullptr));
  return call.undefined();
}
// load(path): [[name, place], …]
napi_value load(napi_env env, napi_callback_info info) {
  const Call call(env, info, "load");
  weft_archive archive = nullptr;
  check(env, weft_archive_load(call.text(0, "path").c_str(), &archive));
  std::vector<std::string> names;
  std::vector<weft_tensor> tensors;
  weft_status status = WEFT_OK;
  for (size_t i = 0; i < weft_archive_count(archive) && status == WEFT_OK; ++i) {
    weft_tensor tensor = nullptr;
    status = weft_archive_tensor(archive, i, &tensor);
    if (status == WEFT_OK) tensors.push_back(tensor);
    names.emplace_back(weft_archive_name_at(archive, i));
  }
  weft_archive_release(archive);
  if (status != WEFT_OK) {
    for (weft_tensor tensor : tensors) weft_tensor_release(tensor);
    check(env, status);
  }
  napi_value out = nullptr, list = nullptr;
  check_js(env, napi_create_array(env, &out));
  list = wrap_tensors(env, tensors);
  for (uint32_t i = 0; i < tensors.size(); ++i) {
    napi_value pair = nullptr, tensor = nullptr;
    check_js(env, napi_create_array(env, &pair));
    check_js(env, napi_get_element(env, list, i, &tensor));
    check_js(env, napi_set_element(env, pair, 0, make_text(env, names[i].c_str())));
    check_js(env, napi_set_element(env, pair, 1, tensor));
    check_js(env, napi_set_element(env, out, i, pair));
  }
  return out;
}

}  // namespace

void add_function(napi_env env, napi_value exports, const char* name, napi_callback function) {
  napi_value out = nullptr;
  check_js(env, napi_create_function(env, name, NAPI_AUTO_LENGTH, function, nullptr, &out));
  check_js(env, napi_set_named_property(env, exports, name, out));
}

void add_tensors(napi_env env, napi_value exports) {
  add_function(env, exports, "createTensor", entry<create>);
  add_function(env, exports, "dispose", entry<dispose>);
  add_function(env, exports, "dtype", entry<dtype>);
  add_function(env, exports, "shape", entry<shape>);
  add_function(env, exports, "read", entry<read>);
  add_function(env, exports, "write", entry<write>);
  add_function(env, exports, "wait", entry<wait>);
  add_function(env, exports, "isSame", entry<same>);
  add_function(env, exports, "detach", entry<detach>);
  add_function(env, exports, "attachGrad", entry<attach_grad>);
  add_function(env, exports, "grad", entry<grad>);
  add_function(env, exports, "saveTensors", entry<save>);
  add_function(env, exports, "loadTensors", entry<load>);
}

}  // namespace weftjs
