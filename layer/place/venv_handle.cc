// Goes by names: no file is opened.
#include "layer/place/venv_handle.h"

#include <fmt/core.h>

#include <algorithm>
#include <span>
#include <vector>

#include "layer/base/error.h"
#include "layer/base/nearest_names.h"
#include "layer/model/runfiles_path.h"
#include "layer/place/add_entry.h"
#include "layer/place/links.h"

namespace layer {
namespace {

constexpr std::string_view kLinkOption = "--venv-link";  // Declaration::file of the link
constexpr std::string_view kLinkName = "venv";
constexpr std::string_view kNoLink = "give it another place, or make no link: --venv-link=off";

// The directories below runfiles that a Python can be started from.
std::vector<std::string_view> venvs_of(const FileTree& tree) {
  std::vector<std::string_view> found;
  for (const Entry& entry : tree.entries) {
    if (base_name(entry.path) != "pyvenv.cfg") continue;
    const std::string_view venv = parent_path(entry.path);
    const bool is_whole = find_entry(tree, fmt::format("{}/bin/python3", venv)) != nullptr ||
                          find_entry(tree, fmt::format("{}/bin/python", venv)) != nullptr;
    if (is_whole && !split_runfiles_path(venv).root.empty()) found.push_back(venv);
  }
  return found;
}

// Whether it is what rules make for the program: "_app.venv" or ".app.venv" for "app".
bool is_named_for(std::string_view venv, std::string_view program) {
  const std::string_view name = base_name(venv);
  return name == fmt::format("_{}.venv", program) || name == fmt::format(".{}.venv", program);
}

Error taken(Position by, std::string_view path, std::string_view whose) {
  return Error(std::move(by),
               fmt::format("'{}' is in {}, and is the place of the link to the virtual environment",
                           path, whose))
      .with_help(std::string(kNoLink));
}

}  // namespace

std::string venv_of_program(const FileTree& tree, const std::optional<Program>& program) {
  std::vector<std::string_view> venvs = venvs_of(tree);
  if (venvs.empty()) {
    throw Error("--venv-link: the inputs have no virtual environment with an interpreter")
        .with_help(
            "rules_python makes one with bootstrap_impl=script; a folder of another tool is "
            "--venv");
  }
  if (venvs.size() > 1 && program) {
    const std::string_view name = base_name(program->entry_point);
    const auto own = std::ranges::find_if(
        venvs, [&](std::string_view venv) { return is_named_for(venv, name); });
    if (own != venvs.end()) return std::string(*own);
  }
  if (venvs.size() == 1) return std::string(venvs.front());
  const size_t count = venvs.size();
  if (venvs.size() > 3) venvs.resize(3);
  throw Error(fmt::format("--venv-link: the inputs have {} virtual environments, and none is "
                          "named after the program: {}{}",
                          count, quoted_names(venvs), count > venvs.size() ? " ..." : ""))
      .with_help("leave the option out");
}

std::string_view add_venv_link(std::string_view prefix, std::string_view venv, FileTree& tree,
                               StringArena& arena) {
  while (prefix.starts_with('/')) prefix.remove_prefix(1);
  while (prefix.ends_with('/')) prefix.remove_suffix(1);
  const std::string_view path = arena.join(prefix, kLinkName);
  if (path == venv) return {};
  const std::span<const Entry> there = entries_at_or_below(tree, path);
  if (!there.empty()) throw taken(there.front().origin.position(), there.front().path, "an input");
  add_entry(tree,
            {.path = path,
             .content = relative_link(path, arena.copy(venv), arena),
             .origin = {arena.intern(Declaration{.file = kLinkOption})},
             .kind = EntryKind::kSymlink},
            kLinkOption, kNoLink);
  return path;
}

void check_venv_link(std::string_view path, const FileTree& tree, const ImageTree& base) {
  const Node* node = base.resolve(path, FinalLink::kKeep).node;
  if (node == nullptr) return;
  const std::span<const Entry> link = entries_at_or_below(tree, path);
  const bool is_same = node->kind == NodeKind::kSymlink && !link.empty() &&
                       node->link().to_string() == link.front().content;
  if (!is_same) throw taken(node->origin.position(), path, "the base image");
}

}  // namespace layer
