// Sizes as JSON, in the same order for writing and reading.
#include "base/errors.h"
#include "model/json/codec_sizes_impl.h"

namespace weft::model {
namespace {

Json encode(const graph::Polynomial& polynomial) {
  Json terms = Json::array();
  for (const graph::Term& term : polynomial.terms) {
    Json json = Json::array();
    json.push(term.factor);
    for (const int32_t size : term.sizes) json.push(int64_t{size});
    for (const graph::Quotient& quotient : term.quotients) {
      Json parts = Json::array();
      for (const int64_t part :
           {int64_t{quotient.size}, quotient.factor, quotient.offset, quotient.divisor})
        parts.push(part);
      json.push(std::move(parts));
    }
    terms.push(std::move(json));
  }
  return terms;
}

// A dimension has a name and the input axes whose extent it is, instead of a value.
void encode_dimension(const graph::Size& size, Json& json) {
  Json axes = Json::array();
  for (const graph::InputAxis& place : size.axes) {
    Json pair = Json::array();
    pair.push(int64_t{place.input});
    pair.push(int64_t{place.axis});
    axes.push(std::move(pair));
  }
  json.set("name", size.name);
  json.set("least", size.minimum);
  json.set("axes", std::move(axes));
}

// A number in the graph that follows from sizes: where it is, and its polynomial.
Json encode(const graph::SizedNumber& sized) {
  Json json = Json::object();
  json.set("node", int64_t{sized.node});
  if (sized.operand >= 0) json.set("operand", int64_t{sized.operand});
  if (sized.attribute >= 0) json.set("attribute", int64_t{sized.attribute});
  if (sized.element >= 0) json.set("element", int64_t{sized.element});
  json.set("number", encode(sized.number));
  return json;
}

// An index that is not in the JSON stays as it is, -1.
Status decode_index(std::string_view where, const Json* json, int32_t& index) {
  if (!json) return {};
  if (!json->is_integer() || json->integer() < 0 || json->integer() > INT32_MAX)
    return errors::io(where,
                      "an index of a number that depends on sizes must be an integer in [0, 2^31)");
  index = static_cast<int32_t>(json->integer());
  return {};
}

// The bounds keep arithmetic with extents in range.
Status decode(std::string_view where, const Json& json, graph::Quotient& quotient) {
  constexpr int64_t kMost = 1 << 30;
  bool sound = json.items().size() == 4;
  for (const Json& part : json.items())
    sound = sound && part.is_integer() && part.integer() >= -kMost && part.integer() <= kMost;
  if (!sound || json.items()[3].integer() < 1)
    return errors::io(where, "a quotient must be a size, a factor, an offset and a divisor");
  WEFT_TRY(decode_index(where, &json.items()[0], quotient.size));
  quotient.factor = json.items()[1].integer();
  quotient.offset = json.items()[2].integer();
  quotient.divisor = json.items()[3].integer();
  return {};
}

Status decode(std::string_view where, const Json* json, graph::Polynomial& polynomial) {
  if (!json || !json->is_array()) return errors::io(where, "a polynomial must be a list of terms");
  for (const Json& item : json->items()) {
    graph::Term term;
    if (item.items().empty() || !item.items()[0].is_number())
      return errors::io(where, "a term of a polynomial must begin with a number");
    term.factor = item.items()[0].number();
    for (size_t i = 1; i < item.items().size(); ++i) {
      if (item.items()[i].is_array()) {
        WEFT_TRY(decode(where, item.items()[i], term.quotients.emplace_back()));
        continue;
      }
      int32_t size = -1;
      WEFT_TRY(decode_index(where, &item.items()[i], size));
      term.sizes.push_back(size);
    }
    polynomial.terms.push_back(std::move(term));
  }
  return {};
}

Status decode(std::string_view where, const Json& json, graph::InputAxis& place) {
  if (json.items().size() != 2)
    return errors::io(where, "an axis of a dimension must be a pair of an input and an axis");
  WEFT_TRY(decode_index(where, &json.items()[0], place.input));
  return decode_index(where, &json.items()[1], place.axis);
}

Status decode_dimension(std::string_view where, const Json& json, graph::Size& size) {
  const Json *name = json.find("name"), *minimum = json.find("least"), *axes = json.find("axes");
  if (!name || !name->is_string() || !minimum || !minimum->is_integer() || !axes)
    return errors::io(where, "a dimension must have a name, a minimum and axes");
  size.name = name->text();
  size.minimum = minimum->integer();
  for (const Json& axis : axes->items()) WEFT_TRY(decode(where, axis, size.axes.emplace_back()));
  return {};
}

Status decode(std::string_view where, const Json& json, graph::Size& size) {
  const Json* example = json.find("example");
  WEFT_TRY(decode_index(where, json.find("value"), size.value));
  if (size.is_dimension()) WEFT_TRY(decode_dimension(where, json, size));
  if (!example || !example->is_integer())
    return errors::io(where, "a size must have an integer as its example");
  size.example = example->integer();
  return decode(where, json.find("bound"), size.bound);
}

Status decode(std::string_view where, const Json& json, graph::SizedNumber& sized) {
  WEFT_TRY(decode_index(where, json.find("node"), sized.node));
  WEFT_TRY(decode_index(where, json.find("operand"), sized.operand));
  WEFT_TRY(decode_index(where, json.find("attribute"), sized.attribute));
  WEFT_TRY(decode_index(where, json.find("element"), sized.element));
  return decode(where, json.find("number"), sized.number);
}

template <class Item>
Status decode_list(std::string_view where, const Json* json, std::vector<Item>& items) {
  if (!json) return {};
  for (const Json& one : json->items()) WEFT_TRY(decode(where, one, items.emplace_back()));
  return {};
}

}  // namespace

void encode_sizes(const graph::Graph& graph, std::span<const int64_t> numbers, Json& json) {
  if (graph.sizes.empty() && graph.sized.empty()) return;
  Json sizes = Json::array(), sized = Json::array();
  for (const graph::Size& size : graph.sizes) {
    Json one = Json::object();
    if (size.is_dimension())
      encode_dimension(size, one);
    else
      one.set("value", numbers[static_cast<size_t>(size.value)]);
    one.set("example", size.example);
    one.set("bound", encode(size.bound));
    sizes.push(std::move(one));
  }
  for (const graph::SizedNumber& number : graph.sized) sized.push(encode(number));
  json.set("sizes", std::move(sizes));
  json.set("sized", std::move(sized));
}

Status decode_sizes(std::string_view where, const Json& json, graph::Graph& graph) {
  WEFT_TRY(decode_list(where, json.find("sizes"), graph.sizes));
  return decode_list(where, json.find("sized"), graph.sized);
}

}  // namespace weft::model
