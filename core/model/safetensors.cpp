// Reading: header and tables are checked as a whole before the first array is made.
#include "model/safetensors.h"

#include <algorithm>
#include <cstring>

#include "base/errors.h"
#include "model/dtype_names.h"
#include "model/json.h"
#include "model/mapping.h"

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

template <class... Parts>
[[gnu::always_inline]] inline Status damaged(const Parts&... parts) {
  return errors::io("load", "the file is damaged or no safetensors file: ", parts...);
}

struct Extent {
  std::string_view name;
  DType dtype = DType::kFloat32;
  Shape shape;
  uint64_t begin = 0, end = 0;  // in the data after the header
};

Result<Shape> read_shape(std::string_view name, const Json& shape) {
  if (!shape.is_array()) return damaged("tensor `", name, "` has no shape");
  if (shape.items().size() > static_cast<size_t>(kMaxRank))
    return damaged("tensor `", name, "` has ", shape.items().size(), " axes");
  Shape result;
  for (const Json& extent : shape.items()) {
    if (!extent.is_integer() || extent.integer() < 0)
      return damaged("tensor `", name, "` has an extent that is no size");
    result.push_back(extent.integer());
  }
  return result;
}

Result<Extent> read_extent(std::string_view name, const Json& entry, uint64_t data_bytes) {
  const Json* dtype = entry.find("dtype");
  const Json* shape = entry.find("shape");
  const Json* offsets = entry.find("data_offsets");
  if (!dtype || !dtype->is_string() || !shape || !offsets || offsets->items().size() != 2)
    return damaged("tensor `", name, "` lacks dtype, shape or data_offsets");
  Extent extent;
  extent.name = name;
  const std::optional<DType> known = dtype_of_safetensors(dtype->text());
  if (!known)
    return errors::unsupported("load", "tensor `", name, "` has dtype ", dtype->text(),
                               ", which Weft does not have");
  extent.dtype = *known;
  WEFT_ASSIGN(extent.shape, read_shape(name, *shape));
  const Json& begin = offsets->items()[0];
  const Json& end = offsets->items()[1];
  if (!begin.is_integer() || !end.is_integer() || begin.integer() < 0 ||
      end.integer() < begin.integer() || static_cast<uint64_t>(end.integer()) > data_bytes)
    return damaged("tensor `", name, "` lies outside the file's data");
  extent.begin = static_cast<uint64_t>(begin.integer());
  extent.end = static_cast<uint64_t>(end.integer());
  const Result<int64_t> elements = checked_elements(extent.shape.span(), "load", name);
  int64_t bytes = 0;
  if (!elements.ok() || __builtin_mul_overflow(elements.value(), size_of(extent.dtype), &bytes) ||
      static_cast<uint64_t>(bytes) != extent.end - extent.begin)
    return damaged("tensor `", name, "` has ", static_cast<int64_t>(extent.end - extent.begin),
                   " bytes, which do not fill its shape ", extent.shape);
  return extent;
}

Result<Metadata> read_metadata(const Json& json) {
  if (!json.is_object()) return damaged("its metadata is no object");
  Metadata metadata;
  for (const auto& [key, value] : json.members()) {
    if (!value.is_string()) return damaged("its metadata `", key, "` is no string");
    metadata.emplace_back(key, value.text());
  }
  return metadata;
}

// As they lie in the file: data without gaps and overlaps, as the format asks for, so that nothing
// can hide between tensors.
Result<std::vector<const Extent*>> in_order(std::span<const Extent> extents, uint64_t data_bytes) {
  std::vector<const Extent*> order;
  for (const Extent& extent : extents) order.push_back(&extent);
  const auto comes_before = [](const Extent* a, const Extent* b) {
    if (a->begin != b->begin) return a->begin < b->begin;
    return a->end != b->end ? a->end < b->end : a < b;
  };
  std::ranges::make_heap(order, comes_before);  // a tenth of the code of std::stable_sort
  std::ranges::sort_heap(order, comes_before);
  uint64_t at = 0;
  for (const Extent* const extent : order) {
    if (extent->begin != at)
      return damaged("tensor `", extent->name,
                     extent->begin < at ? "` overlaps another" : "` leaves a gap before it");
    at = extent->end;
  }
  if (at != data_bytes) return damaged("its data goes on after the last tensor");
  return order;
}

Result<Ref<Tensor>> make_tensor(Mapping& mapping, size_t offset, const Extent& extent) {
  const auto bytes = static_cast<int64_t>(extent.end - extent.begin);
  const char* data = mapping.data() + offset + extent.begin;
  if (reinterpret_cast<uintptr_t>(data) % static_cast<uintptr_t>(size_of(extent.dtype)) != 0) {
    // Other writers do not align: then the array is a copy.
    WEFT_ASSIGN(Ref<Tensor> copy, Tensor::create(extent.dtype, extent.shape));
    if (bytes > 0) std::memcpy(copy->data(), data, static_cast<size_t>(bytes));
    return copy;
  }
  WEFT_ASSIGN(Ref<Storage> storage, mapping.storage(offset + extent.begin, bytes));
  Box* box = Box::create(std::move(storage));
  if (!box) return errors::out_of_memory("load", sizeof(Box));
  box->read_only = !mapping.writable();
  return Tensor::whole(extent.dtype, extent.shape, Ref<Box>::adopt(box));
}

Result<Archive> read_mapping(const Ref<Mapping>& mapping) {
  constexpr size_t kPrefix = 8;
  if (mapping->bytes() < kPrefix) return damaged("it has ", mapping->bytes(), " bytes");
  uint64_t header = 0;  // little-endian, like the data
  for (size_t i = kPrefix; i-- > 0;)
    header = header << 8 | static_cast<unsigned char>(mapping->data()[i]);
  const uint64_t rest = mapping->bytes() - kPrefix;
  if (header > kMaxHeaderBytes || header > rest)
    return damaged("its header claims ", static_cast<size_t>(header), " bytes of ",
                   static_cast<size_t>(rest), " (at most ", static_cast<size_t>(kMaxHeaderBytes),
                   " are read)");
  const uint64_t data_bytes = rest - header;
  Result<Json> parsed =
      parse_json(std::string_view(mapping->data() + kPrefix, static_cast<size_t>(header)));
  if (!parsed.ok()) return damaged("its header: ", parsed.status().message());
  if (!parsed.value().is_object()) return damaged("its header is no object");

  Archive archive;
  std::vector<Extent> extents;
  for (const auto& [name, entry] : parsed.value().members()) {
    if (name == "__metadata__") {
      WEFT_ASSIGN(archive.metadata, read_metadata(entry));
      continue;
    }
    WEFT_ASSIGN(Extent extent, read_extent(name, entry, data_bytes));
    extents.push_back(std::move(extent));
  }
  WEFT_ASSIGN(const std::vector<const Extent*> order, in_order(extents, data_bytes));
  archive.tensors.reserve(order.size());
  for (const Extent* const extent : order) {
    WEFT_ASSIGN(Ref<Tensor> tensor,
                make_tensor(*mapping, kPrefix + static_cast<size_t>(header), *extent));
    archive.tensors.push_back({std::string(extent->name), std::move(tensor)});
  }
  mapping->forget_first(kPrefix + static_cast<size_t>(header));
  return archive;
}

}  // namespace

Result<Archive> read_archive(const std::string& path) {
  WEFT_ASSIGN(const Ref<Mapping> mapping, Mapping::open(path));
  Result<Archive> archive = read_mapping(mapping);
  if (archive.ok()) return archive;
  return Status(archive.status().code(), archive.status().message() + " (`" + path + "`)");
}

Result<Archive> read_archive(const void* data, size_t bytes) {
  return read_mapping(Mapping::borrow(data, bytes));
}

}  // namespace weft::model
