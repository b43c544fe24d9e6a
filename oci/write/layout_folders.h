// The folders of a layout that is being written.
#pragma once

#include <string>

#include "layer/disk/temporaries.h"

namespace oci {

// Whether there is anything at the path, if only a link. Throws Error if that cannot be known.
bool entry_exists(const std::string& path);
bool is_empty(const std::string& folder);

// With mode 0755 whatever the umask. Throws Error at `called`.
void make_directory(const std::string& path, const std::string& called);

// A directory beside the layout that is to be, removed with what it holds unless renamed.
layer::TemporaryName make_staging_directory(const std::string& final_path);

// Throws Error at `called`.
void make_link(const std::string& text, const std::string& path, const std::string& called);

// Throws Error for a link: what is written behind it appears somewhere else, and may be removed
// there. A blob may be a link, because it is read alone.
void check_is_own(const std::string& folder);

}  // namespace oci
