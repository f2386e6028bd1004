// Reads safetensors files. The whole header is checked before the first array is made.
#include "model/archive/safetensors.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "base/bools.h"
#include "base/errors.h"
#include "model/archive/foreign.h"
#include "model/archive/half_bytes.h"
#include "model/archive/mapping.h"
#include "model/json/dtype_names.h"
#include "model/json/json.h"

namespace weft::model {

const std::string* Archive::find_metadata(std::string_view key) const {
  for (const auto& [name, value] : metadata)
    if (name == key) return &value;
  return nullptr;
}

int32_t Archive::find_tensor(std::string_view name) const {
  for (size_t i = 0; i < tensors.size(); ++i)
    if (tensors[i].name == name) return static_cast<int32_t>(i);
  return -1;
}

namespace {

// The error of a file that breaks the format.
template <class... Parts>
[[gnu::always_inline]] inline Status damaged(const Parts&... parts) {
  return errors::io("load", "the file is damaged or is not a safetensors file: ", parts...);
}

}  // namespace

// The extents go to `axes_`, so that thousands of tensors need no thousands of small allocations.
Status ArchiveReader::read_shape(std::string_view name, const Json& shape) {
  if (!shape.is_array()) return damaged("tensor `", name, "` has no shape");
  if (shape.items().size() > static_cast<size_t>(kMaxRank))
    return damaged("tensor `", name, "` must have at most ", kMaxRank, " axes; got ",
                   shape.items().size());
  for (const Json& extent : shape.items()) {
    if (!extent.is_integer() || extent.integer() < 0)
      return damaged("tensor `", name, "` has an extent that is not an integer of at least 0");
    axes_.push_back(extent.integer());
  }
  return {};
}

Shape ArchiveReader::shape_of(const Extent& extent) const {
  return Shape(std::span<const int64_t>(axes_).subspan(extent.first_axis, extent.rank));
}

// Checks one tensor's entry: its bytes must lie in the data and fill its shape exactly.
Status ArchiveReader::read_extent(const std::string& name, const Json& entry, uint64_t data_bytes) {
  const Json* dtype = entry.find("dtype");
  const Json* shape = entry.find("shape");
  const Json* offsets = entry.find("data_offsets");
  if (!dtype || !dtype->is_string() || !shape || !offsets || offsets->items().size() != 2)
    return damaged("tensor `", name, "` lacks dtype, shape or data_offsets");
  const std::optional<DType> known = dtype_of_safetensors(dtype->text());
  if (!known)
    return errors::unsupported("load", "tensor `", name, "` has dtype ", dtype->text(),
                               ", which Weft does not have");
  const size_t first_axis = axes_.size();
  WEFT_TRY(read_shape(name, *shape));
  const Json& begin = offsets->items()[0];
  const Json& end = offsets->items()[1];
  if (!begin.is_integer() || !end.is_integer() || begin.integer() < 0 ||
      end.integer() < begin.integer() || static_cast<uint64_t>(end.integer()) > data_bytes)
    return damaged("tensor `", name, "` lies outside the file's data");
  const Extent extent{static_cast<uint64_t>(begin.integer()),
                      static_cast<uint64_t>(end.integer()),
                      extents_.size(),
                      static_cast<uint32_t>(first_axis),
                      static_cast<uint8_t>(axes_.size() - first_axis),
                      *known};
  const Shape size = shape_of(extent);
  const Result<int64_t> elements = checked_elements(size.span(), "load", name);
  const auto fills = [&] {
    const auto bytes = static_cast<int64_t>(extent.end - extent.begin);
    return bytes == elements.value() * size_of(*known) ||
           (is_of_four_bits(*known) && bytes == half_bytes_of(elements.value()));
  };
  if (!elements.ok() || !fills())
    return damaged("tensor `", name, "` has ", static_cast<int64_t>(extent.end - extent.begin),
                   " bytes, which do not fill its shape ", size);
  extents_.push_back(extent);
  return {};
}

Status ArchiveReader::read_metadata(const Json& json) {
  if (!json.is_object()) return damaged("its metadata is not an object");
  for (const Json::Member& member : json.members()) {
    if (!member.value.is_string())
      return damaged("its metadata `", member.key(), "` is not a string");
    archive_.metadata.emplace_back(member.key(), member.value.text());
  }
  return {};
}

// Sorts the tensors as they lie in the file. Data must have no gaps and no overlaps, as the format
// demands, so that nothing can hide between tensors.
Status ArchiveReader::put_in_order(uint64_t data_bytes) {
  const auto comes_before = [](const Extent& a, const Extent& b) {
    if (a.begin != b.begin) return a.begin < b.begin;
    return a.end != b.end ? a.end < b.end : a.name < b.name;
  };
  // A tenth of the machine code of std::stable_sort.
  std::ranges::make_heap(extents_, comes_before);
  std::ranges::sort_heap(extents_, comes_before);
  std::vector<NamedTensor> ordered;
  ordered.reserve(extents_.size());
  uint64_t at = 0;
  for (const Extent& extent : extents_) {
    ordered.push_back(std::move(archive_.tensors[extent.name]));
    if (extent.begin != at)
      return damaged("tensor `", ordered.back().name,
                     extent.begin < at ? "` overlaps another" : "` leaves a gap before it");
    at = extent.end;
  }
  archive_.tensors = std::move(ordered);
  for (size_t i = 0; i < extents_.size(); ++i) by_name_.push_back(static_cast<int32_t>(i));
  const auto name_of = [this](int32_t i) -> const std::string& {
    return archive_.tensors[static_cast<size_t>(i)].name;
  };
  std::ranges::make_heap(by_name_, {}, name_of);
  std::ranges::sort_heap(by_name_, {}, name_of);
  if (at != data_bytes) return damaged("it has data after the last tensor");
  return {};
}

// Entries are read one by one; the header's JSON never exists as a whole.
Status ArchiveReader::read_header(std::string_view header, uint64_t data_bytes) {
  Status refused;
  const Status parsed = parse_members(header, [&](std::string& name, Json& entry) {
    if (name == "__metadata__") return refused = read_metadata(entry);
    // A C string ends at NUL, so the C interface would take it for another name.
    if (name.find('\0') != std::string::npos)
      return refused = damaged("the name of a tensor has a NUL character");
    refused = read_extent(name, entry, data_bytes);
    archive_.tensors.push_back({std::move(name), {}});
    return refused;
  });
  if (parsed.ok() || !refused.ok()) return refused;
  return damaged("its header: ", parsed.message());
}

Result<ArchiveReader> ArchiveReader::read(Ref<Mapping> mapping) {
  constexpr size_t kPrefix = 8;
  if (mapping->bytes() < kPrefix)
    return damaged("it must have at least ", kPrefix, " bytes; got ", mapping->bytes());
  uint64_t header = 0;  // little-endian, like the data
  for (size_t i = kPrefix; i-- > 0;)
    header = header << 8 | static_cast<unsigned char>(mapping->data()[i]);
  const uint64_t rest = mapping->bytes() - kPrefix;
  if (header > kMaxHeaderBytes || header > rest)
    return damaged("its header claims ", static_cast<size_t>(header), " bytes of ",
                   static_cast<size_t>(rest), "; at most ", static_cast<size_t>(kMaxHeaderBytes),
                   " are read; is it a .weft or .safetensors file?");
  const auto header_bytes = static_cast<size_t>(header);
  ArchiveReader reader;
  WEFT_TRY(
      reader.read_header(std::string_view(mapping->data() + kPrefix, header_bytes), rest - header));
  WEFT_TRY(reader.put_in_order(rest - header));
  reader.data_ = kPrefix + header_bytes;
  mapping->forget_first(reader.data_);
  reader.mapping_ = std::move(mapping);
  return reader;
}

int32_t ArchiveReader::find_tensor(std::string_view name) const {
  const auto name_of = [this](int32_t i) -> std::string_view {
    return archive_.tensors[static_cast<size_t>(i)].name;
  };
  const auto found = std::ranges::lower_bound(by_name_, name, {}, name_of);
  return found != by_name_.end() && name_of(*found) == name ? *found : -1;
}

// A file that is none of ours may be of a known other format; the error then says so.
Result<ArchiveReader> ArchiveReader::open(const std::string& path) {
  WEFT_ASSIGN(const Ref<Mapping> mapping, Mapping::open(path));
  Result<ArchiveReader> reader = read(mapping);
  if (reader.ok()) return reader;
  const std::string_view known = foreign_format(mapping->data(), mapping->bytes());
  if (!known.empty())
    return errors::io("load", "the file must be a safetensors or .weft file; `", path, "` is ",
                      known);
  return Status(reader.status().code(), reader.status().message() + " (`" + path + "`)");
}

Result<ArchiveReader> ArchiveReader::open(const void* data, size_t bytes) {
  return read(Mapping::borrow(data, bytes));
}

Result<Ref<Tensor>> ArchiveReader::tensor(int32_t index) {
  Ref<Tensor>& made = archive_.tensors[static_cast<size_t>(index)].tensor;
  if (made) return made;
  const Extent& extent = extents_[static_cast<size_t>(index)];
  const auto bytes = static_cast<int64_t>(extent.end - extent.begin);
  const char* data = mapping_->data() + data_ + extent.begin;
  if (is_of_four_bits(extent.dtype)) {
    WEFT_ASSIGN(made, Tensor::create(extent.dtype, shape_of(extent)));
    if (bytes == made->elements())
      std::memcpy(made->data(), data, static_cast<size_t>(bytes));
    else
      unpack_half_bytes(data, made->elements(), extent.dtype, made->data());
    return made;
  }
  const bool is_aligned =
      reinterpret_cast<uintptr_t>(data) % static_cast<uintptr_t>(size_of(extent.dtype)) == 0;
  if (!is_aligned || (extent.dtype == DType::kBool && !are_bools(data, bytes))) {
    // Other programs write unaligned data, and bools other than 0 and 1: such an array is a copy.
    WEFT_ASSIGN(made, Tensor::create(extent.dtype, shape_of(extent)));
    if (bytes > 0) std::memcpy(made->data(), data, static_cast<size_t>(bytes));
    make_bools(made->as_view());
    return made;
  }
  WEFT_ASSIGN(Ref<Storage> storage, mapping_->storage(data_ + extent.begin, bytes));
  Box* box = Box::create(std::move(storage));
  if (!box) return errors::out_of_memory("load", sizeof(Box));
  box->read_only = !mapping_->writable();
  WEFT_ASSIGN(made, Tensor::whole(extent.dtype, shape_of(extent), Ref<Box>::adopt(box)));
  return made;
}

void ArchiveReader::forget_metadata(std::string_view key) {
  std::erase_if(archive_.metadata, [&](const auto& entry) { return entry.first == key; });
}

Result<Archive> ArchiveReader::take_whole() && {
  for (size_t i = 0; i < extents_.size(); ++i) WEFT_TRY(tensor(static_cast<int32_t>(i)).status());
  return std::move(archive_);
}

Result<Archive> read_archive(const std::string& path) {
  WEFT_ASSIGN(ArchiveReader reader, ArchiveReader::open(path));
  return std::move(reader).take_whole();
}

Result<Archive> read_archive(const void* data, size_t bytes) {
  WEFT_ASSIGN(ArchiveReader reader, ArchiveReader::open(data, bytes));
  return std::move(reader).take_whole();
}

}  // namespace weft::model
