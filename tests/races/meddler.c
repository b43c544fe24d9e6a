// Preloaded into veneer: before the MEDDLE_AT-th call that asks for the file called MEDDLE_NAME (to
// open, stat, list or read it) runs the shell command MEDDLE_DO. At the end writes how many such calls
// there were to MEDDLE_COUNT. So a race with another program always ends the same way.
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { kDescriptors = 4096 };

static atomic_int calls;
static atomic_char is_watched[kDescriptors];

static void count(void) {
  const char* at = getenv("MEDDLE_AT");
  if (atomic_fetch_add(&calls, 1) + 1 != (at != NULL ? atoi(at) : 0)) return;
  const pid_t child = fork();
  if (child == 0) {
    unsetenv("LD_PRELOAD");
    execl("/bin/sh", "sh", "-ec", getenv("MEDDLE_DO"), (char*)NULL);
    _exit(127);
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) < 0 || status != 0) abort();
}

static int is_named(const char* path) {
  const char* name = getenv("MEDDLE_NAME");
  if (name == NULL || path == NULL) return 0;
  const char* slash = strrchr(path, '/');
  return strcmp(slash != NULL ? slash + 1 : path, name) == 0;
}

static void look(const char* path) {
  if (is_named(path)) count();
}

static int opened(const char* path, int descriptor) {
  if (descriptor >= 0 && descriptor < kDescriptors) is_watched[descriptor] = is_named(path) != 0;
  return descriptor;
}

static void used(int descriptor) {
  if (descriptor >= 0 && descriptor < kDescriptors && is_watched[descriptor]) count();
}

__attribute__((destructor)) static void report(void) {
  const char* path = getenv("MEDDLE_COUNT");
  FILE* file = path != NULL ? fopen(path, "w") : NULL;
  if (file == NULL) return;
  fprintf(file, "%d\n", atomic_load(&calls));
  fclose(file);
}

#define NEXT(name)               \
  static __typeof__(&name) next; \
  if (next == NULL) next = (__typeof__(&name))dlsym(RTLD_NEXT, #name)
#define MODE                    \
  va_list more;                 \
  va_start(more, flags);        \
  int mode = va_arg(more, int); \
  va_end(more)

#define OPEN(name)                                \
  int name(const char* path, int flags, ...) {    \
    MODE;                                         \
    NEXT(name);                                   \
    look(path);                                   \
    return opened(path, next(path, flags, mode)); \
  }
#define OPENAT(name)                                   \
  int name(int at, const char* path, int flags, ...) { \
    MODE;                                              \
    NEXT(name);                                        \
    look(path);                                        \
    return opened(path, next(at, path, flags, mode));  \
  }
#define FOPEN(name)                               \
  FILE* name(const char* path, const char* how) { \
    NEXT(name);                                   \
    look(path);                                   \
    FILE* file = next(path, how);                 \
    if (file != NULL) opened(path, fileno(file)); \
    return file;                                  \
  }
#define BY_PATH(type, name, parameters, arguments) \
  type name parameters {                           \
    NEXT(name);                                    \
    look(path);                                    \
    return next arguments;                         \
  }
#define BY_DESCRIPTOR(type, name, parameters, arguments) \
  type name parameters {                                 \
    NEXT(name);                                          \
    used(fd);                                            \
    return next arguments;                               \
  }

OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)
FOPEN(fopen)
FOPEN(fopen64)
BY_PATH(int, stat, (const char* path, struct stat* status), (path, status))
BY_PATH(int, stat64, (const char* path, struct stat64* status), (path, status))
BY_PATH(int, lstat, (const char* path, struct stat* status), (path, status))
BY_PATH(int, lstat64, (const char* path, struct stat64* status), (path, status))
BY_PATH(int, fstatat, (int at, const char* path, struct stat* status, int flags),
        (at, path, status, flags))
BY_PATH(int, fstatat64, (int at, const char* path, struct stat64* status, int flags),
        (at, path, status, flags))
BY_PATH(ssize_t, readlink, (const char* path, char* text, size_t size), (path, text, size))
BY_PATH(ssize_t, readlinkat, (int at, const char* path, char* text, size_t size),
        (at, path, text, size))
BY_PATH(char*, realpath, (const char* path, char* text), (path, text))
BY_PATH(DIR*, opendir, (const char* path), (path))
BY_DESCRIPTOR(int, fstat, (int fd, struct stat* status), (fd, status))
BY_DESCRIPTOR(int, fstat64, (int fd, struct stat64* status), (fd, status))
BY_DESCRIPTOR(ssize_t, read, (int fd, void* bytes, size_t size), (fd, bytes, size))
BY_DESCRIPTOR(ssize_t, pread, (int fd, void* bytes, size_t size, off_t at), (fd, bytes, size, at))
BY_DESCRIPTOR(ssize_t, pread64, (int fd, void* bytes, size_t size, off64_t at),
              (fd, bytes, size, at))
BY_DESCRIPTOR(ssize_t, preadv, (int fd, const struct iovec* parts, int many, off_t at),
              (fd, parts, many, at))
BY_DESCRIPTOR(ssize_t, preadv64, (int fd, const struct iovec* parts, int many, off64_t at),
              (fd, parts, many, at))
