#include "layer/probe/elf_facts.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "layer/base/error.h"
#include "layer/disk/file_handle.h"
#include "layer/disk/file_reader.h"
#include "layer/probe/probe.h"
#include "run_command.h"
#include "temporary_directory.h"
#include "test_bytes.h"

namespace layer::elf_facts_test {
namespace {

// What tests/elf_sample.py writes when it is called with these options.
std::string sample(const TemporaryDirectory& folder, std::vector<std::string> options) {
  const std::string file = folder / "sample";
  std::vector<std::string> command{VENEER_PYTHON, VENEER_TESTS_DIRECTORY "/elf_sample.py", file};
  command.insert(command.end(), options.begin(), options.end());
  REQUIRE(run_command(command) == 0);
  return file;
}

ElfFacts facts_of(const std::string& file) {
  const FileReader reader(file);
  return read_elf(reader.fd(), std::filesystem::file_size(file), file);
}

TEST_CASE("an ELF file of either class tells what it needs") {
  const TemporaryDirectory folder;
  const ElfFacts library =
      facts_of(sample(folder, {"--needed", "liba.so", "--needed", "libb.so.1", "--soname", "x.so",
                               "--runpath", "$ORIGIN/../lib"}));
  CHECK(library.damage.empty());
  CHECK(library.machine.to_string() == "x86-64");
  CHECK(library.needed == std::vector<std::string>{"liba.so", "libb.so.1"});
  CHECK(library.soname == "x.so");
  CHECK(library.runpath == "$ORIGIN/../lib");
  CHECK_FALSE(library.rpath);
  CHECK(library.is_shared_object);
  CHECK_FALSE(library.is_program);
  const ElfFacts program = facts_of(sample(
      folder, {"--machine", "i386", "--program", "--interpreter", "/lib/ld.so", "--rpath", "/r"}));
  CHECK(program.machine.to_string() == "i386");
  CHECK(program.interpreter == "/lib/ld.so");
  CHECK(program.rpath == "/r");
  CHECK(program.is_program);
}

// Changes to a 64-bit sample: its segments are PT_LOAD, of the whole file, and PT_DYNAMIC.
class Sample {
 public:
  explicit Sample(std::string bytes) : bytes_(std::move(bytes)) {}

  uint64_t word(size_t at) const {
    uint64_t value = 0;
    std::memcpy(&value, bytes_.data() + at, sizeof value);
    return value;
  }
  Sample& put(size_t at, uint64_t value) {
    std::memcpy(bytes_.data() + at, &value, sizeof value);
    return *this;
  }
  Sample& append(const std::string& more) {
    bytes_ += more;
    return *this;
  }
  // Offsets of members of a segment's header, and of the dynamic section's entries.
  static size_t address_of(size_t segment) { return 64 + 56 * segment + 16; }
  static size_t size_of(size_t segment) { return 64 + 56 * segment + 32; }
  size_t entry(size_t number) const { return word(64 + 56 + 8) + 16 * number; }
  size_t size() const { return bytes_.size(); }

  std::string damage(const TemporaryDirectory& folder) const {
    return facts_of(folder.write("damaged", bytes_)).damage;
  }

 private:
  std::string bytes_;
};

TEST_CASE("what is wrong with a damaged ELF file is said") {
  const TemporaryDirectory folder;
  const Sample whole(read_file(sample(folder, {"--needed", "liba.so", "--needed", "libb.so"})));
  const auto changed = [&](const std::function<void(Sample&)>& change) {
    Sample copy = whole;
    change(copy);
    return copy.damage(folder);
  };
  const uint64_t size = whole.size();
  const size_t strings = whole.word(whole.entry(2) + 8);
  REQUIRE(whole.damage(folder).empty());
  CHECK(changed([&](Sample& s) { s.put(Sample::size_of(0), size + 1); }) ==
        "its segments end at byte " + std::to_string(size + 1) + ", the file at byte " +
            std::to_string(size));
  CHECK(changed([&](Sample& s) { s.put(Sample::address_of(0), uint64_t{1} << 40); }) ==
        "its dynamic strings are in no segment");
  CHECK(changed([&](Sample& s) { s.put(s.entry(0) + 8, uint64_t{1} << 40); }) ==
        "a string of its dynamic section lies beyond the end of the file");
  CHECK(changed([&](Sample& s) {
          s.put(s.entry(0) + 8, size - strings).append("libwithoutend.so");
        }) == "a string of its dynamic section does not end");
  CHECK(changed([&](Sample& s) {
          s.put(Sample::size_of(1), (uint64_t{1} << 20) + 16).append(std::string(2 << 20, '\0'));
        }) == "its dynamic section is too large");
  CHECK(changed([&](Sample& s) { s.put(32, size); }) ==
        "its program headers lie beyond the end of the file");
}

// A count that does not fit into the header is in the first section: System V ABI, "ELF Header".
TEST_CASE("an ELF file costs no memory for headers that it says to have") {
  const TemporaryDirectory folder;
  struct Case {
    std::vector<std::string> options;
    size_t table_at;   // e_shoff
    size_t counts_at;  // e_phnum, before e_shentsize and e_shnum
    size_t size_at;    // sh_size, before sh_link and sh_info
    size_t word;
  };
  const Case cases[] = {{{}, 40, 56, 32, 8}, {{"--machine", "i386"}, 32, 44, 20, 4}};
  for (const Case& c : cases) {
    const std::string whole = read_file(sample(folder, c.options));
    const auto damage = [&](uint16_t segments, uint16_t sections, uint32_t size, uint32_t info) {
      std::string bytes = whole + std::string(64, '\0');
      const auto put = [&](size_t at, auto value) {
        std::memcpy(bytes.data() + at, &value, sizeof value);
      };
      put(c.table_at, static_cast<uint32_t>(whole.size()));
      put(c.counts_at, segments);
      put(c.counts_at + 4, sections);
      put(whole.size() + c.size_at, size);
      put(whole.size() + c.size_at + c.word + 4, info);
      const std::string file = folder.write("sparse", bytes);
      std::filesystem::resize_file(file, uint64_t{2} << 30);
      return facts_of(file).damage;
    };
    CHECK(damage(0xffff, 1, 0, 20'000'000) == "it has 20000000 program headers, more than 65535");
    CHECK(damage(2, 0, 20'000'000, 0) == "it has 20000000 sections, more than 65535");
    CHECK(damage(2, 0, 1, 0).empty());
  }
}

TEST_CASE("an ELF file that cannot be read is an error that names where it is read from") {
  const TemporaryDirectory folder;
  const std::string file = sample(folder, {});
  const FileHandle closed = open_or_throw(file, O_WRONLY);
  for (const auto& read : std::initializer_list<std::function<void()>>{
           [&] { read_elf(closed.get(), 100, "out/x.so"); },
           [&] { probe_file("app/x.so", closed.get(), "out/x.so"); }}) {
    std::string message;
    try {
      read();
    } catch (const Error& error) {
      message = error.what();
    }
    CHECK(message == "out/x.so: error: cannot read: Bad file descriptor\n");
  }
}

TEST_CASE("an ELF file cut off anywhere, or with any byte changed, is read to an end" *
          doctest::test_suite("slow")) {
  const TemporaryDirectory folder;
  const std::string whole =
      read_file(sample(folder, {"--needed", "liba.so", "--interpreter", "/lib/ld.so"}));
  for (size_t size = 4; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(facts_of(folder.write("cut", whole.substr(0, size))).damage.empty());
  }
  for (size_t at = 4; at < whole.size(); ++at) {
    for (const char value : {'\0', '\x7f', '\xff'}) {
      std::string changed = whole;
      changed[at] = value;
      const ElfFacts facts = facts_of(folder.write("changed", changed));
      CHECK(facts.needed.size() <= 1);
    }
  }
}

TEST_CASE("what cannot matter is told by its name") {
  for (const char* path : {"a/b.py", "a/b.pyi", "x/METADATA", "a/b.h", "a/setup.cfg", "a/b.json"}) {
    CAPTURE(path);
    CHECK_FALSE(may_matter(path));
  }
  for (const char* path : {"a/b.so", "a/lib.so.1", "bin/tool", "a/b.pyc", "v/pyvenv.cfg",
                           "etc/ld.so.conf", "etc/ld.so.conf.d/x.conf", "a/b.abi3.so", "a.b"}) {
    CAPTURE(path);
    CHECK(may_matter(path));
  }
}

TEST_CASE("the suffixes of dull files are sorted, as the search needs them") {
  for (const char* suffix :
       {"a",      "c",   "cc",  "cfg",   "cpp",  "css",   "csv", "cu",   "cuh", "dat", "eot",
        "f90",    "gif", "gz",  "h",     "hh",   "hpp",   "htm", "html", "ico", "inc", "ini",
        "ipynb",  "jpg", "js",  "json",  "map",  "md",    "mo",  "npy",  "npz", "pem", "pgm",
        "pickle", "pkl", "png", "po",    "pot",  "pxd",   "py",  "pyi",  "pyx", "rst", "svg",
        "toml",   "ttf", "txt", "typed", "woff", "woff2", "xml", "yaml", "yml"}) {
    CAPTURE(suffix);
    CHECK_FALSE(may_matter(std::string("x.") + suffix));
  }
}

}  // namespace
}  // namespace layer::elf_facts_test
