// Broken input to readers that look things up on disk: it is read, or refused with an Error, and
// nothing else happens. The targets of tests/fuzz have the texts alone, and all other readers.
#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "layer/python/read_venv.h"
#include "layer/read/mtree.h"
#include "layer/read/runfiles_directory.h"
#include "layer/read/runfiles_manifest.h"
#include "layer/read/source_tree.h"
#include "layer/read/spec.h"
#include "tests/fuzz/mutate.h"
#include "tests/unit/entry_text.h"
#include "tests/unit/temporary_directory.h"

namespace layer::reader_fuzz_test {
namespace {

constexpr int kFlips = 400;

constexpr std::string_view kTelling{" \t\n\r\\/.#=:0\0", 12};

// Whether a broken text names a directory above the test's own: reading that would walk the
// machine.
bool names_outer_directory(std::string_view text, std::string_view directory) {
  for (size_t end = directory.size(); end > 0; end = directory.rfind('/', end - 1)) {
    const std::string outer(directory.substr(0, end));
    for (const std::string_view before : {" ", "\t", "="}) {
      for (const std::string_view after : {"", "/"}) {
        const std::string name = std::string(before) + outer + std::string(after);
        if (text.ends_with(name) || text.find(name + "\n") != std::string_view::npos ||
            text.find(name + "\t") != std::string_view::npos) {
          return true;
        }
      }
    }
    if (directory.rfind('/', end - 1) == std::string_view::npos) break;
  }
  return text.ends_with(" /") || text.find(" /\n") != std::string_view::npos ||
         text.find("\t/\t") != std::string_view::npos;
}

struct Outcome {
  int read = 0;
  int refused = 0;
};

void attempt(const std::function<void()>& read, Outcome& outcome) {
  try {
    read();
    ++outcome.read;
  } catch (const Error& error) {
    CHECK(std::string_view(error.what()).ends_with('\n'));
    ++outcome.refused;
  }
}

// Feeds `read` every beginning of a valid input, and versions of it with a few bytes changed.
void break_input(const TemporaryDirectory& temporary, const std::string& valid,
                 const std::function<void(const std::string& file)>& read) {
  read(temporary.write("valid", valid));
  fuzz::Random random(20240229);
  Outcome outcome;
  const auto feed = [&](const std::string& text) {
    if (names_outer_directory(text, temporary.path())) return;
    const std::string file = temporary.write("broken", text);
    attempt([&] { read(file); }, outcome);
  };
  for (size_t size = 0; size < valid.size(); ++size) feed(valid.substr(0, size));
  for (int i = 0; i < kFlips; ++i) feed(fuzz::flip_bytes(valid, kTelling, random));
  CHECK(outcome.read > 0);
  CHECK(outcome.refused > 0);
}

TEST_CASE("readers: a broken runfiles manifest is read or refused") {
  const TemporaryDirectory temporary;
  temporary.write("tree/inner", "");
  const std::string file = temporary.write("file", "");
  break_input(temporary,
              "_main/app " + file + "\n_main/empty \n_main/link ../x/y\n e\\sf\\n\\b " + file +
                  "\nrepo/tree " + temporary / "tree" + "\n",
              [](const std::string& input) {
                StringArena arena;
                to_text(read_runfiles_manifest(input, arena));
              });
}

TEST_CASE("readers: a broken spec is read or refused") {
  const TemporaryDirectory temporary;
  const WorkingDirectory working(temporary.path());
  temporary.write("tree/inner", "");
  temporary.write("file", "");
  temporary.link("link", "../x");
  break_input(
      temporary,
      "V\t1\nW\t_main\nx\tapp\tfile\nf\tp\\t/q\tfile\t@@//:q\nd\ttree\ttree\t@@//:t\n"
      "l\tln\tlink\t@@//:l\ns\ts/1\tf\tfile\t../r/f\t@@//:f\nr\tr/1\td\ttree\ttree\t@@//:t\n"
      "e\t../r/__init__.py\nm\tfile\n",
      [](const std::string& input) {
        StringArena arena;
        to_text(read_spec(input, arena));
      });
}

TEST_CASE("readers: a broken mtree specification is read or refused") {
  const TemporaryDirectory temporary;
  const WorkingDirectory working(temporary.path());
  temporary.write("file", "");
  break_input(temporary,
              "#mtree\n/set uid=0 gid=0 mode=0755 time=1.0\na/ type=dir\na/\\040b type=file "
              "content=file\nd type=dir\n  x type=link \\\n link=../y\n..\n/unset uid mode\n"
              "a/c type=file nlink=1 optional\n",
              [](const std::string& input) {
                StringArena arena;
                to_text(read_mtree(input, arena));
              });
}

TEST_CASE("readers: a runfiles directory with broken links is read or refused") {
  fuzz::Random random(20240229);
  Outcome outcome;
  for (int i = 0; i < 60; ++i) {
    const TemporaryDirectory temporary;
    temporary.write("out/tree/inner", "");
    temporary.link("out/tree/staged", temporary / "out/file");
    temporary.write("out/file", "");
    for (const char* name : {"out/file", "out/tree", "out/tree/inner"}) {
      std::string text = temporary / name;
      if (random() % 2 == 0) text = fuzz::flip_bytes(text, kTelling, random);
      text.resize(text.size() - random() % 4);
      text = text.substr(0, text.find('\0'));
      if (text.empty() || names_outer_directory(" " + text, temporary.path())) text = "relative";
      temporary.link("r/" + std::to_string(random() % 1000) + name, text);
    }
    attempt(
        [&] {
          StringArena arena;
          Diagnostics found;
          to_text(read_runfiles_directory(temporary / "r", arena, found));
        },
        outcome);
  }
  CHECK(outcome.read > 0);
  CHECK(outcome.refused > 0);
}

TEST_CASE("readers: a broken --tree argument is read or refused") {
  const TemporaryDirectory temporary;
  const WorkingDirectory working(temporary.path());
  temporary.write("source/inner", "");
  fuzz::Random random(20240229);
  Outcome outcome;
  for (int i = 0; i < kFlips; ++i) {
    const std::string argument = fuzz::flip_bytes("source:/opt/x", kTelling, random);
    if (argument.starts_with('/') || argument.starts_with('.')) continue;
    attempt(
        [&] {
          StringArena arena;
          Diagnostics found;
          const TreeOptions options;
          to_text(SourceTrees(options, arena, found).read(argument));
        },
        outcome);
  }
  CHECK(outcome.read > 0);
  CHECK(outcome.refused > 0);
}

TEST_CASE("readers: a virtual environment with broken texts is read or refused") {
  const std::vector<std::pair<std::string, std::string>> texts = {
      {"v/pyvenv.cfg", "home = /usr/bin\nversion = 3.11.2\ncommand = /x -m venv /v\n"},
      {"v/bin/activate", "VIRTUAL_ENV='/v'\nexport VIRTUAL_ENV\n"},
      {"v/bin/a", "#!/bin/sh\n'''exec' \"/v/bin/python\" \"$0\" \"$@\"\n' '''\n"},
      {"v/lib/python3.11/site-packages/a.pth", "import a\n/v/lib\n../x\n"},
      {"v/lib/python3.11/site-packages/__editable___a_finder.py", "MAPPING = {'a': '/v/a'}\n"},
      {"v/lib/python3.11/site-packages/a-1.dist-info/direct_url.json",
       R"({"dir_info": {"editable": true}, "url": "file:///v/a"})"},
      {"v/lib/python3.11/site-packages/a-1.dist-info/RECORD",
       "a.py,sha256=a,1\n\"b,c\",,\n../../../bin/a,,\na/__pycache__/a.pyc,,\n"}};
  fuzz::Random random(20240229);
  Outcome outcome;
  const TemporaryDirectory temporary;
  temporary.link("v/bin/python", "/usr/bin/env");
  for (int i = 0; i < kFlips; ++i) {
    for (const auto& [path, text] : texts)
      temporary.write(path, fuzz::flip_bytes(text, kTelling, random));
    attempt(
        [&] {
          StringArena arena;
          Diagnostics found;
          to_text(
              read_venv({temporary / "v"}, PycFiles::kDefault, {}, arena, found, nullptr).files);
          found.throw_if_errors();
        },
        outcome);
  }
  CHECK(outcome.read > 0);
  CHECK(outcome.refused > 0);
}

}  // namespace
}  // namespace layer::reader_fuzz_test
