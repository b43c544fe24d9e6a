// Reads an input's file from disk, and takes the base's from what was probed of it.
#include "layer/place/image_accounts.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "layer/base/accounts.h"
#include "layer/base/file_metadata.h"
#include "layer/base/nearest_names.h"
#include "layer/read/input_file.h"

namespace layer {
namespace {

// "user" or "group", and the fields that a line needs to be looked at.
struct AccountKind {
  std::string_view name;
  std::string_view path;
  size_t fields;
};
constexpr AccountKind kUserAccounts{"user", kPasswdPath, 4};
constexpr AccountKind kGroupAccounts{"group", kGroupPath, 3};

class OwnerFinder {
 public:
  OwnerFinder(std::string_view owner, const FileTree& tree, const BaseAccounts& base,
              StringArena& arena)
      : owner_(owner), tree_(tree), base_(base), arena_(arena) {}

  OwnerIds find();

 private:
  AccountFields find_line(const AccountKind& kind, std::string_view name);
  Error no_such(const AccountKind& kind, std::string_view name, const AccountFile& file) const;

  const std::string_view owner_;
  const FileTree& tree_;
  const BaseAccounts& base_;
  StringArena& arena_;
};

Error OwnerFinder::no_such(const AccountKind& kind, std::string_view name,
                           const AccountFile& file) const {
  const std::string what = fmt::format("--chown '{}': ", owner_);
  const std::string number = "a number needs no entry: --chown=1000:1000";
  switch (file.state) {
    case AccountFile::State::kAbsent:
      return Error(fmt::format("{}the image has no '/{}' and therefore no {} '{}'", what, kind.path,
                               kind.name, name))
          .with_help(number + "; --create-user makes a user");
    case AccountFile::State::kUnknown:
      return Error(fmt::format("{}'/{}' is no file or longer than {} KiB, and is not looked into",
                               what, kind.path, kLongestAccounts >> 10U))
          .with_note(file.position, "it is here")
          .with_help(number);
    case AccountFile::State::kKnown:
      break;
  }
  std::string help = number;
  std::vector<std::string_view> names = account_names(account_lines(file.text, kind.fields));
  if (!names.empty()) help += "; " + names_to_choose(name, std::move(names));
  return Error(fmt::format("{}the image has no {} '{}'", what, kind.name, name))
      .with_note(file.position, fmt::format("'/{}' comes from here", kind.path))
      .with_help(std::move(help));
}

AccountFields OwnerFinder::find_line(const AccountKind& kind, std::string_view name) {
  const AccountFile file = find_account_file(kind.path, tree_, base_, arena_);
  for (const AccountFields& line : account_lines(file.text, kind.fields)) {
    if (line[0] == name && account_number(line[2])) return line;
  }
  throw no_such(kind, name, file);
}

OwnerIds OwnerFinder::find() {
  const size_t colon = owner_.find(':');
  const std::string_view user = owner_.substr(0, colon);
  OwnerIds ids;
  if (const std::optional<uint32_t> number = account_number(user)) {
    ids = {*number, *number};
  } else {
    const AccountFields line = find_line(kUserAccounts, user);
    ids = {*account_number(line[2]), account_number(line[3]).value_or(0)};
  }
  if (colon == std::string_view::npos) return ids;
  const std::string_view group = owner_.substr(colon + 1);
  const std::optional<uint32_t> number = account_number(group);
  ids.gid = number ? *number : *account_number(find_line(kGroupAccounts, group)[2]);
  return ids;
}

}  // namespace

AccountFile find_account_file(std::string_view path, const FileTree& tree, const BaseAccounts& base,
                              StringArena& arena) {
  AccountFile file{.path = path, .position = {'/' + std::string(path)}};
  if (const Entry* found = find_entry(tree, path)) {
    const Entry& entry = *found;
    file.position = entry.origin.position();
    const bool is_file = entry.kind != EntryKind::kSymlink && entry.kind != EntryKind::kDirectory;
    file.state = is_file ? AccountFile::State::kKnown : AccountFile::State::kUnknown;
    if (entry.kind == EntryKind::kInlineFile) file.text = entry.content;
    if (entry.kind == EntryKind::kFile) {
      file.text = read_found_file(std::string(entry.content), arena);
    }
    return file;
  }
  const Resolution found = base.tree == nullptr ? Resolution{} : base.tree->resolve(path);
  if (found.node == nullptr || found.node->kind != NodeKind::kFile) return file;
  file.of_base = found.node;
  file.position = found.node->origin.position();
  file.text = base.probes->text(found.node);
  const bool is_whole =
      found.node->size <= kLongestAccounts && file.text.size() >= found.node->size;
  file.state = is_whole ? AccountFile::State::kKnown : AccountFile::State::kUnknown;
  return file;
}

void check_owner_text(std::string_view owner) {
  const size_t colon = owner.find(':');
  for (const std::string_view part :
       {owner.substr(0, colon), colon == std::string_view::npos ? "0" : owner.substr(colon + 1)}) {
    if (part.empty() || part.find(':') != std::string_view::npos) {
      throw Error(fmt::format("owner '{}': expected USER[:GROUP]", owner));
    }
    const bool is_number = part.find_first_not_of("0123456789") == std::string_view::npos;
    const std::optional<uint32_t> number = account_number(part);
    if (is_number && (!number || !is_valid_owner(*number))) {
      throw Error(fmt::format("owner '{}': {} is more than 4294967294", owner, part));
    }
  }
}

OwnerIds find_owner(std::string_view owner, const FileTree& tree, const BaseAccounts& base,
                    StringArena& arena) {
  return OwnerFinder(owner, tree, base, arena).find();
}

}  // namespace layer
