// What a layer may be called by those who name one: a rule of the user, a group of a spec, a lock.
#pragma once

#include <string_view>

namespace layer {

// Names of layers that every plan may have. Whatever is put there by name joins what belongs there.
inline constexpr std::string_view kInterpreterLayer = "interpreter";
inline constexpr std::string_view kAppLayer = "app";

// What is wrong with a layer's name, to follow "layer '...' ": "is empty", "holds a control
// character", "is a name that veneer gives to layers of small packages". Empty when nothing is.
std::string_view layer_name_fault(std::string_view name);

// Number of the bucket of small packages that a layer of this name is: "packages-3" is 3, and
// "packages", the one bucket of a small image, is 1; 0 for any other name.
unsigned bucket_number(std::string_view name);

}  // namespace layer
