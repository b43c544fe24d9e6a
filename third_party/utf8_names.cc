// In place of layer/base/utf8_names.cc in a static veneer, whose libarchive takes names as UTF-8 in
// any locale (include/localcharset.h). So it needs no locale of the system.
#include "layer/base/utf8_names.h"

namespace layer {

Utf8Names::Utf8Names() : before_(nullptr) {}

Utf8Names::~Utf8Names() = default;

}  // namespace layer
