// Matches rules against paths, and keeps the other attributes of files.
#include "layer/plan/capabilities.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "layer/base/capability.h"
#include "layer/base/error.h"
#include "layer/base/glob.h"
#include "layer/base/xattrs.h"

namespace layer {
namespace {

// What became of one rule.
struct RuleUse {
  size_t files = 0;
  const Entry* link = nullptr;  // the first that it matches
};

void set_capability(Entry& entry, const std::string& value, StringArena& arena) {
  Attributes attributes = entry.attributes == nullptr ? Attributes{} : *entry.attributes;
  std::vector<Xattr> xattrs = xattrs_of_text(xattrs_text(attributes.xattrs));
  std::erase_if(xattrs, [](const Xattr& xattr) { return xattr.name == kCapabilityXattr; });
  xattrs.push_back({std::string(kCapabilityXattr), value});
  attributes.xattrs = arena.intern_at(xattrs_to_text(std::move(xattrs)));
  entry.attributes = arena.intern(attributes);
}

Diagnostic unused_rule(const CapabilityRule& rule, const RuleUse& use) {
  Diagnostic fault;
  fault.message = fmt::format("--capability '{}' matches no file of the image", rule.glob);
  fault.help = "`veneer plan --files` lists the paths; '**' stands for any number of directories";
  if (use.link == nullptr) return fault;
  fault.notes.push_back(
      {use.link->origin.position(), fmt::format("the pattern matches '{}', which is a link to '{}'",
                                                use.link->path, use.link->content)});
  fault.help = "a link has the capabilities of the file that it leads to: name that file";
  return fault;
}

}  // namespace

CapabilityRule parse_capability_rule(std::string_view argument) {
  const size_t equals = argument.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    throw Error(fmt::format("capability '{}': expected GLOB=CAPABILITIES", argument))
        .with_help("for example app/server=cap_net_bind_service+ep");
  }
  std::string_view glob = argument.substr(0, equals);
  while (glob.starts_with('/')) glob.remove_prefix(1);
  return {std::string(glob), parse_capability(argument.substr(equals + 1))};
}

void set_capabilities(const std::vector<CapabilityRule>& rules, FileTree& tree,
                      StringArena& arena) {
  if (rules.empty()) return;
  std::vector<RuleUse> uses(rules.size());
  for (Entry& entry : tree.entries) {
    const auto rule = std::ranges::find_if(
        rules, [&](const CapabilityRule& one) { return glob_matches(one.glob, entry.path); });
    if (rule == rules.end()) continue;
    RuleUse& use = uses[static_cast<size_t>(rule - rules.begin())];
    if (entry.kind != EntryKind::kSymlink && entry.kind != EntryKind::kDirectory) {
      ++use.files;
      set_capability(entry, rule->value, arena);
    } else if (entry.kind == EntryKind::kSymlink && use.link == nullptr) {
      use.link = &entry;
    }
  }
  Diagnostics found;
  for (size_t i = 0; i < rules.size(); ++i) {
    if (uses[i].files == 0) found.error(unused_rule(rules[i], uses[i]));
  }
  found.throw_if_errors();
}

}  // namespace layer
