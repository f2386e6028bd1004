// What all parts of the addon use: errors as JavaScript's, arguments of a call, handles in objects.
#ifndef WEFT_JAVASCRIPT_SUPPORT_H_
#define WEFT_JAVASCRIPT_SUPPORT_H_

#include <node_api.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <memory>
#include <string>
#include <type_traits>
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
    weft_tensor_release(std::exchange(all_[place], nullptr));
    free_.push_back(place);
  }

 private:
  std::vector<weft_tensor> all_;
  std::vector<uint32_t> free_;
};
// What each worker has of its own.
struct State {
  Places places;
  std::vector<weft_op> operators;  // those that were found
  napi_ref error = nullptr;        // the class WeftError
};
inline State& state_of(napi_env env) {
  void* data = nullptr;
  napi_get_instance_data(env, &data);
  return *static_cast<State*>(data);
}

// ---- errors -------------------------------------------------------------------------------------

// Thrown where an exception is pending in JavaScript already.
struct Pending {};

[[noreturn]] inline void fail_type(napi_env env, const std::string& text) {
  napi_throw_type_error(env, "INVALID_TYPE", text.c_str());
  throw Pending();
}
inline void check_js(napi_env env, napi_status status) {
  if (status == napi_ok) return;
  bool pending = false;
  napi_is_exception_pending(env, &pending);
  if (pending) throw Pending();
  const napi_extended_error_info* info = nullptr;
  napi_get_last_error_info(env, &info);
  fail_type(env, info && info->error_message ? info->error_message : "unknown");
}
// A WeftError.
inline napi_value make_error(napi_env env, weft_status status, const std::string& text) {
  napi_value type = nullptr, out = nullptr, given[2];
  check_js(env, napi_create_int32(env, status, &given[0]));
  check_js(env, napi_create_string_utf8(env, text.c_str(), text.size(), &given[1]));
  check_js(env, napi_get_reference_value(env, state_of(env).error, &type));
  check_js(env, napi_new_instance(env, type, 2, given, &out));
  return out;
}
[[noreturn]] inline void fail(napi_env env, weft_status status, const std::string& text) {
  napi_throw(env, make_error(env, status, text));
  throw Pending();
}
// A status of the library as an error with the library's text.
inline void check(napi_env env, weft_status status) {
  if (status != WEFT_OK) fail(env, status, weft_last_error());
}

// ---- values of JavaScript -----------------------------------------------------------------------

template <class Number>
napi_value make_number(napi_env env, Number value) {
  napi_value out = nullptr;
  check_js(env, napi_create_double(env, static_cast<double>(value), &out));
  return out;
}
inline napi_value make_text(napi_env env, const char* text) {  // undefined for nullptr
  napi_value out = nullptr;
  check_js(env, text ? napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &out)
                     : napi_get_undefined(env, &out));
  return out;
}
inline napi_value make_object(napi_env env) {
  napi_value out = nullptr;
  check_js(env, napi_create_object(env, &out));
  return out;
}
inline void set(napi_env env, napi_value object, const char* name, napi_value value) {
  check_js(env, napi_set_named_property(env, object, name, value));
}
// An array of what `make` gives for each number below `count`.
template <class Make>
napi_value make_list(napi_env env, size_t count, Make make) {
  napi_value out = nullptr;
  check_js(env, napi_create_array_with_length(env, count, &out));
  for (size_t i = 0; i < count; ++i)
    check_js(env, napi_set_element(env, out, static_cast<uint32_t>(i), make(i)));
  return out;
}
inline napi_value make_numbers(napi_env env, const int64_t* numbers, int32_t count) {
  return make_list(env, static_cast<size_t>(count),
                   [=](size_t i) { return make_number(env, numbers[i]); });
}
// The place of a reference that this takes, for lib/handles.js.
inline napi_value wrap_tensor(napi_env env, weft_tensor tensor) {
  napi_value out = nullptr;
  check_js(env, napi_create_uint32(env, state_of(env).places.add(tensor), &out));
  return out;
}
inline napi_value wrap_tensors(napi_env env, const std::vector<weft_tensor>& tensors) {
  return make_list(env, tensors.size(), [&](size_t i) { return wrap_tensor(env, tensors[i]); });
}

// ---- what a call is given -----------------------------------------------------------------------

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
  size_t count() const { return count_; }
  napi_value operator[](size_t i) const { return i < count_ ? values_[i] : undefined(); }
  napi_value undefined() const { return make_text(env_, nullptr); }
  [[noreturn]] void wrong(const char* argument, const char* wanted) const {
    fail_type(env_, std::string(name_) + ": `" + argument + "` must be " + wanted);
  }

  std::string text(napi_value value, const char* argument) const {
    size_t length = 0;
    if (napi_get_value_string_utf8(env_, value, nullptr, 0, &length) != napi_ok)
      wrong(argument, "a string");
    std::string out(length, '\0');
    check_js(env_, napi_get_value_string_utf8(env_, value, out.data(), length + 1, &length));
    // C would end at a NUL; and half a pair of UTF-16 has become a U+FFFD, so there are more of
    // these.
    if (out.find('\0') != out.npos) wrong(argument, "a string without NUL characters");
    std::u16string wide(length, u'\0');
    size_t halves = 0;
    check_js(env_, napi_get_value_string_utf16(env_, value, wide.data(), length + 1, &length));
    for (size_t at = out.find("\uFFFD"); at != out.npos; at = out.find("\uFFFD", at + 1)) ++halves;
    if (halves != static_cast<size_t>(std::count(wide.begin(), wide.end(), u'\uFFFD')))
      wrong(argument, "a string without halves of pairs of UTF-16");
    return out;
  }
  weft_dtype dtype(napi_value name) const {
    weft_dtype out = 0;
    check(env_, weft_dtype_find(text(name, "dtype").c_str(), &out));
    return out;
  }
  // A whole number from a Number, a BigInt or a boolean.
  template <class Number = int64_t>
  Number number(napi_value value, const char* argument) const {
    double real = 0;
    int64_t out = 0;
    bool is_exact = false, is_true = false;
    if (napi_get_value_double(env_, value, &real) == napi_ok) {
      is_exact = real >= -0x1p63 && real < 0x1p63 && real == std::trunc(real);
      if (is_exact) out = static_cast<int64_t>(real);
    } else if (napi_get_value_bool(env_, value, &is_true) == napi_ok) {
      return static_cast<Number>(is_true);
    } else if (uint64_t large = 0;
               napi_get_value_bigint_uint64(env_, value, &large, &is_exact) == napi_ok) {
      if (is_exact && std::is_same_v<Number, uint64_t>) return static_cast<Number>(large);
      napi_get_value_bigint_int64(env_, value, &out, &is_exact);
    }
    const auto found = static_cast<Number>(out);
    if (!is_exact || (out < 0) != (found < 0) || static_cast<int64_t>(found) != out)
      wrong(argument, "a whole number in its range");
    return found;
  }
  // The array at a place that lib/handles.js gives.
  weft_tensor tensor(napi_value place) const {
    uint32_t number = 0;
    if (napi_get_value_uint32(env_, place, &number) != napi_ok) wrong("x", "a Tensor");
    weft_tensor found = state_of(env_).places.at(number);
    if (!found) fail(env_, WEFT_INVALID_STATE, std::string(name_) + ": the array was disposed");
    return found;
  }
  // What `make` gives for each element of an array.
  template <class Make>
  auto list(napi_value value, const char* argument, Make make) const {
    uint32_t length = 0;
    if (napi_get_array_length(env_, value, &length) != napi_ok) wrong(argument, "an array");
    std::vector<decltype(make(value))> out;
    for (uint32_t i = 0; i < length; ++i) {
      napi_value element = nullptr;
      check_js(env_, napi_get_element(env_, value, i, &element));
      out.push_back(make(element));
    }
    return out;
  }
  std::vector<weft_tensor> tensors(napi_value value) const {
    return list(value, "x", [this](napi_value place) { return tensor(place); });
  }
  template <class Number>
  std::vector<Number> numbers(napi_value value, const char* argument) const {
    return list(value, argument,
                [=](napi_value element) { return number<Number>(element, argument); });
  }
  Texts texts(napi_value value, const char* argument) const {
    return Texts(list(value, argument, [=](napi_value one) { return text(one, argument); }));
  }
  template <class Handle>
  std::vector<Handle> handles(napi_value value, const char* argument) const;
  // Those of a typed array; nullptr for undefined.
  Bytes bytes(napi_value value, const char* argument) const {
    static const size_t kSizes[] = {1, 1, 1, 2, 2, 4, 4, 4, 8, 8, 8};
    napi_typedarray_type kind = napi_uint8_array;
    napi_valuetype type = napi_object;
    size_t length = 0;
    Bytes out = {nullptr, 0};
    check_js(env_, napi_typeof(env_, value, &type));
    if (type == napi_undefined) return out;
    if (napi_get_typedarray_info(env_, value, &kind, &length, &out.data, nullptr, nullptr) !=
        napi_ok)
      wrong(argument, "a typed array");
    out.size = length * (static_cast<size_t>(kind) < 11 ? kSizes[kind] : 2);
    return out;
  }

 private:
  static constexpr size_t kMost = 8;
  napi_env env_;
  const char* name_;
  napi_value values_[kMost] = {};
  size_t count_ = kMost;
};

// Values of C from a list of tags, each with what belongs to it. What they point at lives as long
// as this.
class Values {
 public:
  Values(const Call& call, napi_value list) {
    const auto given = call.list(list, "arguments", [](napi_value one) { return one; });
    for (size_t at = 0; at + 1 < given.size(); at += 2)
      add(call, call.number<uint32_t>(given[at], "tag"), given[at + 1]);
  }
  const weft_value* data() const { return values_.data(); }
  size_t size() const { return values_.size(); }

 private:
  void add(const Call& call, uint32_t tag, napi_value value) {
    weft_value out = {tag, 0, {nullptr}};
    switch (tag) {
      case WEFT_TAG_TENSOR: out.as.tensor = call.tensor(value); break;
      case WEFT_TAG_TENSORS:
        out.as.tensors = lists_.emplace_back(call.tensors(value)).data();
        out.count = static_cast<uint32_t>(lists_.back().size());
        break;
      case WEFT_TAG_INTS:
        out.as.ints = numbers_.emplace_back(call.numbers<int64_t>(value, "numbers")).data();
        out.count = static_cast<uint32_t>(numbers_.back().size());
        break;
      case WEFT_TAG_STRING:
        out.as.text = texts_.emplace_back(call.text(value, "text")).data();
        out.count = static_cast<uint32_t>(texts_.back().size());
        break;
      case WEFT_TAG_FLOAT:
        check_js(call.env(), napi_get_value_double(call.env(), value, &out.as.real));
        break;
      case WEFT_TAG_DTYPE: out.as.integer = call.dtype(value); break;
      case WEFT_TAG_UNSIGNED:
        out.as.integer = static_cast<int64_t>(call.number<uint64_t>(value, "number"));
        break;
      default: out.as.integer = call.number(value, "number");
    }
    values_.push_back(out);
  }

  std::vector<weft_value> values_;
  std::deque<std::vector<int64_t>> numbers_;
  std::deque<std::vector<weft_tensor>> lists_;
  std::deque<std::string> texts_;
};

// A value of JavaScript that owns a handle of the library. The mark, which comes first in all
// kinds, says which kind it is, so that another one is an error and not a crash.
template <class Handle>
struct Owned {
  static constexpr uint64_t kMark = 0x77656674'6a730000 + Kind<Handle>::kNumber;
  uint64_t mark;
  Handle handle;
  std::shared_ptr<void> memory;  // what the handle reads as long as it lives

  static napi_value wrap(napi_env env, Handle handle, std::shared_ptr<void> memory = nullptr) {
    auto* owned = new Owned{kMark, handle, std::move(memory)};
    const auto finalize = [](napi_env, void* data, void*) {
      static_cast<Owned*>(data)->free();
      delete static_cast<Owned*>(data);
    };
    napi_value out = nullptr;
    check_js(env, napi_create_external(env, owned, finalize, nullptr, &out));
    return out;
  }
  static Owned& of(const Call& call, napi_value value) {
    void* data = nullptr;
    if (napi_get_value_external(call.env(), value, &data) != napi_ok ||
        *static_cast<uint64_t*>(data) != kMark)
      fail_type(call.env(), std::string(call.name()) + ": expected " + Kind<Handle>::kSaid);
    return *static_cast<Owned*>(data);
  }
  // The handle; an error for one that was closed.
  static Handle get(const Call& call, napi_value value) {
    if (Handle found = of(call, value).handle) return found;
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
std::vector<Handle> Call::handles(napi_value value, const char* argument) const {
  return list(value, argument,
              [this](napi_value value) { return Owned<Handle>::get(*this, value); });
}

// ---- functions of the addon ---------------------------------------------------------------------

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
inline void add_function(napi_env env, napi_value exports, const char* name,
                         napi_callback function) {
  napi_value out = nullptr;
  check_js(env, napi_create_function(env, name, NAPI_AUTO_LENGTH, function, nullptr, &out));
  set(env, exports, name, out);
}
void add_interface(napi_env env, napi_value exports);
void add_operators(napi_env env, napi_value exports);

}  // namespace weftjs

#endif  // WEFT_JAVASCRIPT_SUPPORT_H_
