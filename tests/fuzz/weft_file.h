// A .weft file as parts that can be changed one by one and written as a sound archive: what is
// wrong in it is then wrong in its graphs, behind the checks of lengths and offsets.
#pragma once

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "json_tree.h"

struct DTypeName {
  const char* file;   // of safetensors
  const char* graph;  // of types
  int size;
};
inline constexpr DTypeName kDTypes[] = {
    {"BOOL", "bool", 1},  {"U8", "uint8", 1},    {"I8", "int8", 1},       {"U16", "uint16", 2},
    {"I16", "int16", 2},  {"U32", "uint32", 4},  {"I32", "int32", 4},     {"U64", "uint64", 8},
    {"I64", "int64", 8},  {"F16", "float16", 2}, {"BF16", "bfloat16", 2}, {"F32", "float32", 4},
    {"F64", "float64", 8}};

inline const DTypeName& dtype_in_file(const std::string& name) {
  for (const DTypeName& dtype : kDTypes)
    if (name == dtype.file) return dtype;
  return kDTypes[11];
}
inline const DTypeName& dtype_in_graph(const std::string& name) {
  for (const DTypeName& dtype : kDTypes)
    if (name == dtype.graph) return dtype;
  return kDTypes[11];
}

struct FileTensor {
  std::string name, dtype;
  std::vector<int64_t> shape;
  std::string bytes;

  // Sized for its shape where that is small; else it stays, and the file is refused.
  void fit() {
    int64_t count = dtype_in_file(dtype).size;
    for (const int64_t extent : shape)
      if (extent < 0 || __builtin_mul_overflow(count, extent, &count)) return;
    if (count <= int64_t{1} << 18) bytes.resize(static_cast<size_t>(count), '\1');
  }
  Json type() const {
    Json json = Json::array({Json::word(dtype_in_file(dtype).graph)});
    for (const int64_t extent : shape) json.items.push_back(Json::of(extent));
    return json;
  }
};

struct WeftFile {
  std::vector<FileTensor> tensors;
  std::vector<std::pair<std::string, std::string>> metadata;  // but the model
  Json model;

  FileTensor* tensor(const std::string& name) {
    for (FileTensor& tensor : tensors)
      if (tensor.name == name) return &tensor;
    return nullptr;
  }

  static WeftFile read(const std::string& data) {
    WeftFile file;
    uint64_t length = 0;
    if (data.size() < 8) return file;
    std::memcpy(&length, data.data(), 8);
    length = std::min<uint64_t>(length, data.size() - 8);
    const Json header = JsonReader(std::string_view(data).substr(8, length)).read();
    std::vector<std::pair<int64_t, FileTensor>> found;
    for (const auto& [name, json] : header.members) {
      if (name == "__metadata__") {
        for (const auto& [key, text] : json.members)
          if (key == "weft")
            file.model = JsonReader(text.text).read();
          else
            file.metadata.emplace_back(key, text.text);
        continue;
      }
      const Json *dtype = json.find("dtype"), *shape = json.find("shape"),
                 *offsets = json.find("data_offsets");
      if (!dtype || !shape || !offsets || offsets->items.size() != 2) continue;
      FileTensor tensor{name, dtype->text, {}, {}};
      for (const Json& extent : shape->items) tensor.shape.push_back(extent.integer());
      const auto begin = static_cast<size_t>(offsets->items[0].integer()) + 8 + length;
      const auto end = static_cast<size_t>(offsets->items[1].integer()) + 8 + length;
      if (begin <= end && end <= data.size()) tensor.bytes = data.substr(begin, end - begin);
      found.emplace_back(offsets->items[0].integer(), std::move(tensor));
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    for (auto& [at, tensor] : found) file.tensors.push_back(std::move(tensor));
    return file;
  }

  std::string write() const {
    Json words = Json::object(), header = Json::object();
    for (const auto& [key, text] : metadata) words.set(key, Json::word(text));
    words.set("weft", Json::word(text_of(model)));
    header.set("__metadata__", std::move(words));
    int64_t at = 0;
    std::string data;
    for (const FileTensor& tensor : tensors) {
      Json shape = Json::array();
      for (const int64_t extent : tensor.shape) shape.items.push_back(Json::of(extent));
      const auto end = at + static_cast<int64_t>(tensor.bytes.size());
      header.members.emplace_back(
          tensor.name,
          Json::object({{"dtype", Json::word(tensor.dtype)},
                        {"shape", std::move(shape)},
                        {"data_offsets", Json::array({Json::of(at), Json::of(end)})}}));
      at = end;
      data += tensor.bytes;
    }
    std::string text = text_of(header);
    text.append((64 - (text.size() + 8) % 64) % 64, ' ');
    const uint64_t length = text.size();
    std::string out(8, '\0');
    std::memcpy(out.data(), &length, 8);
    return out + text + data;
  }
};

// What the library takes to tell whether a packed form, or a plan, is of this graph (FNV-1a).
inline std::string fingerprint(const Json& entry) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char* const key : {"inputs", "outputs", "captures", "constants", "graph"}) {
    const Json* const part = entry.find(key);
    if (!part) continue;
    for (const char c : text_of(*part))
      hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  }
  std::string text;
  for (int digit = 60; digit >= 0; digit -= 4) text += "0123456789abcdef"[hash >> digit & 15];
  return text;
}

// After changes: packed forms and plans are of the graphs that they stand beside.
inline void renew_fingerprints(Json& model) {
  Json* const entries = model.find("entries");
  if (!entries) return;
  for (Json& entry : entries->items) {
    if (Json* const packed = entry.find("packed")) {
      if (Json* const of = packed->find("of")) *of = Json::word(fingerprint(entry));
      if (Json* const plan = packed->find("plan"))
        if (plan->find("graph")) plan->set("graph", Json::word(fingerprint(*packed)));
    }
    if (Json* const plan = entry.find("plan"))
      if (plan->find("graph")) plan->set("graph", Json::word(fingerprint(entry)));
  }
}
