// Switches the thread's locale with newlocale and uselocale.
#include "layer/base/utf8_names.h"

#include "layer/base/error.h"

namespace layer {

namespace {

// Kept for good: to make one takes longer than to read a tar's header.
locale_t utf8_locale() {
  static const locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  // newlocale(3) says ENOENT also when there is no memory.
  if (locale == nullptr) {
    throw Error({"locale 'C.UTF-8'"}, "cannot be loaded: there is none, or not enough memory");
  }
  return locale;
}

}  // namespace

Utf8Names::Utf8Names() : before_(uselocale(utf8_locale())) {}

Utf8Names::~Utf8Names() {
  uselocale(before_);
}

}  // namespace layer
