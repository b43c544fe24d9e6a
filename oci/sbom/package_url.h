// Names packages by package URLs (purl), by which other programs look them up.
#pragma once

#include <string>

#include "oci/inspect/image_facts.h"

namespace oci {

// "pkg:pypi/zope.interface@5.4", "pkg:deb/debian/libc6@2.36-9?arch=amd64&distro=debian-12".
// https://github.com/package-url/purl-spec
std::string package_url(const Package& package, const Distribution& distribution);

}  // namespace oci
