// The strict JSON of layer/base/json.h, under the names that oci's own code uses.
#pragma once

#include "layer/base/json.h"

namespace oci {

using layer::dump_json;
using layer::Json;
using layer::JsonField;
using layer::kMaxJsonBytes;
using layer::kMaxJsonDepth;
using layer::parse_json;
using layer::StringMap;

}  // namespace oci
