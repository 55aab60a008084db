#pragma once
// A TCP connection, with TLS where there is a context for it, that never blocks.

#include <sys/socket.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kafka/wire/tls_context.h"
#include "kafka/wire/wire_settings.h"

namespace millrace::kafka::wire {

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

// All addresses of a name, in the resolver's order. Waits for the resolver.
Result<std::vector<Address>> resolve(const Endpoint& endpoint);
// The canonical names behind a bootstrap server, as client.dns.lookup asks; the server itself where
// there is none. Waits for the resolver.
std::vector<Endpoint> canonical(const Endpoint& endpoint);

class Stream {
 public:
  // Begins to connect. tls: null without TLS; outlives the stream. host: for TLS.
  static Result<std::unique_ptr<Stream>> open(const Address& address, ssl_ctx_st* tls,
                                              const std::string& host, bool verify_host_name);
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  int descriptor() const { return descriptor_; }
  // What poll(2) should wait for, beside bytes to read, before the next call.
  bool wants_to_write() const { return wants_to_write_; }

  // Connects and shakes hands; true: done. To be called when the socket is ready.
  Result<bool> advance();
  // Bytes moved; 0: none just now. An error: the connection is over.
  Result<size_t> read(char* buffer, size_t size);
  Result<size_t> write(std::string_view bytes);

 private:
  Stream(int descriptor, std::string host) : descriptor_(descriptor), host_(std::move(host)) {}
  Result<size_t> tls_result(int result);

  int descriptor_;
  std::string host_;
  TlsHandle tls_;
  bool connected_ = false, open_ = false, wants_to_write_ = true;
};

}  // namespace millrace::kafka::wire
