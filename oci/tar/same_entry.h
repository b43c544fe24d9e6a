// Whether libarchive takes an entry for what container engines take it for.
#pragma once

#include <archive_entry.h>

#include <optional>
#include <string>

#include "oci/tar/tar_scan.h"

namespace oci {

// What differs, in words that follow the entry's name in a message. No value if path, type, link,
// size, mode, owner, time in seconds and device are the same. Of a time before 1970 with a fraction,
// which libarchive rounds the other way, the entry gets that of engines; with an access control list,
// which changes its mode in libarchive, that one.
std::optional<std::string> difference(archive_entry* entry, const TarScan::Entry& engines);

}  // namespace oci
