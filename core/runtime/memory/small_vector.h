// A vector with room for N elements inside itself; with more, all its elements are in the pool. It
// never shrinks, and it is neither copied nor moved. It is for objects made in every operator call.
#pragma once

#include <new>
#include <span>

#include "runtime/memory/pool.h"

namespace weft {

template <class T, size_t N>
class SmallVector {
 public:
  SmallVector() = default;
  SmallVector(const SmallVector&) = delete;
  SmallVector& operator=(const SmallVector&) = delete;
  ~SmallVector() {
    for (size_t i = 0; i < size_; ++i) data_[i].~T();
    if (data_ != inside()) pool_free(data_, capacity_ * sizeof(T));
  }

  // Call it at most once, while the vector is empty.
  void reserve(size_t count) {
    if (count <= N) return;
    data_ = static_cast<T*>(pool_allocate(count * sizeof(T)));
    if (!data_) out_of_memory();
    capacity_ = count;
  }
  template <class... Arguments>
  T& emplace_back(Arguments&&... arguments) {  // the caller has reserved room
    return *::new (data_ + size_++) T(std::forward<Arguments>(arguments)...);
  }
  // Constructs the element from what make() returns, in its place: large elements are not copied.
  template <class Make>
  T& emplace_made(const Make& make) {
    return *::new (data_ + size_++) T(make());
  }

  size_t size() const { return size_; }
  T* begin() { return data_; }
  T* end() { return data_ + size_; }
  const T* begin() const { return data_; }
  const T* end() const { return data_ + size_; }
  T& operator[](size_t i) { return data_[i]; }
  const T& operator[](size_t i) const { return data_[i]; }
  operator std::span<const T>() const { return {data_, size_}; }  // NOLINT: implicit on purpose

 private:
  T* inside() { return reinterpret_cast<T*>(room_); }

  alignas(T) unsigned char room_[N * sizeof(T)];
  T* data_ = inside();
  size_t size_ = 0;
  size_t capacity_ = N;
};

}  // namespace weft
