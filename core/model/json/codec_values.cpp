// JSON has no NaN and no infinities, so they are texts: "nan", "inf", "-inf".
#include "model/json/codec_values_impl.h"

#include <cmath>

#include "base/printable.h"

namespace weft::model {

using ops::Argument;
using ops::AttributeKind;
using ops::Tag;

namespace {

Json encode_real(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return value;
}

bool decode_real(const Json& json, double& value) {
  if (json.is_number()) {
    value = json.number();
    return true;
  }
  const std::string_view text = json.text();
  if (text == "nan") value = NAN;
  if (text == "inf") value = HUGE_VAL;
  if (text == "-inf") value = -HUGE_VAL;
  return text == "nan" || text == "inf" || text == "-inf";
}

}  // namespace

Json encode_attribute(const Argument& a) {
  switch (a.tag) {
    case Tag::kInt: return a.integer;
    case Tag::kFloat: return encode_real(a.real);
    case Tag::kBool: return a.integer != 0;
    case Tag::kString: return a.as_text();
    case Tag::kDType: return name_of(static_cast<DType>(a.integer));
    case Tag::kInts: {
      Json list = Json::array();
      for (const int64_t number : a.as_ints()) list.push(number);
      return list;
    }
    default: return {};
  }
}

// The kind comes from the operator's schema and decides how the JSON is read; null means none.
bool decode_attribute(AttributeKind kind, const Json& json, AttributeMemory& memory, Argument& a) {
  a = Argument::none();
  if (json.is_null()) return true;
  switch (kind) {
    case AttributeKind::kInt: a = Argument::of_int(json.integer()); return json.is_integer();
    case AttributeKind::kBool: a = Argument::of_bool(json.flag()); return json.is_bool();
    case AttributeKind::kFunction: return false;
    case AttributeKind::kString:  // names of modes, and texts that a run prints or fails with
      memory.texts.push_back(
          std::make_unique<std::string>(printable_lines(std::string(json.text()))));
      a = Argument::of_string(*memory.texts.back());
      return json.is_string();
    case AttributeKind::kFloat: {
      double value = 0;
      const bool sound = decode_real(json, value);
      a = Argument::of_float(value);
      return sound;
    }
    case AttributeKind::kDType: {
      const std::optional<DType> dtype = dtype_named(json.text());
      a = Argument::of_dtype(dtype.value_or(DType::kFloat32));
      return dtype.has_value() && is_known(*dtype);
    }
    case AttributeKind::kIntOrInts:
      if (json.is_integer()) {
        a = Argument::of_int(json.integer());
        return true;
      }
      [[fallthrough]];
    case AttributeKind::kInts: {
      memory.lists.push_back(std::make_unique<std::vector<int64_t>>());
      for (const Json& item : json.items()) {
        if (!item.is_integer()) return false;
        memory.lists.back()->push_back(item.integer());
      }
      a = Argument::of_ints(*memory.lists.back());
      return json.is_array();
    }
  }
  return false;
}

Json encode_scalar(const Argument& a) {
  Json object = Json::object();
  if (a.tag == Tag::kInt) object.set("int", a.integer);
  if (a.tag == Tag::kFloat) object.set("float", encode_real(a.real));
  if (a.tag == Tag::kBool) object.set("bool", a.integer != 0);
  return object;
}

bool decode_scalar(const Json& json, Argument& a) {
  if (json.members().size() != 1) return false;
  const std::string_view key = json.members()[0].key();
  const Json& value = json.members()[0].value;
  double real = 0;
  if (key == "int" && value.is_integer()) {
    a = Argument::of_int(value.integer());
  } else if (key == "bool" && value.is_bool()) {
    a = Argument::of_bool(value.flag());
  } else if (key == "float" && decode_real(value, real)) {
    a = Argument::of_float(real);
  } else {
    return false;
  }
  return true;
}

}  // namespace weft::model
