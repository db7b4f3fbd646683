// Two sides that clear bills over two nodes in memory: `sichuan`, the second, is asked over its
// API; `chongqing` is a node whose people go past its API, where what a window needs is computed.
#pragma once

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/api.h"
#include "api/clearing_books.h"
#include "base/json.h"
#include "clearing/sketch.h"
#include "exchange/blobs.h"
#include "node/files.h"
#include "node/test_support.h"
#include "packs/load.h"
#include "people/secrets.h"
#include "people/test_support.h"
#include "testing/checkout.h"
#include "views/follower.h"
#include "windows/ledger.h"

namespace bashu::api {

using clearing::Difference;
using node::TestNode;

inline const core::Asker kFinance{.principal = "key:finance", .roles = {"finance"}};

inline std::string bill(int number, std::int64_t price = 200'000) {
  Value one = *parse_json(
      R"({"insured":"sichuan","treated":"chongqing","day":"2021-03-04",
          "policy":{"deductible":80000,"rate":800,"cap":20000000},"used":{"deductible":0,"pool":0}})");
  one.as_record()->insert_or_assign("bill", "H" + std::to_string(number));
  one.as_record()->insert_or_assign("institution", "hospital " + std::to_string(number));
  one.as_record()->insert_or_assign(
      "lines", Value::List{Value::Record{
                   {"list", "A"}, {"price", price}, {"limit", price}, {"own_first", 0}}});
  return canonical_json(one) + "\n";
}

class ClearingOfTwo : public ::testing::Test {
 protected:
  ClearingOfTwo() {
    const auto text = node::read_file(checkout("packs/clearing.yaml"));
    const auto pack = packs::load(*text).pack;
    for (TestNode* one : {&chongqing, &sichuan}) {
      one->must(core::AdoptPack{.by = {.roles = {"admin"}},
                                .source = canonical_json(pack->source),
                                .from = one->clock.today()});
    }
    circle.settle();
    for (const people::Principal& one :
         {people::Principal{.id = "finance", .roles = {{"clearing", {"finance"}}}},
          people::Principal{.id = "operator", .roles = {{"clearing", {"operator"}}}},
          people::Principal{.id = "clerk", .roles = {{"licences", {"clerk"}}}},
          people::Principal{.id = "auditor", .may = {"audit"}},
          people::Principal{.id = "admin", .person = "admin", .may = {"admin"}},
          people::Principal{.id = "registrar", .may = {"registrar"}}}) {
      EXPECT_TRUE(people::is_done(
          people::admit(*sichuan.node, one, people::key_proof("secret-" + one.id))));
    }
    follower = std::move(*views::Follower::start(*sichuan.node, folder.path()));
    roster = std::make_unique<people::Roster>(*sichuan.node, folder.path());
    entrance = std::make_unique<people::Entrance>(folder.path(), *roster, sichuan.chance);
    Api::Parts parts;
    parts.node = sichuan.node.get();
    parts.views = follower.get();
    parts.entrance = entrance.get();
    parts.workers = 1;
    api = std::make_unique<Api>(parts);
    open_book();
    open_window();
  }

  struct Answer {
    int status = 0;
    Value body;
    std::string raw;
  };
  Answer post(const std::string& path, std::string body, const std::string& language = "en") {
    http::Request request;
    request.method = "POST";
    request.target = "/api/v1" + path;
    request.headers = {{"Authorization", "Bearer secret-finance"},
                       {"Accept-Language", language},
                       {"Content-Type", "application/json"}};
    if (path == "/documents") request.headers.push_back({"X-Document-Name", "bills.ndjson"});
    request.body = std::move(body);
    return answer_to(std::move(request));
  }
  Answer get(const std::string& who, const std::string& path) {
    http::Request request;
    request.method = "GET";
    request.target = "/api/v1" + path;
    request.headers = {{"Authorization", "Bearer secret-" + who}, {"Accept-Language", "en"}};
    return answer_to(std::move(request));
  }
  Answer answer_to(http::Request request) {
    std::promise<http::Response> promise;
    auto future = promise.get_future();
    api->handle(std::move(request),
                [&promise](http::Response response) { promise.set_value(std::move(response)); });
    Answer answer;
    const http::Response response = future.get();
    answer.status = response.status;
    answer.raw = response.body;
    answer.body = parse_json(response.body, {.depth = 64, .values = 100'000}).value_or(Value{});
    return answer;
  }
  Answer step(const std::string& event, Value with, const std::string& language = "en") {
    return post("/cases/" + window + "/events/" + event,
                canonical_json(Value::Record{{"role", "finance"}, {"with", std::move(with)}}),
                language);
  }
  void must_step(const std::string& event, const Value& with = Value::Record{}) {
    const Answer answer = step(event, with);
    ASSERT_EQ(answer.status, 200) << answer.raw;
    circle.settle();
  }

  static Value account(const char* name) {
    return Value::Record{{"name", name}, {"account", "1"}, {"bank", "102653000017"}};
  }

  // A book of bills between chongqing and sichuan, on which both agree.
  core::CaseId agreed_book(const char* name, const Value::Record& more = {}) {
    core::StartCase start{.by = kFinance,
                          .pack = "clearing",
                          .service = "book",
                          .role = "finance",
                          .parties = {{"first", "chongqing"}, {"second", "sichuan"}}};
    Value::Record with = more;
    with["name"] = name;
    with["kind"] = "bills";
    with["first_account"] = account("chongqing");
    start.with = std::move(with);
    core::CaseId of{chongqing.must(std::move(start)).decision.answer.text_at("case")};
    circle.settle();
    sichuan.must(core::FireEvent{.by = kFinance,
                                 .id = of,
                                 .event = "agree",
                                 .role = "finance",
                                 .version = {},
                                 .with = Value::Record{{"second_account", account("sichuan")}}});
    circle.settle();
    return of;
  }

  // What is kept of a text that was handed in.
  Value deposit(const std::string& text) {
    const Answer answer = post("/documents", text);
    EXPECT_EQ(answer.status, 201) << answer.raw;
    return answer.body;
  }
  // A batch of sichuan's, by a file that was deposited; `query` of the request.
  Answer batch_of(const std::string& of, const std::string& what, const Value& file,
                  const std::string& query = {}) {
    return post("/cases" + query,
                canonical_json(Value::Record{
                    {"pack", "clearing"},
                    {"service", "batch"},
                    {"role", "finance"},
                    {"parties", Value::Record{{"side", "sichuan"}}},
                    {"with", Value::Record{{"book", of}, {"what", what}, {"file", file}}}}));
  }
  // The case of the batch.
  std::string hand_in(const core::CaseId& of, const std::string& rows,
                      const std::string& what = "bills") {
    const Answer made = batch_of(of, what, deposit(rows));
    EXPECT_EQ(made.status, 201) << made.raw;
    return made.body.text_at("case");
  }

  void open_book() {
    book = agreed_book("bills");
    const std::string rows = bill(1) + bill(2) + bill(3) + bill(5, 300'000);
    batch.assign(hand_in(book, rows));
    theirs = lines_of(false, rows).lines;
  }
  // chongqing lacks the third, has a fourth, and another price of the fifth.
  void open_window() {
    const Drawn drawn = lines_of(true, bill(1) + bill(2) + bill(4) + bill(5));
    ours = drawn.lines;
    ClearingBook of;
    of.row.parties = {{"first", "chongqing"}, {"second", "sichuan"}};
    core::StartCase start{
        .by = kFinance, .pack = "clearing", .service = "window", .role = "finance"};
    start.parent = book;
    start.with = Value::Record{{"until", "2021-03-05"},
                               {"first", statement_field(drawn.statement, of, 1)},
                               {"first_sketch", document(drawn.sketch)}};
    window.assign(chongqing.must(std::move(start)).decision.answer.text_at("case"));
    circle.settle();
    must_step("state");
  }
  struct Drawn {
    clearing::Statement statement;
    std::string sketch;
    std::vector<clearing::Entry> lines;
  };
  static Drawn lines_of(bool first, const std::string& text) {
    windows::Ledger ledger{
        {.first = "chongqing", .second = "sichuan", .own_is_first = first, .tariff = std::nullopt}};
    auto rows = windows::read_rows("bills", text);
    EXPECT_TRUE(rows);
    if (rows) ledger.take(*std::move(rows));
    Drawn out{.statement = ledger.draw(*Date::parse("2021-03-05"), 1), .sketch = {}, .lines = {}};
    const clearing::Kept kept = ledger.lines();
    out.sketch = clearing::sketch_of(kept.tree);
    for (std::size_t part = 0; part < 16; ++part) {
      kept.tree.each_in(part, 4, [&](const clearing::RunningTree::Held& held) {
        out.lines.push_back(kept.line(held.of));
      });
    }
    return out;
  }
  // As a form holds a document of chongqing's; sichuan has fetched it, and has the key.
  Value document(const std::string& bytes) {
    node::Vault& vault = chongqing.node->vault();
    const std::string id = vault.new_key("chongqing"), key = *vault.key(id);
    sichuan.node->vault().put_key(id, key);
    exchange::Blobs blobs{sichuan.node->storage().files()};
    const auto name = blobs.put(exchange::encrypt_document(bytes, key, chongqing.chance.bytes(24)));
    EXPECT_TRUE(name);
    const Value clear = Value::Record{{"sha256", *name},
                                      {"name", "list.ndjson"},
                                      {"media", "application/x-ndjson"},
                                      {"size", bytes.size()}};
    const auto type = std::make_shared<packs::Type>(packs::Type{.kind = packs::Kind::document});
    Value sealed =
        *vault.seal({{"document", type}}, Value::Record{{"document", clear}}, "chongqing", id)
             .find("document");
    sealed.as_record()->insert_or_assign("dek", id);
    return sealed;
  }
  void hand_over(const std::vector<Difference>& list) {
    chongqing.must(
        core::FireEvent{.by = kFinance,
                        .id = window,
                        .event = "compare",
                        .role = "finance",
                        .version = {},
                        .with = Value::Record{{"differences", document(clearing::text_of(list))},
                                              {"found", list.size()}}});
    circle.settle();
  }

  node::TestFolder folder;
  node::TestCircle circle{node::open_directory(folder.path())};
  TestNode &chongqing = circle.chongqing, &sichuan = circle.sichuan;
  std::unique_ptr<views::Follower> follower;
  std::unique_ptr<people::Roster> roster;
  std::unique_ptr<people::Entrance> entrance;
  std::unique_ptr<Api> api;
  core::CaseId book, batch, window;
  std::vector<clearing::Entry> ours, theirs;  // chongqing's and sichuan's
};

}  // namespace bashu::api
