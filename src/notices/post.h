// One mail to one mail server, by SMTP (libcurl).
#pragma once

#include <cstdint>
#include <expected>
#include <string>

namespace bashu::notices {

struct MailServer {
  std::string url;           // smtp://host:port, or smtps:// for TLS from the first byte
  std::string from;          // the sender's address
  std::string user, secret;  // empty: the server asks for none
  std::string ca;            // file of PEM certificates; empty: the machine's
  bool starttls = false;     // insists on TLS over smtp://
  std::int64_t timeout_ms = 10'000;
};

struct Mail {
  std::string id;         // before the @ of its Message-ID: the same whenever it is sent again
  std::int64_t at_s = 0;  // when it is sent, since 1970
  std::string to, language;
  std::string subject, text;
};

struct NotSent {
  bool for_good = false;  // the server will never take it
  std::string what;       // without the address
};

[[nodiscard]] std::expected<void, NotSent> post(const MailServer& server, const Mail& mail);

// Whether it looks like an address that a mail can go to: one @, a domain with a dot or an address
// in brackets, no space or control character, at most 254 bytes of ASCII.
[[nodiscard]] bool is_address(std::string_view text);

}  // namespace bashu::notices
