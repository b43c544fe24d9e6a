// Standard input, output and error as a process finds them.
#pragma once

namespace cmd {

// Opens those that are closed, so that no file opened later takes the place of one, and gets what
// was meant for it. Reading and writing them fails as before. Call before any file is opened.
// Throws layer::Error.
void occupy_closed_streams();

// Makes stdout and stderr streams that go on after a signal. To the C library's own, EINTR is a
// fault, and what they held is lost. Call once, before anything is printed. Throws layer::Error.
void print_despite_signals();

}  // namespace cmd
