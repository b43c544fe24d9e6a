// The table of bsdtar's options, and what `veneer tar` does about each.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cmd/tar/tar_options.h"

namespace cmd {

struct TarOption {
  using Take = void (*)(TarCommand& command, const std::string& value);

  std::string_view name{};  // long, without "--"; empty: it has none
  char letter = 0;          // short; 0: it has none
  bool has_value = false;
  Take take = nullptr;  // null unless the option is taken
};

enum class TarOptionUse : uint8_t { kTaken, kIgnored, kRefused };

struct FoundTarOption {
  const TarOption* option = nullptr;  // null: there is none
  TarOptionUse use = TarOptionUse::kTaken;
};

FoundTarOption find_tar_option(char letter);
// The option of this long name, or the only one whose name begins with it.
FoundTarOption find_tar_option(std::string_view name);

}  // namespace cmd
