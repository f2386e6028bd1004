// The bytes of a file, mapped; storages on parts of them keep the mapping alive.
#pragma once

#include <string>

#include "base/ref.h"
#include "base/status.h"
#include "runtime/storage.h"

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
  bool writable() const { return owned_; }

  Result<Ref<Storage>> storage(size_t offset, int64_t bytes);

 private:
  Mapping(char* data, size_t bytes, bool owned) : data_(data), bytes_(bytes), owned_(owned) {}
  ~Mapping() override;

  char* data_;
  size_t bytes_;
  bool owned_;
};

}  // namespace weft::model
