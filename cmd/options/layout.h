// The options that say which of the runfiles' paths an image has, and what people are told of it.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "layer/identify/identify.h"
#include "layer/model/file_tree.h"
#include "layer/model/string_arena.h"
#include "layer/place/venv_layout.h"

namespace cmd {

enum class RunfilesLayout : uint8_t { kFaithful, kVenv };

struct LayoutOptions {
  RunfilesLayout layout = RunfilesLayout::kFaithful;
  std::vector<std::string> keep;  // globs of paths that kVenv leaves where they are
};

void add_layout_options(CLI::App& command, LayoutOptions& options);

// Lays the tree out as kVenv, facts about its entries with it; returns what was dropped. Tells on
// stderr.
std::vector<layer::DroppedPaths> lay_out_as_venv(const LayoutOptions& options,
                                                 layer::FileTree& tree,
                                                 std::vector<layer::FileFacts>& facts,
                                                 layer::StringArena& arena);

}  // namespace cmd
