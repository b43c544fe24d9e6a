// Keeps probes in the store, so that unchanged files need not be opened again.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "layer/base/keyed_hash.h"
#include "layer/probe/probe.h"
#include "layer/store/memo.h"
#include "layer/store/store.h"

namespace layer {

void put_probe(const FileProbe& probe, MemoWriter& memo);
FileProbe read_probe(MemoReader& memo);

// The probes of one program's files, by path in the image and Store::identity(). A file without an
// identity is never found.
class ProbeMemo {
 public:
  // Loads what the store has for the program that starts at `entry_point` and whose files `input`
  // declares. Programs that have both in common share one memo, and so only find fewer files in it.
  // `store` must outlive this.
  ProbeMemo(Store& store, std::string_view entry_point, std::string_view input);

  // The probe of an unchanged file; null if it is not known. Safe to call from any thread.
  const FileProbe* find(const Node& file) const;

  // Stores the probes of all probed files, unless none is new: `found[i]` is that of *files[i].
  void replace(std::span<const Node* const> files, std::span<const FileProbe> found);

 private:
  struct Known {
    Stamp stamp;
    FileProbe probe;
  };

  void read(std::string_view bytes);

  Store& store_;
  const Digest key_;
  Memo memo_;  // owns the paths
  NameMap<Known> known_;
};

}  // namespace layer
