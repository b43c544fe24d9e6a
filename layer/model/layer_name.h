// Checks the layer names that users, specs and locks give.
#pragma once

#include <string_view>

namespace layer {

// Layers that every plan may have. What is put there by name joins what belongs there anyway.
inline constexpr std::string_view kInterpreterLayer = "interpreter";
inline constexpr std::string_view kAppLayer = "app";

// What is wrong with a layer's name, as the end of a sentence "layer '...' ": "is empty", "holds a
// control character", "is not UTF-8", "is a name that veneer gives to layers of small packages".
// Empty if it is fine.
std::string_view layer_name_fault(std::string_view name);

// The number of the bucket of small packages that a layer's name stands for: "packages-3" is 3,
// "packages" (the only bucket of a small image) is 1, and any other name is 0.
unsigned bucket_number(std::string_view name);

}  // namespace layer
