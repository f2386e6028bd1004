// The texts. The Helium loops use tail predication (`wlstp`, `letp`): the last vector computes only
// with the elements that are left.
#include "c99/float/float_rows.h"

#include "c99/program/forms.h"

namespace weft::c99 {
namespace {

// y += factor x over a row. The strided form gathers with offsets 0, step, 2 step, 3 step.
constexpr const char* kAddRow =
    R"(#if WEFT_HELIUM_FLOAT
static inline void weft_add_row_f32(float *y, const float *x, float factor, int32_t count)
{
  __asm__ volatile(
      "wlstp.32 lr, %3, 2f\n"
      "1: vldrw.u32 q0, [%1], #16\n"
      "vldrw.u32 q1, [%0]\n"
      "vfma.f32 q1, q0, %2\n"
      "vstrw.32 q1, [%0], #16\n"
      "letp lr, 1b\n"
      "2:\n"
      : "+r"(y), "+r"(x)
      : "r"(factor), "r"(count)
      : "lr", "q0", "q1", "memory");
}
static inline void weft_add_apart_f32(
    float *y, const float *x, int32_t step, float factor, int32_t count)
{
  const uint32x4_t places = vmulq_n_u32(vidupq_n_u32(0, 1), (uint32_t)step);
  __asm__ volatile(
      "wlstp.32 lr, %3, 2f\n"
      "1: vldrw.u32 q0, [%1, %q4, uxtw #2]\n"
      "vldrw.u32 q1, [%0]\n"
      "vfma.f32 q1, q0, %2\n"
      "vstrw.32 q1, [%0], #16\n"
      "add %1, %1, %5, lsl #4\n"
      "letp lr, 1b\n"
      "2:\n"
      : "+r"(y), "+r"(x)
      : "r"(factor), "r"(count), "w"(places), "r"(step)
      : "lr", "q0", "q1", "memory");
}
#else
static inline void weft_add_row_f32(float *y, const float *x, float factor, int32_t count)
{
  for (int32_t i = 0; i < count; ++i) y[i] = weft_fma_f32(factor, x[i], y[i]);
}
static inline void weft_add_apart_f32(
    float *y, const float *x, int32_t step, float factor, int32_t count)
{
  for (int32_t i = 0; i < count; ++i) y[i] = weft_fma_f32(factor, x[i * step], y[i]);
}
#endif
)";

// Four sums at a time: a fused multiply-add waits for the one before it in the same chain, so four
// chains keep the unit busy.
constexpr const char* kFourDots =
    R"(#if WEFT_HELIUM_FLOAT
static inline float weft_sum_of_four_f32(float32x4_t x)
{
  return (vgetq_lane_f32(x, 0) + vgetq_lane_f32(x, 1)) +
         (vgetq_lane_f32(x, 2) + vgetq_lane_f32(x, 3));
}
static inline void weft_four_dots_f32(
    const float *x, const float *y, int32_t step, int32_t count, float *sums)
{
  const float *y1 = y + step, *y2 = y1 + step, *y3 = y2 + step;
  float32x4_t s0 = vdupq_n_f32(0), s1 = s0, s2 = s0, s3 = s0;
  __asm__ volatile(
      "wlstp.32 lr, %9, 2f\n"
      "1: vldrw.u32 q0, [%4], #16\n"
      "vldrw.u32 q1, [%5], #16\n"
      "vfma.f32 %q0, q0, q1\n"
      "vldrw.u32 q2, [%6], #16\n"
      "vfma.f32 %q1, q0, q2\n"
      "vldrw.u32 q1, [%7], #16\n"
      "vfma.f32 %q2, q0, q1\n"
      "vldrw.u32 q2, [%8], #16\n"
      "vfma.f32 %q3, q0, q2\n"
      "letp lr, 1b\n"
      "2:\n"
      : "+w"(s0), "+w"(s1), "+w"(s2), "+w"(s3), "+r"(x), "+r"(y), "+r"(y1), "+r"(y2), "+r"(y3)
      : "r"(count)
      : "lr", "q0", "q1", "q2", "memory");
  sums[0] = weft_sum_of_four_f32(s0);
  sums[1] = weft_sum_of_four_f32(s1);
  sums[2] = weft_sum_of_four_f32(s2);
  sums[3] = weft_sum_of_four_f32(s3);
}
#else
static inline void weft_four_dots_f32(
    const float *x, const float *y, int32_t step, int32_t count, float *sums)
{
  const float *const y1 = y + step, *const y2 = y1 + step, *const y3 = y2 + step;
  float s0 = 0, s1 = 0, s2 = 0, s3 = 0; /* four, because each waits for itself */
  for (int32_t l = 0; l < count; ++l) {
    s0 = weft_fma_f32(x[l], y[l], s0);
    s1 = weft_fma_f32(x[l], y1[l], s1);
    s2 = weft_fma_f32(x[l], y2[l], s2);
    s3 = weft_fma_f32(x[l], y3[l], s3);
  }
  sums[0] = s0;
  sums[1] = s1;
  sums[2] = s2;
  sums[3] = s3;
}
#endif
)";

}  // namespace

void define_add_row(Source& source) {
  define_forms(source);
  source.define("weft_add_row_f32", kAddRow);
}

void define_four_dots(Source& source) {
  define_forms(source);
  source.define("weft_four_dots_f32", kFourDots);
}

}  // namespace weft::c99
