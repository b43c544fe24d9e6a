// One lookup per entry; most entries have nothing below them.
#include "layer/check/replaced.h"

#include <fmt/core.h>

#include <string>
#include <string_view>
#include <utility>

#include "layer/model/estargz_names.h"
#include "layer/model/file_tree.h"

namespace layer {
namespace {

std::string describe_kind(const Node& node) {
  switch (node.kind) {
    case NodeKind::kDirectory:
      return "a directory";
    case NodeKind::kFile:
      return "a file";
    case NodeKind::kSymlink:
      return fmt::format("a link to '{}'", node.link().to_string());
    case NodeKind::kOther:
    case NodeKind::kWhiteout:
    case NodeKind::kOpaque:
      break;
  }
  return "a device or a pipe";
}

std::string describe_attributes(const Node& node) {
  return fmt::format("mode {:04o} and owner {}:{}", node.mode, node.uid, node.gid);
}

bool has_same_attributes(const Node& a, const Node& b) {
  return a.mode == b.mode && a.uid == b.uid && a.gid == b.gid;
}

// The directory that a link leads to; null if it leads to something else or nowhere.
const Node* directory_behind(const ImageTree& tree, const Node& link) {
  const Resolution end = tree.resolve(link.path);
  return end.node != nullptr && end.node->kind == NodeKind::kDirectory ? end.node : nullptr;
}

// `directory` is a node of the tree, whose nodes below it come next.
bool holds_something(const ImageTree& tree, const Node& directory) {
  const auto next = static_cast<size_t>(&directory - tree.nodes().data()) + 1;
  return next < tree.nodes().size() && is_below(tree.nodes()[next].path, directory.path);
}

// Several layers may repeat a directory: it is told once.
Finding finding_about_place(const Node& node, const Node& before, std::string_view check) {
  Finding finding = finding_at(node, check);
  finding.cause = node.path;
  if (!before.origin.file().empty()) {
    finding.notes.push_back({before.origin.position(), "this is the layer below"});
  }
  return finding;
}

Finding replaced_link(const Node& node, const Node& link, const Node& target) {
  Finding finding = finding_about_place(node, link, "link-replaced");
  finding.reason =
      fmt::format("is {} here and {} in a layer below: the files in '{}' are no longer found here",
                  describe_kind(node), describe_kind(link), target.path);
  finding.named = {std::string(target.path)};
  finding.help = fmt::format("put the files into '/{}'", target.path);
  return finding;
}

Finding replaced_directory(const Node& node, const Node& before) {
  Finding finding = finding_about_place(node, before, "directory-replaced");
  finding.reason = fmt::format(
      "is {} here and a directory in a layer below: the files in that directory are no longer "
      "found",
      describe_kind(node));
  finding.help = "give it another place";
  return finding;
}

Finding changed_directory(const Node& node, const Node& before) {
  Finding finding = finding_about_place(node, before, "directory-changed");
  finding.severity = Severity::kWarning;
  finding.reason = fmt::format("has {} here, and {} in a layer below", describe_attributes(node),
                               describe_attributes(before));
  return finding;
}

Finding replaced_other(const Node& node, const Node& before) {
  const bool is_alike = node.kind == before.kind;
  Finding finding = finding_about_place(node, before, "file-replaced");
  finding.severity = is_alike ? Severity::kNote : Severity::kWarning;
  if (is_alike) finding.cause = "another file";
  finding.reason = fmt::format("is {} here, and {} in a layer below", describe_kind(node),
                               describe_kind(before));
  return finding;
}

}  // namespace

void check_replaced(const ImageTree& base, const Node& node, Findings& findings) {
  if (node.kind == NodeKind::kWhiteout || node.kind == NodeKind::kOpaque) return;
  if (is_estargz_file(node.path)) return;
  const Node* before = base.find(node.path);
  if (before == nullptr) return;
  const bool is_directory = node.kind == NodeKind::kDirectory;
  const bool was_directory = before->kind == NodeKind::kDirectory;
  if (is_directory && was_directory) {
    if (!has_same_attributes(node, *before)) findings.add(changed_directory(node, *before));
    return;
  }
  if (was_directory && holds_something(base, *before)) {
    return findings.add(replaced_directory(node, *before));
  }
  if (before->kind == NodeKind::kSymlink) {
    const bool is_link = node.kind == NodeKind::kSymlink;
    if (is_link && node.link().to_string() == before->link().to_string()) return;
    const Node* target = is_link ? nullptr : directory_behind(base, *before);
    if (target != nullptr) return findings.add(replaced_link(node, *before, *target));
  }
  findings.add(replaced_other(node, *before));
}

}  // namespace layer
