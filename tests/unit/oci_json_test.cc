// Strict JSON: what is refused, and how the refusal reads.
#include <nlohmann/json.hpp>

#include "oci/model/json.h"
#include "oci_support.h"

namespace oci::oci_json_test {
namespace {

using test::error_of;

TEST_CASE("json: what is not strict JSON is refused with its place") {
  struct Case {
    std::string text;
    std::string message;
  };
  const Case cases[] = {
      {R"({"a": {"b": [1, {"x/y": 2, "x/y": 3}]}})", "f: error: /a/b/1/x~1y: is given twice\n"},
      {"{\"a\": 1,\n \"a\": 2}", "f: error: /a: is given twice\n"},
      {std::string(65, '[') + std::string(65, ']'),
       "f: error: is nested more than 64 levels deep\n"},
      {"{\"a\": \"\xff\"}",
       "f:1:8: error: is not JSON: syntax error while parsing value - invalid string: ill-formed "
       "UTF-8 byte; last read: '\"\\xff'\n"},
      {"{}\n{}",
       "f:2:1: error: is not JSON: syntax error while parsing value - unexpected '{'; expected end "
       "of input\n"},
      {"", "f: error: is empty, not JSON\n"},
      {"\xef\xbb\xbf{}", "f:1:1: error: is not JSON: it begins with a byte order mark\n"},
      {std::string("{}\0{}", 5), "f:1:3: error: is not JSON: a NUL character\n"},
      {std::string("{}\n\0", 4), "f:2:1: error: is not JSON: a NUL character\n"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.text);
    CHECK(error_of([&] { parse_json(one.text, "f"); }) == one.message);
  }
  std::string many = "[0";
  for (int i = 0; i < 1 << 18; ++i) many += ",0";
  CHECK(error_of([&] { parse_json(many + ']', "f"); }) ==
        "f: error: has more than 262144 values\n");
}

TEST_CASE("json: nesting up to the bound and equal names in different objects are fine") {
  CHECK(error_of([] { parse_json(std::string(64, '[') + std::string(64, ']'), "f"); }).empty());
  CHECK(error_of([] { parse_json(R"([{"a": 1}, {"a": {"a": 2}}])", "f"); }).empty());
}

TEST_CASE("json: a document longer than the bound is refused before it is parsed") {
  CHECK(error_of([] { parse_json("[1,2]", "f", 4); }) ==
        "f: error: is 5 bytes long, more than 4\n");
}

TEST_CASE("json: typed access names the field and what was found") {
  const Json document = parse_json(
      R"({"n": -1, "f": 1.0, "big": 9223372036854775808, "s": "x", "l": ["a", 2], "z": null})",
      "f");
  const JsonField field(document, "f");
  struct Case {
    std::function<void()> action;
    std::string message;
  };
  const std::string whole = "expected a whole number from 0 to 9223372036854775807, found ";
  const Case cases[] = {
      {[&] { field.at("n").size(); }, "f: error: /n: " + whole + "-1\n"},
      {[&] { field.at("f").size(); }, "f: error: /f: " + whole + "1.0\n"},
      {[&] { field.at("big").size(); }, "f: error: /big: " + whole + "9223372036854775808\n"},
      {[&] { field.at("s").size(); }, "f: error: /s: " + whole + "string\n"},
      {[&] { field.at("n").text(); }, "f: error: /n: expected a string, found number\n"},
      {[&] { field.at("l").texts(); }, "f: error: /l/1: expected a string, found number\n"},
      {[&] { field.at("s").items(); }, "f: error: /s: expected an array, found string\n"},
      {[&] { field.at("l").find("a"); }, "f: error: /l: expected an object, found array\n"},
      {[&] { field.at("s").flag(); }, "f: error: /s: expected true or false, found string\n"},
      {[&] { field.at("z"); }, "f: error: has no 'z'\n"},
      {[&] { field.text(); }, "f: error: expected a string, found object\n"},
  };
  for (const Case& one : cases) CHECK(error_of(one.action) == one.message);
}

TEST_CASE("json: null is an empty text in a list and in a map") {
  const Json document = parse_json(R"({"l": ["a", null], "m": {"a": null, "b": "x"}})", "f");
  const JsonField field(document, "f");
  CHECK(field.at("l").texts() == std::vector<std::string>{"a", ""});
  CHECK(field.at("m").text_map() == StringMap{{"a", ""}, {"b", "x"}});
}

TEST_CASE("json: written compact and sorted, with UTF-8 and floats as they were") {
  const std::string text = R"({ "b" : [ 1.5 , true ], "a" : "grün" })";
  CHECK(dump_json(parse_json(text, "f")) == R"({"a":"grün","b":[1.5,true]})");
}

}  // namespace
}  // namespace oci::oci_json_test
