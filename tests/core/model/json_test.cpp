#include "model/json/json.h"

#include "doctest.h"

using weft::model::Json;
using weft::model::parse_json;
using weft::model::write_json;

TEST_CASE("json round-trips") {
  const char* texts[] = {
      "null",
      "true",
      "[]",
      "{}",
      "-0.5",
      "9223372036854775807",
      "1e+300",
      "\"a\\\"b\\\\c\"",
      "[1,2.5,\"x\",{\"k\":[null,false]}]",
      "\"\\u0001\"",
      "0.1",
  };
  for (const std::string text : texts) {
    const auto parsed = parse_json(text);
    REQUIRE_MESSAGE(parsed.ok(), parsed.status().message());
    CHECK(write_json(parsed.value()) == text);
  }
}

TEST_CASE("json reads escapes and UTF-8") {
  CHECK(parse_json("\"\\u00e9\\ud83d\\ude00\\n\"").value().text() == "é😀\n");
  CHECK(parse_json(" \"é\" ").value().text() == "é");
  CHECK(parse_json("18446744073709551616").value().number() == 18446744073709551616.0);
}

TEST_CASE("json refuses what is not strict") {
  const char* texts[] = {
      "",
      " ",
      "nul",
      "01",
      "1.",
      ".5",
      "+1",
      "1e",
      "-",
      "[1,]",
      "[1 2]",
      "{\"a\":1,}",
      "{a:1}",
      "{\"a\" 1}",
      "{\"a\":1,\"a\":2}",
      "\"",
      "\"\\x\"",
      "\"\\u12\"",
      "\"\\ud800\"",
      "\"\\udc00\"",
      "\"\x01\"",
      "\"\xff\"",
      "\"\xc0\x80\"",
      "\"\xed\xa0\x80\"",
      "1 2",
      "[",
      "{",
      "NaN",
      "Infinity",
  };
  for (const char* text : texts) {
    const auto parsed = parse_json(text);
    CHECK_FALSE_MESSAGE(parsed.ok(), std::string(text));
    CHECK(parsed.status().message().find("json: byte") == 0);
  }
}

TEST_CASE("json does not nest without end") {
  CHECK(parse_json(std::string(50, '[') + std::string(50, ']')).ok());
  CHECK_FALSE(parse_json(std::string(100000, '[')).ok());
}

TEST_CASE("an object that is left unread is found whole and written as if it had been read") {
  const std::string text = R"({"a":{"graph":{"s":"}\"{","l":[1,{"x":2}]},"b":3},"graph":"text"})";
  const auto json = weft::model::parse_json_without(text, "graph");
  REQUIRE_MESSAGE(json.ok(), json.status().message());
  const Json* const left = json.value().find("a")->find("graph");
  REQUIRE(left->is_unread());
  CHECK(left->text() == R"({"s":"}\"{","l":[1,{"x":2}]})");
  CHECK(json.value().find("graph")->is_string());
  CHECK(write_json(json.value()) == text);
  for (const char* const bad : {R"({"graph":{)", R"({"graph":{"s})", R"({"graph":{"s\)"})
    CHECK_FALSE(weft::model::parse_json_without(bad, "graph").ok());
}

TEST_CASE("a value that was read can be added to, copied and moved") {
  const std::string text = "{\"a\":[1,[2,3],\"a text that needs a block\"],\"b\":{}}";
  Json parsed = parse_json(text).take();
  Json copy = parsed;
  CHECK(write_json(copy) == text);
  copy.set("c", Json("short"));
  copy.set("a key that is longer than eight", Json::array());
  Json moved = std::move(copy);
  CHECK(write_json(parsed) == text);
  CHECK(moved.members().size() == 4);
  CHECK(moved.find("c")->text() == "short");
  CHECK(write_json(*moved.find("a")) == write_json(*parsed.find("a")));
  parsed = *moved.find("a");  // a part of another value, whose memory stays its own
  for (int64_t i = 0; i < 100; ++i) parsed.push(i);
  CHECK(parsed.items().size() == 103);
  CHECK(parsed.items()[102].integer() == 99);
}

TEST_CASE("what lies in parts that are left unread is read as it stands later") {
  const std::string text = "{\"x\":{\"p\":[[],[[]],{\"q\":\"]}\"}]},\"y\":[[1],[2,3]]}";
  const Json parsed = weft::model::parse_json_without(text, "x").take();
  CHECK(parsed.find("x")->is_unread());
  CHECK(write_json(*parsed.find("y")) == "[[1],[2,3]]");
  CHECK(write_json(parsed) == text);
}

TEST_CASE("brackets that do not fit their like are refused at any depth") {
  for (const char* text :
       {"[}", "{]", "[[1,2},3]", "{\"a\":[1}}", "[1,2", "[[[,]]]", "]", "[\"a,b]"})
    CHECK_FALSE(parse_json(text).ok());
  const std::string deep(200, '[');
  CHECK_FALSE(parse_json("[1,2," + deep + "3,4").ok());
  CHECK_FALSE(weft::model::parse_json_without("{\"a\":{\"b\":" + deep + "}}", "a").ok());
}
