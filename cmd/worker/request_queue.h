// Reads a worker's requests while it is busy, so that cancellations are seen.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "cmd/worker/work_request.h"
#include "layer/disk/file_handle.h"

namespace cmd {

// Reads requests from one descriptor and writes answers to another. A request that is cancelled
// before its turn is answered at once. For the request at hand, is_cancelled() shows it.
class RequestQueue {
 public:
  // Owns both descriptors from now on. Also takes over the signals_to_end_by(): each ends the
  // stream and cancels the request at hand. To be made once, before any other thread. Throws
  // layer::Error.
  RequestQueue(layer::FileHandle input, layer::FileHandle output);
  ~RequestQueue();
  RequestQueue(const RequestQueue&) = delete;
  RequestQueue& operator=(const RequestQueue&) = delete;

  // Waits for the next request; no value: the stream has ended. A malformed request's Error is
  // thrown after all requests before it were taken.
  std::optional<WorkRequest> next();
  // Whether nobody waits for the request that next() returned last.
  const std::atomic<bool>& is_cancelled() const { return is_cancelled_; }
  // Answers the request that next() returned last. Answer each exactly once.
  void answer(WorkResponse response);

 private:
  void read_all();
  bool read_some(MessageSplitter& stream);
  bool wait_for_input() const;
  void take(WorkRequest request);
  void cancel(int32_t id);
  void abandon();
  void end(std::exception_ptr failure);
  void write(const WorkResponse& response);

  const layer::FileHandle input_;
  const layer::FileHandle output_;
  const layer::FileHandle signals_;
  const layer::FileHandle wake_;  // readable when the queue is destroyed
  std::vector<char> buffer_;      // of the input

  std::mutex mutex_;  // for what follows, and for writing
  std::condition_variable changed_;
  std::deque<WorkRequest> waiting_;
  std::optional<int32_t> running_;  // its id
  bool has_ended_ = false;
  std::exception_ptr failure_;

  std::atomic<bool> is_cancelled_{false};
  std::thread reader_;
};

}  // namespace cmd
