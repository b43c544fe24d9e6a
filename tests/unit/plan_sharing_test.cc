// What is not stored again: files of the base, and equal files of a layer.
#include <doctest/doctest.h>

#include <span>
#include <string>
#include <vector>

#include "base_plan.h"
#include "layer/identify/read_content.h"
#include "layer/identify/stamp_files.h"
#include "layer/place/mode_of_content.h"
#include "temporary_directory.h"

namespace layer::plan_sharing_test {
namespace {

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
    Stamp look = look_at(made);
    contents_.of_input[static_cast<uint32_t>(entries_.size())] =
        read_content(made.content, look, nullptr).digest;
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
    const ImagePlan plan = plan_image(
        tree, identify(tree, arena, {.jobs = 1, .min_content_link = min}), options, arena, found);
    for (const TarEntry& each : plan.layers.front().entries) {
      if (!each.link().empty()) text += std::string(each.path) + ' ';
    }
    return text;
  };
  CHECK(links(kMinContentLinkSize) == "a/big-2 a/bin/python ");
  CHECK(links(100) == "a/big-2 a/bin/python a/small-2 ");
  CHECK(links(9001) == "a/bin/python ");
  CHECK(links(kNoContentLinks) == "a/bin/python ");
}

}  // namespace
}  // namespace layer::plan_sharing_test
