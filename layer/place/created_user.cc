// Makes room in the tree before files are looked at, and fills it in on the base.
#include "layer/place/created_user.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "layer/base/accounts.h"
#include "layer/base/ascii.h"
#include "layer/base/error.h"
#include "layer/base/file_metadata.h"
#include "layer/base/xattrs.h"
#include "layer/place/add_entry.h"

namespace layer {
namespace {

constexpr std::string_view kOption = "--create-user";  // Declaration::file of what it adds
// The first that useradd(8) gives, and what most images use whose authors chose one by hand. Fixed,
// so that files in volumes keep their owner when the base changes.
constexpr uint32_t kDefaultUser = 1000;
constexpr size_t kLongestUserName = 32;  // useradd(8)
constexpr uint32_t kHomeMode = 0700;
constexpr uint32_t kAccountsMode = 0644;
constexpr std::string_view kMove = "give it another place";

bool is_user_name(std::string_view name) {
  const auto is_first = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !name.empty() && name.size() <= kLongestUserName && is_first(name.front()) &&
         std::ranges::all_of(
             name, [&](char c) { return is_first(c) || is_digit(c) || c == '-' || c == '.'; });
}

std::string home_of(const NewUser& user) {
  return fmt::format("home/{}", user.name);
}

// What an input has at the place of passwd or group.
void take_over(Entry& entry, const FileTree& tree, StringArena& arena) {
  const AccountFile file = find_account_file(entry.path, tree, {}, arena);
  if (file.state != AccountFile::State::kKnown) {
    throw Error(file.position,
                fmt::format("'{}' is no file, and {} cannot add lines to it", entry.path, kOption))
        .with_help("pack the file that it leads to, or leave it out");
  }
  entry.kind = EntryKind::kInlineFile;
  entry.content = file.text;
  entry.stamp = nullptr;
}

// The least number from 1000 on that neither file has.
uint32_t free_number(const AccountFile& passwd, const AccountFile& group) {
  std::set<uint32_t> taken;
  for (const AccountFile* file : {&passwd, &group}) {
    for (const AccountFields& line : account_lines(file->text, 3)) {
      if (const std::optional<uint32_t> number = account_number(line[2])) taken.insert(*number);
    }
  }
  uint32_t number = kDefaultUser;
  while (taken.contains(number)) ++number;
  return number;
}

class UserAdder {
 public:
  UserAdder(const NewUser& user, const BaseAccounts& base, FileTree& tree, StringArena& arena)
      : user_(user), tree_(tree), arena_(arena) {
    for (const std::string_view path : {kPasswdPath, kGroupPath}) {
      AccountFile& file = path == kPasswdPath ? passwd_ : group_;
      // An entry of our own says nothing yet: the base does.
      const bool is_ours = find_entry(tree, path)->origin.file() == kOption;
      file = find_account_file(path, is_ours ? FileTree() : tree, base, arena);
    }
  }

  void run(std::vector<FileFacts>& facts) {
    check(passwd_, "user");
    check(group_, "group");
    add(passwd_, fmt::format("{0}:x:{1}:{1}::/{2}:/bin/sh\n", user_.name, user_.id, home_of(user_)),
        facts);
    add(group_, fmt::format("{}:x:{}:\n", user_.name, user_.id), facts);
  }

 private:
  void check(const AccountFile& file, std::string_view kind) const;
  void add(const AccountFile& file, const std::string& line, std::vector<FileFacts>& facts);

  const NewUser& user_;
  FileTree& tree_;
  StringArena& arena_;
  AccountFile passwd_;
  AccountFile group_;
};

// Whether the name and the number are free.
void UserAdder::check(const AccountFile& file, std::string_view kind) const {
  if (file.state == AccountFile::State::kUnknown) {
    throw Error(fmt::format("{} {}: '/{}' is no file or longer than {} KiB, and is not changed",
                            kOption, user_.name, file.path, kLongestAccounts >> 10U))
        .with_note(file.position, "it is here")
        .with_help("a number needs no entry: --user=1000:1000");
  }
  const auto taken = [&](std::string message, std::string help) {
    return Error(fmt::format("{} {}: {}", kOption, user_.name, message))
        .with_note(file.position, fmt::format("'/{}' comes from here", file.path))
        .with_help(std::move(help));
  };
  for (const AccountFields& line : account_lines(file.text, 3)) {
    if (line[0] == user_.name) {
      throw taken(fmt::format("the image has a {} of that name already", kind),
                  kind == "user" ? fmt::format("leave the option out, or choose another name; "
                                               "--user={} runs as the one that is there",
                                               user_.name)
                                 : "choose another name");
    }
  }
  for (const AccountFields& line : account_lines(file.text, 3)) {
    if (account_number(line[2]) != user_.id) continue;
    throw taken(fmt::format("{} is the number of the image's {} '{}'", user_.id, kind, line[0]),
                fmt::format("a free number is {}: {}={}:{}", free_number(passwd_, group_), kOption,
                            user_.name, free_number(passwd_, group_)));
  }
}

void UserAdder::add(const AccountFile& file, const std::string& line,
                    std::vector<FileFacts>& facts) {
  Entry& entry = *find_entry(tree_, file.path);
  const std::string_view end = file.text.empty() || file.text.ends_with('\n') ? "" : "\n";
  entry.content = arena_.copy(fmt::format("{}{}{}", file.text, end, line));
  facts[static_cast<size_t>(&entry - tree_.entries.data())].size = entry.content.size();
  Attributes attributes = entry.attributes == nullptr ? Attributes{} : *entry.attributes;
  if (file.of_base != nullptr) {
    attributes.mode = file.of_base->mode;
    attributes.uid = file.of_base->uid;
    attributes.gid = file.of_base->gid;
    attributes.xattrs = arena_.intern_at(xattrs_text(file.of_base->xattrs));
  }
  attributes.mode = attributes.mode.value_or(kAccountsMode);
  entry.attributes = arena_.intern(attributes);
}

}  // namespace

NewUser parse_new_user(std::string_view argument) {
  const size_t colon = argument.find(':');
  NewUser user{std::string(argument.substr(0, colon)), kDefaultUser};
  if (!is_user_name(user.name)) {
    throw Error(fmt::format("user '{}': expected NAME[:UID]", argument))
        .with_help(
            "a name begins with a letter or '_', and has letters, digits, '_', '-' and '.', 32 at "
            "most");
  }
  if (colon == std::string_view::npos) return user;
  const std::optional<uint32_t> id = account_number(argument.substr(colon + 1));
  if (!id || *id == 0 || !is_valid_owner(*id)) {
    throw Error(fmt::format("user '{}': '{}' is not the number of a user", argument,
                            argument.substr(colon + 1)))
        .with_help("numbers go from 1 to 4294967294; 0 is root, which every image has");
  }
  user.id = *id;
  return user;
}

void place_new_user(const NewUser& user, FileTree& tree, StringArena& arena) {
  const Origin origin{arena.intern(Declaration{.file = kOption})};
  for (const std::string_view path : {kPasswdPath, kGroupPath}) {
    Entry& entry = add_entry(tree, {.path = path, .origin = origin, .kind = EntryKind::kInlineFile},
                             kOption, kMove);
    if (entry.origin.file() != kOption) take_over(entry, tree, arena);
  }
  Attributes attributes;
  attributes.mode = kHomeMode;
  attributes.uid = user.id;
  attributes.gid = user.id;
  Entry& home = add_entry(
      tree, {.path = arena.copy(home_of(user)), .origin = origin, .kind = EntryKind::kDirectory},
      kOption, kMove);
  if (home.kind != EntryKind::kDirectory) {
    throw Error(home.origin.position(), fmt::format("'{}' is no directory, but {} makes it the "
                                                    "user's home",
                                                    home.path, kOption))
        .with_help(std::string(kMove));
  }
  if (home.attributes != nullptr) return;
  home.attributes = arena.intern(attributes);
  home.yields_to_base = true;
}

std::vector<std::string> places_of(const NewUser& user) {
  return {std::string(kPasswdPath), std::string(kGroupPath), home_of(user)};
}

void complete_new_user(const NewUser& user, const BaseAccounts& base, FileTree& tree,
                       std::vector<FileFacts>& facts, StringArena& arena) {
  UserAdder(user, base, tree, arena).run(facts);
}

}  // namespace layer
