// Ends the process cleanly on Ctrl-C and the like: removes temporary files first.
#pragma once

#include <vector>

namespace cmd {

// Those that would end this process and come from outside: of a user, of another process, of a timer
// or a limit. Not SIGPIPE, nor those of a fault of the program, such as SIGSEGV and SIGABRT. A signal
// that is ignored (nohup) or handled already is not among them. Throws layer::Error.
std::vector<int> signals_to_end_by();

// From now on, these and SIGPIPE remove everything that has a temporary name and then end the process
// as they would by themselves, so that a shell sees the signal. SIGPIPE may be ignored, too. Call
// once, before any thread is made. Throws layer::Error, or std::system_error if no thread can be
// made.
void clean_up_on_signals();

// From now on, a fault of the system that nobody can catch, such as TBB's when there is no thread
// for it, is reported, removes everything that has a temporary name and ends the process with the
// exit code `failure`. A fault of ours ends it as before, with SIGABRT.
void clean_up_on_terminate(int failure);

// Does not return if a signal is about to end the process. Call before results get their names, and
// before reporting a fault that the signal may have caused, such as a file that was removed or a
// pipe that nobody reads.
void wait_if_ending();

}  // namespace cmd
