// The system calls that may fail.
#pragma once

#include <sys/syscall.h>

#include <array>

enum class About { kNothing, kDescriptor, kThirdDescriptor, kPath, kPathAt };
enum class Data { kNone, kRead, kWrite, kReadAt, kWriteAt, kReadParts, kReadPartsAt };

struct Call {
  int number;
  const char* name;
  About about = About::kNothing;  // what the file is in its arguments
  Data data = Data::kNone;
};

// Left out are calls that do not fail by what the system lacks, those that wait for other threads, and
// close(2), which frees the descriptor even where it fails.
inline constexpr auto kCalls = std::to_array<Call>({
    {SYS_access, "access", About::kPath},
    {SYS_brk, "brk"},
    {SYS_chdir, "chdir", About::kPath},
    {SYS_chmod, "chmod", About::kPath},
    {SYS_clone, "clone"},
    {SYS_clone3, "clone3"},
    {SYS_copy_file_range, "copy_file_range", About::kThirdDescriptor},
    {SYS_dup, "dup", About::kDescriptor},
    {SYS_dup2, "dup2", About::kDescriptor},
    {SYS_dup3, "dup3", About::kDescriptor},
    {SYS_eventfd2, "eventfd2"},
    {SYS_faccessat, "faccessat", About::kPathAt},
    {SYS_faccessat2, "faccessat2", About::kPathAt},
    {SYS_fadvise64, "fadvise64", About::kDescriptor},
    {SYS_fallocate, "fallocate", About::kDescriptor},
    {SYS_fchdir, "fchdir", About::kDescriptor},
    {SYS_fchmod, "fchmod", About::kDescriptor},
    {SYS_fchmodat, "fchmodat", About::kPathAt},
    {SYS_fchown, "fchown", About::kDescriptor},
    {SYS_fchownat, "fchownat", About::kPathAt},
    {SYS_fcntl, "fcntl", About::kDescriptor},
    {SYS_fdatasync, "fdatasync", About::kDescriptor},
    {SYS_fgetxattr, "fgetxattr", About::kDescriptor},
    {SYS_flistxattr, "flistxattr", About::kDescriptor},
    {SYS_flock, "flock", About::kDescriptor},
    {SYS_fork, "fork"},
    {SYS_fstat, "fstat", About::kDescriptor},
    {SYS_fstatfs, "fstatfs", About::kDescriptor},
    {SYS_fsync, "fsync", About::kDescriptor},
    {SYS_ftruncate, "ftruncate", About::kDescriptor},
    {SYS_getcwd, "getcwd"},
    {SYS_getdents64, "getdents64", About::kDescriptor},
    {SYS_getrandom, "getrandom"},
    {SYS_getxattr, "getxattr", About::kPath},
    {SYS_ioctl, "ioctl", About::kDescriptor},
    {SYS_lchown, "lchown", About::kPath},
    {SYS_lgetxattr, "lgetxattr", About::kPath},
    {SYS_link, "link", About::kPath},
    {SYS_linkat, "linkat", About::kPathAt},
    {SYS_listxattr, "listxattr", About::kPath},
    {SYS_llistxattr, "llistxattr", About::kPath},
    {SYS_lseek, "lseek", About::kDescriptor},
    {SYS_lstat, "lstat", About::kPath},
    {SYS_memfd_create, "memfd_create"},
    {SYS_mkdir, "mkdir", About::kPath},
    {SYS_mkdirat, "mkdirat", About::kPathAt},
    {SYS_mmap, "mmap"},
    {SYS_mprotect, "mprotect"},
    {SYS_mremap, "mremap"},
    {SYS_newfstatat, "newfstatat", About::kPathAt},
    {SYS_open, "open", About::kPath},
    {SYS_openat, "openat", About::kPathAt},
    {SYS_pipe, "pipe"},
    {SYS_pipe2, "pipe2"},
    {SYS_poll, "poll"},
    {SYS_pread64, "pread64", About::kDescriptor, Data::kReadAt},
    {SYS_preadv, "preadv", About::kDescriptor, Data::kReadPartsAt},
    {SYS_prlimit64, "prlimit64"},
    {SYS_pwrite64, "pwrite64", About::kDescriptor, Data::kWriteAt},
    {SYS_read, "read", About::kDescriptor, Data::kRead},
    {SYS_readlink, "readlink", About::kPath},
    {SYS_readlinkat, "readlinkat", About::kPathAt},
    {SYS_readv, "readv", About::kDescriptor, Data::kReadParts},
    {SYS_rename, "rename", About::kPath},
    {SYS_renameat, "renameat", About::kPathAt},
    {SYS_renameat2, "renameat2", About::kPathAt},
    {SYS_rmdir, "rmdir", About::kPath},
    {SYS_sched_getaffinity, "sched_getaffinity"},
    {SYS_sendfile, "sendfile", About::kDescriptor},
    {SYS_stat, "stat", About::kPath},
    {SYS_statfs, "statfs", About::kPath},
    {SYS_statx, "statx", About::kPathAt},
    {SYS_symlink, "symlink", About::kPath},
    {SYS_symlinkat, "symlinkat", About::kPath},
    {SYS_sync_file_range, "sync_file_range", About::kDescriptor},
    {SYS_truncate, "truncate", About::kPath},
    {SYS_umask, "umask"},
    {SYS_unlink, "unlink", About::kPath},
    {SYS_unlinkat, "unlinkat", About::kPathAt},
    {SYS_utimensat, "utimensat", About::kPathAt},
    {SYS_vfork, "vfork"},
    {SYS_write, "write", About::kDescriptor, Data::kWrite},
    {SYS_writev, "writev", About::kDescriptor},
});
