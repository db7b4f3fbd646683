// The client of http.h on Boost.Asio: one thread, connections kept per pool. A link carries one
// call at a time; calls beyond the pool's links wait in order.
#include "http/client.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <chrono>
#include <deque>
#include <future>
#include <mutex>
#include <set>
#include <thread>

#include "base/thread.h"
#include "http/wire.h"

namespace bashu::http {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using TimePoint = std::chrono::steady_clock::time_point;
using std::chrono::milliseconds;

struct Job {
  Call call;
  std::function<void(Answer)> done;
  TimePoint deadline;
  bool repeated = false;
};

std::string host_header(const Url& url) {
  const bool six = url.host.find(':') != std::string::npos;
  std::string text = six ? "[" + url.host + "]" : url.host;
  if (url.port != (url.tls ? 443 : 80)) text += ":" + std::to_string(url.port);
  return text;
}

class Link;

struct Pool {
  std::vector<std::shared_ptr<Link>> idle;
  std::size_t links = 0;         // idle and busy
  std::uint64_t generation = 0;  // links of an earlier one are not kept
  std::deque<std::shared_ptr<Job>> waiting;
};

// All of it runs on one thread, except post().
class Loop : public std::enable_shared_from_this<Loop> {
 public:
  explicit Loop(Client::Options options) : options_{options}, resolver{io_}, timer_{io_} {}

  void run() {
    work_.emplace(io_.get_executor());
    thread_ = named_thread("bashu-calls", [this] { io_.run(); });
  }
  void stop();
  // False once stopped.
  bool post(std::function<void()> task) {
    const std::lock_guard lock{mutex_};
    if (stopped_) return false;
    asio::post(io_, std::move(task));
    return true;
  }
  void begin(std::shared_ptr<Job> job);
  void forget(const std::string& name);
  // The link has done its job, or failed: then it is not kept.
  void release(const std::shared_ptr<Link>& link, bool keep);
  void fail(const std::shared_ptr<Job>& job, std::string what, bool unknown);

  [[nodiscard]] const Client::Options& options() const { return options_; }
  [[nodiscard]] asio::io_context& io() { return io_; }

 private:
  Client::Options options_;
  asio::io_context io_{1};

 public:
  tcp::resolver resolver;

 private:
  void serve(const std::string& name);
  void arm();
  void sweep();

  asio::steady_timer timer_;
  bool armed_ = false;
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work_;
  std::thread thread_;
  std::map<std::string, Pool> pools_;
  std::set<std::shared_ptr<Link>> links_;
  bool ending_ = false;
  std::mutex mutex_;
  bool stopped_ = false;  // under mutex_
};

class Link : public std::enable_shared_from_this<Link> {
 public:
  Link(Loop& loop, std::string pool_name, std::uint64_t pool_generation)
      : pool{std::move(pool_name)},
        generation{pool_generation},
        loop_{loop},
        reader_{{64u << 10, loop.options().body_max}} {}
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  virtual ~Link() = default;

  void take(std::shared_ptr<Job> job) {
    job_ = std::move(job);
    sent_ = answered_ = false;
    reused_ = connected_;
    out_.clear();
    write_request(out_, job_->call.request, host_header(job_->call.to));
    if (connected_) {
      send();
    } else {
      connect();
    }
  }
  void sweep(TimePoint now) {
    if (job_ && job_->deadline < now) fail("timed out", false);
    if (!job_ && idle_until < now) drop();
  }
  void drop() {
    if (closed_) return;
    closed_ = true;
    close();
    loop_.release(shared_from_this(), false);
  }
  void fail(const std::string& what, bool repeat) {
    if (closed_) return;
    closed_ = true;
    close();
    const auto job = std::exchange(job_, nullptr);
    const auto self = shared_from_this();
    loop_.release(self, false);
    if (!job) return;
    // A server that went away took every kept connection with it, not only this one.
    if (repeat && reused_) loop_.forget(pool);
    // The server may have closed a kept connection just as we began to use it.
    if (repeat && reused_ && !answered_ && job->call.repeatable && !job->repeated) {
      job->repeated = true;
      loop_.begin(job);
      return;
    }
    loop_.fail(job, what, sent_);
  }

  const std::string pool;
  const std::uint64_t generation;
  TimePoint idle_until;

 protected:
  virtual void handshake() = 0;
  virtual void write() = 0;
  virtual void read() = 0;
  virtual void close() = 0;
  virtual tcp::socket& socket() = 0;

  void connect() {
    const Url& url = job_->call.to;
    error_code error;
    const auto address = asio::ip::make_address(url.host, error);
    if (!error) {
      socket().async_connect(
          tcp::endpoint{address, url.port},
          [this, self = shared_from_this()](error_code failed) { established(failed); });
      return;
    }
    loop_.resolver.async_resolve(
        url.host, std::to_string(url.port),
        [this, self = shared_from_this()](error_code failed,
                                          const tcp::resolver::results_type& found) {
          if (closed_) return;
          if (failed) return fail("cannot resolve: " + failed.message(), false);
          asio::async_connect(
              socket(), found,
              [this, self](error_code refused, const tcp::endpoint&) { established(refused); });
        });
  }
  void established(error_code error) {
    if (closed_) return;
    if (error) return fail("cannot connect: " + error.message(), false);
    error_code ignored;
    socket().set_option(tcp::no_delay{true}, ignored);
    handshake();
  }
  void secured(error_code error) {
    if (closed_) return;
    if (error) return fail("TLS: " + error.message(), false);
    connected_ = true;
    send();
  }
  void send() {
    sent_ = true;
    write();
  }
  void wrote(error_code error) {
    // The answer may be there all the same: a server refuses a large body without reading it.
    if (!closed_ && (!error || !reused_)) return read();
    if (error) fail("connection lost: " + error.message(), true);
  }
  void took(error_code error, std::size_t count) {
    if (closed_) return;
    if (count > 0) {
      answered_ = true;
      filled_ += count;
      const std::size_t used = reader_.feed({in_.data(), filled_});
      std::copy(in_.begin() + static_cast<std::ptrdiff_t>(used),
                in_.begin() + static_cast<std::ptrdiff_t>(filled_), in_.begin());
      filled_ -= used;
    }
    if (error) reader_.end();
    switch (reader_.state()) {
      case ResponseReader::State::more:
        if (error) return fail("connection lost: " + error.message(), true);
        return read();
      case ResponseReader::State::bad:
        if (error) return fail("connection lost: " + error.message(), true);
        return fail("the answer is not HTTP or too large", false);
      case ResponseReader::State::done:
        break;
    }
    const bool keep = !error && reader_.keep_alive() && filled_ == 0;
    const auto job = std::exchange(job_, nullptr);
    const auto self = shared_from_this();
    Response response = reader_.take();
    if (keep) {
      idle_until = std::chrono::steady_clock::now() + milliseconds{loop_.options().idle_ms};
    } else {
      closed_ = true;
      close();
    }
    loop_.release(self, keep);
    job->done(std::move(response));
  }
  [[nodiscard]] asio::mutable_buffer space() {
    constexpr std::size_t kChunk = 16u << 10;
    if (in_.size() < filled_ + kChunk / 4) in_.resize(filled_ + kChunk);
    return {in_.data() + filled_, in_.size() - filled_};
  }

  Loop& loop_;
  std::shared_ptr<Job> job_;
  std::string out_;

 private:
  ResponseReader reader_;
  std::string in_;
  std::size_t filled_ = 0;
  bool connected_ = false, closed_ = false, reused_ = false;
  bool sent_ = false;      // some of the request
  bool answered_ = false;  // some of the answer came
};

template <typename Stream>
class StreamLink final : public Link {
 public:
  template <typename... Args>
  StreamLink(Loop& loop, std::string pool_name, std::uint64_t pool_generation, Args&&... args)
      : Link{loop, std::move(pool_name), pool_generation}, stream_{std::forward<Args>(args)...} {}

 private:
  static constexpr bool kTls = !std::is_same_v<Stream, tcp::socket>;

  tcp::socket& socket() override {
    if constexpr (kTls) {
      return stream_.next_layer();
    } else {
      return stream_;
    }
  }
  void handshake() override {
    if constexpr (kTls) {
      SSL* ssl = stream_.native_handle();
      std::string host = job_->call.to.host;
      error_code error;
      const bool numeric = (static_cast<void>(asio::ip::make_address(host, error)), !error);
      const bool named =
          numeric ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) == 1
                  : SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                             host.data()) == 1 &&
                        X509_VERIFY_PARAM_set1_host(SSL_get0_param(ssl), host.c_str(), 0) == 1;
      if (!named) return fail("TLS: the host name cannot be checked", false);
      stream_.async_handshake(
          asio::ssl::stream_base::client,
          [this, self = shared_from_this()](error_code refused) { secured(refused); });
    } else {
      secured({});
    }
  }
  void write() override {
    asio::async_write(
        stream_, asio::buffer(out_),
        [this, self = shared_from_this()](error_code error, std::size_t) { wrote(error); });
  }
  void read() override {
    stream_.async_read_some(space(),
                            [this, self = shared_from_this()](error_code error, std::size_t count) {
                              took(error, count);
                            });
  }
  void close() override {
    error_code ignored;
    socket().close(ignored);
  }

  Stream stream_;
};

void Loop::begin(std::shared_ptr<Job> job) {
  if (ending_) return fail(job, "the client is closing", false);
  const std::string name = job->call.pool;
  pools_[name].waiting.push_back(std::move(job));
  serve(name);
  arm();
}

void Loop::serve(const std::string& name) {
  Pool& pool = pools_[name];
  while (!pool.waiting.empty() && !ending_) {
    std::shared_ptr<Link> link;
    if (!pool.idle.empty()) {
      link = std::move(pool.idle.back());
      pool.idle.pop_back();
    } else if (pool.links < options_.connections_max) {
      const Call& call = pool.waiting.front()->call;
      if (!call.to.tls) {
        link = std::make_shared<StreamLink<tcp::socket>>(*this, name, pool.generation, io_);
      } else if (call.tls && SSL_CTX_up_ref(call.tls.get()) == 1) {
        asio::ssl::context context{call.tls.get()};
        link = std::make_shared<StreamLink<asio::ssl::stream<tcp::socket>>>(
            *this, name, pool.generation, io_, context);
      } else {
        const auto job = std::move(pool.waiting.front());
        pool.waiting.pop_front();
        fail(job, "no TLS context for https", false);
        continue;
      }
      ++pool.links;
      links_.insert(link);
    } else {
      return;
    }
    const auto job = std::move(pool.waiting.front());
    pool.waiting.pop_front();
    link->take(job);
  }
}

void Loop::release(const std::shared_ptr<Link>& link, bool keep) {
  Pool& pool = pools_[link->pool];
  if (keep && link->generation == pool.generation && !ending_) {
    pool.idle.push_back(link);
  } else if (links_.erase(link) == 1) {
    std::erase(pool.idle, link);
    --pool.links;
    if (keep) link->drop();
  }
  if (!pool.waiting.empty()) {
    asio::post(io_, [this, name = link->pool] { serve(name); });
  }
}

void Loop::forget(const std::string& name) {
  Pool& pool = pools_[name];
  ++pool.generation;
  for (const auto& link : std::vector{pool.idle}) link->drop();
}

void Loop::fail(const std::shared_ptr<Job>& job, std::string what, bool unknown) {
  // Never from inside the caller's own call chain.
  asio::post(io_,
             [job, unknown, text = host_header(job->call.to) + ": " + std::move(what)]() mutable {
               job->done(std::unexpected{Fault{std::move(text), unknown}});
             });
}

void Loop::arm() {
  if (armed_) return;
  armed_ = true;
  timer_.expires_after(milliseconds{100});
  timer_.async_wait([this](error_code error) {
    armed_ = false;
    if (!error) sweep();
  });
}

void Loop::sweep() {
  const auto now = std::chrono::steady_clock::now();
  for (const auto& link : std::set{links_}) link->sweep(now);
  bool waiting = false;
  for (auto& [name, pool] : pools_) {
    std::erase_if(pool.waiting, [&](const std::shared_ptr<Job>& job) {
      if (job->deadline >= now) return false;
      fail(job, "timed out while waiting for a connection", false);
      return true;
    });
    waiting = waiting || !pool.waiting.empty();
  }
  if (waiting || !links_.empty()) arm();
}

void Loop::stop() {
  {
    const std::lock_guard lock{mutex_};
    stopped_ = true;
  }
  asio::post(io_, [this] {
    ending_ = true;
    timer_.cancel();
    resolver.cancel();
    for (auto& [name, pool] : pools_) {
      for (const auto& job : pool.waiting) fail(job, "the client is closing", false);
      pool.waiting.clear();
    }
    for (const auto& link : std::set{links_}) link->fail("the client is closing", false);
    work_.reset();
  });
  thread_.join();
}

}  // namespace

struct Client::Core : Loop {
  using Loop::Loop;
};

Client::Client() : Client{Options{}} {}
Client::Client(Options options) : core_{std::make_shared<Core>(options)} { core_->run(); }
Client::~Client() { core_->stop(); }

void Client::send(Call call, std::function<void(Answer)> done) {
  if (call.pool.empty()) call.pool = (call.to.tls ? "https://" : "http://") + host_header(call.to);
  auto job = std::make_shared<Job>();
  job->deadline = std::chrono::steady_clock::now() + milliseconds{call.timeout_ms};
  job->call = std::move(call);
  job->done = std::move(done);
  if (!core_->post([core = core_.get(), job] { core->begin(job); })) {
    job->done(std::unexpected{Fault{"the client is closing"}});
  }
}

void Client::forget(const std::string& pool) {
  core_->post([core = core_.get(), pool] { core->forget(pool); });
}

Answer fetch(std::string_view url, Request request, TlsContext tls, int timeout_ms) {
  auto to = parse_url(url);
  if (!to) return std::unexpected{Fault{"not a URL of http or https: " + std::string{url}}};
  const auto authority = url.find("://") + 3;
  const auto slash = url.find_first_of("/?", authority);
  request.target = slash == std::string_view::npos ? "/" : std::string{url.substr(slash)};
  if (request.target.front() == '?') request.target.insert(0, "/");

  Call call{.to = std::move(*to),
            .pool = {},
            .tls = std::move(tls),
            .request = std::move(request),
            .timeout_ms = timeout_ms};
  std::promise<Answer> promise;
  auto answer = promise.get_future();
  Client client;
  client.send(std::move(call), [&promise](Answer got) { promise.set_value(std::move(got)); });
  return answer.get();
}

}  // namespace bashu::http
