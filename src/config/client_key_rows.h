#pragma once
// Rows of the table of client keys. Not for users of the table: see config/client_keys.h.

#include <vector>

#include "config/key_table.h"

namespace millrace::config {

inline constexpr unsigned kProducer = 1, kConsumer = 2, kAdmin = 4, kEvery = 7;

struct ClientRow {
  unsigned clients;  // those that have the key
  WorkerRow key;
};

std::vector<ClientRow> client_rows();
std::vector<ClientRow> client_security_rows();

}  // namespace millrace::config
