// Makes one note for all files with the same attributes.
#include "layer/check/extended_attributes.h"

#include <fmt/core.h>

#include <string>
#include <utility>

#include "layer/base/capability.h"
#include "layer/base/xattrs.h"

namespace layer {
namespace {

std::string describe_xattrs(std::string_view text) {
  std::string capabilities;
  std::string names;
  for (const Xattr& xattr : xattrs_of_text(text)) {
    if (xattr.name == kCapabilityXattr) {
      capabilities = fmt::format("the capabilities {}", capability_text(xattr.value));
    } else {
      names += fmt::format("{}'{}'", names.empty() ? "" : ", ", xattr.name);
    }
  }
  if (names.empty()) return capabilities;
  const std::string_view joint = capabilities.empty() ? "" : " and ";
  return fmt::format("{}{}the extended attributes {}", capabilities, joint, names);
}

}  // namespace

void check_extended_attributes(const Subject& subject, Findings& findings) {
  for (const Node& node : subject.view.nodes()) {
    if (node.xattrs == nullptr || node.layer < subject.base_layers.value_or(0)) continue;
    Finding finding = finding_at(node, "extended-attributes");
    finding.severity = Severity::kNote;
    finding.reason = fmt::format("has {}", describe_xattrs(*node.xattrs));
    finding.cause = finding.reason;
    findings.add(std::move(finding));
  }
}

}  // namespace layer
