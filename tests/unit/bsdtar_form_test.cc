// What tar command lines say of compression and of names.
#include <doctest/doctest.h>

#include "layer/base/error.h"
#include "layer/bsdtar/archive_form.h"
#include "layer/bsdtar/name_pattern.h"
#include "layer/bsdtar/names.h"
#include "layer/bsdtar/pattern_list.h"
#include "layer/bsdtar/pattern_size.h"
#include "layer/bsdtar/substitution.h"

namespace layer::bsdtar_form_test {
namespace {

std::string form_text(const CompressionRequest& request) {
  const ArchiveForm form = choose_form(request);
  if (form.filter) return "libarchive";
  return std::string(codec_name(form.compression.codec)) + " " +
         std::to_string(form.compression.level);
}

TEST_CASE("tar: veneer's own compressors do what they can, libarchive the rest") {
  struct Row {
    CompressionRequest request;
    std::string form;
  };
  const Row rows[] = {
      {{}, "none 0"},
      {{"gzip", {}, {}}, "gzip 6"},
      {{"gzip", {}, "gzip:!timestamp"}, "gzip 6"},
      {{"gzip", {}, "gzip:compression-level=9,gzip:!timestamp"}, "gzip 9"},
      {{"gzip", {}, "compression-level=1"}, "gzip 1"},
      {{"gzip", {}, "gzip:compression-level=0"}, "libarchive"},
      {{"gzip", {}, "gzip:compression-level=10"}, "libarchive"},
      {{"gzip", {}, "gzip:compression-level=6x"}, "libarchive"},
      {{"gzip", {}, "zstd:compression-level=6"}, "libarchive"},
      {{"gzip", {}, "gzip:window=6"}, "libarchive"},
      {{"zstd", {}, {}}, "zstd 3"},
      {{"zstd", {}, "zstd:compression-level=19,zstd:threads=4"}, "zstd 19"},
      {{"zstd", {}, "zstd:compression-level=20"}, "libarchive"},
      {{"xz", {}, {}}, "libarchive"},
      {{{}, "pigz -9", {}}, "libarchive"},
      {{"gzip", "pigz -9", {}}, "libarchive"},
      {{{}, {}, "gzip:!timestamp"}, "libarchive"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.request.codec);
    CAPTURE(row.request.options);
    CHECK(form_text(row.request) == row.form);
  }
}

TEST_CASE("tar: --auto-compress goes by the name's end") {
  CHECK(codec_of_name("x.tgz") == "gzip");
  CHECK(codec_of_name("x.tar.zst") == "zstd");
  CHECK(codec_of_name("x.tar.bz2") == "bzip2");
  CHECK(codec_of_name("x.tar").empty());
}

std::string rewrite(const std::vector<std::string>& rules, const std::string& text,
                    SubstitutedText kind = SubstitutedText::kName) {
  try {
    std::vector<Substitution> all;
    all.reserve(rules.size());
    for (const std::string& rule : rules) all.emplace_back(rule);
    return substitute(all, kind, text);
  } catch (const Error& error) {
    return error.what();
  }
}

TEST_CASE("tar -s: each rule takes what the ones before it left, from where they ended") {
  struct Row {
    std::vector<std::string> rules;
    std::string text;
    std::string result;
  };
  const Row rows[] = {
      {{"#bazel-out/bin/##"}, "bazel-out/bin/a", "a"},
      {{"/a/b/"}, "aaa", "baa"},
      {{"/a/b/g"}, "aaa", "bbb"},
      {{"/a*/x/g"}, "bab", "xbxb"},
      {{",^\\([^/.]\\),./\\1,"}, "etc/x", "./etc/x"},
      {{"/a/[~]/"}, "bab", "b[a]b"},
      {{"/a/\\~\\\\/"}, "a", "~\\"},
      {{"/a/1/", "/a/2/"}, "aa", "12"},
      {{"/a/b/R"}, "a", "a"},
      {{"/^$/x/g"}, "", "x"},
      {{"a"}, "x", "veneer: error: -s 'a': expected /OLD/NEW/\n"},
      {{""}, "x", "veneer: error: -s '': expected /OLD/NEW/\n"},
      {{"/a/b"}, "x", "veneer: error: -s '/a/b': expected /OLD/NEW/\n"},
      {{"/a/\\1/"},
       "x",
       "veneer: error: -s '/a/\\1/': '\\1' refers to a missing group: OLD has 0 groups\n"},
      {{"/a/b/z"},
       "x",
       "veneer: error: -s '/a/b/z': unknown flag 'z': expected g, r, R, h, H, s or S\n"},
      {{"/\\(/b/"},
       "x",
       "veneer: error: -s '/\\(/b/': '\\(' is not a regular expression: Unmatched ( or \\(\n"},
      {{"/\\(a\\)\\1/b/"},
       "x",
       "veneer: error: -s '/\\(a\\)\\1/b/': '\\(a\\)\\1' refers back to a group, which may take "
       "for "
       "ever to match\n"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.rules.front());
    CHECK(rewrite(row.rules, row.text) == row.result);
  }
  CHECK(rewrite({"/a/b/S"}, "a", SubstitutedText::kSymlink) == "a");
  CHECK(rewrite({"/a/b/RH"}, "a", SubstitutedText::kSymlink) == "b");
  CHECK(rewrite({"/a/b/H"}, "a", SubstitutedText::kHardlink) == "a");
}

TEST_CASE("tar -s: patterns are refused that take gigabytes or the whole stack to compile") {
  const std::string parts = "has more than 1000 parts, with its repetitions written out";
  const std::string depth = "has more than 50 nested groups";
  const auto repeat = [](std::string_view text, size_t times) {
    std::string all;
    while (times-- > 0) all += text;
    return all;
  };
  const std::pair<std::string, std::string> refused[] = {
      {"\\(a*\\)\\{5000\\}", parts},
      {"a\\{0,32767\\}", parts},
      {"a\\{1001,\\}", parts},
      {"a\\{99999999999999999999999\\}", parts},
      {"\\(\\(a\\{9\\}\\)\\{9\\}\\)\\{9,12\\}", parts},
      {"\\(a\\{100\\}\\)\\+\\{9\\}", parts},
      {"[[:alpha:]]\\{1001\\}", parts},
      {"[]]\\{1001\\}", parts},
      {repeat("a*", 501), parts},
      {repeat("\\(", 20000) + "a" + repeat("\\)", 20000), depth},
  };
  for (const auto& [pattern, excess] : refused) {
    CAPTURE(pattern.substr(0, 40));
    CHECK(excess_of_pattern(pattern) == excess);
  }
  for (const std::string& taken :
       {std::string("[0-9]\\{4\\}-[0-9]\\{2\\}"), std::string("[[:digit:]\\{9999\\}]*"),
        std::string("[]\\(\\1]"), std::string("[^]\\1]"), std::string("\\{\\}"), std::string("a\\"),
        repeat("\\(a\\{100\\}\\)*", 9), repeat("\\(", 49) + repeat("\\)", 49)}) {
    CAPTURE(taken);
    CHECK(excess_of_pattern(taken) == std::nullopt);
  }
}

TEST_CASE("tar: --strip-components counts as bsdtar does") {
  const auto strip = [](uint32_t components, const std::string& path) {
    NameRules rules;
    rules.strip_components = components;
    return Names(rules).edit(path).value_or("nothing");
  };
  CHECK(strip(0, "./a/") == "./a/");
  CHECK(strip(1, "package/lib/x.js") == "lib/x.js");
  CHECK(strip(1, "./a/b") == "a/b");
  CHECK(strip(1, "package/") == "nothing");
  CHECK(strip(1, "package") == "nothing");
  CHECK(strip(2, "a//b") == "b");
}

// Of 'e', 'i' and 'w' those whose use of the pattern matches the name: to exclude, to include, and to
// include whole names only.
std::string uses_that_match(const std::string& pattern, const std::string& name) {
  std::string uses;
  MatchedName matched;
  matched.set(name);
  const std::pair<char, PatternUse> all[] = {
      {'e', PatternUse::kExclude}, {'i', PatternUse::kInclude}, {'w', PatternUse::kIncludeItself}};
  for (const auto& [letter, use] : all) {
    const bool matches = NamePattern(pattern, use).matches(matched);
    if (matches) uses += letter;
    PatternList list(use);
    list.add(pattern);
    CHECK(list.matches(matched) == matches);
  }
  return uses;
}

TEST_CASE("tar: a pattern matches what libarchive says that it does") {
  struct Row {
    std::string pattern;
    std::string name;
    std::string uses;
  };
  const Row rows[] = {
      {"a", "a", "eiw"},
      {"a", "a/", "eiw"},
      {"a", "a/.", "eiw"},
      {"a", "./a", "eiw"},
      {"a", ".//./a", "eiw"},
      {"a", "a/b", "ei"},
      {"a", "b/a", "e"},
      {"a", "b//./a/c", "e"},
      {"a", "/a", "e"},
      {"a", "ab", ""},
      {"a/", "a", "eiw"},
      {"/", "/", ""},
      {"./a", "a", "eiw"},
      {"./a", "b/a", "e"},
      {"/a", "/a", "eiw"},
      {"/a", "//./a", "eiw"},
      {"/a", "a", ""},
      {"a/b", "a//./b", "eiw"},
      {"a/./b", "a/b", "eiw"},
      {"a/b", "a/.b", ""},
      {"a//", "a/b", "ei"},
      {"a/*", "a", "eiw"},
      {"a/*", "a/b/c", "eiw"},
      {"a/*b", "a", ""},
      {"*b", "a/xb", "eiw"},
      {"*b", "a/b/c", "ei"},
      {"*/b", "/b", ""},
      {"a*b", "x/a1/2b/y", "e"},
      {"a*b*c", "a/bb/cbc", "eiw"},
      {"a*b*c", "a/cb", ""},
      {"*./b", "a/b", "eiw"},
      {"a?b", "a/b", "eiw"},
      {"a?", "a", ""},
      {"[ab]", "b", "eiw"},
      {"[!ab]", "b", ""},
      {"[^ab]x", "cx", "eiw"},
      {"a[!b]", "a", ""},
      {"[a-c-e]", "-", "eiw"},
      {"[a-c-e]", "d", ""},
      {"[-a]", "-", "eiw"},
      {"[a-]", "-", "eiw"},
      {"[a\\-c]", "b", ""},
      {"[\\a-\\c]", "b", "eiw"},
      {"[\\]]", "]", "eiw"},
      {"[]", "[]", ""},
      {"[a", "[a", "eiw"},
      {"[\xa0-\xbf]", "\xb1", "eiw"},
      {"[a-\xbf]", "b", ""},
      {"\\*", "*", "eiw"},
      {"\\*", "a", ""},
      {"\\", "\\", "eiw"},
      {"^a", "a/b", "e"},
      {"^a", "b/a", ""},
      {"^a", "^a", "iw"},
      {"a$", "a/.", "ei"},
      {"a$", "a/b", ""},
      {"a$", "a$", "w"},
      {"a$b", "a$b", "eiw"},
      {"^$", "./", "e"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.pattern);
    CAPTURE(row.name);
    CHECK(uses_that_match(row.pattern, row.name) == row.uses);
  }
}

TEST_CASE("tar: an inclusion has matched even if what it matches is excluded") {
  NameRules rules;
  rules.includes = {"a", "a/", "*.x", "b/c"};
  rules.excludes = {"a"};
  Names names(rules);
  CHECK_FALSE(names.selects("a"));
  CHECK_FALSE(names.selects("b"));
  CHECK(names.unmatched() == std::vector<std::string>{"*.x", "b/c"});
  CHECK(names.selects("b/c/d"));
  CHECK(names.selects("y.x"));
  CHECK_FALSE(names.has_unmatched());
}

TEST_CASE("tar: an empty pattern is refused") {
  NameRules rules;
  rules.excludes = {""};
  CHECK_THROWS_WITH(Names{rules},
                    "veneer: error: a pattern for names is empty\n"
                    "veneer: help: leave it out, or use '*' for all names\n");
}

TEST_CASE("tar: patterns tell which of them matched nothing") {
  NameRules rules;
  rules.includes = {"./etc", "gone"};
  rules.excludes = {"*.pyc", "**/_repo_mapping"};
  Names names(rules);
  CHECK(names.selects("etc/passwd"));
  CHECK(names.selects("./etc/"));
  CHECK_FALSE(names.selects("usr/etc"));
  CHECK_FALSE(names.selects("etc/x.pyc"));
  CHECK_FALSE(names.selects("etc/a/_repo_mapping"));
  CHECK(names.unmatched() == std::vector<std::string>{"gone"});
}

}  // namespace
}  // namespace layer::bsdtar_form_test
