// Steps that are taken back unless all of them succeed.
#pragma once

#include <functional>
#include <vector>

namespace layer {

// The destructor takes the steps back, newest first, unless keep() was called. What a step holds is let
// go of either way.
class Undo {
 public:
  Undo() = default;
  ~Undo();
  Undo(const Undo&) = delete;
  Undo& operator=(const Undo&) = delete;

  // How the step that was just made is taken back. What it throws is dropped: there is an error on its
  // way already.
  void add(std::function<void()> back);
  // All went well.
  void keep() { steps_.clear(); }
  // All went well here; what takes it back all the same is the caller's to keep.
  std::function<void()> release();

 private:
  std::vector<std::function<void()>> steps_;
};

}  // namespace layer
