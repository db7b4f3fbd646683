// What pages need of HTTP: files, mounts, cookies, tags, gzip, streams.
#include <gtest/gtest.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "http/caching.h"
#include "http/client.h"
#include "http/cookies.h"
#include "http/files.h"
#include "http/mounts.h"
#include "http/server.h"
#include "http/stream.h"

namespace bashu::http {
namespace {

Request get(std::string target, std::vector<Header> headers = {}) {
  return {.target = std::move(target), .headers = std::move(headers)};
}

std::string unpacked(const std::string& bytes) {
  ::z_stream stream{};
  EXPECT_EQ(::inflateInit2(&stream, 15 + 16), Z_OK);
  std::string out(1u << 20, '\0');
  std::string in = bytes;
  stream.next_in = reinterpret_cast<::Bytef*>(in.data());
  stream.avail_in = static_cast<::uInt>(in.size());
  stream.next_out = reinterpret_cast<::Bytef*>(out.data());
  stream.avail_out = static_cast<::uInt>(out.size());
  EXPECT_EQ(::inflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  ::inflateEnd(&stream);
  return out;
}

class Pages : public testing::Test {
 protected:
  void SetUp() override {
    root_ = std::filesystem::path{testing::TempDir()} / "pages";
    std::filesystem::remove_all(root_);
    put("index.html", "<p>all");
    put("assets/app-B3xk29aQ.js", std::string(5'000, 'a'));
    put("assets/app.js", "b");
    put(".secret", "s");
    std::filesystem::create_symlink("/etc/passwd", root_ / "link.txt");
  }
  void TearDown() override { std::filesystem::remove_all(root_); }
  void put(const std::string& name, const std::string& text) {
    std::filesystem::create_directories((root_ / name).parent_path());
    std::ofstream{root_ / name} << text;
  }
  std::filesystem::path root_;
};

TEST_F(Pages, AreServedByWhatTheyAre) {
  const Files files = Files::read(root_).value();
  const Response page = files.serve(get("/"), "index.html");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.body, "<p>all");
  EXPECT_EQ(page.header("Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(page.header("Cache-Control"), "no-cache");
  const Response again =
      files.serve(get("/", {{"If-None-Match", std::string{page.header("ETag")}}}), "index.html");
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(again.body, "");

  const Response script =
      files.serve(get("/", {{"Accept-Encoding", "br, gzip"}}), "assets/app-B3xk29aQ.js");
  EXPECT_EQ(script.header("Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(script.header("Content-Encoding"), "gzip");
  EXPECT_EQ(unpacked(script.body), std::string(5'000, 'a'));
  EXPECT_EQ(files.serve(get("/"), "assets/app-B3xk29aQ.js").body, std::string(5'000, 'a'));
  EXPECT_EQ(files.serve(get("/"), "assets/app.js").header("Cache-Control"), "no-cache");
}

TEST_F(Pages, NothingOutsideTheFolderIsReached) {
  const Files files = Files::read(root_).value();
  for (const char* name : {"link.txt", ".secret", "../pages/index.html", "/etc/passwd",
                           "assets/../index.html", "assets", "", "index.html/"}) {
    EXPECT_EQ(files.serve(get("/"), name).status, 404) << name;
  }
}

TEST_F(Pages, MountsShareOneListener) {
  Mounts mounts;
  const auto named = [](const char* name) {
    return [name](const Request&, const Reply& reply) {
      reply(text_response(200, "text/plain", name));
    };
  };
  mounts.add("/", named("site"));
  mounts.add("/api/v1", named("api"));
  mounts.add("/portal",
             application("/portal", std::make_shared<const Files>(Files::read(root_).value())));
  const auto answer = [&](const std::string& target, const std::string& method = "GET") {
    Response got;
    Request asked = get(target);
    asked.method = method;
    mounts.handle(std::move(asked), [&](Response response) { got = std::move(response); });
    return got;
  };
  EXPECT_EQ(answer("/").body, "site");
  EXPECT_EQ(answer("/api/v1x").body, "site");
  EXPECT_EQ(answer("/api/v1/cases?x=1").body, "api");
  EXPECT_EQ(answer("/portal").header("Location"), "/portal/");
  EXPECT_EQ(answer("/portal/").body, "<p>all");
  EXPECT_EQ(answer("/portal/cases/sichuan-1").body, "<p>all");
  EXPECT_EQ(answer("/portal/assets/app.js").body, "b");
  EXPECT_EQ(answer("/portal/assets/gone.js").status, 404);
  EXPECT_EQ(answer("/portal/%2e%2e%2f").body, "<p>all");
  EXPECT_EQ(answer("/portal/%zz").status, 400);
  EXPECT_EQ(answer("/portal/", "POST").status, 405);
}

TEST(Cookies, AreReadByNameAndWrittenWhole) {
  const Request request = get("/", {{"Cookie", "a=1; __Host-s=x=y ; b=2;broken"}});
  EXPECT_EQ(cookie(request, "a"), "1");
  EXPECT_EQ(cookie(request, "__Host-s"), "x=y");
  EXPECT_EQ(cookie(request, "broken"), "");
  EXPECT_EQ(cookie(request, "s"), "");
  Response response;
  set_cookie(response, {.name = "__Host-s", .value = "v", .lives_s = 60});
  EXPECT_EQ(response.header("Set-Cookie"),
            "__Host-s=v; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=Lax");
}

TEST(Caching, TagsAndCodingsAreAgreedOn) {
  const std::string tag = etag_of("x");
  EXPECT_TRUE(known_to(get("/", {{"If-None-Match", "\"a\", " + tag}}), tag));
  EXPECT_TRUE(known_to(get("/", {{"If-None-Match", tag.substr(2)}}), tag));
  EXPECT_FALSE(known_to(get("/", {{"If-None-Match", etag_of("y")}}), tag));
  EXPECT_TRUE(takes_gzip(get("/", {{"Accept-Encoding", "br;q=1.0, gzip;q=0.5"}})));
  EXPECT_FALSE(takes_gzip(get("/", {{"Accept-Encoding", "gzip;q=0"}})));
  EXPECT_FALSE(takes_gzip(get("/", {{"Accept-Encoding", "identity"}})));

  const Request takes = get("/", {{"Accept-Encoding", "gzip"}});
  Response text = text_response(200, "text/csv; charset=utf-8", std::string(3'000, 'x'));
  compress(takes, text);
  EXPECT_EQ(text.header("Content-Encoding"), "gzip");
  EXPECT_EQ(unpacked(text.body), std::string(3'000, 'x'));
  Response image = text_response(200, "image/png", std::string(3'000, 'x'));
  compress(takes, image);
  EXPECT_EQ(image.header("Content-Encoding"), "");
}

TEST(Guarded, EveryAnswerSaysWhatABrowserMayDo) {
  const auto answer = [](Response inner, bool tls) {
    Response got;
    guarded([&](const Request&, const Reply& reply) { reply(inner); }, tls)(
        get("/"), [&](Response response) { got = std::move(response); });
    return got;
  };
  const Response plain = answer(problem(404, "not_found"), false);
  EXPECT_NE(plain.header("Content-Security-Policy").find("default-src 'self'"),
            std::string_view::npos);
  EXPECT_EQ(plain.header("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(plain.header("Cache-Control"), "no-store");
  EXPECT_EQ(plain.header("Strict-Transport-Security"), "");
  const Response kept = answer({.headers = {{"Cache-Control", "no-cache"}}}, true);
  EXPECT_EQ(kept.header("Cache-Control"), "no-cache");
  EXPECT_NE(kept.header("Strict-Transport-Security"), "");
}

TEST(Streams, ReachTheReaderInPiecesAndKnowWhenHeIsGone) {
  std::vector<std::shared_ptr<Stream>> streams;
  std::mutex mutex;
  Server::Options options;
  options.silence_ms = 50;
  options.idle_ms = 400;  // also how often silence is looked for
  auto server = Server::start(options, [&](const Request&, const Reply& reply) {
    Response response = text_response(200, "text/event-stream", {});
    response.stream = std::make_shared<Stream>();
    {
      const std::lock_guard lock{mutex};
      streams.push_back(response.stream);
    }
    reply(std::move(response));
  });
  const std::string url = "http://127.0.0.1:" + std::to_string((*server)->port()) + "/";
  const auto stream_at = [&](std::size_t i) -> std::shared_ptr<Stream> {
    for (int n = 0; n < 500; ++n) {
      {
        const std::lock_guard lock{mutex};
        if (streams.size() > i) return streams[i];
      }
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    return nullptr;
  };
  {
    std::jthread writer{[&] {
      const auto stream = stream_at(0);
      stream->write(server_event("changes", "{\"position\":1}\nmore", "7"));
      std::this_thread::sleep_for(std::chrono::milliseconds{600});  // longer than idle connections
      stream->write("last");
      stream->end();
      EXPECT_FALSE(stream->write("after"));
    }};
    const auto whole = fetch(url, {});
    ASSERT_TRUE(whole.has_value()) << whole.error().what;
    EXPECT_TRUE(
        whole->body.starts_with("id: 7\nevent: changes\ndata: {\"position\":1}\ndata: more\n\n"))
        << whole->body;
    EXPECT_TRUE(whole->body.ends_with("last"));
    EXPECT_NE(whole->body.find("\n:\n\n"), std::string::npos);
  }
  EXPECT_FALSE(fetch(url, {}, {}, 100).has_value());
  const auto left = stream_at(1);
  for (int i = 0; i < 500 && !left->abandoned(); ++i) {
    left->write("x");
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
  EXPECT_TRUE(left->abandoned());
  EXPECT_FALSE(left->room(1, 1));
}

TEST(Streams, OneThatFailsIsNotTakenForWhole) {
  auto server = Server::start({}, [](const Request& request, const Reply& reply) {
    Response response = text_response(200, "text/plain", {});
    response.stream = std::make_shared<Stream>();
    reply(response);
    response.stream->write("the first half");
    if (request.path() == "/whole") {
      response.stream->end();
    } else {
      response.stream->fail();
    }
  });
  const std::string url = "http://127.0.0.1:" + std::to_string((*server)->port());
  EXPECT_FALSE(fetch(url + "/broken", {}).has_value());
  const auto whole = fetch(url + "/whole", {});
  ASSERT_TRUE(whole.has_value());
  EXPECT_EQ(whole->body, "the first half");
}

}  // namespace
}  // namespace bashu::http
