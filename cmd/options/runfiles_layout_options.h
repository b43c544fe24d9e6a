// The options --runfiles-layout and --keep: which of the runfiles' paths an image has.
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

// Lays the tree out as kVenv, and `facts`, which are about its entries, with it. Returns the paths
// that were dropped, and prints their number, and what was kept and why, to stderr. Throws
// layer::Error.
std::vector<layer::DroppedPaths> lay_out_as_venv(const LayoutOptions& options,
                                                 layer::FileTree& tree,
                                                 std::vector<layer::FileFacts>& facts,
                                                 layer::StringArena& arena);

}  // namespace cmd
