// Follows execve(2) from the command to the ELF file that runs.
#include "layer/check/launcher.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "layer/base/json.h"
#include "layer/base/nearest_names.h"
#include "layer/check/interpreter.h"

namespace layer {
namespace {

constexpr int kMaxScripts = 5;  // execve(2): interpreters of interpreters
constexpr std::string_view kDefaultPath = "/bin:/usr/bin";  // confstr(3), _CS_PATH

std::string_view trim(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::string_view next_word(std::string_view& text) {
  text = trim(text);
  const std::string_view word = text.substr(0, text.find_first_of(" \t"));
  text = trim(text.substr(word.size()));
  return word;
}

// What env(1) would run, by its arguments in an interpreter line.
std::string_view program_of_env(std::string_view arguments) {
  for (std::string_view word = next_word(arguments); !word.empty(); word = next_word(arguments)) {
    if (word == "-S" || word == "-i" || word == "-" || word == "--split-string" || word == "-vS") {
      continue;
    }
    if (word.starts_with("-S")) return word.substr(2);
    if (!word.starts_with('-') && word.find('=') == std::string_view::npos) return word;
  }
  return {};
}

// The steps from one command to what runs.
class Start {
 public:
  Start(const Subject& subject, std::string command, std::set<const Node*>& run, Findings& findings)
      : subject_(subject), command_(std::move(command)), run_(run), findings_(findings) {}

  // The path that is executed; empty after a finding.
  std::string locate();
  void follow(const std::string& path);

 private:
  std::optional<std::string> search(std::string_view name) const;
  const Node* executable(std::string_view path, std::string_view what, int depth);
  bool has_base() const { return subject_.base_layers.value_or(1) > 0; }
  std::string remedy_for_command(std::string_view path) const;
  std::string remedy_for_interpreter(std::string_view path) const;
  void follow_script(std::string_view first_line, int depth);
  void follow(const std::string& path, std::string_view what, int depth);
  void report(std::string reason, std::string help);

  const Subject& subject_;
  std::string command_;
  std::set<const Node*>& run_;
  Findings& findings_;
};

void Start::report(std::string reason, std::string help) {
  Finding finding;
  finding.check = "launcher";
  finding.path = command_.substr(std::min(command_.find_first_not_of('/'), command_.size()));
  finding.reason = std::move(reason);
  finding.help = std::move(help);
  const Node* node = subject_.view.find(command_);
  if (node != nullptr) finding.origin = node->origin.position();
  findings_.add(std::move(finding));
}

// On the PATH of the config, where the first executable of that name counts.
std::optional<std::string> Start::search(std::string_view name) const {
  std::string_view rest = subject_.config.variable("PATH").value_or(kDefaultPath);
  while (!rest.empty()) {
    const size_t end = std::min(rest.find(':'), rest.size());
    std::string path = fmt::format("{}/{}", rest.substr(0, end), name);
    const Node* node = subject_.view.find(path);
    if (node != nullptr && node->kind == NodeKind::kFile && (node->mode & 0111U) != 0) return path;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return std::nullopt;
}

std::string Start::locate() {
  if (command_.find('/') != std::string::npos) {
    if (command_.starts_with('/')) return command_;
    return fmt::format("/{}/{}", subject_.config.working_directory, command_);
  }
  std::optional<std::string> found = search(command_);
  if (found) return *found;
  report(fmt::format("is the command of the image, but is not on its PATH, '{}'",
                     subject_.config.variable("PATH").value_or(kDefaultPath)),
         remedy_for_command(command_));
  return {};
}

// Words of a shell, or a path that is a little different; else the base lacks what it was to bring.
std::string Start::remedy_for_command(std::string_view path) const {
  std::string_view rest = path;
  std::vector<std::string> words;
  for (std::string_view word = next_word(rest); !word.empty(); word = next_word(rest)) {
    words.emplace_back(word);
  }
  if (words.size() > 1 && subject_.view.find(words.front()) != nullptr) {
    return fmt::format(
        "a command is not split at spaces; give each argument separately: --entrypoint='{}'",
        Json(words).dump(-1, ' ', false, Json::error_handler_t::replace));
  }
  std::vector<std::string_view> programs;
  for (const Node& node : subject_.view.nodes()) {
    const Node* end = subject_.view.follow(node);
    const bool is_program =
        end != nullptr && end->kind == NodeKind::kFile && (end->mode & 0111U) != 0;
    if (is_program) programs.push_back(node.path);
  }
  const std::vector<std::string_view> nearest = nearest_paths(path, programs, 1);
  if (!nearest.empty()) return fmt::format("did you mean --entrypoint='/{}'?", nearest.front());
  return has_base()
             ? "name a program of the image with --entrypoint, or choose a --base that has it"
             : "name a program of the image with --entrypoint, or give a --base that has it";
}

std::string Start::remedy_for_interpreter(std::string_view path) const {
  return has_base() ? fmt::format("choose a --base that has '{}'", path)
                    : fmt::format("the image has no base: give a --base that has '{}'", path);
}

// Null after a finding.
const Node* Start::executable(std::string_view path, std::string_view what, int depth) {
  const Node* node = subject_.view.find(path);
  if (node == nullptr) {
    const Resolution end = subject_.view.tree().resolve(path);
    const bool is_link = subject_.view.tree().resolve(path, FinalLink::kKeep).node != nullptr;
    report(is_link ? fmt::format("{} '{}', a link that leads to '/{}', which is not in the image",
                                 what, path, end.path)
                   : fmt::format("{} '{}', which is not in the image", what, path),
           is_link      ? "pack what the link leads to, or correct the link"
           : depth == 0 ? remedy_for_command(path)
                        : remedy_for_interpreter(path));
  } else if (node->kind != NodeKind::kFile || (node->mode & 0111U) == 0) {
    report(fmt::format("{} '{}', which is not an executable file", what, path),
           node->kind == NodeKind::kFile
               ? "make it executable in the input: chmod +x, or mode=0755 in an mtree"
               : "name a file with --entrypoint");
    return nullptr;
  }
  return node;
}

// "#!INTERPRETER [ARGUMENT]". execve(2), "Interpreter scripts".
void Start::follow_script(std::string_view first_line, int depth) {
  first_line.remove_prefix(2);
  const std::string interpreter(next_word(first_line));
  if (interpreter.empty()) return report("has no interpreter in its first line, '#!'", {});
  follow(interpreter, "is run by", depth + 1);
  if (!interpreter.ends_with("/env") || subject_.view.find(interpreter) == nullptr) return;
  const std::string program(program_of_env(first_line));
  if (program.empty()) return;
  if (program.find('/') != std::string::npos) return follow(program, "is run by", depth + 1);
  if (const std::optional<std::string> found = search(program)) {
    return follow(*found, "is run by", depth + 1);
  }
  report(fmt::format("is run by '{} {}', but no '{}' is on the PATH, '{}'", interpreter, program,
                     program, subject_.config.variable("PATH").value_or(kDefaultPath)),
         remedy_for_interpreter(program));
}

void Start::follow(const std::string& path, std::string_view what, int depth) {
  const Node* node = executable(path, what, depth);
  if (node == nullptr) return;
  if (const ElfFacts* elf = subject_.probes.find_elf(*node)) {
    run_.insert(node);
    if (const std::optional<std::string> missing = missing_dynamic_linker(subject_, *elf)) {
      report(fmt::format("{} '{}', whose dynamic linker '{}' is not in the image", what, path,
                         *missing),
             remedy_for_interpreter(*missing));
    }
    return;
  }
  const std::string_view text = subject_.probes.text(node);
  if (!text.starts_with("#!")) {
    report(fmt::format("{} '{}', which is neither an ELF program nor a script", what, path),
           "a script begins with a line such as '#!/bin/sh'");
  } else if (depth < kMaxScripts) {
    follow_script(text.substr(0, text.find('\n')), depth);
  }
}

void Start::follow(const std::string& path) {
  follow(path, "the image's command is", 0);
}

}  // namespace

void check_launcher(const Subject& subject, std::set<const Node*>& run, Findings& findings) {
  const std::vector<std::string>& command = subject.config.command;
  if (command.empty()) return;
  Start start(subject, command.front(), run, findings);
  const std::string path = start.locate();
  if (path.empty()) return;
  start.follow(path);
  // An interpreter that is given the script: the bootstrap goes by the script's path.
  for (const std::string& script : {path, command.size() > 1 ? command[1] : std::string()}) {
    const Node* node = script.empty() ? nullptr : subject.view.find(script);
    if (node != nullptr) check_bootstrap(subject, script, subject.probes.text(node), findings);
  }
}

}  // namespace layer
