// Keeps the signal SIGPIPE away while bytes go to another program.
#pragma once

namespace layer {

// While it lives, a write of this thread to a program that has ended fails with EPIPE; without it
// the signal SIGPIPE would end the process without a word. A program that this thread starts in the
// meantime has the signal blocked, too. An object belongs to the thread that made it.
class PipeSignalHeld {
 public:
  // Does nothing unless `is_needed`. Throws Error if the signal cannot be blocked.
  explicit PipeSignalHeld(bool is_needed);
  ~PipeSignalHeld();
  PipeSignalHeld(const PipeSignalHeld&) = delete;
  PipeSignalHeld& operator=(const PipeSignalHeld&) = delete;

 private:
  bool is_held_ = false;  // by this object, and by none before it
};

}  // namespace layer
