// Sign-in by a provider of OpenID Connect (Core 1.0, Discovery 1.0): code flow with PKCE (RFC
// 7636), state bound to the browser, nonce, ID token verified against the provider's published
// keys.
//
//     begin ─► browser ─► provider: the person proves who he is ─► browser ─► finish
//                                                                      code ─► token endpoint ─► ID
//                                                                      token
//
// Thread-safe; begin and finish ask the provider and wait for it.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/value.h"
#include "http/tls.h"
#include "people/id_token.h"
#include "people/settings.h"

namespace bashu::people {

class OpenId {
 public:
  // `random` gives so many bytes of chance, from any thread; relative files are of `dir`.
  OpenId(Provider provider, std::filesystem::path dir,
         std::function<std::string(std::size_t)> random);

  struct Begun {
    std::string url;      // where the browser goes
    std::string browser;  // what it keeps until it is back
  };
  [[nodiscard]] std::expected<Begun, Fault> begin(const std::string& back, const std::string& next,
                                                  std::int64_t now_ms);
  struct Finished {
    Vouched who;
    std::string next;
  };
  // Once for each state.
  [[nodiscard]] std::expected<Finished, Fault> finish(const std::string& state,
                                                      const std::string& code,
                                                      std::string_view browser,
                                                      const std::string& back, std::int64_t now_ms);

 private:
  struct Pending {
    std::string verifier, nonce, browser, next;
    std::int64_t until_ms = 0;
  };
  struct Known {
    std::string authorization, token;
    Value keys;
    std::int64_t until_ms = 0;
  };
  // The provider's addresses and keys, asked again after a while, or at once where `afresh`.
  std::expected<Known, Fault> known(std::int64_t now_ms, bool afresh);
  std::expected<Value, Fault> ask(const std::string& url, const std::string& form = {});
  std::expected<http::TlsContext, Fault> tls() const;

  Provider provider_;
  std::filesystem::path dir_;
  std::function<std::string(std::size_t)> random_;
  std::mutex mutex_;
  std::map<std::string, Pending, std::less<>> pending_;  // by state
  Known known_;
};

}  // namespace bashu::people
