// The bytes of a file, mapped; storages on parts of them keep the mapping alive.
//
// A file that somebody shortens takes mapped pages away, and who reads one of these is ended by the
// system. So short files are read into memory, and of longer ones `check` tells before a run
// whether they are as long as they were. Whoever writes files of Weft with Weft replaces them,
// which leaves the mapped one whole.
#pragma once

#include <string>

#include "base/ref.h"
#include "base/status.h"
#include "runtime/memory/storage.h"

namespace weft::model {

class Mapping final : public Object {
 public:
  // Private and writable: a write to an array on it copies the page and never reaches the file.
  static Result<Ref<Mapping>> open(const std::string& path);
  // The caller's memory, which is only read.
  static Ref<Mapping> borrow(const void* data, size_t bytes);

  const char* data() const { return data_; }
  size_t bytes() const { return bytes_; }
  // Of the first bytes: will hardly be read again, so that the pages need not stay.
  void forget_first(size_t bytes) const;
  bool writable() const { return kind_ != Kind::kBorrowed; }
  // Is the file still as long as it was?
  Status check() const;

  Result<Ref<Storage>> storage(size_t offset, int64_t bytes);

 private:
  enum class Kind : uint8_t { kMapped, kRead, kBorrowed };

  Mapping(Kind kind, char* data, size_t bytes) : kind_(kind), data_(data), bytes_(bytes) {}
  ~Mapping() override;
  static Result<Ref<Mapping>> read(int file, const std::string& path, size_t bytes);

  const Kind kind_;
  int file_ = -1;     // kMapped: kept open to ask for its length
  std::string path_;  // for errors
  char* data_;
  size_t bytes_;
};

}  // namespace weft::model
