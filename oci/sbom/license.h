// Says under which license a package is, in terms of SPDX, by what its metadata states.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "oci/inspect/image_facts.h"

namespace oci {

// What the name of a license that is not in SPDX's list begins with.
inline constexpr std::string_view kLicenseReference = "LicenseRef-";

// At most one of the two is set; neither if nothing is stated.
struct License {
  std::string expression;  // valid by SPDX 2.3 annex D: identifiers are known, or LicenseRef-…
  std::string words;       // what is stated, if it is no such expression
};

// Never guesses: words that may mean several licenses stay words.
License license_of(const Package& package);

// Whether an expression is one identifier of SPDX's list.
bool is_one_identifier(std::string_view expression);

// The LicenseRef-… of an expression, sorted, none twice.
std::vector<std::string> license_references(std::string_view expression);

}  // namespace oci
