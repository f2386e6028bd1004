// Finds the emitter of an operator, and the words for operators in errors; also the `kernel`
// functions that many emitters share.
#include <utility>

#include "base/errors.h"
#include "c99/program/emitter.h"

namespace weft::c99 {

#define WEFT_EMITTER_ENTRY(op) extern const Emitter emitter_of_##op;
#include "weft_emitters.inc"
#undef WEFT_EMITTER_ENTRY

// A search over all of them: operators are looked up a few times for each step of a plan.
const Emitter* find_emitter(std::string_view op) {
  static constexpr const Emitter* kEmitters[] = {
#define WEFT_EMITTER_ENTRY(op) &emitter_of_##op,
#include "weft_emitters.inc"
#undef WEFT_EMITTER_ENTRY
  };
  for (const Emitter* const emitter : kEmitters)
    if (emitter->op == op) return emitter;
  return nullptr;
}

// Operators that users do not call themselves, with those that are made of them.
std::string words_for(std::string_view op) {
  constexpr std::pair<std::string_view, std::string_view> kWords[] = {
      {"sort_order", "`argsort`, `topk` or `sort`"},
      {"search_order", "`searchsorted`"},
      {"recurrence", "`cumsum` or `cumprod`"},
      {"resample", "`interpolate`"},
      {"resample_adjoint", "the gradient of `interpolate`"},
      {"fourier", "`dft` or a function of `np.fft`"},
      {"real_fourier", "`rdft` or `np.fft.rfft`"},
      {"real_fourier_inverse", "`irdft` or `np.fft.irfft`"},
      {"overlap_add", "`audio.istft`, or the gradient of `audio.stft`"},
      {"window_sum", "`audio.istft`"},
      {"convolution_image", "`convolution`"},
      {"convolution_data", "`deconvolution`, or the gradient of `convolution`"},
      {"convolution_weight", "the gradient of `convolution`"},
      {"pooling_image", "`pooling`"},
      {"quantized_convolution_rows", "`quantized_convolution`"},
      {"quantized_convolution_groups", "`quantized_convolution`"},
      {"quantized_convolution_packed", "`quantized_convolution`"},
      {"quantized_depthwise", "`quantized_convolution`"},
      {"quantized_product", "`quantized_fully_connected`"},
      {"weight_only_product", "`weight_only_fully_connected`"},
      {"normalize_rows", "`layer_norm` or `rms_norm`"},
      {"normalize_groups", "`group_norm` or `instance_norm`"},
      {"batch_norm_training", "`batch_norm`"},
      {"softmax_rows", "`softmax`"},
      {"log_softmax_rows", "`log_softmax`"},
      {"cross_entropy_rows", "`softmax_cross_entropy`"},
      {"attention_blocks", "`scaled_dot_product_attention`"},
      {"gru_steps", "`gru`"},
      {"lstm_steps", "`lstm`"},
      {"rnn_steps", "`rnn`"},
      {"take_rows", "`take` or `embedding`"},
      {"pick_rows", "`pick`"},
      {"gather", "`gather_nd`, `take_along_axis` or an index of arrays"},
      {"scatter", "`scatter_nd`, `index_add`, `index_update` or a write to an index"},
      {"strided_view", "`transpose`, `broadcast_to` or an index"},
  };
  for (const auto& [name, words] : kWords)
    if (name == op) return std::string(words);
  return "`" + std::string(op) + "`";
}

// Integers and bools may accompany float32 (indices, masks).
Status require_float32(const ops::SlotTypes& types) {
  for (const std::span<const ops::TensorType> side : {types.in, types.out})
    for (const ops::TensorType& type : side)
      if (type.shape.rank() >= 0 && type.dtype != DType::kFloat32 && is_floating(type.dtype))
        return errors::unsupported("compile", words_for(types.op.name),
                                   " has a C form for float32; got ", type.dtype);
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
