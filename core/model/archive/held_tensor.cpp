// Three cases: arrays on a device and pinned arrays are copied, all others are held.
#include "model/archive/held_tensor.h"

#include "base/errors.h"
#include "ops/slots/copy_slot.h"
#include "runtime/engine/engine.h"
#include "runtime/engine/transfer.h"

namespace weft::model {

Result<HeldTensor> hold_content(const NamedTensor& named) {
  const Tensor& tensor = *named.tensor;
  Storage* storage = tensor.box().storage();
  if (!storage)
    return errors::invalid_state("save", "`", named.name, "` is traced: it has no value");
  if (tensor.device()) {
    WEFT_ASSIGN(Ref<Tensor> copy, readable(*named.tensor, "save"));
    return HeldTensor{std::move(copy), HeldValue()};
  }
  if (tensor.box().pinned()) {  // others write to it in place, so only a copy stays as it is
    WEFT_TRY(wait_to_read(*storage));
    WEFT_ASSIGN(Ref<Tensor> copy, Tensor::create(tensor.dtype(), tensor.shape()));
    ops::copy_elements(copy->as_view(), tensor.as_view());
    return HeldTensor{std::move(copy), HeldValue()};
  }
  Box* box = Box::create(Ref<Storage>(storage));
  if (!box) return errors::out_of_memory("save", sizeof(Box));
  WEFT_ASSIGN(Ref<Tensor> held, Tensor::view(tensor.dtype(), tensor.shape(), tensor.strides(),
                                             tensor.offset(), Ref<Box>::adopt(box)));
  return HeldTensor{std::move(held), HeldValue(storage)};
}

}  // namespace weft::model
