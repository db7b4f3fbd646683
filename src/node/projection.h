// What is made from a journal and from nothing else: tables of SQL, a copy in files or in Kafka. It
// can be dropped and made again; it decides nothing.
//
//     entries ──► take ──► what it keeps, and next(), together
//
// Who reads them to it: follower.h behind a node, project() for as far as a journal goes.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <vector>

#include "base/error.h"
#include "node/entry.h"

namespace bashu::node {

class Projection {
 public:
  Projection() = default;
  Projection(const Projection&) = delete;
  Projection& operator=(const Projection&) = delete;
  virtual ~Projection() = default;

  // The entry to go on with: it holds all before that one, also after a crash.
  [[nodiscard]] virtual std::uint64_t next() const = 0;
  // Entries in order, from next() on, none left out; all of them are held when it returns.
  [[nodiscard]] virtual std::expected<void, Fault> take(const std::vector<Entry>& entries) = 0;
};

// Reads to `onto` what is durable when this begins, decoding beside it; after each piece `go_on`
// may end it early.
[[nodiscard]] std::expected<void, Fault> project(EntrySource& from, Projection& onto,
                                                 const std::function<bool()>& go_on);

}  // namespace bashu::node
