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

// Looks up the config's user as engines do: moby/sys/user, GetExecUser() (Docker, podman), and
// containerd's pkg/oci, WithUser().
class Accounts {
 public:
  Accounts(const Subject& subject, Findings& findings) : subject_(subject), findings_(findings) {}

  // No value after a finding, or if it is not known.
  std::optional<RunsAs> find();

 private:
  // No value if what is in the file is not known, none if there is no such file.
  std::optional<std::vector<EngineAccount>> read(AccountsOf file) const;
  void report(std::string reason, Severity severity, std::string help);
  void report_absent(AccountsOf file, std::string_view name,
                     const std::vector<EngineAccount>& accounts);
  bool is_out_of_range(std::string_view part, std::string_view what);
  bool find_user(std::string_view user, RunsAs& runs_as, std::string_view& login);
  bool find_group(std::string_view group, RunsAs& runs_as);
  void add_groups_of(std::string_view login, RunsAs& runs_as) const;

  const Subject& subject_;
  Findings& findings_;
};

std::string_view path_of(AccountsOf file) {
  return file == AccountsOf::kPasswd ? kPasswd : kGroup;
}

std::optional<std::vector<EngineAccount>> Accounts::read(AccountsOf file) const {
  const Node* node = subject_.view.find(path_of(file));
  if (node == nullptr) return std::vector<EngineAccount>();
  const std::string_view text = subject_.probes.text(node);
  if (node->kind != NodeKind::kFile || node->size > kLongestAccounts) return std::nullopt;
  if (text.empty() && node->size > 0) return std::nullopt;
  return engine_accounts(text, file);
}

void Accounts::report(std::string reason, Severity severity, std::string help) {
  Finding finding;
  finding.check = "user";
  finding.severity = severity;
  finding.reason = std::move(reason);
  finding.help = std::move(help);
  findings_.add(std::move(finding));
}

void Accounts::report_absent(AccountsOf file, std::string_view name,
                             const std::vector<EngineAccount>& accounts) {
  const std::string_view path = path_of(file);
  const std::string_view kind = file == AccountsOf::kPasswd ? "user" : "group";
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
  std::vector<std::string_view> names;
  names.reserve(accounts.size());
  for (const EngineAccount& account : accounts) names.push_back(account.name);
  finding.help = "a number needs no entry: --user=1000:1000";
  if (!names.empty()) finding.help += "; " + names_to_choose(name, std::move(names));
  findings_.add(std::move(finding));
}

// Docker refuses such a number, and containerd takes it for a name.
bool Accounts::is_out_of_range(std::string_view part, std::string_view what) {
  const std::optional<int64_t> number = engine_number(part);
  if (!number || (*number >= 0 && *number <= kMaxAccountId)) return false;
  report(
      fmt::format("is to run as '{}': engines refuse the {} {}", subject_.config.user, what, part),
      Severity::kError, fmt::format("they take numbers from 0 to {}", kMaxAccountId));
  return true;
}

// A number is never a name.
bool Accounts::find_user(std::string_view user, RunsAs& runs_as, std::string_view& login) {
  const std::optional<std::vector<EngineAccount>> accounts = read(AccountsOf::kPasswd);
  const std::optional<int64_t> number = user.empty() ? 0 : engine_number(user);
  if (!accounts && !number) return false;
  runs_as = {static_cast<uint32_t>(number.value_or(0)), {0}};
  for (const EngineAccount& account : accounts.value_or(std::vector<EngineAccount>())) {
    if (number ? account.id != *number : account.name != user) continue;
    runs_as = {static_cast<uint32_t>(account.id), {static_cast<uint32_t>(account.gid)}};
    login = account.name;
    return true;
  }
  if (!number) report_absent(AccountsOf::kPasswd, user, *accounts);
  return number.has_value();
}

bool Accounts::find_group(std::string_view group, RunsAs& runs_as) {
  if (const std::optional<int64_t> number = engine_number(group)) {
    runs_as.gids = {static_cast<uint32_t>(*number)};
    return true;
  }
  const std::optional<std::vector<EngineAccount>> accounts = read(AccountsOf::kGroup);
  if (!accounts) return false;
  for (const EngineAccount& account : *accounts) {
    if (account.name != group) continue;
    runs_as.gids = {static_cast<uint32_t>(account.id)};
    return true;
  }
  report_absent(AccountsOf::kGroup, group, *accounts);
  return false;
}

// Without a group in the config engines add those of /etc/group that list the user.
void Accounts::add_groups_of(std::string_view login, RunsAs& runs_as) const {
  const std::optional<std::vector<EngineAccount>> accounts = read(AccountsOf::kGroup);
  const std::string member = fmt::format(",{},", login);
  for (const EngineAccount& account : accounts.value_or(std::vector<EngineAccount>())) {
    if (fmt::format(",{},", account.members).find(member) != std::string::npos) {
      runs_as.gids.push_back(static_cast<uint32_t>(account.id));
    }
  }
}

std::optional<RunsAs> Accounts::find() {
  const std::string_view text = subject_.config.user;
  const EngineUser split = split_engine_user(text);
  if (split.has_surplus) {
    report(fmt::format("is to run as '{}': containerd refuses a second ':'", text),
           Severity::kError, "a user is USER[:GROUP]");
    return std::nullopt;
  }
  if (is_out_of_range(split.user, "user") || is_out_of_range(split.group, "group")) {
    return std::nullopt;
  }
  RunsAs runs_as;
  std::string_view login;
  const bool has_user = find_user(split.user, runs_as, login);
  const bool has_group = split.group.empty() || find_group(split.group, runs_as);
  if (!has_user || !has_group) return std::nullopt;
  if (split.names_group && split.group.empty() && runs_as.gids.front() != 0) {
    report(
        fmt::format("is to run as '{}', with an empty group: the group is 0 in containerd, and {} "
                    "in Docker and podman",
                    text, runs_as.gids.front()),
        Severity::kWarning,
        fmt::format("leave out the ':', or name the group: '{}:{}'", split.user,
                    runs_as.gids.front()));
  }
  if (split.group.empty() && !login.empty()) add_groups_of(login, runs_as);
  return runs_as;
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
  const std::optional<RunsAs> runs_as = Accounts(subject, findings).find();
  if (runs_as && runs_as->uid != 0) check_reading(subject, *runs_as, findings);
}

}  // namespace layer
