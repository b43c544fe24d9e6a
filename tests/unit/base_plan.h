// Entries, nodes of a base image, and the plan of the ones on the other as text.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "layer/identify/identify.h"
#include "layer/plan/plan_image.h"
#include "layer/plan/plan_text.h"
#include "layer/resolve/resolve.h"

namespace layer {

inline const Attributes kPrivate{.mode = 0700, .uid = {}, .gid = {}, .mtime = {}};
inline const Attributes kUser{.mode = {}, .uid = 1000, .gid = {}, .mtime = {}};

inline constexpr Declaration kInput{.file = "input"};
inline constexpr Declaration kLayer{.file = "layer"};

inline Entry entry(std::string_view path, EntryKind kind, std::string_view content = {}) {
  Entry made;
  made.path = path;
  made.kind = kind;
  made.content = content;
  made.origin = {&kInput, 1, 0};
  return made;
}
inline Entry directory(std::string_view path, const Attributes* attributes = nullptr) {
  Entry made = entry(path, EntryKind::kDirectory);
  made.attributes = attributes;
  return made;
}
inline Entry empty(std::string_view path, const Attributes* attributes = nullptr) {
  Entry made = entry(path, EntryKind::kEmptyFile);
  made.attributes = attributes;
  return made;
}
inline Entry symlink(std::string_view path, std::string_view text) {
  return entry(path, EntryKind::kSymlink, text);
}
inline Entry walked(std::string_view path) {
  Entry made = directory(path, &kPrivate);
  made.yields_to_base = true;
  return made;
}

inline Node node(std::string_view path, NodeKind kind, uint32_t mode, std::string_view link = {}) {
  Node made;
  made.path = path;
  made.kind = kind;
  made.mode = mode;
  made.content = link;
  made.origin = {&kLayer, 0, 0};
  return made;
}

inline ImageTree tree_of(std::vector<Node> nodes) {
  ImageTree tree;
  tree.add_layer(std::move(nodes));
  return tree;
}

// The plan's lines between those of the one layer and the summary, or what is wrong.
inline std::string plan_on(const std::vector<Node>& base, std::vector<Entry> entries,
                           const BaseContents* contents = nullptr) {
  StringArena arena;
  const ImageTree tree = tree_of(base);
  try {
    Diagnostics found;
    const FileTree inputs = merge_inputs({std::move(entries)}, found);
    found.throw_if_errors();
    PlanOptions options;
    options.layers.split = LayerSplit::kOne;
    std::string text = plan_to_text(
        plan_image(inputs, identify(inputs, arena), options, arena, found, {&tree, contents}));
    text.erase(text.find("summary\t"));
    text.erase(0, text.find('\n') + 1);
    if (text.starts_with("layer\t")) text.erase(0, text.find('\n') + 1);
    return text;
  } catch (const Error& error) {
    return error.what();
  }
}

}  // namespace layer
