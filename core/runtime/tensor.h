// An array: a dtype and a geometry (offset, shape and strides, counted in elements) on a box.
#pragma once

#include "base/dtype.h"
#include "base/shape.h"
#include "runtime/box.h"

namespace weft {

class Tensor final {
 public:
  // Row-major, on a storage of its own, not initialised.
  static Result<Ref<Tensor>> create(DType dtype, const Shape& shape, Device* device = nullptr);
  // Null instead of a Status, for the hot path. `elements` is the product of the shape.
  static Tensor* try_create(DType dtype, const Shape& shape, int64_t elements);
  // Row-major and covering all of `box`.
  static Result<Ref<Tensor>> whole(DType dtype, const Shape& shape, Ref<Box> box);
  // Any geometry on `box`; the caller has checked that it stays inside the storage.
  static Result<Ref<Tensor>> view(DType dtype, const Shape& shape, const Shape& strides,
                                  int64_t offset, Ref<Box> box);

  void retain() { references_.fetch_add(1, std::memory_order_relaxed); }
  void release() {
    if (references_.load(std::memory_order_acquire) == 1 ||
        references_.fetch_sub(1, std::memory_order_acq_rel) == 1)
      destroy();
  }

  // True where the last reference was released before, as far as the block still shows it.
  bool is_released() const { return references_.load(std::memory_order_relaxed) < 0; }

  // Is the caller the only one with this array, a view of its box, or its address? Then its memory
  // may be reused for a result.
  bool is_sole() const {
    return references_.load(std::memory_order_acquire) == 1 && !box_->shared() && !box_->pinned();
  }

  DType dtype() const { return dtype_; }
  const Shape& shape() const { return shape_; }
  const Shape& strides() const { return strides_; }
  int rank() const { return shape_.rank(); }
  int64_t elements() const { return elements_; }
  int64_t bytes() const { return elements_ * size_of(dtype_); }
  int64_t offset() const { return offset_; }
  bool dense() const { return dense_; }
  // Row-major, at offset 0, and the box has nothing else.
  bool covers_box() const { return covers_box_; }
  Box& box() const { return *box_; }
  const Ref<Box>& box_ref() const { return box_; }
  // Where the elements are; null means the CPU. The array must not be traced.
  Device* device() const { return box_->storage()->device(); }

  // The first element. The program may read it only if the array is on the CPU and the engine was
  // asked (wait_to_read in engine.h).
  char* data() const { return box_->storage()->data() + offset_ * size_of(dtype_); }
  TensorView as_view() const;

  // Takes over the other array's box and geometry; shape and dtype must be the same.
  void become(const Tensor& other);

  // The tape node of this geometry's content. It is valid while `view_node_epoch` is the box's
  // epoch. Autograd's `producer()` owns these three; they are here because an array has at most
  // one.
  Ref<Object> view_node;
  uint32_t view_node_output = 0;
  uint32_t view_node_epoch = 0;
  bool detached = false;  // its history is not looked at
  // Has the content a history, so that a gradient may pass through it?
  bool is_recorded() const {
    return !detached && (box_->node() || (view_node && view_node_epoch == box_->epoch()));
  }

  // The SSA value of this geometry's content in trace number `trace`. It is valid while
  // `trace_epoch` is the number of writes to the box in that trace.
  uint64_t trace = 0;
  int32_t trace_value = -1;
  uint32_t trace_epoch = 0;

 private:
  Tensor(DType dtype, const Shape& shape, const Shape& strides, int64_t offset, Ref<Box> box);
  Tensor(DType dtype, const Shape& shape, int64_t elements, Ref<Box> box);  // dense, whole
  ~Tensor() = default;
  void destroy();
  // A new array and its box share one block of memory. The box frees the block, so the array counts
  // as one more holder of that box as long as it lives.
  Box* box_in_block() { return shares_block_ ? reinterpret_cast<Box*>(this + 1) : nullptr; }

  std::atomic<int32_t> references_{1};
  DType dtype_;
  bool dense_;
  bool covers_box_ = false;
  bool shares_block_ = false;
  int64_t offset_;
  int64_t elements_;
  Ref<Box> box_;
  Shape shape_;
  Shape strides_;
};

}  // namespace weft
