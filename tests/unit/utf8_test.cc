// Which texts are UTF-8, and how what no terminal shows is written.
#include "layer/base/utf8.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "layer/base/error.h"
#include "layer/base/json.h"

namespace layer::utf8_test {
namespace {

TEST_CASE("utf8: what is well-formed, and what is not") {
  for (const char* text : {"", "a", "\x7f", "\u0080", "\u07ff", "\u0800", "\ud7ff", "\ue000",
                           "\uffff", "\U00010000", "\U0010ffff"}) {
    CHECK_MESSAGE(is_utf8(text), text);
  }
  for (const char* text :
       {"\x80", "\xc0\x80", "\xc1\xbf", "\xc3", "\xe0\x9f\xbf", "\xe2\x80", "\xed\xa0\x80",
        "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5", "\xff"}) {
    CHECK_FALSE_MESSAGE(is_utf8(text), with_escaped_bytes(text));
  }
}

TEST_CASE("utf8: what a terminal would obey is escaped for messages, the rest stays") {
  struct Case {
    std::string_view text;
    std::string_view escaped;
  };
  for (const Case& each : {
           Case{"a b\\n~", "a b\\n~"},
           {"\u00e9\u4e2d\U0001f40d\u00a0", "\u00e9\u4e2d\U0001f40d\u00a0"},
           {"\x1b]0;title\x07", "\\x1b]0;title\\x07"},
           {std::string_view("\0\b\n\r\t\x7f", 6), "\\x00\\x08\\n\\r\\t\\x7f"},
           {"\u0080\u009b", "\\xc2\\x80\\xc2\\x9b"},
           {"\u2028\u202a\u202e\u2066\u2069",
            "\\xe2\\x80\\xa8\\xe2\\x80\\xaa\\xe2\\x80\\xae\\xe2\\x81\\xa6\\xe2\\x81\\xa9"},
           {"\u2027\u202f\u2065\u206a", "\u2027\u202f\u2065\u206a"},
           {"caf\xe9!\xf0\x9f", "caf\\xe9!\\xf0\\x9f"},
       }) {
    CHECK(with_escaped_bytes(each.text) == each.escaped);
  }
}

TEST_CASE("error: no name makes a second line") {
  const Diagnostic fault{{"a\nb", 2, 0}, "'\x1b[2J'", {{{"c\rd"}, "e\nf"}}, "g\x9bh"};
  CHECK(fault.to_string("warning") ==
        "a\\nb:2: warning: '\\x1b[2J'\n"
        "c\\rd: note: e\\nf\n"
        "a\\nb:2: help: g\\x9bh\n");
}

TEST_CASE("json: a report has no characters that a terminal would obey, and reads the same") {
  const Json value{{"name", "\x1b\n\x7f\u009b\u202e\u00e9\\"}, {"bad", "a\xff"}};
  const std::string text = dump_report(value);
  CHECK(text ==
        "{\n \"bad\": \"a\ufffd\",\n"
        " \"name\": \"\\u001b\\n\\u007f\\u009b\\u202e\u00e9\\\\\"\n}\n");
  CHECK(Json::parse(text)["name"] == value["name"]);
}

}  // namespace
}  // namespace layer::utf8_test
