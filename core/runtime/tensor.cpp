// Creating and destroying arrays. A new array shares one block of memory with its box, although the
// two may die at different times: that makes `destroy` the hard part.

#include "runtime/tensor.h"

#include <limits>
#include <new>

#include "base/errors.h"
#include "runtime/memory/pool.h"

namespace weft {

static_assert(sizeof(Tensor) % alignof(Box) == 0 && sizeof(Tensor) <= UINT16_MAX);

Tensor::Tensor(DType dtype, const Shape& shape, const Shape& strides, int64_t offset, Ref<Box> box)
    : dtype_(dtype),
      dense_(is_dense(shape, strides)),
      offset_(offset),
      elements_(shape.elements()),
      box_(std::move(box)),
      shape_(shape),
      strides_(strides) {}

// The hot path: row-major strides without asking whether they are dense.
Tensor::Tensor(DType dtype, const Shape& shape, int64_t elements, Ref<Box> box)
    : dtype_(dtype),
      dense_(true),
      covers_box_(true),
      offset_(0),
      elements_(elements),
      box_(std::move(box)),
      shape_(shape) {
  strides_.resize(shape.rank());
  int64_t stride = 1;
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    strides_[axis] = stride;
    stride *= shape[axis];
  }
}

void Tensor::destroy() {
  Box* content = box_.detach();
  Box* own = box_in_block();
  this->~Tensor();
  // A caller that releases an array once too often finds a very negative count and does nothing, as
  // long as the block is not used again; otherwise the block would be handed out twice. Volatile,
  // because the object is already destroyed and the compiler would drop the write.
  constexpr int32_t kReleased = std::numeric_limits<int32_t>::min() / 2;
  *reinterpret_cast<volatile int32_t*>(&references_) = kReleased;
  if (!own)
    pool_free(this, sizeof(Tensor));
  else if (own != content)
    own->release();
  content->release();
}

Tensor* Tensor::try_create(DType dtype, const Shape& shape, int64_t elements) {
  Storage* storage = Storage::try_allocate(elements * size_of(dtype));
  if (!storage) return nullptr;
  Ref<Storage> content = Ref<Storage>::adopt(storage);
  void* block = pool_allocate(sizeof(Tensor) + sizeof(Box));
  if (!block) return nullptr;
  Box* box = ::new (static_cast<Tensor*>(block) + 1) Box(std::move(content), sizeof(Tensor));
  auto* tensor = ::new (block) Tensor(dtype, shape, elements, Ref<Box>::adopt(box));
  tensor->shares_block_ = true;
  return tensor;
}

Result<Ref<Tensor>> Tensor::create(DType dtype, const Shape& shape, Device* device) {
  WEFT_ASSIGN(const int64_t elements, checked_elements(shape.span(), "array", "shape"));
  const int64_t bytes = elements * size_of(dtype);
  if (device) {
    WEFT_ASSIGN(Ref<Storage> storage, Storage::allocate(bytes, device));
    Ref<Box> box = Ref<Box>::adopt(Box::create(std::move(storage)));
    if (!box) return errors::out_of_memory("array", sizeof(Box));
    return whole(dtype, shape, std::move(box));
  }
  Tensor* tensor = try_create(dtype, shape, elements);
  if (!tensor) return errors::out_of_memory("array", bytes);
  return Ref<Tensor>::adopt(tensor);
}

Result<Ref<Tensor>> Tensor::whole(DType dtype, const Shape& shape, Ref<Box> box) {
  WEFT_ASSIGN(Ref<Tensor> tensor, view(dtype, shape, dense_strides(shape), 0, std::move(box)));
  tensor->covers_box_ = true;
  return tensor;
}

Result<Ref<Tensor>> Tensor::view(DType dtype, const Shape& shape, const Shape& strides,
                                 int64_t offset, Ref<Box> box) {
  void* block = pool_allocate(sizeof(Tensor));
  if (!block) return errors::out_of_memory("array", sizeof(Tensor));
  auto* tensor = ::new (block) Tensor(dtype, shape, strides, offset, std::move(box));
  tensor->covers_box_ = tensor->dense_ && offset == 0 && tensor->bytes() == tensor->box_->bytes();
  return Ref<Tensor>::adopt(tensor);
}

void Tensor::become(const Tensor& other) {
  dense_ = other.dense_;
  covers_box_ = other.covers_box_;
  offset_ = other.offset_;
  // Keeps its count: that box holds this array's memory.
  if (box_.get() == box_in_block()) box_.detach();
  box_ = other.box_;
  strides_ = other.strides_;
  view_node = Ref<Object>();
}

TensorView Tensor::as_view() const {
  TensorView view;
  view.data = data();
  view.dtype = dtype_;
  view.rank = rank();
  for (int axis = 0; axis < rank(); ++axis) {
    view.shape[axis] = shape_[axis];
    view.strides[axis] = strides_[axis];
  }
  return view;
}

}  // namespace weft
