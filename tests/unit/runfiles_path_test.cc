// What paths say.
#include "layer/model/runfiles_path.h"

#include <doctest/doctest.h>

#include <fstream>
#include <string>

#include "layer/model/file_tree.h"
#include "layer/place/links.h"
#include "layer/plan/package_name.h"

namespace layer::runfiles_path_test {
namespace {

TEST_CASE("runfiles path: root, repository and rest") {
  struct Case {
    std::string_view path, root, repository, rest;
  };
  for (const Case& c : {
           Case{"app/a.runfiles/_main/x.py", "app/a.runfiles", "_main", "x.py"},
           Case{"app/a.runfiles/_repo_mapping", "app/a.runfiles", "", ""},
           Case{"app/a.runfiles/_main/external/r/x", "app/a.runfiles", "r", "x"},
           Case{"etc/passwd", "", "", ""},
           Case{"a.runfiles/r/b.runfiles/x", "a.runfiles", "r", "b.runfiles/x"},
       }) {
    const RunfilesPath parts = split_runfiles_path(c.path);
    CHECK(parts.root == c.root);
    CHECK(parts.repository == c.repository);
    CHECK(parts.rest == c.rest);
  }
}

TEST_CASE("runfiles path: a wheel's file lies in site-packages right below its repository") {
  CHECK(is_wheel_path("app/a.runfiles/numpy/site-packages/numpy/x.so"));
  CHECK_FALSE(is_wheel_path("app/a.runfiles/_main/.venv/lib/python3.11/site-packages/numpy/x.so"));
  CHECK_FALSE(is_wheel_path("app/a.runfiles/py/lib/python3.11/site-packages/pip/x.py"));
  CHECK_FALSE(is_wheel_path("app/a.runfiles/_main/external/numpy/site-packages/numpy/x.so"));
}

TEST_CASE("runfiles path: names that an interpreter goes by") {
  for (const char* name : {"python", "python3", "python3.13", "python3.13t", "python2"}) {
    CHECK(is_interpreter_name(name));
  }
  for (const char* name : {"python-config", "python3.", "pythonw", "python3.13d", "pip3", ""}) {
    CHECK_FALSE(is_interpreter_name(name));
  }
}

TEST_CASE("runfiles path: the place of an external file") {
  CHECK(external_runfiles_path("external/r/x") == "r/x");
  CHECK(external_runfiles_path("/home/u/.cache/out/external/r/x") == "r/x");
  CHECK(external_runfiles_path("bazel-out/k8-fastbuild/bin/external/r/x") == "r/x");
  CHECK(external_runfiles_path("src/x").empty());
}

TEST_CASE("package name: the same for every version, tag and hash") {
  std::ifstream table(VENEER_TESTS_DIRECTORY "/package_names.tsv");  // the rules' names, too
  std::string repository;
  std::string name;
  REQUIRE(std::getline(table, repository));  // the heading
  int rows = 0;
  while (std::getline(std::getline(table, repository, '\t'), name)) {
    CAPTURE(repository);
    CHECK(package_name(repository) == name);
    ++rows;
  }
  CHECK(rows > 20);
}

TEST_CASE("relative link: from the link's directory to the target") {
  StringArena arena;
  CHECK(relative_link("a/b/c", "a/b/d", arena) == "d");
  CHECK(relative_link("a/b/c", "a/bb/d", arena) == "../bb/d");
  CHECK(relative_link("x", "a/b", arena) == "a/b");
  CHECK(relative_link("r/_main/v/lib/x", "r/repo/x", arena) == "../../../repo/x");
}

TEST_CASE("tree order: a directory is directly followed by what is in it") {
  CHECK(tree_order("a", "a/b"));
  CHECK(tree_order("a/b", "a-b"));
  CHECK(tree_order("a/z", "a.b"));
  CHECK_FALSE(tree_order("a", "a"));
  CHECK_FALSE(tree_order("b", "a/b"));
  CHECK(tree_order("a", "a\xc3\xa9"));
}

}  // namespace
}  // namespace layer::runfiles_path_test
