#pragma once
// What becomes of a request that another worker of the cluster has to do: it is sent there once
// more, and its answer handed on. org.apache.kafka.connect.runtime.rest.HerderRequestHandler.

#include <string>

#include "rest/http.h"
#include "rest/rest_client.h"

namespace millrace::rest {

// url: of the other worker's REST API, with a slash at its end; "": nobody knows it at the moment.
// The parameter `forward` bounds the hops to two: a request without it may be forwarded twice, one
// with forward=true once, one with forward=false not at all. Of the headers only Authorization goes
// along.
HttpResponse forward_request(const RestClient& client, const HttpRequest& request,
                             const std::string& url);

}  // namespace millrace::rest
