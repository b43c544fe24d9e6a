// Which layer an entry goes into: rules, groups, packages, buckets.
#include <doctest/doctest.h>
#include <fmt/core.h>

#include <set>
#include <string>
#include <vector>

#include "layer/base/glob.h"
#include "layer/model/layer_name.h"
#include "layer/plan/layer_rules.h"
#include "planned_tree.h"

namespace layer::layers_test {
namespace {

constexpr uint64_t kMiB = uint64_t{1} << 20;

// Entries of a program with an interpreter, a few packages and first-party data.
PlannedTree program() {
  PlannedTree tree;
  tree.file("app/a.runfiles/_main/a.py");
  tree.file("app/a.runfiles/_main/data/model.bin");
  tree.file("app/a.runfiles/py/lib/python3.11/os.py");
  tree.file("app/a.runfiles/rules_python++pip+pypi_311_torch_cp311_0a1b2c3d/site-packages/t.py");
  tree.file("app/a.runfiles/rules_python++pip+pypi_311_torch_x_cp311_0a1b2c3d/site-packages/x.py");
  tree.file("app/a.runfiles/rules_python++pip+pypi_311_six_py3_0a1b2c3d/site-packages/six.py");
  return tree;
}

std::string names(const ImagePlan& plan) {
  std::string text;
  for (const LayerPlan& layer : plan.layers) {
    text += layer.name + " (" + layer.reason + ")\n";
  }
  return text;
}

PlanOptions with_rules(const std::vector<std::string>& rules) {
  PlanOptions options;
  for (const std::string& rule : rules) options.layers.rules.push_back(parse_layer_rule(rule));
  return options;
}

TEST_CASE("glob: stars stay in a component, two stars do not, a directory takes all below it") {
  struct Case {
    std::string_view glob, path;
    bool matches;
  };
  for (const Case& c : {
           Case{"torch", "torch", true},
           Case{"torch", "torchvision", false},
           Case{"*torch*", "rules+pypi_torchvision", true},
           Case{"t?rch", "torch", true},
           Case{"t?rch", "trch", false},
           Case{"a/*", "a/b", true},
           Case{"a/*", "a/b/c", true},  // "a/b" is a directory
           Case{"a/*.so", "a/b/c.so", false},
           Case{"a/**.so", "a/b/c.so", true},
           Case{"a/**/c.so", "a/b/b/c.so", true},
           Case{"a/**/c.so", "a/c.so", false},
           Case{"a", "a/b", true},
           Case{"a", "ab", false},
           Case{"a?b", "a/b", false},
           Case{"**/x*y/z", "p/xay/q/xby/z", true},
           Case{"**a*b", "a/aab", true},
           Case{"*", "", true},
           Case{"", "", true},
           Case{"", "a", false},
           Case{"*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false},
       }) {
    INFO("glob := ", c.glob, ", path := ", c.path);
    CHECK(glob_matches(c.glob, c.path) == c.matches);
  }
}

TEST_CASE("layer rule: a fault is said") {
  struct Case {
    std::string_view rule, message;
  };
  for (const Case& c : {
           Case{"torch",
                "veneer: error: layer rule 'torch' has no '=': expected NAME=GLOB\n"
                "veneer: help: 'ml=*torch*' puts packages into the layer 'ml'; 'data=/srv/data' "
                "puts paths of the image into the layer 'data'\n"},
           Case{"=x", "veneer: error: layer rule '=x': layer '' is empty\n"},
           Case{"a\nb=x",
                "veneer: error: layer rule 'a\\nb=x': layer 'a\\nb' holds a control character\n"},
           Case{"a\xff=x", "veneer: error: layer rule 'a\\xff=x': layer 'a\\xff' is not UTF-8\n"},
           Case{"packages-2=x",
                "veneer: error: layer rule 'packages-2=x': layer 'packages-2' is a name that "
                "veneer gives to layers of small packages\n"},
           Case{"ml=",
                "veneer: error: layer rule 'ml=' has an empty GLOB: expected NAME=GLOB\n"
                "veneer: help: '**/*' matches every path\n"},
           Case{"ml=/",
                "veneer: error: layer rule 'ml=/' has an empty GLOB: expected NAME=GLOB\n"
                "veneer: help: '**/*' matches every path\n"},
       }) {
    CHECK(error_of([&] { parse_layer_rule(c.rule); }) == c.message);
  }
}

TEST_CASE("layer name: buckets are told by their number") {
  CHECK(bucket_number("packages") == 1);
  CHECK(bucket_number("packages-12") == 12);
  for (const char* name : {"packages-", "packages-0", "packages-01", "packages-x", "package-1",
                           "packages-99999999999", "torch"}) {
    CHECK(bucket_number(name) == 0);
  }
}

TEST_CASE("layers: a rule without '/' takes repositories, by package or canonical name") {
  for (const char* rule : {"ml=*torch*", "ml=*TORCH*", "ml=rules_python++pip+pypi_311_torch*"}) {
    CHECK(names(program().plan(with_rules({rule}))) ==
          "interpreter (the Python interpreter and its standard library)\n"
          "packages (1 small package, by the hash of their names)\n"
          "ml (asked for by --layer " +
              std::string(rule) +
              ")\n"
              "app (first-party files, virtual environment, what varies per binary)\n");
  }
  CHECK(
      layer_contents(program().plan(with_rules({"x=torch-x"})))
          .find("x: app/a.runfiles/rules_python++pip+pypi_311_torch_x_cp311_0a1b2c3d/site-packages/"
                "x.py\n") != std::string::npos);
}

TEST_CASE("layers: a rule with '/' takes paths; the first rule that matches wins") {
  CHECK(layer_contents(program().plan(with_rules({"data=/app/a.runfiles/_main/data"})))
            .find("data: app/a.runfiles/_main/data/model.bin\napp: app/a.runfiles/_main/a.py\n") !=
        std::string::npos);
  const std::string all = names(program().plan(with_rules({"ml=**/t.py", "rest=**/*", "no=*"})));
  CHECK(all ==
        "ml (asked for by --layer ml=**/t.py)\n"
        "rest (asked for by --layer rest=**/*)\n");
}

TEST_CASE("layers: a rule may name a layer that is there anyway") {
  CHECK(names(program().plan(with_rules({"app=six", "interpreter=torch"}))) ==
        "interpreter (the Python interpreter and its standard library; asked for by --layer "
        "interpreter=torch)\n"
        "packages (1 small package, by the hash of their names)\n"
        "app (first-party files, virtual environment, what varies per binary; asked for by "
        "--layer app=six)\n");
}

TEST_CASE("layers: groups lie above packages, in the order of the input; rules come before them") {
  PlannedTree tree;
  tree.grouped_file("a.runfiles/z/1", "second");
  tree.grouped_file("a.runfiles/_main/2", "third");
  tree.grouped_file("a.runfiles/a/3", "second");
  tree.grouped_file("a.runfiles/a/4", "first");
  tree.file("a.runfiles/a/5");
  tree.file("a.runfiles/_main/6");
  CHECK(layer_contents(tree.plan(with_rules({"mine=**/3", "first=**/none"}))) ==
        "packages: a.runfiles/a/5\n"
        "second: a.runfiles/z/1\n"
        "third: a.runfiles/_main/2\n"
        "first: a.runfiles/a/4\n"
        "mine: a.runfiles/a/3\n"
        "app: a.runfiles/_main/6\n");
}

TEST_CASE("layers: more layers asked for than there may be") {
  PlanOptions options = with_rules({"a=**/a.py", "b=**/six.py"});
  options.layers.max_layers = 4;
  CHECK(error_of([&] { program().plan(options); }) ==
        "veneer: error: --layer and groups ask for 2 layers; with the other layers the image has "
        "5, but --max-layers is 4\n"
        "veneer: help: raise --max-layers to 5 or more\n");
  options.layers.max_layers = 5;
  CHECK(program().plan(options).layers.size() == 5);
}

// A program of 40 packages: p00 has 1 MiB, p39 has 40 MiB.
PlannedTree forty(int bumped = -1, uint64_t bumped_size = 0) {
  PlannedTree tree;
  for (int i = 0; i < 40; ++i) {
    const std::string name = fmt::format("p{:02}", i);
    const bool is_bumped = i == bumped;
    tree.file(fmt::format("a.runfiles/hub++pip+pypi_311_{}_py3_none_any_{}/site-packages/{}.py",
                          name, is_bumped ? "0123abcd" : "9876fedc", name),
              is_bumped ? bumped_size : static_cast<uint64_t>(i + 1) * kMiB);
  }
  tree.file("a.runfiles/_main/a.py");
  return tree;
}

// Each layer's entries, to be compared between two plans.
std::set<std::string> layers_of(PlannedTree tree, const PlanOptions& options) {
  std::set<std::string> layers;
  for (const LayerPlan& layer : tree.plan(options).layers) {
    std::string text = layer.name;
    for (const TarEntry& entry : layer.entries) {
      text += fmt::format(" {} {}", entry.path, entry.size);
    }
    layers.insert(text);
  }
  return layers;
}

TEST_CASE("layers: bumping a package of 40 rewrites its layer and at most one bucket") {
  PlanOptions options;
  options.layers.own_layer_size = 33 * kMiB;
  const std::set<std::string> before = layers_of(forty(), options);
  for (int bumped = 0; bumped < 40; ++bumped) {
    const auto size = static_cast<uint64_t>(bumped + 1);
    // A little larger; so much larger or smaller that it crosses the size of an own layer.
    for (const uint64_t next : {(size + 1) * kMiB, 50 * kMiB, kMiB / 2}) {
      size_t own = 0;
      size_t buckets = 0;
      for (const std::string& layer : layers_of(forty(bumped, next), options)) {
        if (before.count(layer) == 0) ++(layer.starts_with("packages-") ? buckets : own);
      }
      INFO("bumped := ", bumped, ", next := ", next);
      CHECK(buckets <= 1);
      CHECK(own <= 1);
    }
  }
}

TEST_CASE("layers: the number of buckets is a third of the room, whatever the packages") {
  PlannedTree tree;
  for (int i = 0; i < 300; ++i) tree.file(fmt::format("a.runfiles/p{}/x", i), kMiB);
  for (const auto& [max_layers, buckets] : std::vector<std::pair<unsigned, size_t>>{
           {3, 1}, {7, 1}, {8, 2}, {16, 4}, {32, 10}, {60, 16}, {127, 16}}) {
    PlanOptions options;
    options.layers.max_layers = max_layers;
    CHECK(tree.plan(options).layers.size() == buckets);
  }
}

TEST_CASE("layers: below 4 MiB one bucket is enough") {
  PlannedTree tree;
  for (int i = 0; i < 20; ++i) tree.file(fmt::format("a.runfiles/p{}/x", i), kMiB / 5);
  CHECK(tree.plan({}).layers.size() == 1);
  tree.file("a.runfiles/p20/x", kMiB / 5);
  CHECK(tree.plan({}).layers.size() == 4);
}

TEST_CASE("layers: two versions of a package have a layer each, by the repository's name") {
  PlannedTree tree;
  tree.file("a.runfiles/pypi_311_x_py3_0123abcd/site-packages/x.py", 11 * kMiB);
  tree.file("a.runfiles/pypi_311_x_py3_9876fedc/site-packages/x.py", 12 * kMiB);
  CHECK(layer_contents(tree.plan({})) ==
        "pypi_311_x_py3_9876fedc: a.runfiles/pypi_311_x_py3_9876fedc/site-packages/x.py\n"
        "x: a.runfiles/pypi_311_x_py3_0123abcd/site-packages/x.py\n");
}

TEST_CASE("layers: a package's name that is not UTF-8 is escaped, in the layer lock, too") {
  PlannedTree tree;
  tree.file("a.runfiles/re\xffpo/x", 11 * kMiB);
  tree.file("a.runfiles/line\nbreak/x", 11 * kMiB);
  CHECK(layer_contents(tree.plan({})) ==
        "line\\nbreak: a.runfiles/line\nbreak/x\nre\\xffpo: a.runfiles/re\xffpo/x\n");
  PlanOptions options;
  options.layers.lock = LayerLock();
  const std::optional<LayerLock> lock = tree.plan(options).lock;
  REQUIRE(lock);
  CHECK(lock->packages.at("re\\xffpo") == "re\\xffpo");
  const std::string text = layer_lock_text(*lock);
  CHECK(parse_layer_lock(text, "f") == *lock);
  options.layers.lock = lock;
  CHECK(layer_lock_text(tree.plan(options).lock.value()) == text);
}

}  // namespace
}  // namespace layer::layers_test
