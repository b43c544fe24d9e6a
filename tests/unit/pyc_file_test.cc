// Names and headers of compiled Python files.
#include "layer/python/pyc_file.h"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <string_view>

namespace layer::pyc_file_test {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kSource = "NAME = 'alpha'\n";

struct Header {
  std::string_view tag;
  std::string_view magic;
  std::string_view hash;  // of kSource
};
// As importlib.util.source_hash() has them in Python 3.8, 3.10, 3.11 and 3.13.
constexpr Header kHeaders[] = {
    {"cpython-38", "\x55\x0d\r\n"sv, "\x99\x5e\x0c\x07\x69\x27\x66\x82"sv},
    {"cpython-310", "\x6f\x0d\r\n"sv, "\xb1\x6a\x55\x97\xe2\x3e\xd7\xb5"sv},
    {"cpython-311", "\xa7\x0d\r\n"sv, "\x73\xd6\x41\x48\xfb\xcd\x2e\xfe"sv},
    {"cpython-313", "\xf3\x0d\r\n"sv, "\x29\xa1\xe8\x19\xee\x6a\x58\x27"sv},
};

std::string pyc(const Header& header, std::string_view flags, std::string_view rest) {
  return std::string(header.magic).append(flags).append(rest).append("code");
}

TEST_CASE("pyc: a path names its source and its interpreter") {
  struct Case {
    std::string_view path, source, tag;
  };
  for (const Case& each :
       {Case{"a/__pycache__/m.cpython-311.pyc", "a/m.py", "cpython-311"},
        Case{"__pycache__/m.cpython-311.opt-2.pyc", "m.py", "cpython-311"},
        Case{"a/__pycache__/m.x.cpython-38.pyc", "a/m.x.py", "cpython-38"},
        Case{"a/__pycache__/t.cpython-311-pytest-8.0.pyc", "a/t.cpython-311-pytest-8.py", "0"}}) {
    CAPTURE(each.path);
    const std::optional<PycName> name = parse_pyc_path(each.path);
    REQUIRE(name);
    CHECK(name->source == each.source);
    CHECK(name->tag == each.tag);
  }
  for (const std::string_view path :
       {"a/m.cpython-311.pyc", "a/__pycache__/m.pyc", "m.pyc", "a/__pycache__/m.opt-1.pyc",
        "a/__pycache__/m.so", "a/__pycache__/.cpython-311.pyc"}) {
    CAPTURE(path);
    CHECK(!parse_pyc_path(path));
  }
  CHECK(pyc_path("a/m.x.py", "cpython-311") == "a/__pycache__/m.x.cpython-311.pyc");
  CHECK(pyc_path("m.py", "cpython-311") == "__pycache__/m.cpython-311.pyc");
  CHECK(is_compiled_path("a/__pycache__"));
  CHECK(is_compiled_path("__pycache__/x"));
  CHECK(!is_compiled_path("a/my__pycache__/x"));
}

TEST_CASE("pyc: a tag is that of one version") {
  CHECK(is_tag_of("cpython-311", "3.11"));
  CHECK(!is_tag_of("cpython-31", "3.11"));
  CHECK(!is_tag_of("cpython-312", "3.11"));
  CHECK(!is_tag_of("pypy311", "3.11"));
  CHECK(!is_tag_of("cpython-3", "3."));
  CHECK(!is_tag_of("cpython-311-pytest-8", ""));
  CHECK(is_tag_of("cpython-39", ""));
  CHECK(is_tag_of("cpython-313", "3.13t"));
  CHECK(is_tag_of("cpython-313t", "3.13t"));
  CHECK(!is_tag_of("cpython-313t", "3.13"));
}

TEST_CASE("pyc: what fits its source gets the header that each version of CPython gives it") {
  const PycSource source{kSource, 0x0102030405};
  const PycSource moved{kSource, std::nullopt};
  for (const Header& header : kHeaders) {
    CAPTURE(header.tag);
    const std::string wanted = std::string(header.magic).append("\1\0\0\0"sv).append(header.hash);
    const std::string timed = pyc(header, "\0\0\0\0"sv, "\5\4\3\2\x0f\0\0\0"sv);
    CHECK(compare_pyc(timed, header.tag, source) == PycState::kFits);
    CHECK(always_taken_header(timed, header.tag, source) == wanted);
    CHECK(compare_pyc(timed, header.tag, moved) == PycState::kStale);
    const std::string hashed = pyc(header, "\3\0\0\0"sv, header.hash);
    CHECK(compare_pyc(hashed, header.tag, moved) == PycState::kFits);
    CHECK(always_taken_header(hashed, header.tag, moved) == wanted);
    CHECK(compare_pyc(hashed, header.tag, {"X = 1\n", {}}) == PycState::kStale);
    CHECK(compare_pyc(wanted, header.tag, {"X = 1\n", {}}) == PycState::kAlways);
  }
}

TEST_CASE("pyc: what Python would not take is stale") {
  const PycSource source{kSource, 5};
  const Header& header = kHeaders[2];
  CHECK(compare_pyc(pyc(header, "\0\0\0\0"sv, "\6\0\0\0\x0f\0\0\0"sv), header.tag, source) ==
        PycState::kStale);  // another time
  CHECK(compare_pyc(pyc(header, "\0\0\0\0"sv, "\5\0\0\0\x0e\0\0\0"sv), header.tag, source) ==
        PycState::kStale);  // another size
  CHECK(compare_pyc(pyc(header, "\4\0\0\0"sv, "\5\0\0\0\x0f\0\0\0"sv), header.tag, source) ==
        PycState::kStale);  // flags that nobody knows
  CHECK(compare_pyc("\xa7\x0d\r\n\0\0\0\0"sv, header.tag, source) == PycState::kStale);
  CHECK(compare_pyc("0123\1\0\0\0456789ab"sv, header.tag, source) == PycState::kStale);
  CHECK(compare_pyc({}, header.tag, source) == PycState::kStale);
}

}  // namespace
}  // namespace layer::pyc_file_test
