// The requests that a worker is given, read while it is busy so that cancellations are seen.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>

#include "cmd/worker/work_request.h"
#include "layer/disk/file_handle.h"

namespace cmd {

// Reads one descriptor and answers on another. A request that is cancelled before its turn is
// answered at once; of the one whose turn it is, is_cancelled() tells.
class RequestQueue {
 public:
  // Takes both over, and SIGTERM, SIGINT and SIGHUP, which end the stream, and the request at hand
  // with it: to be made before any other thread, for those have to inherit the signals' being blocked.
  RequestQueue(layer::FileHandle input, layer::FileHandle output);
  ~RequestQueue();
  RequestQueue(const RequestQueue&) = delete;
  RequestQueue& operator=(const RequestQueue&) = delete;

  // Waits for the next request; none: the stream has ended. Throws, once all requests before it are
  // taken, the Error of one that is malformed.
  std::optional<WorkRequest> next();
  // Whether nobody waits for the request that next() returned last.
  const std::atomic<bool>& is_cancelled() const { return is_cancelled_; }
  // Answers that request; each is to be answered once.
  void answer(WorkResponse response);

 private:
  void read_all();
  bool read_some(ObjectSplitter& stream);
  bool wait_for_input() const;
  void take(WorkRequest request);
  void cancel(uint64_t id);
  void abandon();
  void end(std::exception_ptr failure);
  void write(const WorkResponse& response);

  const layer::FileHandle input_;
  const layer::FileHandle output_;
  const layer::FileHandle signals_;
  const layer::FileHandle wake_;  // readable when nobody is interested any more

  std::mutex mutex_;  // for what follows, and for writing
  std::condition_variable changed_;
  std::deque<WorkRequest> waiting_;
  std::optional<uint64_t> running_;  // its id
  bool has_ended_ = false;
  std::exception_ptr failure_;

  std::atomic<bool> is_cancelled_{false};
  std::thread reader_;
};

}  // namespace cmd
