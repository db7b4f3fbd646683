// The server of http.h on Boost.Asio.
//
//     acceptor ─► connection (own worker's thread): read ─► handler ─► [answers] ─► write ─► read
//                                                             any thread ┘
//
// Each worker is one thread with one io_context, and a connection never leaves its worker, so its
// members need no lock. Deadlines are swept, not timed one by one.
//
// Who has not ended the handshake of TLS has proved nothing, and takes none of the places of those
// who have: such connections have places of their own, few of one address. When all are taken the
// oldest makes room; some more are kept for addresses from which somebody trusted came lately.
#include "http/server.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <atomic>
#include <charconv>
#include <chrono>
#include <mutex>
#include <set>
#include <thread>

#include "base/bytes.h"
#include "base/thread.h"
#include "base/together.h"
#include "base/wire_date.h"
#include "http/stream.h"
#include "http/wire.h"

namespace bashu::http {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using TimePoint = std::chrono::steady_clock::time_point;
using std::chrono::milliseconds;

class Connection;

// How a peer reads that its request was not taken: docs/formats/evidence.md, section 12.
std::string_view code_of(int status) {
  switch (status) {
    case 401:
      return "unauthenticated";
    case 413:
      return "too-large";
    case 431:
      return "header-too-large";
    case 503:
      return "busy";
    default:
      return "malformed";
  }
}

constexpr std::size_t kHandshakesMax = 256;        // at once
constexpr std::size_t kHandshakesKept = 64;        // and so many more of addresses that are known
constexpr std::size_t kHandshakesPerAddress = 64;  // of both
constexpr milliseconds kHandshakeTime{10'000};
constexpr std::size_t kKnownMax = 4'096;  // addresses
constexpr std::chrono::hours kKnownFor{24};

// What connections share across workers.
struct Shared {
  Server::Options options;
  Handler handler;
  std::atomic<std::size_t> connections{0};  // but for those in their handshake
  std::atomic<std::size_t> handshakes{0};
  std::mutex mutex;
  std::map<std::string, std::size_t> handshakes_of;  // address to connections in their handshake
  std::map<std::string, TimePoint> known;            // address to when somebody trusted was there
  std::map<std::string, std::size_t> per_peer;       // root certificate to connections
  std::map<std::string, std::size_t> per_address;    // of strangers
  std::atomic<std::size_t> bodies{0};                // bytes held for requests under way
  std::atomic<bool> settling{false};                 // every answer ends its connection
};

class Worker : public std::enable_shared_from_this<Worker> {
 public:
  explicit Worker(std::shared_ptr<Shared> shared) : shared_{std::move(shared)}, timer_{io} {}

  void run();
  // Ends the thread and every connection.
  void stop();
  void give_up();
  // Whether any connection is.
  [[nodiscard]] bool is_busy();
  void add(tcp::socket socket);
  void remove(const std::shared_ptr<Connection>& connection) { connections_.erase(connection); }
  // Closes the stranger's connection that has waited longest; false if there is none.
  bool make_room();
  // Whether there is a place for one that is no longer, or not yet, in its handshake.
  bool take_in(Connection& connection);
  bool take_to_handshake(Connection& connection);
  // From any thread.
  void answer(std::shared_ptr<Connection> connection, Response response);

  [[nodiscard]] Shared& shared() { return *shared_; }
  [[nodiscard]] std::string_view date() const { return date_; }

  asio::io_context io{1};

 private:
  struct Answer {
    std::shared_ptr<Connection> to;
    Response response;
  };
  bool serve();
  void sweep();
  void deliver();
  // Of those for which there is such a time, the earliest; false if there is none.
  bool drop_longest(std::optional<TimePoint> (Connection::*since_when)() const);

  std::shared_ptr<Shared> shared_;
  asio::steady_timer timer_;
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work_;
  std::thread thread_;
  std::set<std::shared_ptr<Connection>> connections_;
  std::string date_;
  std::mutex mutex_;
  bool stopped_ = false;         // under mutex_
  std::vector<Answer> answers_;  // under mutex_
  std::vector<Answer> delivering_;
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(std::shared_ptr<Worker> worker, std::string remote)
      : worker_{std::move(worker)},
        remote_{std::move(remote)},
        reader_{{.header_max = options().header_max,
                 .body_max = options().body_max,
                 .admit = options().admit}},
        born_{std::chrono::steady_clock::now()},
        waits_since_{born_} {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  virtual ~Connection() {
    Shared& shared = worker_->shared();
    end_handshake();
    if (taken_in_) --shared.connections;
    hold(0);
    if (trusted_) note_known();
    forget_stranger();
    if (stream_) stream_->abandon();
    if (chain_ && !chain_->empty()) {
      const std::lock_guard lock{shared.mutex};
      const auto it = shared.per_peer.find(chain_->back());
      if (it != shared.per_peer.end() && --it->second == 0) shared.per_peer.erase(it);
    }
  }

  virtual void start() = 0;
  virtual void close() = 0;

  void answer(Response response) {
    if (!answering_ || closed_) return;
    answering_ = false;
    hold(0);
    if (response.trusted) trust();
    waits_since_ = std::chrono::steady_clock::now();
    keep_ = keep_ && !worker_->shared().settling &&
            waits_since_ - born_ < milliseconds{options().age_ms};
    out_.clear();
    if (response.stream) {
      begin(response);
    } else {
      write_response(out_, response, worker_->date(), keep_, head_);
    }
    send();
  }
  void be_dropped() {
    if (!answering_ || closed_) return;
    keep_ = false;
    answer(dropped());
  }
  void sweep(TimePoint now) {
    if (deadline_ && *deadline_ < now) {
      if (shaking_) turned_away("the handshake took too long");
      return drop();
    }
    const bool silent =
        events_ && !sending_ && waits_since_ + milliseconds{options().silence_ms} < now;
    if (stream_ && silent) pass_on(":\n\n", false);
  }
  // A request of it is under way or its answer has not left; an event stream never ends.
  [[nodiscard]] bool is_busy() const { return (answering_ || sending_ || stream_) && !events_; }
  // Since when a stranger's connection has had no request under way; none: it is not to be closed.
  [[nodiscard]] std::optional<TimePoint> waits_since() const {
    if (shaking_ || answering_ || stream_ || trusted_) return std::nullopt;
    return waits_since_;
  }
  // Since when it is in its handshake, from an address that nobody knows; none: it is not.
  [[nodiscard]] std::optional<TimePoint> shakes_since() const {
    if (!shaking_ || of_known_) return std::nullopt;
    return born_;
  }
  [[nodiscard]] bool is_trusted() const { return trusted_; }
  void take_in() {
    taken_in_ = true;
    ++worker_->shared().connections;
  }
  // Whether somebody trusted was at its address in the last day.
  [[nodiscard]] bool is_known() const {
    Shared& shared = worker_->shared();
    const std::lock_guard lock{shared.mutex};
    const auto it = shared.known.find(remote_);
    return it != shared.known.end() && born_ - it->second < kKnownFor;
  }
  // False if too many of its address are in theirs.
  bool begin_handshake(bool of_known) {
    Shared& shared = worker_->shared();
    const std::lock_guard lock{shared.mutex};
    auto& count = shared.handshakes_of[remote_];
    if (count >= kHandshakesPerAddress) return false;
    ++count;
    ++shared.handshakes;
    shaking_ = true;
    of_known_ = of_known;
    return true;
  }
  void turned_away(std::string_view why) const {
    if (options().turned_away) options().turned_away(remote_, why);
  }
  // Counts it among the strangers of its address; false if those are too many.
  bool admit() {
    Shared& shared = worker_->shared();
    const std::lock_guard lock{shared.mutex};
    auto& count = shared.per_address[remote_];
    if (count >= shared.options.connections_per_address) return false;
    ++count;
    counted_ = true;
    return true;
  }

 protected:
  virtual void read() = 0;    // into in_, then took()
  virtual void write() = 0;   // of out_, then wrote()
  virtual void linger() = 0;  // no more sending; reads on until closed

  [[nodiscard]] const Server::Options& options() const { return worker_->shared().options; }
  [[nodiscard]] Response dropped() const {
    return options().dropped ? options().dropped() : problem(500, "internal");
  }

  void send() {
    sending_ = true;
    deadline_ = std::chrono::steady_clock::now() + milliseconds{options().idle_ms};
    write();
  }

 public:
  void drop() {
    if (closed_) return;
    closed_ = true;
    end_handshake();
    if (stream_) stream_->abandon();
    close();
    worker_->remove(shared_from_this());
  }

 protected:
  void ready() {
    deadline_ = std::chrono::steady_clock::now() + milliseconds{options().idle_ms};
    read();
  }

  // in_[used_..filled_) is what came and is not parsed yet.
  void took(std::size_t count) {
    filled_ += count;
    parse();
  }

  void parse() {
    const bool began_before = reader_.begun();
    used_ += reader_.feed({in_.data() + used_, filled_ - used_});
    if (used_ == filled_) used_ = filled_ = 0;
    if (!hold(reader_.held())) return give_up(503);
    switch (reader_.state()) {
      case RequestReader::State::more: {
        // Leading bytes of a header count as begun, although the parser has not used them.
        const bool begun = reader_.begun() || filled_ > used_;
        if (begun && !began_before && !timing_) {
          timing_ = true;
          deadline_ = std::chrono::steady_clock::now() + milliseconds{options().request_ms};
        }
        if (used_ > 0) {
          std::copy(in_.begin() + static_cast<std::ptrdiff_t>(used_),
                    in_.begin() + static_cast<std::ptrdiff_t>(filled_), in_.begin());
          filled_ -= used_;
          used_ = 0;
        }
        if (!continued_ && reader_.wants_continue()) {
          continued_ = true;
          interim_ = true;
          out_ = "HTTP/1.1 100 Continue\r\n\r\n";
          write();
          return;
        }
        read();
        return;
      }
      case RequestReader::State::bad: {
        return give_up(reader_.error_status());
      }
      case RequestReader::State::done: {
        keep_ = reader_.keep_alive();
        timing_ = continued_ = false;
        Request request = reader_.take();
        head_ = request.method == "HEAD";
        if (head_) request.method = "GET";
        old_ = request.old;
        request.remote = remote_;
        request.tls = static_cast<bool>(options().tls);
        request.chain = chain_;
        answering_ = true;
        deadline_.reset();
        worker_->shared().handler(std::move(request), make_reply());
        return;
      }
    }
  }

  void give_up(int status) {
    keep_ = false;
    head_ = false;
    answering_ = true;
    answer(options().refusal ? options().refusal(status) : problem(status, code_of(status)));
  }

  void wrote() {
    if (interim_) {
      interim_ = false;
      read();
      return;
    }
    sending_ = false;
    if (stream_) return pump();
    if (!keep_) {
      deadline_ = std::chrono::steady_clock::now() + milliseconds{2'000};
      linger();
      return;
    }
    waits_since_ = std::chrono::steady_clock::now();
    deadline_ = waits_since_ + milliseconds{options().idle_ms};
    if (used_ < filled_) {
      parse();
    } else {
      read();
    }
  }

  // Where read() puts bytes; room for a whole header and more.
  [[nodiscard]] asio::mutable_buffer space() {
    constexpr std::size_t kChunk = 16u << 10;
    if (in_.size() < filled_ + kChunk / 4) in_.resize(filled_ + kChunk);
    return {in_.data() + filled_, in_.size() - filled_};
  }

  // True if the chain's root may have one more connection.
  bool register_chain(std::vector<std::string> chain) {
    Shared& shared = worker_->shared();
    {
      const std::lock_guard lock{shared.mutex};
      auto& count = shared.per_peer[chain.back()];
      if (count >= shared.options.connections_per_peer) return false;
      ++count;
    }
    chain_ = std::make_shared<const std::vector<std::string>>(std::move(chain));
    trust();
    return true;
  }

  void end_handshake() {
    if (!shaking_) return;
    shaking_ = false;
    Shared& shared = worker_->shared();
    const std::lock_guard lock{shared.mutex};
    --shared.handshakes;
    const auto it = shared.handshakes_of.find(remote_);
    if (--it->second == 0) shared.handshakes_of.erase(it);
  }

  std::shared_ptr<Worker> worker_;
  std::string in_;
  std::string out_;
  bool closed_ = false;
  std::optional<TimePoint> deadline_;

 private:
  // Answers if nobody else does.
  struct Pending {
    explicit Pending(std::shared_ptr<Connection> connection) : to{std::move(connection)} {}
    Pending(const Pending&) = delete;
    Pending& operator=(const Pending&) = delete;
    ~Pending() {
      if (called) return;
      to->worker_->answer(to, to->dropped());
    }
    std::shared_ptr<Connection> to;
    std::atomic<bool> called{false};
  };
  Reply make_reply() {
    return [pending = std::make_shared<Pending>(shared_from_this())](Response response) {
      if (pending->called.exchange(true)) return;
      pending->to->worker_->answer(pending->to, std::move(response));
    };
  }

  // From here on the connection is no stranger's.
  void trust() {
    if (!trusted_) note_known();
    trusted_ = true;
    forget_stranger();
  }
  void forget_stranger() {
    if (!counted_) return;
    counted_ = false;
    Shared& shared = worker_->shared();
    const std::lock_guard lock{shared.mutex};
    const auto it = shared.per_address.find(remote_);
    if (--it->second == 0) shared.per_address.erase(it);
  }
  void note_known() const {
    Shared& shared = worker_->shared();
    const std::lock_guard lock{shared.mutex};
    shared.known[remote_] = std::chrono::steady_clock::now();
    if (shared.known.size() <= kKnownMax) return;
    shared.known.erase(
        std::ranges::min_element(shared.known, {}, [](const auto& one) { return one.second; }));
  }

  // Notes how much of a request is held here; false if all connections together hold too much.
  bool hold(std::size_t bytes) {
    Shared& shared = worker_->shared();
    const bool grows = bytes > held_;
    shared.bodies += bytes;
    shared.bodies -= held_;
    held_ = bytes;
    return !grows || shared.bodies <= shared.options.bodies_max;
  }

  // The head of a streamed answer; pump() sends what follows.
  void begin(Response& response) {
    if (old_) keep_ = false;
    write_head(out_, response, worker_->date(), keep_, !old_);
    events_ = response.header("Content-Type").starts_with("text/event-stream");
    if (head_) {
      response.stream->abandon();
      return;
    }
    stream_ = std::move(response.stream);
    stream_->attach([worker = worker_, weak = weak_from_this()] {
      asio::post(worker->io, [weak] {
        const auto self = weak.lock();
        if (self && self->stream_ && !self->sending_ && !self->closed_) self->pump();
      });
    });
  }
  void pump() {
    const Stream::Taken taken = stream_->take();
    if (taken.failed) return drop();
    if (taken.bytes.empty() && !taken.ended) {
      deadline_.reset();
      return;
    }
    pass_on(taken.bytes, taken.ended);
  }
  void pass_on(std::string_view bytes, bool ended) {
    out_.clear();
    if (old_) {
      out_ = bytes;
    } else {
      if (!bytes.empty()) write_chunk(out_, bytes);
      if (ended) write_chunk(out_, {});
    }
    if (ended) stream_.reset();
    waits_since_ = std::chrono::steady_clock::now();
    send();
  }

  std::string remote_;
  RequestReader reader_;
  std::shared_ptr<const std::vector<std::string>> chain_;
  std::shared_ptr<Stream> stream_;  // that is being sent
  TimePoint born_, waits_since_;
  std::size_t held_ = 0;
  bool counted_ = false, trusted_ = false;
  bool shaking_ = false, of_known_ = false, taken_in_ = false;
  bool sending_ = false, events_ = false, old_ = false;
  std::size_t used_ = 0, filled_ = 0;
  bool keep_ = true, head_ = false, answering_ = false;
  bool timing_ = false;     // of the request that is being read
  bool continued_ = false;  // a 100 was sent for it
  bool interim_ = false;    // that is being written
};

template <typename Stream>
class StreamConnection final : public Connection {
 public:
  template <typename... Args>
  StreamConnection(std::shared_ptr<Worker> worker, std::string remote, Args&&... args)
      : Connection{std::move(worker), std::move(remote)}, stream_{std::forward<Args>(args)...} {}

  void start() override {
    if constexpr (kTls) {
      deadline_ = std::chrono::steady_clock::now() + kHandshakeTime;
      stream_.async_handshake(asio::ssl::stream_base::server,
                              [this, self = shared_from_this()](error_code error) {
                                end_handshake();
                                if (error && error != asio::error::operation_aborted) {
                                  turned_away(error.message());
                                }
                                if (error || !take_chain()) return drop();
                                if (closed_ || !worker_->take_in(*this)) return drop();
                                ready();
                              });
    } else {
      ready();
    }
  }
  void close() override {
    error_code ignored;
    stream_.lowest_layer().close(ignored);
  }

 private:
  static constexpr bool kTls = !std::is_same_v<Stream, tcp::socket>;

  void read() override {
    stream_.async_read_some(space(),
                            [this, self = shared_from_this()](error_code error, std::size_t count) {
                              if (error) return drop();
                              if (!closed_) took(count);
                            });
  }
  void write() override {
    asio::async_write(stream_, asio::buffer(out_),
                      [this, self = shared_from_this()](error_code error, std::size_t) {
                        if (error) return drop();
                        if (closed_) return;
                        if (out_.capacity() > (256u << 10)) std::string{}.swap(out_);
                        wrote();
                      });
  }
  // A socket closed with unread bytes resets the connection and can take the answer with it.
  void linger() override {
    error_code ignored;
    stream_.lowest_layer().shutdown(tcp::socket::shutdown_send, ignored);
    discard();
  }
  void discard() {
    lowest().async_read_some(space(),
                             [this, self = shared_from_this()](error_code error, std::size_t) {
                               if (error) return drop();
                               if (!closed_) discard();
                             });
  }
  tcp::socket& lowest() {
    if constexpr (kTls) {
      return stream_.next_layer();
    } else {
      return stream_;
    }
  }

  bool take_chain() {
    if constexpr (kTls) {
      const STACK_OF(X509)* chain = SSL_get0_verified_chain(stream_.native_handle());
      const int count = chain ? sk_X509_num(chain) : 0;
      if (count == 0 || SSL_get_verify_result(stream_.native_handle()) != X509_V_OK) return true;
      std::vector<std::string> hashes;
      for (int i = 0; i < count; ++i) {
        Hash hash{};
        unsigned length = 0;
        if (X509_digest(sk_X509_value(chain, i), EVP_sha256(), hash.data(), &length) != 1) {
          return false;
        }
        hashes.push_back(hex(hash));
      }
      return register_chain(std::move(hashes));
    }
    return true;
  }

  Stream stream_;
};

void Worker::run() {
  work_.emplace(io.get_executor());
  sweep();
  thread_ = named_thread("bashu-http", [this] {
    while (serve()) {
    }
  });
}

// What is ready now, as one: whoever is told of it is told once. But not of all: on another
// processor the first are worked at while the next are read. False when nothing is left to do.
bool Worker::serve() {
  constexpr int kTogetherMax = 8;
  const Together round;
  std::size_t ran = io.run_one();
  const bool more = ran > 0;
  for (int i = 1; i < kTogetherMax && ran > 0; ++i) ran = io.poll_one();
  return more;
}

void Worker::give_up() {
  std::atomic<bool> given{false};
  asio::post(io, [this, &given] {
    for (const auto& connection : std::set{connections_}) connection->be_dropped();
    given = true;
    given.notify_one();
  });
  given.wait(false);
}

bool Worker::is_busy() {
  std::atomic<bool> told{false};
  bool busy = false;
  asio::post(io, [&] {
    busy = std::ranges::any_of(connections_, [](const auto& one) { return one->is_busy(); });
    told = true;
    told.notify_one();
  });
  told.wait(false);
  return busy;
}

void Worker::stop() {
  {
    const std::lock_guard lock{mutex_};
    stopped_ = true;
    answers_.clear();
  }
  asio::post(io, [this] {
    timer_.cancel();
    for (const auto& connection : std::set{connections_}) connection->close();
    work_.reset();
    io.stop();
  });
  thread_.join();
  // What was aborted is handled here, so that no handler keeps its connection for ever.
  io.restart();
  io.poll();
  connections_.clear();
  delivering_.clear();
}

void Worker::add(tcp::socket socket) {
  error_code error;
  socket.set_option(tcp::no_delay{true}, error);
  const auto remote = socket.remote_endpoint(error);
  if (error) return;
  std::string address = remote.address().to_string();
  std::shared_ptr<Connection> connection;
  if (const auto& tls = shared_->options.tls) {
    const TlsContext context = tls();
    if (!context || SSL_CTX_up_ref(context.get()) != 1) return;
    asio::ssl::context wrapped{context.get()};
    connection = std::make_shared<StreamConnection<asio::ssl::stream<tcp::socket>>>(
        shared_from_this(), std::move(address), std::move(socket), wrapped);
  } else {
    connection = std::make_shared<StreamConnection<tcp::socket>>(
        shared_from_this(), std::move(address), std::move(socket));
  }
  if (!(shared_->options.tls ? take_to_handshake(*connection) : take_in(*connection))) return;
  connections_.insert(connection);
  connection->start();
}

bool Worker::take_in(Connection& connection) {
  // First, lest one who has too many costs others theirs.
  if (!connection.is_trusted() && !connection.admit()) return false;
  if (shared_->connections >= shared_->options.connections_max && !make_room()) return false;
  connection.take_in();
  return true;
}

bool Worker::take_to_handshake(Connection& connection) {
  const bool known = connection.is_known();
  if (!connection.begin_handshake(known)) {
    connection.turned_away("too many handshakes at once");
    return false;
  }
  const std::size_t most = kHandshakesMax + (known ? kHandshakesKept : 0);
  return shared_->handshakes <= most || drop_longest(&Connection::shakes_since);
}

bool Worker::make_room() { return drop_longest(&Connection::waits_since); }

bool Worker::drop_longest(std::optional<TimePoint> (Connection::*since_when)() const) {
  std::shared_ptr<Connection> longest;
  std::optional<TimePoint> since;
  for (const auto& connection : connections_) {
    const auto waits = ((*connection).*since_when)();
    if (waits && (!since || *waits < *since)) {
      longest = connection;
      since = waits;
    }
  }
  if (longest) longest->drop();
  return longest != nullptr;
}

void Worker::answer(std::shared_ptr<Connection> connection, Response response) {
  if (thread_.get_id() == std::this_thread::get_id()) {
    connection->answer(std::move(response));
    return;
  }
  const std::lock_guard lock{mutex_};
  if (stopped_) return;
  answers_.push_back({std::move(connection), std::move(response)});
  if (answers_.size() > 1) return;
  Together::tell(this, [self = shared_from_this()] {
    asio::post(self->io, [worker = self.get()] { worker->deliver(); });
  });
}

void Worker::deliver() {
  {
    const std::lock_guard lock{mutex_};
    delivering_.swap(answers_);
  }
  for (auto& [to, response] : delivering_) to->answer(std::move(response));
  delivering_.clear();
}

void Worker::sweep() {
  const auto today = std::chrono::system_clock::now().time_since_epoch();
  date_ = http_date({.unix_ms = std::chrono::duration_cast<milliseconds>(today).count()});
  const auto now = std::chrono::steady_clock::now();
  for (const auto& connection : std::set{connections_}) connection->sweep(now);
  timer_.expires_after(milliseconds{std::clamp(shared_->options.idle_ms / 4, 10, 1'000)});
  timer_.async_wait([this](error_code error) {
    if (!error) sweep();
  });
}

}  // namespace

struct Server::Core {
  std::shared_ptr<Shared> shared = std::make_shared<Shared>();
  std::vector<std::shared_ptr<Worker>> workers;
  std::optional<tcp::acceptor> acceptor;  // on the first worker's thread
  std::optional<asio::steady_timer> pause;
  std::size_t next_worker = 0;
  std::uint16_t port = 0;

  // No connection is taken any more.
  void close() {
    std::atomic<bool> closed{false};
    asio::post(workers.front()->io, [this, &closed] {
      error_code ignored;
      acceptor->close(ignored);
      pause->cancel();
      closed = true;
      closed.notify_one();
    });
    closed.wait(false);
  }
  void accept() {
    Worker& worker = *workers[next_worker++ % workers.size()];
    acceptor->async_accept(worker.io, [this, &worker](error_code error, tcp::socket socket) {
      if (error == asio::error::operation_aborted) return;
      if (error) {  // out of descriptors: waiting is all that helps
        pause->expires_after(milliseconds{100});
        pause->async_wait([this](error_code aborted) {
          if (!aborted) accept();
        });
        return;
      }
      asio::post(worker.io,
                 [&worker, taken = std::move(socket)]() mutable { worker.add(std::move(taken)); });
      accept();
    });
  }
};

Server::Server(std::shared_ptr<Core> core) : core_{std::move(core)} {}

std::expected<std::unique_ptr<Server>, Fault> Server::start(Options options, Handler handler) {
  auto core = std::make_shared<Core>();
  const std::string listen = options.listen;
  const auto colon = listen.rfind(':');
  std::uint16_t port = 0;
  std::string host = listen.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  error_code error;
  const auto address = asio::ip::make_address(host == "localhost" ? "127.0.0.1" : host, error);
  const char* const end = listen.data() + listen.size();
  if (error || colon == std::string::npos ||
      std::from_chars(listen.data() + colon + 1, end, port).ptr != end) {
    return std::unexpected{Fault{"cannot listen on '" + listen + "': want address:port"}};
  }

  const int threads = std::max(1, options.threads);
  core->shared->options = std::move(options);
  core->shared->handler = std::move(handler);
  for (int i = 0; i < threads; ++i) core->workers.push_back(std::make_shared<Worker>(core->shared));

  auto& acceptor = core->acceptor.emplace(core->workers.front()->io);
  core->pause.emplace(core->workers.front()->io);
  const tcp::endpoint endpoint{address, port};
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address{true}, error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (!error) core->port = acceptor.local_endpoint(error).port();
  if (error) {
    return std::unexpected{Fault{"cannot listen on " + listen + ": " + error.message()}};
  }
  for (const auto& worker : core->workers) worker->run();
  asio::post(core->workers.front()->io, [raw = core.get()] { raw->accept(); });
  return std::make_unique<Server>(std::move(core));
}

Server::~Server() {
  core_->close();
  for (const auto& worker : core_->workers) worker->stop();
  core_->acceptor.reset();
  core_->pause.reset();
}

std::uint16_t Server::port() const { return core_->port; }

bool Server::settle(int timeout_ms) {
  constexpr milliseconds kLook{5};
  const auto end = std::chrono::steady_clock::now() + milliseconds{timeout_ms};
  core_->shared->settling = true;
  core_->close();
  const auto busy = [](const auto& worker) { return worker->is_busy(); };
  while (std::ranges::any_of(core_->workers, busy)) {
    if (std::chrono::steady_clock::now() >= end) return false;
    std::this_thread::sleep_for(kLook);
  }
  return true;
}

void Server::give_up() {
  for (const auto& worker : core_->workers) worker->give_up();
}

}  // namespace bashu::http
