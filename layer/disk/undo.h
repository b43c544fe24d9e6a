// Undoes a sequence of steps unless all of them succeed.
#pragma once

#include <functional>
#include <vector>

namespace layer {

// The destructor undoes the steps, newest first, unless keep() was called.
class Undo {
 public:
  Undo() = default;
  ~Undo();
  Undo(const Undo&) = delete;
  Undo& operator=(const Undo&) = delete;

  // Adds the action that undoes the step just made. Exceptions that it throws are dropped, because
  // an error is already under way.
  void add(std::function<void()> back);
  // All steps succeeded: nothing is undone.
  void keep() { steps_.clear(); }
  // The steps succeeded so far: returns one action that undoes them all, for the caller to keep.
  std::function<void()> release();

 private:
  std::vector<std::function<void()>> steps_;
};

}  // namespace layer
