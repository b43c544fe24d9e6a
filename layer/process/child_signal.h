// What becomes of the signal SIGCHLD.
#pragma once

namespace layer {

// From now on, the system keeps how a child has ended until it is asked for, also if whoever started
// this process ignores SIGCHLD. The children wait for theirs, too, and so find the signal's default.
// Call before any child is made. Throws Error.
void await_children();

// Ignores the signal if the process was started so, in a child that is about to become a command of
// the user's. May be called where only what a signal handler does is safe.
void restore_child_signal();

}  // namespace layer
