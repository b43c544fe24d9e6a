// Calls what the options ask for; delivers an archive to a file or to standard output.
#include "cmd/tar.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include "cmd/tar_listing.h"
#include "cmd/tar_options.h"
#include "layer/error.h"
#include "layer/write/output_file.h"
#include "oci/destination.h"

namespace cmd {
namespace {

constexpr const char* kHelp =
    "veneer tar: bsdtar's command line; each real file is stored once\n"
    "  veneer tar -c [-f FILE] [-z | --zstd | ...] [-C DIR] [FILE | DIR | @MTREE | @ARCHIVE]...\n"
    "  veneer tar -t [-v] [-f FILE] [PATTERN]...\n"
    "  veneer tar -x [-f FILE] [-C DIR] [PATTERN]...\n"
    "bsdtar(1) describes the options; docs/bsdtar.md says what differs.\n";

// A file to be written to that takes no name: standard output, a pipe, a device.
class Stream {
 public:
  explicit Stream(const std::string& path)
      : path_(path.empty() ? "standard output" : path),
        fd_(path.empty() ? STDOUT_FILENO : open(path.c_str(), O_WRONLY | O_CLOEXEC)) {
    if (fd_ < 0) throw layer::system_error(path_, "cannot open", errno);
  }
  ~Stream() {
    if (fd_ != STDOUT_FILENO) close(fd_);  // what was written has been checked
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  void copy(const layer::OutputFile& file) {
    std::array<std::byte, size_t{64} << 10> buffer{};
    for (uint64_t offset = 0; offset < file.size();) {
      const ssize_t got =
          pread(file.fd(), buffer.data(), buffer.size(), static_cast<off_t>(offset));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0)
        throw layer::system_error(path_, "cannot read its bytes", got < 0 ? errno : EIO);
      write_all(buffer.data(), static_cast<size_t>(got));
      offset += static_cast<uint64_t>(got);
    }
  }

 private:
  void write_all(const std::byte* bytes, size_t size) {
    while (size > 0) {
      const ssize_t put = write(fd_, bytes, size);
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) throw layer::system_error(path_, "cannot write", errno);
      bytes += put;
      size -= static_cast<size_t>(put);
    }
  }

  std::string path_;
  int fd_;
};

bool is_stream(const std::string& path) {
  struct stat status = {};
  return path.empty() || (stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode));
}

std::string scratch_folder(const std::string& file) {
  if (!is_stream(file)) return oci::folder_of(file);
  const char* folder = std::getenv("TMPDIR");  // NOLINT(concurrency-mt-unsafe): before any thread
  return folder == nullptr || *folder == '\0' ? "/tmp" : folder;
}

void create(TarCommand& command) {
  layer::CreateRequest& request = command.create;
  request.scratch = scratch_folder(command.file);
  request.jobs = std::max(1U, std::thread::hardware_concurrency());
  const layer::ArchiveForm form = layer::choose_form(command.compression);
  const layer::PlannedArchive planned = layer::plan_archive(request);
  layer::OutputFile output(request.scratch);
  layer::write_archive(planned.plan, form, request.jobs, request.scratch, output);
  if (is_stream(command.file)) {
    Stream(command.file).copy(output);
  } else {
    output.commit(command.file);
  }
  if (command.verbose > 0) {
    for (const layer::PlannedEntry& entry : planned.plan.entries) {
      fmt::print(stderr, "a {}\n", entry.path);
    }
  }
  if (command.totals) fmt::print(stderr, "Total bytes written: {}\n", output.size());
}

void list(const TarCommand& command) {
  TarListing listing;
  std::FILE* const out = command.extract.to_stdout ? stderr : stdout;
  layer::list_archive(command.read, [&](const layer::ListedMember& member) {
    fmt::print(out, "{}\n", command.verbose > 0 ? listing.line(member) : listing.name(member));
  });
}

void extract(const TarCommand& command) {
  TarListing listing;
  layer::extract_archive(command.read, command.extract, [&](const layer::ListedMember& member) {
    if (command.verbose == 0) return;
    fmt::print(stderr, "x {}\n", command.verbose > 1 ? listing.line(member) : listing.name(member));
  });
}

}  // namespace

void add_tar_command(CLI::App& app) {
  app.add_subcommand("tar", "bsdtar's command line, each real file stored once (docs/bsdtar.md)");
}

bool is_tar_name(std::string_view program) {
  const std::string_view name = program.substr(program.rfind('/') + 1);
  return name == "tar" || name == "bsdtar" || name == "veneer-tar";
}

void run_tar(const std::vector<std::string>& words) {
  TarCommand command = parse_tar(words, geteuid() == 0);
  switch (command.mode) {
    case TarMode::kCreate:
      return create(command);
    case TarMode::kList:
      return list(command);
    case TarMode::kExtract:
      return extract(command);
    case TarMode::kHelp:
      fmt::print("{}", kHelp);
      return;
    case TarMode::kVersion:
      fmt::print("veneer {} as bsdtar\n", VENEER_VERSION);
      return;
    case TarMode::kNone:
      return;
  }
}

}  // namespace cmd
