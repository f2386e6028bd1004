// What all parts of the addon use: errors as JavaScript's, arguments of a call, handles in objects.
#ifndef WEFT_JAVASCRIPT_SUPPORT_H_
#define WEFT_JAVASCRIPT_SUPPORT_H_

#include <node_api.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "kinds.h"

namespace weftjs {

// The arrays that objects of JavaScript own, by places that are used again.
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
// What each worker has of its own.
struct State {
  Places places;
  napi_ref error = nullptr;  // the class WeftError
};
inline State& state_of(napi_env env) {
  void* data = nullptr;
  napi_get_instance_data(env, &data);
  return *static_cast<State*>(data);
}

// Thrown where an exception is pending in JavaScript already.
struct Pending {};

// A WeftError; nullptr where JavaScript has thrown another.
napi_value make_error(napi_env env, weft_status status, const std::string& text);
[[noreturn]] void fail(napi_env env, weft_status status, const std::string& text);
[[noreturn]] void fail_type(napi_env env, const std::string& text);
void check_js(napi_env env, napi_status status);
// A status of the library as an error with the library's text.
inline void check(napi_env env, weft_status status) {
  if (status != WEFT_OK) fail(env, status, weft_last_error());
}

template <class Number>
napi_value make_number(napi_env env, Number value) {
  napi_value out = nullptr;
  check_js(env, napi_create_double(env, static_cast<double>(value), &out));
  return out;
}
napi_value make_text(napi_env env, const char* text);  // undefined for nullptr
napi_value make_numbers(napi_env env, const int64_t* numbers, int32_t count);
napi_value make_object(napi_env env);
void set(napi_env env, napi_value object, const char* name, napi_value value);
// The place of a reference that this takes, for lib/handles.js.
napi_value wrap_tensor(napi_env env, weft_tensor tensor);
napi_value wrap_tensors(napi_env env, const std::vector<weft_tensor>& tensors);

// The bytes of a typed array or a DataView.
struct Bytes {
  void* data;
  size_t size;
};
// Texts as C takes a list of them.
class Texts {
 public:
  explicit Texts(std::vector<std::string> texts) : texts_(std::move(texts)) {
    for (const std::string& text : texts_) pointers_.push_back(text.c_str());
  }
  const char* const* data() const { return pointers_.data(); }
  size_t size() const { return pointers_.size(); }

 private:
  std::vector<std::string> texts_;
  std::vector<const char*> pointers_;
};

// The arguments of a call, which know how to be what C takes; `argument` is for errors.
class Call {
 public:
  Call(napi_env env, napi_callback_info info, const char* name) : env_(env), name_(name) {
    check_js(env, napi_get_cb_info(env, info, &count_, values_, nullptr, nullptr));
  }
  napi_env env() const { return env_; }
  const char* name() const { return name_; }
  void rename(const char* name) { name_ = name; }
  size_t count() const { return count_; }
  napi_value operator[](size_t i) const { return i < count_ ? values_[i] : undefined(); }
  napi_value undefined() const;
  bool is(size_t i, napi_valuetype wanted) const { return type(env_, (*this)[i]) == wanted; }
  static napi_valuetype type(napi_env env, napi_value value);
  [[noreturn]] void wrong(const char* argument, const char* wanted) const {
    fail_type(env_, std::string(name_) + ": `" + argument + "` must be " + wanted);
  }

  std::string text(size_t i, const char* argument) const { return text_of((*this)[i], argument); }
  Texts texts(size_t i, const char* argument) const;
  template <class Number>
  Number number(size_t i, const char* argument) const {
    return static_cast<Number>(integer_of((*this)[i], argument));
  }
  template <class Number>
  std::vector<Number> numbers(size_t i, const char* argument) const {
    std::vector<Number> out;
    for (napi_value value : elements((*this)[i], argument))
      out.push_back(static_cast<Number>(integer_of(value, argument)));
    return out;
  }
  Bytes bytes(size_t i, const char* argument) const;  // nullptr for undefined
  weft_tensor tensor(size_t i) const { return tensor_of((*this)[i]); }
  std::vector<weft_tensor> tensors(size_t i) const { return tensors_of((*this)[i]); }
  template <class Handle>
  std::vector<Handle> handles(size_t i, const char* argument) const;

  std::string text_of(napi_value value, const char* argument) const;
  // A whole number from a Number, a BigInt or a boolean.
  int64_t integer_of(napi_value value, const char* argument) const;
  std::vector<napi_value> elements(napi_value list, const char* argument) const;
  // The array at a place that lib/handles.js gives.
  weft_tensor tensor_of(napi_value place) const {
    uint32_t number = 0;
    if (napi_get_value_uint32(env_, place, &number) != napi_ok) wrong("x", "a Tensor");
    weft_tensor found = state_of(env_).places.at(number);
    if (!found) fail(env_, WEFT_INVALID_STATE, std::string(name_) + ": the array was disposed");
    return found;
  }
  std::vector<weft_tensor> tensors_of(napi_value list) const;

 private:
  static constexpr size_t kMost = 8;
  napi_env env_;
  const char* name_;
  napi_value values_[kMost] = {};
  size_t count_ = kMost;
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
template <class Handle>
struct Owned {
  static constexpr napi_type_tag kMark = {0x77656674'6a730000, Kind<Handle>::kNumber};
  Handle handle;
  std::shared_ptr<void> memory;  // what the handle reads as long as it lives

  static napi_value wrap(napi_env env, Handle handle, std::shared_ptr<void> memory = nullptr) {
    auto* owned = new Owned{handle, std::move(memory)};
    const auto finalize = [](napi_env, void* data, void*) {
      static_cast<Owned*>(data)->free();
      delete static_cast<Owned*>(data);
    };
    const napi_value out = make_object(env);
    check_js(env, napi_wrap(env, out, owned, finalize, nullptr, nullptr));
    check_js(env, napi_type_tag_object(env, out, &kMark));
    return out;
  }
  static Owned& of(const Call& call, napi_value object) {
    bool same = false;
    void* data = nullptr;
    if (Call::type(call.env(), object) != napi_object ||
        napi_check_object_type_tag(call.env(), object, &kMark, &same) != napi_ok || !same)
      fail_type(call.env(), std::string(call.name()) + ": expected " + Kind<Handle>::kSaid);
    napi_unwrap(call.env(), object, &data);
    return *static_cast<Owned*>(data);
  }
  // The handle; an error for one that was closed.
  static Handle get(const Call& call, napi_value object) {
    if (Handle found = of(call, object).handle) return found;
    fail(call.env(), WEFT_INVALID_STATE,
         std::string(call.name()) + ": " + Kind<Handle>::kSaid + " was closed");
  }
  void free() {
    if (handle) Kind<Handle>::kRelease(handle);
    handle = nullptr;
    memory.reset();
  }
};
template <class Handle>
std::vector<Handle> Call::handles(size_t i, const char* argument) const {
  std::vector<Handle> out;
  for (napi_value value : elements((*this)[i], argument))
    out.push_back(Owned<Handle>::get(*this, value));
  return out;
}

void add_function(napi_env env, napi_value exports, const char* name, napi_callback function);
void add_interface(napi_env env, napi_value exports);
void add_operators(napi_env env, napi_value exports);

}  // namespace weftjs

#endif  // WEFT_JAVASCRIPT_SUPPORT_H_
