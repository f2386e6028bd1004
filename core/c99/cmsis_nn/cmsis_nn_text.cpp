// The texts. A generated file may meet another version of CMSIS-NN years later, so it checks the
// types of the functions that it calls.
#include "c99/cmsis_nn/cmsis_nn_text.h"

#include "c99/int8/int8_text.h"
#include "c99/program/emitter.h"

namespace weft::c99 {
namespace {

// Without WEFT_TAKES, a declaration with other parameters would fail at the first call, with a less
// clear message.
constexpr std::string_view kHeader = R"(#include <assert.h>

#include <arm_nnfunctions.h> /* of CMSIS-NN: the interface of $version */

#ifdef CMSIS_NN_USE_SINGLE_ROUNDING
#error "results would differ from the library's: CMSIS-NN must round twice, as it does by default"
#endif
$cores#if defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
#define WEFT_TAKES(function, ...)                                                     \
  _Static_assert(                                                                     \
      _Generic(&(function), arm_cmsis_nn_status(*)(__VA_ARGS__) : 1, default : 0),     \
      #function " has other parameters than in arm_nnfunctions.h $version")
WEFT_TAKES(
    arm_convolve_wrapper_s8, const cmsis_nn_context *, const cmsis_nn_conv_params *,
    const cmsis_nn_per_channel_quant_params *, const cmsis_nn_dims *, const int8_t *,
    const cmsis_nn_dims *, const int8_t *, const cmsis_nn_dims *, const int32_t *,
    const cmsis_nn_dims *, int8_t *);
WEFT_TAKES(
    arm_depthwise_conv_wrapper_s8, const cmsis_nn_context *, const cmsis_nn_dw_conv_params *,
    const cmsis_nn_per_channel_quant_params *, const cmsis_nn_dims *, const int8_t *,
    const cmsis_nn_dims *, const int8_t *, const cmsis_nn_dims *, const int32_t *,
    const cmsis_nn_dims *, int8_t *);
#endif

/* What CMSIS-NN gives back is looked at where assertions are on. */
static inline void weft_done(arm_cmsis_nn_status status)
{
  assert(status == ARM_CMSIS_NN_SUCCESS);
  (void)status;
}
)";

constexpr std::string_view kNoHelium = R"(#ifdef __ARM_FEATURE_MVE
#error "the arena has no room for what CMSIS-NN takes on cores with Helium: compile the model for it"
#endif
)";

}  // namespace

void define_cmsis_nn(Source& source) {
  const std::string_view cores = source.cmsis_nn() == CmsisNn::kDsp ? kNoHelium : "";
  source.define("weft_done",
                replaced(replaced(kHeader, "$version", kCmsisNnVersion), "$cores", cores));
}

void add_context(Call& call, int64_t bytes, const std::string& asked) {
  const std::string size = std::to_string(bytes);
  call.line("const cmsis_nn_context context = {" + (bytes ? call.scratch() : "NULL") + ", " + size +
            "};");
  if (!asked.empty()) call.line("assert(" + asked + " <= " + size + ");");
}

void add_dimensions(Call& call, const std::string& name, const Dimensions& dimensions,
                    const std::string& rows_of_tile) {
  const bool is_row_tile = call.tile_height() > 0 && !rows_of_tile.empty();
  std::string text =
      std::string(is_row_tile ? "" : "static ") + "const cmsis_nn_dims " + name + " = {";
  text += std::to_string(dimensions.n) + ", ";
  text += is_row_tile ? "band->" + rows_of_tile : std::to_string(dimensions.h);
  call.line(text + ", " + std::to_string(dimensions.w) + ", " + std::to_string(dimensions.c) +
            "};");
}

}  // namespace weft::c99
