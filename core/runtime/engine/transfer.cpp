// Copies in the engine's order: a transfer is a task on the device's queue.

#include "runtime/engine/transfer.h"

#include <memory>

#include "base/errors.h"
#include "runtime/device.h"
#include "runtime/engine/engine.h"

namespace weft {
namespace {

// One copy of consecutive bytes.
class TransferTask final : public Task {
 public:
  TransferTask(Device& device, char* to, const char* from, int64_t size, bool into_device)
      : device_(device), to_(to), from_(from), size_(size), into_device_(into_device) {
    origin = current_origin();
  }
  Status run() override {
    return into_device_ ? device_.copy_in(to_, from_, size_) : device_.copy_out(to_, from_, size_);
  }

 private:
  Device& device_;
  char* to_;
  const char* from_;
  int64_t size_;
  bool into_device_;
};

}  // namespace

ByteRange range_of(const TensorView& view) {
  int64_t low = 0;
  int64_t high = 0;
  for (int axis = 0; axis < view.rank; ++axis) {
    if (view.shape[axis] == 0) return {static_cast<char*>(view.data), 0};
    // The last element along this axis is `reach` elements away; a negative stride goes to lower
    // addresses.
    const int64_t reach = (view.shape[axis] - 1) * view.strides[axis];
    (reach < 0 ? low : high) += reach;
  }
  const int64_t size = size_of(view.dtype);
  return {static_cast<char*>(view.data) + low * size, (high - low + 1) * size};
}

Result<Ref<Tensor>> transfer(const Tensor& tensor, Device* device) {
  Device* const from = tensor.device();
  // From device to device, the copy goes through the program's memory.
  if (from && device) {
    WEFT_ASSIGN(const Ref<Tensor> between, transfer(tensor, nullptr));
    return transfer(*between, device);
  }
  const TensorView view = tensor.as_view();
  const ByteRange range = range_of(view);
  WEFT_ASSIGN(Ref<Storage> storage, Storage::allocate(range.bytes, device));
  const int64_t offset = (static_cast<char*>(view.data) - range.begin) / size_of(tensor.dtype());
  if (range.bytes > 0) {
    Storage* const reads[] = {tensor.box().storage()};
    Storage* const writes[] = {storage.get()};
    Device& queue = from ? *from : *device;
    WEFT_TRY(engine_submit(reads, writes, queue,
                           std::make_unique<TransferTask>(queue, storage->data(), range.begin,
                                                          range.bytes, device != nullptr)));
  }
  Ref<Box> box = Ref<Box>::adopt(Box::create(std::move(storage)));
  if (!box) return errors::out_of_memory("array", sizeof(Box));
  return Tensor::view(tensor.dtype(), tensor.shape(), tensor.strides(), offset, std::move(box));
}

Status traced_value_error(std::string_view reader) {
  const std::string line = current_origin();
  return errors::invalid_state(
      reader,
      "the array is traced: while a hybridized function is recorded, it has a shape and a dtype "
      "but no value",
      line.empty() ? "" : " (" + line + ")",
      "; instead of `if` on its value use npx.cond, or np.where for single elements; instead of "
      "`while` use npx.while_loop; instead of `for` over its rows use npx.foreach; to look at its "
      "value use npx.print, npx.check or npx.callback; or keep this part out of hybridize()");
}

Result<Ref<Tensor>> readable(Tensor& tensor, std::string_view reader) {
  if (tensor.box().traced()) return traced_value_error(reader);
  WEFT_TRY(wait_to_read(*tensor.box().storage()));
  if (!tensor.device()) return Ref<Tensor>(&tensor);
  WEFT_ASSIGN(Ref<Tensor> copy, transfer(tensor, nullptr));
  WEFT_TRY(wait_to_read(*copy->box().storage()));
  return copy;
}

}  // namespace weft
