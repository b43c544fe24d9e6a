// One entry of a layer's tar: read and checked by itself, then laid on the layers below.
#pragma once

#include <archive_entry.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "layer/model/image_tree.h"
#include "oci/read/layer_entries.h"
#include "oci/read/layer_nodes.h"

namespace oci {

enum class MemberKind : uint8_t {
  kDirectory,
  kFile,
  kSymlink,
  kHardlink,
  kOther,     // device or pipe
  kWhiteout,  // image-spec layer.md, "Whiteouts": hides one path of the layers below
  kOpaque,    // hides all that the layers below have in its directory
  kReserved,  // a file of AUFS's own, which engines pass over
  kRoot,      // the root directory
};

// Texts belong to whoever made it. A mark (kWhiteout, kOpaque, kReserved) and the root have a path
// and a kind alone.
struct LayerMember {
  std::string_view path{};    // clean; of a mark, that of the mark itself: "a/.wh.b"; "": the root
  std::string_view target{};  // kSymlink: its text; kHardlink: a clean path; kOther: "c 1,3", "p"
  std::string_view xattrs{};  // text form of layer/base/xattrs.h
  uint64_t size = 0;          // bytes of a kFile
  int64_t mtime = 0;          // seconds since the epoch
  uint32_t mode = 0;          // permission bits, 07777
  uint32_t uid = 0;
  uint32_t gid = 0;
  MemberKind kind = MemberKind::kFile;
};

// Where read_member() puts the texts of the member at hand.
struct MemberTexts {
  std::string path;
  std::string target;
  std::string xattrs;
};

// Which extended attributes: those that images keep (is_kept_xattr()), or all.
enum class MemberXattrs : uint8_t { kKept, kAll };

// What the entry states. Texts of the result are in `texts`, until the next call. Throws Error, with
// the layer and the entry, for what no image may have.
LayerMember read_member(const LayerEntries& entries, archive_entry* entry, MemberXattrs xattrs,
                        MemberTexts& texts);

// Puts the member on `nodes`: finds its place, and adds, links or hides. Returns what is wrong, as
// LayerNodes does. `node` is then the node that it became (not for a hardlink or a mark); of a file
// the caller has set `node.inode`.
LayerNodes::Fault lay_member(const LayerMember& member, LayerNodes& nodes, layer::Node& node);

}  // namespace oci
