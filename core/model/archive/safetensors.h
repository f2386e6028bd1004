// Named arrays in one file, as any safetensors reader opens it.
//
// Written deterministically. The header is padded with spaces so that data starts at a multiple of
// 64. Tensors that fill whole lines of 64 bytes come first, then the others by falling element
// size, so each is aligned and can be used where it lies in the mapped file; but for integers of 4
// bits in .weft files of format 3, which lie two in a byte and are copied. Read without trust:
// every length, offset, overlap and size is checked first, and a number in the file decides the
// size of an allocation only if as many bytes back it.
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

// What a file contains.
struct Archive {
  std::vector<NamedTensor> tensors;  // in the order of their data
  Metadata metadata;

  const std::string* find_metadata(std::string_view key) const;
  int32_t find_tensor(std::string_view name) const;  // -1: none
};

// A file whose header was read and checked. Its arrays are made when they are asked for.
class ArchiveReader {
 public:
  // Maps the file. The arrays keep the mapping; a write to one gives it memory of its own.
  static Result<ArchiveReader> open(const std::string& path);
  // The bytes must stay unchanged while an array of the archive lives.
  static Result<ArchiveReader> open(const void* data, size_t bytes);

  const Archive& archive() const { return archive_; }  // arrays that were not asked for are null
  const Ref<Mapping>& file() const { return mapping_; }
  int32_t find_tensor(std::string_view name) const;  // -1: none
  Result<Ref<Tensor>> tensor(int32_t index);         // the same array at each call
  void forget_metadata(std::string_view key);
  // Gives the archive: only the arrays that were asked for, or all of them.
  Archive take() && { return std::move(archive_); }
  Result<Archive> take_whole() &&;

 private:
  // Where a tensor lies.
  struct Extent {
    uint64_t begin, end;  // bytes of the data behind the header
    size_t name;          // index of its name in the header's order
    uint32_t first_axis;  // of `rank` extents in `axes_`
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
  size_t data_ = 0;  // bytes before the data
  Archive archive_;
  std::vector<Extent> extents_;   // in the order of the data
  std::vector<int64_t> axes_;     // extents of all shapes, one after the other
  std::vector<int32_t> by_name_;  // indices of tensors, sorted by name
};

// Reads a whole file.
Result<Archive> read_archive(const std::string& path);
Result<Archive> read_archive(const void* data, size_t bytes);

// An archive that is ready to be written: checked, in the file's order, with its header. Contents
// are read only by `write`.
class PreparedArchive {
 public:
  static Result<PreparedArchive> prepare(std::span<const NamedTensor> tensors,
                                         const Metadata& metadata);
  std::span<const NamedTensor> tensors() const { return tensors_; }
  // Writes a temporary file and renames it: a failure leaves the old file whole and nothing else
  // behind. No work on the contents may be pending.
  Status write(const std::string& path) const;

 private:
  std::vector<NamedTensor> tensors_;
  std::string header_;
  bool has_half_bytes_ = false;  // integers of 4 bits lie two in a byte (half_bytes.h)
};

// Prepares, waits for the contents, and writes.
Status write_archive(const std::string& path, std::span<const NamedTensor> tensors,
                     const Metadata& metadata);

// The largest header that is read; a larger claim is refused before anything is allocated.
inline constexpr uint64_t kMaxHeaderBytes = 64u << 20;

}  // namespace weft::model
