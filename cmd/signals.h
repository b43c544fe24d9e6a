// Ctrl-C and its kind.
#pragma once

namespace cmd {

// From now on SIGINT, SIGTERM and SIGHUP remove what has a temporary name, and then end the process as
// they do by themselves: a shell sees the signal. One that is ignored stays so (nohup). To be called
// once, before any thread is made. Throws layer::Error.
void clean_up_on_signals();

// Ends the process by a signal whose work is done.
[[noreturn]] void die_by(int signal);

}  // namespace cmd
