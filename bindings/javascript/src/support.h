// What all parts of the addon use: errors as JavaScript's, arguments of a call, handles in objects.
#ifndef WEFT_JAVASCRIPT_SUPPORT_H_
#define WEFT_JAVASCRIPT_SUPPORT_H_

#include <node_api.h>
#include <weft/weft.h>

#include <string>
#include <vector>

namespace weftjs {

// Thrown where an exception is pending in JavaScript already.
struct Pending {};

// Throws a JavaScript Error with a `code`, and ends the call.
[[noreturn]] inline void fail(napi_env env, const char* code, const std::string& text) {
  napi_throw_error(env, code, text.c_str());
  throw Pending();
}
// Throws a TypeError, and ends the call.
[[noreturn]] inline void fail_type(napi_env env, const std::string& text) {
  napi_throw_type_error(env, "INVALID_TYPE", text.c_str());
  throw Pending();
}
inline void check_js(napi_env env, napi_status status) {
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
inline const char* code_of(weft_status status) {
  static const char* const kCodes[] = {"OK",           "INVALID_VALUE",      "OUT_OF_MEMORY",
                                       "UNSUPPORTED",  "NOT_FOUND",          "INTERNAL",
                                       "INVALID_TYPE", "INDEX_OUT_OF_RANGE", "OVERFLOW",
                                       "IO",           "INVALID_STATE",      "INTERRUPTED",
                                       "CHECK_FAILED", "NO_FACTORIZATION",   "DISCONNECTED"};
  return status >= 0 && status <= 14 ? kCodes[status] : "UNKNOWN";
}
// A status of the library as a JavaScript Error with the library's text.
inline void check(napi_env env, weft_status status) {
  if (status != WEFT_OK) fail(env, code_of(status), weft_last_error());
}

// The arrays that objects of JavaScript own, by places that are used again. Each worker has its
// own.
class Places {
 public:
  ~Places() {
    for (weft_tensor tensor : all_) weft_tensor_release(tensor);
  }
  // Takes a reference.
  uint32_t add(weft_tensor tensor) {
    if (free_.empty()) {
      all_.push_back(tensor);
      return static_cast<uint32_t>(all_.size() - 1);
    }
    const uint32_t place = free_.back();
    free_.pop_back();
    all_[place] = tensor;
    return place;
  }
  weft_tensor at(uint32_t place) const { return place < all_.size() ? all_[place] : nullptr; }
  void free(uint32_t place) {
    if (!at(place)) return;
    weft_tensor_release(all_[place]);
    all_[place] = nullptr;
    free_.push_back(place);
  }

 private:
  std::vector<weft_tensor> all_;
  std::vector<uint32_t> free_;
};
inline Places& places(napi_env env) {
  void* data = nullptr;
  napi_get_instance_data(env, &data);
  return *static_cast<Places*>(data);
}

// The arguments of a call.
class Call {
 public:
  Call(napi_env env, napi_callback_info info, const char* name) : env_(env), name_(name) {
    count_ = kMost;
    check_js(env, napi_get_cb_info(env, info, &count_, values_, &self_, nullptr));
  }
  napi_env env() const { return env_; }
  napi_value self() const { return self_; }
  size_t count() const { return count_; }
  napi_value operator[](size_t i) const { return i < count_ ? values_[i] : undefined(); }
  napi_value undefined() const {
    napi_value out = nullptr;
    napi_get_undefined(env_, &out);
    return out;
  }
  bool is(size_t i, napi_valuetype wanted) const { return type(env_, (*this)[i]) == wanted; }
  static napi_valuetype type(napi_env env, napi_value value) {
    napi_valuetype out = napi_undefined;
    napi_typeof(env, value, &out);
    return out;
  }

  std::string text(size_t i, const char* argument) const {
    if (!is(i, napi_string)) wrong(argument, "a string");
    return text_of(env_, (*this)[i]);
  }
  static std::string text_of(napi_env env, napi_value value) {
    size_t length = 0;
    check_js(env, napi_get_value_string_utf8(env, value, nullptr, 0, &length));
    std::string out(length, '\0');
    check_js(env, napi_get_value_string_utf8(env, value, out.data(), length + 1, &length));
    return out;
  }
  int64_t integer(size_t i, const char* argument) const {
    return integer_of(env_, (*this)[i], name_, argument);
  }
  // A whole number from a Number or a BigInt.
  static int64_t integer_of(napi_env env, napi_value value, const char* name,
                            const char* argument) {
    if (type(env, value) == napi_bigint) {
      int64_t out = 0;
      bool lossless = false;
      check_js(env, napi_get_value_bigint_int64(env, value, &out, &lossless));
      if (lossless) return out;
    } else {
      double out = 0;
      if (napi_get_value_double(env, value, &out) == napi_ok &&
          out == static_cast<double>(static_cast<int64_t>(out)))
        return static_cast<int64_t>(out);
    }
    fail_type(env, std::string(name) + ": `" + argument + "` must be a whole number");
  }
  std::vector<int64_t> integers(size_t i, const char* argument) const {
    return integers_of(env_, (*this)[i], name_, argument);
  }
  static std::vector<int64_t> integers_of(napi_env env, napi_value value, const char* name,
                                          const char* argument) {
    bool is_array = false;
    napi_is_array(env, value, &is_array);
    if (!is_array)
      fail_type(env, std::string(name) + ": `" + argument + "` must be an array of whole numbers");
    uint32_t length = 0;
    napi_get_array_length(env, value, &length);
    std::vector<int64_t> out(length);
    for (uint32_t at = 0; at < length; ++at) {
      napi_value element = nullptr;
      check_js(env, napi_get_element(env, value, at, &element));
      out[at] = integer_of(env, element, name, argument);
    }
    return out;
  }
  [[noreturn]] void wrong(const char* argument, const char* wanted) const {
    fail_type(env_, std::string(name_) + ": `" + argument + "` must be " + wanted);
  }
  const char* name() const { return name_; }

 private:
  static constexpr size_t kMost = 8;
  napi_env env_;
  const char* name_;
  napi_value self_ = nullptr, values_[kMost] = {};
  size_t count_ = 0;
};

// Runs a function of the addon; no exception of C++ leaves it.
template <auto kFunction>
napi_value entry(napi_env env, napi_callback_info info) {
  try {
    return kFunction(env, info);
  } catch (const Pending&) {
  } catch (const std::exception& error) {
    napi_throw_error(env, "OUT_OF_MEMORY", error.what());
  }
  return nullptr;
}

// An object of JavaScript that owns a handle of the library. The tag says which kind of handle it
// is, so that another object is an error and not a crash.
template <class Handle, void (*kRelease)(Handle), uint64_t kTag>
struct Owned {
  static constexpr napi_type_tag kMark = {0x77656674'6a730000, kTag};
  Handle handle;

  static void attach(napi_env env, napi_value object, Handle handle) {
    auto* owned = new Owned{handle};
    check_js(env, napi_wrap(env, object, owned, finalize, nullptr, nullptr));
    check_js(env, napi_type_tag_object(env, object, &kMark));
  }
  static Owned* find(napi_env env, napi_value object) {
    bool same = false;
    if (Call::type(env, object) != napi_object ||
        napi_check_object_type_tag(env, object, &kMark, &same) != napi_ok || !same)
      return nullptr;
    void* data = nullptr;
    napi_unwrap(env, object, &data);
    return static_cast<Owned*>(data);
  }
  // The handle; an error for another object, or one that was disposed.
  static Handle get(napi_env env, napi_value object, const char* name, const char* wanted) {
    const Owned* owned = find(env, object);
    if (!owned) fail_type(env, std::string(name) + ": expected " + wanted);
    if (!owned->handle) fail(env, "INVALID_STATE", std::string(name) + ": the object was disposed");
    return owned->handle;
  }
  void dispose() {
    if (handle) kRelease(handle);
    handle = nullptr;
  }
  static void finalize(napi_env, void* data, void*) {
    auto* owned = static_cast<Owned*>(data);
    owned->dispose();
    delete owned;
  }
};

using OwnedFunction = Owned<weft_function, weft_function_release, 2>;
using OwnedModel = Owned<weft_model, weft_model_release, 3>;
using OwnedWriter = Owned<weft_writer, weft_writer_release, 5>;

// The array at a place that lib/handles.js gives.
inline weft_tensor tensor_of(napi_env env, napi_value place, const char* name) {
  uint32_t number = 0;
  if (napi_get_value_uint32(env, place, &number) != napi_ok)
    fail_type(env, std::string(name) + ": expected a Tensor");
  weft_tensor found = places(env).at(number);
  if (!found) fail(env, "INVALID_STATE", std::string(name) + ": the array was disposed");
  return found;
}
// The place of a reference that this takes, for lib/handles.js.
napi_value wrap_tensor(napi_env env, weft_tensor tensor);
napi_value wrap_tensors(napi_env env, const std::vector<weft_tensor>& tensors);
std::vector<weft_tensor> tensors_of(napi_env env, napi_value list, const char* name);

// The bytes of a typed array or a DataView.
struct Bytes {
  void* data;
  size_t size;
};
Bytes bytes_of(napi_env env, napi_value value, const char* name, const char* argument);

napi_value make_number(napi_env env, double value);
napi_value make_text(napi_env env, const char* text);
napi_value make_integers(napi_env env, const int64_t* numbers, size_t count);
std::vector<std::string> texts_of(napi_env env, napi_value list, const char* name,
                                  const char* argument);

void add_function(napi_env env, napi_value exports, const char* name, napi_callback function);
void add_tensors(napi_env env, napi_value exports);
void add_calls(napi_env env, napi_value exports);
void add_functions(napi_env env, napi_value exports);
void add_models(napi_env env, napi_value exports);

}  // namespace weftjs

#endif  // WEFT_JAVASCRIPT_SUPPORT_H_
