#include "http/wire.h"

#include <boost/beast/core/error.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace bashu::http {

namespace {

namespace beast = boost::beast::http;
using boost::beast::error_code;
using boost::beast::string_view;

std::string_view find_header(const std::vector<Header>& headers, std::string_view name) {
  for (const Header& header : headers) {
    if (boost::beast::iequals(header.name, name)) return header.value;
  }
  return {};
}

bool plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte >= 0x20 && byte != 0x7f) || byte == '\t';
  });
}

void write_header(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

void write_headers(std::string& out, const std::vector<Header>& headers) {
  for (const auto& [name, value] : headers) {
    if (!name.empty() && plain(name) && plain(value)) write_header(out, name, value);
  }
}

std::size_t count_of(const std::vector<Header>& headers, std::string_view name) {
  return static_cast<std::size_t>(std::ranges::count_if(
      headers, [&](const Header& header) { return boost::beast::iequals(header.name, name); }));
}

// Whether nobody on the way could have read this head another way: one host, one proof of who
// asks, and no coding of the body that would hide where it ends.
bool unequivocal(const Request& request) {
  const std::size_t hosts = count_of(request.headers, "Host");
  const std::size_t codings = count_of(request.headers, "Transfer-Encoding");
  return hosts <= 1 && (hosts == 1 || request.old) &&
         count_of(request.headers, "Authorization") <= 1 && codings <= 1 &&
         (codings == 0 ||
          boost::beast::iequals(find_header(request.headers, "Transfer-Encoding"), "chunked"));
}

std::string text_of(string_view text) { return {text.data(), text.size()}; }

// Collects one message; what differs between requests and responses is given by the hooks.
template <bool is_request, typename Message>
class Parser final : public beast::basic_parser<is_request> {
 public:
  explicit Parser(const WireLimits& limits) : limits_{&limits} {
    this->header_limit(static_cast<std::uint32_t>(limits.header_max));
    this->body_limit(limits.body_max);
    this->eager(true);
  }
  Message message;
  bool body_begun = false;
  bool chunk_begun = false;
  int too_long = 413;

 private:
  void on_request_impl(beast::verb, string_view method, string_view target, int version,
                       error_code&) override {
    if constexpr (is_request) {
      constexpr std::size_t kHeadersMostly = 8;
      message.headers.reserve(kHeadersMostly);
      message.old = version < 11;
      message.method = text_of(method);
      message.target = text_of(target);
    }
  }
  void on_response_impl(int code, string_view, int, error_code&) override {
    if constexpr (!is_request) message.status = code;
  }
  void on_field_impl(beast::field, string_view name, string_view value, error_code&) override {
    message.headers.push_back({text_of(name), text_of(value)});
  }
  void on_header_impl(error_code& error) override {
    if constexpr (is_request) {
      if (!unequivocal(message)) {
        error = beast::error::bad_field;
        return;
      }
      body_max_ = limits_->body_max;
      if (limits_->admit && (this->chunked() || this->content_length().value_or(0) > 0)) {
        const Admission admitted = limits_->admit(message);
        body_max_ = std::min(body_max_, admitted.body_max);
        too_long = admitted.status;
      }
      if (this->content_length().value_or(0) > body_max_) error = beast::error::body_limit;
    }
  }
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override {
    if constexpr (is_request) message.length_given = length.has_value();
    // The limit was checked; a promise alone reserves no more than a little.
    if (length)
      message.body.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(*length, 1u << 16)));
  }
  std::size_t on_body_impl(string_view body, error_code&) override {
    body_begun = true;
    message.body.append(body.data(), body.size());
    return body.size();
  }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {
    chunk_begun = true;
  }
  std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code& error) override {
    if (is_request && message.body.size() + body.size() > body_max_) {
      error = beast::error::body_limit;
      return 0;
    }
    body_begun = true;
    message.body.append(body.data(), body.size());
    return body.size();
  }
  void on_finish_impl(error_code&) override {}

  const WireLimits* limits_;
  std::size_t body_max_ = 0;
};

template <bool is_request, typename Message>
struct Reader {
  explicit Reader(WireLimits given) : limits{std::move(given)}, parser{std::in_place, limits} {}
  WireLimits limits;
  std::optional<Parser<is_request, Message>> parser;
  RequestReader::State state = RequestReader::State::more;
  int error_status = 400;

  std::size_t feed(std::string_view bytes) {
    std::size_t used = 0;
    while (state == RequestReader::State::more && used < bytes.size()) {
      // Beast asserts, and with it the process ends, if it is shown the 3 or 4 first bytes of an
      // empty chunked body twice (boostorg/beast 2861, mended after 1.81). None is shorter than 5.
      if (parser->is_header_done() && parser->chunked() && !parser->chunk_begun &&
          bytes.size() - used < 5) {
        break;
      }
      error_code error;
      const std::size_t count =
          parser->put(boost::asio::const_buffer{bytes.data() + used, bytes.size() - used}, error);
      used += count;
      if (error == beast::error::need_more) break;
      if (error) {
        state = RequestReader::State::bad;
        error_status = error == beast::error::header_limit ? 431
                       : error == beast::error::body_limit ? parser->too_long
                                                           : 400;
        break;
      }
      if (parser->is_done()) state = RequestReader::State::done;
      if (count == 0) break;
    }
    // The parser bounds a header, but not the line before a chunk.
    if (state == RequestReader::State::more && bytes.size() - used > limits.header_max) {
      state = RequestReader::State::bad;
      error_status = 431;
    }
    return used;
  }
  Message take() {
    Message message = std::move(parser->message);
    parser.emplace(limits);
    state = RequestReader::State::more;
    return message;
  }
};

}  // namespace

struct RequestReader::Impl : Reader<true, Request> {
  using Reader::Reader;
};
RequestReader::RequestReader(WireLimits limits) : impl_{std::make_unique<Impl>(limits)} {}
RequestReader::~RequestReader() = default;
std::size_t RequestReader::feed(std::string_view bytes) { return impl_->feed(bytes); }
RequestReader::State RequestReader::state() const { return impl_->state; }
int RequestReader::error_status() const { return impl_->error_status; }
bool RequestReader::begun() const { return impl_->parser->got_some(); }
bool RequestReader::wants_continue() const {
  const auto& parser = *impl_->parser;
  return parser.is_header_done() && !parser.is_done() && !parser.body_begun &&
         boost::beast::iequals(find_header(parser.message.headers, "expect"), "100-continue");
}
std::size_t RequestReader::held() const { return impl_->parser->message.body.size(); }
bool RequestReader::keep_alive() const { return impl_->parser->keep_alive(); }
Request RequestReader::take() { return impl_->take(); }

struct ResponseReader::Impl : Reader<false, Response> {
  using Reader::Reader;
};
ResponseReader::ResponseReader(WireLimits limits) : impl_{std::make_unique<Impl>(limits)} {}
ResponseReader::~ResponseReader() = default;
std::size_t ResponseReader::feed(std::string_view bytes) {
  std::size_t used = impl_->feed(bytes);
  // A 100 is no answer: the true one follows.
  while (impl_->state == State::done && impl_->parser->message.status / 100 == 1) {
    impl_->take();
    used += impl_->feed(bytes.substr(used));
  }
  return used;
}
void ResponseReader::end() {
  if (impl_->state != State::more) return;
  error_code error;
  if (impl_->parser->got_some()) impl_->parser->put_eof(error);
  impl_->state = !error && impl_->parser->is_done() ? State::done : State::bad;
}
ResponseReader::State ResponseReader::state() const { return impl_->state; }
bool ResponseReader::keep_alive() const { return impl_->parser->keep_alive(); }
Response ResponseReader::take() { return impl_->take(); }

void write_request(std::string& out, const Request& request, std::string_view host) {
  out.append(request.method).append(" ").append(request.target).append(" HTTP/1.1\r\n");
  write_header(out, "Host", host);
  write_headers(out, request.headers);
  if (!request.body.empty() || (request.method != "GET" && request.method != "HEAD")) {
    write_header(out, "Content-Length", std::to_string(request.body.size()));
  }
  out.append("\r\n").append(request.body);
}

void write_head(std::string& out, const Response& response, std::string_view date, bool keep_alive,
                bool chunked) {
  out.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
  out.append(reason_phrase(response.status)).append("\r\n");
  write_headers(out, response.headers);
  if (chunked) write_header(out, "Transfer-Encoding", "chunked");
  if (!date.empty()) write_header(out, "Date", date);
  if (!keep_alive) out.append("Connection: close\r\n");
  out.append("\r\n");
}

void write_chunk(std::string& out, std::string_view bytes) {
  std::array<char, 20> size{};
  const auto end = std::to_chars(size.data(), size.data() + size.size(), bytes.size(), 16).ptr;
  out.append(size.data(), end).append("\r\n").append(bytes).append("\r\n");
}

void write_response(std::string& out, const Response& response, std::string_view date,
                    bool keep_alive, bool head) {
  out.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
  out.append(reason_phrase(response.status)).append("\r\n");
  write_headers(out, response.headers);
  const bool bodiless = response.status == 204 || response.status == 304;
  if (!bodiless) write_header(out, "Content-Length", std::to_string(response.body.size()));
  if (!date.empty()) write_header(out, "Date", date);
  if (!keep_alive) out.append("Connection: close\r\n");
  out.append("\r\n");
  if (!bodiless && !head) out.append(response.body);
}

std::string_view Request::header(std::string_view name) const { return find_header(headers, name); }
std::string_view Response::header(std::string_view name) const {
  return find_header(headers, name);
}

}  // namespace bashu::http
