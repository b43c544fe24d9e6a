// Finds the runfiles, reads them with the reader for their form, and places them in the image.
#include "layer/resolve/inputs.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <utility>

#include "layer/base/utf8.h"
#include "layer/disk/directory_handle.h"
#include "layer/disk/look_at.h"
#include "layer/model/runfiles.h"
#include "layer/read/mtree.h"
#include "layer/read/runfiles_directory.h"
#include "layer/read/runfiles_manifest.h"
#include "layer/read/spec.h"
#include "layer/resolve/resolve.h"

namespace layer {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kRunfilesSuffix = ".runfiles";
constexpr std::string_view kManifest = ".runfiles_manifest";

// A program's runfiles, read but not yet placed.
struct ProgramFiles {
  Runfiles runfiles;
  std::string name;
  std::string executable;  // path below the runfiles root; empty: not among the runfiles
};

// Whether a runfiles directory holds more than the manifest that --nobuild_runfile_links leaves.
bool has_links(const std::string& path) {
  const DirectoryHandle directory = try_open_directory(path);
  if (!directory) throw system_error(path, "cannot open the directory", errno);
  while (true) {
    errno = 0;
    const dirent* entry = readdir(directory.get());  // NOLINT(concurrency-mt-unsafe)
    if (entry == nullptr && errno == 0) return false;
    if (entry == nullptr) throw system_error(path, "cannot read the directory", errno);
    const std::string_view name = entry->d_name;
    if (name != "." && name != ".." && name != "MANIFEST") return true;
  }
}

// Whether the path names runfiles themselves instead of the binary that they belong to.
bool take_runfiles(std::string path, InputRequest& request) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  const bool is_tree = path.ends_with(kRunfilesSuffix) && is_directory(path);
  const bool is_manifest = path.ends_with(kManifest) && is_file(path);
  if (is_tree) request.runfiles_directory = path;
  if (is_manifest) request.runfiles_manifest = path;
  if (is_tree || is_manifest) request.binary.clear();
  return is_tree || is_manifest;
}

// Chooses among what Bazel leaves beside a binary.
void find_runfiles_of(const std::string& binary, InputRequest& request) {
  if (!is_there(binary)) {
    throw Error(Position{binary}, "no such file")
        .with_help("name the file that `bazel build` printed, for example bazel-bin/app");
  }
  if (take_runfiles(binary, request)) return;
  if (is_directory(binary)) {
    throw Error(Position{binary}, "is a directory, not a program that Bazel built")
        .with_help(
            "name the program in it; --tree SRC:DEST packs a directory, and --venv DIR a "
            "virtual environment");
  }
  const std::string directory = binary + std::string(kRunfilesSuffix);
  const std::string manifest = binary + std::string(kManifest);
  if (is_directory(directory) && has_links(directory)) {
    request.runfiles_directory = directory;
  } else if (is_file(manifest)) {
    request.runfiles_manifest = manifest;
  } else if (is_file(directory + "/MANIFEST")) {
    request.runfiles_manifest = directory + "/MANIFEST";
  } else {
    throw Error(Position{binary},
                fmt::format("has no runfiles: neither '{}' nor '{}' is there", directory, manifest))
        .with_help(
            "build it with --build_runfile_links, or name its runfiles with --runfiles, "
            "--runfiles-manifest or --spec");
  }
}

// "x/app.runfiles", "x/app.runfiles/MANIFEST", "x/app.runfiles_manifest" -> "x/app".
std::string binary_of(std::string path) {
  if (path.ends_with("/MANIFEST")) path.resize(path.size() - std::string_view("/MANIFEST").size());
  while (path.ends_with('/')) path.pop_back();
  for (const std::string_view suffix : {kRunfilesSuffix, kManifest}) {
    if (path.ends_with(suffix)) return path.substr(0, path.size() - suffix.size());
  }
  return {};
}

bool is_same_file(std::string_view a, const std::string& b) {
  struct stat left = {};
  struct stat right = {};
  return ::stat(std::string(a).c_str(), &left) == 0 && ::stat(b.c_str(), &right) == 0 &&
         left.st_dev == right.st_dev && left.st_ino == right.st_ino;
}

// The runfiles entry that is the binary itself; empty if there is none.
std::string find_executable(const Runfiles& runfiles, const std::string& binary) {
  const std::string_view name = base_name(binary);
  for (const Entry& entry : runfiles.root_symlinks) {
    if (entry.kind == EntryKind::kFile && base_name(entry.path) == name &&
        is_same_file(entry.content, binary)) {
      return std::string(entry.path);
    }
  }
  return {};
}

// The main repository of runfiles that do not name it: `_main`, or where the program lies.
std::string_view main_repository(const Runfiles& runfiles, std::string_view executable,
                                 StringArena& arena) {
  if (!runfiles.workspace.empty()) return runfiles.workspace;
  return arena.intern(executable.substr(0, executable.find('/')));
}

ProgramFiles read_spec_files(const std::string& spec, StringArena& arena) {
  ProgramFiles files;
  files.runfiles = read_spec(spec, arena);
  if (!files.runfiles.executable) return files;
  const std::string_view path = files.runfiles.executable->path;
  files.name = base_name(path);
  files.executable = path.starts_with("../") ? std::string(path.substr(3))
                                             : fmt::format("{}/{}", files.runfiles.workspace, path);
  return files;
}

ProgramFiles read_merged_files(const InputRequest& request, StringArena& arena, Diagnostics& found,
                               Store* store) {
  ProgramFiles files;
  const bool is_directory = !request.runfiles_directory.empty();
  const std::string& path = is_directory ? request.runfiles_directory : request.runfiles_manifest;
  files.runfiles = is_directory ? read_runfiles_directory(path, arena, found, store)
                                : read_runfiles_manifest(path, arena);
  if (files.runfiles.root_symlinks.empty()) {  // where all are that Bazel has merged
    throw Error(Position{path}, "holds no file")
        .with_help("build the program with --build_runfile_links, or name its manifest");
  }
  const std::string binary = request.binary.empty() ? binary_of(path) : request.binary;
  files.name = base_name(binary);
  if (!binary.empty()) files.executable = find_executable(files.runfiles, binary);
  files.runfiles.workspace = main_repository(files.runfiles, files.executable, arena);
  return files;
}

// "/app/" -> "app"; "/" -> "".
std::string_view relative_prefix(std::string_view prefix) {
  while (prefix.starts_with('/')) prefix.remove_prefix(1);
  while (prefix.ends_with('/')) prefix.remove_suffix(1);
  return prefix;
}

// The link from the image's entry point to the executable among its runfiles; or, for a binary
// that is not among them, the binary itself.
std::optional<Entry> entry_point(const ProgramFiles& files, const InputRequest& request,
                                 std::string_view path, StringArena& arena) {
  Entry entry;
  entry.path = path;
  if (!files.executable.empty()) {
    entry.kind = EntryKind::kSymlink;
    entry.content =
        arena.join(arena.copy(files.name + std::string(kRunfilesSuffix)), files.executable);
    entry.origin = {arena.intern(Declaration{.file = "the image's entry point"})};
  } else if (!request.binary.empty()) {
    entry.content = arena.copy(request.binary);
    entry.origin = {arena.intern(Declaration{.file = entry.content})};
  } else {
    return std::nullopt;
  }
  return entry;
}

// The config of the image names both, and is JSON.
void check_is_utf8(const Program& program) {
  for (const std::string& path : {program.entry_point, program.working_directory}) {
    if (is_utf8(path)) continue;
    throw Error(fmt::format("the program's path '{}' is not UTF-8, which an image's documents have "
                            "to be",
                            path))
        .with_help("give the program another name with --name, or rename its workspace");
  }
}

// Reads and places a program's runfiles; adds them to `inputs`, and the program to `result`.
void gather_program(const InputRequest& request, StringArena& arena, Diagnostics& found,
                    Store* store, std::vector<std::vector<Entry>>& inputs, Inputs& result) {
  ProgramFiles files = request.spec.empty() ? read_merged_files(request, arena, found, store)
                                            : read_spec_files(request.spec, arena);
  if (!request.name.empty()) files.name = request.name;
  if (files.name.empty()) {
    throw Error("the program has no name: its runfiles are not called NAME.runfiles")
        .with_help("give it one with --name");
  }
  const std::string_view path = arena.join(relative_prefix(request.prefix), files.name);
  const std::string_view root = arena.copy(std::string(path) + std::string(kRunfilesSuffix));
  const std::string_view workspace = files.runfiles.workspace;
  if (const std::optional<Entry> entry = entry_point(files, request, path, arena)) {
    inputs.push_back({*entry});
    result.program = {fmt::format("/{}", path), fmt::format("/{}/{}", root, workspace)};
    if (workspace.empty()) result.program->working_directory = fmt::format("/{}", root);
    check_is_utf8(*result.program);
  }
  if (!workspace.empty()) result.tree.workspaces.push_back(workspace);
  // Of a program of another repository: its launcher and virtual environment lie there.
  const std::string own = files.executable.substr(0, files.executable.find('/'));
  if (own != files.executable && own != workspace) {
    result.tree.workspaces.push_back(arena.intern(own));
  }
  inputs.push_back(
      resolve_runfiles(std::move(files.runfiles), root, arena, found, &result.tree.lost));
  found.throw_if_errors();  // in the input's own paths, before they become the image's
}

// A folder of packages among the sources is none of them, as a virtual environment is none.
void leave_out_packages(const std::string& argument, const AppFiles& app,
                        std::vector<Entry>& entries) {
  std::error_code fault;  // of what is not there its reader tells
  const fs::path folder = fs::canonical(argument.substr(0, argument.rfind(':')), fault);
  if (fault || !is_below(folder.string(), app.real_source)) return;
  std::string path = app.place + folder.string().substr(app.real_source.size());
  path.erase(0, path.find_first_not_of('/'));
  std::erase_if(entries, [&](const Entry& entry) {
    return entry.path == path || is_below(entry.path, path);
  });
}

// Reads a virtual environment with the first-party files that go with it.
void gather_venv(const InputRequest& request, SourceTrees& trees, StringArena& arena,
                 Diagnostics& found, Store* store, std::vector<std::vector<Entry>>& inputs,
                 Inputs& result) {
  std::vector<AppFiles> apps;
  for (const std::string& app : request.apps) {
    inputs.push_back(trees.read_app(app, apps));
    if (request.venv.site_packages.empty()) continue;
    leave_out_packages(request.venv.site_packages, apps.back(), inputs.back());
  }
  if (!request.venv.is_given()) return;
  VenvRequest asked = request.venv;
  asked.own_outputs = request.tree_options.own_outputs;
  VenvInput venv = read_venv(asked, request.pyc, std::move(apps), arena, found, store);
  inputs.push_back(std::move(venv.files));
  inputs.push_back(std::move(venv.interpreter));
  result.notes = std::move(venv.notes);
  result.venv = std::move(venv.venv);
}

}  // namespace

Inputs gather_inputs(const InputRequest& given, StringArena& arena, Diagnostics& found,
                     Store* store) {
  InputRequest request = given;
  if (!request.binary.empty()) find_runfiles_of(request.binary, request);
  Inputs result;
  std::vector<std::vector<Entry>> inputs;
  if (!request.runfiles_directory.empty() || !request.runfiles_manifest.empty() ||
      !request.spec.empty()) {
    gather_program(request, arena, found, store, inputs, result);
  }
  for (const std::string& mtree : request.mtrees) inputs.push_back(read_mtree(mtree, arena));
  if (request.pyc == PycFiles::kKeep) request.tree_options.app_pyc = AppPyc::kTaken;
  SourceTrees trees(request.tree_options, arena, found);
  gather_venv(request, trees, arena, found, store, inputs, result);
  for (const std::string& tree : request.trees) inputs.push_back(trees.read(tree));
  trees.finish();
  result.notes.insert(result.notes.end(), trees.notes().begin(), trees.notes().end());
  FileTree merged = merge_inputs(std::move(inputs), found);
  merged.workspaces = std::move(result.tree.workspaces);
  merged.lost.insert(merged.lost.begin(), result.tree.lost.begin(), result.tree.lost.end());
  result.tree = std::move(merged);
  found.throw_if_errors();
  return result;
}

}  // namespace layer
