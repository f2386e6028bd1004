// Named arrays in one file, as any safetensors reader opens it.
//
// Written deterministically: header padded with spaces so that data starts at a multiple of 64,
// tensors of whole lines of 64 bytes first, then by falling element size, so that each is aligned
// and can be used where it lies in the mapped file. Read without trust: every length, offset,
// overlap and size is checked first, and no allocation is sized by a number that the file does not
// back with bytes.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/tensor.h"

namespace weft::model {

struct NamedTensor {
  std::string name;
  Ref<Tensor> tensor;
};
using Metadata = std::vector<std::pair<std::string, std::string>>;

struct Archive {
  std::vector<NamedTensor> tensors;  // in the order of their data
  Metadata metadata;

  const std::string* find_metadata(std::string_view key) const;
  int32_t find_tensor(std::string_view name) const;  // -1: none
};

// Maps the file. The arrays hold the mapping; writing to one gives it memory of its own.
Result<Archive> read_archive(const std::string& path);
// The bytes stay unchanged while an array of the archive lives.
Result<Archive> read_archive(const void* data, size_t bytes);

// What a file will have: checked, in the file's order, with its header. No content is read yet.
class PreparedArchive {
 public:
  static Result<PreparedArchive> prepare(std::span<const NamedTensor> tensors,
                                         const Metadata& metadata);
  std::span<const NamedTensor> tensors() const { return tensors_; }
  // Writes beside `path` and renames: a failure leaves the old file whole and nothing else behind.
  // No work on the contents may be pending.
  Status write(const std::string& path) const;

 private:
  std::vector<NamedTensor> tensors_;
  std::string header_;
};

// Prepares, waits for the contents, and writes.
Status write_archive(const std::string& path, std::span<const NamedTensor> tensors,
                     const Metadata& metadata);

// Largest header that is read; a larger claim is refused before anything is allocated.
inline constexpr uint64_t kMaxHeaderBytes = 64u << 20;

}  // namespace weft::model
