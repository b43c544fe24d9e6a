// What paths say.
#include "layer/model/runfiles_path.h"

#include <doctest/doctest.h>

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
  struct Case {
    std::string_view repository, name;
  };
  for (const Case& c : {
           Case{"rules_python++pip+pypi_313_torch_cp313_none_macosx_11_0_arm64_06fcee80", "torch"},
           Case{"rules_python++pip+pypi_313_google_cloud_core_py2_py3_none_any_9b774927",
                "google_cloud_core"},
           Case{"rules_python~~pip~pypi_311_six_sdist_1e61c374", "six"},
           Case{"pip_numpy", "numpy"},
           Case{"pypi_requests", "requests"},
           Case{"rules_python+", "rules_python+"},
           Case{"abseil-cpp", "abseil-cpp"},
           Case{"abseil-cpp~20240116.2", "abseil-cpp"},
           Case{"protobuf~", "protobuf~"},
           Case{"rules_python~0.31.0~pip~pypi_311_numpy_cp311_cp311_manylinux_2_17_x86_64_0abc1de2",
                "numpy"},
           Case{"rules_python++pip+my_deps_311_numpy_cp311_abi3_linux_x86_64_0abc1de2", "numpy"},
           Case{"rules_python++pip+pypi_311_h11_py3_none_any_0abc1de2", "h11"},
           Case{"rules_python++pip+pypi_313_numpy", "numpy"},
           Case{"rules_python++python+python_3_13_x86_64-unknown-linux-gnu", "python"},
           Case{"rules_rust++crate+crates__serde-1.0.203", "crates_serde"},
           Case{"aspect_rules_js++npm+npm__lodash__4.17.21", "npm_lodash"},
           Case{"rules_jvm_external++maven+com_google_guava_guava_31_1_jre",
                "com_google_guava_guava"},
           Case{"fetch++ext+tool_0abc1de2f", "tool"},
           Case{"3.4.5", "3.4.5"},
           Case{"+", "+"},
       }) {
    CHECK(package_name(c.repository) == c.name);
  }
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
