// Goes by what is where in the folder.
#include "layer/python/find_venv.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>

#include "layer/base/ascii.h"
#include "layer/base/error.h"
#include "layer/disk/look_at.h"
#include "layer/disk/real_path.h"
#include "layer/model/file_tree.h"
#include "layer/python/venv_config.h"
#include "layer/read/input_file.h"

namespace layer {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMakeOne =
    "make one with `uv venv` or `python3 -m venv`, and install the packages into it";

// Why a folder without a usable pyvenv.cfg is none.
Error no_venv(const std::string& directory) {
  if (!is_there(directory)) return Error(Position{directory}, "no such directory");
  if (is_there(directory + "/conda-meta")) {
    return Error(Position{directory}, "is a conda environment, not a virtual environment of Python")
        .with_help(
            "its programs and libraries are not tied to one folder as wheels are; install the "
            "packages from wheels, into a virtual environment");
  }
  return Error(Position{directory}, "is not a virtual environment: it has no pyvenv.cfg")
      .with_help(std::string(kMakeOne));
}

bool is_python_folder(std::string_view name) {
  constexpr std::string_view kPrefix = "python3.";
  return name.starts_with(kPrefix) && name.size() > kPrefix.size() &&
         is_digit(name[kPrefix.size()]);
}

// The names "python3.X" of the folders of `lib` that have a site-packages.
std::vector<std::string> python_folders(const std::string& lib) {
  std::vector<std::string> names;
  if (!is_directory(lib)) return names;
  const Listing listing = list_directory(lib, WalkDetail::kTypes);
  for (const Listing::Item& item : listing.items) {
    const std::string_view name = listing.name(item);
    if (is_python_folder(name) && is_there(fmt::format("{}/{}/site-packages", lib, name))) {
      names.emplace_back(name);
    }
  }
  std::ranges::sort(names);
  return names;
}

void find_packages(VenvOnDisk& venv) {
  const std::vector<std::string> names = python_folders(venv.directory + "/lib");
  if (names.empty()) {
    throw Error(Position{venv.directory}, "has no lib/python3.X/site-packages")
        .with_help("only environments of CPython 3 can be packed");
  }
  if (names.size() > 1) {
    throw Error(Position{venv.directory},
                fmt::format("has packages for two versions of Python: lib/{} and lib/{}",
                            names.front(), names.back()))
        .with_help("make it anew for one of them");
  }
  venv.version = names.front().substr(std::string_view("python").size());
  venv.site_packages.push_back(fmt::format("lib/{}/site-packages", names.front()));
  const std::string second = fmt::format("lib64/{}/site-packages", names.front());
  if (!fs::is_symlink(venv.directory + "/lib64") && is_there(venv.directory + '/' + second)) {
    venv.site_packages.push_back(second);
  }
}

// "3.11.2" of `version = 3.11.2` or `version_info = 3.11.2.final.0`, if it begins with 3.11.
std::string full_version(const VenvOnDisk& venv) {
  for (const std::string_view key : {"version", "version_info"}) {
    const std::string_view value = venv_setting(venv.config, key);
    if (!value.starts_with(venv.version + '.')) continue;
    const size_t begin = venv.version.size() + 1;
    const auto* end = std::find_if_not(value.begin() + begin, value.end(), is_digit);
    if (end != value.begin() + begin) return std::string(value.begin(), end);
  }
  return venv.version;
}

// With --copies the environment holds a copy, which finds its library by `home`.
std::string interpreter_behind(const VenvOnDisk& venv, std::string real) {
  if (!is_below(real, real_path(venv.directory))) return real;
  const std::string original =
      fmt::format("{}/python{}", venv_setting(venv.config, "home"), venv.version);
  return is_there(original) ? real_path(original) : real;
}

// Where a link leads through others: a path at which nothing is.
std::string end_of_links(std::string path) {
  std::error_code fault;
  for (int i = 0; i < kMaxLinksFollowed && fs::is_symlink(path, fault); ++i) {
    path = (fs::path(path).parent_path() / fs::read_symlink(path)).string();
  }
  return path;
}

std::string find_interpreter(const VenvOnDisk& venv) {
  for (const std::string& name :
       {std::string("python"), std::string("python3"), "python" + venv.version}) {
    const std::string path = fmt::format("{}/bin/{}", venv.directory, name);
    if (is_there(path)) return interpreter_behind(venv, real_path(path));
    std::error_code fault;
    if (!fs::is_symlink(path, fault)) continue;
    throw Error(Position{path},
                fmt::format("leads to '{}', which does not exist", end_of_links(path)))
        .with_help(
            "the Python that made the environment was removed or is not on this machine: make the "
            "environment again");
  }
  throw Error(Position{venv.directory}, "has no bin/python").with_help(std::string(kMakeOne));
}

// What bin/activate sets VIRTUAL_ENV to: where the environment was made. Absolute, or no value.
std::optional<std::string> place_of_making(const std::string& directory) {
  const std::string path = directory + "/bin/activate";
  if (!is_there(path)) return std::nullopt;
  StringArena arena;
  Lines lines(read_installed_file(path, arena));
  while (lines.next()) {
    constexpr std::string_view kVariable = "VIRTUAL_ENV=";
    std::string_view line = lines.line();
    const size_t at = line.find(kVariable);
    if (at == std::string_view::npos) continue;
    line.remove_prefix(at + kVariable.size());
    const char quote = line.empty() ? '\0' : line.front();
    if (quote == '"' || quote == '\'') line = line.substr(1, line.find(quote, 1) - 1);
    if (line.starts_with('/')) return std::string(line);
  }
  return std::nullopt;
}

}  // namespace

VenvOnDisk find_venv(std::string_view directory, StringArena& arena) {
  VenvOnDisk venv;
  venv.directory = directory;
  while (venv.directory.size() > 1 && venv.directory.ends_with('/')) venv.directory.pop_back();
  const std::string config = venv.directory + "/pyvenv.cfg";
  if (!is_there(config)) throw no_venv(venv.directory);
  if (is_there(venv.directory + "/Scripts") && !is_there(venv.directory + "/bin")) {
    throw Error(Position{venv.directory}, "has the layout of Windows: Scripts in place of bin")
        .with_help("make it again on Linux, where its packages have other files");
  }
  venv.config = read_installed_file(config, arena);
  find_packages(venv);
  venv.full_version = full_version(venv);
  venv.interpreter = find_interpreter(venv);
  venv.old_places = {absolute_path(venv.directory), real_path(venv.directory)};
  if (std::optional<std::string> made = place_of_making(venv.directory)) {
    venv.old_places.push_back(std::move(*made));
  }
  return venv;
}

}  // namespace layer
