// weft.h: shared libraries of operators. A library exports weft_library_init, which registers its
// operators; this file loads it once, calls that function and remembers the library's name for it.
#include <algorithm>
#include <mutex>
#include <vector>

#include "guard.h"
#include "library_scope.h"
#include "ops/registry.h"
#include "runtime/os/files.h"
#include "runtime/os/process.h"

using namespace weft;

namespace weft::c {
namespace {

// the name of the library whose function runs on this thread
thread_local std::string loading;

// Libraries that are loaded. They are never closed: their operators live as long as the process.
struct Libraries {
  std::mutex mutex;  // one at a time, so that a library is loaded once
  std::vector<void*> loaded;
};
Libraries& libraries() {
  static auto* const instance = new Libraries;
  return *instance;
}

std::string last_part(const std::string& path) {
  return path.substr(path.find_last_of('/') + 1);  // npos + 1 is 0
}

// Makes libweft's symbols global. A library of operators that was not linked with libweft finds its
// functions there; a host that loaded libweft for itself alone (Python) has not put them there. If
// libweft is part of the program, this finds the program and changes nothing.
void show_own_symbols() { os::show_symbols_of(reinterpret_cast<const void*>(&weft_library_load)); }

// Calls the library's function while `loading` has its name.
Status start(const std::string& name, weft_status (*init)()) {
  struct Loading {
    explicit Loading(const std::string& library) { loading = library; }
    ~Loading() { loading.clear(); }
  };
  const Loading noted(name);
  thread_state().last_error = {};
  const weft_status status = init();
  if (status == WEFT_OK) return {};
  const std::string said = thread_state().last_error.message();
  return Status(
      status_code_of(status),
      name + ": " + (said.empty() ? "weft_library_init failed and gave no message" : said));
}

Status load(const std::string& path) {
  WEFT_TRY(ops::registry_status());
  const std::string name = last_part(path);
  // Only a path with a slash names a file; the loader searches for other names itself.
  if (!os::is_there(path.c_str()) && path.find('/') != std::string::npos)
    return errors::not_found("weft_library_load", "there is no file ", path);
  if (!loading.empty())
    return errors::invalid_state("weft_library_load", "library `", loading,
                                 "` is being loaded; load others after it");
  WEFT_TRY(require_regular_file("weft_library_load", path.c_str()));
  show_own_symbols();
  // One thread loads at a time, so that a library is loaded once.
  const std::lock_guard lock(libraries().mutex);
  void* const handle = os::open_library(path.c_str());
  if (!handle) return errors::io("weft_library_load", os::why_no_library());
  std::vector<void*>& loaded = libraries().loaded;
  if (std::ranges::find(loaded, handle) != loaded.end()) return {};
  const auto init =
      reinterpret_cast<weft_status (*)()>(os::find_symbol(handle, "weft_library_init"));
  if (!init) {
    os::close_library(handle);
    return errors::invalid_value(
        "weft_library_load", "`", name,
        "` is not a library of operators: it does not export weft_library_init");
  }
  WEFT_TRY(start(name, init));
  loaded.push_back(handle);
  return {};
}

}  // namespace

const std::string& library_being_loaded() { return loading; }

Status require_regular_file(const char* function, const char* path) {
  if (!os::is_irregular(path)) return {};
  return errors::io(function, path, " is not a regular file");
}

}  // namespace weft::c

extern "C" weft_status weft_library_load(const char* path) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_library_load", {{"path", path}}));
    return c::load(path);
  });
}
