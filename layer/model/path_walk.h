// Walks a path as the kernel does, in whatever can tell what is at a path.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "layer/model/entry.h"

namespace layer {

enum class NodeKind : uint8_t {
  kDirectory,
  kFile,
  kSymlink,
  kOther,     // device or pipe
  kWhiteout,  // only in ImageTree::add_layer(): removes what lower layers have at this path and
              // below it
  kOpaque,    // only there: removes what lower layers have below this directory
};

enum class ResolveFault : uint8_t {
  kNone,
  kMissing,       // nothing is at `path`
  kNotDirectory,  // a file is at `path`, where a directory is needed
  kLoop,          // more than kMaxLinksFollowed links; `path` is the last one
};

enum class FinalLink : uint8_t { kFollow, kKeep };

// What is at one path, as far as a walk has to know it.
struct Waypoint {
  NodeKind kind = NodeKind::kFile;
  LinkText link{};  // of a kSymlink
};

// What is at exactly this path, links not followed; no value if nothing is.
using FindWaypoint = std::function<std::optional<Waypoint>(std::string_view path)>;

// Where a path leads. `path` has no links, "." or ".." in it; after a fault it is where the walk
// stopped.
struct PathEnd {
  std::optional<NodeKind> kind;  // of what is at `path`; none after a fault, and for the root
  std::string path;
  std::string rest{};  // after a fault, the components not walked: "a/../b"
  ResolveFault fault = ResolveFault::kNone;
  int links = 0;           // how many were followed, up to the fault
  bool left_root = false;  // ".." was taken at the root, where the kernel stays
};

// What all walks in one tree have cost so far; see walk_limit.h. Safe to use from several threads.
using WalkedSoFar = std::atomic<uint64_t>;

// Walks a path as the kernel does: links in every component are followed, ".." is taken physically,
// and an absolute link text starts at the root. `path` may begin with '/'. Throws Error when
// all walks together go beyond walk_limit() for a tree of so many nodes.
PathEnd walk_path(std::string_view path, FinalLink final, const FindWaypoint& find,
                  WalkedSoFar& walked, uint64_t nodes);

}  // namespace layer
