// Finds LAPACK by name and its routines by their spellings.
#include "lapack.h"

#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>

namespace weft_linalg {
namespace {

// How a build spells its routines: before and behind `dgetrf`.
struct Spelling {
  const char *before, *behind;
  bool is_wide;
};
constexpr Spelling kSpellings[] = {
    {"scipy_", "_64_", true}, {"scipy_", "_", false}, {"", "_64_", true}, {"", "_", false}};

// By pip: scipy-openblas64, scipy-openblas32. Who loads one of them first, by its path, makes it
// found by its name. Then the system's.
constexpr const char* kNames[] = {"libscipy_openblas64_.so", "libscipy_openblas.so",
                                  "libopenblas.so.0", "liblapack.so.3"};

constexpr const char* kReal[kRoutines] = {"getrf", "getrs", "potrf", "trtrs", "gelqf",
                                          "orglq", "gesdd", "syevd", "geev"};
constexpr const char* kOfComplex[kRoutines] = {"getrf", "getrs", "potrf", "trtrs", "gelqf",
                                               "unglq", "gesdd", "heevd", "geev"};

struct Lapack {
  void* routines[kRoutines][4];
  bool is_wide;
};
Lapack lapack;  // written while the library is loaded, and only read later

// All routines in one spelling. False: some are missing.
bool take(void* handle, const Spelling& spelling) {
  for (int type = 0; type < 4; ++type)
    for (int i = 0; i < kRoutines; ++i) {
      char name[32];
      std::snprintf(name, sizeof name, "%s%c%s%s", spelling.before, "sdcz"[type],
                    (type < 2 ? kReal : kOfComplex)[i], spelling.behind);
      lapack.routines[i][type] = dlsym(handle, name);
      if (!lapack.routines[i][type]) return false;
    }
  lapack.is_wide = spelling.is_wide;
  return true;
}

// True: the file was there and has all routines. It stays loaded.
bool take_file(const char* path) {
  void* const handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!handle) return false;
  for (const Spelling& spelling : kSpellings)
    if (take(handle, spelling)) return true;
  dlclose(handle);
  return false;
}

}  // namespace

weft_status find_lapack() {
  const char* const chosen = std::getenv("WEFT_LAPACK");
  if (chosen && *chosen) {
    if (take_file(chosen)) return WEFT_OK;
    char text[512];
    std::snprintf(text, sizeof text, "WEFT_LAPACK names `%.300s`, which is no LAPACK: %s", chosen,
                  "it is not there, cannot be loaded, or lacks routines");
    return weft_fail(WEFT_UNSUPPORTED, text);
  }
  for (const char* name : kNames)
    if (take_file(name)) return WEFT_OK;
  return weft_fail(WEFT_UNSUPPORTED,
                   "no LAPACK is found: `pip install scipy-openblas64` brings one, and so does the "
                   "system's package liblapack3 or libopenblas0; WEFT_LAPACK may name a file");
}

void* routine(Routine which, int type) { return lapack.routines[which][type]; }
bool has_wide_integers() { return lapack.is_wide; }

}  // namespace weft_linalg
