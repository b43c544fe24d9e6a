// Which members of an archive are files and which are links.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <functional>

#include "layer/bsdtar/create.h"
#include "layer/disk/staged_link.h"
#include "layer/plan/plan_text.h"
#include "temporary_directory.h"

namespace layer::bsdtar_members_test {
namespace {

// "f NAME", "d NAME", "l NAME -> TEXT" or "h NAME = TARGET" for each entry.
std::string plan_text(const CreateRequest& request) {
  const PlannedArchive planned = plan_archive(request);
  std::string text;
  for (const TarEntry& entry : planned.plan.entries) {
    const std::string_view arrow = entry.type == TarType::kSymlink    ? " -> "
                                   : entry.type == TarType::kHardlink ? " = "
                                                                      : "";
    text += std::string(type_name(entry.type).substr(0, 1));
    if (entry.type == TarType::kSymlink) text.back() = 'l';
    text += " " + std::string(entry.path) + std::string(arrow) + entry.link() + "\n";
  }
  return text;
}

std::string plan_of(const TemporaryDirectory& folder, const std::string& rows) {
  folder.write("spec", rows);
  CreateRequest request;
  request.operands = {{OperandKind::kArchive, folder / "spec", folder.path()}};
  return folder.strip([&] {
    try {
      return plan_text(request);
    } catch (const Error& error) {
      return std::string(error.what());
    }
  }());
}

constexpr std::string_view kWheel = "external/torch/site-packages/torch";
constexpr std::string_view kVenv = "bin/_app.venv/lib/python3.11/site-packages/torch";

TEST_CASE("tar: the path that ends like the real file's is the file, whatever the order of rows") {
  const TemporaryDirectory folder;
  const std::string real = folder.write(std::string(kWheel) + "/x.py", "x\n");
  folder.link(std::string(kVenv) + "/x.py", real);
  const std::string rows[] = {
      "r.runfiles/_main/_app.venv/lib/python3.11/site-packages/torch/x.py type=file content=" +
          std::string(kVenv) + "/x.py\n",
      "r.runfiles/torch/site-packages/torch/x.py type=file content=" + std::string(kWheel) +
          "/x.py\n",
      "r.runfiles/_main/alias type=file content=" + std::string(kWheel) + "/x.py\n"};
  const std::string expected =
      "l r.runfiles/_main/_app.venv/lib/python3.11/site-packages/torch/x.py -> "
      "../../../../../../torch/site-packages/torch/x.py\n"
      "l r.runfiles/_main/alias -> ../torch/site-packages/torch/x.py\n"
      "f r.runfiles/torch/site-packages/torch/x.py\n";
  CHECK(plan_of(folder, rows[0] + rows[1] + rows[2]) == expected);
  CHECK(plan_of(folder, rows[2] + rows[1] + rows[0]) == expected);
}

TEST_CASE("tar: rows that state different modes are not joined") {
  const TemporaryDirectory folder;
  folder.write("x", "x\n");
  CHECK(plan_of(folder, "a/x type=file mode=0644 content=x\na/y type=file mode=0755 content=x\n") ==
        "f a/x\nf a/y\n");
}

TEST_CASE("tar: a launcher and itself among its runfiles are hardlinks, never symlinks") {
  const TemporaryDirectory folder;
  folder.write("bin/app", "#!/bin/sh\n");
  CHECK(plan_of(folder,
                "./app type=file content=bin/app\n"
                "./app.runfiles/_main/app type=file content=bin/app\n") ==
        "f ./app\nh ./app.runfiles/_main/app = ./app\n");
}

TEST_CASE("tar: small files that happen to be equal, and empty ones, stay apart") {
  const TemporaryDirectory folder;
  folder.write("one", "same\n");
  folder.write("two", "same\n");
  folder.write("empty", "");
  CHECK(plan_of(folder,
                "a/1 type=file content=one\na/2 type=file content=two\n"
                "a/3 type=file content=empty\na/4 type=file content=empty\n") ==
        "f a/1\nf a/2\nf a/3\nf a/4\n");
}

TEST_CASE("tar: a declared link whose text leads into the archive is kept, byte for byte") {
  const TemporaryDirectory folder;
  folder.write("external/filelock/__init__.py", "x\n");
  folder.link("bin/venv/filelock", ".././../filelock/site-packages/filelock");
  folder.link("bin/venv/loop", "loop");
  const std::string wheel =
      "a.runfiles/filelock/site-packages/filelock/__init__.py type=file "
      "content=external/filelock/__init__.py\n";
  CHECK(plan_of(folder,
                wheel + "a.runfiles/_main/venv/filelock type=file content=bin/venv/filelock\n") ==
        "l a.runfiles/_main/venv/filelock -> .././../filelock/site-packages/filelock\n"
        "f a.runfiles/filelock/site-packages/filelock/__init__.py\n");
  CHECK(plan_of(folder,
                "filelock type=file content=bin/venv/filelock\n"
                "loop type=file content=bin/venv/loop\n") ==
        "$/spec:1:1: error: the content of 'filelock' is a link to "
        "'.././../filelock/site-packages/filelock', which leads neither to a file on disk nor to a "
        "member of the archive\n"
        "$/spec:1:1: help: to store a link that leads out of the archive, state type=link "
        "link=.././../filelock/site-packages/filelock\n"
        "$/spec:2:1: error: the content of 'loop' is a link to 'loop', which leads neither to a "
        "file on disk nor to a member of the archive\n"
        "$/spec:2:1: help: to store a link that leads out of the archive, state type=link "
        "link=loop\n");
}

TEST_CASE("tar: the last member of a path counts, however it is spelt") {
  const TemporaryDirectory folder;
  folder.write("a/x", "old\n");
  folder.write("b/x", "new, and longer\n");
  CreateRequest request;
  request.operands = {{OperandKind::kPath, "x", folder / "a"},
                      {OperandKind::kPath, "./x", folder / "b"}};
  const PlannedArchive planned = plan_archive(request);
  REQUIRE(planned.plan.entries.size() == 1);
  CHECK(planned.plan.entries.front().path == "./x");
  CHECK(planned.plan.entries.front().size == 16);
}

TEST_CASE("tar: with --dereference no member is a symlink") {
  const TemporaryDirectory folder;
  folder.write("d/real", "x\n");
  folder.link("d/link", "real");
  folder.link("d/folder", "../other");
  folder.write("other/y", "y\n");
  CreateRequest request;
  request.operands = {{OperandKind::kPath, "d", folder.path()}};
  CHECK(plan_text(request) == "d d\nl d/folder -> ../other\nl d/link -> real\nf d/real\n");
  request.disk.links = DiskLinks::kFollow;
  CHECK(plan_text(request) == "d d\nd d/folder\nf d/folder/y\nf d/link\nf d/real\n");
  request.disk.recurses = false;
  CHECK(plan_text(request) == "d d\n");
}

std::string plan_of_followed(const TemporaryDirectory& folder, uint64_t max_followed) {
  CreateRequest request;
  request.operands = {{OperandKind::kPath, "d", folder.path()}};
  request.disk.links = DiskLinks::kFollow;
  request.disk.max_followed = max_followed;
  return folder.strip([&] {
    try {
      return plan_text(request);
    } catch (const Error& error) {
      return std::string(error.what());
    }
  }());
}

TEST_CASE("tar: links into each other end, with --dereference") {
  const TemporaryDirectory folder;
  folder.link("d/again", "../d");
  CHECK(
      plan_of_followed(folder, 1000) ==
      "$/d/again/again/again/again/again/again/again/again/again: error: is reached through a loop "
      "of links\n");
}

TEST_CASE("tar: links to directories that hold such links do not multiply without end") {
  const TemporaryDirectory folder;
  folder.link("d/a", "../d1");
  folder.link("d/b", "../d1");
  for (int i = 1; i < 30; ++i) {
    const std::string next = "../d" + std::to_string(i + 1);
    folder.link("d" + std::to_string(i) + "/a", next);
    folder.link("d" + std::to_string(i) + "/b", next);
  }
  folder.write("d30/x", "x\n");
  CHECK(plan_of_followed(folder, 1000) ==
        "$/d/a/a/a/a/a/a/a/a/a: error: is reached through links to directories that are nested "
        "more than 8 levels deep\n");
}

TEST_CASE("tar: what links lead to is counted against --max-entries") {
  const TemporaryDirectory folder;
  folder.write("d/real", "x\n");
  folder.write("other/x", "x\n");
  folder.write("other/y", "y\n");
  folder.link("d/a", "../other");
  folder.link("d/b", "../other");
  CHECK(plan_of_followed(folder, 4) ==
        "d d\nd d/a\nf d/a/x\nf d/a/y\nd d/b\nf d/b/x\nf d/b/y\nf d/real\n");
  CHECK(
      plan_of_followed(folder, 3) ==
      "$/d/b: error: is one of the directories that links lead to, which have more than 3 entries "
      "in all\n$/d/b: help: if you trust where this comes from, raise the limit with "
      "--max-entries\n");
}

TEST_CASE("tar: what is excluded is not looked into, nor followed") {
  const TemporaryDirectory folder;
  folder.write("d/in/x", "x\n");
  folder.write("d/out/x", "x\n");
  folder.write("d/out/in/x", "x\n");
  folder.link("d/loop", "../d");
  CreateRequest request;
  request.operands = {{OperandKind::kPath, "d", folder.path()}};
  request.disk.links = DiskLinks::kFollow;
  request.names.excludes = {"d/out$", "loop"};  // "$": what is below does not match
  CHECK(plan_text(request) == "d d\nd d/in\nf d/in/x\n");
  request.names.excludes = {"d$"};
  CHECK(plan_text(request).empty());
}

TEST_CASE("staged link: what repeats the path behind another directory is not the link meant") {
  const TemporaryDirectory folder;
  folder.write("execroot/bin/file", "x\n");
  folder.link("execroot/bin/raw", "../../py/bin/python3");
  folder.link("sandbox/bin/file", folder / "execroot/bin/file");
  folder.link("sandbox/bin/raw", folder / "execroot/bin/raw");
  folder.link("sandbox/bin/alias", folder / "execroot/bin/file");
  const WorkingDirectory here(folder / "sandbox");
  CHECK(unstaged_link_text("bin/file") == std::nullopt);
  CHECK(unstaged_path("./bin//file") == folder / "execroot/bin/file");
  CHECK(unstaged_link_text("bin/raw") == "../../py/bin/python3");
  CHECK(unstaged_link_text("bin/alias") == folder / "execroot/bin/file");
  CHECK(unstaged_link_text("bin/gone") == std::nullopt);
  CHECK(unstaged_path("bin/alias") == "bin/alias");
}

// What uuencode(1) makes of a text.
std::string uuencoded(std::string text) {
  std::string encoded = "begin 644 x.a\n";
  const auto letter = [](unsigned bits) { return static_cast<char>(' ' + (bits & 63U)); };
  for (size_t at = 0; at < text.size(); at += 45) {
    const size_t count = std::min<size_t>(45, text.size() - at);
    encoded += letter(static_cast<unsigned>(count));
    for (size_t i = at; i < at + count; i += 3) {
      const auto byte = [&](size_t n) {
        return n < text.size() ? static_cast<unsigned char>(text[n]) : 0U;
      };
      const unsigned bits = byte(i) << 16U | byte(i + 1) << 8U | byte(i + 2);
      for (const unsigned shift : {18U, 12U, 6U, 0U}) encoded += letter(bits >> shift);
    }
    encoded += '\n';
  }
  return encoded + "`\nend\n";
}

TEST_CASE("tar: an archive that is a text is no mtree") {
  const TemporaryDirectory folder;
  const std::string ar =
      "!<arch>\n"
      "a.txt/          0           0     0     100644  12        `\nhello world\n"
      "b.txt/          0           0     0     100644  2         `\nb\n";
  CHECK(plan_of(folder, ar) == "f a.txt\nf b.txt\n");
  CHECK(plan_of(folder, uuencoded(ar)) == "f a.txt\nf b.txt\n");
}

}  // namespace
}  // namespace layer::bsdtar_members_test
