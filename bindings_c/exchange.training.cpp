// weft.h: arrays shared with other libraries: pinned addresses, and DLPack in both directions. An
// exported array is pinned until the consumer is done; an imported one lives on the producer's
// memory.
#include <memory>

#include "base/errors.h"
#include "eager/call.h"
#include "guard.h"
#include "hold.h"
#include "runtime/device.h"
#include "runtime/engine/engine.h"
#include "runtime/engine/transfer.h"
#include "weft/weft_dlpack.h"
#include "wrap.h"

using namespace weft;

namespace {

// Waits for the content of an array that may be lent. Only memory of the CPU is lent.
Status wait_for_host(const Tensor& tensor, const char* function) {
  if (tensor.box().traced()) return traced_value_error(function);
  if (tensor.device())
    return errors::unsupported(function, "the array is on ", name_of(tensor.device()),
                               "; take a copy with to_device(\"cpu\") first");
  return wait_to_read(*tensor.box().storage());
}

// Promises the address of the array's content: from now on writes happen in place. So nobody may
// hold the content; unshare gives the box memory of its own if somebody does.
Status pin(Tensor& tensor, c::Hold& hold, const char* function) {
  WEFT_TRY(wait_for_host(tensor, function));
  Box& box = tensor.box();
  if (box.read_only)
    return errors::invalid_state(function, "the array is on read-only memory; take a copy() first");
  WEFT_TRY(eager::unshare(box, false));
  // The engine treats the pin as a write: it waits for queued work that still reads the content.
  Storage* const writes[] = {box.storage()};
  WEFT_TRY(engine_run({}, writes, false, [] { return Status(); }));
  hold.pinned = tensor.box_ref();
  box.pins.fetch_add(1, std::memory_order_acq_rel);
  return {};
}

// The code of a float8 in DLPack 1.1; -1: the dtype is another one.
int float8_code(DType dtype) {
  switch (dtype) {
    case DType::kFloat8E4M3FN: return kDLFloat8_e4m3fn;
    case DType::kFloat8E4M3FNUZ: return kDLFloat8_e4m3fnuz;
    case DType::kFloat8E5M2: return kDLFloat8_e5m2;
    case DType::kFloat8E5M2FNUZ: return kDLFloat8_e5m2fnuz;
    default: return -1;
  }
}

bool has_description(DType dtype) { return dtype != DType::kInt4 && dtype != DType::kUInt4; }

// DLPack's description of a dtype. Bools, bfloat16 and float8 have codes of their own. DLPack packs
// integers of 4 bits two to a byte; ours have a byte each, so they have no description.
DLDataType dlpack_type(DType dtype) {
  const auto bits = static_cast<uint8_t>(8 * size_of(dtype));
  if (const int code = float8_code(dtype); code >= 0) return {static_cast<uint8_t>(code), bits, 1};
  if (dtype == DType::kBool) return {kDLBool, bits, 1};
  if (dtype == DType::kBFloat16) return {kDLBfloat, bits, 1};
  if (is_floating(dtype)) return {kDLFloat, bits, 1};
  if (is_complex(dtype)) return {kDLComplex, bits, 1};
  const bool is_signed = dtype >= DType::kInt8 && dtype <= DType::kInt64;
  return {static_cast<uint8_t>(is_signed ? kDLInt : kDLUInt), bits, 1};
}

// The dtype that DLPack describes so; it searches all of ours.
Status weft_type(const DLDataType& type, weft_dtype* dtype) {
  for (*dtype = WEFT_BOOL; *dtype <= WEFT_FLOAT8_E5M2FNUZ; ++*dtype) {
    if (!has_description(static_cast<DType>(*dtype))) continue;
    const DLDataType known = dlpack_type(static_cast<DType>(*dtype));
    if (known.code == type.code && known.bits == type.bits && type.lanes == 1) return {};
  }
  return errors::invalid_type("from_dlpack", "Weft has no dtype for elements of DLPack type code ",
                              int{type.code}, ", ", int{type.bits}, " bits and ", int{type.lanes},
                              " lanes");
}

// ---- out ----

// What an exported DLPack structure points at: the pin, the array, and the arrays of its geometry,
// which must outlive the structure.
struct Exported {
  c::Hold hold;
  Ref<Tensor> tensor;
  int64_t shape[kMaxRank];
  int64_t strides[kMaxRank];
};

DLTensor describe(Exported& exported, void* data) {
  const Tensor& tensor = *exported.tensor;
  for (int axis = 0; axis < tensor.rank(); ++axis) {
    exported.shape[axis] = tensor.shape()[axis];
    exported.strides[axis] = tensor.strides()[axis];
  }
  return {data,
          {kDLCPU, 0},
          tensor.rank(),
          dlpack_type(tensor.dtype()),
          exported.shape,
          exported.strides,
          0};
}

// The deleter that the consumer calls, on any thread.
template <class Managed>
void delete_exported(Managed* managed) {
  const std::unique_ptr<Managed> description(managed);
  const std::unique_ptr<Exported> owner(static_cast<Exported*>(managed->manager_ctx));
}

// Makes a structure of either form; the caller of to_dlpack owns it.
template <class Managed>
Result<std::unique_ptr<Managed>> exported(Tensor& tensor, const char* function) {
  if (!has_description(tensor.dtype()))
    return errors::invalid_type(function,
                                "DLPack has no dtype for elements of 4 bits in a byte each; "
                                "got ",
                                tensor.dtype(), ": cast the array to int8 first");
  auto owner = std::make_unique<Exported>();
  owner->tensor = Ref<Tensor>(&tensor);
  // Read-only memory needs no pin: it never moves, and nobody writes it here.
  if (tensor.box().read_only) {
    WEFT_TRY(wait_for_host(tensor, function));
  } else {
    WEFT_TRY(pin(tensor, owner->hold, function));
  }
  auto managed = std::make_unique<Managed>();
  managed->dl_tensor = describe(*owner, tensor.elements() ? tensor.data() : nullptr);
  managed->deleter = delete_exported<Managed>;
  managed->manager_ctx = owner.release();
  return managed;
}

// ---- in ----

// The owner of an imported array: its end gives the structure back to the producer.
template <class Managed>
struct Imported {
  Managed* managed;
  void (*release)(Managed*);  // null: the producer's deleter

  static void free(void* self) {
    const std::unique_ptr<Imported> owner(static_cast<Imported*>(self));
    if (owner->release)
      owner->release(owner->managed);
    else if (owner->managed->deleter)
      owner->managed->deleter(owner->managed);
  }
};

// Only memory of the CPU that is aligned to its elements can be used; kernels rely on that.
Status check_import(const DLTensor& given, int64_t size, const char* data) {
  if (given.device.device_type != kDLCPU)
    return errors::unsupported("from_dlpack", "the array is on a device of DLPack type ",
                               given.device.device_type, "; copy it to the host's memory first");
  if (reinterpret_cast<uintptr_t>(data) % static_cast<uintptr_t>(size) != 0)
    return errors::unsupported("from_dlpack", "the elements are not aligned to their size of ",
                               size, " bytes; take a copy first");
  return {};
}

// Makes an array on the producer's memory. On failure the structure stays the caller's.
template <class Managed>
Status import(Managed* managed, void (*release)(Managed*), bool read_only, weft_tensor* out) {
  const DLTensor& given = managed->dl_tensor;
  weft_dtype dtype = WEFT_BOOL;
  WEFT_TRY(weft_type(given.dtype, &dtype));
  char* data = static_cast<char*>(given.data);
  if (data) data += given.byte_offset;
  WEFT_TRY(check_import(given, static_cast<int64_t>(weft_dtype_size(dtype)), data));
  std::unique_ptr<Imported<Managed>> owner(new Imported<Managed>{managed, release});
  // Bytes that the producer calls bools may have other uses for it, so they are not corrected in
  // place.
  WEFT_TRY(c::wrap({data, dtype, given.ndim, given.shape, given.strides, read_only, owner.get(),
                    Imported<Managed>::free},
                   c::OddBools::kCopied, out));
  // The array has taken the owner over.
  owner.release();
  return {};
}

}  // namespace

extern "C" {

weft_status weft_tensor_pin(weft_tensor handle, weft_hold* out, void** data) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_tensor_pin", {{"tensor", handle}, {"hold", out}, {"data", data}}));
    auto hold = std::make_unique<c::Hold>();
    WEFT_TRY(pin(*c::tensor(handle), *hold, "weft_tensor_pin"));
    *data = c::tensor(handle)->data();
    *out = reinterpret_cast<weft_hold>(hold.release());
    return {};
  });
}

weft_status weft_tensor_to_dlpack(weft_tensor handle, DLManagedTensorVersioned** out) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("to_dlpack", {{"tensor", handle}, {"managed", out}}));
    Tensor& tensor = *c::tensor(handle);
    WEFT_ASSIGN(auto managed, exported<DLManagedTensorVersioned>(tensor, "to_dlpack"));
    managed->version = {DLPACK_MAJOR_VERSION, DLPACK_MINOR_VERSION};
    managed->flags = tensor.box().read_only ? uint64_t{DLPACK_FLAG_BITMASK_READ_ONLY} : 0;
    *out = managed.release();
    return {};
  });
}

weft_status weft_tensor_to_dlpack_unversioned(weft_tensor handle, DLManagedTensor** out) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("to_dlpack", {{"tensor", handle}, {"managed", out}}));
    Tensor& tensor = *c::tensor(handle);
    if (tensor.box().read_only)
      return errors::invalid_state("to_dlpack",
                                   "the array is on read-only memory, which DLPack without a "
                                   "version cannot express; take a copy() first");
    WEFT_ASSIGN(auto managed, exported<DLManagedTensor>(tensor, "to_dlpack"));
    *out = managed.release();
    return {};
  });
}

weft_status weft_tensor_from_dlpack(DLManagedTensorVersioned* managed,
                                    void (*release)(DLManagedTensorVersioned*), weft_tensor* out) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("from_dlpack", {{"managed", managed}, {"out", out}}));
    // The layout of another major version is known only up to `version`.
    if (managed->version.major != DLPACK_MAJOR_VERSION)
      return errors::unsupported("from_dlpack",
                                 "the array must come in version 1 of DLPack; got version ",
                                 static_cast<int64_t>(managed->version.major));
    return import(managed, release, (managed->flags & DLPACK_FLAG_BITMASK_READ_ONLY) != 0, out);
  });
}

weft_status weft_tensor_from_dlpack_unversioned(DLManagedTensor* managed,
                                                void (*release)(DLManagedTensor*),
                                                weft_tensor* out) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("from_dlpack", {{"managed", managed}, {"out", out}}));
    return import(managed, release, false, out);
  });
}

}  // extern "C"
