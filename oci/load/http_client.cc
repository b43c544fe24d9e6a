// One libcurl handle, whose connection is used again.
#include "oci/load/http_client.h"

#include <fmt/core.h>
#include <openssl/crypto.h>

#include <cerrno>
#include <exception>
#include <stdexcept>
#include <utility>

#include "layer/base/error.h"
#include "layer/process/pipe_signal.h"
#include "oci/load/curl.h"

namespace oci {
namespace {

constexpr size_t kMaxBodyBytes = size_t{64} << 20;
constexpr size_t kMaxLineBytes = size_t{1} << 20;
constexpr size_t kMaxHeaderBytes = size_t{1} << 20;
constexpr long kSendBufferBytes = 1L << 20;
constexpr long kConnectSeconds = 20;

// Of the process, before its first handle. No settings of OpenSSL are read, as everywhere in veneer.
void start_curl() {
  static const bool is_started = OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr) == 1 &&
                                 curl_library().global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  if (!is_started) throw layer::Error("libcurl cannot be started");
}

void check_option(CURLcode code) {
  if (code != CURLE_OK)
    throw layer::Error(fmt::format("libcurl: {}", curl_library().easy_strerror(code)));
}

template <typename Value>
void set_option(CURL* handle, CURLoption option, Value value) {
  check_option(curl_library().easy_setopt(handle, option, value));
}

class HeaderList {
 public:
  void add(const std::string& line) {
    curl_slist* const longer = curl_library().slist_append(list_, line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    list_ = longer;
  }
  HeaderList() = default;
  ~HeaderList() { curl_library().slist_free_all(list_); }
  HeaderList(const HeaderList&) = delete;
  HeaderList& operator=(const HeaderList&) = delete;

  curl_slist* get() const { return list_; }

 private:
  curl_slist* list_ = nullptr;
};

std::string base_url(const EngineAddress& address) {
  if (!socket_path(address).empty()) return "http://localhost";
  const std::string_view scheme = address.tls == TlsMode::kOff ? "http" : "https";
  std::string rest = address.url.substr(address.url.find("://"));
  while (rest.ends_with('/')) rest.pop_back();
  return fmt::format("{}{}", scheme, rest);
}

void set_tls(CURL* curl, const EngineAddress& address) {
  if (address.tls == TlsMode::kOff) return;
  const long verifies = address.tls == TlsMode::kVerified ? 1 : 0;
  set_option(curl, CURLOPT_SSL_VERIFYPEER, verifies);
  set_option(curl, CURLOPT_SSL_VERIFYHOST, verifies * 2);
  const TlsFiles& files = address.files;
  if (!files.ca.empty()) set_option(curl, CURLOPT_CAINFO, files.ca.c_str());
  if (!files.certificate.empty()) set_option(curl, CURLOPT_SSLCERT, files.certificate.c_str());
  if (!files.key.empty()) set_option(curl, CURLOPT_SSLKEY, files.key.c_str());
}

bool is_nobody_there(CURLcode code) {
  return code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST;
}

std::string help_for(CURLcode code, long number) {
  if (is_nobody_there(code) && (number == EACCES || number == EPERM)) {
    return "run it as root, or as a user in the group of the socket (for Docker: "
           "`sudo usermod -aG docker USER`, then log in anew)";
  }
  if (is_nobody_there(code)) {
    return "start the engine, or say where it listens: DOCKER_HOST (CONTAINER_HOST for podman), "
           "or `docker context use NAME`";
  }
  if (code == CURLE_OPERATION_TIMEDOUT) return "--timeout SECONDS waits longer";
  if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE) {
    return "ca.pem in DOCKER_CERT_PATH, or of the context, has to be of who signed the engine's "
           "certificate";
  }
  return {};
}

}  // namespace

struct HttpClient::Handle {
  CURL* curl = curl_library().easy_init();
  std::string message = std::string(CURL_ERROR_SIZE, '\0');
  Handle() {
    if (curl == nullptr) throw std::bad_alloc();
  }
  ~Handle() { curl_library().easy_cleanup(curl); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
};

// What the callbacks work on. No exception crosses libcurl: it is kept, and ends the transfer.
struct HttpClient::Transfer {
  CURL* curl;
  const std::string& place;  // the engine's, for messages
  const FillBytes* fill = nullptr;
  const TakeLine* take = nullptr;
  std::string body;
  size_t taken = 0;        // of the answer, with the lines that are gone
  size_t header_size = 0;  // with trailers, which libcurl keeps without end
  std::exception_ptr fault;

  static size_t read(char* data, size_t size, size_t count, void* self) noexcept {
    auto& transfer = *static_cast<Transfer*>(self);
    try {
      return (*transfer.fill)(std::as_writable_bytes(std::span(data, size * count)));
    } catch (...) {
      transfer.fault = std::current_exception();
      return CURL_READFUNC_ABORT;
    }
  }

  static size_t count_header(char* /*data*/, size_t size, size_t count, void* self) noexcept {
    auto& transfer = *static_cast<Transfer*>(self);
    transfer.header_size += size * count;
    return transfer.header_size > kMaxHeaderBytes ? 0 : size * count;
  }

  static size_t write(char* data, size_t size, size_t count, void* self) noexcept {
    auto& transfer = *static_cast<Transfer*>(self);
    try {
      transfer.add({data, size * count});
      return size * count;
    } catch (...) {
      transfer.fault = std::current_exception();
      return size * count + 1;
    }
  }

  void add(std::string_view text) {
    body += text;
    long status = 0;
    check_option(curl_library().easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status));
    const bool has_lines = take != nullptr && status == kHttpDone;
    taken += text.size();
    if (taken > kMaxBodyBytes || (has_lines && body.size() > kMaxLineBytes)) {
      throw layer::Error({place}, "the engine's answer is too long");
    }
    if (!has_lines) return;
    for (size_t end = body.find('\n'); end != body.npos; end = body.find('\n')) {
      (*take)(std::string_view(body).substr(0, end));
      body.erase(0, end + 1);
    }
  }
};

HttpClient::HttpClient(EngineAddress address, std::chrono::seconds patience)
    : address_(std::move(address)), patience_(patience) {
  start_curl();
  handle_ = std::make_unique<Handle>();
}

HttpClient::~HttpClient() = default;

HttpAnswer HttpClient::perform(const std::string& path, Transfer& transfer) {
  CURL* const curl = handle_->curl;
  const std::string url = base_url(address_) + path;
  const std::string socket = socket_path(address_);
  set_option(curl, CURLOPT_URL, url.c_str());
  if (!socket.empty()) set_option(curl, CURLOPT_UNIX_SOCKET_PATH, socket.c_str());
  set_option(curl, CURLOPT_PROXY, "");
  set_option(curl, CURLOPT_NOSIGNAL, 1L);
  set_option(curl, CURLOPT_USERAGENT, "veneer");
  set_option(curl, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  set_option(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
  set_option(curl, CURLOPT_LOW_SPEED_TIME, static_cast<long>(patience_.count()));
  set_option(curl, CURLOPT_ERRORBUFFER, handle_->message.data());
  set_option(curl, CURLOPT_WRITEFUNCTION, &Transfer::write);
  set_option(curl, CURLOPT_WRITEDATA, &transfer);
  set_option(curl, CURLOPT_HEADERFUNCTION, &Transfer::count_header);
  set_option(curl, CURLOPT_HEADERDATA, &transfer);
  set_tls(curl, address_);
  handle_->message[0] = '\0';
  const layer::PipeSignalHeld no_signal;  // OpenSSL writes without MSG_NOSIGNAL
  const CURLcode code = curl_library().easy_perform(curl);
  HttpAnswer answer;
  check_option(curl_library().easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer.status));
  if (transfer.fault) std::rethrow_exception(transfer.fault);
  if (transfer.header_size > kMaxHeaderBytes) {
    throw layer::Error({address_.url}, "the engine's answer has headers without end");
  }
  // An engine that answers with an error may end the connection before it has read all.
  const bool is_refusal = answer.status >= 400 && !transfer.body.empty();
  if (code != CURLE_OK && !is_refusal) {
    long number = 0;
    check_option(curl_library().easy_getinfo(curl, CURLINFO_OS_ERRNO, &number));
    const std::string_view said = handle_->message.c_str();
    const std::string reason =
        code == CURLE_COULDNT_CONNECT && number != 0
            ? std::generic_category().message(static_cast<int>(number))
            : std::string(said.empty() ? curl_library().easy_strerror(code) : said);
    const std::string_view what = is_nobody_there(code) ? "no engine can be reached there"
                                                        : "the exchange with the engine failed";
    layer::Error error({address_.url},
                       fmt::format("{} (chosen by {}): {}", what, address_.chosen_by, reason));
    throw std::move(error).with_help(help_for(code, number));
  }
  answer.body = std::move(transfer.body);
  return answer;
}

HttpAnswer HttpClient::get(const std::string& path) {
  curl_library().easy_reset(handle_->curl);
  Transfer transfer{handle_->curl, address_.url, nullptr, nullptr, {}, 0, 0, {}};
  return perform(path, transfer);
}

HttpAnswer HttpClient::post(const std::string& path, std::string_view content_type, uint64_t size,
                            const FillBytes& fill, const TakeLine& take) {
  CURL* const curl = handle_->curl;
  curl_library().easy_reset(curl);
  Transfer transfer{curl, address_.url, &fill, &take, {}, 0, 0, {}};
  HeaderList headers;
  headers.add(fmt::format("Content-Type: {}", content_type));
  headers.add("Expect:");  // send at once
  set_option(curl, CURLOPT_POST, 1L);
  set_option(curl, CURLOPT_FRESH_CONNECT,
             1L);  // on a used one, libcurl would try to send once more
  set_option(curl, CURLOPT_HTTPHEADER, headers.get());
  set_option(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(size));
  set_option(curl, CURLOPT_UPLOAD_BUFFERSIZE, kSendBufferBytes);
  set_option(curl, CURLOPT_READFUNCTION, &Transfer::read);
  set_option(curl, CURLOPT_READDATA, &transfer);
  HttpAnswer answer = perform(path, transfer);
  if (answer.status == kHttpDone && !answer.body.empty()) {
    take(answer.body);
    answer.body.clear();
  }
  return answer;
}

}  // namespace oci
