// Formats the lines that `tar -t`, `-tv` and `-xv` print.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "layer/bsdtar/extract.h"

namespace cmd {

// Lines are as bsdtar prints them. Columns grow from line to line. Times are in the local time
// zone, and those far from now show the year in place of the time of day. What cannot be printed in
// the environment's character set is escaped.
class TarListing {
 public:
  TarListing();

  std::string name(const std::string& path) const { return escape(path); }
  std::string line(const layer::ListedMember& member);

 private:
  std::string escape(const std::string& text) const;

  bool is_utf8_ = false;
  int64_t now_ = 0;
  size_t owner_width_ = 6;
  size_t group_size_width_ = 13;
};

}  // namespace cmd
