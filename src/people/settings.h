// DIR/web.json: how this node's pages are reached and who may vouch for people. All of it may be
// absent:
//
//     {"origin":"https://bashu.example",   as browsers see it; https means that TLS ends before us
//      "idle_minutes":30, "session_hours":12,
//      "openid":{"issuer":"https://id.example","client":"bashu","secret":"...","ca":"ca.pem",
//                "title":"Provider", "acr":"mfa"}}
//
// `acr`: what the provider must say of a sign-in before the account's `may` counts in it.
#pragma once

#include <expected>
#include <filesystem>
#include <optional>
#include <string>

#include "base/error.h"
#include "people/sessions.h"

namespace bashu::people {

struct Provider {
  std::string issuer, client;
  std::string secret{};  // empty: a public client
  std::string ca{};      // file of PEM certificates; empty: the machine's
  std::string title{};   // on the button
  std::string acr{};     // may be empty
};

struct Settings {
  std::string origin{};  // without a final slash; empty: as the request names it
  Sessions::Limits sessions{};
  std::optional<Provider> provider{};
};
// Of a directory without web.json: the defaults.
[[nodiscard]] std::expected<Settings, Fault> read_settings(const std::filesystem::path& dir);

}  // namespace bashu::people
