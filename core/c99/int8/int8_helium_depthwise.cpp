// 3 x 3 depthwise convolutions of int8 images for Helium.
//
// One channel at a time: four rows of it lie in scratch column by column, so that a vector is a
// patch of 4 x 4 elements and one instruction sums a window. The taps lie in the same order;
// shifted by one byte they are those of the window one row below, by one word those of the window
// one column beside. Rows enter and leave two at a time, so rows behind are no longer needed: y may
// be x.
#include "c99/int8/int8_text.h"

namespace weft::c99 {
namespace {

constexpr std::string_view kFilter = R"(struct weft_filter {
  uint32_t taps[2][5]; /* by column between zeros, of rows 0 to 2 and 1 to 3 */
  int32_t bias, multiplier, shift, zero, step; /* step: of y between calls of places */
  uint32_t at[4]; /* of y: where the sums go */
};
)";

constexpr std::string_view kHead =
    R"(/* `count` times four places of a channel of y from columns of four rows of x: $which. Of those
 * after the last time only which `last` has. */
__attribute__((naked, noinline)) static void $name(
    const uint32_t *x, const struct weft_filter *f, int8_t *y, int32_t count, uint32_t mask,
    uint32_t last)
)";

// Sums of four windows. Stride 1: two columns in each of two rows, from one patch with four
// arrangements of the taps. Stride 2: one row, four patches.
constexpr std::string_view kSums1 = R"(vldrw.u32 q0, [r0], #8
vmladav.s8 r4, q0, q1
vmladav.s8 r6, q0, q2
vmladav.s8 r8, q0, q3
vmladav.s8 r12, q0, q4
)";
constexpr std::string_view kSums2 = R"(vldrw.u32 q0, [r0], #8
vmladav.s8 r4, q0, q1
vldrw.u32 q2, [r0], #8
vmladav.s8 r6, q2, q1
vldrw.u32 q0, [r0], #8
vmladav.s8 r8, q0, q1
vldrw.u32 q2, [r0], #8
vmladav.s8 r12, q2, q1
)";

// Rescaling as in weft_place.
constexpr std::string_view kProven = R"(vshr.s32 q6, q0, #31
vqrdmulh.s32 q0, q0, r3
vadd.i32 q0, q0, q6
vrshl.s32 q0, r5
)";
// Rescaling as in weft_rescale; r11: the left shift, q7: the right shift, negative.
constexpr std::string_view kUnproven = R"(vshl.s32 q0, r11
vqrdmulh.s32 q0, q0, r3
vand q6, q0, q7
vshr.s32 q6, q6, #31
vqadd.s32 q0, q0, q6
vrshl.s32 q0, r5
)";
constexpr std::string_view kSplitShift = R"(bic r11, r5, r5, asr #31
and r5, r5, r5, asr #31
vdup.32 q7, r5
)";

// The whole function: `count` times four places, then once more with `last` as the mask of lanes.
std::string in_assembly(int stride, bool is_proven) {
  std::string text = R"(push {r4-r11, lr}
vpush {d8-d15}
ldrd r4, r10, [sp, #100] @ mask, last
vmsr p0, r4
vldrw.u32 q1, [r1, #4]
)";
  if (stride == 1) text += "vldrw.u32 q2, [r1]\nvldrw.u32 q3, [r1, #24]\nvldrw.u32 q4, [r1, #20]\n";
  text += R"(vldrw.u32 q5, [r1, #60]
wls lr, r3, 3f
1: add r1, #40
ldm r1, {r1, r3, r5, r7, r9}
)";
  if (!is_proven) text += kSplitShift;
  text += "2:\n";
  text += stride == 1 ? kSums1 : kSums2;
  text += "vmov d0, r4, r6\nvmov d1, r8, r12\nvadd.i32 q0, q0, r1\n";
  text += is_proven ? kProven : kUnproven;
  text += R"(vqadd.s32 q0, q0, r7
vqmovnb.s32 q0, q0
vqmovnb.s16 q0, q0
vpst
vstrbt.32 q0, [r2, q5]
add r2, r2, r9
le lr, 2b
cmp r10, #0
beq 4f
vmsr p0, r10
mov r10, #0
mov lr, #1
b 2b
3: vmsr p0, r10
mov r10, #0
mov lr, #1
b 1b
4: vpop {d8-d15}
pop {r4-r11, pc}
)";
  return assembly(text);
}

// The patch moves down two rows: each column word drops its upper two bytes and gets two new ones.
constexpr std::string_view kPush =
    R"(/* Two rows of elements, `step` apart, behind the last two of `count` columns. What is no row of
 * the image is p->zero. */
static inline void weft_push_rows(
    const struct weft_window_i8 *p, const int8_t *x, int32_t row, uint32_t *to, int32_t count)
{
  const int8_t zero = (int8_t)p->zero;
  const int32_t is_first = row >= 0 && row < p->height, is_second = row >= -1 && row + 1 < p->height;
  const uint32_t step = (uint32_t)p->channels;
  const uint32_t first_step = is_first ? step : 0, second_step = is_second ? step : 0;
  const int8_t *first = is_first ? x + row * p->width * p->channels : &zero;
  const int8_t *second = is_second ? x + (row + 1) * p->width * p->channels : &zero;
  const uint32x4_t places = vidupq_n_u32(0, 1);
  __asm__ volatile(
      "wlstp.32 lr, %3, 2f\n"
      "1: vldrw.u32 q0, [%0]\n"
      "vldrb.u32 q1, [%1, %q4]\n"
      "vldrb.u32 q2, [%2, %q5]\n"
      "vshr.u32 q0, q0, #16\n"
      "vsli.32 q0, q1, #16\n"
      "vsli.32 q0, q2, #24\n"
      "vstrw.32 q0, [%0], #16\n"
      "add %1, %1, %6, lsl #2\n"
      "add %2, %2, %7, lsl #2\n"
      "letp lr, 1b\n"
      "2:\n"
      : "+r"(to), "+r"(first), "+r"(second)
      : "r"(count), "w"(vmulq_n_u32(places, first_step)), "w"(vmulq_n_u32(places, second_step)),
        "r"(first_step), "r"(second_step)
      : "lr", "q0", "q1", "q2", "memory");
}
)";

// tap_bytes sorts the taps by column and puts a zero (byte 10) behind each column.
constexpr std::string_view kDepthwise =
    R"(/* channels: bias, multiplier, nine taps and the shift in bytes; y may be x. */
static void $name(
    const struct weft_window_i8 *p, const uint32_t *channels, const int8_t *x, int8_t *y,
    uint32_t *scratch)
{
  static const uint8_t tap_bytes[16] = {0, 3, 6, 10, 1, 4, 7, 10, 2, 5, 8, 10, 10, 10, 10, 10};
  const int32_t step = $filters, row = p->out_width * step;
  const int32_t columns = (p->out_width + $mask) / $places * $places * $stride + 3 - $stride;
  const int32_t room = columns - p->pad_left, count = p->width < room ? p->width : room;
  const int32_t times = p->out_width / $places, rest = p->out_width % $places;
  struct weft_filter f = {.zero = p->out_zero, .step = $places * step};
  for (int32_t i = 0; i < 4; ++i) f.at[i] = (uint32_t)($at);
  for (int32_t channel = 0; channel < step; ++channel, channels += 5) {
    const uint32x4_t taps = vreinterpretq_u32_u8(
        vldrbq_gather_offset_u8((const uint8_t *)(channels + 2), vldrbq_u8(tap_bytes)));
    vstrwq_u32(f.taps[0] + 1, taps);
    vstrwq_u32(f.taps[1] + 1, vshlq_n_u32(taps, 8));
    f.bias = (int32_t)channels[0];
    f.multiplier = (int32_t)channels[1];
    f.shift = $shift;
    weft_fill((int8_t *)scratch, p->zero, 4 * columns);
    int32_t in = -p->pad_top;
    weft_push_rows(p, x + $from, in, scratch + p->pad_left, count);
    for (int32_t out = 0; out < p->out_height; out += $rows) {
      const uint32_t mask = $row_mask;
      in += 2;
      weft_push_rows(p, x + $from, in, scratch + p->pad_left, count);
      $sums(scratch, &f, y + out * row + channel, times, mask, $rest);
    }
  }
}
)";

}  // namespace

void define_helium_depthwise(Source& source, const std::string& name, int stride, bool is_proven,
                             std::string_view from, std::string_view filters) {
  define_for_helium(source, "weft_filter", kFilter);
  define_helium_fill(source);
  define_for_helium(source, "weft_push_rows", kPush);
  const std::string number = std::to_string(stride) + (is_proven ? "" : "_wide");
  const std::string sums = "weft_depthwise_sums_" + number;
  std::string head = replaced(kHead, "$name", sums);
  head = replaced(head, "$which", stride == 1 ? "two in each of two rows" : "all in one row");
  const std::string listing = in_assembly(stride, is_proven);
  define_for_helium(
      source, sums,
      head + "{\n  __asm__ volatile(\n" + listing.substr(0, listing.size() - 1) + ");\n}\n");
  std::string text = replaced(kDepthwise, "$name", name);
  text = replaced(text, "$sums", sums);
  text = replaced(replaced(text, "$from", from), "$filters", filters);
  text = replaced(text, "$stride", std::to_string(stride));
  text = replaced(text, "$places", stride == 1 ? "2" : "4");
  text = replaced(text, "$mask", stride == 1 ? "1" : "3");
  text = replaced(text, "$rows", stride == 1 ? "2" : "1");
  text = replaced(text, "$at", stride == 1 ? "i % 2 * step + i / 2 * row" : "i * step");
  text = replaced(text, "$row_mask",
                  stride == 1 ? "out + 1 < p->out_height ? 0xffff : 0xff" : "0xffff");
  text = replaced(text, "$rest", stride == 1 ? "rest ? mask & 0xf0f : 0" : "(1u << 4 * rest) - 1");
  text = replaced(
      text, "$shift",
      is_proven ? "-1 - weft_low_byte(channels[4] >> 8)" : "weft_low_byte(channels[4] >> 8)");
  define_for_helium(source, name, text);
}

}  // namespace weft::c99
