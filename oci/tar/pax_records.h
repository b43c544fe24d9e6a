// The records of a pax header, as Go's archive/tar reads them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "layer/toc/tar_parts.h"

namespace oci {

// By key; of two records with one key the last one counts. An empty value states nothing.
using PaxRecords = std::map<std::string, std::string, std::less<>>;

// The content of a pax header: records "LENGTH KEY=VALUE\n", whose length counts itself. The pairs
// GNU.sparse.offset and GNU.sparse.numbytes become one GNU.sparse.map. Throws Error, which names the
// layer, for what Go refuses: strconv.go, parsePAXRecord().
// Sources: POSIX pax, "pax Extended Header"; GNU tar, "Storing Sparse Files".
PaxRecords read_pax_records(std::string_view content, const std::string& layer);

// The value of this key, or "".
std::string_view pax_value(const PaxRecords& records, std::string_view key);

// Decimal digits, which may have a sign. No value for anything else.
std::optional<int64_t> pax_number(std::string_view value);

// Seconds, and a fraction of which nine digits count. No value for anything else.
std::optional<layer::TocTime> pax_time(std::string_view value);

}  // namespace oci
