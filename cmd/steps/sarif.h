// Findings in the Static Analysis Results Interchange Format, which code hosts show.
#pragma once

#include <string>
#include <vector>

#include "layer/check/finding.h"

namespace cmd {

// A log of one run, by SARIF 2.1.0 (OASIS). Paths of the image are relative URIs.
std::string sarif_text(const std::vector<layer::Finding>& findings);

}  // namespace cmd
