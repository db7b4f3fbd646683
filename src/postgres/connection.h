// A connection of libpq: owned, and what went wrong as a Fault that says whether the outcome is
// known. For one thread at a time.
#pragma once

#include <libpq-fe.h>

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace bashu::postgres {

// A parameter of a connection URI that is Bashu's own and unknown to libpq.
inline constexpr std::string_view kQuorumParameter = "quorum";
// A connection URI without such a parameter, and the last value it had.
struct WithoutParameter {
  std::string url;
  std::optional<std::string> value;
};
[[nodiscard]] WithoutParameter take_parameter(std::string_view url, std::string_view name);

class PgResult {
 public:
  explicit PgResult(PGresult* result) : result_{result} {}
  [[nodiscard]] int rows() const { return PQntuples(result_.get()); }
  [[nodiscard]] std::uint64_t number(int row, int column) const;    // a bigint in binary form
  [[nodiscard]] std::string_view bytes(int row, int column) const;  // lives as long as the result
  [[nodiscard]] std::uint64_t changed() const;                      // rows that a command changed
  [[nodiscard]] PGresult* get() const { return result_.get(); }

 private:
  struct Clear {
    void operator()(PGresult* result) const { PQclear(result); }
  };
  std::unique_ptr<PGresult, Clear> result_;
};

class PgConnection {
 public:
  // `url`: what it says for Bashu alone (journal/quorum.h) is left out. `options`: of the command
  // line of the session, as libpq has them; empty: those of the URL.
  [[nodiscard]] static std::expected<PgConnection, Fault> open(const std::string& url,
                                                               const std::string& options = {});

  // Parameters of a statement: bytea, or bigint, both in binary form.
  class Parameters {
   public:
    Parameters& add(std::uint64_t number);
    Parameters& add(std::string_view bytes);  // not copied

   private:
    friend class PgConnection;
    struct One {
      std::string number;
      std::string_view bytes;
      Oid type;
    };
    std::vector<One> all_;
  };
  // Runs one statement; numbers and bytes come back in binary form. A fault whose outcome is
  // unknown: it may have been committed. That is so when the connection broke, when the server
  // ended the session, and when it only warned: a wait for its standbys that was cancelled ends in
  // a commit that may be on this machine alone.
  [[nodiscard]] std::expected<PgResult, Fault> run(const std::string& sql,
                                                   const Parameters& parameters = {});
  // As text.
  [[nodiscard]] std::expected<std::string, Fault> show(const std::string& setting);
  // Connects anew with what it was opened with.
  void reset() { PQreset(handle_.get()); }
  // For what run() does not do: copying rows in, many statements at once.
  [[nodiscard]] PGconn* handle() const { return handle_.get(); }
  // What went wrong last; `state`: its SQLSTATE, null if the connection broke.
  [[nodiscard]] Fault failed(const char* state) const;

 private:
  struct Finish {
    void operator()(PGconn* handle) const { PQfinish(handle); }
  };
  explicit PgConnection(PGconn* handle);

  std::unique_ptr<PGconn, Finish> handle_;
  std::unique_ptr<std::string> warning_;  // the last one since a statement began
};

}  // namespace bashu::postgres
