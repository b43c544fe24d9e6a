// Names of licenses: identifiers of SPDX's list, and other names that mean one of them.
#pragma once

#include <string_view>

namespace oci {

// The identifier, or the exception that may follow WITH, as the list spells it; empty if `name` is
// none of those that veneer knows. Case does not count (SPDX 2.3 annex D.2).
std::string_view known_license(std::string_view name);
std::string_view known_exception(std::string_view name);

// The expression that words or a classifier ("OSI Approved :: MIT License") stand for; empty if they
// stand for none, or for several.
std::string_view license_of_words(std::string_view words);
std::string_view license_of_classifier(std::string_view classifier);

}  // namespace oci
