#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "checked_image.h"

namespace layer::check_links_test {
namespace {

struct Case {
  const char* name;
  std::function<void(CheckedImage&)> make;
  const char* findings;
};

TEST_CASE("links are judged by where they end, each cause once") {
  const std::vector<Case> cases{
      {"a chain of links to a file",
       [](CheckedImage& i) {
         i.file("d/f");
         i.link("a", "b");
         i.link("b", "d/../d/./f");
       },
       ""},
      {"an absolute link that stays in the image",
       [](CheckedImage& i) {
         i.file("d/f");
         i.link("e/a", "/d/f");
       },
       ""},
      {"a link to the root",
       [](CheckedImage& i) {
         i.link("d/root", "..");
         i.link("d/e/root", "/");
       },
       ""},
      {"a link to what a container fills", [](CheckedImage& i) { i.link("a", "/proc/mounts"); },
       ""},
      {"a link to a link that dangles is judged there",
       [](CheckedImage& i) {
         i.link("a", "b");
         i.link("b", "gone");
       },
       "error link-dangles b\n"},
      {"two links to one absent directory are one cause",
       [](CheckedImage& i) {
         i.link("a", "gone/x");
         i.link("b", "gone/y");
       },
       "error link-dangles a\n"},
      {"a loop is told at its first link, and not where others enter it",
       [](CheckedImage& i) {
         i.link("a", "c");
         i.link("b", "c");
         i.link("c", "b");
       },
       "error link-loops b\n"},
      {"a link through itself", [](CheckedImage& i) { i.link("a", "a/b"); },
       "error link-loops a\n"},
      {"beyond the root and back",
       [](CheckedImage& i) {
         i.file("d/f");
         i.link("e/a", "../../d/f");
       },
       "warning link-leaves-root e/a\n"},
      {"an entry behind a link",
       [](CheckedImage& i) {
         i.file("d/f");
         i.file("e/g");
         i.link("e", "d");
       },
       "error entry-behind-link e/g\n"},
      {"an entry below a file",
       [](CheckedImage& i) {
         i.file("e/g");
         i.file("e");
       },
       "error entry-behind-link e/g\n"},
      {"into a layer above, which may be another in another image",
       [](CheckedImage& i) {
         i.link("a", "d/f");
         i.link("b", "a");
         i.begin_layer();
         i.file("d/f");
         i.link("down", "a");
       },
       "warning link-upwards a\n"},
  };
  for (const Case& each : cases) {
    CAPTURE(each.name);
    CheckedImage image;
    each.make(image);
    CHECK(image.findings() == each.findings);
  }
}

TEST_CASE("what is wrong in a base is a note, or its own affair") {
  CheckedImage image;
  image.base_layers = 1;
  image.link("gone", "nowhere");
  image.link("loop", "loop");
  image.link("up", "../../f");
  image.link("later", "f");
  image.begin_layer();
  image.file("f");
  CHECK(image.findings() == "note link-dangles gone\nnote link-loops loop\n");
}

TEST_CASE("a declared link that leads nowhere in the input either is a warning") {
  CheckedImage image;
  image.link("d/a", "gone");
  image.link("d/b", "dropped");
  CheckedImage input;
  input.link("d/a", "gone");
  input.link("d/b", "dropped");
  input.file("d/dropped");
  CHECK(image.findings(&input) == "error link-dangles d/b\nwarning link-dangles d/a\n");
}

TEST_CASE("links in a row: 40 are followed, and longer ones told once") {
  const auto chain = [](int links, std::string_view end) {
    CheckedImage image;
    image.file("end");
    for (int i = 0; i < links; ++i) {
      image.link(std::to_string(1000 + i), i + 1 < links ? std::to_string(1001 + i) : end);
    }
    return image.findings();
  };
  CHECK(chain(40, "end").empty());
  CHECK(chain(41, "end") == "error link-loops 1000\n");
  CHECK(chain(500, "end") == "error link-loops 1000\n");
  CHECK(chain(500, "1499") == "error link-loops 1499\n");
  CHECK(chain(500, "1100") == "error link-loops 1100\n");
  CHECK(chain(2, "gone") == "error link-dangles 1001\n");
}

}  // namespace
}  // namespace layer::check_links_test
