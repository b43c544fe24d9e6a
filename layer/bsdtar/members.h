// What goes into an archive: one member a path, whatever it was read from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "layer/base/error.h"
#include "layer/bsdtar/names.h"
#include "layer/model/entry.h"
#include "layer/model/string_arena.h"

namespace layer {

// Where a member is from.
enum class MemberSource : uint8_t {
  kListed,  // an mtree's row, or a file: may become a link to another member that is the same file
  kFollowed,  // what a link on disk leads to, by --dereference: becomes no symlink
  kCopied,    // another archive: stays what it is there
};

struct Member {
  Entry entry{};            // kFile, kEmptyFile, kSymlink or kDirectory
  std::string_view name{};  // its path, behind "./" if it was so called
  MemberSource source = MemberSource::kListed;
  bool is_kept_link = false;  // Mtree::kept_links
};

struct Owner {
  std::optional<uint32_t> uid;
  std::optional<uint32_t> gid;
};

// Gathers members under the names they are to have. As when archives are unpacked one over the
// other, the last member of a path counts.
class Members {
 public:
  // `names` outlives this. `owner` replaces what members state.
  Members(Names& names, const Owner& owner, StringArena& arena)
      : names_(names), owner_(owner), arena_(arena) {}

  // Takes the member unless its name is not selected or nothing is left of it. Throws Error for a
  // name that an archive must not hold: one with ".." in it, or a whiteout's.
  void add(Member member, std::string_view name);

  // Whether the name is selected, so that what is behind it need not be read.
  bool selects(std::string_view name) { return names_.selects(std::string(name)); }

  // In bytewise order of their names. Throws Error for each member that lies below another that is no
  // directory, unless both were copied.
  std::vector<Member> finish();

 private:
  void check_parents(const std::vector<Member>& sorted) const;

  Names& names_;
  const Owner owner_;
  StringArena& arena_;
  std::vector<Member> members_;
  std::unordered_map<std::string_view, size_t> by_path_;
};

}  // namespace layer
