#include <algorithm>

#include "base/errors.h"
#include "c99/emitter.h"

namespace weft::c99 {

const Emitter* find_emitter(std::string_view op) {
  using Family = std::span<const Emitter> (*)();
  constexpr Family kFamilies[] = {copy_emitters,
                                  product_emitters,
                                  window_emitters,
                                  depth_emitters,
                                  reduction_emitters,
                                  row_emitters,
                                  index_emitters,
                                  recurrent_emitters,
                                  attention_emitters,
                                  int8_layer_emitters,
                                  int8_element_emitters,
                                  gradient_emitters,
                                  row_gradient_emitters,
                                  batch_norm_emitters,
                                  group_norm_emitters,
                                  int8_recurrent_emitters,
                                  recurrent_gradient_emitters,
                                  attention_gradient_emitters};
  for (const Family family : kFamilies)
    for (const Emitter& emitter : family())
      if (emitter.op == op) return &emitter;
  return nullptr;
}

Status require_float32(const ops::SlotTypes& types) {
  for (const std::span<const ops::TensorType> side : {types.in, types.out})
    for (const ops::TensorType& type : side)
      if (type.shape.rank() >= 0 && type.dtype != DType::kFloat32 && is_floating(type.dtype))
        return errors::unsupported("compile", "`", types.op.name,
                                   "` has a C form for float32; got ", type.dtype);
  return {};
}

Result<executor::TargetKernel> dense_float32(const ops::SlotTypes& types) {
  WEFT_TRY(require_float32(types));
  return executor::TargetKernel{};
}

Result<executor::TargetKernel> strided_float32(const ops::SlotTypes& types) {
  WEFT_TRY(require_float32(types));
  return executor::TargetKernel{ops::Strides::kAny, ops::kNoInput, 0};
}

}  // namespace weft::c99
