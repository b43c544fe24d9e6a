// Ends the process cleanly on Ctrl-C and the like: removes temporary files first.
#pragma once

namespace cmd {

// From now on, SIGINT, SIGTERM, SIGHUP and SIGPIPE remove everything that has a temporary name and
// then end the process as they would by themselves, so that a shell sees the signal. A signal that
// is ignored stays ignored (nohup). Call once, before any thread is made. Throws layer::Error, or
// std::system_error if no thread can be made.
void clean_up_on_signals();

// From now on, a write beyond the limit of a file's size (ulimit -f) fails instead of ending the
// process. Throws layer::Error.
void make_size_limit_an_error();

// Does not return if a signal is about to end the process. Call before reporting a fault that the
// signal may have caused, such as a file that was removed or a pipe that nobody reads.
void wait_if_ending();

}  // namespace cmd
