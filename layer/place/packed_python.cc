// Goes by names: `<home>/lib/python3.X/os.py` is a standard library, `<home>/bin/python3.X` its
// interpreter.
#include "layer/place/packed_python.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <span>

#include "layer/base/ascii.h"
#include "layer/disk/file_reader.h"
#include "layer/disk/real_path.h"
#include "layer/model/runfiles_path.h"

namespace layer {
namespace {

constexpr std::string_view kPythonFolder = "python";

// "3.11" of "a/lib/python3.11"; empty for a folder of another form.
std::string_view version_of_library(std::string_view folder) {
  const std::string_view name = base_name(folder);
  if (base_name(parent_path(folder)) != "lib" || !name.starts_with(kPythonFolder)) return {};
  const std::string_view version = name.substr(kPythonFolder.size());
  return version.starts_with("3.") && version.size() > 2 && is_digit(version[2])
             ? version
             : std::string_view();
}

// The file on disk of the interpreter in `<home>/bin`.
std::string_view program_in(const FileTree& tree, std::string_view home, std::string_view version) {
  for (const std::string& name :
       {fmt::format("python{}", version), std::string("python3"), std::string("python")}) {
    const Entry* found = find_entry(tree, fmt::format("{}/bin/{}", home, name));
    if (found != nullptr && found->kind == EntryKind::kFile) return found->content;
  }
  return {};
}

}  // namespace

bool PythonPlaces::have(const Entry& entry) const {
  if (venv_ == nullptr) return !split_runfiles_path(entry.path).root.empty();
  if (is_below(entry.path, venv_->place)) return true;
  if (entry.repository().starts_with(kIncludedInterpreter)) return true;
  return std::ranges::any_of(venv_->apps, [&](const AppFiles& app) {
    return entry.path == app.place || app.place.empty() || is_below(entry.path, app.place);
  });
}

bool PythonPlaces::have_module(const Entry& entry) const {
  if (!entry.path.ends_with(".py") || !have(entry)) return false;
  return venv_ == nullptr || !is_below(entry.path, venv_->place + "/bin");
}

std::string PythonPlaces::place_of(const Entry& source) const {
  if (venv_ != nullptr) return fmt::format("/{}", source.path);
  const std::string_view suffix = site_packages_suffix(source.path);
  if (!source.repository().empty() && !suffix.empty()) {
    return fmt::format("{}/site-packages/{}", source.repository(), suffix);  // it was moved
  }
  return std::string(source.path.substr(split_runfiles_path(source.path).root.size() + 1));
}

std::string_view PythonPlaces::group_of(const Entry& entry) const {
  if (!entry.repository().empty() || venv_ != nullptr) return entry.repository();
  return split_runfiles_path(entry.path).repository;
}

std::string read_planned_file(std::string_view path, const Stamp& look) {
  FileReader reader(path);
  std::string bytes(look.size, '\0');
  bytes.resize(reader.read(std::as_writable_bytes(std::span(bytes))));
  check_unchanged(path, look, reader.stamp());
  return bytes;
}

std::vector<PackedPython> find_packed_pythons(const FileTree& tree) {
  std::vector<PackedPython> pythons;
  std::set<std::string_view> known;  // --legacy_external_runfiles shows files a second time
  for (const Entry& entry : tree.entries) {
    if (base_name(entry.path) != "os.py" || entry.kind != EntryKind::kFile) continue;
    const std::string_view folder = parent_path(entry.path);
    const std::string_view version = version_of_library(folder);
    if (version.empty() || split_runfiles_path(entry.path).root.empty()) continue;
    if (!known.insert(entry.content).second) continue;
    const std::string_view home = parent_path(parent_path(folder));
    const std::string_view program = program_in(tree, home, version);
    const std::string library = absolute_path(entry.content);
    pythons.push_back({std::string(version),
                       std::string(parent_path(parent_path(parent_path(library)))),
                       program.empty() ? std::string() : absolute_path(program)});
  }
  return pythons;
}

std::string python_version_of(const FileTree& tree, const std::vector<PackedPython>& pythons) {
  std::set<std::string_view> versions;
  for (const PackedPython& python : pythons) versions.insert(python.version);
  if (!versions.empty()) return versions.size() == 1 ? std::string(*versions.begin()) : "";
  for (const Entry& entry : tree.entries) {
    const size_t at = entry.path.find("/site-packages/");
    if (at == std::string_view::npos || split_runfiles_path(entry.path).root.empty()) continue;
    const std::string_view version = version_of_library(entry.path.substr(0, at));
    if (!version.empty()) versions.insert(version);
  }
  return versions.size() == 1 ? std::string(*versions.begin()) : "";
}

}  // namespace layer
