// Tables of what packages state. A name that is in none is passed on as words, so a table need not be
// complete. Classifiers that leave the version or the clauses open are left out.
#include "oci/sbom/license_names.h"

#include <algorithm>
#include <array>
#include <span>

#include "layer/base/ascii.h"

namespace oci {
namespace {

// clang-format off
constexpr auto kLicenses = std::to_array<std::string_view>({
    "0BSD", "AFL-2.0", "AFL-2.1", "AFL-3.0", "AGPL-3.0", "AGPL-3.0-only", "AGPL-3.0-or-later",
    "Apache-1.0", "Apache-1.1", "Apache-2.0", "APSL-2.0", "Artistic-1.0", "Artistic-1.0-Perl",
    "Artistic-2.0", "Beerware", "BlueOak-1.0.0", "BSD-1-Clause", "BSD-2-Clause",
    "BSD-2-Clause-Patent", "BSD-2-Clause-Views", "BSD-3-Clause", "BSD-3-Clause-Clear",
    "BSD-3-Clause-LBNL", "BSD-4-Clause", "BSD-4-Clause-UC", "BSD-Source-Code", "BSL-1.0",
    "bzip2-1.0.6", "CC-BY-3.0", "CC-BY-4.0", "CC-BY-NC-4.0", "CC-BY-NC-SA-4.0", "CC-BY-SA-3.0",
    "CC-BY-SA-4.0", "CC-PDDC", "CC0-1.0", "CDDL-1.0", "CDDL-1.1", "CECILL-2.0", "CECILL-2.1",
    "CECILL-B", "CECILL-C", "CNRI-Python", "CPL-1.0", "curl", "ECL-2.0", "EFL-2.0", "EPL-1.0",
    "EPL-2.0", "EUPL-1.1", "EUPL-1.2", "FSFAP", "FSFUL", "FSFULLR", "FTL", "GFDL-1.1-only",
    "GFDL-1.1-or-later", "GFDL-1.2", "GFDL-1.2-only", "GFDL-1.2-or-later", "GFDL-1.3",
    "GFDL-1.3-only", "GFDL-1.3-or-later", "GPL-1.0-only", "GPL-1.0-or-later", "GPL-2.0", "GPL-2.0+",
    "GPL-2.0-only", "GPL-2.0-or-later", "GPL-3.0", "GPL-3.0+", "GPL-3.0-only", "GPL-3.0-or-later",
    "HPND", "HPND-sell-variant", "ICU", "IJG", "Info-ZIP", "Intel", "IPA", "IPL-1.0", "ISC",
    "JSON", "LGPL-2.0", "LGPL-2.0+", "LGPL-2.0-only", "LGPL-2.0-or-later", "LGPL-2.1", "LGPL-2.1+",
    "LGPL-2.1-only", "LGPL-2.1-or-later", "LGPL-3.0", "LGPL-3.0+", "LGPL-3.0-only",
    "LGPL-3.0-or-later", "Libpng", "libpng-2.0", "libtiff", "LPPL-1.3c", "MIT", "MIT-0", "MIT-CMU",
    "MIT-Modern-Variant", "MPL-1.0", "MPL-1.1", "MPL-2.0", "MPL-2.0-no-copyleft-exception", "MS-PL",
    "MS-RL", "MulanPSL-2.0", "NAIST-2003", "NCSA", "NetCDF", "NIST-PD", "NTP", "OFL-1.0", "OFL-1.1",
    "OLDAP-2.8", "OpenSSL", "OSL-2.1", "OSL-3.0", "PHP-3.0", "PHP-3.01", "PostgreSQL", "PSF-2.0",
    "Python-2.0", "Python-2.0.1", "QPL-1.0", "Ruby", "SISSL", "Sleepycat", "SMLNJ", "SSPL-1.0",
    "TCL", "TCP-wrappers", "Unicode-3.0", "Unicode-DFS-2015", "Unicode-DFS-2016", "Unicode-TOU",
    "Unlicense", "UPL-1.0", "Vim", "W3C", "W3C-20150513", "WTFPL", "X11", "Xnet", "xpp",
    "Zend-2.0", "Zlib", "zlib-acknowledgement", "ZPL-1.1", "ZPL-2.0", "ZPL-2.1"});

constexpr auto kExceptions = std::to_array<std::string_view>({
    "Autoconf-exception-2.0", "Autoconf-exception-3.0", "Bison-exception-2.2",
    "Bootloader-exception", "Classpath-exception-2.0", "Font-exception-2.0", "GCC-exception-2.0",
    "GCC-exception-3.1", "LGPL-3.0-linking-exception", "Libtool-exception", "Linux-syscall-note",
    "LLVM-exception", "OCaml-LGPL-linking-exception", "OpenJDK-assembly-exception-1.0",
    "PS-or-PDF-font-exception-20170817", "Qt-GPL-exception-1.0", "Qt-LGPL-exception-1.1",
    "Swift-exception", "Universal-FOSS-exception-1.0", "u-boot-exception-2.0",
    "WxWindows-exception-3.1"});
// clang-format on

struct Meaning {
  std::string_view words;
  std::string_view expression;
};

constexpr auto kWords = std::to_array<Meaning>({
    {"Apache 2.0", "Apache-2.0"},
    {"Apache-2", "Apache-2.0"},
    {"Apache License 2.0", "Apache-2.0"},
    {"Apache License Version 2.0", "Apache-2.0"},
    {"Apache License, Version 2.0", "Apache-2.0"},
    {"Apache Software License 2.0", "Apache-2.0"},
    {"2-Clause BSD", "BSD-2-Clause"},
    {"BSD 2-Clause", "BSD-2-Clause"},
    {"BSD 2-Clause License", "BSD-2-Clause"},
    {"3-Clause BSD", "BSD-3-Clause"},
    {"3-Clause BSD License", "BSD-3-Clause"},
    {"BSD 3-Clause", "BSD-3-Clause"},
    {"BSD 3-Clause License", "BSD-3-Clause"},
    {"BSD-3-Clause License", "BSD-3-Clause"},
    {"ISC License", "ISC"},
    {"MIT License", "MIT"},
    {"The MIT License", "MIT"},
    {"The MIT License (MIT)", "MIT"},
    {"MPL 2.0", "MPL-2.0"},
    {"Mozilla Public License 2.0", "MPL-2.0"},
    {"Mozilla Public License 2.0 (MPL 2.0)", "MPL-2.0"},
    {"The Unlicense", "Unlicense"},
    {"The Unlicense (Unlicense)", "Unlicense"},
});

constexpr std::string_view kApproved = "OSI Approved :: ";

constexpr auto kClassifiers = std::to_array<Meaning>({
    {"CC0 1.0 Universal (CC0 1.0) Public Domain Dedication", "CC0-1.0"},
    {"Boost Software License 1.0 (BSL-1.0)", "BSL-1.0"},
    {"Blue Oak Model License (BlueOak-1.0.0)", "BlueOak-1.0.0"},
    {"Eclipse Public License 1.0 (EPL-1.0)", "EPL-1.0"},
    {"Eclipse Public License 2.0 (EPL-2.0)", "EPL-2.0"},
    {"European Union Public Licence 1.1 (EUPL 1.1)", "EUPL-1.1"},
    {"European Union Public Licence 1.2 (EUPL 1.2)", "EUPL-1.2"},
    {"GNU Affero General Public License v3", "AGPL-3.0-only"},
    {"GNU Affero General Public License v3 or later (AGPLv3+)", "AGPL-3.0-or-later"},
    {"GNU General Public License v2 (GPLv2)", "GPL-2.0-only"},
    {"GNU General Public License v2 or later (GPLv2+)", "GPL-2.0-or-later"},
    {"GNU General Public License v3 (GPLv3)", "GPL-3.0-only"},
    {"GNU General Public License v3 or later (GPLv3+)", "GPL-3.0-or-later"},
    {"GNU Lesser General Public License v2 (LGPLv2)", "LGPL-2.0-only"},
    {"GNU Lesser General Public License v2 or later (LGPLv2+)", "LGPL-2.0-or-later"},
    {"GNU Lesser General Public License v3 (LGPLv3)", "LGPL-3.0-only"},
    {"GNU Lesser General Public License v3 or later (LGPLv3+)", "LGPL-3.0-or-later"},
    {"ISC License (ISCL)", "ISC"},
    {"MIT License", "MIT"},
    {"MIT No Attribution License (MIT-0)", "MIT-0"},
    {"Mozilla Public License 1.0 (MPL)", "MPL-1.0"},
    {"Mozilla Public License 1.1 (MPL 1.1)", "MPL-1.1"},
    {"Mozilla Public License 2.0 (MPL 2.0)", "MPL-2.0"},
    {"Python Software Foundation License", "PSF-2.0"},
    {"SIL Open Font License 1.1 (OFL-1.1)", "OFL-1.1"},
    {"The Unlicense (Unlicense)", "Unlicense"},
    {"Universal Permissive License (UPL)", "UPL-1.0"},
    {"zlib/libpng License", "Zlib"},
});

char folded(char c) {
  return layer::is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return folded(x) == folded(y); });
}

std::string_view find_name(std::span<const std::string_view> names, std::string_view name) {
  const auto found =
      std::ranges::find_if(names, [&](std::string_view one) { return is_same_name(one, name); });
  return found == names.end() ? std::string_view() : *found;
}

std::string_view find_meaning(std::span<const Meaning> meanings, std::string_view words) {
  const auto found = std::ranges::find_if(
      meanings, [&](const Meaning& one) { return is_same_name(one.words, words); });
  return found == meanings.end() ? std::string_view() : found->expression;
}

}  // namespace

std::string_view known_license(std::string_view name) {
  return find_name(kLicenses, name);
}

std::string_view known_exception(std::string_view name) {
  return find_name(kExceptions, name);
}

std::string_view license_of_words(std::string_view words) {
  return find_meaning(kWords, words);
}

std::string_view license_of_classifier(std::string_view classifier) {
  if (classifier.starts_with(kApproved)) classifier.remove_prefix(kApproved.size());
  return find_meaning(kClassifiers, classifier);
}

}  // namespace oci
