// Phrases that explanations are put together from.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "layer/model/entry.h"
#include "layer/model/image_tree.h"
#include "layer/model/plan.h"

namespace layer {

// "1 byte", "2 bytes"; "1 file", "2 files".
std::string bytes_text(uint64_t bytes);
std::string count_text(uint64_t number, std::string_view noun);

// What an input declares, in words: "a file, read from 'x', made by '//y'".
std::string declaration_text(const Entry& entry);

// Where it declares that: "FILE:LINE:COLUMN".
std::string place_text(const Origin& origin);

// Why an entry is a link; the rules are those of "Links" in ARCHITECTURE.md.
std::string_view rule_text(LinkReason reason);

// The paths of an image that are nearest to `path`, as a sentence " Nearest: 'a', 'b'."; empty if
// none is near.
std::string nearest_sentence(const ImageTree& image, std::string_view path);

}  // namespace layer
