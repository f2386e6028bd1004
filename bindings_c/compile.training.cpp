// weft.h: models as C. Options from C are checked and become the options of c99/program/compile.h.
#include "c99/program/compile.h"
#include "guard.h"
#include "model/file.h"

using namespace weft;

namespace {

// The cores whose CMSIS-NN calls the C is for.
Result<c99::CmsisNn> cmsis_nn_from(const char* function, const weft_c_options& given) {
  if (!given.cmsis_nn) return c99::CmsisNn::kNone;
  if (given.train)
    return errors::unsupported(function, "`cmsis_nn` cannot be combined with `train`");
  const std::string_view cores = given.cmsis_nn;
  if (cores == "any") return c99::CmsisNn::kAny;
  if (cores == "dsp") return c99::CmsisNn::kDsp;
  if (cores == "helium") return c99::CmsisNn::kHelium;
  return errors::invalid_value(function, "`cmsis_nn` must be any, dsp or helium; got `", cores,
                               "`");
}

// The options. Fields that an earlier version of the struct lacks keep their defaults.
Result<c99::CompileOptions> options_from(const char* function, const weft_c_options* given) {
  weft_c_options full = WEFT_C_OPTIONS_INIT;
  if (given) {
    constexpr size_t kFirstVersion =
        offsetof(weft_c_options, ports_in_arena) + sizeof full.ports_in_arena;
    if (given->struct_size < kFirstVersion)
      return errors::invalid_value(function, "`options->struct_size` must be at least ",
                                   kFirstVersion, "; got ", given->struct_size);
    std::memcpy(&full, given, std::min(given->struct_size, sizeof full));
  }
  if (full.name && !*full.name)
    return errors::invalid_value(function, "`name` must be a C identifier; got ``");
  if (full.train && !*full.train)
    return errors::invalid_value(function, "`train` must name parameters, such as `*`; got ``");
  if (full.train && full.feed_rows)
    return errors::unsupported(function, "`feed_rows` cannot be combined with `train`: a training ",
                               "step reads its whole input");
  const auto text = [](const char* given) { return std::string(given ? given : ""); };
  c99::CompileOptions result;
  result.name = text(full.name);
  result.entry = text(full.entry);
  result.memory = full.memory;
  result.with_main = full.with_main != 0;
  result.ports_in_arena = full.ports_in_arena != 0;
  result.feeds_rows = full.feed_rows != 0;
  result.train = text(full.train);
  result.train_entry = text(full.train_entry);
  result.batch = full.batch;
  WEFT_ASSIGN(result.cmsis_nn, cmsis_nn_from(function, full));
  return result;
}

}  // namespace

extern "C" {

weft_status weft_model_write_c(weft_model handle, const weft_c_options* options,
                               const char* folder) {
  return c::guard([&]() -> Status {
    const char* self = "weft_model_write_c";
    WEFT_TRY(c::require(self, {{"model", handle}, {"folder", folder}}));
    WEFT_ASSIGN(const c99::CompileOptions given, options_from(self, options));
    WEFT_ASSIGN(const c99::Compiled compiled,
                c99::compile(*reinterpret_cast<model::Model*>(handle), given));
    return c99::write_files(compiled, folder);
  });
}

}  // extern "C"
