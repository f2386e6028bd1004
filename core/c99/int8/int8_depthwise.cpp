// 3 x 3 depthwise convolutions of int8 images (one filter for each channel), for Armv7E-M and in C.
//
// One channel at a time: its rows are widened into scratch, where neighbours are the two 16-bit
// lanes of a word. Results may go where the channel's elements were, so y may be x. Scratch holds a
// few rows; those that the next row tile needs again stay there.
#include "c99/int8/int8_text.h"

namespace weft::c99 {
namespace {

// All of a filter in registers' reach: lr points at it.
constexpr std::string_view kFilter = R"(struct weft_filter {
  uint32_t taps[6]; /* by row: lanes 0 and 1, lanes 1 and 2 */
  int32_t bias, multiplier, added, right; /* added: what rounds and places */
  int32_t step, row; /* of y: between places, between rows */
};
)";

constexpr std::string_view kHead =
    R"(/* Rows of a channel of y: each of `count` places, from three rows of x, pitch bytes apart. */
)";
constexpr std::string_view kParameters =
    "const uint32_t *x, int32_t pitch, const struct weft_filter *f, int32_t count, int8_t *y,\n"
    "    int32_t rows";

// ---- Armv7E-M. Registers: r0 x, r1 pitch, r3 places left, r12 y, lr the filter; r8 to r11 sums

// One row of the window for four, or two, neighbouring places: smlad takes taps 0 and 1 from an
// aligned word, smlabt, smlatb the taps that straddle words.
constexpr std::string_view kFour = R"(ldmia r0, {r4, r5, r6}
ldrd r2, r7, [lr, #$at]
add r0, r0, r1
smlad r8, r4, r2, r8
smlabt r8, r5, r7, r8
smlatb r9, r4, r2, r9
smlad r9, r5, r7, r9
smlad r10, r5, r2, r10
smlabt r10, r6, r7, r10
smlatb r11, r5, r2, r11
smlad r11, r6, r7, r11
)";
constexpr std::string_view kTwo = R"(ldrd r4, r5, [r0]
ldrd r2, r7, [lr, #$at]
add r0, r0, r1
smlad r8, r4, r2, r8
smlabt r8, r5, r7, r8
smlatb r9, r4, r2, r9
smlad r9, r5, r7, r9
)";
constexpr std::string_view kTwoOfStride2 = R"(ldmia r0, {r4, r5, r6}
ldrd r2, r7, [lr, #$at]
add r0, r0, r1
smlad r8, r4, r2, r8
smlabt r8, r5, r7, r8
smlad r9, r5, r2, r9
smlabt r9, r6, r7, r9
)";

std::string rows_of(std::string_view row) {
  return replaced(row, "$at", "0") + replaced(row, "$at", "8") + replaced(row, "$at", "16");
}

// Loads the constants, and moves x back from its three rows to the next places.
std::string scales_and_back(int bytes) {
  return "ldrd r6, r7, [lr, #28]\nldr r2, [lr, #36]\nldr r5, [sp, #8]\nsub r0, r0, r1, lsl #1\n"
         "sub r0, r0, r1\nadd r0, r0, #" +
         std::to_string(bytes) + "\n";
}

// Rescales a sum as weft_place does.
std::string place(std::string_view to, std::string_view sum) {
  std::string text =
      "lsl $v, $v, #1\nsmmlar $to, $v, r6, r7\nadd $to, $to, $v, asr #31\nasr $to, $to, r2\n"
      "ssat $to, #8, $to, asr #1\n";
  text = replaced(text, "$to", to);
  return replaced(text, "$v", sum);
}

// If one last place is left over, the step between results becomes 0: its two results go to the
// same address, and the second one is overwritten.
std::string two_places(int stride) {
  std::string text = "4: ldr r8, [lr, #24]\nmov r9, r8\n";
  text += rows_of(stride == 1 ? kTwo : kTwoOfStride2) + scales_and_back(4 * stride);
  text += place("r4", "r8") + place("r8", "r9");
  text += R"(strb r8, [r12, r5]
strb r4, [r12]
add r12, r12, r5, lsl #1
subs r3, r3, #2
cmp r3, #1
bgt 4b
blt 5f
6: mov r5, #0
str r5, [sp, #8]
b 4b
)";
  return text;
}

// Four places at a time where the stride is 1.
std::string four_places() {
  std::string text = "2: ldr r8, [lr, #24]\nmov r9, r8\nmov r10, r8\nmov r11, r8\n";
  text += rows_of(kFour) + scales_and_back(8);
  text += place("r4", "r8") + "strb r4, [r12]\n" + place("r4", "r9") + "strb r4, [r12, r5]\n";
  text += "add r12, r12, r5, lsl #1\n";
  text += place("r4", "r10") + "strb r4, [r12]\n" + place("r4", "r11") + "strb r4, [r12, r5]\n";
  text += R"(add r12, r12, r5, lsl #1
subs r3, r3, #4
bge 2b
3: adds r3, r3, #4
beq 5f
)";
  return text;
}

std::string in_assembly(int stride) {
  std::string text = R"(push {r0-r11, lr}
mov lr, r2
1: ldr r0, [sp]
ldr r3, [sp, #12] @ count
ldr r12, [sp, #52] @ y
ldr r5, [lr, #40]
str r5, [sp, #8] @ the step
)";
  if (stride == 1) text += "subs r3, r3, #4\nblt 3f\n" + four_places();
  text += "cmp r3, #1\nbeq 6f\n" + two_places(stride);
  text += "5: ldr r0, [sp]\nadd r0, r0, r1";
  text += stride == 2 ? ", lsl #1\n" : "\n";
  text += R"(str r0, [sp]
ldr r5, [lr, #44]
ldrd r2, r3, [sp, #52] @ y, rows
add r2, r2, r5
subs r3, r3, #1
strd r2, r3, [sp, #52]
bne 1b
add sp, #16
pop {r4-r11, pc}
)";
  return assembly(text);
}

// The same in C.
constexpr std::string_view kPortable = R"({
  for (; rows > 0; --rows, x += $stride * pitch / 4, y += f->row)
    for (int32_t i = 0; i < count; ++i) {
      uint32_t sum = (uint32_t)f->bias;
      const uint32_t *pair = x + $stride * i / 2, *taps = f->taps;
      for (int32_t k = 0; k < 3; ++k, pair += pitch / 4, taps += 2) {
        const int32_t first = weft_low(taps[0]), second = weft_high(taps[0]);
        const int32_t third = weft_high(taps[1]);
        $lanes
      }
      $store
    }
}
)";

// The lanes of one row of the window. With stride 1 every second place begins at the second lane of
// a word.
constexpr std::string_view kLanes1 = R"(if (i % 2)
          sum += (uint32_t)(weft_high(pair[0]) * first + weft_low(pair[1]) * second +
                            weft_high(pair[1]) * third);
        else
          sum += (uint32_t)(weft_low(pair[0]) * first + weft_high(pair[0]) * second +
                            weft_low(pair[1]) * third);)";
constexpr std::string_view kLanes2 =
    R"(sum += (uint32_t)(weft_low(pair[0]) * first + weft_high(pair[0]) * second +
                          weft_low(pair[1]) * third);)";

// The rescaling for proven sums, and for all others.
constexpr std::string_view kProven =
    "y[i * f->step] = weft_place(\n          (int32_t)(2 * sum), f->multiplier, f->right, f->added "
    ">> f->right);";
constexpr std::string_view kUnproven =
    "const int32_t zero = f->added, y0 = weft_rescale((int32_t)sum, f->multiplier, f->right);\n"
    "      y[i * f->step] = (int8_t)(weft_clamp(y0, -128 - zero, 127 - zero) + zero);";

// A row begins with padding, if there is some, and is filled up with the zero point.
constexpr std::string_view kWidenRow =
    R"(/* A row of a channel as lanes, behind the lanes of padding, up to `end`. */
static void weft_widen_row(
    const struct weft_window_i8 *p, const int8_t *x, uint32_t *to, const uint32_t *end)
{
  const uint32_t pads = ((uint32_t)p->zero & 0xffffu) * 0x10001u;
  const int32_t step = p->channels, room = 2 * (int32_t)(end - to) - p->pad_left;
  int32_t left = p->width < room ? p->width : room;
  if (p->pad_left > 0) {
    *to++ = (pads & 0xffffu) | (uint32_t)*x << 16;
    x += step;
    --left;
  }
  for (; left >= 4; left -= 4, x += 4 * step, to += 2) {
    to[0] = ((uint32_t)x[0] & 0xffffu) | (uint32_t)x[step] << 16;
    to[1] = ((uint32_t)x[2 * step] & 0xffffu) | (uint32_t)x[3 * step] << 16;
  }
  for (; left >= 2; left -= 2, x += 2 * step)
    *to++ = ((uint32_t)x[0] & 0xffffu) | (uint32_t)x[step] << 16;
  if (left > 0) *to++ = ((uint32_t)x[0] & 0xffffu) | (pads & 0xffff0000u);
  while (to != end) *to++ = pads;
}
)";

constexpr std::string_view kScales = R"(f.right = weft_low_byte(channels[4] >> 8);
    f.added = (2 * p->out_zero + 1) * (1 << f.right);)";
// Here the shift stays as it is, and `added` is the zero point.
constexpr std::string_view kWideScales = R"(f.right = weft_low_byte(channels[4] >> 8);
    f.added = p->out_zero;)";

// Channel by channel: unpack the filter, then row tiles of `steps` rows.
constexpr std::string_view kDepthwise =
    R"(/* channels: bias, multiplier, nine taps and the right shift in bytes; $over. The scratch has
 * the rows of a band of `steps` rows of y. */
static void $name(
    const struct weft_window_i8 *p, const uint32_t *channels, const int8_t *x, int8_t *y,
    uint32_t *scratch)
{
  const int32_t words = ((p->out_width - 1) * $stride + 6) / 2, step = $filters;
  const uint32_t pads = ((uint32_t)p->zero & 0xffffu) * 0x10001u;
  for (int32_t channel = 0; channel < step; ++channel, channels += 5) {
    struct weft_filter f;
    for (int32_t row = 0; row < 3; ++row) {
      int32_t taps[3];
      for (int32_t k = 0; k < 3; ++k)
        taps[k] = weft_low_byte(channels[2 + (3 * row + k) / 4] >> (3 * row + k) % 4 * 8);
      f.taps[2 * row] = ((uint32_t)taps[0] & 0xffffu) | (uint32_t)taps[1] << 16;
      f.taps[2 * row + 1] = ((uint32_t)taps[1] & 0xffffu) | (uint32_t)taps[2] << 16;
    }
    f.bias = (int32_t)channels[0];
    f.multiplier = (int32_t)channels[1];
    $scales
    f.step = step;
    f.row = p->out_width * step;
    int32_t in = -p->pad_top;
    uint32_t *to = scratch;
    for (int32_t out = 0; out < p->out_height;) {
      const int32_t left = p->out_height - out, rows = left < p->steps ? left : p->steps;
      const int32_t last = (out + rows - 1) * $stride + 3 - p->pad_top;
      for (; in < last; ++in, to += words) {
        if (in >= 0 && in < p->height)
          weft_widen_row(p, x + in * p->width * p->channels + $from, to, to + words);
        else
          for (int32_t i = 0; i < words; ++i) to[i] = pads;
      }
      $rows(scratch, 4 * words, &f, p->out_width, y + out * f.row + channel, rows);
      out += rows;
      memmove(scratch, scratch + rows * $stride * words, (size_t)((3 - $stride) * words) * 4);
      to = scratch + (3 - $stride) * words;
    }
  }
}
)";

}  // namespace

std::string define_depthwise(Source& source, int stride, bool is_proven, bool is_many) {
  define_place(source);
  define_window(source);
  define_without_helium(source, "weft_filter", kFilter);
  const std::string number = std::to_string(stride) + (is_proven ? "" : "_wide");
  const std::string rows = "weft_depthwise_rows_" + number;
  const std::string head = rows + "(\n    " + std::string(kParameters) + ")\n";
  std::string portable =
      "static void " + head + replaced(kPortable, "$stride", std::to_string(stride));
  portable = replaced(portable, "$lanes", stride == 1 ? kLanes1 : kLanes2);
  portable = replaced(portable, "$store", is_proven ? kProven : kUnproven);
  if (is_proven) {
    const std::string listing = in_assembly(stride);
    portable = "#if WEFT_DSP\n__attribute__((naked, noinline)) static void " + head +
               "{\n  __asm__ volatile(\n" + listing.substr(0, listing.size() - 1) +
               ");\n}\n#else\n" + portable + "#endif\n";
  } else {
    define_rescale(source);
  }
  define_without_helium(source, rows, std::string(kHead) + portable);
  define_without_helium(source, "weft_widen_row", kWidenRow);
  const std::string name = "weft_depthwise_3x3_s" + number + (is_many ? "_many" : "");
  const std::string_view from = is_many ? "channel / (p->filters / p->channels)" : "channel";
  const std::string_view filters = is_many ? "p->filters" : "p->channels";
  std::string layer = replaced(kDepthwise, "$stride", std::to_string(stride));
  layer = replaced(layer, "$scales", is_proven ? kScales : kWideScales);
  layer = replaced(layer, "$rows", rows);
  layer = replaced(replaced(layer, "$from", from), "$filters", filters);
  layer = replaced(layer, "$over", is_many ? "of each filter of y" : "y may be x");
  define_without_helium(source, name, replaced(layer, "$name", name));
  define_helium_depthwise(source, name, stride, is_proven, from, filters);
  return name;
}

}  // namespace weft::c99
