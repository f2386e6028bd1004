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

#include "model/archive/mapping.h"
#include "runtime/tensor.h"

namespace weft::model {

class Json;

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

// A file whose table was read and checked. Its arrays are made when they are asked for.
class ArchiveReader {
 public:
  // Maps the file. The arrays hold the mapping; writing to one gives it memory of its own.
  static Result<ArchiveReader> open(const std::string& path);
  // The bytes stay unchanged while an array of the archive lives.
  static Result<ArchiveReader> open(const void* data, size_t bytes);

  const Archive& archive() const { return archive_; }  // arrays that nobody asked for are null
  const Ref<Mapping>& file() const { return mapping_; }
  int32_t find_tensor(std::string_view name) const;  // -1: none
  Result<Ref<Tensor>> tensor(int32_t index);         // the same at each call
  void forget_metadata(std::string_view key);
  Archive take() && { return std::move(archive_); }
  Result<Archive> take_whole() &&;

 private:
  struct Extent {
    uint64_t begin, end;  // in the data after the header
    size_t name;          // among `archive_.tensors` as the header has them
    uint32_t first_axis;  // in `axes_`
    uint8_t rank;
    DType dtype;
  };

  static Result<ArchiveReader> read(Ref<Mapping> mapping);
  Status read_header(std::string_view header, uint64_t data_bytes);
  Status read_extent(const std::string& name, const Json& entry, uint64_t data_bytes);
  Status read_shape(std::string_view name, const Json& shape);
  Status read_metadata(const Json& json);
  Status put_in_order(uint64_t data_bytes);
  Shape shape_of(const Extent& extent) const;

  Ref<Mapping> mapping_;
  size_t data_ = 0;  // bytes before it
  Archive archive_;
  std::vector<Extent> extents_;  // of the tensors
  std::vector<int64_t> axes_;
  std::vector<int32_t> by_name_;  // tensors, sorted
};

// All of a file.
Result<Archive> read_archive(const std::string& path);
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
