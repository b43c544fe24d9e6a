// The record of packages' layers: its form, and that what it says holds.
#include "layer/model/layer_lock.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <string>
#include <string_view>

#include "layer/plan/package_layers.h"
#include "planned_tree.h"

namespace layer::layer_lock_test {
namespace {

constexpr uint64_t kMiB = uint64_t{1} << 20;

Package package(std::string_view name, uint64_t mebibytes) {
  return {std::string(name), name, mebibytes * kMiB};
}

PackageLayers assign(const std::vector<Package>& packages, const LayerLock& lock,
                     size_t room = 14) {
  PackageLayerOptions options;
  options.room = room;
  options.own_layer_size = 10 * kMiB;
  options.lock = &lock;
  return assign_packages(packages, options);
}

std::string layer_of(const PackageLayers& layers, size_t package) {
  return layers.layers.at(layers.layer_of.at(package)).name;
}

TEST_CASE("layer lock: written and read back, byte for byte") {
  LayerLock lock;
  lock.buckets = 4;
  lock.packages = {{"numpy", "numpy"}, {"six", "packages-2"}, {"certifi", "packages-4"}};
  const std::string text =
      "{\n \"buckets\": 4,\n \"format\": 1,\n \"packages\": {\n"
      "  \"certifi\": \"packages-4\",\n  \"numpy\": \"numpy\",\n  \"six\": \"packages-2\"\n }\n}\n";
  CHECK(layer_lock_text(lock) == text);
  CHECK(parse_layer_lock(text, "f") == lock);
}

TEST_CASE("layer lock: a fault is reported where it is") {
  struct Case {
    std::string_view text, message;
  };
  for (const Case& c : {
           Case{"{\n \"format\": 1,\n}",
                "f:3:1: error: is not JSON: syntax error while parsing "
                "object key - unexpected '}'; expected string literal\n"},
           Case{"[]", "f: error: expected an object, found array\n"},
           Case{"{}", "f: error: has no 'format'\n"},
           Case{R"({"format": 2})", "f: error: /format: lock format 2: this veneer reads 1\n"},
           Case{R"({"format": 1, "bucket": 4})",
                "f: error: unknown member 'bucket': expected format, buckets and packages\n"},
           Case{R"({"format": 1, "buckets": 0, "packages": {}})",
                "f: error: /buckets: expected 1 to 127, found 0\n"},
           Case{R"({"format": 1, "buckets": "4", "packages": {}})",
                "f: error: /buckets: expected a whole number from 0 to 9223372036854775807, found "
                "string\n"},
           Case{R"({"format": 1, "buckets": 4})", "f: error: has no 'packages'\n"},
           Case{R"({"format": 1, "buckets": 4, "packages": {"a": 1}})",
                "f: error: /packages/a: expected a string, found number\n"},
           Case{R"({"format": 1, "buckets": 4, "packages": {"a": "x", "a": "y"}})",
                "f: error: /packages/a: is given twice\n"},
           Case{R"({"format": 1, "buckets": 4, "packages": {"a": "packages-5"}})",
                "f: error: /packages/a: layer 'packages-5' is not one of the 4 buckets: expected "
                "packages-1 to packages-4\n"},
           Case{R"({"format": 1, "buckets": 4, "packages": {"a": "packages"}})",
                "f: error: /packages/a: layer 'packages' is not one of the 4 buckets: expected "
                "packages-1 to packages-4\n"},
           Case{R"({"format": 1, "buckets": 4, "packages": {"a": ""}})",
                "f: error: /packages/a: layer '' is empty\n"},
           Case{R"({"format": 1, "buckets": 4, "packages": {"a": "app"}})",
                "f: error: /packages/a: layer 'app' is not a layer of packages\n"},
       }) {
    CHECK(error_of([&] { parse_layer_lock(c.text, "f"); }) == c.message);
  }
}

TEST_CASE("layer lock: at first the largest go first, each into the bucket that holds least") {
  const PackageLayers layers =
      assign({package("a", 1), package("b", 9), package("c", 8), package("d", 7), package("e", 6),
              package("f", 5), package("g", 30)},
             {});
  REQUIRE(layers.lock);
  CHECK(layers.lock->buckets == 4);
  CHECK(layers.lock->packages == decltype(LayerLock::packages){{"a", "packages-3"},
                                                               {"b", "packages-1"},
                                                               {"c", "packages-2"},
                                                               {"d", "packages-3"},
                                                               {"e", "packages-4"},
                                                               {"f", "packages-4"},
                                                               {"g", "g"}});
}

TEST_CASE("layer lock: what is known never moves, whatever its size; what left is kept") {
  LayerLock lock;
  lock.buckets = 2;
  lock.packages = {{"a", "packages-1"}, {"b", "packages-1"}, {"c", "c"}, {"gone", "packages-2"}};
  const PackageLayers layers = assign(
      {package("a", 50), package("b", 60), package("c", 1), package("new", 2), package("new2", 20)},
      lock);
  CHECK(layer_of(layers, 0) == "packages-1");
  CHECK(layer_of(layers, 1) == "packages-1");
  CHECK(layer_of(layers, 2) == "c");
  CHECK(layer_of(layers, 3) == "packages-2");
  CHECK(layer_of(layers, 4) == "new2");
  lock.packages.emplace("new", "packages-2");
  lock.packages.emplace("new2", "new2");
  CHECK(layers.lock == lock);
}

TEST_CASE("layer lock: packages may be put into one layer by hand") {
  LayerLock lock;
  lock.buckets = 2;
  lock.packages = {{"torch", "ml"}, {"torchvision", "ml"}};
  const PackageLayers layers = assign({package("torch", 50), package("torchvision", 60)}, lock);
  REQUIRE(layers.layers.size() == 1);
  CHECK(layers.layers[0].name == "ml");
  CHECK(layers.layers[0].reason == "2 packages, where the layer lock keeps them");
}

TEST_CASE("layer lock: two versions of a new package go to one place") {
  const PackageLayers layers =
      assign({{"x", "x_1", 20 * kMiB}, {"x", "x_2", 30 * kMiB}, package("y", 1)}, {});
  CHECK(layer_of(layers, 0) == "x");
  CHECK(layer_of(layers, 1) == "x");
}

TEST_CASE("layer lock: more layers than there is room for") {
  LayerLock lock;
  lock.buckets = 4;
  lock.packages = {{"a", "a"}, {"b", "b"}, {"c", "packages-4"}};
  CHECK(error_of([&] {
          assign({package("a", 1), package("b", 1), package("c", 1)}, lock, 2);
        }) ==
        "veneer: error: the layer lock asks for 3 layers of packages, but --max-layers leaves room "
        "for 2\n"
        "veneer: help: raise --max-layers by 1, or put packages of the lock into fewer layers\n");
}

TEST_CASE("layer lock: a plan tells what to record, and only of packages") {
  PlannedTree tree;
  tree.file("a.runfiles/py/lib/python3.11/os.py");
  tree.file("a.runfiles/pypi_311_six_py3_none_any_0123abcd/site-packages/six.py");
  tree.file("a.runfiles/_main/a.py");
  PlanOptions options;
  CHECK_FALSE(tree.plan(options).lock);
  options.layers.lock = LayerLock{};
  const ImagePlan plan = tree.plan(options);
  REQUIRE(plan.lock);
  CHECK(plan.lock->packages == decltype(LayerLock::packages){{"six", "packages-1"}});
  options.layers.lock = plan.lock;
  CHECK(tree.plan(options).lock == plan.lock);
}

}  // namespace
}  // namespace layer::layer_lock_test
