// Reads the mark or, if there is none, every name in the directory.
#include "layer/store/store_mark.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <span>
#include <system_error>

#include "layer/base/error.h"
#include "layer/disk/file_handle.h"
#include "layer/disk/list_directory.h"
#include "layer/disk/output_file.h"
#include "layer/disk/sync.h"
#include "layer/disk/temporary_path.h"

namespace layer {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMarkText =
    "What veneer made, for later builds: see `veneer store --help`. Whatever is in blobs/ may be "
    "dropped\nat any time. The whole directory may be removed.\n";
constexpr std::string_view kIndexStart = "veneer index ";
constexpr size_t kMarkBeginning = 16;  // holds kStoreMark and kIndexStart

// The first bytes of a regular file; none if there is no such file.
std::optional<std::string> read_mark_beginning(const std::string& path) {
  const FileHandle file = try_open(path, O_RDONLY | O_NONBLOCK);
  if (!file && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
  if (!file) throw system_error(path, "cannot open", errno);
  struct stat status = {};
  if (fstat(file.get(), &status) != 0) throw system_error(path, "cannot stat", errno);
  if (!S_ISREG(status.st_mode)) return std::nullopt;
  std::string text(kMarkBeginning, '\0');
  text.resize(read_fully(file.get(), 0, std::as_writable_bytes(std::span(text)), path));
  return text;
}

// Whether a loss of power may have left this of a mark: its beginning, or zeros.
bool is_cut_mark(std::string_view text) {
  const bool is_beginning = text.size() < kStoreMark.size() && kStoreMark.starts_with(text);
  return is_beginning || text.find_first_not_of('\0') == std::string_view::npos;
}

bool has_store_mark(const std::string& directory) {
  const std::string path = directory + '/' + std::string(kStoreMarkName);
  const std::optional<std::string> text = read_mark_beginning(path);
  if (!text || is_cut_mark(*text)) return false;
  if (text->starts_with(kStoreMark)) return true;
  throw Error({path}, "is not the mark of a store of this version of veneer")
      .with_help("name another directory");
}

// Whether no file lies below, but for temporary ones.
bool has_no_files(const std::string& folder) {
  const Listing listing = list_directory(folder, WalkDetail::kTypes);
  return std::ranges::all_of(listing.items, [&](const Listing::Item& item) {
    const std::string_view name = listing.name(item);
    if (item.type != DiskType::kDirectory) return name.starts_with(kTemporaryStart);
    return has_no_files(fmt::format("{}/{}", folder, name));
  });
}

StoreState judge_by_names(const std::string& directory) {
  static constexpr std::array<std::string_view, 4> kNames{"blobs", "index", "lock", kStoreMarkName};
  bool is_empty = true;
  const Listing listing = list_directory(directory, WalkDetail::kTypes);
  for (const Listing::Item& item : listing.items) {
    const std::string_view name = listing.name(item);
    if (name.starts_with(kTemporaryStart)) continue;
    is_empty = false;
    if (std::ranges::find(kNames, name) == kNames.end()) return StoreState::kOther;
  }
  if (is_empty) return StoreState::kNone;
  const std::optional<std::string> index = read_mark_beginning(directory + "/index");
  if (index) return index->starts_with(kIndexStart) ? StoreState::kUnmarked : StoreState::kOther;
  // What was killed before it wrote its first index.
  const std::string blobs = directory + "/blobs";
  return !fs::exists(blobs) || has_no_files(blobs) ? StoreState::kNone : StoreState::kOther;
}

}  // namespace

StoreState find_store_state(const std::string& directory) {
  if (has_store_mark(directory)) return StoreState::kMarked;
  try {
    const fs::file_status status = fs::status(directory);
    if (!fs::exists(status)) return StoreState::kNone;
    if (!fs::is_directory(status)) return StoreState::kOther;
    const StoreState state = judge_by_names(directory);
    // Another process may have made the store while the names were read. It makes the mark first.
    if (state == StoreState::kOther && has_store_mark(directory)) return StoreState::kMarked;
    return state;
  } catch (const fs::filesystem_error& error) {
    throw system_error(directory, "cannot read the directory", error.code().value());
  }
}

void mark_store(const std::string& directory) {
  if (has_store_mark(directory)) return;
  const std::string path = directory + '/' + std::string(kStoreMarkName);
  OutputFile file(directory);
  file.write(std::as_bytes(std::span(kStoreMark)));
  file.write(std::as_bytes(std::span(kMarkText)));
  sync_files(std::array{file.fd()}, directory);
  file.commit(path);
}

void throw_other_directory(const std::string& directory) {
  std::error_code ignored;
  const bool is_layout = fs::exists(directory + "/oci-layout", ignored);
  const bool is_directory = fs::is_directory(directory, ignored);
  throw Error({directory}, is_layout      ? "is an OCI image layout, not a store"
                           : is_directory ? "is neither a store nor empty"
                                          : "is not a directory")
      .with_help(
          "name a directory that does not exist or is empty; nothing in this one was "
          "changed");
}

}  // namespace layer
