#include "rest/rest_client.h"

#include <curl/curl.h>

#include <memory>

#include "base/freed_by.h"
#include "rest/tls.h"

namespace millrace::rest {
namespace {

constexpr const char* kConnectRestException =
    "org.apache.kafka.connect.runtime.rest.errors.ConnectRestException";
constexpr std::string_view kBlank = " \t\r\n";

size_t take_body(char* data, size_t, size_t size, void* into) {
  static_cast<HttpResponse*>(into)->body.append(data, size);
  return size;
}

size_t take_header(char* data, size_t, size_t size, void* into) {
  auto& response = *static_cast<HttpResponse*>(into);
  std::string_view line(data, size);
  if (line.starts_with("HTTP/")) response.headers.clear();  // of an answer before the last one
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return size;
  std::string_view value = line.substr(colon + 1);
  while (!value.empty() && kBlank.find(value.front()) != kBlank.npos) value.remove_prefix(1);
  while (!value.empty() && kBlank.find(value.back()) != kBlank.npos) value.remove_suffix(1);
  response.headers.emplace_back(line.substr(0, colon), value);
  return size;
}

CURLcode set_up_tls(CURL*, void* ssl_context, void* settings) {
  const auto& tls = *static_cast<const config::Properties*>(settings);
  return use_client_tls(ssl_context, tls) ? CURLE_OK : CURLE_SSL_CERTPROBLEM;
}

Failure no_answer(const std::string& why) {
  return fail(ErrorKind::retriable, "IO Error trying to forward REST request: " + why,
              kConnectRestException);
}

}  // namespace

Result<HttpResponse> RestClient::send(const Request& request) const {
  static const CURLcode initialized = curl_global_init(CURL_GLOBAL_DEFAULT);
  std::unique_ptr<CURL, FreedBy<curl_easy_cleanup>> curl(initialized == CURLE_OK ? curl_easy_init()
                                                                                 : nullptr);
  if (curl == nullptr) return no_answer("libcurl cannot be used");
  curl_slist* list = nullptr;
  for (const auto& [name, value] : request.headers)
    list = curl_slist_append(list, (name + ": " + value).c_str());
  if (!request.body.empty()) list = curl_slist_append(list, "Content-Type: application/json");
  list = curl_slist_append(list, "Expect:");
  const std::unique_ptr<curl_slist, FreedBy<curl_slist_free_all>> headers(list);

  HttpResponse response;
  CURL* handle = curl.get();
  char reason[CURL_ERROR_SIZE] = "";
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, reason);
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_PROXY, "");  // workers reach each other directly, as Java's do
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
  curl_easy_setopt(handle, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
  curl_easy_setopt(handle, CURLOPT_SSL_CTX_FUNCTION, set_up_tls);
  curl_easy_setopt(handle, CURLOPT_SSL_CTX_DATA, &tls_);
  const auto name_check = tls_.find("ssl.endpoint.identification.algorithm");
  if (name_check != tls_.end() && name_check->second.empty())
    curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 0L);
  if (!request.body.empty()) {
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request.body.data());
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
  }
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &response);
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, &response);
  const CURLcode code = curl_easy_perform(handle);
  if (code != CURLE_OK) return no_answer(*reason != 0 ? reason : curl_easy_strerror(code));
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  response.status = static_cast<int>(status);
  if (const std::string* type = find_header(response.headers, "Content-Type"))
    response.content_type = *type;
  return response;
}

}  // namespace millrace::rest
