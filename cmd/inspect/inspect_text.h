// Prints what is in an image for people: one screen.
#pragma once

#include <cstdint>

#include "cmd/inspect/inspection.h"

namespace cmd {

void print_image_text(const Inspection& inspection);

// Of one layer; `layer` counts from 0.
void print_layer_text(const Inspection& inspection, uint32_t layer);

}  // namespace cmd
