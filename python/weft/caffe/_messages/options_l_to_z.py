"""Messages of layers' options, L to Z, and those that SSD and PSPNet added.

A line has a field's number, name and type, with `*` where it repeats, `!` where it must be given,
and its default. Numbers and names are those of Caffe's files: __init__.py reads the lines.
"""

OPTIONS_L_TO_Z = """\
LogParameter
  1 base float = -1
  2 scale float = 1
  3 shift float
LRNParameter
  enum NormRegion ACROSS_CHANNELS=0 WITHIN_CHANNEL=1
  enum Engine DEFAULT=0 CAFFE=1 CUDNN=2
  1 local_size uint32 = 5
  2 alpha float = 1
  3 beta float = 0.75
  4 norm_region NormRegion = ACROSS_CHANNELS
  5 k float = 1
  6 engine Engine = DEFAULT
MemoryDataParameter
  1 batch_size uint32
  2 channels uint32
  3 height uint32
  4 width uint32
MVNParameter
  1 normalize_variance bool = true
  2 across_channels bool
  3 eps float = 1e-09
ParameterParameter
  1 shape BlobShape
PoolingParameter
  enum PoolMethod MAX=0 AVE=1 STOCHASTIC=2
  enum Engine DEFAULT=0 CAFFE=1 CUDNN=2
  enum RoundMode CEIL=0 FLOOR=1
  1 pool PoolMethod = MAX
  4 pad uint32
  9 pad_h uint32
  10 pad_w uint32
  2 kernel_size uint32
  5 kernel_h uint32
  6 kernel_w uint32
  3 stride uint32 = 1
  7 stride_h uint32
  8 stride_w uint32
  11 engine Engine = DEFAULT
  12 global_pooling bool
  13 round_mode RoundMode = CEIL
PowerParameter
  1 power float = 1
  2 scale float = 1
  3 shift float
PReLUParameter
  1 filler FillerParameter
  2 channel_shared bool
PythonParameter
  1 module string
  2 layer string
  3 param_str string
  4 share_in_parallel bool
RecurrentParameter
  1 num_output uint32
  2 weight_filler FillerParameter
  3 bias_filler FillerParameter
  4 debug_info bool
  5 expose_hidden bool
ReductionParameter
  enum ReductionOp SUM=1 ASUM=2 SUMSQ=3 MEAN=4
  1 operation ReductionOp = SUM
  2 axis int32
  3 coeff float = 1
ReLUParameter
  enum Engine DEFAULT=0 CAFFE=1 CUDNN=2
  1 negative_slope float
  2 engine Engine = DEFAULT
ReshapeParameter
  1 shape BlobShape
  2 axis int32
  3 num_axes int32 = -1
ScaleParameter
  1 axis int32 = 1
  2 num_axes int32 = 1
  3 filler FillerParameter
  4 bias_term bool
  5 bias_filler FillerParameter
SigmoidParameter
  enum Engine DEFAULT=0 CAFFE=1 CUDNN=2
  1 engine Engine = DEFAULT
SliceParameter
  3 axis int32 = 1
  2 slice_point uint32*
  1 slice_dim uint32 = 1
SoftmaxParameter
  enum Engine DEFAULT=0 CAFFE=1 CUDNN=2
  1 engine Engine = DEFAULT
  2 axis int32 = 1
SPPParameter
  enum PoolMethod MAX=0 AVE=1 STOCHASTIC=2
  enum Engine DEFAULT=0 CAFFE=1 CUDNN=2
  1 pyramid_height uint32
  2 pool PoolMethod = MAX
  6 engine Engine = DEFAULT
SwishParameter
  1 beta float = 1
TanHParameter
  enum Engine DEFAULT=0 CAFFE=1 CUDNN=2
  1 engine Engine = DEFAULT
ThresholdParameter
  1 threshold float
TileParameter
  1 axis int32 = 1
  2 tiles int32
WindowDataParameter
  1 source string
  2 scale float = 1
  3 mean_file string
  4 batch_size uint32
  5 crop_size uint32
  6 mirror bool
  7 fg_threshold float = 0.5
  8 bg_threshold float = 0.5
  9 fg_fraction float = 0.25
  10 context_pad uint32
  11 crop_mode string = warp
  12 cache_images bool
  13 root_folder string
NonMaximumSuppressionParameter
  1 nms_threshold float = 0.3
  2 top_k int32
  3 eta float = 1
SaveOutputParameter
  1 output_directory string
  2 output_name_prefix string
  3 output_format string
  4 label_map_file string
  5 name_size_file string
  6 num_test_image uint32
DetectionOutputParameter
  1 num_classes uint32
  2 share_location bool = true
  3 background_label_id int32
  4 nms_param NonMaximumSuppressionParameter
  5 save_output_param SaveOutputParameter
  6 code_type CodeType = CORNER
  8 variance_encoded_in_target bool
  7 keep_top_k int32 = -1
  9 confidence_threshold float
  10 visualize bool
  11 visualize_threshold float
  12 save_file string
NormalizeParameter
  1 across_spatial bool = true
  2 scale_filler FillerParameter
  3 channel_shared bool = true
  4 eps float = 1e-10
PermuteParameter
  1 order uint32*
PriorBoxParameter
  1 min_size float*
  2 max_size float*
  3 aspect_ratio float*
  4 flip bool = true
  5 clip bool
  6 variance float*
  7 img_size uint32
  8 img_h uint32
  9 img_w uint32
  10 step float
  11 step_h float
  12 step_w float
  13 offset float = 0.5
InterpParameter
  1 height int32
  2 width int32
  3 zoom_factor int32 = 1
  4 shrink_factor int32 = 1
  5 pad_beg int32
  6 pad_end int32
"""

__all__ = ["OPTIONS_L_TO_Z"]
