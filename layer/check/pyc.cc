// Finds the source of a .pyc by its name alone, as CPython does.
#include "layer/check/pyc.h"

#include <fmt/core.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "layer/model/file_tree.h"

namespace layer {
namespace {

constexpr std::string_view kSuffix = ".pyc";
constexpr std::string_view kCache = "__pycache__";

// "d/__pycache__/m.cpython-313.opt-1.pyc" -> "d/m.py" (PEP 3147); "d/m.pyc" -> "d/m.py".
std::string source_of(std::string_view path) {
  std::string_view directory = parent_path(path);
  std::string_view name = base_name(path);
  name.remove_suffix(kSuffix.size());
  if (base_name(directory) == kCache) {
    directory = parent_path(directory);
    name = name.substr(0, name.find('.'));
  }
  return fmt::format("{}/{}.py", directory, name);
}

// One whose source is in the image beside it.
struct PycFile {
  const Node* file;
  const Node* source;
  const PycHeader* header;

  bool is_of_size() const { return header->size == static_cast<uint32_t>(source->size); }
  bool is_of_time() const { return header->mtime == static_cast<uint32_t>(source->mtime); }
};

std::vector<PycFile> find_pyc_files(const Subject& subject) {
  std::vector<PycFile> found;
  for (const Node& node : subject.view.nodes()) {
    if (node.kind != NodeKind::kFile || subject.is_base(node) || !node.path.ends_with(kSuffix)) {
      continue;
    }
    const FileProbe* probe = subject.probes.find(node);
    if (probe == nullptr || !probe->pyc || probe->pyc->is_hash_based()) continue;
    const Node* source = subject.view.find(source_of(node.path));
    if (source == nullptr || source->kind != NodeKind::kFile) continue;
    found.push_back({&node, source, &*probe->pyc});
  }
  return found;
}

// The time that would make all of them up to date; no value if no single one does.
std::optional<uint32_t> time_for_all(const std::vector<PycFile>& files) {
  std::optional<uint32_t> time;
  for (const PycFile& pyc : files) {
    if (!pyc.is_of_size()) continue;  // no time helps it
    if (time && *time != pyc.header->mtime) return std::nullopt;
    time = pyc.header->mtime;
  }
  return time;
}

// The source is not the one that it was compiled from.
void report_size(const PycFile& pyc, Finding& finding) {
  finding.cause += " size";
  finding.reason = fmt::format(
      "was compiled from a source of {} bytes, but '/{}' has {} bytes: Python compiles it again at "
      "every start",
      pyc.header->size, pyc.source->path, pyc.source->size);
  finding.named = {'/' + std::string(pyc.source->path)};
  finding.help = "compile it from the source that goes into the image, or leave it out";
}

void report_time(const PycFile& pyc, std::optional<uint32_t> time, Finding& finding) {
  finding.cause += " time";
  finding.reason = fmt::format(
      "was compiled from a source with time {}, but '/{}' has time {}: Python compiles it again at "
      "every start",
      pyc.header->mtime, pyc.source->path, pyc.source->mtime);
  finding.named = {'/' + std::string(pyc.source->path)};
  finding.help = "compile with --invalidation-mode unchecked-hash";
  if (time) {
    finding.help += fmt::format(
        ", or give the sources the time that all .pyc files record, with --mtime={}", *time);
  } else {
    finding.help += "; no --mtime fits all .pyc files, as they record different times";
  }
}

}  // namespace

void check_pyc_files(const Subject& subject, Findings& findings) {
  const std::vector<PycFile> files = find_pyc_files(subject);
  const std::optional<uint32_t> time = time_for_all(files);
  for (const PycFile& pyc : files) {
    if (pyc.is_of_size() && pyc.is_of_time()) continue;
    Finding finding = finding_at(*pyc.file, "pyc-stale");
    finding.severity = Severity::kWarning;
    finding.cause = package_of(pyc.file->path);
    if (pyc.is_of_size()) {
      report_time(pyc, time, finding);
    } else {
      report_size(pyc, finding);
    }
    findings.add(std::move(finding));
  }
}

}  // namespace layer
