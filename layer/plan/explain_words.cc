// Phrases, without the sentences around them.
#include "layer/plan/explain_words.h"

#include <fmt/core.h>

#include "layer/base/nearest_names.h"
#include "layer/model/runfiles_path.h"

namespace layer {

std::string bytes_text(uint64_t bytes) {
  return fmt::format("{} byte{}", bytes, bytes == 1 ? "" : "s");
}

std::string count_text(uint64_t number, std::string_view noun) {
  return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

std::string declaration_text(const Entry& entry) {
  std::string text;
  switch (entry.kind) {
    case EntryKind::kFile:
      text = fmt::format("a file, read from '{}'", entry.content);
      break;
    case EntryKind::kEmptyFile:
      text = "an empty file";
      break;
    case EntryKind::kInlineFile:
      text = fmt::format("a file of {}, {}", bytes_text(entry.content.size()),
                         entry.path.ends_with(".pyc") ? "compiled from its source"
                                                      : "changed for its place in the image");
      break;
    case EntryKind::kSymlink:
      text = fmt::format("a symlink to '{}'", entry.content);
      break;
    case EntryKind::kDirectory:
    case EntryKind::kTreeArtifact:
      text = "a directory";
      break;
  }
  if (!entry.target.empty()) {
    text += fmt::format(", the same file as '/{}/{}'", split_runfiles_path(entry.path).root,
                        entry.target);
  }
  if (!entry.owner().empty()) text += fmt::format(", made by '{}'", entry.owner());
  return text;
}

std::string place_text(const Origin& origin) {
  return origin.file().empty() ? "Bazel's runfiles rules" : origin.position().to_string();
}

std::string_view rule_text(LinkReason reason) {
  switch (reason) {
    case LinkReason::kNone:
      return {};
    case LinkReason::kDeclared:
      return "as the input declares it (rule 1)";
    case LinkReason::kSymlinkEntry:
      return "both paths are declared with one and the same file, which belongs there (rule 2)";
    case LinkReason::kSitePackages:
      return "a wheel's file has the same content and the same path after site-packages/ (rule 3)";
    case LinkReason::kInterpreterAlias:
      return "it is another name of the same interpreter in the same directory (rule 4)";
    case LinkReason::kContent:
      return "it has the same content and lies in the same layer (rule 5)";
    case LinkReason::kSharedRoot:
      return "the repository is at the place that all programs share (--shared-root)";
  }
  return {};
}

std::string nearest_sentence(const ImageTree& image, std::string_view path) {
  std::vector<std::string> absolute;
  std::vector<std::string_view> paths;
  for (const Node& node : image.nodes()) paths.push_back(node.path);
  for (const std::string_view near : nearest_paths(path, paths))
    absolute.push_back(fmt::format("/{}", near));
  if (absolute.empty()) return {};
  return fmt::format(" Nearest: {}.", quoted_names({absolute.begin(), absolute.end()}));
}

}  // namespace layer
