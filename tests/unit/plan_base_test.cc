// Plans on a base image: through its links, with its directories, without what it has.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "layer/plan/mode_of_content.h"
#include "layer/plan/plan_image.h"
#include "layer/plan/plan_text.h"
#include "layer/resolve/resolve.h"
#include "layer/store/hash_file.h"
#include "layer/store/identify.h"
#include "temporary_directory.h"

namespace layer {
namespace {

const Attributes kPrivate{.mode = 0700, .uid = {}, .gid = {}, .mtime = {}};
const Attributes kUser{.mode = {}, .uid = 1000, .gid = {}, .mtime = {}};

Entry entry(std::string_view path, EntryKind kind, std::string_view content = {}) {
  Entry made;
  made.path = path;
  made.kind = kind;
  made.content = content;
  made.origin = {"input", 1, 0};
  return made;
}
Entry directory(std::string_view path, const Attributes* attributes = nullptr) {
  Entry made = entry(path, EntryKind::kDirectory);
  made.attributes = attributes;
  return made;
}
Entry empty(std::string_view path, const Attributes* attributes = nullptr) {
  Entry made = entry(path, EntryKind::kEmptyFile);
  made.attributes = attributes;
  return made;
}
Entry symlink(std::string_view path, std::string_view text) {
  return entry(path, EntryKind::kSymlink, text);
}
Entry walked(std::string_view path) {
  Entry made = directory(path, &kPrivate);
  made.yields_to_base = true;
  return made;
}

Node node(std::string_view path, NodeKind kind, uint32_t mode, std::string_view link = {}) {
  Node made;
  made.path = path;
  made.kind = kind;
  made.mode = mode;
  made.link = link;
  made.origin = {"layer", 0, 0};
  return made;
}

// As most images are today.
std::vector<Node> merged_usr() {
  Node var = node("var", NodeKind::kDirectory, 0750);
  var.uid = 5;
  var.gid = 6;
  var.mtime = 1234;
  return {node("bin", NodeKind::kSymlink, 0777, "usr/bin"),
          node("lib", NodeKind::kSymlink, 0777, "usr/lib"),
          node("lib64", NodeKind::kSymlink, 0777, "/lib/64"),
          node("usr", NodeKind::kDirectory, 0755),
          node("usr/bin", NodeKind::kDirectory, 0755),
          node("usr/lib", NodeKind::kDirectory, 0711),
          node("usr/lib/64", NodeKind::kDirectory, 0755),
          node("usr/lib/os-release", NodeKind::kFile, 0644),
          node("etc", NodeKind::kDirectory, 0755),
          node("etc/release", NodeKind::kSymlink, 0777, "../usr/lib/os-release"),
          node("a", NodeKind::kSymlink, 0777, "b"),
          node("b", NodeKind::kSymlink, 0777, "a"),
          node("lock", NodeKind::kSymlink, 0777, "run/lock"),
          node("odd", NodeKind::kSymlink, 0777, "none/../lib"),
          node("tmp", NodeKind::kDirectory, 01777),
          var};
}

ImageTree tree_of(std::vector<Node> nodes) {
  ImageTree tree;
  tree.add_layer(std::move(nodes));
  return tree;
}

// The plan's lines between those of the one layer and the summary, or what is wrong.
std::string plan_on(const std::vector<Node>& base, std::vector<Entry> entries,
                    const BaseContents* contents = nullptr) {
  StringArena arena;
  const ImageTree tree = tree_of(base);
  try {
    Diagnostics found;
    const FileTree inputs = merge_inputs({std::move(entries)}, found);
    found.throw_if_errors();
    PlanOptions options;
    options.layers.split = LayerSplit::kOne;
    std::string text =
        plan_to_text(plan_image(inputs, identify(inputs, 1), options, arena, {&tree, contents}));
    text.erase(text.find("summary\t"));
    text.erase(0, text.find('\n') + 1);
    if (text.starts_with("layer\t")) text.erase(0, text.find('\n') + 1);
    return text;
  } catch (const Error& error) {
    return error.what();
  }
}

TEST_CASE("base: entries go where the base's links lead") {
  struct Case {
    const char* name;
    std::vector<Entry> entries;
    const char* plan;
  };
  const std::vector<Case> cases{
      {"a file below a link",
       {empty("lib/x/f")},
       "d\tusr\t-\nd\tusr/lib\tmode=0711\nd\tusr/lib/x\t-\nf\tusr/lib/x/f\t-\t0\t\n"},
      {"a chain of links, one of them absolute",
       {empty("lib64/f")},
       "d\tusr\t-\nd\tusr/lib\tmode=0711\nd\tusr/lib/64\t-\nf\tusr/lib/64/f\t-\t0\t\n"},
      {"a link to what is not there yet",
       {empty("lock/f")},
       "d\trun\t-\nd\trun/lock\t-\nf\trun/lock/f\t-\t0\t\n"},
      {"and one that goes up from there",
       {empty("odd/f")},
       "d\tusr\t-\nd\tusr/lib\tmode=0711\nf\tusr/lib/f\t-\t0\t\n"},
      {"directories meet, and what one states holds",
       {directory("lib"), directory("lib/x", &kPrivate), directory("usr/lib/x"),
        empty("usr/lib/x/f"), empty("lib/x/g")},
       "d\tusr\t-\nd\tusr/lib\tmode=0711\nd\tusr/lib/x\tmode=0700\nf\tusr/lib/x/f\t-\t0\t\n"
       "f\tusr/lib/x/g\t-\t0\t\n"},
      {"a link takes the place of a link, a file that of a link to a file",
       {symlink("lib", "elsewhere"), empty("etc/release")},
       "d\tetc\t-\nf\tetc/release\t-\t0\t\nl\tlib\t-\telsewhere\tdeclared\t0\n"},
      {"a link that stays in what moves keeps its text",
       {empty("lib/x/f"), symlink("lib/x/same", "./f"), symlink("lib/y/up", "../x/f")},
       "d\tusr\t-\nd\tusr/lib\tmode=0711\nd\tusr/lib/x\t-\nf\tusr/lib/x/f\t-\t0\t\n"
       "l\tusr/lib/x/same\t-\t./f\tdeclared\t0\nd\tusr/lib/y\t-\n"
       "l\tusr/lib/y/up\t-\t../x/f\tdeclared\t0\n"},
      {"a link that leaves it leads where it did",
       {symlink("lib/out", "../etc/release"), symlink("lib/x/root", "../.."),
        symlink("lib/x/self", "../../lib/x"), symlink("lib/abs", "/etc")},
       "d\tusr\t-\nd\tusr/lib\tmode=0711\nl\tusr/lib/abs\t-\t/etc\tdeclared\t0\n"
       "l\tusr/lib/out\t-\t../../etc/release\tdeclared\t0\nd\tusr/lib/x\t-\n"
       "l\tusr/lib/x/root\t-\t../../..\tdeclared\t0\n"
       "l\tusr/lib/x/self\t-\t../../../lib/x\tdeclared\t0\n"},
  };
  for (const Case& each : cases) {
    CAPTURE(each.name);
    CHECK(plan_on(merged_usr(), each.entries) == each.plan);
  }
}

TEST_CASE("base: directories keep what the base says of them unless an input states more") {
  struct Case {
    std::vector<Entry> entries;
    const char* plan;
  };
  const std::vector<Case> cases{
      {{empty("tmp/y")}, "d\ttmp\tmode=1777\nf\ttmp/y\t-\t0\t\n"},
      {{empty("var/y")}, "d\tvar\tmode=0750,uid=5,gid=6,mtime=1234\nf\tvar/y\t-\t0\t\n"},
      {{directory("var", &kPrivate), empty("var/y")},
       "d\tvar\tmode=0700,uid=5,gid=6,mtime=1234\nf\tvar/y\t-\t0\t\n"},
      {{directory("var"), empty("var/y")},
       "d\tvar\tmode=0750,uid=5,gid=6,mtime=1234\nf\tvar/y\t-\t0\t\n"},
      {{walked("tmp"), walked("tmp/new")}, "d\ttmp\tmode=1777\nd\ttmp/new\tmode=0700\n"},
  };
  for (const Case& each : cases) CHECK(plan_on(merged_usr(), each.entries) == each.plan);
}

TEST_CASE("base: what cannot lie on it is reported, all at once") {
  const std::string in_layer = "layer: note: in this layer of the base\n";
  const auto fault = [&](const std::string& what, const std::string& note,
                         const std::string& help) {
    return "input:1: error: " + what + "\n" + note + "input:1: help: " + help + "\n";
  };
  const std::string other = "input:1: note: the other is declared here\n";
  const std::string whole =
      "it would take the place of all that is in there: give it another place";
  struct Case {
    std::vector<Entry> entries;
    std::string message;
  };
  const std::vector<Case> cases{
      {{empty("lib/x"), empty("usr/lib/x")},
       fault("'lib/x' and 'usr/lib/x' are both 'usr/lib/x' through the links of the base image",
             other, "leave one of the two out")},
      {{directory("lib/x", &kPrivate), directory("usr/lib/x", &kUser)},
       fault("'lib/x' and 'usr/lib/x' are both 'usr/lib/x' through the links of the base image",
             other, "leave one of the two out")},
      {{empty("lib/x"), directory("usr/lib/x")},
       fault("'lib/x' and 'usr/lib/x' are both 'usr/lib/x' through the links of the base image",
             other, "leave one of the two out")},
      {{empty("lib/x"), empty("usr/lib/x/y")},
       fault("'lib/x' and 'usr/lib/x/y' are 'usr/lib/x' and 'usr/lib/x/y', below it through the "
             "links of the base image",
             other, "leave one of the two out")},
      {{empty("usr/lib")},
       fault("'usr/lib' is a file, and a directory in the base image", in_layer, whole)},
      {{symlink("usr/lib", "lib64")},
       fault("'usr/lib' is a symlink, and a directory in the base image", in_layer, whole)},
      {{empty("lib")},
       fault("'lib' is a file, and a link to a directory in the base image", in_layer, whole)},
      {{empty("lib/64")},
       fault("'lib/64' is a file, and 'usr/lib/64', a directory in the base image", in_layer,
             whole)},
      {{empty("usr/lib/os-release/x"), empty("usr/lib/os-release/y")},
       fault("'usr/lib/os-release/x' lies below 'usr/lib/os-release', which is a file in the base "
             "image",
             in_layer, "give it another place")},
      {{empty("etc/release/x/y")},
       fault("'etc/release/x/y' lies below 'usr/lib/os-release', which is a file in the base image",
             in_layer, "give it another place")},
      {{directory("usr/lib/os-release")},
       fault("'usr/lib/os-release' is a directory, and a file in the base image", in_layer,
             "give it another place")},
      {{empty("a/x")},
       fault("'a/x' lies below 'a', which is a link that leads in a circle in the base image",
             in_layer, "give it another place")},
  };
  for (const Case& each : cases) CHECK(plan_on(merged_usr(), each.entries) == each.message);
  CHECK(plan_on(merged_usr(), {empty("a/x"), empty("lib")}) ==
        cases.back().message + cases[6].message);
}

// Files on disk and in the base, and what is known to be equal.
class Duplicates {
 public:
  void base_file(std::string_view path, uint32_t mode, const std::string& bytes) {
    Node made = node(path, NodeKind::kFile, mode);
    made.size = bytes.size();
    made.inode = static_cast<uint32_t>(base_.size() + 1);
    const auto head = std::as_bytes(std::span(bytes));
    contents_.of_base[made.inode] = {sha256(head), mode_of_content(head)};
    base_.push_back(made);
  }
  void base_node(const Node& made) { base_.push_back(made); }
  void file(std::string_view path, const std::string& bytes,
            const Attributes* attributes = nullptr) {
    const std::string name = files_.write(std::to_string(entries_.size()), bytes);
    Entry made = entry(path, EntryKind::kFile, arena_.copy(name));
    made.attributes = attributes;
    contents_.of_input[static_cast<uint32_t>(entries_.size())] = hash_file(made.content);
    entries_.push_back(made);
  }
  void other(const Entry& made) { entries_.push_back(made); }

  // Entries are added in tree order, so that they keep their numbers.
  std::string plan() { return files_.strip(plan_on(base_, entries_, &contents_)); }

 private:
  TemporaryDirectory files_;
  StringArena arena_;
  std::vector<Node> base_;
  std::vector<Entry> entries_;
  BaseContents contents_;
};

TEST_CASE("base: what it has with the same content, mode and owner is left to it") {
  Duplicates files;
  files.base_node(node("d", NodeKind::kDirectory, 0755));
  for (const char* path : {"d/content", "d/mode", "d/owner", "d/same", "d/time"}) {
    files.base_file(path, 0644, "text");
  }
  files.base_file("d/script", 0755, "#!/bin/sh");
  files.base_file("d/script-644", 0644, "#!/bin/sh");
  files.base_file("d/type", 0644, "text");
  const Attributes executable{.mode = 0755, .uid = {}, .gid = {}, .mtime = {}};
  const Attributes later{.mode = {}, .uid = {}, .gid = {}, .mtime = 99};
  files.file("d/content", "tex~");
  files.file("d/mode", "text", &executable);
  files.file("d/owner", "text", &kUser);
  files.file("d/same", "text");
  files.file("d/script", "#!/bin/sh");
  files.file("d/script-644", "#!/bin/sh");
  files.file("d/time", "text", &later);
  files.other(symlink("d/type", "same"));
  CHECK(files.plan() ==
        "d\td\t-\nf\td/content\t-\t4\t$/0\nf\td/mode\tmode=0755\t4\t$/1\nf\td/owner\tuid=1000\t4\t"
        "$/2\nf\td/script-644\t-\t9\t$/5\nf\td/time\tmtime=99\t4\t$/6\n"
        "l\td/type\t-\tsame\tdeclared\t0\n"
        "base\td/same\tfile\t4\nbase\td/script\tfile\t9\n");
}

TEST_CASE(
    "base: an equal link, directory and empty file are left to it, and then no layer is made") {
  Duplicates files;
  files.base_node(node("d", NodeKind::kDirectory, 0700));
  files.base_node(node("d/empty", NodeKind::kFile, 0644));
  files.base_node(node("l", NodeKind::kSymlink, 0777, "d"));
  files.other(directory("d", &kPrivate));
  files.other(empty("d/empty"));
  files.other(symlink("l", "d"));
  CHECK(files.plan() == "base\td\tdirectory\t0\nbase\td/empty\tfile\t0\nbase\tl\tsymlink\t0\n");
}

TEST_CASE("base: links that veneer makes may lead to a file of the base") {
  Duplicates files;
  const std::string home = "a.runfiles/r/site-packages/p/x.py";
  files.base_file(home, 0644, "print()\n");
  files.file("a.runfiles/_main/v/lib/python3.11/site-packages/p/x.py", "print()\n");
  files.file(home, "print()\n");
  CHECK(files.plan() ==
        "d\ta.runfiles\t-\nd\ta.runfiles/_main\t-\nd\ta.runfiles/_main/v\t-\n"
        "d\ta.runfiles/_main/v/lib\t-\nd\ta.runfiles/_main/v/lib/python3.11\t-\n"
        "d\ta.runfiles/_main/v/lib/python3.11/site-packages\t-\n"
        "d\ta.runfiles/_main/v/lib/python3.11/site-packages/p\t-\n"
        "l\ta.runfiles/_main/v/lib/python3.11/site-packages/p/x.py\t-\t"
        "../../../../../../r/site-packages/p/x.py\tsite-packages\t8\n"
        "base\ta.runfiles/r/site-packages/p/x.py\tfile\t8\n");
}

TEST_CASE("links: the floor of hardlinks is the user's; rules 1 to 4 do not know it") {
  TemporaryDirectory files;
  const std::string big(9000, 'x');
  const std::string small(100, 'y');
  const std::string program(5000, 'p');
  std::vector<std::string> names;
  std::vector<Entry> entries;
  const auto add = [&](std::string_view path, const std::string& bytes) {
    names.push_back(files.write(std::string(path), bytes));
    entries.push_back(entry(path, EntryKind::kFile));
  };
  add("a/big-1", big);
  add("a/big-2", big);
  add("a/bin/python", program);
  add("a/bin/python3.11", program);
  add("a/small-1", small);
  add("a/small-2", small);
  for (size_t i = 0; i < entries.size(); ++i) entries[i].content = names[i];
  const auto links = [&](uint64_t min) {
    StringArena arena;
    Diagnostics found;
    const FileTree tree = merge_inputs({entries}, found);
    PlanOptions options;
    options.content_link_min = min;
    std::string text;
    const ImagePlan plan = plan_image(tree, identify(tree, 1, min), options, arena);
    for (const PlannedEntry& each : plan.layers.front().entries) {
      if (!each.link.empty()) text += std::string(each.path) + ' ';
    }
    return text;
  };
  CHECK(links(kMinContentLinkSize) == "a/big-2 a/bin/python ");
  CHECK(links(100) == "a/big-2 a/bin/python a/small-2 ");
  CHECK(links(9001) == "a/bin/python ");
  CHECK(links(kNoContentLinks) == "a/bin/python ");
}

}  // namespace
}  // namespace layer
