// Decides by name and, where names do not tell, by the first bytes of the file.
#include "layer/read/unmeant_files.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <span>
#include <string>

#include "layer/disk/file_handle.h"
#include "layer/model/file_tree.h"

namespace layer {
namespace {

constexpr size_t kKeyWithin = size_t{64} << 10;  // a key may come behind its certificates

constexpr std::array<std::string_view, 4> kNoSources{".git", ".hg", ".svn", "__pycache__"};
constexpr std::array<std::string_view, 5> kKeyNames{"id_rsa", "id_dsa", "id_ecdsa", "id_ed25519",
                                                    "id_ecdsa_sk"};
// Endings of what is kept beside ".env" for others to copy.
constexpr std::array<std::string_view, 4> kSampleEndings{".example", ".sample", ".template",
                                                         ".dist"};

bool is_environment_file(std::string_view name) {
  const bool is_sample = std::ranges::any_of(
      kSampleEndings, [name](std::string_view ending) { return name.ends_with(ending); });
  return name == ".env" || (name.starts_with(".env.") && !is_sample);
}

// What cannot be read is reported by who has to read it.
bool holds_private_key(const std::string& on_disk) {
  const FileHandle file = try_open(on_disk, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
  struct stat status = {};
  if (!file || fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return false;
  std::string text(std::min<size_t>(static_cast<size_t>(status.st_size), kKeyWithin), '\0');
  text.resize(read_fully(file.get(), 0, std::as_writable_bytes(std::span(text)), on_disk));
  return text.find("PRIVATE KEY-----") != std::string::npos;
}

}  // namespace

std::string_view why_unmeant(std::string_view path, DiskType type, const std::string& on_disk) {
  const std::string_view name = base_name(path);
  if (name == ".git" && type != DiskType::kSymlink) return "it is a repository with its history";
  if (type != DiskType::kFile) return {};
  if (is_environment_file(name)) return "it usually holds secrets";
  const bool is_key = std::ranges::find(kKeyNames, name) != kKeyNames.end();
  if (is_key || name.ends_with(".key")) return "it looks like a private key";
  if (name.ends_with(".pem") && holds_private_key(on_disk)) return "it holds a private key";
  return {};
}

bool is_never_of_app(std::string_view path, DiskType type, const std::string& on_disk) {
  if (type == DiskType::kSymlink) return false;
  if (std::ranges::find(kNoSources, base_name(path)) != kNoSources.end()) return true;
  struct stat status = {};
  return type == DiskType::kDirectory && stat((on_disk + "/pyvenv.cfg").c_str(), &status) == 0;
}

}  // namespace layer
