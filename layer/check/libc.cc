// Each library has a name of its own, and so do the files that are linked with it.
#include "layer/check/libc.h"

#include <algorithm>
#include <utility>

#include "layer/model/file_tree.h"

namespace layer {
namespace {

constexpr std::string_view kGlibc = "libc.so.6";
constexpr std::string_view kGlibcTag = "-linux-gnu.so";
constexpr std::string_view kMusl = "libc.musl-";      // "libc.musl-x86_64.so.1"
constexpr std::string_view kMuslLinker = "ld-musl-";  // "ld-musl-x86_64.so.1"

bool needs(const ElfFacts& elf, std::string_view library) {
  return std::ranges::any_of(elf.needed,
                             [&](const std::string& name) { return name.starts_with(library); });
}

// musl's linker takes itself for glibc's library, which may do. But a Python that is built for musl
// does not see extension modules with glibc's tag.
Severity severity_of(const OpenedFile& file, bool has_musl) {
  const bool is_seen = file.path.find(kGlibcTag) == std::string::npos;
  return has_musl && is_seen ? Severity::kWarning : Severity::kError;
}

}  // namespace

void check_libc(const Subject& subject, const std::vector<OpenedFile>& opened, Findings& findings) {
  bool has_glibc = false;
  bool has_musl = false;
  for (const Node& node : subject.view.nodes()) {
    const std::string_view name = base_name(node.path);
    has_glibc = has_glibc || name == kGlibc;
    has_musl = has_musl || name.starts_with(kMuslLinker);
  }
  if (has_glibc == has_musl) return;
  for (const OpenedFile& file : opened) {
    if (!needs(*file.elf, has_musl ? kGlibc : kMusl)) continue;
    Finding finding = finding_at(*file.file, "libc");
    finding.path = file.path;
    finding.cause = "libc";
    finding.severity = severity_of(file, has_musl);
    finding.reason =
        has_musl ? "needs glibc, but the image has musl" : "needs musl, but the image has glibc";
    finding.help = has_musl ? "choose a --base with glibc, such as Debian's, or install wheels for "
                              "musl (musllinux)"
                            : "choose a --base with musl, such as Alpine's, or install wheels for "
                              "glibc (manylinux)";
    findings.add(std::move(finding));
  }
}

}  // namespace layer
