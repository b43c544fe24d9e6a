// In place of layer/base/utf8_names.cc in a static veneer, whose libarchive takes names as UTF-8 in
// any locale (include/localcharset.h). So the thread's locale stays as it is.
#include "layer/base/utf8_names.h"

namespace layer {

Utf8Names::Utf8Names() : before_(uselocale(nullptr)) {}

Utf8Names::~Utf8Names() {
  uselocale(before_);
}

}  // namespace layer
