// The name decides whether a file is read, its first bytes decide how.
#include "layer/probe/probe.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include "layer/base/error.h"
#include "layer/base/limits.h"
#include "layer/disk/file_handle.h"
#include "layer/model/file_tree.h"
#include "layer/model/runfiles_path.h"

namespace layer {
namespace {

constexpr size_t kMaxSettings = size_t{64} << 10;  // no file of settings is longer
constexpr size_t kPycHeaderSize = 16;
constexpr uint64_t kMaxProbes = uint64_t{128} << 20;

// Sorted. Sources, texts, data: a wheel consists of them.
constexpr std::array<std::string_view, 64> kDullSuffixes{
    "a",     "al",  "arff", "bz2",   "c",     "cc",     "cfg",  "cpp",  "css",  "csv", "cu",
    "cuh",   "dat", "eot",  "f",     "f90",   "gif",    "gz",   "h",    "hh",   "hpp", "htm",
    "html",  "ico", "inc",  "ini",   "ipynb", "jpg",    "js",   "json", "map",  "mat", "md",
    "mo",    "npy", "npz",  "pem",   "pgm",   "pickle", "pkl",  "png",  "po",   "pot", "pxd",
    "pxi",   "py",  "pyf",  "pyi",   "pyx",   "rst",    "sav",  "svg",  "toml", "ttf", "txt",
    "typed", "wav", "woff", "woff2", "xml",   "xsl",    "yaml", "yml",  "zip"};
constexpr std::array<std::string_view, 6> kDullNames{"INSTALLER", "LICENSE",   "METADATA",
                                                     "RECORD",    "REQUESTED", "WHEEL"};

bool is_settings(std::string_view path) {
  return base_name(path) == "pyvenv.cfg" || path.starts_with("etc/ld.so.conf") ||
         path == "etc/passwd" || path == "etc/group";
}

bool begins_with(std::span<const std::byte> head, std::string_view text) {
  return head.size() >= text.size() && std::memcmp(head.data(), text.data(), text.size()) == 0;
}

std::string as_text(std::span<const std::byte> bytes) {
  std::string text(bytes.size(), '\0');
  if (!bytes.empty()) std::memcpy(text.data(), bytes.data(), bytes.size());
  return text;
}

uint32_t little_endian(std::span<const std::byte> bytes, size_t at) {
  uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i) value |= std::to_integer<uint32_t>(bytes[at + i]) << (8 * i);
  return value;
}

// PEP 552: magic number, flags, then source mtime and size.
PycHeader read_pyc_header(std::span<const std::byte> head) {
  return {little_endian(head, 4), little_endian(head, 8), little_endian(head, 12)};
}

std::vector<std::byte> read_beginning(int fd, size_t limit, std::string_view source) {
  std::vector<std::byte> bytes(limit);
  bytes.resize(read_fully(fd, 0, bytes, source));
  return bytes;
}

// Of what a hostile file can make large.
uint64_t size_of(const FileProbe& probe) {
  uint64_t size = probe.text.size();
  if (probe.elf == nullptr) return size;
  const ElfFacts& elf = *probe.elf;
  size += elf.interpreter.size() + elf.soname.size();
  for (const auto* path : {&elf.rpath, &elf.runpath}) size += *path ? (*path)->size() : 0;
  size += elf.needed.size() * sizeof(std::string);
  for (const std::string& needed : elf.needed) size += needed.size();
  return size;
}

}  // namespace

bool may_matter(std::string_view path) {
  if (is_settings(path)) return true;
  const std::string_view name = base_name(path);
  const size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) {
    return !std::binary_search(kDullNames.begin(), kDullNames.end(), name);
  }
  return !std::binary_search(kDullSuffixes.begin(), kDullSuffixes.end(), name.substr(dot + 1));
}

bool needs_whole_file(std::string_view path, std::span<const std::byte> head) {
  return is_elf(head) || (is_settings(path) && head.size() >= kProbedHead);
}

FileProbe probe_head(std::string_view path, std::span<const std::byte> head) {
  FileProbe probe;
  if (is_elf(head)) {
    probe.elf = std::make_shared<const ElfFacts>(read_elf_header(head));
  } else if (path.ends_with(".pyc")) {
    if (head.size() >= kPycHeaderSize) probe.pyc = read_pyc_header(head);
  } else if (begins_with(head, "#!") || is_settings(path) || is_interpreter_name(base_name(path))) {
    probe.text = as_text(head);
  }
  return probe;
}

FileProbe probe_file(std::string_view path, int fd, std::string_view source) {
  const std::vector<std::byte> head =
      read_beginning(fd, is_settings(path) ? kMaxSettings : kProbedHead, source);
  FileProbe probe = probe_head(path, head);
  if (probe.elf == nullptr) return probe;
  struct stat status {};
  if (::fstat(fd, &status) != 0) throw system_error(source, "cannot stat", errno);
  const auto size = static_cast<uint64_t>(status.st_size);
  probe.elf = std::make_shared<const ElfFacts>(read_elf(fd, size, source));
  return probe;
}

void Probes::put(const Node& file, FileProbe probe) {
  size_ += size_of(probe);
  if (size_ > kMaxProbes) {
    throw Error(
        {std::string(file.path)},
        fmt::format("is one of more files than can be checked: the beginnings of scripts and "
                    "the names of libraries take more than {}",
                    limit_text(kMaxProbes)))
        .with_help("build with --check=off");
  }
  probes_[file.inode] = std::move(probe);
}

const FileProbe* Probes::find(const Node& file) const {
  const auto found = probes_.find(file.inode);
  return file.kind == NodeKind::kFile && found != probes_.end() ? &found->second : nullptr;
}

const ElfFacts* Probes::find_elf(const Node& file) const {
  const FileProbe* probe = find(file);
  return probe == nullptr ? nullptr : probe->elf.get();
}

std::string_view Probes::text(const Node* file) const {
  const FileProbe* probe = file == nullptr ? nullptr : find(*file);
  return probe == nullptr ? std::string_view() : std::string_view(probe->text);
}

}  // namespace layer
