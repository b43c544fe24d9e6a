// Polls in a thread of its own, with a queue between it and the thread that works.
#include "cmd/worker/request_queue.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>
#include <utility>

#include "cmd/report/signals.h"
#include "layer/base/error.h"
#include "layer/process/pipe_signal.h"

namespace cmd {
namespace {

constexpr const char* kStandardInput = "standard input";
constexpr const char* kStandardOutput = "standard output";
constexpr size_t kReadSize = size_t{64} << 10;

// Set once, before the handlers are, and never closed: a signal may come while the process ends.
int ending_event = -1;

extern "C" void end_on_signal(int /*signal*/) {
  const int before = errno;
  [[maybe_unused]] const int ignored = eventfd_write(ending_event, 1);
  errno = before;
}

// Of a reader that is gone a write tells.
extern "C" void go_on(int /*signal*/) {}

layer::FileHandle make_event() {
  layer::FileHandle event(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!event) throw layer::system_error("an event", "cannot create", errno);
  return event;
}

// Returns what is readable once one has come. They are handled, not blocked, so that programs that
// are started find them as this one did.
layer::FileHandle take_signals() {
  layer::FileHandle event = make_event();
  ending_event = layer::duplicate(event.get(), "an event").release();
  struct sigaction action = {};
  action.sa_handler = end_on_signal;
  action.sa_flags = SA_RESTART;
  for (const int signal : signals_to_end_by()) {
    if (sigaction(signal, &action, nullptr) != 0) {
      throw layer::system_error("signals", "cannot handle", errno);
    }
  }
  layer::handle_pipe_signal(go_on);
  return event;
}

}  // namespace

RequestQueue::RequestQueue(layer::FileHandle input, layer::FileHandle output)
    : input_(std::move(input)),
      output_(std::move(output)),
      signals_(take_signals()),
      wake_(make_event()),
      buffer_(kReadSize),
      reader_([this] { read_all(); }) {}

RequestQueue::~RequestQueue() {
  // Eight bytes always fit into an event that nobody else adds to.
  [[maybe_unused]] const int ignored = eventfd_write(wake_.get(), 1);
  reader_.join();
}

std::optional<WorkRequest> RequestQueue::next() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return has_ended_ || !waiting_.empty(); });
  if (waiting_.empty()) {
    if (failure_) std::rethrow_exception(failure_);
    return std::nullopt;
  }
  WorkRequest request = std::move(waiting_.front());
  waiting_.pop_front();
  running_ = request.id;
  is_cancelled_ = false;
  return request;
}

void RequestQueue::answer(WorkResponse response) {
  const std::lock_guard lock(mutex_);
  running_.reset();
  if (is_cancelled_) response = {response.id, 0, {}, true};
  write(response);
}

void RequestQueue::read_all() {
  try {
    MessageSplitter stream;
    while (wait_for_input()) {
      if (!read_some(stream)) return end(nullptr);
    }
    abandon();
  } catch (...) {
    end(std::current_exception());
  }
}

// False when no more is wanted.
bool RequestQueue::wait_for_input() const {
  std::array<pollfd, 3> ready{pollfd{input_.get(), POLLIN, 0}, pollfd{signals_.get(), POLLIN, 0},
                              pollfd{wake_.get(), POLLIN, 0}};
  while (poll(ready.data(), ready.size(), -1) < 0) {
    if (errno != EINTR) throw layer::system_error(kStandardInput, "cannot wait for it", errno);
  }
  return ready[1].revents == 0 && ready[2].revents == 0;
}

// False at the end of the stream.
bool RequestQueue::read_some(MessageSplitter& stream) {
  const ssize_t got = ::read(input_.get(), buffer_.data(), buffer_.size());
  if (got < 0 && errno == EINTR) return true;
  if (got < 0) throw layer::system_error(kStandardInput, "cannot read", errno);
  if (got == 0) {
    stream.finish();
    return false;
  }
  stream.add({buffer_.data(), static_cast<size_t>(got)});
  while (const std::optional<std::string> message = stream.next()) {
    take(parse_work_request(*message, stream.name()));
  }
  return true;
}

void RequestQueue::take(WorkRequest request) {
  const std::lock_guard lock(mutex_);
  if (request.is_cancel) {
    cancel(request.id);
    return;
  }
  waiting_.push_back(std::move(request));
  changed_.notify_all();
}

// One that is answered already is nobody's concern.
void RequestQueue::cancel(int32_t id) {
  if (running_ == id) {
    is_cancelled_ = true;
    return;
  }
  const auto found = std::find_if(waiting_.begin(), waiting_.end(),
                                  [id](const WorkRequest& request) { return request.id == id; });
  if (found == waiting_.end()) return;
  waiting_.erase(found);
  write({id, 0, {}, true});
}

void RequestQueue::abandon() {
  const std::lock_guard lock(mutex_);
  is_cancelled_ = true;
  waiting_.clear();
  has_ended_ = true;
  changed_.notify_all();
}

void RequestQueue::end(std::exception_ptr failure) {
  const std::lock_guard lock(mutex_);
  has_ended_ = true;
  failure_ = std::move(failure);
  changed_.notify_all();
}

void RequestQueue::write(const WorkResponse& response) {
  const std::string message = encode_response(response);
  for (std::string_view rest = message; !rest.empty();) {
    const ssize_t put = ::write(output_.get(), rest.data(), rest.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) throw layer::system_error(kStandardOutput, "cannot write", errno);
    rest.remove_prefix(static_cast<size_t>(put));
  }
}

}  // namespace cmd
