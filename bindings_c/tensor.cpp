// weft.h: arrays as memory: making arrays, describing them, copying their elements out, and holding
// their contents. Arrays on lent memory (wrap) are the difficult part: strides may be negative, and
// a failure must not free the owner.
#include <algorithm>
#include <cstring>

#include "base/bools.h"
#include "base/log.h"
#include "guard.h"
#include "hold.h"
#include "kernels/elementwise/elementwise.h"
#include "kernels/elementwise/narrow.h"
#include "ops/slots/copy_slot.h"
#include "ops/slots/elementwise_slot.h"
#include "runtime/engine/engine.h"
#include "runtime/engine/transfer.h"
#include "runtime/memory/copies.h"
#include "wrap.h"

using namespace weft;

namespace {

// Checks dtype, rank and shape as a caller gives them, also that the elements can be counted.
Status check_type(const char* function, weft_dtype dtype, int32_t rank, const int64_t* shape) {
  if (!weft_dtype_name(dtype))
    return errors::invalid_type(function, "`dtype` must be the number of a dtype; got ",
                                static_cast<int64_t>(dtype));
  if (rank < 0) return errors::invalid_value(function, "`rank` must be at least 0; got ", rank);
  if (rank > 0) WEFT_TRY(c::require(function, {{"shape", shape}}));
  return checked_elements({shape, static_cast<size_t>(rank)}, function, "shape").status();
}

Shape shape_from(const int64_t* extents, int32_t rank) {
  return Shape(std::span<const int64_t>(extents, static_cast<size_t>(rank)));
}

// Holds the content of a box. A pinned box is written in place, so its present content is copied.
Result<HeldValue> held_content(const Box& box) {
  if (!box.pinned()) return HeldValue(box.storage());
  WEFT_ASSIGN(Ref<Storage> copy, Storage::allocate(box.bytes()));
  count_copy(box.bytes());
  if (box.bytes() > 0)
    std::memcpy(copy->data(), box.storage()->data(), static_cast<size_t>(box.bytes()));
  return HeldValue(copy.get());
}

// Finds the elements data[low] … data[high] that an array with these strides may touch. low is
// negative if strides are. Fails if the range in bytes does not fit an int64.
Status wrap_geometry(const Shape& shape, const Shape& strides, int64_t size, int64_t* low,
                     int64_t* high) {
  *low = *high = 0;
  if (shape.elements() == 0) return {};
  int64_t bytes = 0;
  bool too_far = false;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    int64_t reach = 0;
    too_far |= __builtin_mul_overflow(shape[axis] - 1, strides[axis], &reach);
    int64_t& end = reach < 0 ? *low : *high;
    too_far |= __builtin_add_overflow(end, reach, &end);
  }
  too_far |= __builtin_sub_overflow(*high, *low, &bytes) ||
             __builtin_add_overflow(bytes, 1, &bytes) ||
             __builtin_mul_overflow(bytes, size, &bytes);
  if (too_far)
    return errors::invalid_value("weft_tensor_wrap",
                                 "`strides` must not reach outside the address space; got ",
                                 strides, " for shape ", shape);
  return {};
}

TensorView view_of(const c::Lent& lent, const Shape& shape, const Shape& strides) {
  TensorView view{lent.data, {}, {}, shape.rank(), static_cast<DType>(lent.dtype)};
  std::ranges::copy(shape.span(), view.shape);
  std::ranges::copy(strides.span(), view.strides);
  return view;
}

// Makes a dense copy whose bools are 0 or 1 and frees the owner: nothing of the lent memory is used
// any more.
Status copy_bools(const TensorView& from, const Shape& shape, const c::Lent& lent,
                  weft_tensor* out) {
  WEFT_ASSIGN(Ref<Tensor> copy, Tensor::create(DType::kBool, shape));
  ops::copy_elements(copy->as_view(), from);
  make_bools(copy->data(), copy->bytes());
  count_copy(copy->bytes());
  if (lent.free_owner) lent.free_owner(lent.owner);
  *out = c::handle(copy.detach());
  return {};
}

}  // namespace

Status c::wrap(const Lent& lent, OddBools odd, weft_tensor* out) {
  WEFT_TRY(require("weft_tensor_wrap", {{"out", out}}));
  WEFT_TRY(check_type("weft_tensor_wrap", lent.dtype, lent.rank, lent.shape));
  const Shape extents = shape_from(lent.shape, lent.rank);
  if (extents.elements() > 0) WEFT_TRY(require("weft_tensor_wrap", {{"data", lent.data}}));
  const Shape steps = lent.strides ? shape_from(lent.strides, lent.rank) : dense_strides(extents);
  int64_t low = 0;
  int64_t high = 0;
  const int64_t size = size_of(static_cast<DType>(lent.dtype));
  WEFT_TRY(wrap_geometry(extents, steps, size, &low, &high));
  const TensorView view = view_of(lent, extents, steps);
  if (odd == OddBools::kCopied && !are_bools(view)) return copy_bools(view, extents, lent, out);
  const int64_t bytes = extents.elements() == 0 ? 0 : (high - low + 1) * size;
  const auto keep = lent.free_owner ? lent.free_owner : [](void*) {};
  Ref<Box> box = Ref<Box>::adopt(Box::create(Ref<Storage>()));
  if (!box) return errors::out_of_memory("weft_tensor_wrap", sizeof(Box));
  box->traced_bytes = bytes;  // the length of the box until it has its storage
  box->pins = 1;
  box->read_only = lent.read_only;
  WEFT_ASSIGN(Ref<Tensor> tensor, Tensor::view(view.dtype, extents, steps, -low, box));
  // This comes last: once a storage exists, it frees the memory when a later step fails.
  WEFT_ASSIGN(Ref<Storage> storage,
              Storage::adopt(static_cast<char*>(lent.data) + low * size, bytes, lent.owner, keep));
  if (!are_bools(view)) make_bools(view);  // sound memory is not written
  box->set_storage(std::move(storage));
  *out = handle(tensor.detach());
  return {};
}

extern "C" {

weft_status weft_tensor_create(weft_dtype dtype, int32_t rank, const int64_t* shape,
                               // A new array is made on the CPU and copied to the thread's device,
                               // if it has one.
                               const void* data, weft_tensor* out) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_tensor_create", {{"out", out}}));
    WEFT_TRY(check_type("weft_tensor_create", dtype, rank, shape));
    WEFT_ASSIGN(Ref<Tensor> tensor,
                Tensor::create(static_cast<DType>(dtype), shape_from(shape, rank)));
    const auto bytes = static_cast<size_t>(tensor->bytes());
    if (bytes && data) {
      std::memcpy(tensor->data(), data, bytes);
      make_bools(tensor->as_view());
    } else if (bytes) {
      std::memset(tensor->data(), 0, bytes);
    }
    if (Device* const device = thread_state().device) {
      WEFT_ASSIGN(tensor, transfer(*tensor, device));
    }
    *out = c::handle(tensor.detach());
    return {};
  });
}

weft_status weft_tensor_wrap(void* data, weft_dtype dtype, int32_t rank, const int64_t* shape,
                             const int64_t* strides, int32_t read_only, void* owner,
                             void (*free_owner)(void*), weft_tensor* out) {
  return c::guard([&]() -> Status {
    const c::Lent lent{data, dtype, rank, shape, strides, read_only != 0, owner, free_owner};
    return c::wrap(lent, read_only ? c::OddBools::kCopied : c::OddBools::kWritten, out);
  });
}

weft_tensor weft_tensor_retain(weft_tensor handle) {
  if (handle) c::tensor(handle)->retain();
  return handle;
}

void weft_tensor_release(weft_tensor handle) {
  if (!handle) return;
  Tensor* const tensor = c::tensor(handle);
  // The release below changes nothing then (Tensor::destroy); the caller has a fault to find.
  if (tensor->is_released()) [[unlikely]]
    log(LogLevel::kError,
        "weft_tensor_release: the last reference of this array was released before");
  tensor->release();
}

weft_dtype weft_tensor_dtype(weft_tensor handle) {
  return handle ? static_cast<weft_dtype>(c::tensor(handle)->dtype()) : -1;
}
int32_t weft_tensor_rank(weft_tensor handle) { return handle ? c::tensor(handle)->rank() : -1; }
const int64_t* weft_tensor_shape(weft_tensor handle) {
  return handle ? c::tensor(handle)->shape().begin() : nullptr;
}
const int64_t* weft_tensor_strides(weft_tensor handle) {
  return handle ? c::tensor(handle)->strides().begin() : nullptr;
}
int64_t weft_tensor_elements(weft_tensor handle) {
  return handle ? c::tensor(handle)->elements() : -1;
}
int32_t weft_tensor_is_traced(weft_tensor handle) {
  return handle && c::tensor(handle)->box().traced();
}
int32_t weft_tensor_shares_box(weft_tensor a, weft_tensor b) {
  return a && b && &c::tensor(a)->box() == &c::tensor(b)->box();
}

weft_status weft_tensor_wait(weft_tensor handle) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_tensor_wait", {{"tensor", handle}}));
    if (c::tensor(handle)->box().traced()) return traced_value_error("weft_tensor_wait");
    return wait_to_read(*c::tensor(handle)->box().storage());
  });
}

weft_status weft_tensor_read(weft_tensor handle, void* data, size_t bytes) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("read", {{"tensor", handle}}));
    WEFT_ASSIGN(const Ref<Tensor> here, readable(*c::tensor(handle), "read"));
    const Tensor& tensor = *here;
    if (bytes != static_cast<size_t>(tensor.bytes()))
      return errors::invalid_value("read", "`bytes` must be ", tensor.bytes(), "; got ", bytes);
    if (bytes == 0) return {};
    WEFT_TRY(c::require("read", {{"data", data}}));
    // Reading is a copy of elements from the array's strides to dense strides.
    const TensorView from = tensor.as_view();
    TensorView to = from;
    to.data = data;
    const Shape strides = dense_strides(tensor.shape());
    for (int axis = 0; axis < to.rank; ++axis) to.strides[axis] = strides[axis];
    ops::copy_elements(to, from);
    return {};
  });
}

weft_status weft_tensor_item(weft_tensor handle, weft_value* out) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("item", {{"tensor", handle}, {"out", out}}));
    Tensor& given = *c::tensor(handle);
    if (given.elements() != 1)
      return errors::invalid_value("item", "the array must have one element; got shape ",
                                   given.shape());
    if (is_complex(given.dtype()))
      return errors::invalid_type("item",
                                  "the array must be real, because a value holds one number; "
                                  "got ",
                                  given.dtype(), ": read it with weft_tensor_read");
    WEFT_ASSIGN(const Ref<Tensor> here, readable(given, "item"));
    // `here` is the array itself or, if that is on a device, a copy on the CPU; its content is
    // ready.
    const Tensor& tensor = *here;
    TensorView from = tensor.as_view();
    from.rank = 0;
    float wide = 0;  // room for an element of a storage dtype in what kernels know
    if (is_storage(from.dtype)) {
      kernels::widen(from.dtype, static_cast<const uint8_t*>(from.data), 1, &wide);
      from.data = &wide;
      from.dtype = wide_of(from.dtype);
    }
    const bool floating = is_floating(from.dtype);
    // The element is cast to the widest type of its kind by the kernel that all casts use.
    weft_value value{};
    TensorView to{&value.as, {}, {}, 0, floating ? DType::kFloat64 : DType::kInt64};
    WEFT_TRY(ops::run_one_step(kernels::cast_step(from.dtype, to.dtype), {&from, 1}, to));
    value.tag = floating                         ? uint32_t{WEFT_TAG_FLOAT}
                : tensor.dtype() == DType::kBool ? uint32_t{WEFT_TAG_BOOL}
                : tensor.dtype() == DType::kUInt64 && value.as.integer < 0
                    ? uint32_t{WEFT_TAG_UNSIGNED}  // the cast has kept the bits
                    : uint32_t{WEFT_TAG_INT};
    *out = value;
    return {};
  });
}

weft_status weft_tensor_hold(weft_tensor handle, weft_hold* out, const void** data) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_tensor_hold", {{"tensor", handle}, {"hold", out}, {"data", data}}));
    WEFT_ASSIGN(const Ref<Tensor> here, readable(*c::tensor(handle), "weft_tensor_hold"));
    const Tensor& tensor = *here;
    auto hold = std::make_unique<c::Hold>();
    WEFT_ASSIGN(hold->value, held_content(tensor.box()));
    *data = hold->value.get()->data() + tensor.offset() * size_of(tensor.dtype());
    *out = reinterpret_cast<weft_hold>(hold.release());
    return {};
  });
}

void weft_hold_release(weft_hold hold) { delete reinterpret_cast<c::Hold*>(hold); }

}  // extern "C"
