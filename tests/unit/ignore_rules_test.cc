// The language of .dockerignore. The patterns and paths are from the tests of its own matcher.
#include "layer/read/ignore_rules.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <string>
#include <vector>

#include "tests/unit/temporary_directory.h"

namespace layer::ignore_rules_test {
namespace {

bool leaves_out(const std::vector<std::string>& patterns, std::string_view path) {
  IgnoreRules rules;
  for (const std::string& pattern : patterns) rules.add(pattern, "pattern");
  return rules.judge(path) == IgnoreRules::Verdict::kLeftOut;
}

struct PatternCase {
  const char* pattern;
  const char* path;
};

TEST_CASE("ignore rules: patterns take what Docker's take") {
  const PatternCase cases[] = {
      {"*", "a.go"},
      {"*.go", "a.go"},
      {"**", "f"},
      {"**/", "f"},
      {"**", "d/f"},
      {"**/**", "d/f"},
      {"d/**", "d/f"},
      {"d/**", "d/e/f"},
      {"**/d", "d"},
      {"**/d", "d/f"},
      {"**/e/*", "d/e/f"},
      {"**/e/**", "d/e/g/f"},
      {"**file", "file"},
      {"**file", "d/file"},
      {"**file", "d/myfile"},
      {"**/file", "d/e/file"},
      {"**/file*", "d/e/file.txt"},
      {"**/file*txt", "d/e/file.txt"},
      {"**/file*.txt*", "d/e/file.txt"},
      {"**/**/*.txt", "d/e/file.txt"},
      {"**/*.txt", "file.txt"},
      {"**/**/*.txt", "file.txt"},
      {"a**/*.txt", "a/file.txt"},
      {"a**/*.txt", "a/d/e/file.txt"},
      {"a/*.txt", "a/file.txt"},
      {"a/*.txt**", "a/file.txt"},
      {"a[b-d]e", "ace"},
      {"a[^b-d]e", "aze"},
      {".*", ".foo"},
      {"abc?def", "abcZdef"},
      {"a\\\\", "a\\"},
      {"**/foo/bar", "foo/bar"},
      {"**/foo/bar", "d/e/foo/bar"},
      {"abc/**", "abc/def/ghi"},
      {"**/.foo", ".foo"},
      {"a(b)c/def", "a(b)c/def"},
      {"a.|)$(}+{bc", "a.|)$(}+{bc"},
      {"dist/*.whl", "dist/p.py-2.4.0rc3.dev36+g08-py3-none-any.whl"},
      {"a\\*b", "a*b"},
      {"a*", "ab/c"},
      {"a*/b", "abc/b"},
      {"a*b*c*d*e*/f", "axbxcxdxexxx/f"},
      {"a*b?c*x", "abxbbxdbxebxczzx"},
      {"ab[^e-g]", "abc"},
      {"a?b",
       "a\xe2\x98\xba"
       "b"},
      {"a[^a]b",
       "a\xe2\x98\xba"
       "b"},
      {"[a-\xce\xb6]*", "\xce\xb1"},
      {"[\\]a]", "]"},
      {"[x\\-]", "-"},
      {"*x", "xxx"},
      {"a?b",
       "a\xff"
       "b"},
      {"/top", "top/f"},
      {" d/ ", "d"},
      {"./d//e/../g", "d/g"},
  };
  for (const PatternCase& one : cases) {
    CAPTURE(one.pattern);
    CAPTURE(one.path);
    CHECK(leaves_out({one.pattern}, one.path));
  }
}

TEST_CASE("ignore rules: patterns leave alone what Docker's leave alone") {
  const PatternCase cases[] = {
      {"**/**/*.txt2", "d/e/file.txt"},
      {"a/*.txt", "a/d/file.txt"},
      {"a[b-d]e", "ae"},
      {"a[b-d]e", "aae"},
      {".*", "foo"},
      {"abc.def", "abcdef"},
      {"abc.def", "abcZdef"},
      {"abc?def", "abcdef"},
      {"abc/**", "abc"},
      {"**/.foo", "bar.foo"},
      {"a(b)c/def", "a(b)c/xyz"},
      {"a*/b", "a/c/b"},
      {"a*b*c*d*e*/f", "axbxcxdxe/xxx/f"},
      {"a*b?c*x", "abxbbxdbxebxczzy"},
      {"ab[^b-d]", "abc"},
      {"a\\*b", "ab"},
      {"a???b",
       "a\xe2\x98\xba"
       "b"},
      {"*[a-\xce\xb6]", "A"},
      {"a?b", "a/b"},
      {"a*b", "a/b"},
      {"[x\\-]", "z"},
      {"name", "d/name"},
      {".", "a"},
      {"/", "a"},
      {"../a", "a"},
  };
  for (const PatternCase& one : cases) {
    CAPTURE(one.pattern);
    CAPTURE(one.path);
    CHECK_FALSE(leaves_out({one.pattern}, one.path));
  }
}

TEST_CASE("ignore rules: the last pattern that matches decides") {
  CHECK(leaves_out({"!a.go", "*.go"}, "a.go"));
  CHECK_FALSE(leaves_out({"*.go", "!a.go"}, "a.go"));
  CHECK_FALSE(leaves_out({"docs", "!docs/README.md"}, "docs/README.md"));
  CHECK(leaves_out({"docs", "!docs/README.md"}, "docs/other"));
  CHECK_FALSE(leaves_out({"docs/*", "  ! /docs/README.md  "}, "docs/README.md"));
  CHECK_FALSE(leaves_out({"**", "!util/web"}, "util/web/foo"));
  CHECK(leaves_out({"**", "!util/web", "util/web/foo"}, "util/web/foo"));
  IgnoreRules rules;
  rules.add("!.env", "pattern");
  CHECK(rules.judge(".env") == IgnoreRules::Verdict::kKeptByName);
  CHECK(rules.judge("env") == IgnoreRules::Verdict::kKept);
}

TEST_CASE("ignore rules: what may be kept below a directory is not passed over") {
  IgnoreRules rules;
  for (const char* pattern : {"a", "b", "c", "!a/keep/x", "!b*/y"}) rules.add(pattern, "pattern");
  CHECK(rules.may_keep_below("a"));
  CHECK(rules.may_keep_below("a/keep"));
  CHECK_FALSE(rules.may_keep_below("a/other"));
  CHECK(rules.may_keep_below("b"));
  CHECK_FALSE(rules.may_keep_below("c"));
}

TEST_CASE("ignore rules: a pattern that is none is an error") {
  struct Case {
    const char* pattern;
    const char* fault;
  };
  constexpr const char* kRange = "has a literal '-' or ']' inside '[...]': write '\\-' or '\\]'";
  constexpr const char* kUnclosed = "has a '[' without its ']'";
  const Case cases[] = {
      {"!", "names nothing"},
      {" ", "names nothing"},
      {"[", kUnclosed},
      {"[^", kUnclosed},
      {"[^bc", kUnclosed},
      {"a[", kUnclosed},
      {"[]a]", kRange},
      {"[-]", kRange},
      {"[x-]", kRange},
      {"[-x]", kRange},
      {"[a-b-c]", kRange},
      {"[l-O]", "has a range whose end is before its beginning"},
      {"\\", "ends with a '\\' that escapes nothing"},
  };
  for (const Case& one : cases) {
    CHECK(TemporaryDirectory().error_of([&] { IgnoreRules().add(one.pattern, "--exclude"); }) ==
          fmt::format("veneer: error: --exclude '{}' {}\n", one.pattern, one.fault));
  }
}

TEST_CASE("ignore rules: a file has comments, blank lines and perhaps a byte order mark") {
  IgnoreRules rules;
  rules.add_file("f", "\xef\xbb\xbf# comment\n\n  a  \r\n #b\n!a/x\nlast");
  CHECK(rules.size() == 4);
  CHECK(rules.judge("a/y") == IgnoreRules::Verdict::kLeftOut);
  CHECK(rules.judge("a/x") == IgnoreRules::Verdict::kKeptByName);
  CHECK(rules.judge("#b") == IgnoreRules::Verdict::kLeftOut);
  CHECK(rules.judge("last") == IgnoreRules::Verdict::kLeftOut);
  CHECK(TemporaryDirectory().error_of([] { IgnoreRules().add_file("f", "a\n[\n!\n"); }) ==
        "f:2:1: error: pattern '[' has a '[' without its ']'\n"
        "f:3:1: error: pattern '!' names nothing\n");
}

}  // namespace
}  // namespace layer::ignore_rules_test
