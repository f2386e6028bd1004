// The loops of int8 layers for Helium, the vector extension of Armv8.1-M. `vmladav` multiplies 16
// int8 by 16 and adds all products to a general register; the sums are then rescaled, four in a
// vector.
#include "c99/int8/int8_text.h"

namespace weft::c99 {
namespace {

// ---- copies. Tail predication (`wlstp`) makes the last vector compute only with the bytes that
// are left

constexpr std::string_view kCopy =
    R"(static inline void weft_copy(int8_t *to, const int8_t *from, int32_t count)
{
  __asm__ volatile(
      "wlstp.8 lr, %2, 2f\n"
      "1: vldrb.u8 q0, [%1], #16\n"
      "vstrb.8 q0, [%0], #16\n"
      "letp lr, 1b\n"
      "2:\n"
      : "+r"(to), "+r"(from)
      : "r"(count)
      : "lr", "q0", "memory");
}
)";
constexpr std::string_view kFill =
    R"(static inline void weft_fill(int8_t *to, int32_t value, int32_t count)
{
  __asm__ volatile(
      "wlstp.8 lr, %2, 2f\n"
      "vdup.8 q0, %1\n"
      "1: vstrb.8 q0, [%0], #16\n"
      "letp lr, 1b\n"
      "2:\n"
      : "+r"(to)
      : "r"(value), "r"(count)
      : "lr", "q0", "memory");
}
)";

// ---- two channels at four places. r0, r2, r4 and r6 hold the sums of the first channel at the
// places, r8, r10, r12 and lr those of the second: vmladav accumulates only in even registers

constexpr std::string_view kEightHead =
    R"(/* Sums of two channels at `places` of four places, rescaled to y and beside it.
 * w: 16 features of both a step; channels: per pair the biases, multipliers, shifts$residual_table; x:
 * places `pitch` apart, with any 15 elements behind the last. */
)";
constexpr std::string_view kEightParameters =
    "const uint32_t *w, const int32_t *channels, const int8_t *x, int32_t pitch, int32_t steps,\n"
    "    const int32_t *end, int32_t zero, int8_t *y, int32_t filters, int32_t places$residual";

// One step: 16 elements of both filters times 16 elements of four windows. $a is "a" to add to the
// sums, empty to start them.
constexpr std::string_view kEightStep = R"(vldrw.u32 q0, [r1], #16
vldrw.u32 q1, [r1], #16
vldrb.u8 q2, [r3], #16
vmladav$a.s8 r0, q0, q2
vldrb.u8 q3, [r5], #16
vmladav$a.s8 r8, q1, q2
vmladav$a.s8 r2, q0, q3
vldrb.u8 q2, [r9], #16
vmladav$a.s8 r10, q1, q3
vmladav$a.s8 r4, q0, q2
vldrb.u8 q3, [r11], #16
vmladav$a.s8 r12, q1, q2
vmladav$a.s8 r6, q0, q3
vmladav$a.s8 lr, q1, q3
)";

// Adds the residual. r6, r7: the factors of both channels; q6: offsets of the four places.
constexpr std::string_view kEightResidual = R"(ldr r8, [sp, #124]
vpst
vldrbt.s32 q2, [r8, q6]
vmla.s32 q0, q2, r6
add r8, #1
vpst
vldrbt.s32 q2, [r8, q6]
vmla.s32 q1, q2, r7
add r8, #1
str r8, [sp, #124]
)";

// Rescales a vector of sums by both roundings of weft_place. vqrdmulh rounds halves up; subtracting
// one from negative values makes halves go away from zero in the second rounding.
std::string rescaled(std::string_view sums, std::string_view multiplier, std::string_view shift) {
  std::string text =
      "vshr.s32 q2, $q, #31\n"
      "vqrdmulh.s32 $q, $q, $m\n"
      "vadd.i32 $q, $q, q2\n"
      "vrshl.s32 $q, $s\n";
  text = replaced(text, "$q", sums);
  text = replaced(text, "$m", multiplier);
  return replaced(text, "$s", shift);
}

// The whole function, with its stack: w and channels are walked through, x stays.
std::string eight_in_assembly(bool has_residual) {
  std::string text = R"(vpush {d8-d13}
push {r0-r11, lr}
mov r7, r1 @ channels
mov r1, r0 @ w
adds r4, r2, r3 @ where the places are: at sp
adds r5, r4, r3
adds r6, r5, r3
stm sp, {r2, r4, r5, r6}
ldrd r2, r3, [sp, #116] @ filters, places
lsl r3, r3, #1
vctp.16 r3 @ once for all stores
movs r0, #0
vidup.u16 q4, r0, #1 @ where results go: 0, 1, filters, filters + 1, ...
vshr.u16 q5, q4, #1
sub r3, r2, #2
vmla.s16 q4, q5, r3
movs r0, #0
vidup.u32 q6, r0, #1
vmul.i32 q6, q6, r2
ldr r0, [sp, #108] @ zero
vdup.16 q5, r0
str r7, [sp, #108]
1: ldm sp, {r3, r5, r9, r11}
ldr r7, [sp, #100] @ steps
)";
  text += replaced(kEightStep, "$a", "");
  text += "subs r7, r7, #1\nbeq 3f\n2:\n";
  text += replaced(kEightStep, "$a", "a");
  text += R"(subs r7, r7, #1
bne 2b
3: vmov d0, r0, r2
vmov d1, r4, r6
vmov d2, r8, r10
vmov d3, r12, lr
ldrd r12, lr, [sp, #108] @ channels, y
)";
  text += has_residual ? "ldm r12!, {r0, r2, r3, r4, r5, r6, r7}\n"
                       : "ldm r12!, {r0, r2, r3, r4, r5}\n";
  text += "vadd.i32 q0, q0, r0\nvadd.i32 q1, q1, r2\n";
  if (has_residual) text += kEightResidual;
  text += rescaled("q0", "r3", "r5") + "lsr r5, r5, #8\n" + rescaled("q1", "r4", "r5");
  text += R"(vqmovnb.s32 q0, q0
vqmovnt.s32 q0, q1
vqadd.s16 q0, q0, q5
vqmovnb.s16 q0, q0
vpst
vstrbt.16 q0, [lr, q4]
add lr, #2
strd r12, lr, [sp, #108]
ldr r5, [sp, #104] @ end
cmp r12, r5
bne 1b
add sp, #16
pop {r4-r11, lr}
vpop {d8-d13}
bx lr
)";
  return assembly(text);
}

// ---- layers

// A window in int8: copied rows inside the image, the zero point outside.
constexpr std::string_view kGather =
    R"(/* The window at a place, row by row; what is outside the image is the zero point. */
static void weft_gather(
    const struct weft_window_i8 *p, const int8_t *x, int32_t place, int8_t *to)
{
  const int32_t channels = p->channels, length = p->kernel_width * channels;
  const int32_t out_row = place / p->out_width;
  const int32_t left = (place - out_row * p->out_width) * p->stride_width - p->pad_left;
  const int32_t before = left < 0 ? (left < -p->kernel_width ? p->kernel_width : -left) : 0;
  const int32_t past = left + p->kernel_width - p->width;
  const int32_t after = past > 0 ? (past > p->kernel_width ? p->kernel_width : past) : 0;
  const int32_t inside = (p->kernel_width - before - after) * channels;
  int32_t in = out_row * p->stride_height - p->pad_top;
  for (int32_t i = p->kernel_height; i > 0; --i, ++in, to += length) {
    if (in < 0 || in >= p->height || inside <= 0) {
      weft_fill(to, p->zero, length);
      continue;
    }
    weft_copy(to + before * channels, x + (in * p->width + left + before) * channels, inside);
    if (inside == length) continue;
    weft_fill(to, p->zero, before * channels);
    weft_fill(to + length - after * channels, p->zero, after * channels);
  }
}
)";

// Four windows in scratch, then all pairs of filters over them.
constexpr std::string_view kConvolution = R"(/* y of windows of x$and_residual. */
static void $name(
    const struct weft_window_i8 *p, const uint32_t *w, const int32_t *channels, const int8_t *x,
    $residual_parameterint8_t *y, uint32_t *scratch)
{
  const int32_t places = p->out_height * p->out_width, filters = p->filters;
  const int32_t features = p->kernel_height * p->kernel_width * p->channels;
  const int32_t steps = (features + 15) / 16;
  const int32_t *const end = channels + filters / 2 * $words;
  int8_t *const windows = (int8_t *)scratch;
  for (int32_t place = 0; place < places; place += 4) {
    const int32_t count = places - place < 4 ? places - place : 4;
    for (int32_t i = 0; i < count; ++i) weft_gather(p, x, place + i, windows + i * features);
    const int8_t *const from = windows;
    int8_t *const to = y + place * filters;
    $calls
  }
}
)";

// Four places at a time, copied to scratch first, because y may be x.
constexpr std::string_view kPointwise =
    R"(/* A window of one place each$and_residual; y may be x. */
static void $name(
    const struct weft_window_i8 *p, const uint32_t *w, const int32_t *channels, const int8_t *x,
    $residual_parameterint8_t *y, uint32_t *scratch)
{
  const int32_t places = p->out_height * p->out_width, filters = p->filters;
  const int32_t features = p->channels, steps = (features + 15) / 16;
  const int32_t *const end = channels + filters / 2 * $words;
  int8_t *const set_aside = (int8_t *)scratch;
  for (int32_t left = places; left > 0; left -= 4) {
    /* From the last place on where y has more channels, and would overtake x. */
    const int32_t count = left < 4 ? left : 4;
    const int32_t place = filters > features ? left - count : places - left;
    weft_copy(set_aside, x + place * features, count * features);
    const int8_t *const from = set_aside;
    int8_t *const to = y + place * filters;
    $calls
  }
}
)";

constexpr std::string_view kCalls = R"($if$products(
        w, channels, from, features, steps, end, p->out_zero, to, filters, count$argument);)";
// The last filter has no partner: its results go to a buffer and every second one is kept. If it is
// the only filter, the call before is left out.
constexpr std::string_view kLast = R"(
    int8_t last[8];
    $products(
        w + filters / 2 * steps * 8, end, from, features, steps, end + $words, p->out_zero, last, 2,
        count);
    for (int32_t i = 0; i < count; ++i) to[i * filters + filters - 1] = last[2 * i];)";

// A dense layer has one place: four filters at a time share the vectors of x.
constexpr std::string_view kDense =
    R"(/* y[units] of x[features], four units at a time. w: 16 features of each a step; channels: the
 * biases of four, their multipliers, and their shifts in bytes. */
static void weft_dense(
    const uint32_t *w, const int32_t *channels, const int8_t *x, int32_t features, int32_t units,
    int32_t zero2, int8_t *y)
{
  for (; units > 0; units -= 4, channels += 9, y += 4) {
    const int8_t *from = x;
    int32_t a = channels[0], b = channels[1], c = channels[2], d = channels[3];
    __asm__ volatile(
        "dlstp.8 lr, %6\n"
        "1: vldrb.u8 q0, [%4], #16\n"
        "vldrw.u32 q1, [%5], #16\n"
        "vmladava.s8 %0, q0, q1\n"
        "vldrw.u32 q2, [%5], #16\n"
        "vmladava.s8 %1, q0, q2\n"
        "vldrw.u32 q1, [%5], #16\n"
        "vmladava.s8 %2, q0, q1\n"
        "vldrw.u32 q2, [%5], #16\n"
        "vmladava.s8 %3, q0, q2\n"
        "letp lr, 1b\n"
        : "+Te"(a), "+Te"(b), "+Te"(c), "+Te"(d), "+r"(from), "+r"(w)
        : "r"(features)
        : "lr", "q0", "q1", "q2", "memory");
    const int32x4_t sums = {a, b, c, d};
    int32x4_t placed = vqrdmulhq_s32(sums, vldrwq_s32(channels + 4));
    placed = vaddq_s32(placed, vshrq_n_s32(sums, 31));
    placed = vrshlq_s32(placed, vldrbq_s32((const int8_t *)(channels + 8)));
    placed = vaddq_n_s32(placed, zero2 >> 1);
    placed = vmaxq_s32(vminq_s32(placed, vdupq_n_s32(127)), vdupq_n_s32(-128));
    vstrbq_p_s32(y, placed, vctp32q((uint32_t)units));
  }
}
)";

// Fills in what a residual adds to a text.
std::string of_residual(std::string_view text, bool has_residual) {
  std::string out = replaced(text, "$residual_table", has_residual ? ", factors" : "");
  out = replaced(out, "$and_residual", has_residual ? ", and what is added to its sums" : "");
  out = replaced(out, "$residual_parameter", has_residual ? "const int8_t *residual, " : "");
  out = replaced(out, "$residual", has_residual ? ", const int8_t *z" : "");
  out = replaced(out, "$argument", has_residual ? ", residual + place * filters" : "");
  return replaced(out, "$words", has_residual ? "7" : "5");
}

void define_layer(Source& source, std::string_view text, const std::string& name, bool has_residual,
                  bool is_odd) {
  const std::string products = define_helium_products(source, has_residual);
  define_helium_copy(source);
  std::string out =
      replaced(text, "$calls", std::string(kCalls) + std::string(is_odd ? kLast : ""));
  out = replaced(out, "$if", is_odd ? "if (filters > 1) " : "");
  out = replaced(replaced(out, "$name", name), "$products", products);
  define_for_helium(source, name, of_residual(out, has_residual));
}

}  // namespace

void define_helium_fill(Source& source) { define_for_helium(source, "weft_fill", kFill); }
void define_helium_copy(Source& source) { define_for_helium(source, "weft_copy", kCopy); }

std::string define_helium_products(Source& source, bool has_residual) {
  const std::string products =
      has_residual ? "weft_products_of_eight_added" : "weft_products_of_eight";
  const std::string listing = eight_in_assembly(has_residual);
  define_for_helium(
      source, products,
      of_residual(std::string(kEightHead) + "__attribute__((naked, noinline)) static void " +
                      products + "(\n    " + std::string(kEightParameters) + ")\n",
                  has_residual) +
          "{\n  __asm__ volatile(\n" + listing.substr(0, listing.size() - 1) + ");\n}\n");
  return products;
}

void define_helium_convolution(Source& source, const std::string& name, bool has_residual,
                               bool is_odd) {
  define_helium_fill(source);
  define_helium_copy(source);
  define_for_helium(source, "weft_gather", kGather);
  define_layer(source, kConvolution, name, has_residual, is_odd);
}

void define_helium_pointwise(Source& source, const std::string& name, bool has_residual,
                             bool is_odd) {
  define_layer(source, kPointwise, name, has_residual, is_odd);
}

void define_helium_dense(Source& source) { define_for_helium(source, "weft_dense", kDense); }

}  // namespace weft::c99
