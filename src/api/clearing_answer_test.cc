// A first side that lies: it hands over a list of differences which does not lead to the root it
// signed. `sichuan`, the second side, is asked over HTTP to answer it, and refuses. `chongqing` is
// a node whose people go past its API, where the list is computed.

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
namespace {

using clearing::Difference;
using node::TestNode;

const core::Asker kFinance{.principal = "key:finance", .roles = {"finance"}};

std::string bill(int number, std::int64_t price = 200'000) {
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

class AFalseList : public ::testing::Test {
 protected:
  AFalseList() {
    const auto text = node::read_file(checkout("packs/clearing.yaml"));
    const auto pack = packs::load(*text).pack;
    for (TestNode* one : {&chongqing, &sichuan}) {
      one->must(core::AdoptPack{.by = {.roles = {"admin"}},
                                .source = canonical_json(pack->source),
                                .from = one->clock.today()});
    }
    circle.settle();
    const people::Principal finance{.id = "finance", .roles = {{"clearing", {"finance"}}}};
    EXPECT_TRUE(people::is_done(
        people::admit(*sichuan.node, finance, people::key_proof("secret-finance"))));
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

  void open_book() {
    const auto account = [](const char* name) {
      return Value::Record{{"name", name}, {"account", "1"}, {"bank", "102653000017"}};
    };
    core::StartCase start{.by = kFinance,
                          .pack = "clearing",
                          .service = "book",
                          .role = "finance",
                          .parties = {{"first", "chongqing"}, {"second", "sichuan"}}};
    start.with = Value::Record{
        {"name", "bills"}, {"kind", "bills"}, {"first_account", account("chongqing")}};
    book.assign(chongqing.must(std::move(start)).decision.answer.text_at("case"));
    circle.settle();
    sichuan.must(core::FireEvent{.by = kFinance,
                                 .id = book,
                                 .event = "agree",
                                 .role = "finance",
                                 .version = {},
                                 .with = Value::Record{{"second_account", account("sichuan")}}});
    circle.settle();
    const std::string rows = bill(1) + bill(2) + bill(3) + bill(5, 300'000);
    const Answer kept = post("/documents", rows);
    ASSERT_EQ(kept.status, 201) << kept.raw;
    const Answer batch =
        post("/cases",
             canonical_json(Value::Record{
                 {"pack", "clearing"},
                 {"service", "batch"},
                 {"role", "finance"},
                 {"parties", Value::Record{{"side", "sichuan"}}},
                 {"with", Value::Record{{"book", book}, {"what", "bills"}, {"file", kept.body}}}}));
    ASSERT_EQ(batch.status, 201) << batch.raw;
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
  core::CaseId book, window;
  std::vector<clearing::Entry> ours, theirs;  // chongqing's and sichuan's
};

TEST_F(AFalseList, IsNotAnsweredAndTheTrueOneIs) {
  const std::vector<Difference> truth = clearing::compare(ours, theirs).differences;
  ASSERT_EQ(truth.size(), 3U);
  std::vector<std::vector<Difference>> lies(5, truth);
  lies[0].pop_back();                                                       // one left out
  lies[1].push_back(truth.front());                                         // one given twice
  lies[2].push_back({clearing::Kind::amount, ours.front(), ours.front()});  // one invented
  for (Difference& one : lies[3]) {  // another amount of ours
    if (one.there) one.there->amounts.net -= 1;
  }
  lies[4].clear();
  for (std::size_t i = 0; i < lies.size(); ++i) {
    hand_over(lies[i]);
    const Value none = Value::Record{{"second_answer", Value::List{}}};
    const Answer answer = step("answer", none), chinese = step("answer", none, "zh");
    EXPECT_EQ(answer.status, 422) << i << answer.raw;
    EXPECT_NE(answer.raw.find("does not lead to the root that the other side signed"),
              std::string::npos)
        << answer.raw;
    EXPECT_NE(chinese.raw.find("差异清单不能得出对方签署的根"), std::string::npos) << chinese.raw;
    sichuan.node->query([&](const core::State& state) {
      EXPECT_EQ(state.find_case(window)->state, "second_answers");
    });
    must_step("recount");
  }
  hand_over(truth);
  must_step("answer", Value::Record{{"second_answer", Value::List{}}});
  sichuan.node->query([&](const core::State& state) {
    EXPECT_EQ(state.find_case(window)->state, "first_answers");
  });
}

}  // namespace
}  // namespace bashu::api
