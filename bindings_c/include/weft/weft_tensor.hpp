// Weft for C++17: devices, arguments of operators, arrays, files of arrays.
#ifndef WEFT_WEFT_TENSOR_HPP_
#define WEFT_WEFT_TENSOR_HPP_

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "weft_base.hpp"
#include "weft_dlpack.h"

namespace weft {
inline namespace cpp {

// ---- devices ------------------------------------------------------------------------------------

// A device; it lives as long as the library. Device() is the CPU.
class Device {
 public:
  Device() = default;
  explicit Device(weft_device handle) : handle_(handle) {}
  // By name, "cuda:1", or by kind for the first one of it, "cuda".
  explicit Device(const char* name) { check(weft_device_find(name, &handle_)); }
  // Adds the devices of a plug-in.
  static void load(const char* path) { check(weft_device_load(path)); }

  weft_device handle() const { return handle_; }
  std::string name() const { return weft_device_name(handle_); }
  weft_device_info info() const {
    weft_device_info info = WEFT_DEVICE_INFO_INIT;
    check(weft_device_get_info(handle_, &info));
    return info;
  }
  friend bool operator==(Device a, Device b) { return a.handle_ == b.handle_; }
  friend bool operator!=(Device a, Device b) { return !(a == b); }

 private:
  weft_device handle_ = nullptr;
};

// Puts the thread's new arrays on a device, and sets the old one back at its end.
class DeviceScope {
 public:
  explicit DeviceScope(Device device) : before_(weft_set_device(device.handle())) {}
  ~DeviceScope() { weft_set_device(before_); }
  DeviceScope(const DeviceScope&) = delete;
  DeviceScope& operator=(const DeviceScope&) = delete;

 private:
  weft_device before_;
};

// ---- arguments ----------------------------------------------------------------------------------

class HostFunction;
class Tensor;

// One argument of an operator: an array, a number (as an input a weak scalar), a text, a dtype,
// integers, a list of arrays or a function. It borrows what it is made from. Value() is the
// attribute's default, std::nullopt means none.
class Value {
 public:
  Value() = default;
  Value(const Tensor& tensor);
  Value(const HostFunction& function);
  Value(std::nullopt_t) { value_.tag = WEFT_TAG_NONE; }
  template <class T, class = std::enable_if_t<std::is_arithmetic_v<T>>>
  Value(T number) {
    if constexpr (std::is_floating_point_v<T>) {
      value_.tag = WEFT_TAG_FLOAT;
      value_.as.real = number;
    } else {
      value_.tag = std::is_same_v<T, bool> ? WEFT_TAG_BOOL : WEFT_TAG_INT;
      if constexpr (std::is_unsigned_v<T> && sizeof(T) == sizeof(int64_t))
        if (number > static_cast<T>(INT64_MAX)) value_.tag = WEFT_TAG_UNSIGNED;
      value_.as.integer = static_cast<int64_t>(number);
    }
  }
  Value(Dtype dtype) {
    value_.tag = WEFT_TAG_DTYPE;
    value_.as.integer = static_cast<int64_t>(dtype);
  }
  Value(std::string_view text) : value_{WEFT_TAG_STRING, length(text), {nullptr}} {
    value_.as.text = text.data();
  }
  Value(const char* text) : Value(std::string_view(text)) {}
  Value(const std::string& text) : Value(std::string_view(text)) {}
  Value(Extents numbers) : value_{WEFT_TAG_INTS, length(numbers), {nullptr}} {
    value_.as.ints = numbers.data();
  }
  Value(std::initializer_list<int64_t> numbers) : Value(Extents(numbers)) {}
  Value(Span<const Tensor> list);
  Value(std::initializer_list<Tensor> list) : Value(Span<const Tensor>(list)) {}
  Value(const std::vector<int64_t>& numbers) : Value(Extents(numbers)) {}
  Value(const std::vector<Tensor>& list) : Value(Span<const Tensor>(list)) {}

  const weft_value& get() const { return value_; }

 private:
  template <class Row>
  static uint32_t length(const Row& row) {
    return static_cast<uint32_t>(row.size());
  }
  weft_value value_ = {WEFT_TAG_DEFAULT, 0, {nullptr}};
};

// An attribute with its name.
struct Attribute {
  const char* name;
  Value value;
};

// ---- arrays -------------------------------------------------------------------------------------

// A content that stays as it is as long as this object lives. The strides are those of the array.
class Hold : public Owned<weft_hold, weft_hold_release> {
 public:
  Hold(weft_hold hold, const void* data) : Owned(hold), data_(data) {}
  template <class T>
  const T* data() const {
    return static_cast<const T*>(data_);
  }

 private:
  const void* data_;
};

// A pinned address: the library and the program read and write there as long as this object lives.
class Pin : public Owned<weft_hold, weft_hold_release> {
 public:
  Pin(weft_hold hold, void* data) : Owned(hold), data_(data) {}
  template <class T>
  T* data() const {
    return static_cast<T*>(data_);
  }

 private:
  void* data_;
};

struct RowSparse;

// An array. It is a reference: copies are the same array. Tensor() is empty.
class Tensor : public Shared<weft_tensor, weft_tensor_retain, weft_tensor_release> {
 public:
  using Shared::Shared;

  static Tensor zeros(Extents shape, Dtype dtype = Dtype::kFloat32) {
    return create(shape, dtype, nullptr);
  }
  // Copies elements in row-major order; their C++ type decides the dtype.
  template <class T>
  static Tensor from(Extents shape, Span<T> elements) {
    int64_t count = 1;
    for (const int64_t extent : shape) count *= extent;
    if (count != static_cast<int64_t>(elements.size()))
      throw Error(WEFT_INVALID_VALUE, "Tensor::from: `shape` has " + std::to_string(count) +
                                          " elements; got " + std::to_string(elements.size()));
    return create(shape, dtype_of<std::remove_const_t<T>>(), elements.data());
  }
  template <class Container>
  static Tensor from(Extents shape, const Container& elements) {
    return from(shape, Span(elements.data(), elements.size()));
  }
  template <class T>
  static Tensor from(Extents shape, std::initializer_list<T> elements) {
    return from(shape, Span<const T>(elements));
  }
  // An array on the caller's memory, which both sides read and write (if it is const, both only
  // read). `owner` is kept as long as there are arrays on the memory. Strides are in elements;
  // none: dense.
  template <class T>
  static Tensor wrap(T* data, Extents shape, std::shared_ptr<void> owner = nullptr,
                     Extents strides = {}) {
    using Element = std::remove_const_t<T>;
    auto kept = std::make_unique<std::shared_ptr<void>>(std::move(owner));
    Tensor out;
    check(weft_tensor_wrap(const_cast<Element*>(data), static_cast<weft_dtype>(dtype_of<Element>()),
                           rank_of(shape), shape.data(), strides.data(), std::is_const_v<T>,
                           kept.get(), free_owner, &out.handle_));
    // The library has taken the owner; free_owner deletes it.
    (void)kept.release();
    return out;
  }

  Dtype dtype() const { return static_cast<Dtype>(weft_tensor_dtype(handle_)); }
  int32_t rank() const { return weft_tensor_rank(handle_); }
  Extents shape() const { return {weft_tensor_shape(handle_), static_cast<size_t>(rank())}; }
  Extents strides() const { return {weft_tensor_strides(handle_), static_cast<size_t>(rank())}; }
  int64_t elements() const { return weft_tensor_elements(handle_); }
  bool is_traced() const { return weft_tensor_is_traced(handle_) != 0; }
  bool shares_box(const Tensor& other) const {
    return weft_tensor_shares_box(handle_, other.handle_) != 0;
  }

  void wait() const { check(weft_tensor_wait(handle_)); }
  // Copies the elements, dense and row-major, to `out`. T must be the array's type.
  template <class T>
  void read(Span<T> out) const {
    require<T>("read");
    check(weft_tensor_read(handle_, out.data(), out.size() * sizeof(T)));
  }
  template <class T>
  std::vector<T> to_vector() const {
    std::vector<T> out(static_cast<size_t>(elements()));
    read(Span<T>(out));
    return out;
  }
  // The only element, converted to T.
  template <class T>
  T item() const {
    weft_value value;
    check(weft_tensor_item(handle_, &value));
    if (value.tag == WEFT_TAG_FLOAT) return static_cast<T>(value.as.real);
    return value.tag == WEFT_TAG_UNSIGNED ? static_cast<T>(static_cast<uint64_t>(value.as.integer))
                                          : static_cast<T>(value.as.integer);
  }
  // Writes as a[...] = value does: an array that broadcasts to this one, or a number.
  void write(const Value& value) const { check(weft_tensor_write(handle_, &value.get())); }
  // An array on the same content without its history.
  Tensor detach() const { return made(weft_tensor_detach); }
  void set_state(bool state = true) const { check(weft_tensor_set_state(handle_, state)); }
  // Holds the content as it is now: later writes go to other memory.
  Hold hold() const {
    weft_hold hold = nullptr;
    const void* data = nullptr;
    check(weft_tensor_hold(handle_, &hold, &data));
    return Hold(hold, data);
  }
  // Promises the address of the content.
  Pin pin() const {
    weft_hold hold = nullptr;
    void* data = nullptr;
    check(weft_tensor_pin(handle_, &hold, &data));
    return Pin(hold, data);
  }

  Device device() const { return Device(weft_tensor_device(handle_)); }
  // The array on a device: itself if it is there, else a copy.
  Tensor to(Device device) const {
    Tensor out;
    check(weft_tensor_to_device(handle_, device.handle(), &out.handle_));
    return out;
  }

  // Gives the array to another library. It is pinned until the consumer calls the structure's
  // deleter.
  DLManagedTensorVersioned* to_dlpack() const {
    DLManagedTensorVersioned* managed = nullptr;
    check(weft_tensor_to_dlpack(handle_, &managed));
    return managed;
  }
  // An array on the producer's memory; the last array on it calls the producer's deleter.
  static Tensor from_dlpack(DLManagedTensorVersioned* managed) {
    Tensor out;
    check(weft_tensor_from_dlpack(managed, nullptr, &out.handle_));
    return out;
  }
  static Tensor from_dlpack(DLManagedTensor* managed) {
    Tensor out;
    check(weft_tensor_from_dlpack_unversioned(managed, nullptr, &out.handle_));
    return out;
  }

  // Makes the array a leaf with a gradient of zeros, dense or row-sparse (WEFT_GRAD_ROW_SPARSE).
  void attach_grad(int32_t grad_req = WEFT_GRAD_WRITE, int32_t kind = WEFT_GRAD_ARRAY) const {
    check(weft_tensor_attach_grad_of_kind(handle_, grad_req, kind));
  }
  Tensor grad() const { return made(weft_tensor_grad); }  // empty if none is attached
  RowSparse grad_rows() const;
  void set_grad_rows(const RowSparse& rows) const;

 private:
  static Tensor create(Extents shape, Dtype dtype, const void* data) {
    Tensor out;
    check(weft_tensor_create(static_cast<weft_dtype>(dtype), rank_of(shape), shape.data(), data,
                             &out.handle_));
    return out;
  }
  static int32_t rank_of(Extents shape) { return static_cast<int32_t>(shape.size()); }
  static void free_owner(void* owner) { delete static_cast<std::shared_ptr<void>*>(owner); }
  // Refuses a T that is not the type of the elements.
  template <class T>
  void require(const char* function) const {
    if (dtype() == dtype_of<T>()) return;
    const char* wanted = weft_dtype_name(static_cast<weft_dtype>(dtype_of<T>()));
    const char* name = weft_dtype_name(static_cast<weft_dtype>(dtype()));
    throw Error(WEFT_INVALID_TYPE, std::string("Tensor::") + function +
                                       ": elements are wanted as " + wanted + "; the array has " +
                                       (name ? name : "none"));
  }
  Tensor made(weft_status (*function)(weft_tensor, weft_tensor*)) const {
    Tensor out;
    check(function(handle_, &out.handle_));
    return out;
  }
};

// A row-sparse gradient: `rows` at these `indices` of axis 0, zeros elsewhere. Both are empty where
// none is attached; set_grad_rows takes empty ones as zero.
struct RowSparse {
  Tensor indices;
  Tensor rows;
};
inline RowSparse Tensor::grad_rows() const {
  weft_tensor indices = nullptr, rows = nullptr;
  check(weft_tensor_grad_rows(handle_, &indices, &rows));
  return {Tensor(indices), Tensor(rows)};
}
inline void Tensor::set_grad_rows(const RowSparse& rows) const {
  check(weft_tensor_set_grad_rows(handle_, rows.indices.handle(), rows.rows.handle()));
}

// An array of Tensor is an array of handles, so that spans pass to C without a copy.
static_assert(sizeof(Tensor) == sizeof(weft_tensor) && std::is_standard_layout_v<Tensor>);
inline const weft_tensor* handles(Span<const Tensor> tensors) {
  return reinterpret_cast<const weft_tensor*>(tensors.data());
}
inline weft_tensor* handles(Span<Tensor> tensors) {
  return reinterpret_cast<weft_tensor*>(tensors.data());
}
inline Span<const Tensor> lent(const weft_tensor* tensors, size_t count) {
  return {reinterpret_cast<const Tensor*>(tensors), count};
}

inline Value::Value(const Tensor& tensor) : value_{WEFT_TAG_TENSOR, 0, {tensor.handle()}} {}
inline Value::Value(Span<const Tensor> list) : value_{WEFT_TAG_TENSORS, length(list), {nullptr}} {
  value_.as.tensors = handles(list);
}

// ---- files of arrays ----------------------------------------------------------------------------

// An array with its name in a file.
struct Named {
  std::string name;
  Tensor tensor;
};

namespace detail {
// Names and handles in the two arrays that C wants.
struct Columns {
  explicit Columns(Span<const Named> arrays) {
    for (const Named& array : arrays) {
      names.push_back(array.name.c_str());
      tensors.push_back(array.tensor);
    }
  }
  std::vector<const char*> names;
  std::vector<Tensor> tensors;
};
}  // namespace detail

// Writes a safetensors file in one step.
inline void save(const char* path, Span<const Named> arrays, const char* metadata = nullptr) {
  const detail::Columns all(arrays);
  check(weft_tensors_save(path, all.names.data(), handles(Span<const Tensor>(all.tensors)),
                          all.names.size(), metadata));
}
// Does the same on the library's threads, with the contents of now. wait() of the result, a bool,
// returns when the file is complete and throws a failure of the disk.
inline Tensor save_async(const char* path, Span<const Named> arrays,
                         const char* metadata = nullptr) {
  const detail::Columns all(arrays);
  weft_tensor written = nullptr;
  check(weft_tensors_save_async(path, all.names.data(), handles(Span<const Tensor>(all.tensors)),
                                all.names.size(), metadata, &written));
  return Tensor(written);
}
// Reads a safetensors file.
inline std::vector<Named> load(const char* path) {
  weft_archive opened = nullptr;
  check(weft_archive_load(path, &opened));
  const Owned<weft_archive, weft_archive_release> archive(opened);
  std::vector<Named> arrays;
  for (size_t i = 0; i < weft_archive_count(opened); ++i) {
    weft_tensor tensor = nullptr;
    check(weft_archive_tensor(opened, i, &tensor));
    arrays.push_back({weft_archive_name_at(opened, i), Tensor(tensor)});
  }
  return arrays;
}

}  // namespace cpp
}  // namespace weft

#endif  // WEFT_WEFT_TENSOR_HPP_
