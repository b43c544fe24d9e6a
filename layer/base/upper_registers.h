// What the assembly of ISA-L leaves to be done.
#pragma once

namespace layer {

// Marks the upper parts of the AVX registers as not in use (VZEROUPPER). To be called after functions
// of ISA-L, which leave them in use: all SSE instructions of the thread, such as those of SHA-256,
// then take up to a third longer (AMD64 Architecture Programmer's Manual, volume 4; Intel 64 and
// IA-32 Architectures Optimization Reference Manual, "Mixing AVX code with SSE code"). Does nothing
// on other processors.
void clear_upper_registers();

}  // namespace layer
