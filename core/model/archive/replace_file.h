// Writes a file in one step: to a temporary file in the same folder, which takes the name when all
// of it is on the disk. Until then, and after any failure, the old file is whole. If the file
// system can, the temporary file has no name until it is complete, so a killed process leaves
// nothing behind. The new file has the mode of the old one; where the path is a link, the file that
// it leads to is replaced. Python's writers do the same (python/weft/_base/writing.py).
#pragma once

#include <stddef.h>

#include <string>

#include "base/status.h"

namespace weft::model {

class ReplaceFile {
 public:
  explicit ReplaceFile(const std::string& path);
  ~ReplaceFile();  // without commit, the temporary file is removed
  ReplaceFile(const ReplaceFile&) = delete;
  ReplaceFile& operator=(const ReplaceFile&) = delete;

  // open, then write as often as needed, then commit. A failure of one of them ends it.
  Status open();
  Status write(const void* data, size_t bytes);
  Status commit();

 private:
  Status failed(const char* what) const;
  bool give_name();
  template <class Make>
  bool make_named(const Make& make);  // calls `make(name)` until a name is free

  std::string path_;
  std::string temporary_;
  bool is_named_ = false;  // does a file of the temporary name exist?
  int file_ = -1;
};

}  // namespace weft::model
