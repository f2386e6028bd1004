// Which operators, formulas and dtypes the graphs built by this thread contain: a runtime-only
// build for these graphs alone (WEFT_OPS) has to keep them. An operator that one pass adds counts
// even if a later pass removes it.
#pragma once

#include <set>
#include <string>

#include "ops/op.h"

namespace weft::ops {

class Use {
 public:
  Use();  // notes what this thread builds until it is destroyed; an outer one notes it, too
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;
  ~Use();

  // `operator add`, `formula add`, `dtype float32`, `part winograd`: one for each line, sorted, as
  // the build reads it.
  std::string text() const;

  void note(const OpDef& op, std::span<const Argument> attributes);
  void note(DType dtype);
  void note(std::string_view part);  // a pass, or another part of what runs models

 private:
  Use* const outer_;
  std::set<std::string> lines_;
};

#if defined(WEFT_RUNTIME_ONLY)
// The runtime-only library makes no lists.
inline bool notes_use() { return false; }
template <class... Parts>
void note_use(const Parts&...) {}
#else
Use* present_use();  // the list that this thread writes to, or null
inline bool notes_use() { return present_use(); }
template <class... Parts>
void note_use(const Parts&... parts) {
  if (Use* use = present_use()) use->note(parts...);
}
#endif

// Does this build have kernels for the dtype? Every build has, unless it was made with WEFT_OPS. Of
// some dtypes a build may have elementwise kernels and conversions alone: does it have this one?
bool is_kept(DType dtype);
bool is_kept(DType dtype, const OpDef& op);

}  // namespace weft::ops
