// Runs a command and lets one of its system calls fail, or do half of what it was asked for.
//
// usage: inject LOG THREADS AT EFFECT COMMAND...
//
// THREADS says whose calls are counted, from the command's first fcntl(0) on, which veneer's main()
// begins with: `main` (of the first thread), `others` or `all`. With `,named` behind it, no file can be
// made that has no name (O_TMPFILE), as on some file systems. AT is the number of the call that
// EFFECT hits, `17+` hits each later call of the same name, too, and 0 hits none. EFFECT is the
// number of an errno, or `short`. LOG gets a line for each call that was hit, or for each that was
// counted if AT is 0: its number, name and file, separated by tabs.
//
// The kernel asks this program about each call (seccomp(2), SECCOMP_RET_USER_NOTIF), so that calls
// of libraries are seen, too, and the command runs at almost its own speed.
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include "calls.h"

namespace {

constexpr const char* kShort = "short";
constexpr const char* kNamed = ",named";

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error(what + ": " + std::strerror(errno));
}

// Lets the kernel ask about the calls of the table, and allow all others.
int install_filter() {
  std::vector<sock_filter> filter = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr))};
  for (const Call& call : kCalls) {
    filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint32_t>(call.number), 0, 1));
    filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF));
  }
  filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  const sock_fprog program = {static_cast<unsigned short>(filter.size()), filter.data()};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
  return static_cast<int>(
      syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program));
}

// The command's process. It shares descriptors with this one until it has become the command, so
// that the listener, the lowest that is free, is here, too; the command does not get it. This one
// waits until then, and has no memory in common.
pid_t start(int listener, char** command) {
  const auto child = static_cast<pid_t>(
      syscall(SYS_clone, CLONE_FILES | CLONE_VFORK | SIGCHLD, nullptr, nullptr, nullptr, nullptr));
  if (child < 0) fail("clone");
  if (child != 0) return child;
  // Nothing between these may be a call of the table, because nobody would answer.
  if (install_filter() != listener) _exit(126);
  execv(command[0], command);
  _exit(127);
}

class Supervisor {
 public:
  Supervisor(const char* log, const std::string& threads, const std::string& at, const char* effect)
      : log_(std::fopen(log, "we")),
        threads_(threads.substr(0, threads.find(','))),
        refuses_unnamed_(threads.ends_with(kNamed)),
        at_(std::strtoul(at.c_str(), nullptr, 10)),
        hits_later_(at.ends_with('+')),
        is_short_(std::strcmp(effect, kShort) == 0),
        error_(std::atoi(effect)) {
    if (log_ == nullptr) fail(log);
  }

  int run(char** command);

 private:
  void answer();
  bool is_counted(const seccomp_notif& asked);
  bool is_hit(const Call& call);
  void write_log(const Call& call, const seccomp_notif& asked);
  std::string file_of(const Call& call, const seccomp_notif& asked) const;
  std::string descriptor_name(uint64_t descriptor, pid_t thread) const;
  std::string text_at(uint64_t address, pid_t thread) const;
  int64_t do_half(const Call& call, const seccomp_notif& asked) const;

  std::FILE* log_;
  std::string threads_;
  bool refuses_unnamed_;
  uint64_t at_;
  bool hits_later_;
  bool is_short_;
  int error_;
  int listener_ = -1;
  pid_t child_ = -1;
  bool has_begun_ = false;
  uint64_t count_ = 0;
  const char* hit_name_ = nullptr;
};

std::string Supervisor::text_at(uint64_t address, pid_t thread) const {
  std::array<char, PATH_MAX> text{};
  // Up to the end of the page, behind which nothing may be.
  size_t done = 0;
  while (done < text.size()) {
    const size_t piece = std::min(text.size() - done, 4096 - (address + done) % 4096);
    const iovec here = {text.data() + done, piece};
    const iovec there = {reinterpret_cast<void*>(address + done), piece};  // NOLINT
    if (process_vm_readv(thread, &here, 1, &there, 1, 0) <= 0) break;
    if (std::memchr(text.data() + done, 0, piece) != nullptr) break;
    done += piece;
  }
  text.back() = 0;
  return text.data();
}

std::string Supervisor::descriptor_name(uint64_t descriptor, pid_t thread) const {
  std::array<char, PATH_MAX> name{};
  const std::string link =
      "/proc/" + std::to_string(thread) + "/fd/" + std::to_string(static_cast<int>(descriptor));
  const ssize_t size = readlink(link.c_str(), name.data(), name.size());
  return size < 0 ? std::string() : std::string(name.data(), static_cast<size_t>(size));
}

std::string Supervisor::file_of(const Call& call, const seccomp_notif& asked) const {
  const auto thread = static_cast<pid_t>(asked.pid);
  const auto& arguments = asked.data.args;
  switch (call.about) {
    case About::kNothing:
      return {};
    case About::kDescriptor:
      return descriptor_name(arguments[0], thread);
    case About::kThirdDescriptor:
      return descriptor_name(arguments[2], thread);
    case About::kPath:
      return text_at(arguments[0], thread);
    case About::kPathAt:
      break;
  }
  const std::string path = arguments[1] == 0 ? std::string() : text_at(arguments[1], thread);
  const std::string folder = descriptor_name(arguments[0], thread);
  if (path.empty() || path.front() == '/' || folder.empty()) return path.empty() ? folder : path;
  return folder + '/' + path;
}

void Supervisor::write_log(const Call& call, const seccomp_notif& asked) {
  std::fprintf(log_, "%lu\t%s\t%s\n", count_, call.name, file_of(call, asked).c_str());
}

bool Supervisor::is_counted(const seccomp_notif& asked) {
  if (!has_begun_) {
    has_begun_ = asked.data.nr == SYS_fcntl && asked.data.args[0] == 0;
    return false;
  }
  const bool is_main = static_cast<pid_t>(asked.pid) == child_;
  return threads_ == "all" || is_main == (threads_ == "main");
}

bool Supervisor::is_hit(const Call& call) {
  ++count_;
  if (count_ == at_) hit_name_ = call.name;
  return count_ == at_ || (hits_later_ && count_ > at_ && hit_name_ == call.name);
}

// The command's own open file, and half of the bytes. What it returns is the call's result.
int64_t Supervisor::do_half(const Call& call, const seccomp_notif& asked) const {
  const auto& arguments = asked.data.args;
  const int process = static_cast<int>(syscall(SYS_pidfd_open, child_, 0));
  const int file =
      static_cast<int>(syscall(SYS_pidfd_getfd, process, static_cast<int>(arguments[0]), 0));
  close(process);
  struct stat status = {};
  if (file < 0 || fstat(file, &status) != 0) return -EIO;
  if (!S_ISREG(status.st_mode)) {  // to read a pipe here might take for ever
    close(file);
    return 0;
  }
  iovec there = {reinterpret_cast<void*>(arguments[1]), arguments[2]};  // NOLINT
  auto offset = static_cast<off_t>(arguments[3]);
  const auto thread = static_cast<pid_t>(asked.pid);
  if (call.data == Data::kReadParts || call.data == Data::kReadPartsAt) {
    const iovec here = {&there, sizeof there};
    const iovec parts = {reinterpret_cast<void*>(arguments[1]), sizeof there};  // NOLINT
    if (process_vm_readv(thread, &here, 1, &parts, 1, 0) < 0) return -EIO;
  }
  there.iov_len = (there.iov_len + 1) / 2;
  std::vector<char> bytes(there.iov_len);
  iovec here = {bytes.data(), bytes.size()};
  const bool is_write = call.data == Data::kWrite || call.data == Data::kWriteAt;
  if (is_write && process_vm_readv(thread, &here, 1, &there, 1, 0) < 0) return -EIO;
  ssize_t done = -1;
  switch (call.data) {
    case Data::kNone:
      break;
    case Data::kRead:
    case Data::kReadParts:
      done = read(file, bytes.data(), bytes.size());
      break;
    case Data::kReadAt:
    case Data::kReadPartsAt:
      done = pread(file, bytes.data(), bytes.size(), offset);
      break;
    case Data::kWrite:
      done = write(file, bytes.data(), bytes.size());
      break;
    case Data::kWriteAt:
      done = pwrite(file, bytes.data(), bytes.size(), offset);
      break;
  }
  const int error_number = errno;
  close(file);
  if (done < 0) return -error_number;
  here.iov_len = there.iov_len = static_cast<size_t>(done);
  if (!is_write && done > 0 && process_vm_writev(thread, &here, 1, &there, 1, 0) < 0) return -EIO;
  return done;
}

void Supervisor::answer() {
  seccomp_notif asked{};
  if (ioctl(listener_, SECCOMP_IOCTL_NOTIF_RECV, &asked) != 0) return;  // its process has ended
  seccomp_notif_resp answer{};
  answer.id = asked.id;
  answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
  if (refuses_unnamed_ && asked.data.nr == SYS_openat &&
      (asked.data.args[2] & O_TMPFILE) == O_TMPFILE) {
    answer.flags = 0;
    answer.error = -EOPNOTSUPP;
  } else if (is_counted(asked)) {
    const auto* call = std::ranges::find(kCalls, asked.data.nr, &Call::number);
    const bool is_hit_now = is_hit(*call);
    if (is_hit_now || at_ == 0) write_log(*call, asked);
    if (is_hit_now && !is_short_) {
      answer.flags = 0;
      // brk(2) states no errno, but the break, which 0 is not.
      if (asked.data.nr != SYS_brk) answer.error = -error_;
    } else if (is_hit_now && call->data != Data::kNone) {
      const int64_t result = do_half(*call, asked);
      if (result != 0) answer.flags = 0;
      if (result < 0) answer.error = static_cast<int32_t>(result);
      if (result > 0) answer.val = result;
    }
  }
  ioctl(listener_, SECCOMP_IOCTL_NOTIF_SEND, &answer);
}

int Supervisor::run(char** command) {
  listener_ = dup(STDERR_FILENO);
  close(listener_);
  child_ = start(listener_, command);
  pollfd listener = {listener_, POLLIN, 0};
  while (poll(&listener, 1, -1) >= 0 || errno == EINTR) {
    if ((listener.revents & POLLIN) != 0) {
      answer();
    } else if (listener.revents != 0) {
      break;  // no process is left that could ask
    }
  }
  int status = 0;
  if (waitpid(child_, &status, 0) < 0) fail("waitpid");
  std::fclose(log_);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

int main(int argc, char** argv) {
  constexpr int kOptions = 5;
  if (argc <= kOptions) return 2;
  try {
    return Supervisor(argv[1], argv[2], argv[3], argv[4]).run(argv + kOptions);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "inject: error: %s\n", error.what());
    return 125;
  }
}
