// Decides by a file's name and place whether Python would import it.
#include "layer/check/machine.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "layer/model/file_tree.h"
#include "layer/model/runfiles_path.h"

namespace layer {
namespace {

// Sorted. Directories whose content is looked at, not run.
constexpr std::array<std::string_view, 8> kDataDirectories{
    "data", "examples", "fixtures", "test", "test_data", "testdata", "testing", "tests"};

bool is_in_data_directory(std::string_view path) {
  for (path = parent_path(path); !path.empty(); path = parent_path(path)) {
    if (std::binary_search(kDataDirectories.begin(), kDataDirectories.end(), base_name(path))) {
      return true;
    }
  }
  return false;
}

// Whether `import` would come upon the file: an extension module by its tag (PEP 3149), any shared
// object in a package.
bool is_imported(const Subject& subject, const Node& file) {
  const std::string_view name = base_name(file.path);
  if (!name.ends_with(".so")) return false;
  const std::string_view suffix = site_packages_suffix(file.path);
  if (is_in_data_directory(suffix.empty() ? file.path : suffix)) return false;
  const bool is_tagged = name.find(".cpython-") != std::string_view::npos ||
                         name.find(".abi3.") != std::string_view::npos;
  const std::string init = fmt::format("{}/__init__.py", parent_path(file.path));
  return is_tagged || subject.view.find(init) != nullptr;
}

Finding finding_in_package(const Node& node, std::string_view check) {
  Finding finding = finding_at(node, check);
  finding.cause = package_of(node.path);
  return finding;
}

// "is for aarch64, but the image is for x86-64"; empty when it fits, or when that is not known.
std::string machine_fault(const Subject& subject, const ElfFacts& elf) {
  const std::optional<ElfMachine> wanted = machine_of(subject.config.architecture);
  if (!wanted || *wanted == elf.machine) return {};
  return fmt::format("is for {}, but the image is for {}", elf.machine.to_string(),
                     wanted->to_string());
}

void check_file(const Subject& subject, const Node& file, const ElfFacts& elf, bool is_run,
                Findings& findings) {
  if (!elf.damage.empty()) {
    Finding finding = finding_in_package(file, "elf-damaged");
    finding.severity = Severity::kWarning;
    finding.reason = fmt::format("is a damaged ELF file: {}", elf.damage);
    findings.add(std::move(finding));
    return;
  }
  std::string fault = machine_fault(subject, elf);
  if (fault.empty() || (!elf.is_program && !elf.is_shared_object)) return;
  Finding finding = finding_in_package(file, "machine");
  finding.reason = std::move(fault);
  finding.help = "choose the packages of the image's platform, or set --platform";
  if (!is_run && !is_imported(subject, file)) finding.severity = Severity::kWarning;
  findings.add(std::move(finding));
}

}  // namespace

void check_machines(const Subject& subject, const std::set<const Node*>& run, Findings& findings) {
  for (const Node& node : subject.view.nodes()) {
    const bool is_run = run.count(&node) != 0;
    if (node.kind != NodeKind::kFile || (subject.is_base(node) && !is_run)) continue;
    const ElfFacts* elf = subject.probes.find_elf(node);
    if (elf != nullptr) check_file(subject, node, *elf, is_run, findings);
  }
}

}  // namespace layer
