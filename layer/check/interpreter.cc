// Follows what an interpreter does at start: find itself, its venv and its standard library.
#include "layer/check/interpreter.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "layer/model/file_tree.h"
#include "layer/model/runfiles_path.h"

namespace layer {
namespace {

// What rules_python writes in place of a link where it may not declare one.
constexpr std::string_view kActual = "actual:";

// "3.13" or "3.13t" of "python3.13t"; empty when the name does not say.
std::string_view version_in_name(std::string_view name) {
  if (!is_interpreter_name(name) || name.find('.') == std::string_view::npos) return {};
  return name.substr(std::string_view("python").size());
}

// The version of an interpreter: by its name, by the name of its library.
std::string version_of(const Node& program, const ElfFacts& elf) {
  const std::string_view by_name = version_in_name(base_name(program.path));
  if (!by_name.empty()) return std::string(by_name);
  for (const std::string& needed : elf.needed) {
    if (!needed.starts_with("libpython")) continue;
    const std::string_view version = std::string_view(needed).substr(9);
    return std::string(version.substr(0, version.find(".so")));
  }
  return {};
}

// The value of `home` in pyvenv.cfg. CPython's Modules/getpath.py: keys are not case sensitive.
std::string home_of(std::string_view config) {
  constexpr std::string_view kSpace = " \t\r";
  while (!config.empty()) {
    const size_t end = std::min(config.find('\n'), config.size());
    const std::string_view line = config.substr(0, end);
    config.remove_prefix(std::min(end + 1, config.size()));
    const size_t equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    std::string key;
    for (const char c : line.substr(0, equals)) {
      if (kSpace.find(c) == std::string_view::npos)
        key += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    if (key != "home") continue;
    std::string_view value = line.substr(equals + 1);
    value.remove_prefix(std::min(value.find_first_not_of(kSpace), value.size()));
    return std::string(value.substr(0, value.find_last_not_of(kSpace) + 1));
  }
  return {};
}

// The checks of one venv.
class VenvCheck {
 public:
  VenvCheck(const Subject& subject, const ImageVenv& venv, Findings& findings)
      : subject_(subject), venv_(venv), findings_(findings) {}
  void run();

  // bin/python3, or the first other name of an interpreter there; null when there is none.
  const Node* program() const;

 private:
  void report(std::string_view check, const Node& at, std::string reason, std::string help);
  void check_actual(const Node& program);
  void check_program(const Node& program, const Node& real, const ElfFacts& elf);
  void check_own_file(const Node& program);
  void check_version(const Node& program, const std::string& version);
  void check_library(const Node& program, const Node& real, const std::string& version);
  bool has_library(std::string_view directory, const std::string& version) const;

  const Subject& subject_;
  const ImageVenv& venv_;
  Findings& findings_;
};

const Node* VenvCheck::program() const {
  const ImageTree& tree = subject_.view.tree();
  for (const std::string_view name : {"python3", "python"}) {
    const Node* node =
        tree.resolve(fmt::format("{}/bin/{}", venv_.path, name), FinalLink::kKeep).node;
    if (node != nullptr) return node;
  }
  return nullptr;
}

void VenvCheck::report(std::string_view check, const Node& at, std::string reason,
                       std::string help) {
  Finding finding = finding_at(at, check);
  finding.severity = subject_.is_base(at) ? Severity::kNote : Severity::kError;
  finding.reason = std::move(reason);
  finding.help = std::move(help);
  findings_.add(std::move(finding));
}

void VenvCheck::run() {
  const Node* program = this->program();
  // Without one the launcher makes a venv when it starts, and is asked about that in its own check.
  if (program == nullptr) return;
  const Node* real = subject_.view.follow(*program);
  if (real == nullptr) return;  // told as a link that dangles
  if (subject_.probes.text(program).starts_with(kActual)) return check_actual(*program);
  const ElfFacts* elf = real->kind == NodeKind::kFile ? subject_.probes.find_elf(*real) : nullptr;
  if (elf == nullptr || !elf->damage.empty()) {
    const std::string why =
        elf == nullptr ? "not an ELF program" : fmt::format("a damaged ELF file: {}", elf->damage);
    return report("interpreter", *program,
                  real == program ? fmt::format("should be a link to Python, but is {}", why)
                                  : fmt::format("leads to '/{}', which is {}", real->path, why),
                  "link it to a Python interpreter");
  }
  if (venv_.config == nullptr) {
    report(
        "interpreter", *program,
        fmt::format("has no '/{}/pyvenv.cfg' beside it: Python does not see this venv's packages",
                    venv_.path),
        "pack pyvenv.cfg; it may be empty");
  }
  check_program(*program, *real, *elf);
}

void VenvCheck::check_actual(const Node& program) {
  std::string_view path = subject_.probes.text(&program).substr(kActual.size());
  path = path.substr(0, path.find_first_of("\r\n"));
  const std::string_view root = split_runfiles_path(program.path).root;
  const std::string place =
      path.starts_with('/') ? std::string(path) : fmt::format("/{}/{}", root, path);
  if (subject_.view.find(place) != nullptr) return;
  report("interpreter", program,
         fmt::format("names the interpreter '{}', but '{}' is not in the image", path, place),
         "pack the interpreter, or choose a --base that has it");
}

void VenvCheck::check_program(const Node& program, const Node& real, const ElfFacts& elf) {
  if (const std::optional<std::string> missing = missing_dynamic_linker(subject_, elf)) {
    report("interpreter", program,
           fmt::format("leads to '/{}', whose dynamic linker '{}' is not in the image", real.path,
                       *missing),
           "choose a --base that has it");
  }
  if (program.kind == NodeKind::kFile) return check_own_file(program);
  if (!is_interpreter_name(base_name(real.path))) return;  // such as PyPy: its rules are its own
  const std::string version = version_of(real, elf);
  if (version.empty()) return;
  check_version(program, version);
  check_library(program, real, version);
}

// It looks for its libraries and its standard library from where it lies, which is the wrong place
// for a copy and, since a process cannot tell one name of an inode from another, for a hardlink.
void VenvCheck::check_own_file(const Node& program) {
  const std::string home = home_of(subject_.probes.text(venv_.config));
  const Node* other = nullptr;
  for (const Node& node : subject_.view.nodes()) {
    if (node.inode == program.inode && node.kind == NodeKind::kFile && &node != &program) {
      other = &node;
    }
  }
  if (!home.empty() && other == nullptr) return;
  report("interpreter", program,
         other != nullptr ? fmt::format("is a hardlink to '/{}', not a symlink: Python looks for "
                                        "its libraries relative to this path",
                                        other->path)
                          : "is an interpreter, not a symlink to one: Python looks for its "
                            "libraries relative to this path",
         "make it a symlink to the interpreter");
}

void VenvCheck::check_version(const Node& program, const std::string& version) {
  const std::string wanted = fmt::format("lib/python{}", version);
  const auto& libraries = venv_.libraries;
  if (libraries.empty() || std::find(libraries.begin(), libraries.end(), wanted) != libraries.end())
    return;
  report("interpreter-version", program,
         fmt::format(
             "leads to Python {}, which looks for packages in '/{}/{}'; this venv has '/{}/{}'",
             version, venv_.path, wanted, venv_.path, libraries.front()),
         "use one version for the venv and its interpreter");
}

bool VenvCheck::has_library(std::string_view directory, const std::string& version) const {
  std::string digits = version.substr(0, version.find('t'));
  digits.erase(std::remove(digits.begin(), digits.end(), '.'), digits.end());
  for (;; directory = parent_path(directory)) {
    const std::string lib = fmt::format("{}/lib/python", directory);
    for (const std::string& landmark :
         {lib + version + "/os.py", lib + version + "/os.pyc", lib + digits + ".zip"}) {
      if (subject_.view.find(landmark) != nullptr) return true;
    }
    if (directory.empty()) return false;
  }
}

// getpath.py: from the directory of the real executable, or from `home`, upwards.
void VenvCheck::check_library(const Node& program, const Node& real, const std::string& version) {
  const std::string home = home_of(subject_.probes.text(venv_.config));
  std::string from(parent_path(real.path));
  if (!home.empty()) {
    const Resolution end = subject_.view.tree().resolve(home);
    if (end.fault != ResolveFault::kNone) {
      return report(
          "interpreter", *venv_.config,
          fmt::format("names '{}' as the home of Python, which is not in the image", home),
          fmt::format("leave 'home' out: Python follows the link '/{}'", program.path));
    }
    from = end.path;
  }
  if (has_library(from, version)) return;
  report("interpreter-library", program,
         fmt::format("leads to Python {}, whose standard library is not found: no "
                     "'lib/python{}/os.py' in '/{}' or above",
                     version, version, parent_path(from)),
         "pack the whole interpreter");
}

}  // namespace

std::vector<OpenedFile> interpreters_of(const Subject& subject,
                                        const std::vector<ImageVenv>& venvs) {
  std::vector<OpenedFile> programs;
  std::set<const Node*> seen;
  Findings none;
  for (const ImageVenv& venv : venvs) {
    const Node* program = VenvCheck(subject, venv, none).program();
    const Node* real = program == nullptr ? nullptr : subject.view.follow(*program);
    const ElfFacts* elf = real == nullptr ? nullptr : subject.probes.find_elf(*real);
    if (elf == nullptr || !seen.insert(real).second) continue;
    programs.push_back({std::string(real->path), real, elf});
  }
  return programs;
}

std::optional<std::string> missing_dynamic_linker(const Subject& subject, const ElfFacts& elf) {
  if (elf.interpreter.empty() || subject.view.find(elf.interpreter) != nullptr) return std::nullopt;
  return elf.interpreter;
}

void check_interpreters(const Subject& subject, const std::vector<ImageVenv>& venvs,
                        Findings& findings) {
  for (const ImageVenv& venv : venvs) VenvCheck(subject, venv, findings).run();
}

}  // namespace layer
