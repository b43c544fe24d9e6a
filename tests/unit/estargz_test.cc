// eStargz layers: the table of contents, the order of entries, and what readers find by them.
#include "layer/write/estargz.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "directory_sink.h"
#include "layer/base/error.h"
#include "layer/model/estargz_names.h"
#include "layer/model/string_arena.h"
#include "layer/plan/start_files.h"
#include "layer/plan/start_order.h"
#include "layer/write/layer_writer.h"
#include "layer/write/tar.h"
#include "temporary_directory.h"
#include "test_bytes.h"

namespace layer::estargz_test {
namespace {

constexpr Compression kEstargz{Codec::kGzip, 6, LayerFormat::kEstargz};

Digest digest_of(std::string_view bytes) {
  return sha256(std::as_bytes(std::span(bytes)));
}

std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST_CASE("eStargz: the footer is that of the specification") {
  const auto footer = estargz_footer(0x1234abcd);
  CHECK(text_of(footer) == std::string("\x1f\x8b\x08\x04\0\0\0\0\0\xff"
                                       "\x1a\0SG\x16\0"
                                       "000000001234abcdSTARGZ"
                                       "\x01\0\0\xff\xff\0\0\0\0\0\0\0\0",
                                       51));
}

TEST_CASE("eStargz: the table has a line for each entry and each further chunk") {
  const std::vector<TarPart> first = {
      {0, TocEntry{.name = "a \"b\"\n/",
                   .type = "dir",
                   .mtime = {86399},
                   .mode = 0755,
                   .uid = 1,
                   .gid = 2}},
      {512, TocEntry{.name = "l", .type = "symlink", .link = "a\\b", .mode = 0777}},
      {1024,
       TocEntry{
           .name = "x", .type = "reg", .size = 3, .mode = 0644, .xattrs = {{"user.a", "xyz"}}}}};
  const std::vector<TarPart> second = {
      {0, {}, 3, 0, 3, digest_of("abc")},
      {512, TocEntry{.name = "y", .type = "reg", .size = 5, .mode = 0600}}};
  const std::vector<TarPart> third = {{0, {}, 4, 0, 5, digest_of("abcd")}};
  const std::vector<TarPart> fourth = {{0, {}, 1, 4, 5, digest_of("e")}};
  EstargzToc toc;
  toc.add(first, 0, {});
  toc.add(second, 512, {});
  toc.add(third, 600, {});
  toc.add(fourth, 700, {digest_of("abcde")});
  const std::string tar = toc.finish();
  const std::string json = fmt::format(
      "{{\"version\":1,\"entries\":[\n"
      R"({{"name":"a \"b\"\u000a/","type":"dir","modtime":"1970-01-01T23:59:59Z","mode":493,)"
      R"("uid":1,"gid":2}},)"
      "\n"
      R"({{"name":"l","type":"symlink","linkName":"a\\b","mode":511,"uid":0,"gid":0}},)"
      "\n"
      R"({{"name":"x","type":"reg","size":3,"mode":420,"uid":0,"gid":0,)"
      R"("xattrs":{{"user.a":"eHl6"}},"digest":"{0}","offset":512,)"
      R"("chunkDigest":"{0}"}},)"
      "\n"
      R"({{"name":"y","type":"reg","size":5,"mode":384,"uid":0,"gid":0,"digest":"{1}",)"
      R"("offset":600,"chunkSize":4,"chunkDigest":"{2}"}},)"
      "\n"
      R"({{"name":"y","type":"chunk","offset":700,"chunkOffset":4,"chunkDigest":"{3}"}})"
      "\n]}}\n",
      digest_of("abc").to_string(), digest_of("abcde").to_string(), digest_of("abcd").to_string(),
      digest_of("e").to_string());
  CHECK(tar.substr(512, json.size()) == json);
  CHECK(tar.size() == 512 + padded_to_block(json.size()) + kTarEndSize);
  CHECK(tar.starts_with(std::string("stargz.index.json\0", 18)));
  CHECK(toc.digest() == digest_of(json));
  CHECK_NOTHROW(nlohmann::json::parse(json));
}

TEST_CASE("eStargz: which files Python's start reads") {
  for (const char* path :
       {"usr/bin/python3", "app/app.runfiles/py/bin/python3.11", "bin/python",
        "opt/lib/libpython3.11.so.1.0", "usr/lib/python3.11/encodings/__init__.py",
        "lib/python3.13/os.py", "usr/lib/python3.11/encodings/__pycache__/utf_8.cpython-311.pyc",
        "usr/lib/python3.9/__pycache__/site.cpython-39.opt-1.pyc", "app/.venv/pyvenv.cfg",
        "app/.venv/lib/python3.11/site-packages/a.pth"}) {
    CAPTURE(path);
    CHECK(is_python_start_file(path));
  }
  for (const char* path :
       {"usr/bin/python3-config", "usr/bin/perl", "usr/lib/python3.11/json/__init__.py",
        "usr/lib/python3.11/encodings/cp1250.py", "os.py", "mylib/python3.11/os.py",
        "usr/lib/python3.11/site-packages/numpy/os.py", "lib/python3.11/site-packages/a/b.pth",
        "lib/python3x/os.py"}) {
    CAPTURE(path);
    CHECK_FALSE(is_python_start_file(path));
  }
}

class OrderPlan {
 public:
  OrderPlan& file(std::string_view path) { return add(TarType::kFile, path, {}); }
  OrderPlan& directory(std::string_view path) { return add(TarType::kDirectory, path, {}); }
  OrderPlan& symlink(std::string_view path, std::string_view to) {
    return add(TarType::kSymlink, path, to);
  }
  OrderPlan& hardlink(std::string_view path, std::string_view to) {
    return add(TarType::kHardlink, path, to);
  }
  const LayerPlan& plan() const { return plan_; }

 private:
  OrderPlan& add(TarType type, std::string_view path, std::string_view content) {
    TarEntry& entry = plan_.entries.emplace_back();
    entry.type = type;
    entry.path = path;
    entry.content = content;
    return *this;
  }
  LayerPlan plan_;
};

std::string order_of(const LayerPlan& plan, const StartFiles& start) {
  std::string text;
  for (const TarEntry& entry : order_for_start(plan, start).entries) {
    text += std::string(entry.path) + "\n";
  }
  return text;
}

TEST_CASE("eStargz: what a start needs comes first, with what it needs itself") {
  OrderPlan plan;
  plan.directory("app").file("app/a").file("app/app").directory("app/app.runfiles");
  plan.directory("app/app.runfiles/_main").file("app/app.runfiles/_main/app.py");
  plan.file("app/app.runfiles/_main/other.py")
      .directory("bin")
      .symlink("bin/python3", "python3.11");
  plan.file("bin/python3.11").directory("lib").file("lib/x");
  StartFiles start;
  start.program = Program{"/app/app", "/app/app.runfiles/_main"};
  CHECK(order_of(plan.plan(), start) ==
        "app\napp/app\napp/app.runfiles\napp/app.runfiles/_main\napp/app.runfiles/_main/app.py\n"
        "bin\nbin/python3\nbin/python3.11\n.prefetch.landmark\napp/a\n"
        "app/app.runfiles/_main/other.py\nlib\nlib/x\n");
  start.words = {"/lib/x", "-m"};
  CHECK(order_of(plan.plan(), start).find("lib\nlib/x\n.prefetch.landmark\napp/a\n") !=
        std::string::npos);
}

TEST_CASE("eStargz: a list takes the place of what is known of Python") {
  OrderPlan plan;
  plan.file("a").hardlink("b", "a").directory("bin").file("bin/python3").symlink("c", "./bin/../d");
  plan.file("d");
  StartFiles start;
  start.listed.emplace();
  start.listed->paths = {"b", "c", "none"};
  CHECK(order_of(plan.plan(), start) == "a\nb\nc\nd\n.prefetch.landmark\nbin\nbin/python3\n");
  start.listed->paths = {"none"};
  CHECK(order_of(plan.plan(), start) == ".no.prefetch.landmark\na\nb\nbin\nbin/python3\nc\nd\n");
}

TEST_CASE("eStargz: names that the format has for itself, or cannot state, are refused") {
  OrderPlan plan;
  plan.file(".prefetch.landmark").file("a\xff").symlink("b", "\xff").file("stargz.index.json");
  plan.file("sub/stargz.index.json");
  try {
    order_for_start(plan.plan(), {});
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(std::string(error.what()) ==
          "veneer: error: '.prefetch.landmark' is a name that an eStargz layer has for itself\n"
          "veneer: help: leave the file out, or take another compression\n"
          "veneer: error: 'a\\xff' cannot be in a layer with a table of contents: its name, or the "
          "text of the link, "
          "is not UTF-8\n"
          "veneer: help: rename the file, or take another compression\n"
          "veneer: error: 'b' cannot be in a layer with a table of contents: its name, or the text "
          "of the link, is "
          "not UTF-8\n"
          "veneer: help: rename the file, or take another compression\n"
          "veneer: error: 'stargz.index.json' is a name that an eStargz layer has for itself\n"
          "veneer: help: leave the file out, or take another compression\n");
  }
}

// Golden: a change of these bytes needs a new kEstargzVersion.
TEST_CASE("eStargz: the digests of a small layer are fixed") {
  const TemporaryDirectory files;
  OrderPlan planned;
  planned.directory("app").file("app/main.py").file("app/empty").hardlink("app/z", "app/main.py");
  LayerPlan plan = planned.plan();
  std::swap(plan.entries[1], plan.entries[2]);  // path order
  plan.name = "small";
  const std::string source = files.write("src", "print()\n");
  plan.entries[2].content = source;
  plan.entries[2].size = 8;
  for (TarEntry& entry : plan.entries) entry.mode = 0644;
  const std::vector<LayerPlan> plans = {order_for_start(plan, {})};
  const TemporaryDirectory out;
  DirectorySink sink(out);
  Progress progress;
  const WrittenLayer layer = write_layers(plans, kEstargz, 1, sink, progress).at(0);
  CHECK(layer.toc_digest->hex() ==
        "2a01331d95702e70a26b01631b445ad232b5d6281123d21f9f06882a551340bb");
  CHECK(layer.diff_id.digest.hex() ==
        "85e7855809138f142af7095fcfea2ae8906986fbcae8b4b10621cdcb631ee7b9");
  CHECK(layer.digest.hex() == "eca49659cafbed3b55210623f7e293013370217533a6759972d647cc73792db7");
  CHECK(progress.tar_bytes_done == layer.tar_size);
  CHECK(progress.tar_bytes_total == layer.tar_size);
}

}  // namespace
}  // namespace layer::estargz_test
