// Collects what goes into an archive: one member per path, whatever it was read from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "layer/base/error.h"
#include "layer/base/keyed_hash.h"
#include "layer/bsdtar/names.h"
#include "layer/model/entry.h"
#include "layer/model/string_arena.h"

namespace layer {

// Where a member comes from. It decides which links may be made of the member.
enum class MemberSource : uint8_t {
  kListed,    // an mtree's row, or a file: may become a link to the same file elsewhere
  kFollowed,  // a link on disk, followed by --dereference: never becomes a symlink
  kCopied,    // another archive: stays what it is there
};

struct Member {
  Entry entry{};            // kFile, kEmptyFile, kSymlink or kDirectory
  std::string_view name{};  // its path, with a leading "./" if its name had one
  MemberSource source = MemberSource::kListed;
  bool is_kept_link = false;  // Mtree::kept_links
};

struct Owner {
  std::optional<uint32_t> uid;
  std::optional<uint32_t> gid;
};

// Collects members under their edited names. If several have the same path, the last one counts, as
// when archives are unpacked one over the other.
class Members {
 public:
  // `names` and `arena` must outlive this object. `owner` replaces what members state.
  Members(Names& names, const Owner& owner, StringArena& arena)
      : names_(names), owner_(owner), arena_(arena) {}

  // Adds the member, unless its name is not selected or editing leaves nothing of the name. Throws
  // Error for a name that an archive must not hold: one with "..", or a whiteout's.
  void add(Member member, std::string_view name);

  // Whether the name is selected. If not, its content need not be read.
  bool selects(std::string_view name) { return names_.selects(name); }

  // Whether an exclusion matches the name. Then nothing below it is looked at either, as with bsdtar.
  bool excludes(std::string_view name) { return names_.excludes(name); }

  // The members, in bytewise order of their names. Throws Error for each member that lies below a
  // member that is not a directory, unless both were copied.
  std::vector<Member> finish();

 private:
  void check_parents(const std::vector<Member>& sorted) const;

  Names& names_;
  const Owner owner_;
  StringArena& arena_;
  std::vector<Member> members_;
  NameMap<size_t> by_path_;
};

}  // namespace layer
