// The names of all kernels of one instruction set, one symbol each, so that a linker drops those
// that nothing calls. Included inside the namespace of each instruction set (table_impl.h); it
// includes nothing itself. Tables end in [kNumDTypes] and are indexed by DType. What the kernels do
// stands in the headers of their folders.

extern const StepKernel* const kSteps[kNumDTypes];  // [dtype][formula]
extern const StepKernel kCasts[kNumDTypes][kNumDTypes];

extern const ReduceParts kReduces[kNumReductions][kNumDTypes];
extern const ArgReduceParts kArgReduces[2][kNumDTypes];
extern const MatmulKernel kMatmuls[kNumDTypes];
extern const PanelKernels kPanels[kNumDTypes];
extern const ConvolutionKernel kConvolutions[kNumDTypes], kConvolutionsData[kNumDTypes],
    kConvolutionsWeight[kNumDTypes], kConvolutionsShifted[kNumDTypes],
    kConvolutionsDataShifted[kNumDTypes], kConvolutionsWeightShifted[kNumDTypes];
void batched_convolution(const Convolution& problem, const ConvolutionBlocks& blocks,
                         const ConvolutionOperands& operands, bool is_forward, Range units,
                         void* scratch);
void blocked_convolution(const BlockedConvolution& problem, const BlockedCut& cut,
                         const BlockedOperands& operands, Range units, void* scratch);
void add_depth_parts(const BlockedConvolution& problem, const BlockedOperands& operands,
                     Range planes);
void blocked_depthwise(const BlockedConvolution& problem, const BlockedCut& cut,
                       const BlockedOperands& operands, Range units, void* scratch);
void blocked_winograd(const BlockedConvolution& problem, const BlockedCut& cut,
                      const BlockedOperands& operands, Range units, void* scratch);
void blocked_bf16x2(const BlockedConvolution& problem, const PlainSource& source,
                    const BlockedCut& cut, const BlockedOperands& operands, Range units,
                    void* scratch);
void blocked_depthwise_bfloat16(const BlockedConvolution& problem, const BlockedCut& cut,
                                const BlockedOperands& operands, Range units, void* scratch);
void pack_panels(const Convolution& shape, int64_t in_block, Filters filters, const void* weights,
                 void* packed, Range panels);
void pack_pair_panels(const Convolution& shape, int64_t in_block, Filters filters,
                      const void* weights, void* packed, Range panels);
void pack_winograd(const Convolution& shape, int64_t tile, Filters filters, const void* weights,
                   void* packed, Range panels);
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
bool all_inside(const int64_t* indices, int64_t count, int64_t axis);
extern const PickKernel kPicks[kNumDTypes], kPickAdjoints[kNumDTypes];
extern const TakeKernel kTakes[kNumDTypes], kTakeAdjoints[kNumDTypes];
extern const ScanKernel kScans[kNumDTypes];
extern const ResampleKernels kResamples[kNumDTypes];
extern const SoftmaxKernel kSoftmaxes[kNumDTypes];
void softmax_columns(const SoftmaxColumns& problem, const float* x, float* y);
void softmax_gradient_columns(const SoftmaxColumns& problem, const float* dy, const float* y,
                              float* dx);
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
void move(const StridedTile& tile);
extern const KernelTable kTable;
