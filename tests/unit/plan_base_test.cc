// Plans on a base image: through its links, with its directories.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base_plan.h"

namespace layer::plan_base_test {
namespace {

// As most images are today.
std::vector<Node> merged_usr() {
  Node var = node("var", NodeKind::kDirectory, 0750);
  var.uid = 5;
  var.gid = 6;
  var.mtime = 1234;
  return {node("bin", NodeKind::kSymlink, 0777, "usr/bin"),
          node("lib", NodeKind::kSymlink, 0777, "usr/lib"),
          node("lib64", NodeKind::kSymlink, 0777, "/lib/64"),
          node("usr", NodeKind::kDirectory, 0755),
          node("usr/bin", NodeKind::kDirectory, 0755),
          node("usr/lib", NodeKind::kDirectory, 0711),
          node("usr/lib/64", NodeKind::kDirectory, 0755),
          node("usr/lib/os-release", NodeKind::kFile, 0644),
          node("etc", NodeKind::kDirectory, 0755),
          node("etc/release", NodeKind::kSymlink, 0777, "../usr/lib/os-release"),
          node("a", NodeKind::kSymlink, 0777, "b"),
          node("b", NodeKind::kSymlink, 0777, "a"),
          node("lock", NodeKind::kSymlink, 0777, "run/lock"),
          node("odd", NodeKind::kSymlink, 0777, "none/../lib"),
          node("tmp", NodeKind::kDirectory, 01777),
          var};
}

TEST_CASE("base: entries go where the base's links lead") {
  struct Case {
    const char* name;
    std::vector<Entry> entries;
    const char* plan;
  };
  const std::vector<Case> cases{
      {"a file below a link",
       {empty("lib/x/f")},
       "d\tusr\t-\nd\tusr/lib\tmode=0711\nd\tusr/lib/x\t-\nf\tusr/lib/x/f\t-\t0\t\n"},
      {"a chain of links, one of them absolute",
       {empty("lib64/f")},
       "d\tusr\t-\nd\tusr/lib\tmode=0711\nd\tusr/lib/64\t-\nf\tusr/lib/64/f\t-\t0\t\n"},
      {"a link to what is not there yet",
       {empty("lock/f")},
       "d\trun\t-\nd\trun/lock\t-\nf\trun/lock/f\t-\t0\t\n"},
      {"and one that goes up from there",
       {empty("odd/f")},
       "d\tusr\t-\nd\tusr/lib\tmode=0711\nf\tusr/lib/f\t-\t0\t\n"},
      {"directories meet, and what one states holds",
       {directory("lib"), directory("lib/x", &kPrivate), directory("usr/lib/x"),
        empty("usr/lib/x/f"), empty("lib/x/g")},
       "d\tusr\t-\nd\tusr/lib\tmode=0711\nd\tusr/lib/x\tmode=0700\nf\tusr/lib/x/f\t-\t0\t\n"
       "f\tusr/lib/x/g\t-\t0\t\n"},
      {"a link takes the place of a link, a file that of a link to a file",
       {symlink("lib", "elsewhere"), empty("etc/release")},
       "d\tetc\t-\nf\tetc/release\t-\t0\t\nl\tlib\t-\telsewhere\tdeclared\t0\n"},
      {"a link that stays in what moves keeps its text",
       {empty("lib/x/f"), symlink("lib/x/same", "./f"), symlink("lib/y/up", "../x/f")},
       "d\tusr\t-\nd\tusr/lib\tmode=0711\nd\tusr/lib/x\t-\nf\tusr/lib/x/f\t-\t0\t\n"
       "l\tusr/lib/x/same\t-\t./f\tdeclared\t0\nd\tusr/lib/y\t-\n"
       "l\tusr/lib/y/up\t-\t../x/f\tdeclared\t0\n"},
      {"a link that leaves it leads where it did",
       {symlink("lib/out", "../etc/release"), symlink("lib/x/root", "../.."),
        symlink("lib/x/self", "../../lib/x"), symlink("lib/abs", "/etc")},
       "d\tusr\t-\nd\tusr/lib\tmode=0711\nl\tusr/lib/abs\t-\t/etc\tdeclared\t0\n"
       "l\tusr/lib/out\t-\t../../etc/release\tdeclared\t0\nd\tusr/lib/x\t-\n"
       "l\tusr/lib/x/root\t-\t../../..\tdeclared\t0\n"
       "l\tusr/lib/x/self\t-\t../../../lib/x\tdeclared\t0\n"},
  };
  for (const Case& each : cases) {
    CAPTURE(each.name);
    CHECK(plan_on(merged_usr(), each.entries) == each.plan);
  }
}

TEST_CASE("base: directories keep what the base says of them unless an input states more") {
  struct Case {
    std::vector<Entry> entries;
    const char* plan;
  };
  const std::vector<Case> cases{
      {{empty("tmp/y")}, "d\ttmp\tmode=1777\nf\ttmp/y\t-\t0\t\n"},
      {{empty("var/y")}, "d\tvar\tmode=0750,uid=5,gid=6,mtime=1234\nf\tvar/y\t-\t0\t\n"},
      {{directory("var", &kPrivate), empty("var/y")},
       "d\tvar\tmode=0700,uid=5,gid=6,mtime=1234\nf\tvar/y\t-\t0\t\n"},
      {{directory("var"), empty("var/y")},
       "d\tvar\tmode=0750,uid=5,gid=6,mtime=1234\nf\tvar/y\t-\t0\t\n"},
      {{walked("tmp"), walked("tmp/new")}, "d\ttmp\tmode=1777\nd\ttmp/new\tmode=0700\n"},
  };
  for (const Case& each : cases) CHECK(plan_on(merged_usr(), each.entries) == each.plan);
}

TEST_CASE("base: what cannot lie on it is reported, all at once") {
  const std::string in_layer = "layer: note: in this layer of the base\n";
  const auto fault = [&](const std::string& what, const std::string& note,
                         const std::string& help) {
    return "input:1: error: " + what + "\n" + note + "input:1: help: " + help + "\n";
  };
  const std::string other = "input:1: note: the other is declared here\n";
  const std::string whole =
      "it would replace that directory and all files in it: give it another place";
  struct Case {
    std::vector<Entry> entries;
    std::string message;
  };
  const std::vector<Case> cases{
      {{empty("lib/x"), empty("usr/lib/x")},
       fault("'lib/x' and 'usr/lib/x' are both 'usr/lib/x' through the links of the base image",
             other, "leave one of the two out")},
      {{directory("lib/x", &kPrivate), directory("usr/lib/x", &kUser)},
       fault("'lib/x' and 'usr/lib/x' are both 'usr/lib/x' through the links of the base image",
             other, "leave one of the two out")},
      {{empty("lib/x"), directory("usr/lib/x")},
       fault("'lib/x' and 'usr/lib/x' are both 'usr/lib/x' through the links of the base image",
             other, "leave one of the two out")},
      {{empty("lib/x"), empty("usr/lib/x/y")},
       fault("'lib/x' and 'usr/lib/x/y' are 'usr/lib/x' and, below that, 'usr/lib/x/y' through the "
             "links of the base image",
             other, "leave one of the two out")},
      {{empty("usr/lib")},
       fault("'usr/lib' is a file here, but a directory in the base image", in_layer, whole)},
      {{symlink("usr/lib", "lib64")},
       fault("'usr/lib' is a symlink here, but a directory in the base image", in_layer, whole)},
      {{empty("lib")},
       fault("'lib' is a file here, but a link to a directory in the base image", in_layer, whole)},
      {{empty("lib/64")},
       fault("'lib/64' is a file, but its place in the base image, 'usr/lib/64', is a directory",
             in_layer, whole)},
      {{empty("usr/lib/os-release/x"), empty("usr/lib/os-release/y")},
       fault("'usr/lib/os-release/x' lies below 'usr/lib/os-release', which is a file in the base "
             "image",
             in_layer, "give it another place")},
      {{empty("etc/release/x/y")},
       fault("'etc/release/x/y' lies below 'usr/lib/os-release', which is a file in the base image",
             in_layer, "give it another place")},
      {{directory("usr/lib/os-release")},
       fault("'usr/lib/os-release' is a directory here, but a file in the base image", in_layer,
             "give it another place")},
      {{empty("a/x")},
       fault("'a/x' lies below 'a', which is a link that leads back to itself in the base image",
             in_layer, "give it another place")},
  };
  for (const Case& each : cases) CHECK(plan_on(merged_usr(), each.entries) == each.message);
  CHECK(plan_on(merged_usr(), {empty("a/x"), empty("lib")}) ==
        cases.back().message + cases[6].message);
}

}  // namespace
}  // namespace layer::plan_base_test
