#include "exchange/http_wire.h"

#include <boost/beast/core/error.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <optional>
#include <utility>

namespace bashu::exchange {

namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
using boost::beast::string_view;

bool same_name(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [&](char x, char y) { return lower(x) == lower(y); });
}

std::string_view find_header(const std::vector<Header>& headers, std::string_view name) {
  for (const Header& header : headers) {
    if (same_name(header.name, name)) return header.value;
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

std::string text_of(string_view text) { return {text.data(), text.size()}; }

// Collects one message; what differs between requests and responses is given by the hooks.
template <bool is_request, typename Message>
class Parser final : public http::basic_parser<is_request> {
 public:
  explicit Parser(const WireLimits& limits) {
    this->header_limit(static_cast<std::uint32_t>(limits.header_max));
    this->body_limit(limits.body_max);
    this->eager(true);
  }
  Message message;
  bool body_begun = false;
  bool chunk_begun = false;

 private:
  void on_request_impl(http::verb, string_view method, string_view target, int,
                       error_code&) override {
    if constexpr (is_request) {
      message.method = text_of(method);
      message.target = text_of(target);
    }
  }
  void on_response_impl(int code, string_view, int, error_code&) override {
    if constexpr (!is_request) message.status = code;
  }
  void on_field_impl(http::field, string_view name, string_view value, error_code&) override {
    message.headers.push_back({text_of(name), text_of(value)});
  }
  void on_header_impl(error_code&) override {}
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
  std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code&) override {
    body_begun = true;
    message.body.append(body.data(), body.size());
    return body.size();
  }
  void on_finish_impl(error_code&) override {}
};

template <bool is_request, typename Message>
struct Reader {
  explicit Reader(WireLimits given) : limits{given}, parser{std::in_place, given} {}
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
      if (error == http::error::need_more) break;
      if (error) {
        state = RequestReader::State::bad;
        error_status = error == http::error::header_limit ? 431
                       : error == http::error::body_limit ? 413
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

struct RequestReader::Impl : Reader<true, HttpRequest> {
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
         same_name(find_header(parser.message.headers, "expect"), "100-continue");
}
bool RequestReader::keep_alive() const { return impl_->parser->keep_alive(); }
HttpRequest RequestReader::take() { return impl_->take(); }

struct ResponseReader::Impl : Reader<false, HttpResponse> {
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
HttpResponse ResponseReader::take() { return impl_->take(); }

void write_request(std::string& out, const HttpRequest& request, std::string_view host) {
  out.append(request.method).append(" ").append(request.target).append(" HTTP/1.1\r\n");
  write_header(out, "Host", host);
  write_headers(out, request.headers);
  if (!request.body.empty() || (request.method != "GET" && request.method != "HEAD")) {
    write_header(out, "Content-Length", std::to_string(request.body.size()));
  }
  out.append("\r\n").append(request.body);
}

void write_response(std::string& out, const HttpResponse& response, std::string_view date,
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

std::string_view HttpRequest::header(std::string_view name) const {
  return find_header(headers, name);
}
std::string_view HttpResponse::header(std::string_view name) const {
  return find_header(headers, name);
}

}  // namespace bashu::exchange
