#include "layer/check/plan_tree.h"

#include <doctest/doctest.h>

#include <string>

#include "temporary_directory.h"

namespace layer::plan_tree_test {
namespace {

TarEntry entry(std::string_view path, TarType type, std::string_view text = {}) {
  TarEntry made;
  made.path = path;
  made.type = type;
  made.content = text;
  made.mode = type == TarType::kFile ? kModeByContent : 0755;
  return made;
}

Node base_node(std::string_view path, NodeKind kind, std::string_view link = {}) {
  Node node;
  node.path = path;
  node.kind = kind;
  node.content = link;
  return node;
}

std::string messages(Findings& findings) {
  std::string text;
  for (const Finding& finding : findings.take()) {
    text += to_diagnostic(finding).to_string(severity_name(finding.severity));
  }
  return text;
}

TEST_CASE("a plan's files get the modes that they will be written with, and their probes") {
  const TemporaryDirectory folder;
  const std::string script = folder.write("script", "#!/bin/sh\n");
  const std::string text = folder.write("text", "text\n");
  ImagePlan plan;
  plan.layers.push_back({"packages", "", {entry("a.so", TarType::kFile, text)}});
  plan.layers.push_back(
      {"app",
       "",
       {entry("run", TarType::kFile, script), entry("run.py", TarType::kFile, script),
        entry("twin", TarType::kHardlink, "run")}});
  ImageTree tree;
  Node below = base_node("below", NodeKind::kFile);
  below.inode = 7;
  tree.add_layer({below});
  Probes probes;
  Findings findings;
  add_plan(plan, 3, "run.py", tree, probes, findings);
  CHECK(messages(findings).empty());
  REQUIRE(tree.nodes().size() == 5);
  CHECK(tree.find("a.so")->mode == 0644);
  CHECK(tree.find("a.so")->layer == 3);
  CHECK(tree.find("a.so")->inode == 8);
  CHECK(tree.find("run")->mode == 0755);
  CHECK(tree.find("run")->layer == 4);
  CHECK(probes.text(tree.find("run")) == "#!/bin/sh\n");
  CHECK(tree.find("twin")->inode == tree.find("run")->inode);
  CHECK(tree.find("twin")->mode == 0755);
  // Named as a text, and looked into because it is what starts.
  CHECK(probes.text(tree.find("run.py")) == "#!/bin/sh\n");
}

TEST_CASE("what cannot be laid over the base is told") {
  ImageTree tree;
  tree.add_layer({base_node("usr", NodeKind::kDirectory),
                  base_node("usr/lib", NodeKind::kDirectory),
                  base_node("lib", NodeKind::kSymlink, "usr/lib"),
                  base_node("gone", NodeKind::kSymlink, "nowhere")});
  ImagePlan plan;
  plan.layers.push_back({"app",
                         "",
                         {entry("gone", TarType::kDirectory), entry("lib", TarType::kDirectory),
                          entry("x", TarType::kHardlink, "other/layer")}});
  Probes probes;
  Findings findings;
  add_plan(plan, 1, "", tree, probes, findings);
  CHECK(messages(findings) ==
        "lib: error: is a directory here and a link to 'usr/lib' in a layer below: the files in "
        "'usr/lib' are no longer found here [link-replaced]\n"
        "lib: help: put the files into '/usr/lib'\n"
        "x: error: is a hardlink to 'other/layer', which is not an earlier file of its layer "
        "[hardlink]\n"
        "x: help: a hardlink cannot lead out of its layer; a symlink can\n"
        "gone: warning: is a directory here, and a link to 'nowhere' in a layer below "
        "[file-replaced]\n");
}

}  // namespace
}  // namespace layer::plan_tree_test
