// The KernelTable of one instruction set, and the shapes of all formulas. Tests read the table; the
// library itself names single kernels (active_impl.h).
#include "kernels/isa/table_impl.h"

#include "kernels/isa/isa_target.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd/simd.h"
#include "kernels/simd/simd_memory.h"
#include "weft_formula_headers.inc"

#include "kernels/elementwise/step_impl.h"

extern const QuantizedKernels kQuantized;
extern const StepKernel kStepsBool[], kStepsUInt8[], kStepsUInt16[], kStepsUInt32[], kStepsUInt64[],
    kStepsInt8[], kStepsInt16[], kStepsInt32[], kStepsInt64[], kStepsFloat16[], kStepsBFloat16[],
    kStepsFloat32[], kStepsFloat64[];
// In the order of DType. WEFT_KEPT gives null for dtypes that the build leaves out.
const StepKernel* const kSteps[kNumDTypes] = {
    WEFT_KEPT(Boolean, kStepsBool),      WEFT_KEPT(uint8_t, kStepsUInt8),
    WEFT_KEPT(uint16_t, kStepsUInt16),   WEFT_KEPT(uint32_t, kStepsUInt32),
    WEFT_KEPT(uint64_t, kStepsUInt64),   WEFT_KEPT(int8_t, kStepsInt8),
    WEFT_KEPT(int16_t, kStepsInt16),     WEFT_KEPT(int32_t, kStepsInt32),
    WEFT_KEPT(int64_t, kStepsInt64),     WEFT_KEPT(Float16, kStepsFloat16),
    WEFT_KEPT(BFloat16, kStepsBFloat16), WEFT_KEPT(float, kStepsFloat32),
    WEFT_KEPT(double, kStepsFloat64),
};

// What tests can call: every kernel of this set by its name.
const KernelTable kTable = {
    .steps = kSteps,
    .casts = kCasts,
    .reduces = kReduces,
    .arg_reduces = kArgReduces,
    .matmuls = kMatmuls,
    .panels = kPanels,
    .convolutions = kConvolutions,
    .convolutions_data = kConvolutionsData,
    .convolutions_weight = kConvolutionsWeight,
    .convolutions_shifted = kConvolutionsShifted,
    .convolutions_data_shifted = kConvolutionsDataShifted,
    .convolutions_weight_shifted = kConvolutionsWeightShifted,
    .batched_convolution = batched_convolution,
    .blocked_convolution = blocked_convolution,
    .add_depth_parts = add_depth_parts,
    .blocked_depthwise = blocked_depthwise,
    .blocked_winograd = blocked_winograd,
    .blocked_bf16x2 = blocked_bf16x2,
    .blocked_depthwise_bfloat16 = blocked_depthwise_bfloat16,
    .pack_panels = pack_panels,
    .pack_pair_panels = pack_pair_panels,
    .pack_winograd = pack_winograd,
    .blocked_weight = blocked_weight,
    .blocked_depthwise_weight = blocked_depthwise_weight,
    .blocked_winograd_weight = blocked_winograd_weight,
    .blocked_pools = kBlockedPools,
    .blocked_pool_taps = blocked_pool_taps,
    .blocked_pool_adjoint = blocked_pool_adjoint,
    .max_pools = kMaxPools,
    .average_pools = kAveragePools,
    .average_pool_adjoints = kAveragePoolAdjoints,
    .plane_gathers = kPlaneGathers,
    .plane_scatters = kPlaneScatters,
    .all_inside = all_inside,
    .picks = kPicks,
    .pick_adjoints = kPickAdjoints,
    .takes = kTakes,
    .take_adjoints = kTakeAdjoints,
    .scans = kScans,
    .resamples = kResamples,
    .softmaxes = kSoftmaxes,
    .softmax_columns = softmax_columns,
    .softmax_gradient_columns = softmax_gradient_columns,
    .softmax_gradients = kSoftmaxGradients,
    .cross_entropies = kCrossEntropies,
    .cross_entropy_gradients = kCrossEntropyGradients,
    .normalizes = kNormalizes,
    .normalize_gradients = kNormalizeGradients,
    .attentions = kAttentions,
    .attention_gradients = kAttentionGradients,
    .recurrents = kRecurrents,
    .channels = kChannels,
    .blocked_channels = &kBlockedChannels,
    .uniforms = kUniforms,
    .normals = kNormals,
    .exponentials = kExponentials,
    .random_words = random_words,
    .quantized = &kQuantized,
    .move = move,
};

// Asks the compiler how a formula can be called, and stores the answer as data.
template <class F>
constexpr FormulaShape shape_of_formula() {
  using V = Vec<float>;
  constexpr int kArity = arity_of_formula<F, V>();
  return {kArity, takes_mask_first<F, V>(), gives_mask<F, V, kArity>()};
}

extern const FormulaShape kFormulaShapes[];
const FormulaShape kFormulaShapes[] = {
#define WEFT_FORMULA_ENTRY(name, formula, dtypes, cost, header) shape_of_formula<formula>(),
#include "weft_formulas.inc"
#undef WEFT_FORMULA_ENTRY
};

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
