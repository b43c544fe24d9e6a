// Makes libarchive treat file names as plain bytes, by switching the thread's locale to C.UTF-8.
#pragma once

#include <locale.h>  // NOLINT(modernize-deprecated-headers): locale_t is POSIX's

namespace layer {

// While an instance lives, this thread's character set is that of C.UTF-8. libarchive converts the
// names of pax headers into the locale's character set, and fails or warns in the "C" locale. The
// constructor throws Error if the system has no such locale.
class Utf8Names {
 public:
  Utf8Names();
  ~Utf8Names();
  Utf8Names(const Utf8Names&) = delete;
  Utf8Names& operator=(const Utf8Names&) = delete;

 private:
  locale_t before_;
};

}  // namespace layer
