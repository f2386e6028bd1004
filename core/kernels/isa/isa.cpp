// Asks the processor once which instruction sets it has, reads WEFT_ISA, and chooses. x86 answers
// by CPUID and XGETBV, Linux on Arm by the auxiliary vector; elsewhere only generic kernels run.

#include "kernels/isa/isa.h"

#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif
#if WEFT_WITH_AMX
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include <atomic>
#include <cstdlib>

#include "base/log.h"
#include "kernels/isa/active.h"

namespace weft::kernels {
namespace {

// What the processor has and the operating system saves at a task switch. The compiler's
// __builtin_cpu_supports() would do, but brings 5 KB of tables of every processor's features.
struct Processor {
  bool avx2 = false, avx512 = false;
  bool avx_vnni = false, avx512_vnni = false, avx512_vbmi = false, avx512_bf16 = false;
  // bfloat16 products are no faster than float32 products of widened elements
  bool slow_bf16 = false;
  bool amx = false;  // tiles, and their products of bytes and of bfloat16
  bool dotprod = false, bf16 = false;

  Processor();
};

#if defined(__x86_64__)
// The names of leaf and register follow Intel's manual (volume 2, CPUID). A processor may have
// vector registers that the operating system does not save, so each set also asks XCR0 for them.
Processor::Processor() {
  unsigned maximum = 0, vendor = 0, unused = 0, c = 0, d = 0;
  if (!__get_cpuid(0, &maximum, &vendor, &c, &d)) return;
  unsigned leaf1 = 0, leaf7_b = 0, leaf7_c = 0, leaf7_d = 0, leaf7_1 = 0;
  __get_cpuid(1, &unused, &unused, &leaf1, &d);
  if (__get_cpuid_count(7, 0, &c, &leaf7_b, &leaf7_c, &leaf7_d) && c >= 1)
    __get_cpuid_count(7, 1, &leaf7_1, &unused, &c, &d);
  unsigned saved = 0;  // the register sets that are enabled: XCR0
  if (leaf1 & bit_OSXSAVE) __asm__("xgetbv" : "=a"(saved), "=d"(d) : "c"(0));
  const auto has = [](unsigned features, unsigned wanted) { return (features & wanted) == wanted; };

  avx2 = has(leaf1, bit_AVX | bit_FMA | bit_F16C) && has(leaf7_b, bit_AVX2) &&
         has(saved, 0x6);  // xmm, ymm
  avx512 = avx2 &&
           has(leaf7_b, bit_AVX512F | bit_AVX512BW | bit_AVX512VL | bit_AVX512DQ | bit_AVX512CD) &&
           has(saved, 0xe6);                                         // also masks, zmm
  constexpr unsigned kAvxVnni = 1u << 4, kAvx512Bf16 = 1u << 5;      // eax of leaf 7, part 1
  constexpr unsigned kAvx512Vnni = 1u << 11, kAvx512Vbmi = 1u << 1;  // ecx of leaf 7
  constexpr unsigned kAvx512Fp16 = 1u << 23;                         // edx of leaf 7
  constexpr unsigned kAmx = 1u << 22 | 1u << 24 | 1u << 25;          // BF16, TILE, INT8
  avx_vnni = avx2 && has(leaf7_1, kAvxVnni);
  avx512_vnni = avx512 && has(leaf7_c, kAvx512Vnni);
  avx512_vbmi = avx512 && has(leaf7_c, kAvx512Vbmi);
  avx512_bf16 = avx512 && has(leaf7_1, kAvx512Bf16);
  // Intel's processors since Sapphire Rapids (recognised by AVX512-FP16) leave bfloat16 products to
  // their tiles (AMX). They start one VDPBF16PS every other cycle, but two fused multiply-adds
  // every cycle (measured on Emerald Rapids), so the vector instruction gains nothing there.
  slow_bf16 = vendor == signature_INTEL_ebx && has(leaf7_d, kAvx512Fp16);
  amx = avx512_vnni && has(leaf7_d, kAmx) && has(saved, 0x60000);  // tiles and what shapes them
}
#elif defined(__aarch64__) && defined(__linux__)
Processor::Processor() {
  constexpr unsigned long kDotprod = 1ul << 20;  // HWCAP_ASIMDDP
  constexpr unsigned long kBf16 = 1ul << 14;     // HWCAP2_BF16
  dotprod = getauxval(AT_HWCAP) & kDotprod;
  bf16 = getauxval(AT_HWCAP2) & kBf16;
}
#else
Processor::Processor() {}
#endif

const Processor& processor() {
  static const Processor there;
  return there;
}

// The words of WEFT_ISA, parsed. A word that is not known is reported and ignored: a typing mistake
// in the environment must not stop a program.
struct Wanted {
  Isa limit = Isa::kAvx512;  // the best set that may be chosen
  bool vnni = true, bf16 = true, slow_bf16 = false, amx = true;

  Wanted() {
    const char* text = std::getenv("WEFT_ISA");
    for (std::string_view rest = text ? text : ""; !rest.empty();) {
      const size_t end = rest.find(',');
      if (!take(rest.substr(0, end))) {
        log(LogLevel::kWarning,
            "WEFT_ISA must be generic, avx2 or avx512, and behind commas any of ",
            "-vnni, -bf16, +bf16, -amx; got ", text, " (", rest.substr(0, end), " ignored)");
      }
      rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
    }
  }
  // False if the word is unknown.
  bool take(std::string_view word) {
    if (word == "-vnni") {
      vnni = false;
    } else if (word == "-bf16" || word == "+bf16") {
      bf16 = slow_bf16 = word == "+bf16";
    } else if (word == "-amx") {
      amx = false;
    } else {
      for (Isa isa : {Isa::kGeneric, Isa::kAvx2, Isa::kAvx512})
        if (word == name_of(isa)) return limit = isa, true;
      return false;
    }
    return true;
  }
};

const Wanted& wanted() {
  static const Wanted words;
  return words;
}

// The best set that is both allowed by WEFT_ISA and here.
Isa choose() {
  for (Isa isa : {Isa::kAvx512, Isa::kAvx2})
    if (isa <= wanted().limit && is_available(isa)) return isa;
  return Isa::kGeneric;
}

// Tiles have 8 KiB of state, which Linux saves only for processes that have asked for it once. It
// refuses if a thread's signal stack has no room for the state. Only AVX-512 kernels use tiles.
bool uses_tiles() {
#if WEFT_WITH_AMX
  if (!wanted().amx || !processor().amx || active_isa() != Isa::kAvx512) return false;
  constexpr long kAskForState = 0x1023, kTileData = 18;  // ARCH_REQ_XCOMP_PERM
  static const bool is_granted = syscall(SYS_arch_prctl, kAskForState, kTileData) == 0;
  return is_granted;
#else
  return false;
#endif
}

}  // namespace

// Each answer combines what WEFT_ISA allows with what the processor has.
bool uses(Extra extra) {
  const Processor& has = processor();
  switch (extra) {
    case Extra::kAvxVnni: return wanted().vnni && has.avx_vnni;
    case Extra::kAvx512Vnni: return wanted().vnni && has.avx512_vnni;
    case Extra::kAvx512Vbmi: return wanted().vnni && has.avx512_vbmi;
    case Extra::kAvx512Bf16:
      return wanted().bf16 && has.avx512_bf16 && (!has.slow_bf16 || wanted().slow_bf16);
    case Extra::kAmxInt8: return wanted().vnni && uses_tiles();
    case Extra::kAmxBf16: return wanted().bf16 && uses_tiles();
    case Extra::kDotprod: return wanted().vnni && has.dotprod;
    case Extra::kBf16: return wanted().bf16 && has.bf16;
  }
  return false;
}

bool is_available(Isa isa) {
  switch (isa) {
    case Isa::kGeneric: return true;
#if WEFT_WITH_AVX2
    case Isa::kAvx2: return processor().avx2;
#endif
#if WEFT_WITH_AVX512
    case Isa::kAvx512: return processor().avx512;
#endif
    default: return false;
  }
}

Isa active_isa() {
  static const Isa isa = choose();
  return isa;
}

// The one exception to "every set has every kernel": see table_entries.h.
Isa isa_of(Isa isa, [[maybe_unused]] DType dtype) {
#if WEFT_WITH_AVX2 && WEFT_WITH_AVX512
  if (isa == Isa::kAvx512 && !is_floating(dtype)) return Isa::kAvx2;
#endif
  return isa;
}

Isa layer_isa_of(Isa isa, DType dtype) {
  return isa_of(isa, dtype == DType::kFloat64 ? DType::kInt64 : dtype);
}

std::string_view name_of(Isa isa) {
  switch (isa) {
    case Isa::kAvx2: return "avx2";
    case Isa::kAvx512: return "avx512";
    default: return "generic";
  }
}

std::string instructions() {
  // An Extra that the set would use. If neither of the two is used, the text names the word of
  // WEFT_ISA that would have the same effect.
  struct Known {
    Isa isa;
    Extra extra, other;  // two instructions for one word; either will do
    const char* without;
  };
  constexpr Known kKnown[] = {
#if defined(__aarch64__)
    {Isa::kGeneric, Extra::kDotprod, Extra::kDotprod, ",-vnni"},
    {Isa::kGeneric, Extra::kBf16, Extra::kBf16, ",-bf16"},
#endif
    {Isa::kAvx2, Extra::kAvxVnni, Extra::kAvxVnni, ",-vnni"},
    {Isa::kAvx512, Extra::kAvx512Vnni, Extra::kAvx512Vnni, ",-vnni"},
    {Isa::kAvx512, Extra::kAvx512Bf16, Extra::kAmxBf16, ",-bf16"},
    {Isa::kAvx512, Extra::kAmxInt8, Extra::kAmxBf16, ",-amx"}
  };
  // For example "avx512,-bf16" on a processor without bfloat16 products.
  std::string text(name_of(active_isa()));
  for (const Known& known : kKnown)
    if (known.isa == active_isa() && !uses(known.extra) && !uses(known.other))
      text += known.without;
  return text;
}

namespace {

// A word, because RISC-V has no exchange of bytes.
std::atomic<uint32_t> missing{0};

}  // namespace

void note_missing_kernel() { missing.store(1, std::memory_order_relaxed); }
bool take_missing_kernel() {
  return missing.load(std::memory_order_relaxed) != 0 &&
         missing.exchange(0, std::memory_order_relaxed) != 0;
}

}  // namespace weft::kernels
