// Links and layers, on small trees of real files.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "layer/identify/identify.h"
#include "layer/model/relative_path.h"
#include "layer/plan/plan_image.h"
#include "layer/plan/plan_text.h"
#include "layer/resolve/resolve.h"
#include "planned_tree.h"
#include "temporary_directory.h"

namespace layer::plan_test {
namespace {

// A program's head: enough of an ELF header for PT_INTERP to be found.
std::string elf_program(size_t size) {
  std::string bytes(size, 'p');
  const std::string header(
      "\x7f"
      "ELF\2\1\1",
      7);
  bytes.replace(0, 64, std::string(64, '\0'));
  bytes.replace(0, header.size(), header);
  bytes[32] = 64;  // e_phoff
  bytes[54] = 56;  // e_phentsize
  bytes[56] = 1;   // e_phnum
  bytes.replace(64, 56, std::string(56, '\0'));
  bytes[64] = 3;  // PT_INTERP
  return bytes;
}

// Plans files given as image path and file on disk.
class Workbench {
 public:
  void add(std::string_view path, const std::string& file, const Attributes* attributes = nullptr) {
    Entry entry;
    entry.path = arena_.copy(path);
    entry.content = arena_.copy(file);
    entry.attributes = attributes;
    entries_.push_back(entry);
  }
  void add(std::string_view path, const std::string& name, const std::string& bytes) {
    add(path, files_.write(name, bytes));
  }
  std::string file(const std::string& name, const std::string& bytes) {
    return files_.write(name, bytes);
  }

  ImagePlan plan(PlanOptions options = {}) {
    Diagnostics found;
    const FileTree tree = merge_inputs({entries_}, found);
    found.throw_if_errors();
    return plan_image(tree, identify(tree, arena_, {.jobs = 2}), options, arena_, found);
  }

  // "path -> link (why)" or "path => target" of every link, in order.
  std::string links() {
    std::string text;
    PlanOptions options;
    options.layers.split = LayerSplit::kOne;
    const ImagePlan planned = plan(options);
    for (const TarEntry& entry : planned.layers.at(0).entries) {
      if (entry.link().empty()) continue;
      text += std::string(entry.path) + (entry.type == TarType::kHardlink ? " => " : " -> ") +
              entry.link() + " (" + std::string(reason_name(entry.reason)) + ")\n";
    }
    return text;
  }

 private:
  TemporaryDirectory files_;
  StringArena arena_;
  std::vector<Entry> entries_;
};

const std::string kBig(8192, 'x');

TEST_CASE("links: one file at two places of the runfiles is a symlink to where it belongs") {
  Workbench bench;
  const std::string file = bench.file("external/r/lib/x.so", kBig);
  bench.add("a.runfiles/_main/v/x.so", file);
  bench.add("a.runfiles/r/lib/x.so", file);
  bench.add("a.runfiles/_main/external/r/lib/x.so", file);
  CHECK(bench.links() ==
        "a.runfiles/_main/external/r/lib/x.so -> ../../../../r/lib/x.so (symlink-entry)\n"
        "a.runfiles/_main/v/x.so -> ../../r/lib/x.so (symlink-entry)\n");
}

TEST_CASE("links: outside runfiles one file at two places is a hardlink") {
  Workbench bench;
  const std::string file = bench.file("f", kBig);
  bench.add("etc/a", file);
  bench.add("opt/b", file);
  CHECK(bench.links() == "opt/b => etc/a (equal-content)\n");
}

TEST_CASE("links: a wheel's content at its path after site-packages is a symlink, small or large") {
  Workbench bench;
  bench.add("a.runfiles/r/site-packages/p/x.py", "wheel.py", "print()\n");
  bench.add("a.runfiles/_main/v/lib/python3.11/site-packages/p/x.py", "copy.py", "print()\n");
  bench.add("a.runfiles/_main/v/lib/python3.11/site-packages/p/y.py", "other.py", "print()\n");
  bench.add("a.runfiles/_main/v/lib/python3.11/site-packages/q/x.py", "differs.py", "print[]\n");
  CHECK(bench.links() ==
        "a.runfiles/_main/v/lib/python3.11/site-packages/p/x.py -> "
        "../../../../../../r/site-packages/p/x.py (site-packages)\n");
}

TEST_CASE("links: two wheels that own one path with one content keep a file each") {
  Workbench bench;
  bench.add("a.runfiles/r1/site-packages/ns/__init__.py", "1", "# namespace\n");
  bench.add("a.runfiles/r2/site-packages/ns/__init__.py", "2", "# namespace\n");
  CHECK(bench.links().empty());
}

TEST_CASE("links: an empty file is never a link") {
  Workbench bench;
  bench.add("a.runfiles/r/site-packages/p/__init__.py", "wheel", "");
  bench.add("a.runfiles/_main/v/site-packages/p/__init__.py", "copy", "");
  CHECK(bench.links().empty());
}

TEST_CASE("links: equal interpreters beside each other are names of the longest") {
  Workbench bench;
  const std::string program = elf_program(9000);
  bench.add("a.runfiles/py/bin/python", "1", program);
  bench.add("a.runfiles/py/bin/python3", "2", program);
  bench.add("a.runfiles/py/bin/python3.11", "3", program);
  bench.add("a.runfiles/other/bin/python3", "4", program);
  CHECK(bench.links() ==
        "a.runfiles/py/bin/python -> python3.11 (interpreter-alias)\n"
        "a.runfiles/py/bin/python3 -> python3.11 (interpreter-alias)\n");
}

TEST_CASE("links: a program shares only with an equal one in its directory") {
  Workbench bench;
  const std::string program = elf_program(9000);
  bench.add("r/bin/protoc", "1", program);
  bench.add("r/bin/protoc-3.13", "2", program);
  bench.add("s/bin/protoc", "3", program);
  CHECK(bench.links() == "r/bin/protoc-3.13 => r/bin/protoc (equal-content)\n");
}

TEST_CASE("links: equal content below 4 KiB is stored, from 4 KiB on it is a hardlink") {
  Workbench bench;
  bench.add("a", "1", std::string(4095, 'x'));
  bench.add("b", "2", std::string(4095, 'x'));
  bench.add("c", "3", std::string(4096, 'x'));
  bench.add("d", "4", std::string(4096, 'x'));
  CHECK(bench.links() == "d => c (equal-content)\n");
}

TEST_CASE("links: what the input states differently is never joined") {
  Workbench bench;
  const Attributes owner{.mode = {}, .uid = 1000, .gid = {}, .mtime = {}};
  bench.add("a", bench.file("1", kBig));
  bench.add("b", bench.file("2", kBig), &owner);
  CHECK(bench.links().empty());
}

TEST_CASE("layers: hardlinks stay in a layer, and every layer has its parents") {
  Workbench bench;
  bench.add("app/a.runfiles/_main/x", "1", kBig);
  bench.add("app/a.runfiles/r/x", "2", kBig);
  bench.add("app/a.runfiles/r/y", "3", kBig);
  bench.add("app/a-b", "4", "text");
  CHECK(plan_to_text(bench.plan()).find("h\tapp/a.runfiles/r/y\t-\tapp/a.runfiles/r/x") !=
        std::string::npos);
  CHECK(bench.plan().repeated_bytes == kBig.size());
  std::string paths;
  for (const LayerPlan& layer : bench.plan().layers) {
    paths += layer.name + ":";
    for (const TarEntry& entry : layer.entries) paths += " " + std::string(entry.path);
    paths += "\n";
  }
  CHECK(paths ==
        "packages: app app/a.runfiles app/a.runfiles/r app/a.runfiles/r/x app/a.runfiles/r/y\n"
        "app: app app/a-b app/a.runfiles app/a.runfiles/_main app/a.runfiles/_main/x\n");
}

TEST_CASE("layers: large packages by name, small ones in buckets, within the budget") {
  Workbench bench;
  bench.add("a.runfiles/py/lib/python3.11/os.py", "os", "import sys\n");
  for (const char* name : {"numpy", "scipy", "torch"}) {
    bench.add(std::string("a.runfiles/pypi_311_") + name + "_cp311_x_0123abcd/site-packages/x.so",
              name, std::string(9000, name[0]));
  }
  bench.add("a.runfiles/pypi_311_six_py3_none_any_0123abcd/site-packages/six.py", "six", "six");
  bench.add("a.runfiles/_main/app.py", "app", "app");
  const auto names = [&](unsigned max_layers) {
    PlanOptions options;
    options.layers.own_layer_size = 9000;
    options.layers.max_layers = max_layers;
    std::string text;
    for (const LayerPlan& layer : bench.plan(options).layers) text += layer.name + " ";
    return text;
  };
  CHECK(names(16) == "interpreter numpy scipy torch packages app ");
  CHECK(names(5) == "interpreter numpy scipy packages app ");
  CHECK(names(3) == "interpreter packages app ");
}

TEST_CASE("plan: what gets too long only at its place in the image is an error") {
  const std::string help =
      "spec:1:1: help: shorten it, or what goes before it in the image: --name, --prefix, "
      "--shared-root, a DEST\n";
  const auto error = [](PlannedTree& tree, std::string_view shared_root = {}) {
    PlanOptions options;
    options.shared_root = shared_root;
    return error_of([&] { tree.plan(options); });
  };
  const std::string component(255, 'c');
  std::string path = component;
  while (path.size() + 256 <= kMaxPath) path += '/' + component;
  path.resize(kMaxPath, 'c');
  PlannedTree longest;
  longest.file(path);
  longest.link("l", path);
  CHECK(error(longest) == "");
  PlannedTree longer;
  longer.file(path + 'd');
  CHECK(error(longer) == "spec:1:1: error: path '" + path.substr(0, 100) + "..." +
                             (path + 'd').substr(kMaxPath - 99) +
                             "' is longer than 4095 bytes, which no system can open\n" + help);
  PlannedTree wide;
  wide.file("a/" + component + "d/b");
  const std::string too_wide =
      "' has a component of more than 255 bytes, which no file system can hold\n";
  CHECK(error(wide) == "spec:1:1: error: path 'a/" + component + "d/b" + too_wide + help);
  PlannedTree shared;
  shared.file("a.runfiles/r/x");
  CHECK(error(shared, component) == "");
  CHECK(error(shared, component + 'd') ==
        "spec:1:1: error: path '" + component + "d/r/x" + too_wide + help);
  PlannedTree link;
  link.link("l", path + 'd');
  CHECK(error(link) == "spec:1:1: error: the text '" + path.substr(0, 100) + "..." +
                           (path + 'd').substr(kMaxPath - 99) +
                           "' of the link 'l' is longer than 4095 bytes, which no file system can "
                           "hold\n" +
                           help);
}

TEST_CASE("identify: a missing file names who declared it") {
  Workbench bench;
  bench.add("a", "/nonexistent/file");
  std::string text;
  try {
    bench.plan();
  } catch (const Error& error) {
    text = error.what();
  }
  CHECK(text ==
        "/nonexistent/file: error: cannot read the content of 'a': No such file or directory\n"
        "veneer: note: declared here\n");
}

}  // namespace
}  // namespace layer::plan_test
