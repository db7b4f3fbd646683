// A journal on a server that was moved elsewhere: closed there, so that neither a standby nor a
// copy of the node goes on with what is no longer in force.
//
//     bashu_moved     one row while it is closed: place, at, epoch (before it was closed)
//
// The head's epoch is then the greatest there is: no writer has it, and no version of the program
// can raise it.
#pragma once

#include <cstdint>
#include <expected>
#include <limits>
#include <optional>
#include <string>

#include "base/error.h"
#include "postgres/connection.h"

namespace bashu::journal {

using postgres::PgConnection;

constexpr std::uint64_t kClosedEpoch = std::numeric_limits<std::int64_t>::max();

struct WentTo {
  std::string place, at;  // for people
};
[[nodiscard]] std::string words_of(const WentTo& went);

// Of a URL, for people: without user and password.
[[nodiscard]] std::string place_of(const std::string& url);

// Gives how many entries it has, which are all it will have. Closed for the same place before: as
// if it were done now.
[[nodiscard]] std::expected<std::uint64_t, Fault> close_postgres(const std::string& url,
                                                                 const std::string& place);
// Whether it was closed. Whoever says this knows that nothing was appended where it went to, or
// that it is in here.
[[nodiscard]] std::expected<bool, Fault> reopen_postgres(const std::string& url);

// nullopt: it is open, or there is none.
[[nodiscard]] std::expected<std::optional<WentTo>, Fault> went_to(const std::string& url);
[[nodiscard]] std::expected<std::optional<WentTo>, Fault> went_to(PgConnection& connection);

}  // namespace bashu::journal
