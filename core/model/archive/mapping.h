// The bytes of a file, mapped; storages on parts of them keep the mapping alive.
//
// If somebody shortens a mapped file, its last pages are gone, and the system ends a process that
// reads them. So short files are read into memory, and `check` tells before a run whether a longer
// one is as long as it was. Programs that write files with Weft replace them (replace_file.h),
// which leaves the mapped file whole.
#pragma once

#include <string>

#include "base/ref.h"
#include "base/status.h"
#include "runtime/memory/storage.h"

namespace weft::model {

class Mapping final : public Object {
 public:
  // Maps the file privately and writable: a write to an array on it copies the page and never
  // reaches the file.
  static Result<Ref<Mapping>> open(const std::string& path);
  // The caller's memory, which is only read.
  static Ref<Mapping> borrow(const void* data, size_t bytes);

  const char* data() const { return data_; }
  size_t bytes() const { return bytes_; }
  // The first `bytes` will hardly be read again: their pages may be freed.
  void forget_first(size_t bytes) const;
  bool writable() const { return kind_ != Kind::kBorrowed; }
  // Is the file still as long as it was?
  Status check() const;

  // A storage on part of the bytes; it keeps the mapping.
  Result<Ref<Storage>> storage(size_t offset, int64_t bytes);

 private:
  // Mapped; read into memory; the caller's.
  enum class Kind : uint8_t { kMapped, kRead, kBorrowed };

  Mapping(Kind kind, char* data, size_t bytes) : kind_(kind), data_(data), bytes_(bytes) {}
  ~Mapping() override;
  static Result<Ref<Mapping>> read(int file, const std::string& path, size_t bytes);

  const Kind kind_;
  int file_ = -1;     // of kMapped: kept open to ask for its length
  std::string path_;  // for errors
  char* data_;
  size_t bytes_;
};

}  // namespace weft::model
