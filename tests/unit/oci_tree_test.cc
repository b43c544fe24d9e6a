// What a base image's layers amount to, and every way in which a layer can lie.
#include <archive.h>
#include <archive_entry.h>
#include <fmt/core.h>
#include <unistd.h>

#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "oci/read/read_tree.h"
#include "oci_support.h"

namespace oci::oci_tree_test {
namespace {

using test::error_of;
using test::TemporaryDirectory;
using test::TestLayer;

struct FreeWriter {
  void operator()(archive* writer) const { archive_write_free(writer); }
};
struct FreeEntry {
  void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};

la_ssize_t append(archive*, void* text, const void* bytes, size_t size) {
  static_cast<std::string*>(text)->append(static_cast<const char*>(bytes), size);
  return static_cast<la_ssize_t>(size);
}

// One tar entry; `kind` is 'f', 'd', 'l' (symlink), 'h' (hardlink) or 'p' (pipe).
struct Member {
  char kind;
  std::string path;
  std::string text = {};  // content, or where a link leads
  unsigned mode = 0644;
  int64_t uid = 0;
};

unsigned file_type(char kind) {
  switch (kind) {
    case 'd':
      return AE_IFDIR;
    case 'l':
      return AE_IFLNK;
    case 'p':
      return AE_IFIFO;
    default:
      return AE_IFREG;
  }
}

TestLayer layer_of(const std::vector<Member>& members) {
  std::string tar;
  const std::unique_ptr<archive, FreeWriter> writer(archive_write_new());
  REQUIRE(archive_write_set_format_gnutar(writer.get()) == ARCHIVE_OK);
  REQUIRE(archive_write_open(writer.get(), &tar, nullptr, append, nullptr) == ARCHIVE_OK);
  for (const Member& member : members) {
    const std::unique_ptr<archive_entry, FreeEntry> entry(archive_entry_new());
    archive_entry_set_pathname(entry.get(), member.path.c_str());
    archive_entry_set_filetype(entry.get(), file_type(member.kind));
    archive_entry_set_perm(entry.get(), member.mode);
    archive_entry_set_uid(entry.get(), member.uid);
    if (member.kind == 'l') archive_entry_set_symlink(entry.get(), member.text.c_str());
    if (member.kind == 'h') archive_entry_set_hardlink(entry.get(), member.text.c_str());
    const std::string text = member.kind == 'f' ? member.text : std::string();
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(text.size()));
    REQUIRE(archive_write_header(writer.get(), entry.get()) == ARCHIVE_OK);
    REQUIRE(archive_write_data(writer.get(), text.data(), text.size()) ==
            static_cast<la_ssize_t>(text.size()));
  }
  REQUIRE(archive_write_close(writer.get()) == ARCHIVE_OK);
  return {tar, std::string(kTarType), digest_of(tar).to_string()};
}

std::string to_text(const layer::Node& node) {
  const std::string id = node.inode == 0 ? "" : fmt::format(" #{}", node.inode);
  switch (node.kind) {
    case layer::NodeKind::kDirectory:
      return fmt::format("d {} {:o}\n", node.path, node.mode);
    case layer::NodeKind::kFile:
      return fmt::format("f {} {:o} {}{}\n", node.path, node.mode, node.size, id);
    case layer::NodeKind::kSymlink:
      return fmt::format("l {} -> {}\n", node.path, node.link().to_string());
    case layer::NodeKind::kOther:
      return fmt::format("o {}\n", node.path);
    case layer::NodeKind::kWhiteout:
    case layer::NodeKind::kOpaque:
      return fmt::format("mark {}\n", node.path);
  }
  return {};
}

std::string to_text(const layer::ImageTree& tree) {
  std::string text;
  for (const layer::Node& node : tree.nodes()) text += to_text(node);
  return text;
}

// The tree of an image of these layers, as text.
std::string tree_of(const std::vector<std::vector<Member>>& layers) {
  const TemporaryDirectory folder;
  std::vector<TestLayer> made;
  for (const std::vector<Member>& members : layers) made.push_back(layer_of(members));
  write_layout(folder, "base", made);
  layer::StringArena arena;
  return to_text(
      read_image_tree(test::open(folder, "oci", "base"), {folder.path()}, arena, nullptr));
}

// What is said of an image of these layers, without the name of the blob.
std::string refusal_of(const std::vector<std::vector<Member>>& layers) {
  const std::string text = error_of([&] { tree_of(layers); });
  return text.substr(std::min(text.size(), text.find(": error: ")));
}

TEST_CASE("base tree: layers are laid one over the other") {
  struct Case {
    const char* name;
    std::vector<std::vector<Member>> layers;
    const char* tree;
  };
  const std::vector<Case> cases{
      {"modes, links and names cleaned",
       {{{'d', "./", {}, 0700},
         {'d', "./tmp/", {}, 01777},
         {'f', "/etc//hosts", "text", 0600},
         {'l', "lib", "usr/lib"},
         {'p', "pipe"}}},
       "d etc 755\nf etc/hosts 600 4 #1\nl lib -> usr/lib\no pipe\nd tmp 1777\n"},
      {"names are bytes",
       {{{'f', "\xc3\xa9", "a"}, {'f', "\xff\xfe", "b"}, {'f', std::string(200, 'n'), ""}}},
       "f "
       "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
       "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
       "nn"
       "nnnnnnnnnnnnnnnn 644 0 #3\nf \xc3\xa9 644 1 #1\nf \xff\xfe 644 1 #2\n"},
      {"whiteouts and opaque directories",
       {{{'f', "a/x", "1"}, {'f', "a/y", "2"}, {'f', "b/z", "3"}},
        {{'f', "a/.wh.x", ""}, {'f', "b/.wh..wh..opq", ""}, {'f', "b/new", "4"}}},
       "d a 755\nf a/y 644 1 #2\nd b 755\nf b/new 644 1 #4\n"},
      {"a whiteout does not hide what its own layer brings",
       {{{'f', "a/old", "1"}, {'f', "f", "2"}},
        {{'f', "a/new", "3"}, {'f', ".wh.a", ""}, {'f', "f", "44"}, {'f', ".wh.f", ""}}},
       "d a 755\nf a/new 644 1 #3\nf f 644 2 #4\n"},
      {"files of AUFS's own are none of the image",
       {{{'d', ".wh..wh.plnk"}, {'f', ".wh..wh.plnk/1", ""}, {'f', ".wh..wh.aufs", ""}}},
       ""},
      {"an entry below a link is where the link leads",
       {{{'d', "usr/lib"}, {'l', "lib", "usr/lib"}, {'l', "abs", "/lib/.."}},
        {{'f', "lib/x", "1"}, {'f', "abs/y", "2"}}},
       "l abs -> /lib/..\nl lib -> usr/lib\nd usr 755\nd usr/lib 644\nf usr/lib/x 644 1 #1\n"
       "f usr/y 644 1 #2\n"},
      {"hardlinks are one inode, across layers, too",
       {{{'f', "a", "1"}, {'h', "b", "a"}}, {{'h', "c", "/a"}, {'f', "a", "22"}}},
       "f a 644 2 #2\nf b 644 1 #1\nf c 644 1 #1\n"},
      {"a file in the place of a directory of its own layer",
       {{{'f', "d/x", "1"}, {'f', "d", "2"}, {'f', "d-e", "3"}}},
       "f d 644 1 #2\nf d-e 644 1 #3\n"},
      {"no entry at all", {{}}, ""},
  };
  for (const Case& each : cases) {
    CAPTURE(each.name);
    CHECK(tree_of(each.layers) == each.tree);
  }
}

TEST_CASE("base tree: entries that lie are refused, by layer and name") {
  struct Case {
    std::vector<std::vector<Member>> layers;
    const char* message;
  };
  const std::vector<Case> cases{
      {{{{'f', "../x", ""}}}, ": error: '../x' is outside the image\n"},
      {{{{'f', "a/../../x", ""}}}, ": error: 'a/../../x' is outside the image\n"},
      {{{{'f', "f", ""}, {'f', "f/x", ""}}},
       ": error: 'f/x' lies below 'f', which is not a directory\n"},
      {{{{'f', "f", ""}}, {{'f', "f/x", ""}}},
       ": error: 'f/x' lies below 'f', which is not a directory\n"},
      {{{{'l', "a", "b"}, {'l', "b", "a"}, {'f', "a/x", ""}}},
       ": error: 'a/x' lies below 'a', a link that leads back to itself\n"},
      {{{{'h', "b", "a"}}}, ": error: 'b' is a hardlink to 'a', but there is no such file\n"},
      {{{{'d', "a"}, {'h', "b", "a"}}},
       ": error: 'b' is a hardlink to 'a', but there is no such file\n"},
      {{{{'h', "b", "../a"}}},
       ": error: 'b' is a hardlink to '../a', which is outside the image\n"},
      {{{{'f', "a/.wh.", ""}}}, ": error: 'a/.wh.' is a whiteout without a name\n"},
      {{{{'f', "a", "", 0644, 5'000'000'000}}},
       ": error: 'a' is owned by 5000000000, which is not a valid user or group id\n"},
      {{{{'l', "l", std::string(5000, 'x')}}},
       ": error: 'l' has a link text that is longer than 4095 bytes, which no file system can "
       "hold\n"},
      {{{{'f', "d/.wh...", ""}}}, ": error: 'd/.wh...' is a whiteout of '..'\n"},
      {{{{'l', "l", ""}}}, ": error: 'l' is a link to nothing\n"},
      {{{{'f', ".", ""}}}, ": error: '.' is the root of the image, and not a directory\n"},
  };
  for (const Case& each : cases) CHECK(refusal_of(each.layers) == each.message);
  const std::string hundred(100, 'x');
  CHECK(refusal_of({{{'f', std::string(5000, 'x'), ""}}}) ==
        ": error: '" + hundred + "..." + hundred +
            "' is longer than 4095 bytes, which no system can open\n");
  CHECK(refusal_of({{{'f', "d/" + std::string(256, 'x'), ""}}}) ==
        ": error: 'd/" + std::string(256, 'x') +
            "' has a component of more than 255 bytes, which no file system can hold\n");
}

TEST_CASE("base tree: a layer that is not what its image says is refused") {
  const TestLayer layer = layer_of({{'f', "a", std::string(2000, 'a')}});
  const auto refusal = [](const TestLayer& made) {
    const TemporaryDirectory folder;
    write_layout(folder, "base", {made});
    layer::StringArena arena;
    const std::string text = error_of([&] {
      read_image_tree(test::open(folder, "oci", "base"), {folder.path()}, arena, nullptr);
    });
    return text.substr(std::min(text.size(), text.find(": error: ")));
  };
  CHECK(refusal({test::gzip(layer.bytes), std::string(kTarGzipType), layer.diff_id}).empty());
  CHECK(refusal({test::zstd(layer.bytes), std::string(kTarZstdType), layer.diff_id}).empty());
  const std::string other = digest_of("other").to_string();
  CHECK(refusal({layer.bytes, layer.media_type, other}) ==
        ": error: has diff id " + layer.diff_id + ", but the config says " + other + "\n");
  const std::string cut = layer.bytes.substr(0, 1500);
  CHECK(refusal({cut, layer.media_type, digest_of(cut).to_string()}) ==
        ": error: cannot read the tar: Truncated input file (needed 2048 bytes, only 988 "
        "available)\n");
  const std::string packed = test::gzip(layer.bytes);
  CHECK(refusal({packed.substr(0, packed.size() - 9), std::string(kTarGzipType), layer.diff_id}) ==
        ": error: is cut short: its compressed stream does not end\n");
  CHECK(refusal({packed + "x", std::string(kTarGzipType), layer.diff_id}) ==
        ": error: is cut short: its compressed stream does not end\n");
  std::string damaged = layer.bytes;
  damaged[0] = 'b';
  CHECK(refusal({damaged, layer.media_type, digest_of(damaged).to_string()}) ==
        ": error: 'b' has a header with a wrong checksum, or stands where none is\n");
}

// Notes what it is shown; takes what is longer than the head.
class Notes : public FileVisitor {
 public:
  bool wants(const layer::Node& file, std::span<const std::byte> head) override {
    text += fmt::format("{} #{} {} of {}\n", file.path, file.inode, head.size(), file.size);
    return file.size > head.size();
  }
  void take(const layer::Node& file, int fd) override {
    std::string content(file.size + 1, '\0');
    const ssize_t got = ::read(fd, content.data(), content.size());
    REQUIRE(got == static_cast<ssize_t>(file.size));
    content.pop_back();
    taken[file.inode] = content;
  }

  std::string text;
  std::map<uint32_t, std::string> taken;
};

TEST_CASE("base tree: a visitor sees each file's head, and whole what it wants") {
  const TemporaryDirectory folder;
  const std::string big = std::string(100'000, 'x') + "end";
  write_layout(folder, "base",
               {layer_of({{'f', "small", "abc"}, {'f', "big", big}, {'h', "again", "big"}}),
                layer_of({{'f', "small", ""}})});
  layer::StringArena arena;
  Notes notes;
  const layer::ImageTree tree =
      read_image_tree(test::open(folder, "oci", "base"), {folder.path()}, arena, &notes);
  CHECK(notes.text == "small #1 3 of 3\nbig #2 4096 of 100003\nsmall #3 0 of 0\n");
  CHECK(notes.taken == std::map<uint32_t, std::string>{{2, big}});
  CHECK(to_text(tree) == "f again 644 100003 #2\nf big 644 100003 #2\nf small 644 0 #3\n");
}

}  // namespace
}  // namespace oci::oci_tree_test
