// Who stands at the door of this node: a program with its key, or a person whose browser holds a
// session. Everything that serves requests asks here.
//
//     Authorization: Bearer SECRET ─► keys of the roster ───┐
//     Cookie: __Host-bashu-session ─► Sessions ─► accounts ─┴─► Guest
//
// Thread-safe.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"
#include "node/environment.h"
#include "people/brake.h"
#include "people/openid.h"
#include "people/principal.h"
#include "people/roster.h"
#include "people/sessions.h"
#include "people/settings.h"

namespace bashu::people {

struct Guest {
  std::shared_ptr<const Principal> who;  // null: nobody we know
  std::optional<Session> session;        // if he came by a cookie
  std::string token;                     // of the session
};

// Why nobody was let in.
struct NotIn {
  enum class Why : std::uint8_t {
    wrong,    // name or password
    wait,     // too many wrong tries: `wait_ms`
    unsafe,   // a password in clear from another machine
    unknown,  // the provider vouches for somebody who has no account here
    failed,   // the session could not be kept, or the provider could not be asked: `what`
  } why = Why::wrong;
  std::int64_t wait_ms = 0;
  std::string what{};
};

class Entrance {
 public:
  // Reads DIR/sessions.json; `roster` and `chance` must outlive it.
  Entrance(const std::filesystem::path& dir, Roster& roster, node::Chance& chance,
           Settings settings = {});

  [[nodiscard]] Guest who(const http::Request& request);
  // Whether the guest would still be let in; does not count as use.
  [[nodiscard]] bool still(const Guest& guest);

  [[nodiscard]] std::expected<Guest, NotIn> sign_in(const std::string& user,
                                                    std::string_view password,
                                                    const http::Request& request);
  // The account, if the password is its: what sign_in() asks, without a session.
  [[nodiscard]] std::expected<std::shared_ptr<const Account>, NotIn> prove(
      const std::string& user, std::string_view password, const http::Request& request);
  // For an account that a provider vouched for, saying how (`acr`, may be empty); none: its
  // password was proved. An open session of the request ends.
  [[nodiscard]] std::expected<Guest, NotIn> begin(const Account& account,
                                                  std::optional<std::string> acr,
                                                  const http::Request& request);
  void sign_out(const std::string& token) { sessions_.end(token); }
  // What the browser is to keep, or to forget.
  static void hand_cookie(http::Response& response, std::string_view token);

  [[nodiscard]] std::int64_t ends_ms(const Session& session) const {
    return sessions_.ends_ms(session);
  }
  // Null: no provider vouches for people here.
  [[nodiscard]] OpenId* openid() { return openid_.get(); }
  [[nodiscard]] Roster& roster() { return roster_; }
  [[nodiscard]] const Settings& settings() const { return settings_; }

 private:
  // Whether a password may come this way.
  [[nodiscard]] bool safe(const http::Request& request) const;
  [[nodiscard]] std::shared_ptr<const Principal> owner_of(const Session& session);
  std::string random(std::size_t count);

  Roster& roster_;
  node::Chance& chance_;
  Settings settings_;
  Sessions sessions_;
  Brake per_account_, per_address_;
  std::mutex chance_mutex_;
  std::unique_ptr<OpenId> openid_;
  std::mutex hashing_;  // one password at a time: each takes 64 MiB
};

[[nodiscard]] std::int64_t now_ms();

}  // namespace bashu::people
