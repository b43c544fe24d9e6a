// The plan's text form, read back: what may be in it, and each way it can be wrong.
#include "layer/plan/parse_plan.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "layer/base/error.h"
#include "layer/plan/plan_text.h"
#include "temporary_directory.h"
#include "test_bytes.h"
#include "tests/fuzz/mutate.h"

namespace layer::parse_plan_test {
namespace {

constexpr int kFlips = 2000;

const std::string kValid =
    "veneer plan 1\n"
    "program\t/app/x\t/app/x.runfiles/_main\n"
    "layer\tapp\tall of it\n"
    "d\ta\t-\n"
    "f\ta/b\tmode=0644,uid=1,mtime=-5,xattr.user.a%2c=00ff,xattr.user.b=\t5000\texternal/b\\t\n"
    "h\ta/c\tmode=0644,uid=1,mtime=-5,xattr.user.a%2c=00ff,xattr.user.b=\ta/"
    "b\tequal-content\t5000\n"
    "l\ta/d\t-\tb\tsymlink-entry\t5000\n"
    "l\ta/e\tgid=4294967294\t../x\tdeclared\t0\n"
    "f\ta/z\t-\t0\t\n"
    "summary\tfiles=2\tbytes=5000\tsymlinks=2\thardlinks=1\tbytes_linked=10000\t"
    "bytes_repeated=0\n";

std::string print_again(const std::string& text) {
  StringArena arena;
  return plan_to_text(parse_plan(text, "p", arena));
}

std::string message(const std::string& text) {
  try {
    print_again(text);
  } catch (const Error& error) {
    return error.what();
  }
  return "read";
}

// The valid plan with one text in place of another.
std::string changed(const std::string& from, const std::string& to) {
  std::string text = kValid;
  const size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

TEST_CASE("plan text: what is read prints as it was, for every golden plan") {
  CHECK(print_again(kValid) == kValid);
  int plans = 0;
  const auto folder = std::filesystem::path(VENEER_TESTS_DIRECTORY) / "golden";
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    if (file.path().extension() != ".plan") continue;
    CAPTURE(file.path());
    std::string text = read_file(file.path());
    text.erase(0, text.find("veneer plan"));  // warnings come before it
    CHECK(print_again(text) == text);
    ++plans;
  }
  CHECK(plans >= 6);
}

TEST_CASE("plan text: what no terminal shows is escaped, and each text has one spelling") {
  const auto with = [](const std::string& name) { return changed("f\ta/z", "f\ta/z" + name); };
  for (const std::string name : {"\\x1b[2J", "\\x7f", "\\xc2\\x85", "\\xe2\\x80\\xae", "\\xff",
                                 "\\xe9\\x9b", "\u00e9", "\\\\x1b"}) {
    CAPTURE(name);
    CHECK(print_again(with(name)) == with(name));
  }
  StringArena arena;
  CHECK(parse_plan(with("\\x1b\\xff"), "p", arena).layers.at(0).entries.back().path ==
        "a/z\x1b\xff");
  const std::string other = "p:9:6: error: is not spelt as `veneer plan` spells it\n";
  for (const std::string name :
       {"\x1b", "\x7f", "\\x41", "\\x09", "\\x0a", "\\x5c", "\xff", "\\xc3\\xa9"}) {
    CAPTURE(name);
    CHECK(message(with(name)) == other);
  }
  for (const std::string name : {"\\x1B", "\\x1", "\\xg0"}) {
    CHECK(message(with(name)) ==
          "p:9:6: error: unknown escape '\\x': expected '\\\\', '\\t', '\\n' or '\\x' with two "
          "digits\n");
  }
}

TEST_CASE("plan text: entries come from the plan's own lines") {
  StringArena arena;
  const ImagePlan plan = parse_plan(kValid, "p", arena);
  CHECK(plan.layers.at(0).entries.at(1).origin.position().to_string() == "p:5:1");
  CHECK(plan.layers.at(0).entries.at(1).source() == "external/b\t");
  CHECK(plan.program == Program{"/app/x", "/app/x.runfiles/_main"});
}

const std::string kInline =
    "veneer plan 1\n"
    "layer\tapp\tall of it\n"
    "c\tb\t-\t9\t#!x\\n\\ty\\x00\\\\z\n"
    "h\tc\t-\tb\tequal-content\t9\n"
    "summary\tfiles=1\tbytes=9\tsymlinks=0\thardlinks=1\tbytes_linked=9\tbytes_repeated=0\n";

TEST_CASE("plan text: a file that is not on disk comes with its bytes") {
  StringArena arena;
  const ImagePlan plan = parse_plan(kInline, "p", arena);
  const TarEntry& file = plan.layers.at(0).entries.at(0);
  CHECK(file.inline_bytes() == std::string_view("#!x\n\ty\0\\z", 9));
  CHECK(file.source() == "");
  CHECK(print_again(kInline) == kInline);
  const auto with = [](const std::string& line) {
    std::string text = kInline;
    const size_t at = text.find("c\tb");
    return message(text.replace(at, text.find('\n', at) - at, line));
  };
  CHECK(with("c\tb\t-\t8\t#!x\\n\\ty\\x00\\\\z")
            .starts_with("p:3:7: error: size '8': the content has 9 bytes\n"));
  CHECK(with("c\tb\t-\t1\t\\r")
            .starts_with("p:3:9: error: unknown escape '\\r': expected '\\\\', '\\t', '\\n' or "
                         "'\\x' with two digits\n"));
  CHECK(with("f\tb\t-\t1\ta\\x00")
            .starts_with("p:3:9: error: the source 'a\\x00' holds a NUL byte\n"));
  CHECK(with("c\tb\t-\t0")
            .starts_with("p:3:1: error: 'c' has 3 fields after it: expected 4 (path, attributes, "
                         "size, content)\n"));
}

TEST_CASE("plan text: what is no plan, or another version's, is refused at once") {
  CHECK(
      message("") ==
      "p:1:1: error: expected a plan, found an empty file\n"
      "p:1:1: help: a plan begins with the line 'veneer plan 1', as `veneer plan -o` writes it\n");
  CHECK(
      message("V\t1\nW\t_main\n") ==
      "p:1:1: error: this is not a plan\n"
      "p:1:1: help: a plan begins with the line 'veneer plan 1', as `veneer plan -o` writes it\n");
  CHECK(message("veneer plan 2\nx\n") ==
        "p:1:13: error: plan version '2': this veneer reads version '1'\n"
        "p:1:13: help: make the plan again with this veneer\n");
}

TEST_CASE("plan text: each rule of the grammar has its message") {
  struct Case {
    std::string from;
    std::string to;
    std::string error;
  };
  const std::vector<Case> cases = {
      {"program\t/app/x", "program\tapp/x", "p:2:9: error: 'app/x': expected an absolute path\n"},
      {"layer\tapp\t", "program\t/a\t/b\nlayer\tapp\t",
       "p:3:1: error: unexpected 'program' line: expected at most one, before the first layer\n"},
      {"program\t/app/x", "program\t/app/\\xff",
       "p:2:9: error: '/app/\\xff' is not UTF-8, which an image's documents have to be\n"},
      {"layer\tapp\t", "layer\t\t", "p:3:7: error: the layer has no name\n"},
      {"layer\tapp\t", "layer\t\\xff\t",
       "p:3:7: error: layer '\\xff' is not UTF-8, which an image's documents have to be\n"},
      {"summary", "layer\tapp\tagain\nsummary",
       "p:10:7: error: a second layer 'app'\np:3:1: note: the first one\n"},
      {"layer\tapp\tall of it\n", "d\tx\t-\nlayer\tapp\tall of it\n",
       "p:3:1: error: unexpected entry before the first 'layer' line\n"},
      {"d\ta\t-", "q\ta\t-",
       "p:4:1: error: unknown line 'q': expected one of program layer d f c l h base summary\n"
       "p:5:3: error: 'a/b' comes without its parent: expected a 'd' line for 'a' before it\n"
       "p:6:3: error: 'a/c' comes without its parent: expected a 'd' line for 'a' before it\n"
       "p:7:3: error: 'a/d' comes without its parent: expected a 'd' line for 'a' before it\n"
       "p:8:3: error: 'a/e' comes without its parent: expected a 'd' line for 'a' before it\n"
       "p:9:3: error: 'a/z' comes without its parent: expected a 'd' line for 'a' before it\n"},
      {"f\ta/z\t-\t0\t\n", "f\ta/z\t-\t0\n",
       "p:9:1: error: 'f' has 3 fields after it: expected 4 (path, attributes, size, source)\n"},
      {"f\ta/z", "f\ta/../z", "p:9:3: error: path 'a/../z' has a '..' component\n"},
      {"f\ta/z", "f\t/a/z", "p:9:3: error: path '/a/z' is absolute\n"},
      {"f\ta/z", "f\ta/f\\q",
       "p:9:6: error: unknown escape '\\q': expected '\\\\', '\\t', '\\n' "
       "or '\\x' with two digits\n"},
      {"f\ta/z", std::string("f\ta/\0", 6), "p:9:5: error: the line holds a NUL byte\n"},
      {"f\ta/z", "f\ta/.wh.z",
       "p:9:3: error: path 'a/.wh.z' has a name that image layers reserve for deletions "
       "(\".wh.\")\n"},
      {"f\ta/z", "f\ta/e",
       "p:9:3: error: 'a/e' comes twice in layer 'app'\n"
       "p:8:1: note: the first time\n"},
      {"f\ta/z", "f\ta/a",
       "p:9:3: error: 'a/a' comes after 'a/e': expected paths in bytewise "
       "order\n"},
      {"f\ta/z", "f\ta/e/z",
       "p:9:3: error: 'a/e/z' lies below 'a/e', which is a symlink\n"
       "p:8:1: note: here\n"},
      {"f\ta/z\t-\t0\t", "f\ta/z\t-\t7\t", "p:9:11: error: the file has 7 bytes, but no source\n"},
      {"f\ta/z\t-\t0\t", "f\ta/z\t-\t00\t", "p:9:9: error: '00': expected a decimal number\n"},
      {"\tgid=4294967294\t", "\tgid=4294967295\t",
       "p:8:7: error: gid '4294967295': expected a decimal number below 2^32-1\n"},
      {"\tgid=4294967294\t", "\tgid=1,uid=1\t",
       "p:8:13: error: attribute 'uid=1': expected '-', or some of mode=, uid=, gid=, mtime=, "
       "xattr.NAME=, in this order\n"},
      {"\tgid=4294967294\t", "\tgid=1,xattr.user.a=FF\t",
       "p:8:13: error: 'xattr.user.a=FF': a symlink has no extended attributes\n"},
      {"f\ta/z\t-", "f\ta/z\tgid=1,xattr.user.a=FF",
       "p:9:13: error: 'xattr.user.a=FF': expected xattr.NAME=HEX, sorted by name, each name once, "
       "with lower-case digits\n"},
      {"f\ta/z\t-", "f\ta/z\txattr.user.a=,gid=1",
       "p:9:7: error: 'xattr.user.a=,gid=1': expected xattr.NAME=HEX, sorted by name, each name "
       "once, with lower-case digits\n"},
      {"\tgid=4294967294\t", "\tmode=777\t",
       "p:8:7: error: mode '777': expected four octal digits\n"},
      {"\tgid=4294967294\t", "\tmode=0777\t",
       "p:8:7: error: attributes 'mode=0777': expected '-', without default values\n"},
      {"\tgid=4294967294\t", "\tmtime=+5\t",
       "p:8:7: error: mtime '+5': expected a decimal "
       "number\n"},
      {"\tgid=4294967294\t", "\tmtime=9223372036854775807\t",
       "p:8:7: error: mtime '9223372036854775807': no system can hold such a time\n"},
      {"\tgid=4294967294\t", "\tmtime=-9223372036854775808\t",
       "p:8:7: error: mtime '-9223372036854775808': no system can hold such a time\n"},
      {"\t../x\tdeclared", "\t\tdeclared", "p:8:22: error: the link has no target\n"},
      {"\tdeclared\t0", "\tfancy\t0", "p:8:27: error: 'fancy' is not a reason for a symlink\n"},
      {"\tdeclared\t0", "\tequal-content\t0",
       "p:8:27: error: 'equal-content' is not a reason for a symlink\n"},
      {"\tdeclared\t0", "\tdeclared\t1",
       "p:8:36: error: size '1': expected 0 for a declared symlink\n"},
      {"\tequal-content\t", "\tdeclared\t",
       "p:6:71: error: 'declared' is not a reason for a hardlink\n"},
      {"\ta/b\tequal", "\ta/q\tequal",
       "p:6:67: error: 'a/q' is not an earlier file of layer 'app'\n"},
      {"equal-content\t5000", "equal-content\t5001",
       "p:6:3: error: the hardlink's size or attributes differ from those of its target\n"
       "p:5:1: note: the target\n"},
      {"summary", "base\tb\tdirectory\t0\nbase\ta\tdirectory\t0\nsummary",
       "p:11:6: error: 'a' comes after 'b': expected paths in bytewise order, each once\n"},
      {"summary", "base\tb\tpipe\t0\nsummary",
       "p:10:8: error: 'pipe': expected directory, file or symlink\n"},
      {"summary", "base\tb\tdirectory\t0\nd\tb\t-\nsummary",
       "p:11:1: error: unexpected line of a layer after a 'base' line\n"},
      {"files=2", "files=3",
       "p:10:1: error: the summary does not match the entries\n"
       "p:10:1: help: the entries add up to: summary files=2 bytes=5000 symlinks=2 hardlinks=1 "
       "bytes_linked=10000 bytes_repeated=0\n"},
      {"\tfiles=2", "\tfile=2", "p:10:9: error: 'file=2': expected 'files='\n"},
      {"bytes_repeated=0", "bytes_repeated=5001",
       "p:10:1: error: bytes_repeated is larger than bytes\n"},
      {"bytes_repeated=0\n", "bytes_repeated=0",
       "p:10:86: error: the last line does not end in LF\n"},
      {"bytes_repeated=0\n", "bytes_repeated=0\nd\tb\t-\n",
       "p:11:1: error: unexpected line after the summary\n"
       "p:10:1: note: the summary\n"},
  };
  for (const Case& each : cases) {
    CAPTURE(each.to);
    CHECK(message(changed(each.from, each.to)) == each.error);
  }
  CHECK(message(kValid.substr(0, kValid.find("summary"))) ==
        "p:10:1: error: expected a 'summary' line, found the end of the file\n");
}

TEST_CASE(
    "plan text: with Bazel's path mapping the outputs of all configurations are in one place") {
  const std::string text =
      "veneer plan 1\n"
      "layer\tapp\tall of it\n"
      "f\ta\t-\t1\tbazel-out/k8-opt/bin/a\n"
      "f\tb\t-\t1\tbazel-out/k8-fastbuild/bin/x/b\n"
      "f\tc\t-\t1\tbazel-outs/k8/c\n"
      "c\td\t-\t15\tbazel-out/k8/xx\n"
      "l\te\t-\tbazel-out/k8/e\tdeclared\t0\n"
      "f\tf\t-\t1\tbazel-out/f\n"
      "summary\tfiles=5\tbytes=19\tsymlinks=1\thardlinks=0\tbytes_linked=0\tbytes_repeated=0\n";
  const TemporaryDirectory folder;
  const WorkingDirectory here(folder.path());
  const auto sources = [&](const std::string& directory) {
    folder.write(directory + "/p", text);
    StringArena arena;
    return plan_to_text(read_plan(directory + "/p", arena));
  };
  CHECK(sources("bazel-out/k8-opt/bin") == text);
  std::string mapped = text;
  for (const std::string_view segment : {"k8-opt/bin/a", "k8-fastbuild/bin/x/b"}) {
    mapped.replace(mapped.find(segment), segment.find('/'), "cfg");
  }
  CHECK(sources("bazel-out/cfg/bin") == mapped);
}

TEST_CASE("plan text: a broken plan is refused, or read as what it prints") {
  fuzz::Random random(20240229);
  constexpr std::string_view kTelling{"\t\n\\/.-=,0:\0dflh", 15};
  const auto feed = [](const std::string& text) {
    std::string again;
    try {
      again = print_again(text);
    } catch (const Error& error) {
      CHECK(std::string_view(error.what()).ends_with('\n'));
      return false;
    }
    CHECK(again == text);
    return true;
  };
  for (size_t size = 0; size < kValid.size(); ++size) CHECK(!feed(kValid.substr(0, size)));
  int read = 0;
  for (int i = 0; i < kFlips; ++i) {
    read += feed(fuzz::flip_bytes(kValid, kTelling, random)) ? 1 : 0;
  }
  CHECK(read > 0);
}

}  // namespace
}  // namespace layer::parse_plan_test
