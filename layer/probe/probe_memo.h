// Probes as a store keeps them, so that files that did not change are not opened again.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "layer/probe/probe.h"
#include "layer/store/memo.h"
#include "layer/store/store.h"

namespace layer {

void put_probe(const FileProbe& probe, MemoWriter& memo);
FileProbe read_probe(MemoReader& memo);

// The probes of a program's files, by path in the image and Store::identity(). Where there is none
// nothing is found.
class ProbeMemo {
 public:
  // What the store knows for the program that starts at `entry_point` and whose files `input`
  // declares. Programs that have both in common only find less.
  ProbeMemo(Store& store, std::string_view entry_point, std::string_view input);

  // Null unless it is known. Any thread.
  const FileProbe* find(const Node& file) const;

  // Notes, unless nothing is new, all files that were looked into: `found[i]` is of *files[i].
  void replace(std::span<const Node* const> files, std::span<const FileProbe> found);

 private:
  struct Known {
    Stamp stamp;
    FileProbe probe;
  };

  void read(std::string_view bytes);

  Store& store_;
  const Digest key_;
  Memo memo_;  // where the paths are
  std::unordered_map<std::string_view, Known> known_;
};

}  // namespace layer
