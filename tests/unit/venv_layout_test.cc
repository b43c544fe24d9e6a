// Wheels' files at home in a virtual environment: what moves, what stays and why.
#include "layer/place/venv_layout.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "layer/identify/identify.h"
#include "layer/plan/plan_image.h"
#include "layer/resolve/resolve.h"
#include "temporary_directory.h"

namespace layer::venv_layout_test {
namespace {

const std::string kVenv = "a.runfiles/_main/.venv/";
const std::string kSite = kVenv + "lib/python3.11/site-packages/";

// A program's runfiles: `add` and `link` give them, `paths` says what an image has of them.
class Program {
 public:
  Program() { add(kVenv + "pyvenv.cfg", ""); }

  void add(const std::string& path, const std::string& bytes, const std::string& file = {}) {
    Entry entry;
    entry.path = arena_.copy(path);
    entry.content = arena_.copy(files_.write(file.empty() ? path : file, bytes));
    entries_.push_back(entry);
  }
  // One of the repository's own files, again at another path.
  void again(const std::string& path, const std::string& file) {
    Entry entry;
    entry.path = arena_.copy(path);
    entry.content = arena_.copy(files_ / file);
    entries_.push_back(entry);
  }
  void link(const std::string& path, const std::string& text) {
    Entry entry;
    entry.path = arena_.copy(path);
    entry.content = arena_.copy(text);
    entry.kind = EntryKind::kSymlink;
    entries_.push_back(entry);
  }

  VenvLayout lay_out(const std::vector<std::string>& keep = {}) {
    Diagnostics found;
    FileTree tree = merge_inputs({entries_}, found);
    found.throw_if_errors();
    tree.workspaces.emplace_back("_main");
    VenvLayout layout = lay_out_as_venv(tree, identify(tree, arena_), keep, arena_, found);
    warnings_.clear();
    for (const Diagnostic& warning : found.warnings()) warnings_ += warning.to_string("warning");
    return layout;
  }

  // "path", "path -> link" or "path => target" of all but directories and the pyvenv.cfg, below
  // the runfiles root, and which layer it is in.
  std::string paths(const std::vector<std::string>& keep = {}) {
    const VenvLayout layout = lay_out(keep);
    std::string text;
    Diagnostics found;
    const ImagePlan plan = plan_image(layout.tree, layout.facts, {}, arena_, found);
    for (const LayerPlan& layer : plan.layers) {
      for (const TarEntry& entry : layer.entries) {
        if (entry.type == TarType::kDirectory || entry.path.ends_with("pyvenv.cfg")) continue;
        text += layer.name + ": " + std::string(entry.path.substr(entry.path.find('/') + 1));
        if (entry.type == TarType::kSymlink) text += " -> " + entry.link();
        if (entry.type == TarType::kHardlink) text += " => " + entry.link();
        text += "\n";
      }
    }
    return text;
  }

  const std::string& warnings() const { return warnings_; }

 private:
  TemporaryDirectory files_;
  StringArena arena_;
  std::vector<Entry> entries_;
  std::string warnings_;
};

TEST_CASE("venv layout: a directory link becomes the directory, in the package's layer") {
  Program program;
  program.add("a.runfiles/r/site-packages/p/__init__.py", "p");
  program.add("a.runfiles/r/site-packages/p/x/y.so", "y");
  program.add("a.runfiles/r/data.txt", "not a wheel's path");
  program.link(kSite + "p", "../../../../../r/site-packages/p");
  CHECK(program.paths() ==
        "packages: _main/.venv/lib/python3.11/site-packages/p/__init__.py\n"
        "packages: _main/.venv/lib/python3.11/site-packages/p/x/y.so\n"
        "packages: r/data.txt\n");
}

TEST_CASE("venv layout: file links, SymlinkEntries, copies and empty files become the file") {
  Program program;
  for (const char* name : {"linked.py", "entry.so", "copy.py"}) {
    program.add(std::string("a.runfiles/r/site-packages/p/") + name, name);
  }
  program.add("a.runfiles/r/site-packages/p/empty.py", "");
  program.link(kSite + "p/linked.py", "../../../../../../r/site-packages/p/linked.py");
  program.again(kSite + "p/entry.so", "a.runfiles/r/site-packages/p/entry.so");
  program.add(kSite + "p/copy.py", "copy.py");
  program.add(kSite + "p/empty.py", "");
  CHECK(program.paths() ==
        "packages: _main/.venv/lib/python3.11/site-packages/p/copy.py\n"
        "packages: _main/.venv/lib/python3.11/site-packages/p/empty.py\n"
        "packages: _main/.venv/lib/python3.11/site-packages/p/entry.so\n"
        "packages: _main/.venv/lib/python3.11/site-packages/p/linked.py\n");
  const VenvLayout layout = program.lay_out();
  REQUIRE(layout.dropped.size() == 1);
  CHECK(layout.dropped[0].repository == "r");
  CHECK(layout.dropped[0].paths == 4);
  REQUIRE(layout.tree.lost.size() == 4);
  CHECK(layout.tree.lost[0].entry.path == "a.runfiles/r/site-packages/p/copy.py");
  CHECK(layout.tree.lost[0].by == kSite + "p/copy.py");
}

TEST_CASE("venv layout: of two wheels with one path, the one that was resolved is in the venv") {
  Program program;
  program.add("a.runfiles/r1/site-packages/n/__init__.py", "same");
  program.add("a.runfiles/r2/site-packages/n/__init__.py", "same");
  program.add("a.runfiles/r1/site-packages/n/other.py", "one");
  program.add("a.runfiles/r2/site-packages/n/other.py", "two");
  program.again(kSite + "n/__init__.py", "a.runfiles/r1/site-packages/n/__init__.py");
  program.again(kSite + "n/other.py", "a.runfiles/r2/site-packages/n/other.py");
  CHECK(program.paths() ==
        "packages: _main/.venv/lib/python3.11/site-packages/n/__init__.py\n"
        "packages: _main/.venv/lib/python3.11/site-packages/n/other.py\n"
        "packages: r1/site-packages/n/other.py\n");
}

TEST_CASE("venv layout: what the virtual environment does not show stays") {
  Program program;
  program.add("a.runfiles/r/site-packages/p/x.py", "x");
  program.add(kSite + "bazel.pth", "import _bazel_site_init\n");
  CHECK(program.paths() ==
        "packages: r/site-packages/p/x.py\n"
        "app: _main/.venv/lib/python3.11/site-packages/bazel.pth\n");
  CHECK(program.lay_out().dropped.empty());
}

TEST_CASE("venv layout: what a remaining link leads to or through stays, as a link") {
  Program program;
  program.add("a.runfiles/r/site-packages/p/x.py", "x");
  program.add("a.runfiles/r/site-packages/p/y.py", "y");
  program.add("a.runfiles/r/bin/tool", "tool");
  program.link(kSite + "p", "../../../../../r/site-packages/p");
  program.link("a.runfiles/_main/data", "../r/site-packages/p/x.py");
  CHECK(program.paths() ==
        "packages: _main/.venv/lib/python3.11/site-packages/p/x.py\n"
        "packages: _main/.venv/lib/python3.11/site-packages/p/y.py\n"
        "packages: r/bin/tool\n"
        "packages: r/site-packages/p/x.py -> "
        "../../../_main/.venv/lib/python3.11/site-packages/p/x.py\n"
        "app: _main/data -> ../r/site-packages/p/x.py\n");
  program.link("a.runfiles/_main/tool", "../r/site-packages/p/../../bin/tool");
  program.link("a.runfiles/_main/of-venv", ".venv/lib/python3.11/site-packages/p/y.py");
  program.link("a.runfiles/s/through", "../r/site-packages/p");
  CHECK(program.paths() ==
        "packages: _main/.venv/lib/python3.11/site-packages/p/x.py\n"
        "packages: _main/.venv/lib/python3.11/site-packages/p/y.py\n"
        "packages: r/bin/tool\n"
        "packages: r/site-packages/p/x.py -> "
        "../../../_main/.venv/lib/python3.11/site-packages/p/x.py\n"
        "packages: r/site-packages/p/y.py -> "
        "../../../_main/.venv/lib/python3.11/site-packages/p/y.py\n"
        "packages: s/through -> ../r/site-packages/p\n"
        "app: _main/data -> ../r/site-packages/p/x.py\n"
        "app: _main/of-venv -> .venv/lib/python3.11/site-packages/p/y.py\n"
        "app: _main/tool -> ../r/site-packages/p/../../bin/tool\n");
}

TEST_CASE("venv layout: a link through the venv or through a dropped directory keeps its way") {
  Program program;
  program.add("a.runfiles/r/site-packages/p/x.py", "x");
  program.add("a.runfiles/r/bin/tool", "tool");
  program.link(kSite + "p", "../../../../../r/site-packages/p");
  program.link("a.runfiles/_main/of-venv", ".venv/lib/python3.11/site-packages/p/x.py");
  CHECK(program.lay_out().dropped.size() == 1);
  program.link("a.runfiles/_main/tool", "../r/site-packages/p/../../bin/tool");
  CHECK(program.lay_out().dropped.empty());
}

TEST_CASE("venv layout: a wheel's own links move with it, or are pointed at what moved") {
  Program program;
  program.add("a.runfiles/r/site-packages/p/lib/l.so.1", "l");
  program.add("a.runfiles/r/site-packages/q.libs/m.so", "m");
  program.add("a.runfiles/r/share/doc", "doc");
  program.link("a.runfiles/r/site-packages/p/lib/l.so", "l.so.1");
  program.link("a.runfiles/r/site-packages/p/m.so", "../q.libs/m.so");
  program.link("a.runfiles/r/site-packages/p/doc", "../../share/doc");
  program.link(kSite + "p", "../../../../../r/site-packages/p");
  program.link(kSite + "q.libs", "../../../../../r/site-packages/q.libs");
  CHECK(
      program.paths() ==
      "packages: _main/.venv/lib/python3.11/site-packages/p/doc -> ../../../../../../r/share/doc\n"
      "packages: _main/.venv/lib/python3.11/site-packages/p/lib/l.so -> l.so.1\n"
      "packages: _main/.venv/lib/python3.11/site-packages/p/lib/l.so.1\n"
      "packages: _main/.venv/lib/python3.11/site-packages/p/m.so -> ../q.libs/m.so\n"
      "packages: _main/.venv/lib/python3.11/site-packages/q.libs/m.so\n"
      "packages: r/share/doc\n");
}

TEST_CASE("venv layout: a repository that first-party code names stays whole, as links") {
  for (const char* name : {"rules+pip+r", "wheel_r"}) {
    CAPTURE(name);
    Program program;
    program.add("a.runfiles/_repo_mapping", ",wheel_r,rules+pip+r\nother,elsewhere,rules+pip+r\n");
    program.add("a.runfiles/rules+pip+r/site-packages/p/x.py", "x");
    program.link(kSite + "p", "../../../../../rules+pip+r/site-packages/p");
    program.add("a.runfiles/_main/app.py", "import p\n\nlookup('elsewhere/rules+pip+r2')\n");
    CHECK(program.lay_out().kept.empty());
    program.add("a.runfiles/_main/b.sh", std::string("#!/bin/sh\ncat \"$R/") + name + "/x\"\n");
    const VenvLayout layout = program.lay_out();
    REQUIRE(layout.kept.size() == 1);
    CHECK(layout.kept[0].repository == "rules+pip+r");
    CHECK(layout.kept[0].path == "a.runfiles/_main/b.sh");
    CHECK(layout.kept[0].line == 2);
    CHECK(layout.dropped.empty());
    CHECK(program.paths() ==
          "packages: _main/.venv/lib/python3.11/site-packages/p/x.py\n"
          "packages: rules+pip+r/site-packages/p/x.py -> "
          "../../../_main/.venv/lib/python3.11/site-packages/p/x.py\n"
          "app: _main/app.py\n"
          "app: _main/b.sh\n"
          "app: _repo_mapping\n");
  }
}

TEST_CASE("venv layout: --keep matches image paths and paths below the runfiles") {
  Program program;
  program.add("a.runfiles/r/site-packages/p/x.py", "x");
  program.add("a.runfiles/r/site-packages/p/y.py", "y");
  program.link(kSite + "p", "../../../../../r/site-packages/p");
  for (const char* glob : {"r/**/x.py", "/a.runfiles/r/site-packages/p/x*", "**/x.py"}) {
    CAPTURE(glob);
    CHECK(program.lay_out({glob}).dropped.at(0).paths == 1);
    CHECK(program.warnings().empty());
  }
  CHECK(program.lay_out({"r"}).dropped.empty());
  CHECK(program.lay_out({"q"}).dropped.at(0).paths == 2);
  CHECK(program.warnings() ==
        "veneer: warning: --keep 'q' matches no path that would be dropped\n"
        "veneer: help: a pattern is matched with whole paths, in the image or below the runfiles: "
        "'*numpy*' keeps each repository with numpy in its name; there is 'r'\n");
}

TEST_CASE("venv layout: two virtual environments share a file as a link between them") {
  Program program;
  const std::string other = "a.runfiles/_main/b.venv/lib/python3.11/site-packages/";
  program.add("a.runfiles/r/site-packages/p/x.py", "x");
  program.link(kSite + "p", "../../../../../r/site-packages/p");
  program.link(other + "p", "../../../../../r/site-packages/p");
  CHECK(program.paths() ==
        "packages: _main/.venv/lib/python3.11/site-packages/p/x.py\n"
        "packages: _main/b.venv/lib/python3.11/site-packages/p/x.py -> "
        "../../../../../.venv/lib/python3.11/site-packages/p/x.py\n");
}

TEST_CASE("venv layout: without a virtual environment it is refused") {
  Program program;
  std::string message;
  StringArena arena;
  Diagnostics found;
  try {
    lay_out_as_venv({}, {}, {}, arena, found);
  } catch (const Error& error) {
    message = error.what();
  }
  CHECK(message ==
        "veneer: error: --runfiles-layout=venv: there is no virtual environment in the runfiles\n"
        "veneer: help: rules_python makes one with --bootstrap_impl=script; without one, leave the "
        "option out\n");
}

}  // namespace
}  // namespace layer::venv_layout_test
