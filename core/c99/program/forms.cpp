// The macros and the two ways to guard a definition with them. The order matters only in that the
// macros come before all that uses them.
#include "c99/program/forms.h"

namespace weft::c99 {
namespace {

// GCC warns of unused parameters in `naked` functions, whose bodies are assembly; they name
// parameters only for their callers.
constexpr std::string_view kForms =
    R"(/* Helium, the vectors of Armv8.1-M, and the DSP instructions of Armv7E-M, by hand: compilers find
 * none of them. */
#if defined(__ARM_FEATURE_MVE) && !defined(WEFT_PORTABLE)
#define WEFT_HELIUM 1
#include <arm_mve.h>
#else
#define WEFT_HELIUM 0
#endif
#if WEFT_HELIUM && (__ARM_FEATURE_MVE & 2)
#define WEFT_HELIUM_FLOAT 1
#else
#define WEFT_HELIUM_FLOAT 0
#endif
#if defined(__ARM_FEATURE_DSP) && defined(__thumb2__) && !defined(WEFT_PORTABLE)
#define WEFT_DSP 1
#pragma GCC diagnostic ignored "-Wunused-parameter"
#else
#define WEFT_DSP 0
#endif
)";

}  // namespace

void define_forms(Source& source) { source.define("weft_forms", kForms); }
void define_without_helium(Source& source, const std::string& name, std::string_view text) {
  define_forms(source);
  source.define(name, "#if !WEFT_HELIUM\n" + std::string(text) + "#endif\n");
}
void define_for_helium(Source& source, const std::string& name, std::string_view text) {
  define_forms(source);
  source.define("helium " + name, "#if WEFT_HELIUM\n" + std::string(text) + "#endif\n");
}

}  // namespace weft::c99
