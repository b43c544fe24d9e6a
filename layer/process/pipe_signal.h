// What becomes of the signal SIGPIPE, which a write to a program that has ended brings.
#pragma once

namespace layer {

// From now on, SIGPIPE calls `handler`, which may only do what a signal handler may; but where a
// PipeSignalHeld lives, the write fails with EPIPE and that is all. Programs that are started find
// the signal as this one did: it is neither ignored nor blocked. Does nothing if it is ignored, or
// handled by a library that watches the process. Call before there are threads. Throws Error.
void handle_pipe_signal(void (*handler)(int signal));

// While it lives, SIGPIPE of this thread is not passed on to the handler. Belongs to the thread that
// made it.
class PipeSignalHeld {
 public:
  PipeSignalHeld();
  ~PipeSignalHeld();
  PipeSignalHeld(const PipeSignalHeld&) = delete;
  PipeSignalHeld& operator=(const PipeSignalHeld&) = delete;
};

}  // namespace layer
