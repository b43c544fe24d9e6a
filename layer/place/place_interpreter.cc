// Searches the base by name, then rewrites a handful of entries.
#include "layer/place/place_interpreter.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "layer/base/error.h"
#include "layer/model/runfiles_path.h"
#include "layer/place/links.h"
#include "layer/python/venv_config.h"

namespace layer {
namespace {

constexpr std::string_view kPython = "python";
// Where a Python is that a base brings on purpose, first.
constexpr std::array<std::string_view, 2> kUsualFolders{"usr/local/bin", "usr/bin"};

bool leads_to_file(const ImageTree& base, std::string_view path) {
  const Resolution end = base.resolve(path);
  return end.node != nullptr && end.node->kind == NodeKind::kFile;
}

// The paths of the interpreters of any version 3.X in directories called bin, in tree order.
std::vector<std::string_view> pythons_of(const ImageTree& base) {
  std::vector<std::string_view> paths;
  for (const Node& node : base.nodes()) {
    const std::string_view name = base_name(node.path);
    const bool has_version = is_interpreter_name(name) && name.find('.') != std::string_view::npos;
    if (has_version && base_name(parent_path(node.path)) == "bin" &&
        leads_to_file(base, node.path)) {
      paths.push_back(node.path);
    }
  }
  return paths;
}

// "Python 3.11 ('/usr/bin/python3.11') and ..."; empty if there is none.
std::string versions_text(const std::vector<std::string_view>& paths) {
  std::string text;
  for (const std::string_view path : paths) {
    text += fmt::format("{}{} ('/{}')", text.empty() ? "" : ", ",
                        base_name(path).substr(kPython.size()), path);
  }
  return text;
}

Error no_interpreter_for_packages(const Venv& venv, const ImageTree* base) {
  const std::string help = fmt::format("give a --base that has Python {}", venv.version);
  if (base == nullptr) {
    return Error(Position{venv.directory},
                 fmt::format("needs a base image with Python {}: a folder of packages has no "
                             "interpreter",
                             venv.version))
        .with_help(help);
  }
  const std::string versions = versions_text(pythons_of(*base));
  return Error(Position{venv.directory},
               fmt::format("has packages for Python {}, but the base image has {}", venv.version,
                           versions.empty() ? "no Python" : "only " + versions))
      .with_help(help +
                 ", or install the packages for another version: `--python-version` of uv "
                 "and pip");
}

Error no_interpreter(const Venv& venv, const ImageTree* base) {
  constexpr std::string_view remedy =
      "or make the environment with a Python that can be packed with it: `uv venv "
      "--managed-python`";
  if (venv.is_site_packages) return no_interpreter_for_packages(venv, base);
  if (base == nullptr) {
    return Error(Position{venv.directory},
                 fmt::format("needs a base image with Python {}: its interpreter '{}' cannot be "
                             "packed",
                             venv.version, venv.interpreter))
        .with_help(fmt::format("give a --base that has Python {}, {}", venv.version, remedy));
  }
  const std::string versions = versions_text(pythons_of(*base));
  return Error(Position{venv.directory},
               fmt::format("was made with Python {}, but the base image has {}", venv.version,
                           versions.empty() ? "no Python" : "only " + versions))
      .with_help(fmt::format("choose a --base that has Python {}, {}", venv.version, remedy));
}

// Below the root of the image.
std::string interpreter_of_base(const Venv& venv, const ImageTree* base) {
  const std::string name = fmt::format("{}{}", kPython, venv.version);
  std::string same = fmt::format("{}/{}", parent_path(venv.interpreter.substr(1)), name);
  if (base == nullptr) throw no_interpreter(venv, base);
  if (leads_to_file(*base, same)) return same;
  for (const std::string_view folder : kUsualFolders) {
    std::string path = fmt::format("{}/{}", folder, name);
    if (leads_to_file(*base, path)) return path;
  }
  const bool is_any = venv.version.find('.') == std::string::npos;
  for (const std::string_view path : pythons_of(*base)) {
    if (is_any || base_name(path) == name) return std::string(path);
  }
  throw no_interpreter(venv, base);
}

}  // namespace

void place_interpreter(const Venv& venv, const ImageTree* base, FileTree& tree,
                       std::vector<FileFacts>& facts, StringArena& arena) {
  const std::string_view interpreter =
      arena.copy(venv.is_included ? venv.interpreter.substr(1) : interpreter_of_base(venv, base));
  const std::string bin = venv.place + "/bin";
  const std::string config = venv.place + "/pyvenv.cfg";
  for (size_t i = 0; i < tree.entries.size(); ++i) {
    Entry& entry = tree.entries[i];
    const bool is_link = entry.kind == EntryKind::kSymlink && parent_path(entry.path) == bin &&
                         entry.content == venv.interpreter;
    if (is_link) entry.content = relative_link(entry.path, interpreter, arena);
    if (entry.kind != EntryKind::kInlineFile || entry.path != config) continue;
    entry.content = arena.copy(moved_config(
        entry.content, {fmt::format("/{}", venv.place), fmt::format("/{}", interpreter)}));
    facts[i].size = entry.content.size();
  }
}

}  // namespace layer
