// Times in documents.
#pragma once

#include <string_view>

namespace oci {

// Whether the text is a time as RFC 3339, section 5.6, has it, with upper-case T and Z. There are
// no leap seconds, because Go, which engines are written in, knows none. A second may have any
// number of decimal places; engines keep nine.
bool is_rfc3339(std::string_view text);

}  // namespace oci
