// What a static veneer's libarchive asks for accounts, in place of getpwnam_r(3) and getgrnam_r(3):
// those load libraries of the system for accounts that are not in its files, and such a library
// needs the glibc of the system.
#include <grp.h>
#include <pwd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace {

struct CloseFile {
  void operator()(FILE* file) const { (void)std::fclose(file); }
};

// Looks for a name in a file of accounts, by fgetpwent_r(3) or fgetgrent_r(3). Returns as
// getpwnam_r(3): 0 and a null result if there is none.
template <typename Account, typename Read, typename Name>
int find_account(const char* path, const char* name, Account** found, Read read, Name name_of) {
  *found = nullptr;
  const std::unique_ptr<FILE, CloseFile> file(std::fopen(path, "re"));
  if (!file) return 0;
  int status = 0;
  while ((status = read(file.get(), found)) == 0) {
    if (std::strcmp(name_of(**found), name) == 0) return 0;
  }
  *found = nullptr;
  return status == ENOENT ? 0 : status;  // ENOENT: the end
}

}  // namespace

extern "C" {

int veneer_getpwnam_r(const char* name, passwd* account, char* buffer, size_t size,
                      passwd** found) {
  return find_account(
      "/etc/passwd", name, found,
      [&](FILE* file, passwd** next) { return fgetpwent_r(file, account, buffer, size, next); },
      [](const passwd& one) { return one.pw_name; });
}

int veneer_getgrnam_r(const char* name, group* account, char* buffer, size_t size, group** found) {
  return find_account(
      "/etc/group", name, found,
      [&](FILE* file, group** next) { return fgetgrent_r(file, account, buffer, size, next); },
      [](const group& one) { return one.gr_name; });
}

}  // extern "C"
