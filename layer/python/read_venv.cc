// Decides about the interpreter first: links lead to it.
#include "layer/python/read_venv.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "layer/disk/real_path.h"
#include "layer/model/relative_path.h"
#include "layer/python/find_site_packages.h"
#include "layer/python/find_venv.h"
#include "layer/python/included_interpreter.h"
#include "layer/python/moved_paths.h"
#include "layer/python/venv_config.h"
#include "layer/python/venv_files.h"

namespace layer {
namespace {

constexpr std::string_view kVenvPlace = "app/.venv";
constexpr std::string_view kSitePackagesPlace = "app/site-packages";

// Splits "DIR[:DEST]" and finds what DIR is.
VenvOnDisk parse_venv(const VenvRequest& request, Venv& venv, StringArena& arena, Store* store) {
  venv.is_site_packages = !request.site_packages.empty();
  const std::string& argument = venv.is_site_packages ? request.site_packages : request.argument;
  const size_t colon = argument.rfind(':');
  venv.place = venv.is_site_packages ? kSitePackagesPlace : kVenvPlace;
  if (colon != std::string::npos) {
    venv.place = normalize_path(std::string_view(argument).substr(colon + 1), arena);
    if (const std::string_view why = path_fault(venv.place); !why.empty()) {
      throw Error(fmt::format("{} '{}': DEST '{}' {}",
                              venv.is_site_packages ? "folder of packages" : "virtual environment",
                              argument, argument.substr(colon + 1), why));
    }
  }
  const std::string directory = argument.substr(0, colon);
  VenvOnDisk disk = venv.is_site_packages ? find_site_packages(directory, arena, store)
                                          : find_venv(directory, arena);
  venv.directory = disk.directory;
  venv.version = disk.version;
  venv.old_places = disk.old_places;
  return disk;
}

// No value: the interpreter is the base's.
std::optional<InterpreterOnDisk> choose_interpreter(const VenvOnDisk& disk, PythonSource source) {
  if (source == PythonSource::kBase) return std::nullopt;
  InterpreterOnDisk interpreter;
  interpreter.version = disk.version;
  interpreter.full_version = disk.full_version;
  const std::string why = why_not_relocatable(disk.interpreter, interpreter);
  if (why.empty()) return interpreter;
  if (source == PythonSource::kAny) return std::nullopt;
  throw Error(Position{disk.interpreter}, fmt::format("cannot be packed: it {}", why))
      .with_note({disk.directory}, "is the virtual environment of this interpreter")
      .with_help(fmt::format("take a --base that has Python {} and leave --python=include out, or "
                             "make the environment with a Python of its own: `uv venv "
                             "--managed-python`",
                             disk.version));
}

MovedPaths moves_of(const Venv& venv) {
  std::vector<MovedPath> moves;
  for (const std::string& old : venv.old_places) moves.push_back({old, '/' + venv.place});
  for (const AppFiles& app : venv.apps) {
    const std::string place = app.place.empty() ? "" : '/' + app.place;
    moves.push_back({app.source, place});
    moves.push_back({app.real_source, place});
  }
  return MovedPaths(std::move(moves));
}

// The paths that lead below a directory, from there. What is not there is none of them.
std::vector<std::string> paths_below(const std::string& directory,
                                     const std::vector<std::string>& paths) {
  namespace fs = std::filesystem;
  std::vector<std::string> below;
  const std::string start = real_path(directory) + '/';
  for (const std::string& path : paths) {
    std::error_code fault;
    const std::string real = fs::canonical(path, fault).string();
    if (!fault && real.starts_with(start)) below.push_back(real.substr(start.size()));
  }
  return below;
}

void warn_of_system_packages(const VenvOnDisk& disk, Diagnostics& found) {
  if (venv_setting(disk.config, "include-system-site-packages") != "true") return;
  found.warn({{disk.directory + "/pyvenv.cfg"},
              "the environment also uses packages of the system, which are not packed",
              {},
              "install what the program needs into the environment, or choose a --base that has "
              "these packages"});
}

}  // namespace

VenvInput read_venv(const VenvRequest& request, PycFiles pyc, std::vector<AppFiles> apps,
                    StringArena& arena, Diagnostics& found, Store* store) {
  VenvInput input;
  Venv& venv = input.venv;
  venv.apps = std::move(apps);
  VenvOnDisk disk = parse_venv(request, venv, arena, store);
  disk.own_outputs = paths_below(disk.directory, request.own_outputs);
  warn_of_system_packages(disk, found);
  const std::optional<InterpreterOnDisk> included =
      venv.is_site_packages ? std::nullopt : choose_interpreter(disk, request.python);
  venv.is_included = included.has_value();
  venv.interpreter = disk.interpreter;
  venv.compiler = disk.interpreter;
  if (included) {
    venv.interpreter = fmt::format("/{}/{}", place_of(*included), included->program);
    input.interpreter = read_interpreter_files(*included, pyc, arena, store);
  }
  VenvFiles files = read_venv_files(disk, venv, pyc, moves_of(venv), arena, found, store);
  input.files = std::move(files.entries);
  input.notes = std::move(files.notes);
  return input;
}

}  // namespace layer
