// Volumes (N, C, D, H, W) as images whose channels are slices of the depth, so that convolutions of
// volumes are convolutions of images; and the adjoint.
#include "c99/program/emitter.h"
#include "ops/problems/depth_problem.h"

namespace weft::c99 {
namespace {

// Image `image` of sample n gets channels (c, k): slice image * stride + k * dilation - pad of
// channel c, or zeros beyond the volume.
constexpr const char* kUnfold =
    R"(/* Channel c kernel + k of an image is a slice of channel c; planes are counted in bytes. */
static void weft_unfold_depth(
    int32_t batch, int32_t channels, int32_t slices, int32_t images, int32_t kernel,
    int32_t stride, int32_t pad, int32_t dilation, int32_t plane, const void *x, void *y)
{
  char *to = y;
  for (int32_t n = 0; n < batch; ++n)
    for (int32_t image = 0; image < images; ++image)
      for (int32_t c = 0; c < channels; ++c) {
        const char *const from = (const char *)x + (n * channels + c) * slices * plane;
        for (int32_t k = 0; k < kernel; ++k, to += plane) {
          const int32_t slice = image * stride + k * dilation - pad;
          if (slice < 0 || slice >= slices)
            memset(to, 0, (size_t)plane);
          else
            memcpy(to, from + slice * plane, (size_t)plane);
        }
      }
}
)";

// Each slice sums up the channels that it was copied to.
constexpr const char* kFold =
    R"(/* What weft_unfold_depth takes back; planes are counted in elements. */
static void weft_fold_depth_f32(
    int32_t batch, int32_t channels, int32_t slices, int32_t images, int32_t kernel,
    int32_t stride, int32_t pad, int32_t dilation, int32_t plane, const float *y, float *x)
{
  for (int32_t n = 0; n < batch; ++n)
    for (int32_t c = 0; c < channels; ++c)
      for (int32_t slice = 0; slice < slices; ++slice, x += plane) {
        memset(x, 0, (size_t)plane * sizeof *x);
        for (int32_t k = 0; k < kernel; ++k) {
          const int32_t start = slice + pad - k * dilation;
          if (start < 0 || start % stride || start / stride >= images) continue;
          const int32_t image = n * images + start / stride;
          const float *const from = y + ((image * channels + c) * kernel + k) * plane;
          for (int32_t i = 0; i < plane; ++i) x[i] += from[i];
        }
      }
}
)";

std::string numbers_of(const kernels::Depth& p, int64_t plane) {
  std::string text;
  for (const int64_t number :
       {p.batch, p.channels, p.slices, p.images, p.kernel, p.stride, p.pad, p.dilation, plane})
    text += std::to_string(number) + ", ";
  return text;
}

// Slices are copied as bytes.
Result<executor::TargetKernel> any_dtype(const ops::SlotTypes&) { return executor::TargetKernel{}; }

Status emit_unfold(Call& call) {
  const DType dtype = call.in(0).dtype;
  WEFT_ASSIGN(const kernels::Depth p,
              ops::depth_problem(call.attributes(), dtype, call.in(0).shape));
  call.source().define("weft_unfold_depth", kUnfold);
  const std::string numbers = numbers_of(p, p.plane * size_of(dtype));
  call.line("weft_unfold_depth(" + numbers + call.read(0) + ", " + call.write() + ");");
  return {};
}

Status emit_fold(Call& call) {
  WEFT_ASSIGN(const kernels::Depth p,
              ops::depth_problem(call.attributes(), DType::kFloat32, call.out().shape));
  call.source().define("weft_fold_depth_f32", kFold);
  call.line("weft_fold_depth_f32(" + numbers_of(p, p.plane) + call.read(0) + ", " + call.write() +
            ");");
  return {};
}

}  // namespace

WEFT_EMITTER(unfold_depth, any_dtype, emit_unfold);
WEFT_EMITTER(fold_depth, dense_float32, emit_fold);

}  // namespace weft::c99
