// Looks into a process that is traced and stopped.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cmd {

// Where a process is about to open or to execute a file, or has done so.
struct SyscallStop {
  enum class Kind : uint8_t { kOther, kOpen, kExecute, kDone };
  Kind kind = Kind::kOther;
  uint32_t architecture = 0;  // AUDIT_ARCH_* of the call
  std::string path;           // as_named(); of kOpen and kExecute
  bool reads = false;         // of kOpen: whether the content can be read then
  int descriptor = -1;        // of kDone: what the call returned; negative: it failed
};

// What the process is stopped at. No value if it is gone. Throws layer::Error if the kernel cannot
// tell, as before Linux 5.3.
std::optional<SyscallStop> read_syscall_stop(pid_t process);

// The path of an open regular file; empty for anything else, and for a file that has no name.
std::string path_of_descriptor(pid_t process, int descriptor);

// The files that are mapped right after an execution: the program and its dynamic linker.
std::vector<std::string> mapped_files(pid_t process);

// The numbers of the system calls that read_syscall_stop() knows.
std::vector<uint32_t> file_syscalls();

}  // namespace cmd
