// Ctrl-C and its kind.
#pragma once

namespace cmd {

// From now on SIGINT, SIGTERM, SIGHUP and SIGPIPE remove what has a temporary name, and then end the
// process as they do by themselves: a shell sees the signal. One that is ignored stays so (nohup). To be
// called once, before any thread is made. Throws layer::Error, and std::system_error for want of a thread.
void clean_up_on_signals();

// From now on a write beyond the limit of a file's size (ulimit -f) fails, and does not end the process.
// Throws layer::Error.
void make_size_limit_an_error();

// Does not return if a signal is about to end the process: to be called before a fault is reported that
// may come of it, such as a file that was removed, or a pipe that nobody reads.
void wait_if_ending();

}  // namespace cmd
