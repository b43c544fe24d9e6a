// Follows links itself, because those in /proc/PID/fd lead to what stat(2) calls a regular file.
#include "layer/disk/result_file.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "layer/base/error.h"
#include "layer/disk/file_handle.h"
#include "layer/disk/real_path.h"
#include "layer/disk/stale_temporaries.h"

namespace layer {
namespace {

constexpr std::string_view kFullScratchHelp =
    "output to a pipe or a device is first collected in this folder; set TMPDIR to use another";
constexpr size_t kSendBuffer = size_t{64} << 10;

std::string called(const OutputPlace& place) {
  return place.path == kStandardOutput ? "standard output" : place.path;
}

bool is_on_proc(const std::string& folder) {
  struct statfs status = {};
  return statfs(folder.c_str(), &status) == 0 && status.f_type == PROC_SUPER_MAGIC;
}

// The N of "/proc/PID/fd/N" if PID is this process.
int own_descriptor(const std::string& folder, const std::string& path) {
  std::error_code failure;
  const std::filesystem::path real = std::filesystem::canonical(folder, failure);
  const std::string own = fmt::format("/proc/{}", getpid());
  if (failure || !real.native().starts_with(own + '/') || real.filename() != "fd") return -1;
  const std::string name = path.substr(path.rfind('/') + 1);
  int descriptor = -1;
  const char* const end = name.data() + name.size();
  const auto parsed = std::from_chars(name.data(), end, descriptor);
  return parsed.ec == std::errc() && parsed.ptr == end ? descriptor : -1;
}

// Whether a path leads to an open descriptor, of whatever kind of file.
bool find_descriptor(OutputPlace& place) {
  std::string path = place.path;
  for (int i = 0; i < kMaxLinksFollowed; ++i) {
    std::error_code failure;
    const std::filesystem::path target = std::filesystem::read_symlink(path, failure);
    if (failure) return false;
    const std::string folder = folder_of_path(path);
    if (is_on_proc(folder)) {
      place.descriptor = own_descriptor(folder, path);
      if (place.descriptor >= 0 || !target.is_absolute()) return place.descriptor >= 0;
      return true;
    }
    path = target.is_absolute() ? target.native() : folder + '/' + target.native();
  }
  return false;
}

// Without asking whether a file can be there.
OutputPlace place_at(const std::string& path) {
  OutputPlace place{path, false, -1};
  if (path == kStandardOutput) {
    place.is_stream = true;
    place.descriptor = STDOUT_FILENO;
    return place;
  }
  if (find_descriptor(place)) {
    place.is_stream = true;
    return place;
  }
  struct stat status = {};
  place.is_stream =
      stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
  return place;
}

FileHandle open_stream(const OutputPlace& place) {
  if (place.descriptor >= 0) return duplicate(place.descriptor, called(place));
  return open_or_throw(place.path, O_WRONLY | O_NOCTTY);
}

}  // namespace

std::string folder_of_path(const std::string& path) {
  const size_t last = path.find_last_not_of('/');
  if (last == path.npos) return path.empty() ? "." : "/";
  const size_t slash = path.rfind('/', last);
  if (slash == path.npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

OutputPlace find_output_place(const std::string& path) {
  OutputPlace place = place_at(path);
  std::error_code ignored;
  if (!place.is_stream && (std::filesystem::is_directory(path, ignored) || path.ends_with('/'))) {
    throw Error({path}, "is a directory").with_help("name a file");
  }
  return place;
}

bool leads_to_stream(const std::string& path) {
  return place_at(path).is_stream;
}

ResultFile::ResultFile(const std::string& path, const std::string& scratch)
    : place_(find_output_place(path)),
      folder_(place_.is_stream ? scratch : folder_of_path(path)),
      file_(begin()) {}

OutputFile ResultFile::begin() const {
  if (!place_.is_stream) remove_stale_temporaries(folder_);
  return OutputFile({folder_, place_.is_stream ? kFullScratchHelp : std::string_view()});
}

void ResultFile::copy(int fd) {
  file_ = OutputFile::share(folder_, fd, Sharing::kBlocks);
}

void ResultFile::send() {
  if (!place_.is_stream) return;
  const FileHandle stream = open_stream(place_);
  std::vector<std::byte> buffer(kSendBuffer);
  for (uint64_t offset = 0; offset < file_.size();) {
    const size_t got = read_fully(file_.fd(), offset, buffer, folder_);
    if (got == 0) throw Error({called(place_)}, "cannot read the temporary copy of this output");
    write_fully(stream.get(), std::span(buffer).first(got), called(place_));
    offset += got;
  }
}

void ResultFile::show(Undo& undo) {
  if (!place_.is_stream) file_.commit(place_.path, std::nullopt, &undo);
}

}  // namespace layer
