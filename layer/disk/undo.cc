// Undoes steps, newest first, whatever one of them throws.
#include "layer/disk/undo.h"

#include <exception>
#include <memory>
#include <utility>

namespace layer {
namespace {

void take_back(std::vector<std::function<void()>>& steps) {
  for (; !steps.empty(); steps.pop_back()) {
    try {
      steps.back()();
    } catch (const std::exception&) {
      // The others are taken back all the same.
    }
  }
}

}  // namespace

Undo::~Undo() {
  take_back(steps_);
}

void Undo::add(std::function<void()> back) {
  steps_.push_back(std::move(back));
}

std::function<void()> Undo::release() {
  auto steps = std::make_shared<std::vector<std::function<void()>>>(std::exchange(steps_, {}));
  return [steps] { take_back(*steps); };
}

}  // namespace layer
