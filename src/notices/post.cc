#include "notices/post.h"

#include <curl/curl.h>

#include <algorithm>
#include <memory>
#include <mutex>

#include "base/bytes.h"
#include "base/wire_date.h"

namespace bashu::notices {

namespace {

constexpr std::size_t kAddressMax = 254;
constexpr std::size_t kWordBytes = 45;  // of a subject: 60 letters of base64, a line of 76

struct FreeHandle {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct FreeMime {
  void operator()(curl_mime* mime) const { curl_mime_free(mime); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, FreeList>;

void add(List& list, const std::string& line) {
  curl_slist* grown = curl_slist_append(list.get(), line.c_str());
  if (!grown) return;
  static_cast<void>(list.release());  // curl hands back the head it was given, or the first one
  list.reset(grown);
}

// RFC 2047: words of base64, none of which cuts a letter in two.
std::string encoded(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::size_t size = std::min(kWordBytes, text.size());
    while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xc0U) == 0x80U) --size;
    out += (out.empty() ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?") + base64(text.substr(0, size)) + "?=";
    text.remove_prefix(size);
  }
  return out;
}

std::string domain_of(std::string_view address) {
  return std::string{address.substr(address.rfind('@') + 1)};
}

// RFC 5321, 4.2.1: 5yz is for good.
bool is_final(long answer) { return answer >= 500 && answer < 600; }

}  // namespace

bool is_address(std::string_view text) {
  const std::size_t at = text.find('@');
  if (text.size() > kAddressMax || at == std::string_view::npos || at == 0) return false;
  const std::string_view domain = text.substr(at + 1);
  const bool plain = std::ranges::all_of(text, [](unsigned char c) {
    return c > ' ' && c < 0x7f && c != '<' && c != '>' && c != ',' && c != ';' && c != '"' &&
           c != '\\';
  });
  const bool named = domain.find('.') != std::string_view::npos && !domain.starts_with('.') &&
                     !domain.ends_with('.');
  return plain && domain.find('@') == std::string_view::npos &&
         (named || (domain.starts_with('[') && domain.ends_with(']')));
}

std::expected<void, NotSent> post(const MailServer& server, const Mail& mail) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  const std::unique_ptr<CURL, FreeHandle> handle{curl_easy_init()};
  if (!handle) return std::unexpected{NotSent{.for_good = false, .what = "no memory"}};
  CURL* curl = handle.get();
  const std::string from = "<" + server.from + ">", to = "<" + mail.to + ">";
  List recipients, headers;
  add(recipients, to);
  for (const std::string& line :
       {"From: " + from, "To: " + to, "Subject: " + encoded(mail.subject),
        "Date: " + mail_date({.unix_ms = mail.at_s * 1'000}),
        "Message-ID: <" + mail.id + "@" + domain_of(server.from) + ">",
        "Content-Language: " + mail.language, std::string{"Auto-Submitted: auto-generated"}}) {
    add(headers, line);
  }
  const std::unique_ptr<curl_mime, FreeMime> mime{curl_mime_init(curl)};
  curl_mimepart* part = curl_mime_addpart(mime.get());
  curl_mime_data(part, mail.text.data(), mail.text.size());
  curl_mime_type(part, "text/plain; charset=utf-8");
  curl_mime_encoder(part, "base64");

  curl_easy_setopt(curl, CURLOPT_URL, server.url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(server.timeout_ms));
  curl_easy_setopt(curl, CURLOPT_MAIL_FROM, from.c_str());
  curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients.get());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl, CURLOPT_MIMEPOST, mime.get());
  if (server.starttls) curl_easy_setopt(curl, CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
  if (!server.ca.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, server.ca.c_str());
  if (!server.user.empty()) {
    curl_easy_setopt(curl, CURLOPT_USERNAME, server.user.c_str());
    curl_easy_setopt(curl, CURLOPT_PASSWORD, server.secret.c_str());
  }
  const CURLcode done = curl_easy_perform(curl);
  if (done == CURLE_OK) return {};
  long answer = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer);
  std::string what = curl_easy_strerror(done);
  if (answer != 0) what += " (" + std::to_string(answer) + ")";
  // A wrong secret is the node's fault, not that of the mail.
  return std::unexpected{
      NotSent{.for_good = is_final(answer) && done != CURLE_LOGIN_DENIED, .what = std::move(what)}};
}

}  // namespace bashu::notices
