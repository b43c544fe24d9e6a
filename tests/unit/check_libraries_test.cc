#include <doctest/doctest.h>
#include <elf.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "checked_image.h"

namespace layer::check_libraries_test {
namespace {

// The venv's packages; "$/x" in the tables.
constexpr std::string_view kSite = "x.runfiles/_main/v/lib/python3.13/site-packages";

std::string in_site(std::string text) {
  for (size_t at = text.find('$'); at != std::string::npos; at = text.find('$')) {
    text.replace(at, 1, kSite);
  }
  return text;
}

struct Case {
  const char* name;
  std::function<void(CheckedImage&)> make;
  const char* findings;
};

void check_cases(const std::vector<Case>& cases) {
  for (const Case& each : cases) {
    CAPTURE(each.name);
    CheckedImage image;
    image.file("x.runfiles/_main/v/pyvenv.cfg");
    image.directory(kSite);
    each.make(image);
    CHECK(image.findings() == in_site(each.findings));
  }
}

// torch/lib/a.so needs libn.so of another wheel, two directories up.
void add_wheels(CheckedImage& image) {
  image.elf("x.runfiles/torch/site-packages/torch/lib/a.so", {"libn.so"}, "$ORIGIN/../../n/lib");
  image.elf("x.runfiles/n/site-packages/n/lib/libn.so", {});
}

TEST_CASE("extensions are for the C library that the image has") {
  check_cases({
      {"for glibc, on musl",
       [](CheckedImage& i) {
         i.file("lib/ld-musl-x86_64.so.1");
         i.elf(in_site("$/a.cpython-313-x86_64-linux-gnu.so"), {"libc.so.6"});
         i.elf(in_site("$/b.abi3.so"), {"libc.so.6"});
       },
       "error libc $/a.cpython-313-x86_64-linux-gnu.so\n"
       "warning libc $/b.abi3.so\n"
       "note library-missing $/a.cpython-313-x86_64-linux-gnu.so\n"},
      {"for musl, on glibc",
       [](CheckedImage& i) {
         i.elf("lib/x86_64-linux-gnu/libc.so.6", {});
         i.elf(in_site("$/a.so"), {"libc.musl-x86_64.so.1"});
       },
       "error libc $/a.so\n"
       "note library-missing $/a.so\n"},
      {"both are there",
       [](CheckedImage& i) {
         i.file("lib/ld-musl-x86_64.so.1");
         i.elf("lib/x86_64-linux-gnu/libc.so.6", {});
         i.elf(in_site("$/a.so"), {"libc.so.6"});
       },
       ""},
  });
}

TEST_CASE("a library is looked for from the path that Python opens it by") {
  check_cases({
      {"a link over the package",
       [](CheckedImage& i) {
         add_wheels(i);
         i.link(in_site("$/torch"), "../../../../../torch/site-packages/torch");
         i.link(in_site("$/n"), "../../../../../n/site-packages/n");
       },
       "error library-behind-link $/torch/lib/a.so\n"},
      {"a link over the directory of the library",
       [](CheckedImage& i) {
         add_wheels(i);
         i.link(in_site("$/torch/lib"), "../../../../../../torch/site-packages/torch/lib");
         i.link(in_site("$/n"), "../../../../../n/site-packages/n");
       },
       "error library-behind-link $/torch/lib/a.so\n"},
      {"links of files, and one over the needed package",
       [](CheckedImage& i) {
         add_wheels(i);
         i.link(in_site("$/torch/lib/a.so"),
                "../../../../../../../torch/site-packages/torch/lib/a.so");
         i.link(in_site("$/n"), "../../../../../n/site-packages/n");
       },
       "note library-by-real-path $/torch/lib/a.so\n"},
      {"a link higher up than the run path climbs",
       [](CheckedImage& i) {
         add_wheels(i);
         i.link("x.runfiles/torch/site-packages/n", "../../n/site-packages/n");
         i.link(in_site("$/torch"), "../../../../../torch/site-packages/torch");
       },
       ""},
      {"a library beside a file link is not linked",
       [](CheckedImage& i) {
         i.elf("x.runfiles/torch/site-packages/torch/b.so", {"libs.so"}, "${ORIGIN}");
         i.elf("x.runfiles/torch/site-packages/torch/libs.so", {});
         i.link(in_site("$/torch/b.so"), "../../../../../../torch/site-packages/torch/b.so");
       },
       "error library-missing $/torch/b.so\n"},
      {"what no venv reaches is opened where it lies",
       [](CheckedImage& i) {
         add_wheels(i);
         i.elf("x.runfiles/torch/site-packages/torch/c.so", {"libs.so"}, "$ORIGIN");
         i.elf("x.runfiles/torch/site-packages/torch/libs.so", {});
       },
       "note library-missing x.runfiles/torch/site-packages/torch/lib/a.so\n"},
  });
}

TEST_CASE("the dynamic linker's directories are asked in its order") {
  check_cases({
      {"DT_RPATH counts without DT_RUNPATH",
       [](CheckedImage& i) {
         i.elf("o/liba.so", {});
         i.elf("p/x.so", {"liba.so"}).rpath = "/o";
       },
       ""},
      {"DT_RPATH does not count beside DT_RUNPATH",
       [](CheckedImage& i) {
         i.elf("o/liba.so", {});
         i.elf("p/x.so", {"liba.so"}, "/none").rpath = "/o";
       },
       "note library-missing p/x.so\n"},
      {"LD_LIBRARY_PATH of the config",
       [](CheckedImage& i) {
         i.elf("o/liba.so", {});
         i.elf("p/x.so", {"liba.so"});
         i.config.env.emplace_back("LD_LIBRARY_PATH=/none:/o");
       },
       ""},
      {"$LIB of a 64-bit file",
       [](CheckedImage& i) {
         i.elf("o/lib64/liba.so", {});
         i.elf("p/x.so", {"liba.so"}, "/o/$LIB");
       },
       ""},
      {"ld.so.conf with an include",
       [](CheckedImage& i) {
         i.file("etc/ld.so.conf", "include ld.so.conf.d/*.conf\n");
         i.file("etc/ld.so.conf.d/o.conf", "# ours\n/o # here\n");
         i.file("etc/ld.so.conf.d/p.txt", "/q\n");
         i.elf("o/liba.so", {});
         i.elf("q/libb.so", {});
         i.elf("p/x.so", {"liba.so", "libb.so"});
       },
       "note library-missing p/x.so\n"},
      {"a link over the library directories",
       [](CheckedImage& i) {
         i.link("lib", "usr/lib");
         i.elf("usr/lib/x86_64-linux-gnu/liba.so.1.2", {});
         i.link("usr/lib/x86_64-linux-gnu/liba.so", "liba.so.1.2");
         i.elf("p/x.so", {"liba.so"});
       },
       ""},
      {"a library for another machine is passed over",
       [](CheckedImage& i) {
         i.elf("o/liba.so", {}).machine = {EM_AARCH64, true, false};
         i.elf("lib/liba.so", {});
         i.elf("p/x.so", {"liba.so"}, "/o");
       },
       "warning machine o/liba.so\n"},
      {"what the interpreter loads is there",
       [](CheckedImage& i) {
         i.elf("python/bin/python3.13", {"libpython3.13.so.1.0"}, "$ORIGIN/../lib").is_program =
             true;
         i.elf("python/lib/libpython3.13.so.1.0", {});
         i.file("python/lib/python3.13/os.py");
         i.link("x.runfiles/_main/v/bin/python3", "../../../../python/bin/python3.13");
         i.elf("p/x.so", {"libpython3.13.so.1.0"});
       },
       ""},
  });
}

TEST_CASE("what is found in the input has to be found in the image") {
  CheckedImage image;
  image.elf("p/x.so", {"liba.so", "libb.so"}, "$ORIGIN");
  CheckedImage input;
  input.file("p/x.so");
  input.file("p/liba.so");
  CHECK(image.findings(&input) == "error library-missing p/x.so\nnote library-missing p/x.so\n");
}

TEST_CASE("needs that forty files have in common are one finding") {
  CheckedImage image;
  for (int i = 0; i < 40; ++i) image.elf("p/" + std::to_string(i) + ".so", {"libgone.so"});
  CHECK(image.messages() ==
        "p/0.so: note: needs 'libgone.so', which is in none of the directories that it searches; "
        "it can be opened only after something else has loaded that library [library-missing]\n"
        "p/0.so: note: likewise: p/1.so, p/10.so, p/11.so and 36 more\n");
}

}  // namespace
}  // namespace layer::check_libraries_test
