// Reads /proc and the memory of the process. The kernel says what the call's arguments are
// (PTRACE_GET_SYSCALL_INFO), so nothing here depends on the processor.
#include "cmd/trace/tracee.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <linux/openat2.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <fstream>
#include <string_view>

#include "layer/base/error.h"

namespace cmd {
namespace {

constexpr size_t kPage = 4096;

// Copies memory of the process, up to the end of a page that is not there.
size_t read_memory(pid_t process, uint64_t address, void* bytes, size_t size) {
  iovec local{bytes, size};
  // An address of the other process.
  iovec remote{reinterpret_cast<void*>(static_cast<uintptr_t>(address)), size};  // NOLINT
  const ssize_t got = ::process_vm_readv(process, &local, 1, &remote, 1, 0);
  return got < 0 ? 0 : static_cast<size_t>(got);
}

std::string read_string(pid_t process, uint64_t address) {
  std::string text;
  std::array<char, kPage> buffer{};
  while (text.size() < PATH_MAX) {
    const uint64_t from = address + text.size();
    const size_t got = read_memory(process, from, buffer.data(), kPage - from % kPage);
    const std::string_view piece(buffer.data(), got);
    const size_t end = piece.find('\0');
    text += piece.substr(0, end);
    if (end != std::string_view::npos) return text;
    if (got == 0) break;
  }
  return {};
}

std::string read_link(const std::string& path) {
  std::string text(PATH_MAX, '\0');
  const ssize_t size = ::readlink(path.c_str(), text.data(), text.size());
  text.resize(size < 0 ? 0 : static_cast<size_t>(size));
  return text;
}

// The absolute path by which the process names a file, without what says nothing. Empty if it has a
// "..", which may lead anywhere.
std::string as_named(pid_t process, int folder, const std::string& path) {
  if (path.empty()) return {};
  std::string whole = path;
  if (path.front() != '/') {
    const std::string base = folder == AT_FDCWD ? "cwd" : fmt::format("fd/{}", folder);
    whole = read_link(fmt::format("/proc/{}/{}", process, base)) + '/' + path;
  }
  std::string clean;
  for (size_t begin = 0; begin < whole.size();) {
    const size_t end = std::min(whole.find('/', begin), whole.size());
    const std::string_view part = std::string_view(whole).substr(begin, end - begin);
    if (part == "..") return {};
    if (!part.empty() && part != ".") clean.append("/").append(part);
    begin = end + 1;
  }
  return clean;
}

bool is_readable(uint64_t flags) {
  const bool is_only_written = (flags & O_ACCMODE) == O_WRONLY;
  return !is_only_written && (flags & (O_PATH | O_DIRECTORY)) == 0;
}

uint64_t flags_of_openat2(pid_t process, uint64_t address) {
  open_how how{};
  if (read_memory(process, address, &how, sizeof how) < sizeof how.flags) return O_PATH;
  return how.flags;
}

// `arguments` has six.
void read_call(pid_t process, uint64_t number, const uint64_t* arguments, SyscallStop& stop) {
  const auto named_at = [&](size_t folder) {
    return as_named(process, static_cast<int>(arguments[folder]),
                    read_string(process, arguments[folder + 1]));
  };
  const auto named = [&] {
    return as_named(process, AT_FDCWD, read_string(process, arguments[0]));
  };
  switch (number) {
#ifdef SYS_open
    case SYS_open:
      stop.kind = SyscallStop::Kind::kOpen;
      stop.path = named();
      stop.reads = is_readable(arguments[1]);
      return;
#endif
    case SYS_openat:
      stop.kind = SyscallStop::Kind::kOpen;
      stop.path = named_at(0);
      stop.reads = is_readable(arguments[2]);
      return;
    case SYS_openat2:
      stop.kind = SyscallStop::Kind::kOpen;
      stop.path = named_at(0);
      stop.reads = is_readable(flags_of_openat2(process, arguments[2]));
      return;
    case SYS_execve:
      stop.kind = SyscallStop::Kind::kExecute;
      stop.path = named();
      return;
    case SYS_execveat:
      stop.kind = SyscallStop::Kind::kExecute;
      stop.path = (arguments[4] & AT_EMPTY_PATH) != 0 && read_string(process, arguments[1]).empty()
                      ? path_of_descriptor(process, static_cast<int>(arguments[0]))
                      : named_at(0);
      return;
    default:
      return;
  }
}

}  // namespace

std::vector<uint32_t> file_syscalls() {
  return {
#ifdef SYS_open
      SYS_open,
#endif
      SYS_openat, SYS_openat2, SYS_execve, SYS_execveat};
}

std::optional<SyscallStop> read_syscall_stop(pid_t process) {
  __ptrace_syscall_info info = {};
  // NOLINTNEXTLINE: the size is passed as an address
  if (::ptrace(PTRACE_GET_SYSCALL_INFO, process, reinterpret_cast<void*>(sizeof info), &info) < 0) {
    if (errno == ESRCH) return std::nullopt;
    throw layer::system_error("ptrace", "cannot read a system call", errno)
        .with_help("`veneer trace` needs Linux 5.3");
  }
  SyscallStop stop;
  stop.architecture = info.arch;
  if (info.op == PTRACE_SYSCALL_INFO_SECCOMP) {
    read_call(process, info.seccomp.nr, info.seccomp.args, stop);
  } else if (info.op == PTRACE_SYSCALL_INFO_EXIT) {
    stop.kind = SyscallStop::Kind::kDone;
    stop.descriptor = info.exit.is_error != 0 ? -1 : static_cast<int>(info.exit.rval);
  }
  return stop;
}

std::string path_of_descriptor(pid_t process, int descriptor) {
  const std::string link = fmt::format("/proc/{}/fd/{}", process, descriptor);
  struct stat status = {};
  const bool is_file =
      ::stat(link.c_str(), &status) == 0 && S_ISREG(status.st_mode) && status.st_nlink > 0;
  return is_file ? read_link(link) : std::string();
}

// Lines of proc(5): ADDRESSES MODE OFFSET DEVICE INODE PATH.
std::vector<std::string> mapped_files(pid_t process) {
  std::vector<std::string> files{read_link(fmt::format("/proc/{}/exe", process))};
  std::ifstream maps(fmt::format("/proc/{}/maps", process));
  for (std::string line; std::getline(maps, line);) {
    const size_t path = line.find('/');
    if (path != std::string::npos) files.push_back(line.substr(path));
  }
  std::erase_if(files, [](const std::string& file) {
    struct stat status = {};
    return ::stat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode);
  });
  return files;
}

}  // namespace cmd
