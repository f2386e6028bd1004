// The table of one instruction set, and the shapes of formulas.
#include "kernels/table_impl.h"

#include "kernels/isa_target.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd.h"
#include "kernels/simd_memory.h"
#include "weft_formula_headers.inc"

#include "kernels/cpu/step_impl.h"

extern const StepKernel kStepsBool[], kStepsUInt8[], kStepsUInt16[], kStepsUInt32[], kStepsUInt64[],
    kStepsInt8[], kStepsInt16[], kStepsInt32[], kStepsInt64[], kStepsFloat16[], kStepsBFloat16[],
    kStepsFloat32[], kStepsFloat64[];
extern const StepKernel kCasts[kNumDTypes][kNumDTypes];

extern const ReduceKernel kReduces[kNumReductions][kNumDTypes];
extern const ReduceParts kReduceParts[kNumReductions][kNumDTypes];
extern const MatmulKernel kMatmuls[kNumDTypes];
extern const PanelKernels kPanels[kNumDTypes];
extern const ConvolutionKernel kConvolutions[kNumDTypes], kConvolutionsData[kNumDTypes],
    kConvolutionsWeight[kNumDTypes], kConvolutionsShifted[kNumDTypes],
    kConvolutionsDataShifted[kNumDTypes], kConvolutionsWeightShifted[kNumDTypes];
void blocked_convolution(const BlockedConvolution& problem, const BlockedCut& cut,
                         const BlockedOperands& operands, Range units, void* scratch);
void blocked_depthwise(const BlockedConvolution& problem, const BlockedCut& cut,
                       const BlockedOperands& operands, Range units, void* scratch);
void blocked_winograd(const BlockedConvolution& problem, const BlockedCut& cut,
                      const BlockedOperands& operands, Range units, void* scratch);
void blocked_pairs(const BlockedConvolution& problem, const PlainSource& source,
                   const BlockedCut& cut, const BlockedOperands& operands, Range units,
                   void* scratch);
void blocked_depthwise_bfloat16(const BlockedConvolution& problem, const BlockedCut& cut,
                                const BlockedOperands& operands, Range units, void* scratch);
void pack_panels(const Convolution& shape, int64_t in_block, Filters filters, const void* weights,
                 void* packed, Range panels);
void pack_pair_panels(const Convolution& shape, int64_t in_block, Filters filters,
                      const void* weights, void* packed, Range panels);
void pack_winograd(const Convolution& shape, int64_t tile, Filters filters, const float* weights,
                   float* packed, Range panels);
void blocked_weight(const BlockedConvolution& problem, const BlockedWeightCut& cut,
                    const BlockedWeightOperands& operands, Range units, void* scratch);
void blocked_depthwise_weight(const BlockedConvolution& problem, const BlockedWeightCut& cut,
                              const BlockedWeightOperands& operands, Range units, void* scratch);
void blocked_winograd_weight(const BlockedConvolution& problem, const BlockedWeightCut& cut,
                             const BlockedWeightOperands& operands, Range units, void* scratch);
extern const BlockedPoolKernels kBlockedPools[kNumDTypes];
void blocked_pool_taps(const Pooling& problem, int64_t block, const float* x, uint8_t* taps,
                       Range rows);
void blocked_pool_adjoint(const Pooling& problem, int64_t block, const float* dy,
                          const uint8_t* taps, float* dx, Range planes);
extern const MaxPoolKernel kMaxPools[kNumDTypes];
extern const AveragePoolKernel kAveragePools[kNumDTypes], kAveragePoolAdjoints[kNumDTypes];
extern const PlaneIndexKernel kPlaneGathers[kNumDTypes], kPlaneScatters[kNumDTypes];
extern const PickKernel kPicks[kNumDTypes], kPickAdjoints[kNumDTypes];
extern const TakeKernel kTakes[kNumDTypes], kTakeAdjoints[kNumDTypes];
extern const ScanKernel kScans[kNumDTypes];
extern const ResampleKernels kResamples[kNumDTypes];
extern const SoftmaxKernel kSoftmaxes[kNumDTypes];
extern const SoftmaxGradientKernel kSoftmaxGradients[kNumDTypes];
extern const CrossEntropyKernel kCrossEntropies[kNumDTypes];
extern const CrossEntropyGradientKernel kCrossEntropyGradients[kNumDTypes];
extern const NormalizeKernel kNormalizes[kNumDTypes];
extern const NormalizeGradientKernel kNormalizeGradients[kNumDTypes];
extern const AttentionKernels kAttentions[kNumDTypes];
extern const AttentionGradientKernels kAttentionGradients[kNumDTypes];
extern const RecurrentKernels kRecurrents[kNumDTypes];
extern const ChannelKernels kChannels[kNumDTypes];
extern const ChannelKernels kBlockedChannels;
extern const DistributionKernel kUniforms[kNumDTypes], kNormals[kNumDTypes],
    kExponentials[kNumDTypes];
void random_words(const RandomStream& stream, uint32_t* out, Range words);
extern const QuantizedKernels kQuantized;
void move(const StridedTile& tile);

extern const KernelTable kTable;
const KernelTable kTable = {
    // In the order of DType.
    .steps = {kStepsBool, kStepsUInt8, kStepsUInt16, kStepsUInt32, kStepsUInt64, kStepsInt8,
              kStepsInt16, kStepsInt32, kStepsInt64, kStepsFloat16, kStepsBFloat16, kStepsFloat32,
              kStepsFloat64},
    .casts = kCasts,
    .reduces = kReduces,
    .reduce_parts = kReduceParts,
    .matmuls = kMatmuls,
    .panels = kPanels,
    .convolutions = kConvolutions,
    .convolutions_data = kConvolutionsData,
    .convolutions_weight = kConvolutionsWeight,
    .convolutions_shifted = kConvolutionsShifted,
    .convolutions_data_shifted = kConvolutionsDataShifted,
    .convolutions_weight_shifted = kConvolutionsWeightShifted,
    .blocked_convolution = blocked_convolution,
    .blocked_depthwise = blocked_depthwise,
    .blocked_winograd = blocked_winograd,
    .blocked_pairs = blocked_pairs,
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
    .picks = kPicks,
    .pick_adjoints = kPickAdjoints,
    .takes = kTakes,
    .take_adjoints = kTakeAdjoints,
    .scans = kScans,
    .resamples = kResamples,
    .softmaxes = kSoftmaxes,
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

template <class F>
constexpr FormulaShape shape_of_formula() {
  using V = Vec<float>;
  constexpr int kArity = arity_of_formula<F, V>();
  return {kArity, takes_mask_first<F, V>(), gives_mask<F, V, kArity>()};
}

extern const FormulaShape kFormulaShapes[];
const FormulaShape kFormulaShapes[] = {
#define WEFT_FORMULA_ENTRY(name, formula, dtypes, header) shape_of_formula<formula>(),
#include "weft_formulas.inc"
#undef WEFT_FORMULA_ENTRY
};

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
