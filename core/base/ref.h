// Reference counting with the counter inside the object: Ref is the one smart pointer to the core's
// shared objects. Objects are shared between threads, so counters are atomic.
#pragma once

#include <atomic>
#include <utility>

namespace weft {

// A pointer that keeps its target alive. T offers retain() and release().
template <class T>
class Ref {
 public:
  Ref() = default;
  Ref(T* target) : target_(target) {  // NOLINT: implicit on purpose, takes a further reference
    if (target_) target_->retain();
  }
  Ref(const Ref& other) : Ref(other.target_) {}
  Ref(Ref&& other) noexcept : target_(std::exchange(other.target_, nullptr)) {}
  Ref& operator=(Ref other) noexcept {
    std::swap(target_, other.target_);
    return *this;
  }
  ~Ref() {
    if (target_) target_->release();
  }

  // Takes over a reference that the caller already holds: the count stays.
  static Ref adopt(T* target) {
    Ref ref;
    ref.target_ = target;
    return ref;
  }
  // Gives the reference to the caller, who must release it.
  T* detach() { return std::exchange(target_, nullptr); }

  T* get() const { return target_; }
  T* operator->() const { return target_; }
  T& operator*() const { return *target_; }
  explicit operator bool() const { return target_ != nullptr; }
  friend bool operator==(const Ref& a, const Ref& b) { return a.target_ == b.target_; }

 private:
  T* target_ = nullptr;
};

// Base of counted objects that a lower folder holds without knowing their type. A new object has
// one reference, which its creator adopts.
class Object {
 public:
  Object() = default;
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;

  void retain() { references_.fetch_add(1, std::memory_order_relaxed); }
  void release() {
    // With one owner nobody else can change the count, and a plain load is cheaper than an atomic
    // write.
    if (references_.load(std::memory_order_acquire) == 1 ||
        references_.fetch_sub(1, std::memory_order_acq_rel) == 1)
      destroy();
  }
  bool has_one_owner() const { return references_.load(std::memory_order_acquire) == 1; }

 protected:
  virtual ~Object() = default;
  virtual void destroy() { delete this; }

 private:
  std::atomic<int32_t> references_{1};
};

}  // namespace weft
