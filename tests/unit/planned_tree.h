// Plans of trees that are on no disk: paths, sizes and links are all that a plan looks at.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "layer/model/string_arena.h"
#include "layer/plan/plan_image.h"
#include "layer/resolve/resolve.h"

namespace layer {

class PlannedTree {
 public:
  // Adds a file, a link or a directory; what is returned can be changed until the next one.
  Entry& file(std::string_view path, uint64_t size = 1) {
    Entry& entry = add(path, EntryKind::kFile);
    entry.content = arena_->copy("/src/" + std::string(path));
    sizes_.emplace_back(entry.path, size);
    return entry;
  }
  Entry& link(std::string_view path, std::string_view text) {
    Entry& entry = add(path, EntryKind::kSymlink);
    entry.content = arena_->copy(text);
    return entry;
  }
  // A file of a group that the input asks for.
  Entry& grouped_file(std::string_view path, std::string_view group) {
    Entry& entry = file(path);
    entry.origin.declaration = arena_->intern(Declaration{.file = "spec", .group = group});
    return entry;
  }
  Entry& directory(std::string_view path) { return add(path, EntryKind::kDirectory); }
  std::string_view copy(std::string_view text) { return arena_->copy(text); }
  void workspace(std::string_view name) { workspaces_.push_back(name); }

  // Throws what planning throws. `warnings` gets one line each.
  ImagePlan plan(const PlanOptions& options, std::string* warnings = nullptr) {
    Diagnostics found;
    FileTree tree = merge_inputs({entries_}, found);
    tree.workspaces = workspaces_;
    found.throw_if_errors();
    std::vector<FileFacts> facts(tree.entries.size());
    for (size_t i = 0; i < facts.size(); ++i) {
      for (const auto& [path, size] : sizes_) {
        if (path == tree.entries[i].path) facts[i].size = size;
      }
    }
    ImagePlan planned = plan_image(tree, facts, options, *arena_, found);
    for (const Diagnostic& warning : found.warnings()) {
      if (warnings != nullptr) *warnings += warning.to_string("warning");
    }
    return planned;
  }

 private:
  Entry& add(std::string_view path, EntryKind kind) {
    Entry entry;
    entry.path = arena_->copy(path);
    entry.kind = kind;
    entry.origin = {arena_->intern(Declaration{.file = "spec"}),
                    static_cast<uint32_t>(entries_.size() + 1), 1};
    entries_.push_back(entry);
    return entries_.back();
  }

  std::unique_ptr<StringArena> arena_ = std::make_unique<StringArena>();
  std::vector<Entry> entries_;
  std::vector<std::pair<std::string_view, uint64_t>> sizes_;
  std::vector<std::string_view> workspaces_;
};

// "name: path path..." of each layer, without what is only implied.
inline std::string layer_contents(const ImagePlan& plan) {
  std::string text;
  for (const LayerPlan& layer : plan.layers) {
    text += layer.name + ":";
    for (const TarEntry& entry : layer.entries) {
      if (entry.type != TarType::kDirectory) text += " " + std::string(entry.path);
    }
    text += "\n";
  }
  return text;
}

// What a call throws, or "".
template <typename Call>
std::string error_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

}  // namespace layer
