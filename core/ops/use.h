// Which operators, formulas and dtypes the thread's graphs come to have: what a runtime-only build
// of these alone (WEFT_OPS) has to keep. Operators that a pass writes count also where the next
// takes them away.
#pragma once

#include <set>
#include <string>

#include "ops/op.h"

namespace weft::ops {

class Use {
 public:
  Use();  // notes what this thread builds until it is destroyed; within another, both note
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;
  ~Use();

  // `operator add`, `formula add`, `dtype float32`, `part winograd`, one a line and sorted: what
  // the build reads.
  std::string text() const;

  void note(const OpDef& op, std::span<const Argument> attributes);
  void note(DType dtype);
  void note(std::string_view part);  // a pass, or another part of what runs models

 private:
  Use* const outer_;
  std::set<std::string> lines_;
};

#if defined(WEFT_RUNTIME_ONLY)
// Notes nothing: no list is made there.
inline bool notes_use() { return false; }
template <class... Parts>
void note_use(const Parts&...) {}
#else
Use* present_use();  // for whom this thread builds, or null
inline bool notes_use() { return present_use(); }
template <class... Parts>
void note_use(const Parts&... parts) {
  if (Use* use = present_use()) use->note(parts...);
}
#endif

// Has this build kernels for elements of the dtype? All, unless it was made with WEFT_OPS.
bool is_kept(DType dtype);

}  // namespace weft::ops
