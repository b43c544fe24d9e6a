// Follows rules_python's first stage: finds its runfiles directory, then what it names there.
#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "layer/check/launcher.h"
#include "layer/disk/real_path.h"
#include "layer/model/file_tree.h"
#include "layer/model/image_tree.h"

namespace layer {
namespace {

constexpr std::string_view kRunfilesEnding = ".runfiles";

// The value of the first line `NAME=VALUE`, with or without spaces and quotes; empty if there is
// none, or if the template was not filled in.
std::string_view assigned(std::string_view script, std::string_view name) {
  for (std::string_view rest = script; !rest.empty();) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (!line.starts_with(name)) continue;
    line.remove_prefix(name.size());
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    if (!line.starts_with('=')) continue;
    line.remove_prefix(1);
    line.remove_prefix(std::min(line.find_first_not_of(" \"'"), line.size()));
    const std::string_view value = line.substr(0, line.find_first_of(" \"'"));
    return value.starts_with('%') ? std::string_view() : value;
  }
  return {};
}

class Bootstrap {
 public:
  Bootstrap(const Subject& subject, std::string_view path, std::string_view script,
            Findings& findings)
      : subject_(subject), path_(path), script_(script), findings_(findings) {}
  void check();

 private:
  bool is_directory(std::string_view path) const;
  std::string working_directory() const;
  std::optional<std::string> root_by_environment() const;
  std::optional<std::string> root_by_name();
  std::string target_of(const std::string& path, std::string_view text) const;
  void check_names(const std::string& root, std::string_view variable);
  void report(std::string reason, std::string help);

  const Subject& subject_;
  std::string path_;
  std::string_view script_;
  Findings& findings_;
  std::string last_;  // the path at which root_by_name() gave up
};

bool Bootstrap::is_directory(std::string_view path) const {
  const Node* node = subject_.view.find(path);
  return node != nullptr && node->kind == NodeKind::kDirectory;
}

std::string Bootstrap::working_directory() const {
  const std::string& directory = subject_.config.working_directory;
  return directory.empty() ? "/" : directory;
}

void Bootstrap::report(std::string reason, std::string help) {
  Finding finding;
  finding.check = "launcher-runfiles";
  finding.path = path_.substr(std::min(path_.find_first_not_of('/'), path_.size()));
  if (const Node* node = subject_.view.find(path_)) finding.origin = node->origin.position();
  finding.reason = std::move(reason);
  finding.help = std::move(help);
  findings_.add(std::move(finding));
}

std::optional<std::string> Bootstrap::root_by_environment() const {
  const auto directory = subject_.config.variable("RUNFILES_DIR");
  if (directory && !directory->empty()) return std::string(*directory);
  const std::string_view manifest =
      subject_.config.variable("RUNFILES_MANIFEST_FILE").value_or(std::string_view());
  for (const std::string_view suffix : {"_manifest", "/MANIFEST"}) {
    const std::string_view root =
        manifest.substr(0, manifest.size() - std::min(suffix.size(), manifest.size()));
    if (manifest.ends_with(suffix) && root.ends_with(kRunfilesEnding)) return std::string(root);
  }
  return std::nullopt;
}

// A shell script takes what readlink says as it is, from the working directory; Python joins it to
// the link's directory.
std::string Bootstrap::target_of(const std::string& path, std::string_view text) const {
  if (text.starts_with('/')) return std::string(text);
  const std::string_view first_line = script_.substr(0, script_.find('\n'));
  const bool is_python = first_line.find("python") != std::string_view::npos;
  return is_python ? fmt::format("{}/{}", parent_path(path), text)
                   : fmt::format("{}/{}", working_directory(), text);
}

std::optional<std::string> Bootstrap::root_by_name() {
  std::string path =
      path_.starts_with('/') ? path_ : fmt::format("{}/{}", working_directory(), path_);
  for (int links = 0; links < kMaxLinksFollowed; ++links) {
    if (is_directory(path + std::string(kRunfilesEnding)))
      return path + std::string(kRunfilesEnding);
    const size_t inside = path.rfind(".runfiles/");
    if (inside != std::string::npos) return path.substr(0, inside + kRunfilesEnding.size());
    last_ = path;
    const Node* node = subject_.view.tree().resolve(path, FinalLink::kKeep).node;
    if (node == nullptr || node->kind != NodeKind::kSymlink) return std::nullopt;
    path = target_of(path, node->link().to_string());
  }
  return std::nullopt;
}

// A runfiles path, an absolute one, or a word that the PATH is asked for.
void Bootstrap::check_names(const std::string& root, std::string_view variable) {
  const std::string_view value = assigned(script_, variable);
  if (value.find('/') == std::string_view::npos) return;
  const std::string path =
      value.starts_with('/') ? std::string(value) : fmt::format("{}/{}", root, value);
  const Resolution end = subject_.view.tree().resolve(path);
  if (end.fault == ResolveFault::kNone) return;
  report(fmt::format("starts '{}', which is not in the image ('/{}' is missing)", path, end.path),
         "pack the program's runfiles as a whole");
}

void Bootstrap::check() {
  std::optional<std::string> root = root_by_environment();
  if (root && !is_directory(*root)) {
    return report(fmt::format("looks for its runfiles in '{}', as the image's environment says, "
                              "but finds no directory there",
                              *root),
                  "correct RUNFILES_DIR or RUNFILES_MANIFEST_FILE");
  }
  if (!root) root = root_by_name();
  if (!root || !is_directory(*root)) {
    return report(fmt::format("does not find its runfiles: there is no '{}.runfiles'",
                              root ? root->substr(0, root->rfind(kRunfilesEnding)) : last_),
                  "start it by the path beside its runfiles, or set --env RUNFILES_DIR=...");
  }
  check_names(*root, "STAGE2_BOOTSTRAP");
  const bool makes_venv = assigned(script_, "RECREATE_VENV_AT_RUNTIME") == "1";
  check_names(*root, makes_venv ? "PYTHON_BINARY_ACTUAL" : "PYTHON_BINARY");
}

}  // namespace

void check_bootstrap(const Subject& subject, std::string_view path, std::string_view script,
                     Findings& findings) {
  if (assigned(script, "STAGE2_BOOTSTRAP").empty()) return;
  Bootstrap(subject, path, script, findings).check();
}

}  // namespace layer
