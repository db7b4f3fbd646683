// Open sessions of people at this node's pages. The browser holds a token of 256 bits in a cookie
// no script can read; the node holds its digest, so that its file opens no session. A session ends
// when it was not used for a while, after some hours in any case, when its owner signs out, and at
// once when his account or its password is no longer what it was.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace bashu::people {

struct Session {
  std::string user;
  std::string credential;  // of the account when it signed in
  std::string csrf;        // sent with every write in a header, which no other site can
  bool provider = false;   // a provider vouched for them; else by password
  std::string acr;         // how the provider says the person proved who he is; may be empty
  std::int64_t began_ms = 0, used_ms = 0;
};

class Sessions {
 public:
  struct Limits {
    std::int64_t idle_ms = 30 * 60'000;
    std::int64_t whole_ms = 12 * 3'600'000;
    std::size_t per_user = 16;  // the one used longest ago makes room
  };
  // Kept in `file` across restarts of the node; one that cannot be read holds no session.
  Sessions(std::filesystem::path file, Limits limits);

  // Gives the token. `random` is at least 64 bytes of chance.
  [[nodiscard]] std::expected<std::string, Fault> begin(Session session, std::string_view random,
                                                        std::int64_t now_ms);
  // nullopt: there is none, or it ended. Counts as use.
  [[nodiscard]] std::optional<Session> find(std::string_view token, std::int64_t now_ms);
  // The same, but no use.
  [[nodiscard]] std::optional<Session> look(std::string_view token, std::int64_t now_ms);
  void end(std::string_view token);
  // When a session ends if nobody uses it any more.
  [[nodiscard]] std::int64_t ends_ms(const Session& session) const;

 private:
  [[nodiscard]] bool over(const Session& session, std::int64_t now_ms) const;
  std::expected<void, Fault> keep();

  std::filesystem::path file_;
  Limits limits_;
  std::mutex mutex_;
  std::map<std::string, Session, std::less<>> sessions_;  // by digest of the token
};

}  // namespace bashu::people
