// index.json of an OCI image layout: image-spec image-layout.md.
#pragma once

#include <string>

#include "oci/model/json.h"

namespace oci {

// The layout's index as it is, with members that nobody here knows; one without entries if there is
// none. Throws Error for what is no index.
Json read_layout_index(const std::string& layout);

// Puts the entry in the place of the first with the same tag, or at the end; returns the entries whose
// tag it was.
Json replace_entry(Json& index, const Json& entry);

// Takes that back, if the entry is still there.
void restore_entries(Json& index, const Json& entry, const Json& replaced);

}  // namespace oci
