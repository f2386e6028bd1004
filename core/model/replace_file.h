// Writes a file in one step: to a temporary one beside it, which takes its name when all of it is
// on the disk. Until then, and after any failure, the old file is whole.
#pragma once

#include <stddef.h>

#include <string>

#include "base/status.h"

namespace weft::model {

class ReplaceFile {
 public:
  explicit ReplaceFile(std::string path) : path_(std::move(path)) {}
  ~ReplaceFile();  // without commit: the temporary file is removed
  ReplaceFile(const ReplaceFile&) = delete;
  ReplaceFile& operator=(const ReplaceFile&) = delete;

  Status open();
  Status write(const void* data, size_t bytes);
  Status commit();

 private:
  Status failed(const char* what) const;

  std::string path_;
  std::string temporary_;
  int file_ = -1;
};

}  // namespace weft::model
