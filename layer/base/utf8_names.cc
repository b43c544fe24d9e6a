// Switches the thread's locale with newlocale and uselocale.
#include "layer/base/utf8_names.h"

#include "layer/base/error.h"

namespace layer {

Utf8Names::Utf8Names() : locale_(newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
  if (locale_ == nullptr) throw Error("the system has no locale 'C.UTF-8'");
  before_ = uselocale(locale_);
}

Utf8Names::~Utf8Names() {
  uselocale(before_);
  freelocale(locale_);
}

}  // namespace layer
