"""Messages of layers' options, A to K.

A line has a field's number, name and type, with `*` where it repeats, `!` where it must be given,
and its default. Numbers and names are those of Caffe's files: __init__.py reads the lines.
"""

OPTIONS_A_TO_K = """\
AccuracyParameter
  1 top_k uint32 = 1
  2 axis int32 = 1
  3 ignore_label int32
ArgMaxParameter
  1 out_max_val bool
  2 top_k uint32 = 1
  3 axis int32
BatchNormParameter
  1 use_global_stats bool
  2 moving_average_fraction float = 0.999
  3 eps float = 1e-05
BiasParameter
  1 axis int32 = 1
  2 num_axes int32 = 1
  3 filler FillerParameter
ClipParameter
  1 min float!
  2 max float!
ConcatParameter
  2 axis int32 = 1
  1 concat_dim uint32 = 1
ContrastiveLossParameter
  1 margin float = 1
  2 legacy_version bool
ConvolutionParameter
  enum Engine DEFAULT=0 CAFFE=1 CUDNN=2
  1 num_output uint32
  2 bias_term bool = true
  3 pad uint32*
  4 kernel_size uint32*
  6 stride uint32*
  18 dilation uint32*
  9 pad_h uint32
  10 pad_w uint32
  11 kernel_h uint32
  12 kernel_w uint32
  13 stride_h uint32
  14 stride_w uint32
  5 group uint32 = 1
  7 weight_filler FillerParameter
  8 bias_filler FillerParameter
  15 engine Engine = DEFAULT
  16 axis int32 = 1
  17 force_nd_im2col bool
CropParameter
  1 axis int32 = 2
  2 offset uint32*
DataParameter
  enum DB LEVELDB=0 LMDB=1
  1 source string
  4 batch_size uint32
  7 rand_skip uint32
  8 backend DB = LEVELDB
  2 scale float = 1
  3 mean_file string
  5 crop_size uint32
  6 mirror bool
  9 force_encoded_color bool
  10 prefetch uint32 = 4
DropoutParameter
  1 dropout_ratio float = 0.5
DummyDataParameter
  1 data_filler FillerParameter*
  6 shape BlobShape*
  2 num uint32*
  3 channels uint32*
  4 height uint32*
  5 width uint32*
EltwiseParameter
  enum EltwiseOp PROD=0 SUM=1 MAX=2
  1 operation EltwiseOp = SUM
  2 coeff float*
  3 stable_prod_grad bool = true
ELUParameter
  1 alpha float = 1
EmbedParameter
  1 num_output uint32
  2 input_dim uint32
  3 bias_term bool = true
  4 weight_filler FillerParameter
  5 bias_filler FillerParameter
ExpParameter
  1 base float = -1
  2 scale float = 1
  3 shift float
FlattenParameter
  1 axis int32 = 1
  2 end_axis int32 = -1
HDF5DataParameter
  1 source string
  2 batch_size uint32
  3 shuffle bool
HDF5OutputParameter
  1 file_name string
HingeLossParameter
  enum Norm L1=1 L2=2
  1 norm Norm = L1
ImageDataParameter
  1 source string
  4 batch_size uint32 = 1
  7 rand_skip uint32
  8 shuffle bool
  9 new_height uint32
  10 new_width uint32
  11 is_color bool = true
  2 scale float = 1
  3 mean_file string
  5 crop_size uint32
  6 mirror bool
  12 root_folder string
InfogainLossParameter
  1 source string
  2 axis int32 = 1
InnerProductParameter
  1 num_output uint32
  2 bias_term bool = true
  3 weight_filler FillerParameter
  4 bias_filler FillerParameter
  5 axis int32 = 1
  6 transpose bool
InputParameter
  1 shape BlobShape*
"""

__all__ = ["OPTIONS_A_TO_K"]
