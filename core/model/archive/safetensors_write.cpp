// Writes safetensors files: the header, then the data of each tensor, through ReplaceFile.
#include <algorithm>
#include <atomic>
#include <cstring>
#include <tuple>

#include "base/errors.h"
#include "model/archive/half_bytes.h"
#include "model/archive/replace_file.h"
#include "model/archive/safetensors.h"
#include "model/json/dtype_names.h"
#include "model/json/json.h"
#include "ops/slots/copy_slot.h"
#include "runtime/engine/transfer.h"

namespace weft::model {
namespace {

constexpr size_t kDataAlignment = 64;  // a cache line, and the alignment of vector loads

Status check_tensor(const NamedTensor& named) {
  if (!named.tensor->box().storage())
    return errors::invalid_state("save", "`", named.name, "` is traced: it has no value");
  if (safetensors_name(named.tensor->dtype()).empty())
    return errors::unsupported("save", "`", named.name, "` has dtype ", named.tensor->dtype(),
                               ", which safetensors does not have");
  return {};
}

// From this format on .weft files have integers of 4 bits in half bytes.
constexpr int64_t kFormatOfHalfBytes = 3;

// Is this the metadata of a .weft file of such a format? The rest of the model is not looked at.
bool has_half_bytes(const Metadata& metadata) {
  int64_t format = 0;
  for (const auto& [key, text] : metadata) {
    if (key != "weft") continue;
    const Status stopped = parse_members(text, [&](std::string& name, Json& value) -> Status {
      if (name != "format" || !value.is_integer()) return {};
      format = value.integer();
      return errors::io("save", "read");
    });
    if (stopped.ok()) return false;
  }
  return format >= kFormatOfHalfBytes;
}

int64_t bytes_in_file(const Tensor& tensor, bool half_bytes) {
  return half_bytes && is_of_four_bits(tensor.dtype()) ? half_bytes_of(tensor.elements())
                                                       : tensor.bytes();
}

// Writes the elements, dense and row-major.
Status write_elements(ReplaceFile& file, const Ref<Tensor>& tensor, bool half_bytes) {
  Ref<Tensor> dense = tensor;
  if (!tensor->dense()) {
    WEFT_ASSIGN(dense, Tensor::create(tensor->dtype(), tensor->shape()));
    ops::copy_elements(dense->as_view(), tensor->as_view());
  }
  if (half_bytes && is_of_four_bits(dense->dtype())) {
    const int64_t bytes = half_bytes_of(dense->elements());
    WEFT_ASSIGN(const Ref<Tensor> packed, Tensor::create(DType::kUInt8, Shape{bytes}));
    pack_half_bytes(dense->data(), dense->elements(), packed->data());
    return file.write(packed->data(), static_cast<size_t>(bytes));
  }
  return file.write(dense->data(), static_cast<size_t>(dense->bytes()));
}

// The order of tensors in the file. First those that fill whole cache lines, so that each of them
// starts at one; then by falling element size, so that each starts at a multiple of its size; then
// by name. The same tensors give the same bytes.
Result<std::vector<NamedTensor>> in_file_order(std::span<const NamedTensor> tensors,
                                               bool half_bytes) {
  std::vector<NamedTensor> sorted;
  for (const NamedTensor& named : tensors) {
    WEFT_TRY(check_tensor(named));
    sorted.push_back(named);
  }
  std::ranges::sort(sorted, [&](const NamedTensor& a, const NamedTensor& b) {
    const auto key = [&](const NamedTensor& named) {
      const int64_t bytes = bytes_in_file(*named.tensor, half_bytes);
      const bool fills_lines = bytes > 0 && bytes % static_cast<int64_t>(kDataAlignment) == 0;
      return std::tuple(!fills_lines, fills_lines ? 0 : -size_of(named.tensor->dtype()),
                        std::string_view(named.name));
    };
    return key(a) < key(b);
  });
  for (size_t i = 0; i < sorted.size(); ++i) {
    const std::string& name = sorted[i].name;
    if (name == "__metadata__")
      return errors::invalid_value("save", "`__metadata__` cannot be the name of a tensor");
    if (i > 0 && sorted[i - 1].name == name)
      return errors::invalid_value("save", "the name `", name, "` is used twice");
  }
  return sorted;
}

// The header with its length in front (8 bytes, little-endian), padded to the data's alignment.
std::string header_of(const std::vector<NamedTensor>& tensors, const Metadata& metadata,
                      bool half_bytes) {
  Json header = Json::object();
  if (!metadata.empty()) {
    Json object = Json::object();
    for (const auto& [key, value] : metadata) object.set(key, value);
    header.set("__metadata__", std::move(object));
  }
  int64_t at = 0;
  for (const NamedTensor& named : tensors) {
    Json shape = Json::array();
    for (const int64_t extent : named.tensor->shape()) shape.push(extent);
    Json offsets = Json::array();
    offsets.push(at);
    offsets.push(at += bytes_in_file(*named.tensor, half_bytes));
    Json entry = Json::object();
    entry.set("dtype", safetensors_name(named.tensor->dtype()));
    entry.set("shape", std::move(shape));
    entry.set("data_offsets", std::move(offsets));
    header.set(named.name, std::move(entry));
  }
  std::string text = write_json(header);
  while ((8 + text.size()) % kDataAlignment != 0) text += ' ';
  std::string prefix(8, '\0');
  for (size_t i = 0; i < 8; ++i) prefix[i] = static_cast<char>(text.size() >> (8 * i));
  return prefix + text;
}

}  // namespace

Result<PreparedArchive> PreparedArchive::prepare(std::span<const NamedTensor> tensors,
                                                 const Metadata& metadata) {
  PreparedArchive archive;
  const bool half_bytes = archive.has_half_bytes_ = has_half_bytes(metadata);
  WEFT_ASSIGN(archive.tensors_, in_file_order(tensors, half_bytes));
  archive.header_ = header_of(archive.tensors_, metadata, half_bytes);
  const std::string& header = archive.header_;
  if (header.size() - 8 > kMaxHeaderBytes)
    return errors::invalid_value("save", "names and metadata must take at most ",
                                 static_cast<size_t>(kMaxHeaderBytes), " bytes; got ",
                                 header.size());
  // Names are checked by reading the header back: a header that no reader accepts (a name that is
  // not UTF-8) must not replace a good file.
  const Status readable_again = parse_json(std::string_view(header).substr(8)).status();
  if (!readable_again.ok())
    return errors::invalid_value("save",
                                 "names and metadata must be UTF-8, and names must be distinct");
  return archive;
}

Status PreparedArchive::write(const std::string& path) const {
  ReplaceFile file(path);
  WEFT_TRY(file.open());
  WEFT_TRY(file.write(header_.data(), header_.size()));
  for (const NamedTensor& named : tensors_)
    WEFT_TRY(write_elements(file, named.tensor, has_half_bytes_));
  return file.commit();
}

Status write_archive(const std::string& path, std::span<const NamedTensor> tensors,
                     const Metadata& metadata) {
  for (const NamedTensor& named : tensors) WEFT_TRY(check_tensor(named));
  std::vector<NamedTensor> here;
  for (const NamedTensor& named : tensors) {
    WEFT_ASSIGN(Ref<Tensor> content, readable(*named.tensor, "save"));
    here.push_back({named.name, std::move(content)});
  }
  WEFT_ASSIGN(const PreparedArchive archive, PreparedArchive::prepare(here, metadata));
  return archive.write(path);
}

}  // namespace weft::model
