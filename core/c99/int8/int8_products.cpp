// Sums of products of int8 in assembly and in C: the loops in which a network spends most of its
// instructions.
#include "c99/int8/int8_text.h"

namespace weft::c99 {
namespace {

// Assembly of weft_place: high half of multiplier times 2 v, plus the rounding and the zero point,
// minus one for negative v (so halves go away from zero), then shift and saturate.
std::string place(std::string_view to, std::string_view twice, std::string_view multiplier,
                  std::string_view added, std::string_view right) {
  std::string text =
      "smmlar $to, $v, $m, $a\n"
      "add $to, $to, $v, asr #31\n"
      "asr $to, $to, $r\n"
      "ssat $to, #8, $to, asr #1\n";
  text = replaced(text, "$to", to);
  text = replaced(text, "$v", twice);
  text = replaced(text, "$m", multiplier);
  text = replaced(text, "$a", added);
  return replaced(text, "$r", right);
}

// ---- two channels at two places: one load of weights serves two windows

constexpr std::string_view kTwoHead =
    R"(/* Sums of two channels at two places, rescaled to y0 and y1.
 * w: four pairs of channels and features a step and half; channels: per pair 256 b + a of the
 * biases, that of a, $residual_table multipliers, shifts; x: per pair of features two places' lanes;
 * zero2: twice the zero point and 1. */
)";

constexpr std::string_view kTwoParameters =
    "const uint32_t *w, const int32_t *channels, const uint32_t *x, int32_t steps,\n"
    "    const int32_t *end, int32_t zero2, int8_t *y0, int8_t *y1$residual";

// Half a step. r0 walks w, r12 walks x. r8 and r9 add the combined lanes (256 b + a), r10 and r11
// the low bytes, a. `sxtb16` takes the low bytes out.
constexpr std::string_view kTwoStep = R"(ldmia r0!, {r2, r3}
ldmia r12!, {r4, r5, r6, r7}
smlad r8, r4, r2, r8
smlad r9, r5, r2, r9
sxtb16 r2, r2
smlad r10, r4, r2, r10
smlad r11, r5, r2, r11
smlad r8, r6, r3, r8
smlad r9, r7, r3, r9
sxtb16 r3, r3
smlad r10, r6, r3, r10
smlad r11, r7, r3, r11
)";

// Adds residual times factor to the sums, which are doubled already, as the factors are.
constexpr std::string_view kTwoResidual = R"(ldrd r2, r3, [sp, #60] @ the residual's places
ldmia r1!, {r4, r5} @ and twice its factors
ldrsb r6, [r2], #1
ldrsb r7, [r2], #1
ldrsb r12, [r3], #1
ldrsb lr, [r3], #1
strd r2, r3, [sp, #60]
mla r10, r6, r4, r10
mla r8, r7, r5, r8
mla r11, r12, r4, r11
mla r9, lr, r5, r9
)";

// The whole function. Sums of b are ((combined - a) >> 8); shifted by 7 they come out doubled.
std::string two_in_assembly(bool has_residual) {
  std::string text = R"(push {r2-r11, lr}
1: ldrd r12, lr, [sp] @ x, steps
ldmia r1!, {r8, r10}
mov r9, r8
mov r11, r10
2:
)";
  text += kTwoStep;
  text += "subs lr, lr, #1\n";
  text += kTwoStep;
  text += R"(bne 2b
sub r8, r8, r10
sub r9, r9, r11
asr r8, r8, #7 @ twice the sums of b: r8, r9
asr r9, r9, #7
lsl r10, r10, #1 @ and of a: r10, r11
lsl r11, r11, #1
)";
  if (has_residual) text += kTwoResidual;
  text += R"(ldmia r1!, {r2, r3, r4}
ldr r5, [sp, #48] @ zero2
uxtb r12, r4
lsr r4, r4, #8
lsl r6, r5, r12
lsl r5, r5, r4
)";
  text += place("r7", "r10", "r2", "r6", "r12") + place("r10", "r11", "r2", "r6", "r12");
  text += place("r11", "r8", "r3", "r5", "r4") + place("r8", "r9", "r3", "r5", "r4");
  text += R"(ldrd r2, r3, [sp, #52] @ y0, y1
ldr r4, [sp, #44] @ end
strb r7, [r2], #1
strb r11, [r2], #1
strb r10, [r3], #1
strb r8, [r3], #1
strd r2, r3, [sp, #52]
cmp r1, r4
bne 1b
add sp, #8
pop {r4-r11, pc}
)";
  return assembly(text);
}

// The same in C, for compilers without the DSP instructions.
constexpr std::string_view kTwoPortable = R"({
  for (; channels != end; channels += $words) {
    uint32_t b0 = (uint32_t)channels[0], b1 = b0, a0 = (uint32_t)channels[1], a1 = a0;
    for (int32_t k = 0; k < 8 * steps; k += 2, ++w) {
      const int32_t low = weft_low(*w), high = weft_high(*w);
      const int32_t low_a = weft_low_byte(*w), high_a = weft_low_byte(*w >> 16);
      b0 += (uint32_t)(weft_low(x[k]) * low) + (uint32_t)(weft_high(x[k]) * high);
      b1 += (uint32_t)(weft_low(x[k + 1]) * low) + (uint32_t)(weft_high(x[k + 1]) * high);
      a0 += (uint32_t)(weft_low(x[k]) * low_a + weft_high(x[k]) * high_a);
      a1 += (uint32_t)(weft_low(x[k + 1]) * low_a + weft_high(x[k + 1]) * high_a);
    }
    const int32_t twice_a0 = (int32_t)(2 * a0)$a0, twice_a1 = (int32_t)(2 * a1)$a1;
    const int32_t twice_b0 = ((int32_t)(b0 - a0) >> 7)$b0, twice_b1 = ((int32_t)(b1 - a1) >> 7)$b1;
    const int32_t *const scales = channels + $words - 3;
    const int32_t right_a = scales[2] & 255, right_b = scales[2] >> 8;
    *y0++ = weft_place(twice_a0, scales[0], right_a, zero2);
    *y0++ = weft_place(twice_b0, scales[1], right_b, zero2);
    *y1++ = weft_place(twice_a1, scales[0], right_a, zero2);
    *y1++ = weft_place(twice_b1, scales[1], right_b, zero2);$next
  }
}
)";

std::string two_portable(bool has_residual) {
  std::string text = replaced(kTwoPortable, "$words", has_residual ? "7" : "5");
  text = replaced(text, "$a0", has_residual ? " + channels[2] * z0[0]" : "");
  text = replaced(text, "$a1", has_residual ? " + channels[2] * z1[0]" : "");
  text = replaced(text, "$b0", has_residual ? " + channels[3] * z0[1]" : "");
  text = replaced(text, "$b1", has_residual ? " + channels[3] * z1[1]" : "");
  return replaced(text, "$next", has_residual ? "\n    z0 += 2;\n    z1 += 2;" : "");
}

// ---- four channels of one vector, for dense layers: there is one place only

constexpr std::string_view kDenseHead =
    R"(/* Sums of four channels, rescaled to y: the features stay in int8, so that no memory is needed
 * beside them. w: four features of two pairs of channels a step and half. */
)";
constexpr std::string_view kDenseParameters =
    "const uint32_t *w, const int32_t *channels, const int8_t *x, int32_t steps,\n"
    "    const int32_t *end, int32_t zero2, int8_t *y";

// Half a step. The features are read as int8 and unpacked in registers.
constexpr std::string_view kDenseStep = R"(ldr r3, [r12], #4
ldmia r0!, {r4, r5, r6, r7}
sxtb16 r2, r3
sxtb16 r3, r3, ror #8
smlad r8, r2, r4, r8
smlad r9, r2, r6, r9
sxtb16 r4, r4
sxtb16 r6, r6
smlad r10, r2, r4, r10
smlad r11, r2, r6, r11
smlad r8, r3, r5, r8
smlad r9, r3, r7, r9
sxtb16 r5, r5
sxtb16 r7, r7
smlad r10, r3, r5, r10
smlad r11, r3, r7, r11
)";

std::string dense_in_assembly() {
  std::string text = R"(push {r2-r11, lr}
1: ldrd r12, lr, [sp] @ x, steps
ldrd r8, r10, [r1]
ldrd r9, r11, [r1, #20]
2:
)";
  text += kDenseStep;
  text += "subs lr, lr, #1\n";
  text += kDenseStep;
  text += R"(bne 2b
ldrd r12, lr, [sp, #48] @ zero2, y
sub r8, r8, r10
sub r9, r9, r11
asr r8, r8, #7 @ twice the sums of b: r8, r9
asr r9, r9, #7
lsl r10, r10, #1 @ and of a: r10, r11
lsl r11, r11, #1
)";
  const auto pair = [&](const char* at, std::string_view a, std::string_view b) {
    text += replaced("ldrd r2, r3, [r1, #$multipliers]\nldr r4, [r1, #$shifts]\n", "$multipliers",
                     at[0] == '0' ? "8" : "28");
    text = replaced(text, "$shifts", at[0] == '0' ? "16" : "36");
    text += "uxtb r5, r4\nlsr r4, r4, #8\nlsl r6, r12, r5\n" + place("r7", a, "r2", "r6", "r5");
    text += "strb r7, [lr], #1\nlsl r6, r12, r4\n" + place("r7", b, "r3", "r6", "r4");
    text += "strb r7, [lr], #1\n";
  };
  pair("0", "r10", "r8");
  pair("1", "r11", "r9");
  text += R"(ldr r4, [sp, #44] @ end
str lr, [sp, #52]
add r1, r1, #40
cmp r1, r4
bne 1b
add sp, #8
pop {r4-r11, pc}
)";
  return assembly(text);
}

constexpr std::string_view kDensePortable = R"({
  for (; channels != end; channels += 10) {
    uint32_t b[2] = {(uint32_t)channels[0], (uint32_t)channels[5]};
    uint32_t a[2] = {(uint32_t)channels[1], (uint32_t)channels[6]};
    for (int32_t k = 0; k < 8 * steps; k += 4)
      for (int32_t i = 0; i < 2; ++i, w += 2) {
        b[i] += (uint32_t)(x[k] * weft_low(w[0])) + (uint32_t)(x[k + 2] * weft_high(w[0]));
        b[i] += (uint32_t)(x[k + 1] * weft_low(w[1])) + (uint32_t)(x[k + 3] * weft_high(w[1]));
        a[i] += (uint32_t)(x[k] * weft_low_byte(w[0]) + x[k + 2] * weft_low_byte(w[0] >> 16));
        a[i] += (uint32_t)(x[k + 1] * weft_low_byte(w[1]) + x[k + 3] * weft_low_byte(w[1] >> 16));
      }
    for (int32_t i = 0; i < 2; ++i) {
      const int32_t *const scales = channels + 5 * i + 2;
      *y++ = weft_place((int32_t)(2 * a[i]), scales[0], scales[2] & 255, zero2);
      *y++ = weft_place((int32_t)(b[i] - a[i]) >> 7, scales[1], scales[2] >> 8, zero2);
    }
  }
}
)";

// The arrays are filled with zeros to a multiple of four units; the last four results go through a
// buffer.
constexpr std::string_view kDense =
    R"(/* y[units] of x[features]; beyond the last fourth unit there are units of nothing in the arrays. */
static void weft_dense(
    const uint32_t *w, const int32_t *channels, const int8_t *x, int32_t features, int32_t units,
    int32_t zero2, int8_t *y)
{
  const int32_t whole = units / 4, rest = units % 4, steps = features / 8;
  if (whole > 0) weft_products_of_four(w, channels, x, steps, channels + 10 * whole, zero2, y);
  if (rest > 0) {
    int8_t last[4];
    channels += 10 * whole;
    weft_products_of_four(
        w + whole * features, channels, x, steps, channels + 10, zero2, last);
    memcpy(y + 4 * whole, last, (size_t)rest);
  }
}
)";

// A function with an assembly body where DSP instructions exist, and a C body elsewhere.
std::string both_forms(std::string_view name, std::string_view parameters,
                       const std::string& in_assembly, std::string_view portable) {
  const std::string head = std::string(name) + "(\n    " + std::string(parameters) + ")\n";
  return "#if WEFT_DSP\n__attribute__((naked, noinline)) static void " + head +
         "{\n  __asm__ volatile(\n" + in_assembly.substr(0, in_assembly.size() - 1) +
         ");\n}\n#else\nstatic void " + head + std::string(portable) + "#endif\n";
}

}  // namespace

std::string define_products(Source& source, bool has_residual) {
  define_place(source);
  const std::string name = has_residual ? "weft_products_of_two_added" : "weft_products_of_two";
  std::string head = replaced(kTwoHead, "$residual_table ",
                              has_residual ? "twice the factors of what is added, " : "");
  const std::string parameters = replaced(
      kTwoParameters, "$residual", has_residual ? ", const int8_t *z0, const int8_t *z1" : "");
  define_without_helium(source, name,
                        head + both_forms(name, parameters, two_in_assembly(has_residual),
                                          two_portable(has_residual)));
  return name;
}

std::string define_dense(Source& source) {
  define_place(source);
  define_without_helium(
      source, "weft_products_of_four",
      std::string(kDenseHead) + both_forms("weft_products_of_four", kDenseParameters,
                                           dense_in_assembly(), kDensePortable));
  define_without_helium(source, "weft_dense", kDense);
  define_helium_dense(source);
  return "weft_dense";
}

}  // namespace weft::c99
