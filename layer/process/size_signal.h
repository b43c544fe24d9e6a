// What becomes of the signal SIGXFSZ, which a write beyond the limit of a file's size brings.
#pragma once

namespace layer {

// From now on, such a write (ulimit -f) fails with EFBIG instead of ending the process. The signal is
// handled, not ignored, so that programs that are started find it as this one did. Throws Error.
void make_size_limit_an_error();

}  // namespace layer
