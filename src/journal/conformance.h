// What every journal promises, tried on one: by tests, and by `bashu journal test` on the server
// that an operator means to use.
#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "journal/journal.h"

namespace bashu::journal {

// Where an empty journal can be opened, again and again.
struct Place {
  using Opened = std::expected<std::unique_ptr<Journal>, Fault>;
  std::function<Opened()> to_write, to_read;
};

struct Promise {
  std::string name;   // `journal.promise.<name>` among the texts
  std::string wrong;  // for the engineer; empty: it is kept
};
// Tries them one after the other; what it writes stays.
[[nodiscard]] std::vector<Promise> try_promises(const Place& place);

}  // namespace bashu::journal
