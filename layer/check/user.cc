// Looks names up in the image's own files, as engines do, and applies POSIX permissions.
#include "layer/check/user.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "layer/base/accounts.h"
#include "layer/base/nearest_names.h"

namespace layer {
namespace {

constexpr std::string_view kPasswd = "etc/passwd";
constexpr std::string_view kGroup = "etc/group";
constexpr uint32_t kMayRead = 4;
constexpr uint32_t kMaySearch = 1;

// Who runs the image.
struct RunsAs {
  uint32_t uid = 0;
  std::vector<uint32_t> gids;
};

// Looks up the config's user.
class Accounts {
 public:
  Accounts(const Subject& subject, Findings& findings) : subject_(subject), findings_(findings) {}

  // No value after a finding, or if it is not known.
  std::optional<RunsAs> find(std::string_view user);

 private:
  // Of passwd or group; no value if what is in it is not known, none if there is no such file.
  std::optional<std::vector<AccountFields>> read(std::string_view path, size_t least_fields) const;
  void report(std::string_view path, std::string_view kind, std::string_view name,
              const std::vector<AccountFields>& lines);
  bool find_user(std::string_view name, RunsAs& runs_as, std::string& login);
  bool find_group(std::string_view name, RunsAs& runs_as);
  void add_groups_of(std::string_view login, RunsAs& runs_as) const;

  const Subject& subject_;
  Findings& findings_;
};

std::optional<std::vector<AccountFields>> Accounts::read(std::string_view path,
                                                         size_t least_fields) const {
  const Node* node = subject_.view.find(path);
  if (node == nullptr) return std::vector<AccountFields>();
  const std::string_view text = subject_.probes.text(node);
  if (node->kind != NodeKind::kFile || node->size > kLongestAccounts) return std::nullopt;
  if (text.empty() && node->size > 0) return std::nullopt;
  return account_lines(text, least_fields);
}

void Accounts::report(std::string_view path, std::string_view kind, std::string_view name,
                      const std::vector<AccountFields>& lines) {
  Finding finding;
  finding.check = "user";
  if (const Node* node = subject_.view.find(path)) {
    finding = finding_at(*node, "user");
    finding.reason = fmt::format("has no {} '{}', and the image is to run as '{}'", kind, name,
                                 subject_.config.user);
  } else {
    finding.reason = fmt::format("is to run as '{}', but has no '/{}' and therefore no {} '{}'",
                                 subject_.config.user, path, kind, name);
  }
  std::vector<std::string_view> names = account_names(lines);
  finding.help = "a number needs no entry: --user=1000:1000";
  if (!names.empty()) finding.help += "; " + names_to_choose(name, std::move(names));
  findings_.add(std::move(finding));
}

bool Accounts::find_user(std::string_view name, RunsAs& runs_as, std::string& login) {
  const std::optional<std::vector<AccountFields>> lines = read(kPasswd, 4);
  const std::optional<uint32_t> number = account_number(name);
  if (!lines && !number) return false;
  for (const AccountFields& line : lines.value_or(std::vector<AccountFields>())) {
    const std::optional<uint32_t> uid = account_number(line[2]);
    const std::optional<uint32_t> gid = account_number(line[3]);
    if (!uid || !gid || (line[0] != name && uid != number)) continue;
    runs_as = {*uid, {*gid}};
    login = line[0];
    return true;
  }
  if (!number) report(kPasswd, "user", name, *lines);
  runs_as = {number.value_or(0), {0}};
  return number.has_value();
}

bool Accounts::find_group(std::string_view name, RunsAs& runs_as) {
  const std::optional<std::vector<AccountFields>> lines = read(kGroup, 3);
  const std::optional<uint32_t> number = account_number(name);
  if (!lines && !number) return false;
  for (const AccountFields& line : lines.value_or(std::vector<AccountFields>())) {
    const std::optional<uint32_t> gid = account_number(line[2]);
    if (!gid || line[0] != name) continue;
    runs_as.gids = {*gid};
    return true;
  }
  if (!number) report(kGroup, "group", name, *lines);
  runs_as.gids = {number.value_or(0)};
  return number.has_value();
}

// Without a group in the config engines add those of /etc/group that list the user.
void Accounts::add_groups_of(std::string_view login, RunsAs& runs_as) const {
  const std::optional<std::vector<AccountFields>> lines = read(kGroup, 4);
  for (const AccountFields& line : lines.value_or(std::vector<AccountFields>())) {
    const std::string members = fmt::format(",{},", line[3]);
    const std::optional<uint32_t> gid = account_number(line[2]);
    if (gid && members.find(fmt::format(",{},", login)) != std::string::npos) {
      runs_as.gids.push_back(*gid);
    }
  }
}

std::optional<RunsAs> Accounts::find(std::string_view user) {
  const size_t colon = user.find(':');
  RunsAs runs_as;
  std::string login;
  const bool has_user = find_user(user.substr(0, colon), runs_as, login);
  if (colon != std::string_view::npos) {
    const bool has_group = find_group(user.substr(colon + 1), runs_as);
    if (!has_user || !has_group) return std::nullopt;
  } else if (!login.empty()) {
    add_groups_of(login, runs_as);
  }
  return has_user ? std::optional(runs_as) : std::nullopt;
}

bool is_allowed(const RunsAs& runs_as, const Node& node, uint32_t permission) {
  if (node.uid == runs_as.uid) return (node.mode >> 6U & permission) != 0;
  const bool is_of_group = std::ranges::find(runs_as.gids, node.gid) != runs_as.gids.end();
  return ((is_of_group ? node.mode >> 3U : node.mode) & permission) != 0;
}

std::string owner_and_mode(const Node& node) {
  return fmt::format("mode {:04o} and owner {}:{}", node.mode, node.uid, node.gid);
}

void report_unreadable(const Subject& subject, const Node& node, std::string_view what,
                       Findings& findings) {
  Finding finding = finding_at(node, "user-cannot-read");
  finding.severity = Severity::kWarning;
  finding.cause = fmt::format("{} {}", package_of(node.path), owner_and_mode(node));
  finding.reason = fmt::format("has {}: the image's user '{}' cannot {}", owner_and_mode(node),
                               subject.config.user, what);
  finding.help = "give it another mode (--chmod) or owner (--chown), or choose another --user";
  findings.add(std::move(finding));
}

// Ours are what is in one of our own layers.
void check_reading(const Subject& subject, const RunsAs& runs_as, Findings& findings) {
  const std::vector<Node>& nodes = subject.view.nodes();
  const auto is_our_file = [&](const Node& node) {
    return node.kind == NodeKind::kFile && !subject.is_base(node);
  };
  for (size_t i = 0; i < nodes.size(); ++i) {
    const Node& node = nodes[i];
    if (node.kind == NodeKind::kDirectory && !is_allowed(runs_as, node, kMaySearch)) {
      const std::span<const Node> below = subject.view.below(node);
      const auto ours = std::ranges::count_if(below, is_our_file);
      if (ours > 0) {
        report_unreadable(subject, node,
                          fmt::format("read the {} file{} below it", ours, ours == 1 ? "" : "s"),
                          findings);
      }
      i += below.size();
    } else if (is_our_file(node) && !is_allowed(runs_as, node, kMayRead)) {
      report_unreadable(subject, node, "read it", findings);
    }
  }
}

}  // namespace

void check_user(const Subject& subject, Findings& findings) {
  if (subject.config.user.empty()) return;
  const std::optional<RunsAs> runs_as = Accounts(subject, findings).find(subject.config.user);
  if (runs_as && runs_as->uid != 0) check_reading(subject, *runs_as, findings);
}

}  // namespace layer
