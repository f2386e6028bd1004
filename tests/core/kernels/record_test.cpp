// Printed C99 is compiled by the system's C compiler and compared with the kernels bit for bit.
#include "kernels/recorder/record.h"

#include <dlfcn.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "core/kernels/kernel_testing.h"
#include "doctest.h"
#include "kernels/elementwise/formula_ids.h"

using namespace weft;
using namespace weft::kernels;
using namespace weft::kernels::testing;

namespace {

const DType kComputed[] = {DType::kFloat32, DType::kFloat64, DType::kInt32,
                           DType::kInt64,   DType::kUInt32,  DType::kUInt64};

const char* c_type(DType dtype) {
  switch (dtype) {
    case DType::kFloat32: return "float";
    case DType::kFloat64: return "double";
    case DType::kInt32: return "int32_t";
    case DType::kInt64: return "int64_t";
    case DType::kUInt32: return "uint32_t";
    default: return "uint64_t";
  }
}

// One exported loop over a printed function.
std::string loop_over(FormulaId formula, DType dtype) {
  const std::string type = c_type(dtype);
  const std::string first = takes_mask(formula) ? "unsigned char" : type;
  const bool is_mask = result_dtype(formula, dtype) == DType::kBool;
  std::string call = "a[i]";
  if (arity_of(formula) > 1) call += ", b[i]";
  if (arity_of(formula) > 2) call += ", c[i]";
  const std::string name = c99_name(formula, dtype);
  std::string text = "void loop_" + name +
                     "(void *out, const void *in0, const void *in1, const void *in2, long n);\n";
  text += "void loop_" + name +
          "(void *out, const void *in0, const void *in1, const void *in2, long n)\n{\n";
  text += "  " + std::string(is_mask ? "unsigned char" : type) + " *o = out;\n";
  text += "  const " + first + " *a = in0;\n  const " + type + " *b = in1, *c = in2;\n  long i;\n";
  text += "  (void)b;\n  (void)c;\n";
  text += "  for (i = 0; i < n; i++) o[i] = " + std::string(is_mask ? "(unsigned char)" : "") +
          name + "(" + call + ");\n}\n";
  return text;
}

}  // namespace

TEST_CASE("every formula prints C99 without warnings and with the kernels' bits") {
  std::string source = c99_prelude(), printed;
  for (int f = 0; f < kFormulaCount; ++f) {
    for (DType dtype : kComputed) {
      const bool exists = step_of(FormulaId(f), dtype) != nullptr;
      const std::string text = c99_function(FormulaId(f), dtype, printed);
      const bool is_new =
          printed.find(" " + c99_name(FormulaId(f), dtype) + " ") != std::string::npos;
      CHECK(is_new == exists);
      source += text;
      if (exists) source += loop_over(FormulaId(f), dtype);
    }
  }
  char folder[] = "/tmp/weft_record_XXXXXX";
  REQUIRE(mkdtemp(folder));
  const std::string base = std::string(folder) + "/formulas";
  std::ofstream(base + ".c") << source;
  const bool fuses = active_isa() != Isa::kGeneric;
  const std::string command =
      "cc -std=c99 -O1 -Wall -Wextra -Wconversion -pedantic -Werror -ffp-contract=off -shared "
      "-fPIC " +
      std::string(fuses ? "-mfma " : "") + base + ".c -o " + base + ".so -lm";
  REQUIRE(std::system(command.c_str()) == 0);
  void* library = dlopen((base + ".so").c_str(), RTLD_NOW);
  REQUIRE((library != nullptr));

  constexpr int64_t kCount = 5000;
  for (int f = 0; f < kFormulaCount; ++f) {
    for (DType dtype : kComputed) {
      const FormulaId id = FormulaId(f);
      const StepKernel kernel = step_of(id, dtype);
      if (!kernel) continue;
      using Loop = void (*)(void*, const void*, const void*, const void*, long);
      const Loop loop =
          reinterpret_cast<Loop>(dlsym(library, ("loop_" + c99_name(id, dtype)).c_str()));
      REQUIRE((loop != nullptr));
      std::vector<uint64_t> in[3];
      Samples samples(f);
      for (auto& words : in) {
        words.resize(kCount);
        for (int64_t i = 0; i < kCount; ++i) {
          words[i] = samples.bits();
          if (i % 2) {  // also values of moderate size
            const double value = samples.uniform(-30, 30);
            const float narrow[] = {float(value), float(-value / 3)};
            if (dtype == DType::kFloat64) std::memcpy(&words[i], &value, 8);
            if (dtype == DType::kFloat32) std::memcpy(&words[i], narrow, 8);
          }
        }
      }
      if (takes_mask(id))
        for (uint64_t& word : in[0]) word &= 0x0101010101010101;
      std::vector<uint64_t> expected(kCount), got(kCount);
      Tile tile = {};
      tile.out = expected.data();
      for (int i = 0; i < 3; ++i) tile.in[i] = in[i].data();
      tile.rows = 1;
      tile.cols = kCount;
      kernel(tile);
      loop(got.data(), in[0].data(), in[1].data(), in[2].data(), kCount);
      bool same = true;
      for (int64_t i = 0; i < kCount && same; ++i) {
        if (result_dtype(id, dtype) == DType::kFloat32) {
          same = same_bits(reinterpret_cast<float*>(expected.data())[i],
                           reinterpret_cast<float*>(got.data())[i]);
        } else if (result_dtype(id, dtype) == DType::kFloat64) {
          same = same_bits(reinterpret_cast<double*>(expected.data())[i],
                           reinterpret_cast<double*>(got.data())[i]);
        } else {
          same = expected[i] == got[i];
        }
      }
      CAPTURE(c99_name(id, dtype));
      CHECK(same);
    }
  }
  dlclose(library);
  std::remove((base + ".c").c_str());
  std::remove((base + ".so").c_str());
  rmdir(folder);
}
