// Which names a message offers in place of one that is not there.
#include "layer/base/nearest_names.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

namespace layer::nearest_names_test {
namespace {

using Names = std::vector<std::string_view>;

const Names kPackages{"scipy", "numpy", "google_cloud_storage", "torch", "torchvision", "numpy"};

TEST_CASE("nearest names: typing errors, other separators, parts of a name") {
  CHECK(nearest_names("numpi", kPackages) == Names{"numpy"});
  CHECK(nearest_names("nmupy", kPackages) == Names{"numpy"});
  CHECK(nearest_names("Google-Cloud.Storage", kPackages) == Names{"google_cloud_storage"});
  CHECK(nearest_names("*torhc*", kPackages) == Names{"torch"});
  CHECK(nearest_names("torch*", kPackages) == Names{"torch", "torchvision"});
  CHECK(nearest_names("pandas", kPackages).empty());
  CHECK(nearest_names("", kPackages).empty());
  CHECK(nearest_names(std::string(100'000, 'a'), kPackages).empty());
}

TEST_CASE("nearest names: a message names the near ones, or else those that there are") {
  CHECK(names_to_choose("numpi", kPackages) == "did you mean 'numpy'?");
  CHECK(names_to_choose("torch", kPackages) == "the nearest are 'torch' and 'torchvision'");
  CHECK(names_to_choose("x", {"bb", "cc"}) == "there are 'bb' and 'cc'");
  CHECK(names_to_choose("x", {}) == "there is none");
  CHECK(names_to_choose("x", {"01", "02", "03", "04", "05", "06", "07", "08", "09", "10"}) ==
        "there are '01', '02', '03', '04', '05', '06', '07', '08' and 2 more");
  CHECK(short_list({"b", "a", "b"}) == "'a' and 'b'");
}

TEST_CASE("nearest paths: the same end, then the same directory, then a near name anywhere") {
  const Names paths{"app/app", "app/app.runfiles/_main/app.py", "usr/bin/python3", "srv/app.py"};
  CHECK(nearest_paths("/app/app.py", paths, 1) == Names{"app/app.runfiles/_main/app.py"});
  CHECK(nearest_paths("/app/ap", paths) == Names{"app/app"});
  CHECK(nearest_paths("bin/pyhton3", paths) == Names{"usr/bin/python3"});
  CHECK(nearest_paths("/etc/shadow", paths).empty());
  CHECK(nearest_paths("/", paths).empty());
}

}  // namespace
}  // namespace layer::nearest_names_test
