// Goes by the entries in the environment's bin/.
#include "cmd/steps/starting.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "layer/base/error.h"
#include "layer/base/nearest_names.h"
#include "layer/base/utf8.h"
#include "layer/disk/file_reader.h"
#include "layer/model/runfiles_path.h"
#include "layer/python/script.h"

namespace cmd {
namespace {

constexpr std::string_view kModule = "-m";
constexpr size_t kScriptHead = 1024;

// An absolute path; the root's has no '/'.
std::string in_image(std::string_view folder) {
  return folder.empty() ? std::string() : fmt::format("/{}", folder);
}

// The config is JSON.
void check_is_utf8(std::string_view text, std::string_view kind, const std::string& help) {
  if (layer::is_utf8(text)) return;
  throw layer::Error(fmt::format("'{}' is not UTF-8, as {} of an image have to be", text, kind))
      .with_help(help);
}

// Finds the command for an entrypoint as people write it.
class VenvCommand {
 public:
  VenvCommand(const layer::Venv& venv, const layer::FileTree& tree)
      : venv_(venv), tree_(tree), python_(fmt::format("/{}/bin/python", venv.place)) {}

  oci::Arguments of(const oci::Arguments& given) const;

 private:
  std::vector<std::string_view> programs() const;
  oci::Arguments run(const std::string& path, const oci::Arguments& given) const;

  const layer::Venv& venv_;
  const layer::FileTree& tree_;
  const std::string python_;
};

std::vector<std::string_view> VenvCommand::programs() const {
  std::vector<std::string_view> names;
  for (const layer::Entry& entry :
       layer::entries_at_or_below(tree_, fmt::format("{}/bin", venv_.place))) {
    const std::string_view name = layer::base_name(entry.path);
    if (!layer::is_interpreter_name(name) && !name.starts_with("activate")) names.push_back(name);
  }
  return names;
}

// Whether Python runs the file: what cannot be read is reported by who has to.
bool is_of_python(const layer::Entry& entry) {
  if (entry.path.ends_with(".py")) return true;
  if (entry.kind == layer::EntryKind::kInlineFile) return layer::is_python_script(entry.content);
  if (entry.kind != layer::EntryKind::kFile) return false;
  layer::FileReader reader(entry.content);
  std::array<char, kScriptHead> head{};
  const size_t size = reader.read(std::as_writable_bytes(std::span(head)));
  return layer::is_python_script(std::string_view(head.data(), size));
}

// The command for a path of the image, with the arguments behind the first.
oci::Arguments VenvCommand::run(const std::string& path, const oci::Arguments& given) const {
  oci::Arguments command;
  const layer::Entry* entry = layer::find_entry(tree_, path.substr(1));
  if (entry != nullptr && is_of_python(*entry)) command.push_back(python_);
  command.push_back(path);
  command.insert(command.end(), given.begin() + 1, given.end());
  return command;
}

oci::Arguments VenvCommand::of(const oci::Arguments& given) const {
  if (given.empty()) return given;
  const std::string& first = given.front();
  if (first.starts_with('-')) {
    oci::Arguments command{python_};
    command.insert(command.end(), given.begin(), given.end());
    const std::string spaced = std::string(kModule) + ' ';
    if (first.starts_with(spaced)) {
      command[1] = kModule;
      command.insert(command.begin() + 2, first.substr(spaced.size()));
    }
    return command;
  }
  if (first.starts_with('/')) return run(first, given);
  const std::string script = fmt::format("{}/bin/{}", venv_.place, first);
  if (layer::find_entry(tree_, script) != nullptr) return run('/' + script, given);
  for (const layer::AppFiles& app : venv_.apps) {
    const std::string path = in_image(app.folder()) + '/' + first;
    const layer::Entry* entry = layer::find_entry(tree_, path.substr(1));
    const bool is_file = entry != nullptr && entry->kind != layer::EntryKind::kDirectory;
    if (is_file) return run(path, given);
  }
  throw layer::Error(
      fmt::format("entrypoint '{}': {} '{}' has no such script", first,
                  venv_.is_site_packages ? "the folder of packages" : "the virtual environment",
                  venv_.directory))
      .with_help(layer::names_to_choose(first, programs()) +
                 " (a module: -e -m -e NAME; a program of the base: its path)");
}

// A path as the value of a variable, where a '$' begins another's name.
std::string value_of(std::string_view path) {
  check_is_utf8(path, "variables",
                "choose another DEST, or leave the variables out with --venv-variables=off");
  std::string quoted;
  for (const char c : path) quoted += c == '$' ? "$$" : std::string(1, c);
  return quoted;
}

bool has_path(const oci::StoredImage& base) {
  return std::ranges::any_of(base.config.env,
                             [](const std::string& item) { return item.starts_with("PATH="); });
}

std::vector<std::pair<std::string, std::string>> variables_of(const layer::Venv& venv,
                                                              const oci::StoredImage* base) {
  const std::string place = value_of('/' + venv.place);
  const bool is_set = base == nullptr || has_path(*base);
  std::vector<std::pair<std::string, std::string>> variables;
  variables.emplace_back(
      "PATH", fmt::format("{}/bin:{}", place,
                          is_set ? "$PATH"
                                 : "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"));
  if (!venv.is_site_packages) variables.emplace_back("VIRTUAL_ENV", place);
  variables.emplace_back("PYTHONUNBUFFERED", "1");
  std::vector<std::string_view> folders;
  for (const layer::AppFiles& app : venv.apps) {
    const bool is_new = std::ranges::find(folders, app.folder()) == folders.end();
    if (app.has_modules && is_new) folders.push_back(app.folder());
  }
  std::string modules;
  for (const std::string_view folder : folders) {
    modules += fmt::format("{}/{}", modules.empty() ? "" : ":", value_of(folder));
  }
  if (venv.is_site_packages) modules += (modules.empty() ? "" : ":") + place;
  if (!modules.empty()) variables.emplace_back("PYTHONPATH", modules);
  return variables;
}

}  // namespace

void start_in_venv(const layer::Venv& venv, const layer::FileTree& tree,
                   const oci::StoredImage* base, VenvVariables variables,
                   oci::ConfigChanges& changes) {
  if (changes.entrypoint) changes.entrypoint = VenvCommand(venv, tree).of(*changes.entrypoint);
  if (!changes.working_dir && !venv.apps.empty()) {
    changes.working_dir = '/' + std::string(venv.apps.front().folder());
  }
  for (const std::string& word : changes.entrypoint.value_or(oci::Arguments())) {
    check_is_utf8(word, "commands", "choose another DEST");
  }
  check_is_utf8(changes.working_dir.value_or(""), "working directories",
                "choose another DEST, or give one with --workdir");
  if (variables == VenvVariables::kNone) return;
  std::vector<std::pair<std::string, std::string>> all = variables_of(venv, base);
  all.insert(all.end(), changes.env.begin(), changes.env.end());
  changes.env = std::move(all);
}

}  // namespace cmd
