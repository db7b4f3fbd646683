// A journal in PostgreSQL, where a commit is acknowledged by as many machines as the server is told
// to wait for (docs/guide/postgres.md).
//
//     bashu_head      one row: epoch, size, root         bashu_commits   first, count, record
//     bashu_writer    one row: epoch, beat, holder       which also tells that the writer lives
//     bashu_moved     journal/moved.h
//
// One transaction a commit, in one statement: it moves the head on if the epoch is still ours, and
// adds the record if the head moved. Whoever opens to write raises the epoch, and only when that is
// acknowledged reads where the journal ends; the writer before can append no more. Bashu elects
// nobody: who is the writable side is decided by whoever runs the servers.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "journal/journal.h"

namespace bashu::journal {

[[nodiscard]] inline bool is_postgres(std::string_view url) {
  return url.starts_with("postgres://") || url.starts_with("postgresql://");
}

// `url`: a connection URI of libpq, `postgres://...`; options=-csearch_path=NAME chooses a schema.
// Read only: nothing is made, and a standby may answer.
[[nodiscard]] std::expected<std::unique_ptr<Journal>, Fault> open_postgres(const std::string& url,
                                                                           bool read_only = false);

struct Claim {
  std::string holder;                  // who writes from now on
  std::optional<std::uint64_t> epoch;  // refused if another has opened it since
  bool closed = false;  // to bring up to date one that was moved away, before it is opened again
};
[[nodiscard]] std::expected<std::unique_ptr<Journal>, Fault> open_postgres(const std::string& url,
                                                                           const Claim& claim);

// A schema of its own in a database, for a test: made empty, dropped when this ends.
class PostgresSchema {
 public:
  [[nodiscard]] static std::expected<PostgresSchema, Fault> create(const std::string& url,
                                                                   const std::string& name);
  PostgresSchema(PostgresSchema&& other) noexcept
      : url_{std::move(other.url_)}, name_{std::exchange(other.name_, {})} {}
  PostgresSchema& operator=(PostgresSchema&&) = delete;
  ~PostgresSchema();
  [[nodiscard]] std::expected<std::unique_ptr<Journal>, Fault> open(bool read_only = false) const;

 private:
  PostgresSchema(std::string url, std::string name)
      : url_{std::move(url)}, name_{std::move(name)} {}
  std::string url_, name_;  // empty: moved from
};

}  // namespace bashu::journal
