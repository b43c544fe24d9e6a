#include "layer/probe/elf_facts.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <span>
#include <string>
#include <vector>

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
  return read_elf(reader.fd(), std::filesystem::file_size(file));
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
