// The source of a .pyc is found by its name alone, as CPython does.
#include "layer/check/pyc.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "layer/file_tree.h"

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

std::string difference(const PycHeader& header, const Node& source) {
  if (header.size != static_cast<uint32_t>(source.size)) {
    return fmt::format("{} bytes long; in the image '/{}' has {}", header.size, source.path,
                       source.size);
  }
  if (header.mtime != static_cast<uint32_t>(source.mtime)) {
    return fmt::format("of time {}; in the image '/{}' has {}", header.mtime, source.path,
                       source.mtime);
  }
  return {};
}

}  // namespace

void check_pyc_files(const Subject& subject, Findings& findings) {
  for (const Node& node : subject.view.nodes()) {
    if (node.kind != NodeKind::kFile || subject.is_base(node) || !node.path.ends_with(kSuffix)) {
      continue;
    }
    const FileProbe* probe = subject.probes.find(node);
    if (probe == nullptr || !probe->pyc || probe->pyc->is_hash_based()) continue;
    const Node* source = subject.view.find(source_of(node.path));
    if (source == nullptr || source->kind != NodeKind::kFile) continue;
    const std::string different = difference(*probe->pyc, *source);
    if (different.empty()) continue;
    Finding finding = finding_at(node, "pyc-stale");
    finding.severity = Severity::kWarning;
    finding.cause = package_of(node.path);
    finding.reason = fmt::format(
        "was compiled from a source {}: Python compiles it again at every start", different);
    finding.help = fmt::format(
        "compile with --invalidation-mode unchecked-hash, or give the sources their time with "
        "--mtime={}",
        probe->pyc->mtime);
    findings.add(std::move(finding));
  }
}

}  // namespace layer
