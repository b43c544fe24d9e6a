// Repositories at one path for all programs.
#include "layer/place/shared_root.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <string>
#include <vector>

#include "planned_tree.h"

namespace layer::shared_root_test {
namespace {

PlanOptions at(const std::string& root) {
  PlanOptions options;
  options.shared_root = root;
  return options;
}

// "layer: path" or "layer: path -> text (why)" of all entries.
std::string listing(const ImagePlan& plan) {
  std::string text;
  for (const LayerPlan& layer : plan.layers) {
    for (const TarEntry& entry : layer.entries) {
      text += fmt::format("{}: {}", layer.name, entry.path);
      if (entry.type == TarType::kDirectory) text += "/";
      if (!entry.link().empty()) {
        text += fmt::format(" -> {} ({})", entry.link(),
                            entry.type == TarType::kHardlink ? "hardlink" : "symlink");
      }
      text += "\n";
    }
  }
  return text;
}

TEST_CASE("shared root: repositories move, a link leads to each, and their layers know no binary") {
  PlannedTree tree;
  tree.link("app/a", "a.runfiles/_main/a");
  tree.file("app/a.runfiles/_main/a");
  tree.link("app/a.runfiles/_main/v/x", "../../r/x");
  tree.file("app/a.runfiles/_repo_mapping");
  tree.file("app/a.runfiles/py/bin/python3.11");
  tree.link("app/a.runfiles/py/bin/python3", "python3.11");
  tree.file("app/a.runfiles/py/lib/python3.11/os.py");
  tree.file("app/a.runfiles/r/x");
  tree.link("app/a.runfiles/r/sub/y", "../../py/bin/python3");
  CHECK(listing(tree.plan(at("srv/repos"))) ==
        "interpreter: srv/\n"
        "interpreter: srv/repos/\n"
        "interpreter: srv/repos/py/\n"
        "interpreter: srv/repos/py/bin/\n"
        "interpreter: srv/repos/py/bin/python3 -> python3.11 (symlink)\n"
        "interpreter: srv/repos/py/bin/python3.11\n"
        "interpreter: srv/repos/py/lib/\n"
        "interpreter: srv/repos/py/lib/python3.11/\n"
        "interpreter: srv/repos/py/lib/python3.11/os.py\n"
        "packages: srv/\n"
        "packages: srv/repos/\n"
        "packages: srv/repos/r/\n"
        "packages: srv/repos/r/sub/\n"
        "packages: srv/repos/r/sub/y -> ../../py/bin/python3 (symlink)\n"
        "packages: srv/repos/r/x\n"
        "app: app/\n"
        "app: app/a -> a.runfiles/_main/a (symlink)\n"
        "app: app/a.runfiles/\n"
        "app: app/a.runfiles/_main/\n"
        "app: app/a.runfiles/_main/a\n"
        "app: app/a.runfiles/_main/v/\n"
        "app: app/a.runfiles/_main/v/x -> ../../r/x (symlink)\n"
        "app: app/a.runfiles/_repo_mapping\n"
        "app: app/a.runfiles/py -> ../../srv/repos/py (symlink)\n"
        "app: app/a.runfiles/r -> ../../srv/repos/r (symlink)\n");
}

TEST_CASE("shared root: in one layer no path comes twice") {
  PlannedTree tree;
  tree.file("app/a.runfiles/_main/a");
  tree.file("app/a.runfiles/r/x");
  tree.file("srv/data");
  tree.directory("srv");
  PlanOptions options = at("srv/repos");
  options.layers.split = LayerSplit::kOne;
  CHECK(listing(tree.plan(options)) ==
        "all: app/\n"
        "all: app/a.runfiles/\n"
        "all: app/a.runfiles/_main/\n"
        "all: app/a.runfiles/_main/a\n"
        "all: app/a.runfiles/r -> ../../srv/repos/r (symlink)\n"
        "all: srv/\n"
        "all: srv/data\n"
        "all: srv/repos/\n"
        "all: srv/repos/r/\n"
        "all: srv/repos/r/x\n");
}

TEST_CASE("shared root: at the prefix or below it") {
  for (const auto& [root, link] : std::vector<std::pair<std::string, std::string>>{
           {"app", "../r"}, {"app/repos", "../repos/r"}, {"repos", "../../repos/r"}}) {
    PlannedTree tree;
    tree.file("app/a.runfiles/_main/a");
    tree.file("app/a.runfiles/r/x");
    const ImagePlan plan = tree.plan(at(root));
    CHECK(layer_contents(plan) ==
          "packages: " + root + "/r/x\napp: app/a.runfiles/_main/a app/a.runfiles/r\n");
    CHECK(plan.layers.at(1).entries.back().link() == link);
    CHECK(plan.layers.at(1).entries.back().reason == LinkReason::kSharedRoot);
  }
}

TEST_CASE("shared root: a directory that an input names moves with its attributes") {
  PlannedTree tree;
  Attributes private_mode;
  private_mode.mode = 0700;
  tree.directory("a.runfiles/r").attributes = &private_mode;
  tree.file("a.runfiles/r/x");
  const ImagePlan plan = tree.plan(at("srv"));
  CHECK(listing(plan) ==
        "packages: srv/\n"
        "packages: srv/r/\n"
        "packages: srv/r/x\n"
        "app: a.runfiles/\n"
        "app: a.runfiles/r -> ../srv/r (symlink)\n");
  CHECK(plan.layers.at(0).entries.at(1).mode == 0700);
}

TEST_CASE("shared root: what may not be shared stays, and says why") {
  PlannedTree tree;
  tree.workspace("_main");
  tree.workspace("own");  // the program's own repository, silently
  tree.file("a.runfiles/own/launcher");
  tree.link("a.runfiles/climbs/l", "../_main/x");
  tree.link("a.runfiles/leaves/l", "../../../etc/x");
  tree.link("a.runfiles/to_own/l", "../own/launcher");
  tree.link("a.runfiles/to_climbs/d/l", "../../climbs/l");
  tree.link("a.runfiles/to_to_climbs/l", "../to_climbs/d");
  tree.file("a.runfiles/made/x").content = "/o/bazel-out/k8-opt/bin/made/x";
  tree.file("a.runfiles/theirs/x").content = "/o/bazel-out/k8-opt/bin/external/theirs/x";
  tree.file("a.runfiles/twice/x");
  tree.file("b.runfiles/twice/x");
  tree.link("a.runfiles/absolute/l", "/usr/bin/env");
  tree.link("a.runfiles/sibling/l", "../absolute/l");
  std::string warnings;
  const ImagePlan plan = tree.plan(at("srv"), &warnings);
  CHECK(layer_contents(plan).find("app: a.runfiles/absolute a.runfiles/own/launcher "
                                  "a.runfiles/sibling a.runfiles/theirs\n") != std::string::npos);
  CHECK(
      warnings ==
      "spec:10:1: warning: repository 'twice' is not shared, but stays at 'a.runfiles/twice': "
      "'b.runfiles' has a repository of that name, too\n"
      "spec:2:1: warning: repository 'climbs' is not shared, but stays at 'a.runfiles/climbs': its "
      "link 'a.runfiles/climbs/l' leads to '../_main/x', which is not shared\n"
      "spec:3:1: warning: repository 'leaves' is not shared, but stays at 'a.runfiles/leaves': its "
      "link 'a.runfiles/leaves/l' leads to '../../../etc/x', which is not shared\n"
      "spec:7:1: warning: repository 'made' is not shared, but stays at 'a.runfiles/made': the "
      "main repository generates its file 'a.runfiles/made/x'\n"
      "spec:4:1: warning: repository 'to_own' is not shared, but stays at 'a.runfiles/to_own': its "
      "link 'a.runfiles/to_own/l' leads to '../own/launcher', which is not shared\n"
      "spec:5:1: warning: repository 'to_climbs' is not shared, but stays at "
      "'a.runfiles/to_climbs': one of its links leads to repository 'climbs', which is not shared\n"
      "spec:6:1: warning: repository 'to_to_climbs' is not shared, but stays at "
      "'a.runfiles/to_to_climbs': one of its links leads to repository 'to_climbs', which is not "
      "shared\n");
}

TEST_CASE("shared root: legacy external runfiles stay, in the app's layer") {
  PlannedTree tree;
  tree.file("a.runfiles/_main/external/r/x");
  tree.file("a.runfiles/r/x");
  CHECK(layer_contents(tree.plan(at("srv"))) ==
        "packages: srv/r/x\napp: a.runfiles/_main/external/r/x a.runfiles/r\n");
}

TEST_CASE("shared root: what is there already is an error that names both") {
  struct Case {
    std::string_view other;
    std::string_view message;
  };
  const std::string rest =
      "spec:1:1: note: declared here\nspec:2:1: help: give --shared-root a directory of its own\n";
  for (const Case& c : {
           Case{"srv/repos/r/x",
                "'srv/repos/r/x' is the path to which --shared-root moves 'a.runfiles/r/x'"},
           Case{"srv/repos/r/x/y",
                "'srv/repos/r/x/y' lies below 'srv/repos/r/x', which is the path to which "
                "--shared-root moves 'a.runfiles/r/x'"},
           Case{"srv/repos/r",
                "'srv/repos/r' is not a directory, and 'srv/repos/r/x' below it is the path to "
                "which --shared-root moves 'a.runfiles/r/x'"},
           Case{"srv",
                "'srv' is not a directory, and 'srv/repos/r/x' below it is the path to which "
                "--shared-root moves 'a.runfiles/r/x'"},
       }) {
    PlannedTree tree;
    tree.file("a.runfiles/r/x");
    tree.file(c.other);
    CHECK(error_of([&] { tree.plan(at("srv/repos")); }) ==
          "spec:2:1: error: " + std::string(c.message) + "\n" + rest);
  }
  PlannedTree apart;
  apart.file("a.runfiles/r/x");
  apart.file("srv/repos/r/y");
  CHECK(layer_contents(apart.plan(at("srv/repos"))) ==
        "packages: srv/repos/r/x\napp: a.runfiles/r srv/repos/r/y\n");
}

TEST_CASE("shared root: a path that cannot be one") {
  CHECK(parse_shared_root("//srv/./repos/") == "srv/repos");
  const std::string help =
      "veneer: help: choose a directory that every program's image can have, such as /srv/repos\n";
  CHECK(error_of([] { parse_shared_root("/"); }) ==
        "veneer: error: shared root '/' is the image's root\n" + help);
  CHECK(error_of([] { parse_shared_root("a/../b"); }) ==
        "veneer: error: shared root 'a/../b' has the component '..', which is not allowed\n" +
            help);
  CHECK(error_of([] { parse_shared_root("app/a.runfiles/s"); }) ==
        "veneer: error: shared root 'app/a.runfiles/s' has the component 'a.runfiles', which is "
        "not allowed\n" +
            help);
}

}  // namespace
}  // namespace layer::shared_root_test
