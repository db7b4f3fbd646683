#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <rapidcheck/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>

#include "http/client.h"
#include "http/server.h"
#include "http/wire.h"

namespace bashu::http {
namespace {

using std::chrono::milliseconds;

Response echo(const Request& request) {
  Response response =
      text_response(200, "text/plain", request.method + " " + request.target + "\n" + request.body);
  response.headers.push_back({"X-Seen", std::string{request.header("x-asked")}});
  return response;
}

std::unique_ptr<Server> echo_server(Server::Options options = {}) {
  auto server = Server::start(
      std::move(options), [](const Request& request, const Reply& reply) { reply(echo(request)); });
  EXPECT_TRUE(server.has_value());
  return std::move(*server);
}

std::string base_of(const Server& server) {
  return "http://127.0.0.1:" + std::to_string(server.port());
}

// A socket as a stranger would use it.
class Raw {
 public:
  explicit Raw(std::uint16_t port, const char* from = "127.0.0.1")
      : fd_{::socket(AF_INET, SOCK_STREAM, 0)} {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = ::inet_addr(from);
    EXPECT_EQ(::bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    const timeval patience{5, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  Raw(const Raw&) = delete;
  Raw& operator=(const Raw&) = delete;
  ~Raw() { ::close(fd_); }
  bool send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const auto count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }
  // Until the server closes, or `until` was seen.
  std::string receive(std::string_view until = {}) const {
    std::string got;
    std::string chunk(4096, '\0');
    while (until.empty() || got.find(until) == std::string::npos) {
      const auto count = ::recv(fd_, chunk.data(), chunk.size(), 0);
      if (count <= 0) break;
      got.append(chunk, 0, static_cast<std::size_t>(count));
    }
    return got;
  }

 private:
  int fd_;
};

TEST(Http, AnswerComesBackWithBodyAndHeaders) {
  const auto server = echo_server();
  Request request{.method = "POST", .headers = {{"X-Asked", "yes"}}, .body = "hello"};
  const auto answer = fetch(base_of(*server) + "/a/b?c=d", request);
  ASSERT_TRUE(answer.has_value()) << answer.error().what;
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "POST /a/b?c=d\nhello");
  EXPECT_EQ(answer->header("x-SEEN"), "yes");
  EXPECT_FALSE(answer->header("date").empty());
}

TEST(Http, ReplyMayComeLaterFromAnotherThread) {
  std::vector<std::thread> threads;
  std::mutex mutex;
  {
    auto server = Server::start({}, [&](Request request, Reply reply) {
      const std::lock_guard lock{mutex};
      threads.emplace_back([request = std::move(request), reply = std::move(reply)] {
        std::this_thread::sleep_for(milliseconds{30});
        reply(echo(request));
      });
    });
    ASSERT_TRUE(server.has_value());
    for (int i = 0; i < 3; ++i) {
      const auto answer = fetch(base_of(**server) + "/" + std::to_string(i), {});
      ASSERT_TRUE(answer.has_value());
      EXPECT_EQ(answer->body, "GET /" + std::to_string(i) + "\n");
    }
  }
  for (auto& thread : threads) thread.join();
}

TEST(Http, RepliesAfterTheServerEndedAreDropped) {
  std::mutex mutex;
  std::condition_variable arrived;
  Reply kept;
  auto server = Server::start({}, [&](const Request&, Reply reply) {
    const std::lock_guard lock{mutex};
    kept = std::move(reply);
    arrived.notify_one();
  });
  ASSERT_TRUE(server.has_value());
  const Raw raw{(*server)->port()};
  raw.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  {
    std::unique_lock lock{mutex};
    arrived.wait(lock, [&] { return static_cast<bool>(kept); });
  }
  server->reset();
  EXPECT_EQ(raw.receive(), "");
  kept(text_response(200, "text/plain", "late"));
}

TEST(Http, HandlerThatForgetsToReplyAnswers500) {
  auto server = Server::start({}, [](const Request&, const Reply&) {});
  ASSERT_TRUE(server.has_value());
  const auto answer = fetch(base_of(**server) + "/", {});
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 500);
}

TEST(Http, HandlerThatForgetsToReplyAnswersAsTheServerWasTold) {
  Server::Options options;
  options.dropped = [] { return problem(500, "unknown_outcome"); };
  auto server = Server::start(options, [](const Request&, const Reply&) {});
  ASSERT_TRUE(server.has_value());
  const auto answer = fetch(base_of(**server) + "/", {});
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 500);
  EXPECT_NE(answer->body.find("unknown_outcome"), std::string::npos) << answer->body;
}

TEST(Http, WhoeverWaitsIsToldAtTheEndAndALaterAnswerGoesToNobody) {
  std::mutex mutex;
  std::condition_variable arrived;
  std::vector<Reply> kept;
  Server::Options options;
  options.dropped = [] { return problem(500, "unknown_outcome"); };
  auto server = Server::start(options, [&](const Request&, Reply reply) {
    const std::lock_guard lock{mutex};
    kept.push_back(std::move(reply));
    arrived.notify_one();
  });
  ASSERT_TRUE(server.has_value());
  const Raw first{(*server)->port()}, second{(*server)->port()}, idle{(*server)->port()};
  for (const Raw* raw : {&first, &second}) raw->send("POST / HTTP/1.1\r\nHost: x\r\n\r\n");
  {
    std::unique_lock lock{mutex};
    arrived.wait(lock, [&] { return kept.size() == 2; });
  }
  (*server)->give_up();
  for (const Reply& reply : kept) reply(text_response(200, "text/plain", "late"));
  for (const Raw* raw : {&first, &second}) {
    const std::string got = raw->receive();
    EXPECT_TRUE(got.starts_with("HTTP/1.1 500 ")) << got;
    EXPECT_NE(got.find("unknown_outcome"), std::string::npos) << got;
    EXPECT_EQ(got.find("late"), std::string::npos) << got;
  }
  server->reset();
  EXPECT_EQ(idle.receive(), "");
}

TEST(Http, WhatWasBegunIsAnsweredInWholeAndNobodyIsTakenMore) {
  std::mutex mutex;
  std::condition_variable arrived;
  Reply kept;
  auto server = Server::start({}, [&](const Request&, Reply reply) {
    const std::lock_guard lock{mutex};
    kept = std::move(reply);
    arrived.notify_one();
  });
  ASSERT_TRUE(server.has_value());
  const Raw raw{(*server)->port()}, idle{(*server)->port()};
  raw.send("POST / HTTP/1.1\r\nHost: x\r\n\r\n");
  {
    std::unique_lock lock{mutex};
    arrived.wait(lock, [&] { return static_cast<bool>(kept); });
  }
  EXPECT_FALSE((*server)->settle(30)) << "it is not answered yet";
  const auto late = fetch(base_of(**server) + "/", {});
  EXPECT_FALSE(late.has_value()) << "somebody was taken";
  const std::string body(8U << 20, 'x');  // more than fits on its way
  kept(text_response(200, "text/plain", body));
  EXPECT_FALSE((*server)->settle(30)) << "the answer has not left";
  auto got = std::async(std::launch::async, [&raw] { return raw.receive(); });
  EXPECT_TRUE((*server)->settle(5'000)) << "a connection where nothing is asked is not waited for";
  server->reset();
  const std::string answer = got.get();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 "));
  EXPECT_NE(answer.find("Connection: close"), std::string::npos);
  EXPECT_TRUE(answer.ends_with(body));
}

TEST(Http, PipelinedRequestsAreAnsweredInOrder) {
  const auto server = echo_server();
  const Raw raw{server->port()};
  std::string bytes;
  for (int i = 0; i < 200; ++i) {
    bytes += "POST /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc";
  }
  bytes += "GET /end HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  ASSERT_TRUE(raw.send(bytes));
  const std::string got = raw.receive();
  std::size_t at = 0;
  for (int i = 0; i < 200; ++i) {
    at = got.find("POST /" + std::to_string(i) + "\nabc", at);
    ASSERT_NE(at, std::string::npos) << i;
  }
  EXPECT_NE(got.find("GET /end", at), std::string::npos);
}

TEST(Http, BytesMayArriveOneByOne) {
  const auto server = echo_server();
  const Raw raw{server->port()};
  for (const char c : std::string_view{"POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: "
                                       "4\r\nConnection: close\r\n\r\nbody"}) {
    ASSERT_TRUE(raw.send({&c, 1}));
  }
  EXPECT_NE(raw.receive().find("POST /slow\nbody"), std::string::npos);
}

TEST(Http, BytesOfAnEmptyChunkedBodyMayArriveOneByOne) {
  RequestReader reader{{}};
  std::string pending;
  for (const char c :
       std::string_view{"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
                        "\r\n0\r\n\r\n"}) {
    EXPECT_EQ(reader.state(), RequestReader::State::more);
    pending += c;
    pending.erase(0, reader.feed(pending));
  }
  EXPECT_EQ(reader.state(), RequestReader::State::done);
  EXPECT_EQ(reader.take().body, "");
}

TEST(Http, LimitsAreEnforced) {
  Server::Options options;
  options.body_max = 1'000;
  const auto server = echo_server(options);
  const auto status_of = [&](const std::string& bytes) {
    const Raw raw{server->port()};
    raw.send(bytes);
    const std::string got = raw.receive("\r\n");
    return got.size() > 12 ? got.substr(9, 3) : "cut";
  };
  const std::string line = "POST / HTTP/1.1\r\nHost: x\r\n";
  EXPECT_EQ(status_of(line + "Content-Length: 1000\r\n\r\n" + std::string(1000, 'x')), "200");
  EXPECT_EQ(status_of(line + "Content-Length: 1001\r\n\r\n"), "413");
  EXPECT_EQ(status_of(line + "Content-Length: 100000\r\n\r\n" + std::string(100000, 'x')), "413");
  EXPECT_EQ(status_of(line + "Transfer-Encoding: chunked\r\n\r\n3e9\r\n" + std::string(1001, 'x')),
            "413");
  EXPECT_EQ(status_of(line + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"), "200");
  EXPECT_EQ(status_of(line + "X-Long: " + std::string(17 << 10, 'x') + "\r\n\r\n"), "431");
  EXPECT_EQ(
      status_of(line + "X-Long: " + std::string(12 << 10, 'x') + "\r\nContent-Length: 0\r\n\r\n"),
      "200");
}

TEST(Http, GarbageIsRefusedAndTheServerGoesOn) {
  const auto server = echo_server();
  const auto status_of = [&](const std::string& bytes) {
    const Raw raw{server->port()};
    raw.send(bytes);
    return raw.receive("\r\n").substr(0, 12);
  };
  EXPECT_EQ(status_of("\x16\x03\x01\x02\x00 not http\r\n\r\n"), "HTTP/1.1 400");
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"),
            "HTTP/1.1 400");
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"), "HTTP/1.1 400");
  EXPECT_EQ(status_of("GET /\r\n\r\n"), "HTTP/1.1 400");
  EXPECT_EQ(
      status_of(
          "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n"),
      "HTTP/1.1 400");
  EXPECT_TRUE(fetch(base_of(*server) + "/", {}).has_value());
}

TEST(Http, ExpectContinueIsAnswered) {
  const auto server = echo_server();
  const Raw raw{server->port()};
  raw.send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(raw.receive("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  raw.send("ok");
  EXPECT_NE(raw.receive("\nok").find("200 OK"), std::string::npos);
}

TEST(Http, HeadHasLengthButNoBody) {
  const auto server = echo_server();
  const Raw raw{server->port()};
  raw.send("HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string got = raw.receive();
  EXPECT_NE(got.find("Content-Length: 6\r\n"), std::string::npos) << got;
  EXPECT_TRUE(got.ends_with("\r\n\r\n"));
}

TEST(Http, IdleAndSlowConnectionsAreClosed) {
  Server::Options options;
  options.idle_ms = 100;
  options.request_ms = 150;
  const auto server = echo_server(options);
  const auto start = std::chrono::steady_clock::now();
  const Raw idle{server->port()};
  EXPECT_EQ(idle.receive(), "");
  const Raw slow{server->port()};
  slow.send("GET / HT");
  EXPECT_EQ(slow.receive(), "");
  const Raw dripping{server->port()};
  dripping.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n");
  bool open = true;
  for (int i = 0; i < 100 && open; ++i) {
    open = dripping.send("x");
    std::this_thread::sleep_for(milliseconds{20});
  }
  EXPECT_FALSE(open);
  EXPECT_LT(std::chrono::steady_clock::now() - start, milliseconds{4'000});
}

TEST(Http, BeyondTheLimitTheStrangerWhoWaitedLongestMakesRoom) {
  Server::Options options;
  options.connections_max = 2;
  auto server = Server::start(options, [](const Request& request, const Reply& reply) {
    Response response = echo(request);
    response.trusted = request.path() == "/known";
    reply(std::move(response));
  });
  const Raw known{(*server)->port()}, stranger{(*server)->port()};
  known.send("GET /known HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NE(known.receive("GET /known\n"), "");
  stranger.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NE(stranger.receive("GET /\n"), "");
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(fetch(base_of(**server) + "/", {}).has_value());
  }
  EXPECT_EQ(stranger.receive(), "");
  known.send("GET /known HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NE(known.receive("GET /known\n"), "");
}

TEST(Http, IdleConnectionsOfOneAddressDoNotShutOthersOut) {
  Server::Options options;
  options.connections_max = 8;
  options.connections_per_address = 4;
  const auto server = echo_server(options);
  std::vector<std::unique_ptr<Raw>> idle;
  for (int i = 0; i < 20; ++i) idle.push_back(std::make_unique<Raw>(server->port()));
  // Of these twenty four are open, and the fifth of this address is refused,
  EXPECT_FALSE(fetch(base_of(*server) + "/", {}).has_value());
  // but not one from elsewhere.
  const Raw other{server->port(), "127.0.0.2"};
  other.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NE(other.receive("GET /\n"), "");
}

// As a node listens, with the limits it has.
TEST(Http, ElevenHundredIdleConnectionsLeaveOthersServed) {
  ::rlimit files{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &files), 0);
  files.rlim_cur = std::min<::rlim_t>(files.rlim_max, 8'192);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &files), 0);
  if (files.rlim_cur < 4'096) GTEST_SKIP() << "this machine allows too few open files";
  const auto server = echo_server({});
  // Of one address, and then of many that each stay below its limit.
  std::vector<std::unique_ptr<Raw>> idle;
  for (int i = 0; i < 1'100; ++i) idle.push_back(std::make_unique<Raw>(server->port()));
  const Raw other{server->port(), "127.0.0.2"};
  other.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NE(other.receive("GET /\n"), "");
  for (int i = 0; i < 1'100; ++i) {
    const std::string from = "127.0.1." + std::to_string(1 + i % 200);
    idle.push_back(std::make_unique<Raw>(server->port(), from.c_str()));
  }
  const Raw last{server->port(), "127.0.0.3"};
  last.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NE(last.receive("GET /\n"), "");
}

TEST(Http, NoBodyIsReadBeforeItsHeadIsAdmitted) {
  Server::Options options;
  options.body_max = 1'000;
  options.bodies_max = 1'500;
  options.admit = [](const Request& head) {
    const bool known = head.header("Authorization") == "me";
    return Admission{.body_max = known ? 1'000U : 10U, .status = 401};
  };
  options.refusal = [](int status) { return problem(status, "spelt_by_the_listener"); };
  const auto server = echo_server(options);
  {
    const Raw raw{server->port()};
    raw.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n");
    EXPECT_NE(raw.receive("}").find("spelt_by_the_listener"), std::string::npos);
  }
  const auto status_of = [&](const std::string& bytes) {
    const Raw raw{server->port()};
    raw.send("POST / HTTP/1.1\r\nHost: x\r\n" + bytes);
    return raw.receive("\r\n").substr(9, 3);
  };
  EXPECT_EQ(status_of("Content-Length: 11\r\n\r\n"), "401");
  EXPECT_EQ(status_of("Transfer-Encoding: chunked\r\n\r\nb\r\n" + std::string(11, 'x')), "401");
  EXPECT_EQ(status_of("Content-Length: 10\r\n\r\n0123456789"), "200");
  EXPECT_EQ(status_of("Authorization: me\r\nContent-Length: 1001\r\n\r\n"), "413");
  const Raw first{server->port()};
  first.send("POST / HTTP/1.1\r\nHost: x\r\nAuthorization: me\r\nContent-Length: 1000\r\n\r\n");
  first.send(std::string(900, 'x'));
  std::string second;
  for (int i = 0; i < 100 && second != "503"; ++i) {
    second = status_of("Authorization: me\r\nContent-Length: 1000\r\n\r\n" + std::string(900, 'x') +
                       std::string(100, 'y'));
  }
  EXPECT_EQ(second, "503");
  first.send(std::string(100, 'x'));
  EXPECT_NE(first.receive("xx").find("200 OK"), std::string::npos);
}

TEST(Http, HeadsThatCanBeReadInTwoWaysAreRefused) {
  const auto server = echo_server();
  const auto status_of = [&](const std::string& bytes) {
    const Raw raw{server->port()};
    raw.send(bytes);
    return raw.receive("\r\n").substr(9, 3);
  };
  const std::string get = "GET / HTTP/1.1\r\n", post = "POST / HTTP/1.1\r\nHost: x\r\n";
  EXPECT_EQ(status_of(get + "\r\n"), "400");
  EXPECT_EQ(status_of(get + "Host: a\r\nHost: b\r\n\r\n"), "400");
  EXPECT_EQ(status_of(get + "Host: a\r\nAuthorization: b\r\nAuthorization: c\r\n\r\n"), "400");
  EXPECT_EQ(status_of(post + "Transfer-Encoding: xchunked\r\n\r\n"), "400");
  EXPECT_EQ(status_of(post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"), "400");
  EXPECT_EQ(status_of(get + "Host: a\r\n\r\n"), "200");
}

TEST(Http, ClientSendsManyAtOnceOverKeptConnections) {
  std::atomic<int> connections{0};
  const auto server = echo_server();
  Client client{{.connections_max = 4}};
  std::mutex mutex;
  std::condition_variable all;
  int done = 0, wrong = 0;
  for (int i = 0; i < 500; ++i) {
    Call call{.to = *parse_url(base_of(*server))};
    call.request.method = "POST";
    call.request.target = "/" + std::to_string(i);
    call.request.body = std::string(static_cast<std::size_t>(i) * 20, 'b');
    client.send(call, [&, i, body = call.request.body](const Answer& answer) {
      const std::lock_guard lock{mutex};
      if (!answer || answer->body != "POST /" + std::to_string(i) + "\n" + body) ++wrong;
      if (++done == 500) all.notify_one();
    });
  }
  std::unique_lock lock{mutex};
  ASSERT_TRUE(all.wait_for(lock, milliseconds{20'000}, [&] { return done == 500; }));
  EXPECT_EQ(wrong, 0);
}

TEST(Http, ClientRepeatsOnADeadKeptConnectionButNotWhatMayNotBeRepeated) {
  Server::Options options;
  options.idle_ms = 60;
  const auto server = echo_server(options);
  Client client;
  const auto ask = [&](bool repeatable) {
    std::promise<Answer> promise;
    auto future = promise.get_future();
    Call call{.to = *parse_url(base_of(*server))};
    call.repeatable = repeatable;
    client.send(call, [&](Answer answer) { promise.set_value(std::move(answer)); });
    return future.get();
  };
  ASSERT_TRUE(ask(true).has_value());
  std::this_thread::sleep_for(milliseconds{300});
  EXPECT_TRUE(ask(true).has_value());
  std::this_thread::sleep_for(milliseconds{300});
  const auto refused = ask(false);
  ASSERT_FALSE(refused.has_value());
  EXPECT_TRUE(refused.error().unknown_outcome);
}

TEST(Http, ClientReachesARestartedServerAtOnce) {
  const int waited_for = 4;
  std::mutex mutex;
  std::vector<Reply> replies;
  Server::Options options;
  auto first = Server::start(options, [&](const Request&, Reply reply) {
    const std::lock_guard lock{mutex};
    replies.push_back(std::move(reply));
    if (replies.size() < waited_for) return;  // so that each call needs a connection of its own
    for (const Reply& one : replies) one(text_response(200, "text/plain", "x"));
  });
  ASSERT_TRUE(first.has_value());
  const std::string base = base_of(**first);
  options.listen = base.substr(7);
  Client client{{.connections_max = waited_for}};
  const auto ask = [&] {
    auto promise = std::make_shared<std::promise<Answer>>();
    client.send({.to = *parse_url(base)},
                [promise](Answer answer) { promise->set_value(std::move(answer)); });
    return promise->get_future();
  };
  std::vector<std::future<Answer>> answers;
  for (int i = 0; i < waited_for; ++i) answers.push_back(ask());
  for (auto& answer : answers) EXPECT_TRUE(answer.get().has_value());
  first->reset();
  const auto second = echo_server(options);
  EXPECT_TRUE(ask().get().has_value());
}

TEST(Http, ClientTimesOutAndSaysThatTheOutcomeIsUnknown) {
  std::mutex mutex;
  std::vector<Reply> kept;
  auto server = Server::start({}, [&](const Request&, Reply reply) {
    const std::lock_guard lock{mutex};
    kept.push_back(std::move(reply));
  });
  ASSERT_TRUE(server.has_value());
  const auto answer = fetch(base_of(**server) + "/", {}, {}, 200);
  ASSERT_FALSE(answer.has_value());
  EXPECT_TRUE(answer.error().unknown_outcome);
}

TEST(Http, ClientSaysThatNothingWasSentWhenNobodyListens) {
  std::uint16_t port = 0;
  {
    port = echo_server()->port();
  }
  const auto answer = fetch("http://127.0.0.1:" + std::to_string(port) + "/", {});
  ASSERT_FALSE(answer.has_value());
  EXPECT_FALSE(answer.error().unknown_outcome);
}

TEST(Http, UrlsAreReadStrictly) {
  const auto url = parse_url("https://sichuan.example:7443/bashu/v1/");
  ASSERT_TRUE(url.has_value());
  EXPECT_TRUE(url->tls);
  EXPECT_EQ(url->host, "sichuan.example");
  EXPECT_EQ(url->port, 7443);
  EXPECT_EQ(url->path, "/bashu/v1");
  EXPECT_EQ(parse_url("http://[::1]:80")->host, "::1");
  for (const char* bad : {"", "ftp://x", "http://", "http://x:0", "http://x:99999", "http://x:1a",
                          "http://a b/", "http://x/ y", "https://[::1", "http://x\r\nA: b/"}) {
    EXPECT_FALSE(parse_url(bad).has_value()) << bad;
  }
}

TEST(Http, QueriesAndPathsAreDecoded) {
  Request request{.target = "/cases/sichuan-1%2Ftrip/x?at_least=5&q=a+b%26&bad=%zz"};
  EXPECT_EQ(request.segments().value(), (std::vector<std::string>{"cases", "sichuan-1/trip", "x"}));
  EXPECT_EQ(request.parameter("at_least"), "5");
  EXPECT_EQ(request.parameter("q"), "a b&");
  EXPECT_EQ(request.parameter("bad"), std::nullopt);
  EXPECT_EQ(request.parameter("none"), std::nullopt);
  request.target = "/%4";
  EXPECT_EQ(request.segments(), std::nullopt);
  request.target = "/%E5%8A%9E?q=%E4%BB%B6";
  EXPECT_EQ(request.segments().value(), std::vector<std::string>{"办"});
  EXPECT_EQ(request.parameter("q"), "件");
  request.target = "/cases/%ff%fe?q=%E4%BB";
  EXPECT_EQ(request.segments(), std::nullopt) << "no UTF-8";
  EXPECT_EQ(request.parameters(), std::nullopt);
  EXPECT_EQ(request.parameter("q"), std::nullopt);
}

TEST(Http, HeadersCannotBeInjected) {
  std::string out;
  Response response{.headers = {{"X-Good", "1"}, {"X-Bad", "1\r\nSet-Cookie: a=b"}}};
  write_response(out, response, {}, true, false);
  EXPECT_NE(out.find("X-Good"), std::string::npos);
  EXPECT_EQ(out.find("Set-Cookie"), std::string::npos);
}

RC_GTEST_PROP(Http, HoweverBytesAreCutTheSameMessagesComeOut, ()) {
  std::string bytes;
  const auto bodies = *rc::gen::container<std::vector<std::string>>(
      rc::gen::container<std::string>(rc::gen::inRange<char>('a', 'z')));
  for (const std::string& body : bodies) {
    if (*rc::gen::arbitrary<bool>()) {
      write_request(
          bytes, {.method = "POST", .target = "/x", .headers = {{"A", "b"}}, .body = body}, "host");
      continue;
    }
    bytes += "POST /x HTTP/1.1\r\nHost: host\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (const char c : body) bytes.append("1\r\n").append(1, c).append("\r\n");
    bytes += *rc::gen::element<std::string>("0\r\n\r\n", "0\r\nTrailer: x\r\n\r\n", "00\r\n\r\n");
  }
  RequestReader reader{{}};
  std::vector<std::string> got;
  std::string pending;
  std::size_t at = 0;
  while (at < bytes.size() || !pending.empty()) {
    if (at < bytes.size()) {
      const auto count =
          std::min<std::size_t>(*rc::gen::inRange<std::size_t>(1, 60), bytes.size() - at);
      pending += bytes.substr(at, count);
      at += count;
    }
    pending.erase(0, reader.feed(pending));
    RC_ASSERT(reader.state() != RequestReader::State::bad);
    while (reader.state() == RequestReader::State::done) {
      got.push_back(reader.take().body);
      pending.erase(0, reader.feed(pending));
    }
  }
  RC_ASSERT(got == bodies);
}

}  // namespace
}  // namespace bashu::http
