// The API on a real node with its views: `sichuan`, in a circle whose other node never answers.

#include "api/api.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <future>
#include <map>
#include <set>
#include <sstream>
#include <thread>

#include "api/access_log.h"
#include "api/deposits.h"
#include "api/query.h"
#include "api/routes.h"
#include "api/uploads.h"
#include "base/bytes.h"
#include "base/json.h"
#include "core/command.h"
#include "desk/test_pack.h"
#include "exchange/circle.h"
#include "http/stream.h"
#include "network/circle_files.h"
#include "node/files.h"
#include "node/system_environment.h"
#include "packs/load.h"
#include "papers/evidence.h"
#include "people/secrets.h"
#include "people/test_support.h"
#include "travel/network.h"
#include "views/follower.h"

namespace bashu::api {
namespace {

using desk::kTestPack;

namespace fs = std::filesystem;
using http::Request;
using http::Response;

// A firm whose driver has the key `driver`, and another, whose driver has the key `rival`.
constexpr const char* kFirm = "91510100MA00000001";
constexpr const char* kRival = "91500000MA00000009";
const std::string kOfTheFirm =
    std::string{R"({"subject":"post","name":"Zhang","firm":")"} + kFirm + R"("})";

// What all tests of this file share: making a node takes longer than asking it.
struct World {
  fs::path dir = fs::temp_directory_path() / ("bashu-api-" + std::to_string(::getpid()));
  std::unique_ptr<node::RehearsalClock> clock;
  node::SystemChance chance;
  std::unique_ptr<node::Node> node;
  std::unique_ptr<views::Follower> follower;
  std::unique_ptr<people::Roster> roster;
  std::unique_ptr<people::Entrance> entrance;
  std::unique_ptr<Api> api;

  World() {
    fs::remove_all(dir);
    fs::create_directories(dir);
    const auto own = make("sichuan");
    const auto peer = make("chongqing");
    clock = std::make_unique<node::RehearsalClock>(dir / "sichuan" / "rehearsal-day",
                                                   *Date::parse("2026-03-02"));
    auto opened = node::Node::open({.storage = node::open_directory(dir / "sichuan"),
                                    .clock = clock.get(),
                                    .chance = &chance});
    EXPECT_TRUE(opened) << opened.error().what;
    node = std::move(*opened);
    const std::int64_t now = clock->now().unix_ms / 1'000;
    const auto file = exchange::compose_edition({}, {*exchange::party_card(peer)}, own,
                                                {.name = "Test circle", .effective = now});
    EXPECT_TRUE(file) << file.error().what;
    const auto both = exchange::co_sign(*file, peer, now);
    EXPECT_TRUE(both) << both.error().what;
    const auto adopted = exchange::adopt(*node, *both);
    EXPECT_TRUE(adopted) << adopted.error().what;

    const auto pack = packs::load(kTestPack).pack;
    EXPECT_TRUE(pack);
    const auto done = node->run({.command = core::AdoptPack{.by = {.roles = {"admin"}},
                                                            .source = canonical_json(pack->source),
                                                            .from = clock->today()},
                                 .evidence = "{}"});
    EXPECT_TRUE(std::holds_alternative<node::Done>(done));
    auto followed = views::Follower::start(*node, dir / "sichuan");
    EXPECT_TRUE(followed) << followed.error().what;
    follower = std::move(*followed);

    const auto key = [](const std::string& id, std::vector<std::string> roles,
                        std::set<std::string, std::less<>> may = {},
                        std::vector<std::string> divisions = {}) {
      people::Principal one{.id = id, .divisions = std::move(divisions), .may = std::move(may)};
      if (!roles.empty()) one.roles["errand"] = std::move(roles);
      if (one.allows("admin")) one.person = "person-" + id;
      if (id == "driver") one.subjects = {kFirm};
      if (id == "rival") one.subjects = {kRival};
      return one;
    };
    for (const people::Principal& one :
         {key("clerk", {"clerk"}), key("chengdu", {"clerk"}, {}, {"5101"}), key("ann", {"citizen"}),
          key("bob", {"citizen"}), key("driver", {"driver"}), key("rival", {"driver"}),
          key("untied", {"driver"}), key("cashier", {"cashier"}), key("stranger", {}),
          key("auditor", {}, {"audit"}), key("auditor5101", {}, {"audit"}, {"5101"}),
          key("registrar", {}, {"registrar"}), key("second", {}, {"admin"}),
          key("admin", {}, {"admin"})}) {
      EXPECT_TRUE(
          people::is_done(people::admit(*node, one, people::key_proof("secret-" + one.id))));
    }
    const people::Principal zhang{.id = "zhang",
                                  .name = "Zhang",
                                  .roles = {{"errand", {"citizen"}}},
                                  .kind = people::Principal::Kind::account};
    const auto password = people::make_password(*node, dir / "sichuan", "a long password");
    EXPECT_TRUE(password);
    EXPECT_TRUE(people::is_done(people::admit(*node, zhang, password->proof)));
    roster = std::make_unique<people::Roster>(*node, dir / "sichuan");
    entrance = std::make_unique<people::Entrance>(dir, *roster, chance);
    api = std::make_unique<Api>(parts());
  }
  ~World() {
    api.reset();
    entrance.reset();
    roster.reset();
    follower.reset();
    node.reset();
    fs::remove_all(dir);
  }
  node::Identity make(const std::string& party) const {
    auto identity = node::create_identity(dir / party, {.party = core::PartyId{party},
                                                        .name = party,
                                                        .host = party + ".example",
                                                        .peer_listen = "127.0.0.1:7443",
                                                        .api_listen = "127.0.0.1:0"});
    EXPECT_TRUE(identity) << identity.error().what;
    return *identity;
  }
  // Two at once would each go on with one log of accesses.
  Api& restart() {
    api.reset();
    api = std::make_unique<Api>(parts());
    return *api;
  }
  Api::Parts parts() const {
    Api::Parts all;
    all.node = node.get();
    all.views = follower.get();
    all.entrance = entrance.get();
    all.workers = 3;
    return all;
  }
};

class ApiTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { world_ = std::make_unique<World>(); }
  static void TearDownTestSuite() { world_.reset(); }

  struct Answer {
    int status = 0;
    Value body;
    http::Response raw;
    [[nodiscard]] std::string code() const { return body.text_at("code"); }
  };
  static Answer send(Api& api, http::Request request) {
    std::promise<http::Response> promise;
    auto future = promise.get_future();
    api.handle(std::move(request),
               [&promise](http::Response response) { promise.set_value(std::move(response)); });
    Answer answer;
    answer.raw = future.get();
    answer.status = answer.raw.status;
    answer.body = parse_json(answer.raw.body, {.depth = 64, .values = 1'000'000}).value_or(Value{});
    return answer;
  }
  static http::Request request(const std::string& method, const std::string& key,
                               const std::string& path, const std::string& body = "") {
    http::Request one;
    one.method = method;
    one.target = "/api/v1" + path;
    if (!key.empty()) one.headers.push_back({"Authorization", "Bearer secret-" + key});
    if (!body.empty()) one.headers.push_back({"Content-Type", "application/json"});
    one.body = body;
    return one;
  }
  static Answer get(const std::string& key, const std::string& path) {
    return send(*world_->api, request("GET", key, path));
  }
  static Answer post(const std::string& key, const std::string& path, const std::string& body) {
    return send(*world_->api, request("POST", key, path, body));
  }

  static std::string start_body(const std::string& role, const std::string& with) {
    return R"({"pack":"errand","service":"errand","role":")" + role +
           R"(","parties":{"origin":"sichuan","destination":"sichuan"},"with":)" + with + "}";
  }
  // A case begun by `key`; the views have it when this returns.
  static std::string start(const std::string& key, const std::string& role = "citizen",
                           const std::string& with = R"({"subject":"post","name":"Zhang"})") {
    const Answer answer = post(key, "/cases", start_body(role, with));
    EXPECT_EQ(answer.status, 201) << answer.raw.body;
    wait(answer);
    return answer.body.text_at("case");
  }
  static void wait(const Answer& answer) {
    EXPECT_TRUE(
        world_->follower->wait(static_cast<std::uint64_t>(answer.body.int_at("position")), 10'000));
  }
  static std::set<std::string> ids(const Answer& answer) {
    std::set<std::string> found;
    const Value* cases = answer.body.find("cases");
    if (!cases || !cases->as_list()) return found;
    for (const Value& c : *cases->as_list()) found.insert(c.text_at("id"));
    return found;
  }

  static std::unique_ptr<World> world_;
};
std::unique_ptr<World> ApiTest::world_;

TEST_F(ApiTest, APersonWorksInASession) {
  http::Request in =
      request("POST", "", "/session", R"({"user":"zhang","password":"a long password"})");
  in.remote = "127.0.0.1";
  http::Request by_form = in;
  by_form.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
  EXPECT_EQ(send(*world_->api, by_form).status, 415);
  http::Request wrong = in;
  wrong.body = R"({"user":"zhang","password":"another password"})";
  EXPECT_EQ(send(*world_->api, wrong).code(), "credentials");
  const Answer who = send(*world_->api, in);
  ASSERT_EQ(who.status, 200) << who.raw.body;
  EXPECT_EQ(who.body.text_at("principal"), "user:zhang");
  const std::string set{who.raw.header("Set-Cookie")};
  const std::string cookie = set.substr(0, set.find(';'));

  const auto ask = [&](const std::string& method, const std::string& path,
                       const std::string& body = "", const std::string& csrf = "") {
    http::Request one = request(method, "", path, body);
    one.headers.push_back({"Cookie", cookie});
    if (!csrf.empty()) one.headers.push_back({"X-CSRF-Token", csrf});
    return send(*world_->api, one);
  };
  const std::string form = start_body("citizen", R"({"subject":"post","name":"Zhang"})");
  EXPECT_EQ(ask("GET", "/session").body.text_at("csrf"), who.body.text_at("csrf"));
  EXPECT_EQ(ask("POST", "/cases", form).code(), "csrf");
  EXPECT_EQ(ask("POST", "/cases", form, "guess").code(), "csrf");
  EXPECT_EQ(ask("DELETE", "/session").code(), "csrf");
  const Answer opened = ask("POST", "/cases", form, who.body.text_at("csrf"));
  ASSERT_EQ(opened.status, 201) << opened.raw.body;
  wait(opened);
  EXPECT_EQ(ids(ask("GET", "/cases?mine=true")),
            std::set<std::string>{opened.body.text_at("case")});
  const Answer out = ask("DELETE", "/session", "", who.body.text_at("csrf"));
  EXPECT_EQ(out.raw.header("Clear-Site-Data"), "\"cache\"");
  EXPECT_EQ(out.status, 204);
  EXPECT_NE(out.raw.header("Set-Cookie").find("Max-Age=0"), std::string_view::npos);
  EXPECT_EQ(ask("GET", "/session").status, 401);
}

TEST_F(ApiTest, APersonChoosesAPasswordAndAllSessionsEnd) {
  const people::Principal wu{.id = "wu",
                             .name = "Wu",
                             .roles = {{"errand", {"citizen"}}},
                             .kind = people::Principal::Kind::account};
  const auto first = people::make_password(*world_->node, world_->dir / "sichuan", "the first one");
  ASSERT_TRUE(first && people::is_done(people::admit(*world_->node, wu, first->proof)));
  const auto sign_in = [](const std::string& password) {
    http::Request in =
        request("POST", "", "/session", R"({"user":"wu","password":")" + password + R"("})");
    in.remote = "127.0.0.1";
    return send(*world_->api, in);
  };
  const Answer who = sign_in("the first one");
  ASSERT_EQ(who.status, 200) << who.raw.body;
  const std::string set{who.raw.header("Set-Cookie")};
  const auto ask = [&](const std::string& current, const std::string& password,
                       const std::string& csrf) {
    http::Request one =
        request("POST", "", "/session/password",
                R"({"current":")" + current + R"(","password":")" + password + R"("})");
    one.remote = "127.0.0.1";
    one.headers.push_back({"Cookie", set.substr(0, set.find(';'))});
    one.headers.push_back({"X-CSRF-Token", csrf});
    return send(*world_->api, one).status;
  };
  const std::string csrf = who.body.text_at("csrf");
  EXPECT_EQ(ask("the first one", "a second one", "guess"), 403);
  EXPECT_EQ(ask("not this one", "a second one", csrf), 422);
  EXPECT_EQ(ask("the first one", "short", csrf), 422);
  EXPECT_EQ(
      post("clerk", "/session/password", R"({"current":"x","password":"a second one"})").status,
      403)
      << "a key has none";
  EXPECT_EQ(ask("the first one", "a second one", csrf), 200);
  EXPECT_EQ(ask("a second one", "a third one!", csrf), 401) << "the session has ended";
  EXPECT_EQ(sign_in("the first one").status, 401);
  EXPECT_EQ(sign_in("a second one").status, 200);
}

TEST_F(ApiTest, OpenPagesHearThatTheJournalGrew) {
  const Answer open = get("clerk", "/changes");
  ASSERT_EQ(open.status, 200);
  ASSERT_TRUE(open.raw.stream);
  std::string heard = open.raw.stream->take().bytes;
  EXPECT_NE(heard.find("event: position\ndata: {\"position\":"), std::string::npos) << heard;
  const Answer answer =
      post("ann", "/cases", start_body("citizen", R"({"subject":"post","name":"Zhang"})"));
  const std::string wanted =
      "{\"position\":" + std::to_string(answer.body.int_at("position")) + "}";
  for (int i = 0; i < 500 && heard.find(wanted) == std::string::npos; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
    heard += open.raw.stream->take().bytes;
  }
  EXPECT_NE(heard.find(wanted), std::string::npos) << heard;
  open.raw.stream->abandon();
  EXPECT_EQ(get("", "/changes").status, 401);
}

// Two counties, a train at ten that takes 62 minutes, and a road planned for 2030.
std::shared_ptr<const network::Circle> two_counties() {
  const std::map<std::string, std::string, std::less<>> files{
      {"timetable.csv", "of\n2026-01-30\n"},
      {"stations.csv", "station,division,lon,lat\nA,510104,104,30\nB,500103,106,30\n"},
      {"calls.csv", "number,station,arrives,departs\nG1,A,,10:00\nG1,B,11:02,\n"},
      {"places.csv",
       "code,name,english,lon,lat,population,core,basis\n510104,锦江区,Jinjiang,104,30,900,yes,\n"
       "500103,渝中区,Yuzhong,106,30,600,,shared\n"},
      {"roads.csv",
       "road,section,a,b,km,speed_kmh,since,plan\nG5,,510104,500103,100,100,,2030-01-01\n"},
      {"buses.csv",
       "line,name,english,station,towards,towards_english,walk_min,last,since,closed,basis\n"
       "B1,一路,First bus,B,山村,Village,5,11:00,2026-02-01,,\n"
       "B2,二路,Second bus,B,河村,Riverside,5,11:30,2026-02-01,,published\n"},
      {"scenarios.csv", "scenario,name,english,line,change,value\nlate,晚,Late,G5,shift,24\n"}};
  auto read = network::read_circle([&](std::string_view name) -> std::optional<std::string> {
    const auto it = files.find(name);
    return it == files.end() ? std::nullopt : std::optional{it->second};
  });
  EXPECT_TRUE(read.notices.empty());
  return std::make_shared<const network::Circle>(std::move(read.circle));
}

class NetworkApi : public ApiTest {
 protected:
  void SetUp() override {
    Api::Parts parts = world_->parts();
    parts.computed = std::make_shared<travel::Computed>(
        two_counties(),
        travel::RideFares{
            {*fares::read_tariff(*parse_json(
                R"({"tariff":"fares","rules":2,"version":3,"from":"2026-03-01","groups":{)"
                R"("rail":{"party":"sichuan","table":[["A","B",15400]],"operators":[{"name":"r"}],)"
                R"("instead":[{"media":["app"],"classes":["child"],"until":43200,"flat":7700}]},)"
                R"("bus":{"party":"chongqing","flat":200,"operators":[{"name":"b"}]}}})"))},
            {{.line = "G1", .tariff = "fares", .group = "rail"},
             {.line = "B1", .tariff = "fares", .group = "bus"}}});
    api_ = std::make_unique<Api>(std::move(parts));
  }
  Answer ask(const std::string& path, const std::string& key = {}) {
    return send(*api_, request("GET", key, "/network/" + path));
  }
  std::unique_ptr<Api> api_;
};

TEST_F(NetworkApi, EverybodyReadsWhatThePageShows) {
  const Answer all = ask("scenarios?as_of=2026-03-02");
  ASSERT_EQ(all.status, 200) << all.raw.body;
  EXPECT_NE(
      all.raw.body.find(
          R"({"closed":null,"halves":{},"line":"G5","open":false,"planned":"2030-01-01","records":[],)"
          R"("since":null,"status":"planned",)"),
      std::string::npos)
      << all.raw.body;
  EXPECT_NE(all.raw.body.find(
                R"({"changes":[{"line":"G5","months_later":24}],"records":[],"scenario":"late")"),
            std::string::npos);
  EXPECT_NE(all.body.text_at("assumed").find("2026-01-30"), std::string::npos);

  const auto yuzhong = [&](const std::string& query) {
    const Answer reach = ask("reach?origin=510104&" + query);
    EXPECT_EQ(reach.status, 200) << reach.raw.body;
    const auto& places = *reach.body.find("places")->as_list();
    EXPECT_EQ(places.size(), 2U);
    return places.back().int_at("best_min", -1);
  };
  EXPECT_EQ(yuzhong("as_of=2026-03-02"), 72);
  EXPECT_EQ(yuzhong("as_of=2030-01-01"), 60);
  EXPECT_EQ(yuzhong("as_of=2030-01-01&scenario=late"), 72);
  EXPECT_EQ(
      ask("reach?origin=510104&as_of=2030-01-01&within=59").body.find("places")->as_list()->size(),
      1U);
}

TEST_F(NetworkApi, AJourneyTellsItsTrainsTheDayAndTheRoad) {
  const Answer way = ask("journey?origin=510104&destination=500103&as_of=2030-01-01");
  ASSERT_EQ(way.status, 200) << way.raw.body;
  const Value& first = way.body.find("alternatives")->as_list()->at(0);
  EXPECT_EQ(first.text_at("departs"), "09:50");
  EXPECT_EQ(first.text_at("arrives"), "11:02");
  EXPECT_EQ(first.find("legs")->as_list()->at(0).text_at("train"), "G1");
  EXPECT_EQ(way.body.find("by_road")->int_at("minutes", 0), 60);
  EXPECT_EQ(way.body.find("day")->int_at("best_min", 0), 72);
  const auto count = [&](const char* times) {
    const std::string path =
        std::string{"journey?origin=510104&destination=500103&as_of=2026-03-02&"} + times;
    return ask(path).body.find("alternatives")->as_list()->size();
  };
  EXPECT_EQ(count("arrives=11:02"), 1U);
  EXPECT_EQ(count("arrives=11:01"), 0U);
  EXPECT_EQ(ask("journey?origin=510104&destination=500103&as_of=2026-03-02")
                .body.find("by_road")
                ->is_null(),
            true);
}

// A point is an end of a journey like a county that lies there, and is told as it was written.
TEST_F(NetworkApi, AJourneyBeginsAndEndsAtAPoint) {
  const auto journey = [&](const std::string& from, const std::string& to) {
    const Answer answer = ask("journey?as_of=2030-01-01&origin=" + from + "&destination=" + to);
    EXPECT_EQ(answer.status, 200) << answer.raw.body;
    return answer.body;
  };
  const network::Circle circle = *two_counties();
  const auto point = [&](const char* code) {
    const network::Place& place = circle.places[*circle.place(code)];
    return std::to_string(place.lon_e6 / 1e6) + "," + std::to_string(place.lat_e6 / 1e6);
  };
  const Value counties = journey("510104", "500103");
  const Value points = journey(point("510104"), point("500103"));
  EXPECT_EQ(*points.find("alternatives"), *counties.find("alternatives"));
  EXPECT_EQ(points.find("origin")->text_at("code"), point("510104"));
}

TEST_F(NetworkApi, AJourneyTellsItsFareAndTheCheapest) {
  const Answer way = ask("journey?origin=510104&destination=500103&as_of=2026-03-02");
  ASSERT_EQ(way.status, 200) << way.raw.body;
  const Value& fare = *way.body.find("alternatives")->as_list()->at(0).find("fare");
  EXPECT_EQ(fare.int_at("fen"), 15'400);
  EXPECT_EQ(fare.int_at("without_tariff", -1), 0);
  const Value& ticket = fare.find("tickets")->as_list()->at(0);
  EXPECT_EQ(ticket.int_at("first_leg", -1), 0);
  EXPECT_EQ(ticket.text_at("tariff"), "fares");
  EXPECT_EQ(ticket.int_at("version"), 3);
  EXPECT_EQ(ticket.text_at("party"), "sichuan");
  EXPECT_EQ(way.body.find("cheapest")->text_at("departs"), "09:50");
  EXPECT_EQ(fare.text_at("class", "-"), "");
  // Of whom prices are special at the time of the ride.
  const Answer child =
      ask("journey?origin=510104&destination=500103&as_of=2026-03-02&class=child&medium=app");
  const Value& less = *child.body.find("cheapest")->find("fare");
  EXPECT_EQ(less.int_at("fen"), 7'700);
  EXPECT_EQ(less.text_at("class"), "child");
  EXPECT_EQ(less.text_at("medium"), "app");
  // Of a day on which no tariff is in force the fare is not known, which is not free.
  const Answer before = ask("journey?origin=510104&destination=500103&as_of=2026-02-28");
  const Value& unknown = *before.body.find("cheapest")->find("fare");
  EXPECT_EQ(unknown.int_at("without_tariff"), 1);
  EXPECT_TRUE(unknown.find("tickets")->as_list()->at(0).find("fen")->is_null());
  EXPECT_TRUE(ask("journey?origin=510104&destination=510104&as_of=2026-03-02")
                  .body.find("cheapest")
                  ->is_null());
}

TEST_F(NetworkApi, LastConnectionsMissedAreToldBusByBus) {
  const Answer all = ask("missed?as_of=2026-03-02");
  ASSERT_EQ(all.status, 200) << all.raw.body;
  const auto& buses = *all.body.find("buses")->as_list();
  ASSERT_EQ(buses.size(), 2U);
  EXPECT_EQ(buses[0].text_at("line"), "B1");
  EXPECT_EQ(buses[0].text_at("towards"), "Village");
  EXPECT_EQ(buses[0].text_at("last"), "11:00");
  EXPECT_TRUE(buses[0].bool_at("last_assumed"));
  EXPECT_EQ(buses[0].int_at("trains"), 1);
  const Value& train = buses[0].find("missed")->as_list()->at(0);
  EXPECT_EQ(train.text_at("train"), "G1");
  EXPECT_EQ(train.text_at("arrives"), "11:02");
  const network::Circle circle = *two_counties();
  EXPECT_EQ(train.int_at("by_min"), 2 + 5 + (circle.trains.stations[1].change_s + 59) / 60);
  EXPECT_EQ(buses[0].find("fare")->int_at("most_fen"), 200);
  EXPECT_EQ(buses[0].find("fare")->text_at("party"), "chongqing");
  EXPECT_TRUE(buses[1].find("fare")->is_null());
  EXPECT_FALSE(buses[1].bool_at("last_assumed"));
  EXPECT_TRUE(buses[1].find("missed")->as_list()->empty());
  EXPECT_NE(all.body.text_at("assumed").find("synthetic"), std::string::npos);
  EXPECT_TRUE(ask("missed?as_of=2026-01-31").body.find("buses")->as_list()->empty());
}

TEST_F(NetworkApi, TheWholeRegionIsForWhoHasAKey) {
  for (const char* path : {"matrix", "compare", "explain", "sides"})
    EXPECT_EQ(ask(path).status, 401);
  EXPECT_NE(ask("matrix?as_of=2030-01-01", "stranger").raw.body.find(R"([[0,60],[60,0]])"),
            std::string::npos);
  const Answer compared = ask("compare?as_of=2026-03-02&then=2030-01-01", "stranger");
  ASSERT_EQ(compared.status, 200) << compared.raw.body;
  const Value& from = compared.body.find("from")->as_list()->at(0);
  EXPECT_EQ(from.find("within")->as_list()->at(1).int_at("people_after", 0), 1'500);
  EXPECT_EQ(from.find("within")->as_list()->at(1).int_at("people_before", 0), 900);
  EXPECT_EQ(compared.body.find("region_before")->int_at("pairs_beyond", -1), 1);
  EXPECT_EQ(compared.body.find("region_after")->int_at("pairs_beyond", -1), 0);
  EXPECT_TRUE(ask("sides", "stranger").body.find("sides")->as_list()->empty());
  const Answer works = ask("explain?as_of=2026-03-02", "stranger");
  EXPECT_EQ(works.body.find("lines")->as_list()->at(0).int_at("alone", 0), 600) << works.raw.body;
}

TEST_F(NetworkApi, WhatIsNotThereIsToldWithWhatIs) {
  const auto wrong = [&](const std::string& path, const char* where) {
    const Answer answer = ask(path, "stranger");
    EXPECT_EQ(answer.status, 400) << path << answer.raw.body;
    EXPECT_EQ(answer.body.find("errors")->as_list()->at(0).text_at("where"), where) << path;
  };
  wrong("reach", "origin");
  wrong("reach?origin=999999", "origin");
  wrong("journey?origin=510104&destination=5", "destination");
  wrong("journey?origin=510104&destination=200,30", "destination");
  wrong("reach?origin=510104&scenario=none", "scenario");
  wrong("explain?lines=G5,G6", "lines");
  wrong("reach?origin=510104&known_at=999999", "known_at");
  EXPECT_EQ(get("stranger", "/network/reach?origin=510104").status, 404);  // no network there
}

TEST_F(ApiTest, OnlyHealthIsOpen) {
  EXPECT_EQ(get("", "/health").status, 200);
  for (const Route& route : routes()) {
    if (route.open) continue;
    std::string path{route.path};
    for (std::size_t at = path.find('{'); at != std::string::npos; at = path.find('{')) {
      path.replace(at, path.find('}') - at + 1, "x");
    }
    http::Request asked = request(std::string{route.method}, "", path);
    EXPECT_EQ(send(*world_->api, asked).status, 401) << path;
    asked.headers = {{"Authorization", "Bearer wrong"}};
    EXPECT_EQ(send(*world_->api, asked).status, 401) << path;
    asked.headers = {{"Authorization", "Basic secret-clerk"}};
    EXPECT_EQ(send(*world_->api, asked).status, 401) << path;
  }
}

// RFC 9110, section 11.1: the scheme's name is written in any case.
TEST_F(ApiTest, TheSchemeOfTheKeyIsWrittenInAnyCase) {
  for (const char* scheme : {"Bearer", "bearer", "BEARER"}) {
    http::Request asked = request("GET", "", "/circle");
    asked.headers = {{"Authorization", std::string{scheme} + " secret-clerk"}};
    EXPECT_EQ(send(*world_->api, asked).status, 200) << scheme;
  }
}

TEST_F(ApiTest, AFigureIsAskedOnlyOfWhatExistsAndSaysWhatLiesAhead) {
  const std::string asked = "/figures/errand/asked";
  const Answer refused = get("ann", asked + "?known_at=999999");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.body.find("errors")->as_list()->front().text_at("where"), "known_at");
  EXPECT_FALSE(get("ann", asked).body.find("ahead"));
  EXPECT_TRUE(get("ann", asked + "?as_of=2099-01-01").body.find("ahead"));
}

// One row for each thing that some keys may not do.
TEST_F(ApiTest, WhatIsNotGrantedIsDenied) {
  const std::string id = start("ann");
  const std::string agents = "/packs/errand/registers/agents";
  const std::string record = R"({"records":[{"firm":"91110000101623741K","since":"2026-01-01"}]})";
  const std::string fee =
      R"({"role":"cashier","lines":[{"receipt":"d1","firm":"91110000101623741K","day":"2026-03-02","fee":1}]})";
  const struct {
    const char* key;
    const char* method;
    std::string path;
    std::string body;
    int status;
  } rows[] = {
      {"stranger", "GET", "/cases/" + id, "", 404},
      {"bob", "GET", "/cases/" + id, "", 404},
      {"bob", "GET", "/cases/" + id + "/history", "", 404},
      {"bob", "GET", "/cases/" + id + "/choices", "", 404},
      {"bob", "GET", "/cases/" + id + "/evidence", "", 404},
      {"bob", "POST", "/cases/" + id + "/events/withdraw", R"({"role":"citizen"})", 404},
      {"ann", "GET", "/cases/" + id + "/evidence", "", 403},
      {"ann", "POST", "/cases/" + id + "/settle", R"({"content":"x","note":"y"})", 403},
      {"ann", "POST", "/cases/" + id + "/events/accept", R"({"role":"clerk"})", 403},
      {"auditor", "POST", "/cases/" + id + "/events/accept", R"({"role":"clerk"})", 403},
      {"stranger", "POST", "/cases", start_body("citizen", R"({"subject":"a","name":"b"})"), 403},
      {"stranger", "GET", agents, "", 403},
      {"ann", "GET", "/packs/errand/books/fees/owed", "", 403},
      {"cashier", "GET", "/packs/errand/books/fees/owed", "", 403},
      {"ann", "POST", agents + "/settle",
       R"({"key":"x","keeper":"chongqing","content":"y","note":"z"})", 403},
      {"clerk", "POST", agents + "/records", record, 403},
      {"admin", "POST", agents + "/records", record, 403},
      {"clerk", "POST", "/packs/errand/feeds/fee", fee, 403},
      {"clerk", "POST", "/packs", "x", 403},
      {"registrar", "POST", "/packs", "x", 403},
      {"clerk", "POST", "/circle/editions", "x", 403},
      {"clerk", "GET", "/held", "", 403},
      {"auditor", "POST", "/held/chongqing/1", R"({"note":"x"})", 403},
      {"clerk", "GET", "/journal/entries", "", 403},
      {"admin", "GET", "/cases/" + id, "", 404},
      {"admin", "POST", "/clock", R"({"today":"2026-03-03"})", 403},  // not a rehearsal here
  };
  for (const auto& row : rows) {
    const Answer answer = send(*world_->api, request(row.method, row.key, row.path, row.body));
    EXPECT_EQ(answer.status, row.status) << row.key << ' ' << row.path << ' ' << answer.raw.body;
    EXPECT_EQ(answer.raw.header("Content-Type"), "application/problem+json");
  }
}

// Every reading route, for every kind of asker, about every kind of object.
TEST_F(ApiTest, EveryReadAsksTheSameAuthority) {
  const std::string inside =
      start("clerk", "clerk", R"({"subject":"a","name":"b","place":"510104"})");
  const std::string outside =
      start("clerk", "clerk", R"({"subject":"a","name":"b","place":"500103"})");
  const std::string anns = start("ann");
  const std::string in = "/cases/" + inside, out = "/cases/" + outside, own = "/cases/" + anns;
  static constexpr std::array<const char*, 10> kKeys{
      "clerk",    "chengdu", "ann",         "bob",       "cashier",
      "stranger", "auditor", "auditor5101", "registrar", "admin"};
  const struct {
    std::string_view route;
    std::string path;
    std::array<int, kKeys.size()> status;  // as kKeys
  } rows[] = {
      {"/cases/{id+}", in, {200, 200, 404, 404, 404, 404, 200, 200, 404, 404}},
      {"/cases/{id+}", out, {200, 404, 404, 404, 404, 404, 200, 404, 404, 404}},
      {"/cases/{id+}", own, {200, 404, 200, 404, 404, 404, 200, 404, 404, 404}},
      {"/cases/{id+}/choices", in + "/choices", {200, 200, 404, 404, 404, 404, 200, 200, 404, 404}},
      {"/cases/{id+}/choices",
       out + "/choices",
       {200, 404, 404, 404, 404, 404, 200, 404, 404, 404}},
      {"/cases/{id+}/choices",
       own + "/choices",
       {200, 404, 200, 404, 404, 404, 200, 404, 404, 404}},
      {"/cases/{id+}/history", in + "/history", {200, 200, 404, 404, 404, 404, 200, 200, 404, 404}},
      {"/cases/{id+}/history",
       out + "/history",
       {200, 404, 404, 404, 404, 404, 200, 404, 404, 404}},
      {"/cases/{id+}/history",
       own + "/history",
       {200, 404, 200, 404, 404, 404, 200, 404, 404, 404}},
      {"/cases/{id+}/evidence",
       in + "/evidence",
       {200, 200, 404, 404, 404, 404, 200, 200, 404, 404}},
      {"/cases/{id+}/claims", in + "/claims", {200, 200, 404, 404, 404, 404, 200, 200, 404, 404}},
      {"/cases/{id+}/evidence",
       out + "/evidence",
       {200, 404, 404, 404, 404, 404, 200, 404, 404, 404}},
      {"/cases/{id+}/evidence",
       own + "/evidence",
       {200, 404, 403, 404, 404, 404, 200, 404, 404, 404}},
      {"/cases/{id+}/papers/{file}",
       in + "/papers/receipt.pdf",
       {200, 200, 404, 404, 404, 404, 200, 200, 404, 404}},
      {"/cases/{id+}/papers/{file}",
       own + "/papers/receipt.pdf",
       {200, 404, 200, 404, 404, 404, 200, 404, 404, 404}},
      {"/cases/{id+}/access", in + "/access", {200, 200, 404, 404, 404, 404, 200, 200, 404, 404}},
      {"/cases/{id+}/access", own + "/access", {200, 404, 200, 404, 404, 404, 200, 404, 404, 404}},
      {"/clearing/{id+}/draft",
       "/clearing/" + inside + "/draft?until=2026-03-02",
       {404, 404, 404, 404, 404, 404, 404, 404, 404, 404}},
      {"/clearing/{id+}/differences",
       "/clearing/" + inside + "/differences",
       {404, 404, 404, 404, 404, 404, 404, 404, 404, 404}},
      {"/clearing/{id+}/differences.csv",
       "/clearing/" + inside + "/differences.csv",
       {404, 404, 404, 404, 404, 404, 404, 404, 404, 404}},
      {"/clearing/{id+}/statement",
       "/clearing/" + inside + "/statement",
       {404, 404, 404, 404, 404, 404, 404, 404, 404, 404}},
      {"/clearing/{id+}/what-if",
       "/clearing/" + inside + "/what-if?tariff=x",
       {404, 404, 404, 404, 404, 404, 404, 404, 404, 404}},
      {"/clearing/{id+}/tariff",
       "/clearing/" + inside + "/tariff",
       {404, 404, 404, 404, 404, 404, 404, 404, 404, 404}},
      {"/clearing/{id+}/flows",
       "/clearing/" + inside + "/flows",
       {404, 404, 404, 404, 404, 404, 404, 404, 404, 404}},
      {"/clearing/{id+}/flows.csv",
       "/clearing/" + inside + "/flows.csv",
       {404, 404, 404, 404, 404, 404, 404, 404, 404, 404}},
      {"/clearing/{id+}/split",
       "/clearing/" + inside + "/split",
       {404, 404, 404, 404, 404, 404, 404, 404, 404, 404}},
      {"/clearing/{id+}/order.xml",
       "/clearing/" + inside + "/order.xml?on=2026-03-02",
       {404, 404, 404, 404, 404, 404, 404, 404, 404, 404}},
      {"/documents/uploads",
       "/documents/uploads",
       {200, 200, 200, 200, 200, 200, 200, 200, 200, 200}},
      {"/documents", "/documents", {200, 200, 200, 200, 200, 200, 200, 200, 200, 200}},
      {"/documents/{sha256}",
       "/documents/" + std::string(64, '0') + "?case=" + outside,
       {404, 404, 404, 404, 404, 404, 404, 404, 404, 404}},
      {"/documents/{sha256}/digest",
       "/documents/" + std::string(64, '0') + "/digest?case=" + outside,
       {404, 404, 404, 404, 404, 404, 404, 404, 404, 404}},
      {"/packs/{pack}/registers/{register}",
       "/packs/errand/registers/agents",
       {200, 200, 200, 200, 200, 403, 200, 200, 200, 403}},
      {"/packs/{pack}/registers/{register}/history",
       "/packs/errand/registers/agents/history?key=x",
       {200, 200, 200, 200, 200, 403, 200, 200, 200, 403}},
      {"/packs/{pack}/books/{book}/{kind}/months",
       "/packs/errand/books/fees/owed/months?key=x",
       {200, 403, 403, 403, 403, 403, 200, 403, 200, 403}},
      {"/packs/{pack}/registers/{register}/doubles",
       "/packs/errand/registers/agents/doubles",
       {200, 200, 403, 403, 403, 403, 200, 200, 200, 403}},
      {"/packs/{pack}/books/{book}/{kind}",
       "/packs/errand/books/fees/owed",
       {200, 403, 403, 403, 403, 403, 200, 403, 200, 403}},
      {"/packs/{pack}/books/{book}/{kind}",
       "/packs/errand/books/fees/owed?key=x",
       {200, 403, 403, 403, 403, 403, 200, 403, 200, 403}},
      {"/journal/entries", "/journal/entries", {403, 403, 403, 403, 403, 403, 200, 403, 403, 200}},
      {"/journal/verification",
       "/journal/verification",
       {403, 403, 403, 403, 403, 403, 200, 403, 403, 200}},
      {"/discrepancies", "/discrepancies", {403, 403, 403, 403, 403, 403, 200, 403, 403, 200}},
      {"/held", "/held", {403, 403, 403, 403, 403, 403, 200, 200, 403, 200}},
      {"/keys", "/keys", {403, 403, 403, 403, 403, 403, 200, 403, 403, 200}},
      {"/users", "/users", {403, 403, 403, 403, 403, 403, 200, 403, 403, 200}},
      {"/notices", "/notices", {403, 403, 403, 403, 403, 403, 403, 403, 403, 403}},
      {"/approvals", "/approvals", {403, 403, 403, 403, 403, 403, 200, 403, 403, 200}},
      {"/circle/left", "/circle/left", {403, 403, 403, 403, 403, 403, 200, 403, 403, 200}},
      {"/privacy/orders", "/privacy/orders", {403, 403, 403, 403, 403, 403, 200, 403, 403, 200}},
  };
  // These answer every key, and lists only with what it may see: the tests below.
  std::set<std::string_view> walked{"/packs",
                                    "/packs/{pack}/pages",
                                    "/packs/{pack}",
                                    "/packs/{pack}/report.pdf",
                                    "/packs/{pack}/report.xlsx",
                                    "/openapi.json",
                                    "/session",
                                    "/changes",
                                    "/circle",
                                    "/channels",
                                    "/journal/checkpoint",
                                    "/journal/proof/{position}",
                                    "/figures",
                                    "/figures/{pack}/{figure}",
                                    "/figures/{pack}/{figure}/records",
                                    "/overview",
                                    "/cases",
                                    "/clearing",
                                    "/tasks",
                                    "/inbox",
                                    "/colleagues",
                                    "/substitutes",
                                    "/search",
                                    "/calendars",
                                    "/network/matrix",
                                    "/network/compare",
                                    "/network/explain",
                                    "/network/sides"};
  for (const auto& row : rows) {
    walked.insert(row.route);
    for (std::size_t k = 0; k < kKeys.size(); ++k) {
      const Answer answer = get(kKeys[k], row.path);
      EXPECT_EQ(answer.status, row.status[k]) << kKeys[k] << ' ' << row.path << answer.raw.body;
    }
  }
  for (const Route& route : routes()) {
    if (route.method != "GET" || route.open) continue;
    EXPECT_TRUE(walked.contains(route.path)) << route.path;
  }
  const auto seen = [&](const char* key) {
    std::string marks;
    const auto all = ids(get(key, "/cases?limit=1000"));
    for (const std::string& id : {inside, outside, anns}) marks += all.contains(id) ? 'x' : '-';
    return marks;
  };
  for (const auto& [key, marks] : std::map<const char*, const char*>{{"clerk", "xxx"},
                                                                     {"chengdu", "x--"},
                                                                     {"ann", "--x"},
                                                                     {"bob", "---"},
                                                                     {"cashier", "---"},
                                                                     {"stranger", "---"},
                                                                     {"auditor", "xxx"},
                                                                     {"auditor5101", "x--"},
                                                                     {"admin", "---"},
                                                                     {"registrar", "---"}}) {
    EXPECT_EQ(seen(key), marks) << key;
  }
}

TEST_F(ApiTest, WhatIsHiddenDoesNotLeakByWhereAListGoesOn) {
  start("ann");
  start("bob");
  const std::string rows = "/figures/errand/asked/records?limit=1";
  const Answer office = get("clerk", rows);
  ASSERT_EQ(office.status, 200) << office.raw.body;
  const std::string subject = office.body.find("records")->as_list()->front().text_at("subject");
  ASSERT_NE(subject, "");
  for (const char* key : {"stranger", "chengdu", "bob"}) {
    const Answer first = get(key, rows);
    EXPECT_EQ(first.raw.body.find(subject), std::string::npos) << key;
    const std::string next = first.body.text_at("next");
    ASSERT_NE(next, "") << key;
    EXPECT_EQ(get(key, rows + "&after=" + next).status, 200) << key;
    // It says nothing by itself, and opens nothing elsewhere.
    EXPECT_EQ(from_base64url(next).value().find(subject.substr(0, 4)), std::string::npos);
    EXPECT_EQ(get("clerk", rows + "&after=" + next).code(), "malformed") << key;
    EXPECT_EQ(get(key, rows + "&as_of=2026-03-01&after=" + next).code(), "malformed") << key;
    EXPECT_EQ(get(key, rows + "&after=" + subject).code(), "malformed") << key;
  }
}

TEST_F(ApiTest, APseudonymIsNotTakenFromAnApplicant) {
  const std::string id =
      start("ann", "citizen", R"({"subject":"post","name":"Li","person":"11010519491231002X"})");
  const std::string token = get("clerk", "/cases/" + id).body.find("data")->text_at("person");
  const std::string with = R"({"subject":"post","name":"Li","person":")" + token + R"("})";
  const Answer refused = post("bob", "/cases", start_body("citizen", with));
  EXPECT_EQ(refused.status, 422);
  EXPECT_EQ(refused.body.find("errors")->as_list()->front().text_at("where"), "with.person");
  EXPECT_EQ(post("clerk", "/cases", start_body("clerk", with)).status, 201);
}

TEST_F(ApiTest, QueriesAreReadAsStrictlyAsBodies) {
  for (const char* path :
       {"/cases?statee=asked", "/cases?mine=1", "/cases?limit=1&limit=2", "/cases?%zz=1",
        "/cases?after=sichuan-1", "/tasks?closed=yes", "/packs?x=1", "/cases?=1"}) {
    const Answer answer = get("clerk", path);
    EXPECT_EQ(answer.status, 400) << path;
    EXPECT_EQ(answer.code(), "malformed") << path;
  }
  const Answer named = get("clerk", "/cases?statee=asked");
  EXPECT_NE(named.raw.body.find("changed_since"), std::string::npos) << named.raw.body;
  EXPECT_EQ(post("ann", "/cases?dry_run=1", start_body("citizen", "{}")).status, 400);
  EXPECT_EQ(get("clerk", "/packs?at_least=0").status, 200);
}

// Every route: a member it does not know, one that stands twice, and a value of no sense.
TEST_F(ApiTest, NoRouteTakesAQueryThatItDoesNotUnderstand) {
  const auto refused = [](std::string_view method, const std::string& path) {
    const Answer answer = send(*world_->api, request(std::string{method}, "clerk", path, "{}"));
    EXPECT_EQ(answer.status, 400) << method << " " << path << " " << answer.raw.body;
    EXPECT_EQ(answer.code(), "malformed") << path;
  };
  const std::map<Parameter::Is, std::vector<std::string>> bad{
      {Parameter::Is::text, {""}},
      {Parameter::Is::number, {"", "x", "-1", "1.5", "99999999999999999999"}},
      {Parameter::Is::flag, {"", "1", "yes"}},
      {Parameter::Is::date, {"", "2026-02-30", "2026/3/2"}},
      {Parameter::Is::rows, {"", "0", "1001", "x"}},
      {Parameter::Is::period, {"", "2026", "2026-03-31..x"}},
      {Parameter::Is::key, {}},
      {Parameter::Is::month, {"", "2026", "2026-13", "2026-3"}},
      {Parameter::Is::clock, {"", "8", "08:60", "48:00", "08:00x"}},
      {Parameter::Is::minutes, {"", "0", "1441", "x"}},
      {Parameter::Is::place, {"", "anywhere"}},
      {Parameter::Is::moment, {"", "yesterday"}},
      {Parameter::Is::pack, {"", "erand"}},
      {Parameter::Is::service, {"", "erand"}},
      {Parameter::Is::state, {"", "askd"}},
      {Parameter::Is::party, {"", "sichuna"}},
      {Parameter::Is::plays, {"", "orig"}},
      {Parameter::Is::within, {"", "errand", "errand/erand"}},
  };
  const std::string id = start("ann");
  const std::map<std::string, std::string> parts{
      {"{id+}", id},     {"{pack}", "errand"}, {"{register}", "person"}, {"{book}", "money"},
      {"{kind}", "due"}, {"{figure}", "open"}, {"{event}", "accept"},    {"{feed}", "taps"}};
  std::size_t tried = 0;
  for (const Route& route : routes()) {
    if (route.query == kAnyQuery) continue;
    std::string path{route.path};
    for (const auto& [part, value] : parts) {
      if (const auto at = path.find(part); at != std::string::npos) {
        path.replace(at, part.size(), value);
      }
    }
    while (path.find('{') != std::string::npos) {
      const auto at = path.find('{');
      path.replace(at, path.find('}') - at + 1, "1");
    }
    refused(route.method, path + "?surely_not=1");
    std::istringstream names{std::string{route.query}};
    for (std::string name; names >> name;) {
      const auto it = std::ranges::find(query_parameters(), name, &Parameter::name);
      ASSERT_NE(it, query_parameters().end()) << name << " of " << route.path;
      refused(route.method, path + "?" + name + "=true&" + name + "=true");
      // Places and moments are found by what answers; the objects of other routes are not there.
      const bool by_handler = it->is == Parameter::Is::place || it->is == Parameter::Is::moment;
      const bool listed = route.path == "/cases" || route.path == "/tasks";
      for (const std::string& value : bad.at(it->is)) {
        if (by_handler && !value.empty() && !listed) continue;
        refused(route.method, path + "?" + name + "=" + value);
        ++tried;
      }
    }
  }
  EXPECT_GT(tried, 200U);
  refused("GET", "/packs/errand/registers/agents?key=");
  EXPECT_EQ(get("clerk", "/packs/errand/books/fees/payers?key=").status, 200)
      << "the key of the only account of its kind";
  for (const char* right : {"/cases?state=asked&pack=errand&service=errand&party=sichuan",
                            "/cases?limit=1&mine=false", "/search?q=post&in=errand/errand"}) {
    EXPECT_EQ(get("clerk", right).status, 200) << right;
  }
}

TEST_F(ApiTest, TwoAdministratorsStartAStoppedChannel) {
  const std::string path = "/channels/chongqing/start";
  const std::string body = R"({"note":"their clock was set right"})";
  const auto stopped = [] {
    std::string reason;
    world_->node->query([&](const core::State& state) {
      state.each_outbox([&](const core::PartyId& to, const core::Outbox& outbox) {
        if (to == "chongqing") reason = outbox.stopped;
      });
    });
    return reason;
  };
  const auto stop = [] {
    world_->node->run(
        {.command = core::StopChannel{.peer = "chongqing", .reason = "receipt"}, .evidence = "{}"});
  };
  stop();
  ASSERT_EQ(stopped(), "receipt");
  EXPECT_EQ(post("clerk", path, body).status, 403);
  EXPECT_EQ(post("admin", path, "{}").status, 400);
  EXPECT_EQ(post("admin", "/channels/nobody/start", body).status, 404);
  EXPECT_EQ(post("admin", path, body).status, 202);
  EXPECT_EQ(post("admin", path, body).status, 202) << "one person is one person";
  EXPECT_EQ(post("second", path, R"({"note":"another"})").status, 202);
  EXPECT_EQ(stopped(), "receipt");
  const Answer started = post("second", path, body);
  EXPECT_EQ(started.status, 200) << started.raw.body;
  EXPECT_EQ(stopped(), "");
  EXPECT_EQ(post("admin", path, body).status, 409) << "it runs";
  // Stopped anew it wants both anew.
  stop();
  EXPECT_EQ(post("second", path, body).status, 202);
  EXPECT_EQ(stopped(), "receipt");
  EXPECT_EQ(post("admin", path, body).status, 200);
}

TEST_F(ApiTest, OwnCasesAndAllCases) {
  const std::string anns = start("ann", "citizen", kOfTheFirm);
  const std::string bobs = start("bob");
  EXPECT_EQ(ids(get("ann", "/cases?limit=1000")).count(bobs), 0U);
  EXPECT_EQ(ids(get("ann", "/cases?limit=1000")).count(anns), 1U);
  const auto all = ids(get("clerk", "/cases?limit=1000"));
  EXPECT_TRUE(all.contains(anns) && all.contains(bobs));
  EXPECT_TRUE(ids(get("stranger", "/cases?limit=1000")).empty());
  EXPECT_TRUE(ids(get("rival", "/cases?limit=1000")).empty());
  EXPECT_TRUE(ids(get("untied", "/cases?limit=1000")).empty());

  const Answer accepted = post("clerk", "/cases/" + anns + "/events/accept", R"({"role":"clerk"})");
  ASSERT_EQ(accepted.status, 200) << accepted.raw.body;
  wait(accepted);
  EXPECT_TRUE(ids(get("driver", "/cases?limit=1000")).contains(anns));
  EXPECT_FALSE(ids(get("driver", "/cases?limit=1000")).contains(bobs));
  const Answer arrived =
      post("driver", "/cases/" + anns + "/events/arrive", R"({"role":"driver"})");
  ASSERT_EQ(arrived.status, 200) << arrived.raw.body;
  wait(arrived);
  // What the driver did stays visible to the driver.
  EXPECT_EQ(get("driver", "/cases/" + anns).body.text_at("state"), "done");
}

TEST_F(ApiTest, SearchAndInboxShowWhatTheKeyMaySee) {
  const auto found = [&](const char* who, const std::string& text) {
    std::set<std::string> cases;
    const Answer answer = get(who, "/search?limit=1000&q=" + text);
    EXPECT_EQ(answer.status, 200) << answer.raw.body;
    for (const Value& hit : *answer.body.find("hits")->as_list()) {
      cases.insert(hit.find("case")->text_at("id"));
    }
    return cases;
  };
  const auto waits = [&](const char* who) {
    std::set<std::string> cases;
    const Answer answer = get(who, "/inbox?limit=1000");
    EXPECT_EQ(answer.status, 200) << answer.raw.body;
    for (const Value& item : *answer.body.find("items")->as_list()) {
      cases.insert(item.find("case")->text_at("id"));
    }
    return cases;
  };
  const std::string anns = start("ann", "citizen", kOfTheFirm);
  const std::string bobs = start("bob");
  EXPECT_TRUE(found("ann", anns).contains(anns));
  EXPECT_FALSE(found("ann", bobs).contains(bobs));
  EXPECT_TRUE(found("clerk", bobs).contains(bobs));
  EXPECT_TRUE(found("stranger", bobs).empty());
  EXPECT_TRUE(waits("clerk").contains(anns) && waits("clerk").contains(bobs));
  EXPECT_FALSE(waits("driver").contains(anns));
  const Answer accepted = post("clerk", "/cases/" + anns + "/events/accept", R"({"role":"clerk"})");
  ASSERT_EQ(accepted.status, 200) << accepted.raw.body;
  wait(accepted);
  EXPECT_TRUE(waits("driver").contains(anns));
  EXPECT_FALSE(waits("rival").contains(anns));
  EXPECT_FALSE(waits("clerk").contains(anns));
  EXPECT_EQ(get("clerk", "/inbox?kind=other").status, 400);
}

TEST_F(ApiTest, AnOfficeSaysWhoWorksAtACase) {
  const std::string id = start("ann", "citizen", R"({"subject":"a","name":"b","place":"510104"})");
  const std::string path = "/cases/" + id + "/assign";
  const std::string clerk = get("clerk", "/session").body.text_at("principal");
  const std::string other = get("chengdu", "/session").body.text_at("principal");
  const auto to = [](const std::string& person, const std::string& note = "") {
    return R"({"to":")" + person + R"(","note":")" + note + R"("})";
  };
  const auto whose = [&](const char* who, const std::string& which) {
    std::set<std::string> cases;
    const Answer answer = get(who, "/inbox?limit=1000&kind=case&whose=" + which);
    EXPECT_EQ(answer.status, 200) << answer.raw.body;
    for (const Value& item : *answer.body.find("items")->as_list()) {
      cases.insert(item.find("case")->text_at("id"));
    }
    return cases.contains(id);
  };
  EXPECT_EQ(post("ann", path, to(clerk)).status, 403) << "no office";
  EXPECT_EQ(post("bob", path, to(clerk)).status, 404);
  EXPECT_EQ(post("auditor", path, to(clerk)).status, 403);
  EXPECT_EQ(post("clerk", path, R"({"note":"x"})").status, 400);
  EXPECT_EQ(post("clerk", path, R"({"to":""})").status, 400);
  EXPECT_EQ(post("clerk", path, to(clerk, std::string(1'001, 'n'))).status, 400);
  EXPECT_EQ(post("clerk", path, to(get("ann", "/session").body.text_at("principal"))).status, 403);
  EXPECT_TRUE(whose("clerk", "nobody"));

  const Answer claimed = post("clerk", path, to(clerk));
  ASSERT_EQ(claimed.status, 200) << claimed.raw.body;
  wait(claimed);
  EXPECT_TRUE(whose("clerk", "mine"));
  EXPECT_FALSE(whose("clerk", "nobody"));
  EXPECT_FALSE(whose("chengdu", "mine"));
  EXPECT_EQ(get("chengdu", "/cases/" + id).body.find("assigned")->text_at("to"), clerk);
  EXPECT_EQ(get("auditor", "/cases/" + id).body.find("assigned")->text_at("to"), clerk);
  EXPECT_EQ(get("ann", "/cases/" + id).body.find("assigned"), nullptr) << "an office's business";
  EXPECT_EQ(post("chengdu", path, to(other)).status, 409) << "it is somebody's";

  // Whoever stands in sees it as his and takes it over without a reason.
  EXPECT_EQ(post("ann", "/substitutes", R"({"substitute":"clerk","until":"2099-01-01"})").status,
            403);
  EXPECT_EQ(post("clerk", "/substitutes", R"({"substitute":")" + other + R"("})").status, 400);
  const Answer away =
      post("clerk", "/substitutes", R"({"substitute":")" + other + R"(","until":"2099-01-01"})");
  ASSERT_EQ(away.status, 200) << away.raw.body;
  EXPECT_TRUE(whose("chengdu", "mine"));
  const auto named = [&](const char* who) {
    return get(who, "/substitutes").body.find("substitutes")->as_list()->size();
  };
  EXPECT_EQ(named("clerk"), 1U);
  EXPECT_EQ(named("chengdu"), 1U);
  EXPECT_EQ(named("admin"), 1U);
  EXPECT_EQ(named("ann"), 0U);
  const Answer taken = post("chengdu", path, to(other));
  ASSERT_EQ(taken.status, 200) << taken.raw.body;
  const Answer ended =
      post("admin", "/substitutes", R"({"person":")" + clerk + R"(","substitute":null})");
  EXPECT_EQ(ended.status, 200) << ended.raw.body;
  EXPECT_EQ(named("clerk"), 0U);

  const people::Principal wei{.id = "wei",
                              .name = "Wei Synthetic",
                              .roles = {{"errand", {"clerk"}}},
                              .divisions = {"5101"},
                              .kind = people::Principal::Kind::account};
  const auto password = people::make_password(*world_->node, world_->dir / "sichuan", "a long one");
  ASSERT_TRUE(password && people::is_done(people::admit(*world_->node, wei, password->proof)));
  ASSERT_EQ(post("admin", "/substitutes",
                 R"({"person":"user:wei","substitute":")" + other + R"(","until":"2099-01-01"})")
                .status,
            200);
  const auto colleagues = [](const char* who, const std::string& query) {
    const Answer answer = get(who, "/colleagues" + query);
    EXPECT_EQ(answer.status, 200) << answer.raw.body;
    return *answer.body.find("colleagues")->as_list();
  };
  for (const std::string& query : {std::string{}, "?case=" + id}) {
    const Value::List list = colleagues("clerk", query);
    ASSERT_EQ(list.size(), 1U) << "programs are nobody's colleagues";
    EXPECT_EQ(list[0].text_at("person"), "user:wei");
    EXPECT_EQ(list[0].text_at("name"), "Wei Synthetic");
    EXPECT_EQ(list[0].text_at("substitute"), other);
  }
  EXPECT_EQ(get("ann", "/colleagues?case=" + id).status, 403);
  EXPECT_TRUE(colleagues("ann", "").empty());
  const std::string elsewhere =
      start("clerk", "clerk", R"({"subject":"a","name":"b","place":"500103"})");
  EXPECT_TRUE(colleagues("clerk", "?case=" + elsewhere).empty()) << "not in her divisions";

  const Answer back = post("clerk", path, R"({"to":null,"note":"nobody has time"})");
  ASSERT_EQ(back.status, 200) << back.raw.body;
  wait(back);
  EXPECT_TRUE(whose("clerk", "nobody"));
  EXPECT_EQ(get("clerk", "/inbox?whose=hers").status, 400);
  EXPECT_EQ(get("clerk", "/tasks?whose=nobody").status, 200);
}

TEST_F(ApiTest, DivisionsNarrowWhatIsSeen) {
  const std::string inside =
      start("clerk", "clerk", R"({"subject":"a","name":"b","place":"510104"})");
  const std::string outside =
      start("clerk", "clerk", R"({"subject":"a","name":"b","place":"500103"})");
  EXPECT_EQ(get("chengdu", "/cases/" + inside).status, 200);
  EXPECT_EQ(get("chengdu", "/cases/" + outside).status, 404);
  EXPECT_EQ(get("chengdu", "/cases/" + outside + "/choices").status, 404);
  EXPECT_EQ(post("chengdu", "/cases/" + outside + "/events/accept", R"({"role":"clerk"})").status,
            404);
  const auto listed = ids(get("chengdu", "/cases?limit=1000"));
  EXPECT_TRUE(listed.contains(inside));
  EXPECT_FALSE(listed.contains(outside));
}

TEST_F(ApiTest, PersonalValuesAreReadByThePartiesRolesOnly) {
  const std::string id = start("ann", "citizen", R"({"subject":"post","name":"Zhang San"})");
  EXPECT_EQ(get("clerk", "/cases/" + id).body.find("data")->text_at("name"), "Zhang San");
  EXPECT_EQ(get("ann", "/cases/" + id).body.find("data")->text_at("name"), "Zhang San");
  const Value masked{Value::Record{{"$sealed", true}}};
  const Answer audited = get("auditor", "/cases/" + id);
  EXPECT_EQ(*audited.body.find("data")->find("name"), masked);
  EXPECT_EQ(audited.body.find("data")->text_at("subject"), "post");
  for (const char* path : {"/history", "/evidence?whole=true", ""}) {
    EXPECT_EQ(get("auditor", "/cases/" + id + path).raw.body.find("Zhang"), std::string::npos);
  }
  // Nor is it in the journal.
  const auto entries = world_->node->entries(0, 64u << 20);
  ASSERT_TRUE(entries);
  for (const node::Entry& entry : *entries) {
    EXPECT_EQ(entry.effect.find("Zhang San"), std::string::npos);
    EXPECT_EQ(entry.evidence.find("Zhang San"), std::string::npos);
  }
}

TEST_F(ApiTest, APaperSaysNoMoreThanItsReaderMaySee) {
  const std::string id = start("ann", "citizen", R"({"subject":"post","name":"Zhang San"})");
  const auto said = [&](const std::string& key) {
    const auto files = papers::files_of(get(key, "/cases/" + id + "/papers/receipt.pdf").raw.body);
    EXPECT_TRUE(files) << key;
    return files ? files->at(std::string{papers::kSaid}) : std::string{};
  };
  EXPECT_NE(said("ann").find("Zhang San"), std::string::npos);
  EXPECT_NE(said("clerk").find("Zhang San"), std::string::npos);
  EXPECT_EQ(said("auditor").find("Zhang"), std::string::npos);
}

TEST_F(ApiTest, TokensNeverReachTheJournalInClear) {
  const std::string id =
      start("ann", "citizen", R"({"subject":"post","name":"Li","person":"11010519491231002X"})");
  const Answer seen = get("clerk", "/cases/" + id);
  EXPECT_TRUE(seen.body.find("data")->text_at("person").starts_with("t:"));
  const auto entries = world_->node->entries(0, 64u << 20);
  for (const node::Entry& entry : *entries) {
    EXPECT_EQ(entry.effect.find("11010519491231002X"), std::string::npos);
    EXPECT_EQ(entry.evidence.find("11010519491231002X"), std::string::npos);
  }
}

TEST_F(ApiTest, AnAgeIsToldAndTheDayOfBirthStaysSealed) {
  const std::string id =
      start("ann", "citizen", R"({"subject":"a","name":"b","born":"1949-12-31"})");
  const Answer shown = get("clerk", "/cases/" + id);
  const Value* data = shown.body.find("data");
  const std::int64_t age = data->int_at("age");
  EXPECT_TRUE(age > 70 && age < 130) << age;
  EXPECT_EQ(data->text_at("born"), "1949-12-31");  // for who may see personal values
  const auto entries = world_->node->entries(0, 64u << 20);
  for (const node::Entry& entry : *entries) {
    EXPECT_EQ(entry.effect.find("1949-12-31"), std::string::npos);
    EXPECT_EQ(entry.evidence.find("1949-12-31"), std::string::npos);
  }
  const auto where = [&](const char* with) {
    const Answer answer = post("ann", "/cases", start_body("citizen", with));
    EXPECT_EQ(answer.status, 422);
    return answer.body.find("errors")->as_list()->at(0).text_at("where");
  };
  EXPECT_EQ(where(R"({"subject":"a","name":"b","born":"1949-12-31","age":20})"), "with.age");
  EXPECT_EQ(where(R"({"subject":"a","name":"b","born":"1800-01-01"})"), "with.born");
  EXPECT_EQ(where(R"({"subject":"a","name":"b","born":"soon"})"), "with.born");
}

TEST_F(ApiTest, CiphertextOfOthersIsNotAccepted) {
  const std::string with =
      R"({"subject":"a","name":{"$sealed":"1","alg":"XC20P","dek":"sichuan-k1","nonce":"AA","box":"AA"}})";
  const Answer answer = post("ann", "/cases", start_body("citizen", with));
  EXPECT_EQ(answer.status, 422);
  EXPECT_EQ(answer.code(), "form");
}

TEST_F(ApiTest, DocumentsNobodyHandsInAreFewAndGivenUp) {
  const auto deposit = [](Api& api, const std::string& key) {
    http::Request one = request("POST", key, "/documents");
    one.headers.push_back({"Content-Type", "application/pdf"});
    one.headers.push_back({"X-Document-Name", "proof.pdf"});
    one.body = "synthetic proof of " + key;
    return send(api, one);
  };
  const fs::path dir = world_->dir / "sichuan";
  const Answer old = deposit(*world_->api, "bob");
  ASSERT_EQ(old.status, 201) << old.raw.body;
  const std::string sha256 = old.body.text_at("sha256");
  const fs::path file = dir / "deposits" / "open" / sha256;
  ASSERT_TRUE(fs::exists(dir / "blobs" / sha256));
  Value content = parse_json(*node::read_file(file)).value();
  (*content.as_record())["since_ms"] = content.int_at("since_ms") - Deposits::kOpenMs;
  ASSERT_TRUE(node::write_file(file, canonical_json(content)));
  std::vector<fs::path> many;
  for (std::size_t i = 0; i < Deposits::kOpenMax; ++i) {
    many.push_back(dir / "deposits" / "open" / hex(bashu::sha256(std::to_string(i))));
    const Value one = Value::Record{{"principal", "key:ann"},
                                    {"key", "sichuan-none"},
                                    {"since_ms", world_->clock->now().unix_ms}};
    std::ofstream{many.back()} << canonical_json(one);
  }

  Api& again = world_->restart();
  const Answer full = deposit(again, "ann");
  EXPECT_EQ(full.status, 409) << full.raw.body;
  EXPECT_EQ(full.code(), "too_many_documents");
  const Answer late = deposit(again, "bob");
  EXPECT_EQ(late.status, 201);
  EXPECT_FALSE(fs::exists(file));
  EXPECT_FALSE(fs::exists(dir / "blobs" / sha256));
  EXPECT_FALSE(world_->node->vault().key(content.text_at("key")));
  const std::string path = "/documents/" + late.body.text_at("sha256");
  EXPECT_EQ(send(again, request("DELETE", "bob", path)).status, 204);
  for (const fs::path& one : many) fs::remove(one);
  world_->restart();
}

TEST_F(ApiTest, AFigureIsTriedAgainstTheRecordsBeforeItIsAdopted) {
  const std::string id = start("clerk", "clerk", R"({"subject":"a","name":"b","place":"510104"})");
  const Answer refused =
      post("clerk", "/cases/" + id + "/events/refuse", R"({"role":"clerk","with":{"reason":"x"}})");
  ASSERT_EQ(refused.status, 200) << refused.raw.body;
  wait(refused);
  const auto attempt = [](const std::string& key, const std::string& figure,
                          const std::string& more = "") {
    return post(key, "/figures/try",
                R"({"pack":"errand","figure":)" + canonical_json(Value{figure}) + more + "}");
  };
  const std::string done =
      "title: {zh: 办结, en: Done}\nof: errand\nfrom: case.reached('done')\ncount: true\n"
      "split: {where: data.place}\n";
  const Answer tried = attempt("clerk", done);
  ASSERT_EQ(tried.status, 200) << tried.raw.body;
  EXPECT_GE(tried.body.int_at("value"), 1);
  EXPECT_EQ(tried.body.int_at("failed"), 0);
  EXPECT_EQ(tried.body.find("splits")->as_list()->size(), 1U);
  EXPECT_EQ(attempt("clerk", done, R"(,"as_of":"2020-01-01")").body.int_at("value"), 0);
  // It counts as the same figure counts that was adopted.
  const Answer same = attempt(
      "clerk", "title: {zh: 申请量, en: Asked}\nof: errand\nfrom: case.opened\ncount: true\n");
  EXPECT_EQ(same.body.int_at("value"), get("clerk", "/figures/errand/asked").body.int_at("value"));
  // Nothing is kept of it.
  EXPECT_EQ(get("clerk", "/figures/errand/tried").status, 404);

  for (const char* bad : {"title: [", "title: {zh: 甲, en: A}\nof: nothing\ncount: true\n",
                          "title: {zh: 甲, en: A}\nof: errand\nsum: data.nothing\n", "[]"}) {
    const Answer answer = attempt("clerk", bad);
    EXPECT_EQ(answer.status, 422) << bad << answer.raw.body;
    EXPECT_FALSE(answer.body.find("errors")->as_list()->empty()) << bad;
  }
  EXPECT_EQ(attempt("clerk", done, R"(,"as_of":"soon")").status, 400);
  for (const char* other : {"chengdu", "ann", "driver", "stranger", "admin"}) {
    EXPECT_EQ(attempt(other, done).status, 403) << other;
  }
}

TEST_F(ApiTest, ACaseIsFoundByItsPersonByThoseWhoSeeTheirValues) {
  const auto form = [](const char* name, const char* place) {
    return R"({"subject":"post","name":")" + std::string{name} +
           R"(","person":"51010419900307123x","place":")" + place + R"("})";
  };
  const std::string inside = start("clerk", "clerk", form("Ouyang  Nana", "510104"));
  const std::string outside = start("clerk", "clerk", form("Ouyang Nana", "500103"));
  const std::string own = start("ann", "citizen", R"({"subject":"post","name":"Ouyang Nana"})");
  const auto find = [](const std::string& key, const std::string& person) {
    const Answer answer = post(key, "/search/persons", R"({"person":")" + person + R"("})");
    EXPECT_EQ(answer.status, 200) << answer.raw.body;
    std::set<std::string> found;
    for (const Value& hit : *answer.body.find("hits")->as_list()) {
      found.insert(hit.find("case")->text_at("id"));
      EXPECT_EQ(answer.raw.body.find("Ouyang"), std::string::npos) << "a list opens nothing";
    }
    return found;
  };
  using Ids = std::set<std::string>;
  EXPECT_EQ(find("clerk", "51010419900307123X"), (Ids{inside, outside}));
  EXPECT_EQ(find("clerk", "510104 19900307 123x"), (Ids{inside, outside}));
  EXPECT_EQ(find("chengdu", "51010419900307123X"), Ids{inside}) << "in its divisions only";
  EXPECT_EQ(find("clerk", "5101041990030712"), Ids{}) << "never by a part";
  EXPECT_EQ(find("clerk", " Ouyang Nana "), (Ids{outside, own}));
  EXPECT_EQ(find("clerk", "Ouyang"), Ids{});
  EXPECT_EQ(find("ann", "Ouyang Nana"), Ids{own});
  for (const char* other : {"bob", "auditor", "admin", "stranger", "driver"}) {
    EXPECT_EQ(find(other, "Ouyang Nana"), Ids{}) << other;
    EXPECT_EQ(find(other, "51010419900307123X"), Ids{}) << other;
  }
  EXPECT_EQ(post("clerk", "/search/persons", R"({"person":7})").status, 400);

  // What was asked is kept nowhere, what was found in the log of accesses.
  const std::string log = *node::read_file(world_->dir / "sichuan" / "access.log");
  EXPECT_NE(log.find("\"" + own + "/person\""), std::string::npos);
  EXPECT_EQ(log.find("Ouyang"), std::string::npos);
  EXPECT_EQ(log.find("510104199"), std::string::npos);
  for (const auto& file : fs::directory_iterator{world_->dir / "sichuan"}) {
    if (!file.path().filename().string().starts_with("views-")) continue;
    const std::string bytes = node::read_file(file.path()).value_or("");
    EXPECT_EQ(bytes.find("Ouyang"), std::string::npos) << file.path();
    EXPECT_EQ(bytes.find("510104199"), std::string::npos) << file.path();
  }

  // An erased name is found no more.
  std::string key;
  world_->node->query([&](const core::State& state) {
    key = node::sealing_keys(state.find_case(own)->data).at(0);
  });
  world_->node->vault().erase({key}, {.order = 1, .on = world_->clock->today()});
  EXPECT_EQ(find("clerk", "Ouyang Nana"), Ids{outside});
}

// Of 1 MiB and 1,000 bytes, in pieces of 1 MiB.
struct Large {
  static constexpr std::size_t kPiece = 1u << 20;
  std::string bytes = std::string(kPiece, 'a') + std::string(1'000, 'b');
  std::string digest = hex(sha256(bytes));
  [[nodiscard]] std::string of(std::string_view name) const {
    return R"({"name":")" + std::string{name} + R"(","media":"video/mp4","size":)" +
           std::to_string(bytes.size()) + "}";
  }
};

TEST_F(ApiTest, ALargeDocumentComesInPiecesAndGoesOnAfterARestart) {
  const Large large;
  const Answer begun = post("ann", "/documents/uploads", large.of("现场.mp4"));
  ASSERT_EQ(begun.status, 201) << begun.raw.body;
  const std::string path = "/documents/uploads/" + begun.body.text_at("upload");
  const auto piece = [&](Api& api, const std::string& key, std::size_t from, std::size_t size) {
    http::Request one = request("POST", key, path + "?offset=" + std::to_string(from));
    one.headers.push_back({"Content-Type", "application/octet-stream"});
    one.body = large.bytes.substr(from, size);
    return send(api, one);
  };
  EXPECT_EQ(piece(*world_->api, "bob", 0, Large::kPiece).status, 404);
  EXPECT_EQ(piece(*world_->api, "ann", 0, 1'000).status, 400) << "too small for one in the middle";
  const Answer ahead = piece(*world_->api, "ann", Large::kPiece, 1'000);
  EXPECT_EQ(ahead.status, 409);
  EXPECT_EQ(ahead.body.int_at("offset"), 0);
  EXPECT_EQ(piece(*world_->api, "ann", 0, Large::kPiece).body.int_at("offset"), 1 << 20);
  EXPECT_EQ(piece(*world_->api, "ann", 0, Large::kPiece).status, 409) << "twice";
  EXPECT_EQ(post("ann", path + "/finish", R"({"sha256":")" + large.digest + R"("})").status, 409);

  Api& again = world_->restart();
  const Answer known = send(again, request("GET", "ann", "/documents/uploads"));
  ASSERT_EQ(known.body.find("uploads")->as_list()->size(), 1U);
  EXPECT_EQ((*known.body.find("uploads")->as_list())[0].text_at("name"), "现场.mp4");
  EXPECT_TRUE(send(again, request("GET", "bob", "/documents/uploads"))
                  .body.find("uploads")
                  ->as_list()
                  ->empty());
  EXPECT_EQ(piece(again, "ann", Large::kPiece, 1'000).status, 200);
  const auto finish = [&] {
    return send(
        again, request("POST", "ann", path + "/finish", R"({"sha256":")" + large.digest + R"("})"));
  };
  const Answer whole = finish();
  ASSERT_EQ(whole.status, 200) << whole.raw.body;
  EXPECT_EQ(finish().raw.body, whole.raw.body) << "its answer may be lost";
  const std::string kept = *node::read_file(world_->dir / "sichuan" / "deposits" / "uploads" /
                                            begun.body.text_at("upload"));
  EXPECT_EQ(kept.find("现场"), std::string::npos) << "a file's name is personal";
  EXPECT_EQ(send(again, request("DELETE", "ann", path)).status, 204);

  // A form takes it as any document, with the size that has come;
  Value other = whole.body;
  (*other.as_record())["size"] = 7;
  const auto with = [](const Value& document) {
    return start_body(
        "citizen", R"({"subject":"post","name":"Zhang","proof":)" + canonical_json(document) + "}");
  };
  EXPECT_EQ(send(again, request("POST", "ann", "/cases", with(other))).code(), "form");
  const Answer opened = send(again, request("POST", "ann", "/cases", with(whole.body)));
  ASSERT_EQ(opened.status, 201) << opened.raw.body;
  wait(opened);

  // and it is read piece after piece.
  const std::string document = "/documents/" + whole.body.text_at("sha256");
  const std::string of = "?case=" + opened.body.text_at("case");
  const Answer read = send(again, request("GET", "clerk", document + of));
  ASSERT_EQ(read.status, 200) << read.raw.body;
  ASSERT_TRUE(read.raw.stream);
  std::string bytes;
  for (bool ended = false; !ended;) {
    const http::Stream::Taken taken = read.raw.stream->take();
    bytes += taken.bytes;
    ended = taken.ended;
    EXPECT_FALSE(taken.failed);
    if (!ended) std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  EXPECT_EQ(hex(sha256(bytes)), large.digest);
  const Answer digest = send(again, request("GET", "clerk", document + "/digest" + of));
  EXPECT_EQ(digest.body.text_at("file_sha256"), large.digest);
}

TEST_F(ApiTest, WhatHasNotComeWholeIsBoundedAndLeavesNothing) {
  const Large large;
  const auto kept = [] {
    return static_cast<std::ptrdiff_t>(world_->node->storage().files().list("blobs").size());
  };
  const auto before = kept();
  for (const char* bad :
       {R"({"name":"../x","media":"video/mp4","size":5})", R"({"name":"x","media":"v","size":5})",
        R"({"name":"x","media":"video/mp4","size":0})", R"({"name":"x","media":"video/mp4"})",
        R"({"name":"x","media":"video/mp4","size":1073741825})"}) {
    EXPECT_GE(post("untied", "/documents/uploads", bad).status, 400) << bad;
  }
  const auto begin = [&](const std::string& body) {
    const Answer begun = post("untied", "/documents/uploads", body);
    EXPECT_EQ(begun.status, 201) << begun.raw.body;
    return "/documents/uploads/" + begun.body.text_at("upload");
  };
  const auto fill = [&](const std::string& path) {
    for (const std::size_t from : {std::size_t{0}, Large::kPiece}) {
      http::Request one = request("POST", "untied", path + "?offset=" + std::to_string(from));
      one.body = large.bytes.substr(from, Large::kPiece);
      EXPECT_EQ(send(*world_->api, one).status, 200);
    }
  };

  // Another file than was announced;
  const std::string wrong = begin(large.of("a"));
  fill(wrong);
  EXPECT_EQ(kept(), before + 2);
  const std::string other = R"({"sha256":")" + std::string(64, '0') + R"("})";
  EXPECT_EQ(post("untied", wrong + "/finish", other).status, 400);
  EXPECT_EQ(kept(), before);
  EXPECT_EQ(post("untied", wrong + "/finish", other).status, 404);

  // one that is given up;
  const std::string given_up = begin(large.of("b"));
  fill(given_up);
  EXPECT_EQ(send(*world_->api, request("DELETE", "ann", given_up)).status, 404);
  EXPECT_EQ(send(*world_->api, request("DELETE", "untied", given_up)).status, 204);
  EXPECT_EQ(kept(), before);

  // five, of 4 GiB together, and no more;
  std::vector<std::string> open;
  const std::string gibibyte = R"({"name":"c","media":"video/mp4","size":1073741824})";
  for (int i = 0; i < 4; ++i) open.push_back(begin(gibibyte));
  EXPECT_EQ(post("untied", "/documents/uploads", large.of("d")).code(), "too_many_documents");
  EXPECT_EQ(send(*world_->api, request("DELETE", "untied", open.back())).status, 204);
  open.back() = begin(large.of("d"));
  open.push_back(begin(large.of("e")));
  EXPECT_EQ(post("untied", "/documents/uploads", large.of("f")).code(), "too_many_documents");

  // and one that rests for two days is given up when somebody begins another.
  fill(open.back());
  const fs::path dir = world_->dir / "sichuan" / "deposits" / "uploads";
  std::set<std::string> keys;
  for (const std::string& path : open) {
    const fs::path file = dir / path.substr(path.rfind('/') + 1);
    Value content = parse_json(*node::read_file(file)).value();
    keys.insert(content.text_at("key"));
    (*content.as_record())["touched_ms"] = content.int_at("touched_ms") - Uploads::kRestMs;
    ASSERT_TRUE(node::write_file(file, canonical_json(content)));
  }
  Api& again = world_->restart();
  EXPECT_EQ(send(again, request("POST", "ann", "/documents/uploads", large.of("g"))).status, 201);
  EXPECT_EQ(kept(), before);
  for (const std::string& key : keys) EXPECT_FALSE(world_->node->vault().key(key));
  EXPECT_TRUE(send(again, request("GET", "untied", "/documents/uploads"))
                  .body.find("uploads")
                  ->as_list()
                  ->empty());
}

TEST_F(ApiTest, ADocumentIsReadThroughItsCaseAndItsReadingIsRecorded) {
  http::Request deposit = request("POST", "ann", "/documents");
  deposit.headers.push_back({"Content-Type", "application/pdf"});
  deposit.headers.push_back({"X-Document-Name", "%E7%94%B2%E4%B9%99%E4%B8%99.pdf"});
  deposit.body = "synthetic proof";
  const Answer put = send(*world_->api, deposit);
  ASSERT_EQ(put.status, 201) << put.raw.body;
  EXPECT_EQ(put.body.text_at("name"), "甲乙丙.pdf");
  const std::string sha256 = put.body.text_at("sha256");
  const std::string with =
      R"({"subject":"post","name":"Zhang","proof":)" + canonical_json(put.body) + "}";

  // Only who deposited it sees it wait, and can take it back,
  const auto waiting = [](const std::string& key) {
    return get(key, "/documents").body.find("documents")->as_list()->size();
  };
  EXPECT_EQ(waiting("ann"), 1U);
  EXPECT_EQ(waiting("bob"), 0U);
  EXPECT_EQ(send(*world_->api, request("DELETE", "bob", "/documents/" + sha256)).status, 404);
  http::Request other = deposit;
  other.body = "another proof";
  const std::string gone = send(*world_->api, other).body.text_at("sha256");
  EXPECT_EQ(waiting("ann"), 2U);
  EXPECT_EQ(send(*world_->api, request("DELETE", "ann", "/documents/" + gone)).status, 204);
  EXPECT_EQ(waiting("ann"), 1U);
  EXPECT_FALSE(fs::exists(world_->dir / "sichuan" / "blobs" / gone));
  other.headers.back().value = "..%2F..%2Fx.html";
  EXPECT_EQ(send(*world_->api, other).status, 400);
  // or hand it in,
  EXPECT_EQ(post("bob", "/cases", start_body("citizen", with)).code(), "form");
  // and only with a command that takes effect.
  const fs::path waits = world_->dir / "sichuan" / "deposits" / "open" / sha256;
  EXPECT_EQ(post("ann", "/cases?dry_run=true", start_body("citizen", with)).status, 200);
  EXPECT_TRUE(fs::exists(waits));
  const std::string without = R"({"name":"Zhang","proof":)" + canonical_json(put.body) + "}";
  EXPECT_EQ(post("ann", "/cases", start_body("citizen", without)).status, 422);
  EXPECT_TRUE(fs::exists(waits));
  const std::string id = start("ann", "citizen", with);
  EXPECT_FALSE(fs::exists(waits));

  const std::string path = "/documents/" + sha256;
  EXPECT_EQ(get("ann", path).status, 400);
  EXPECT_EQ(get("bob", path + "?case=" + id).status, 404);
  EXPECT_EQ(get("auditor", path + "?case=" + id).status, 404);
  EXPECT_EQ(get("clerk", "/documents/" + std::string(64, '0') + "?case=" + id).status, 404);
  const fs::path log = world_->dir / "sichuan" / "access.log";
  const auto size = [&] { return fs::exists(log) ? fs::file_size(log) : 0; };
  const auto before = size();
  const Answer read = get("clerk", path + "?case=" + id);
  EXPECT_EQ(read.status, 200);
  EXPECT_EQ(read.raw.body, "synthetic proof");
  EXPECT_EQ(read.raw.header("Content-Type"), "application/pdf");
  EXPECT_GT(size(), before);
  const Answer digest = get("clerk", path + "/digest?case=" + id);
  EXPECT_EQ(digest.body.text_at("file_sha256"),
            "1e11b98fdf50fd2d1a606752ae13e0dc4538ca861fbc87c658c558bea39a8826")
      << "printf 'synthetic proof' | sha256sum";
  EXPECT_EQ(digest.body.text_at("sha256"), sha256);
  EXPECT_EQ(get("bob", path + "/digest?case=" + id).status, 404);
  std::ifstream in{log};
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  EXPECT_NE(text.find(sha256), std::string::npos);
  EXPECT_EQ(text.find("甲乙丙"), std::string::npos);
  // At rest it is ciphertext, and so is its name in the journal.
  for (const auto& entry : fs::recursive_directory_iterator{world_->dir / "sichuan" / "blobs"}) {
    if (!entry.is_regular_file()) continue;
    std::ifstream blob{entry.path(), std::ios::binary};
    const std::string bytes{std::istreambuf_iterator<char>{blob}, {}};
    EXPECT_EQ(bytes.find("synthetic"), std::string::npos);
  }
  const auto entries = world_->node->entries(0, 64u << 20);
  ASSERT_TRUE(entries);
  for (const node::Entry& entry : *entries) {
    EXPECT_EQ(entry.effect.find("甲乙丙"), std::string::npos);
  }
}

TEST_F(ApiTest, EveryReadOfPersonalValuesIsWrittenDown) {
  const std::string id = start("ann", "citizen", R"({"subject":"post","name":"Zhang San"})");
  const fs::path dir = world_->dir / "sichuan";
  const auto lines = [&] {
    std::vector<Value> all;
    EXPECT_TRUE(verify_access(dir, [&](const Value& line) { all.push_back(line); })->has_value());
    return all;
  };
  struct Row {
    const char* who;
    std::string path;
    bool written;
  };
  for (const Row& row :
       {Row{"clerk", "/cases/" + id, true}, Row{"clerk", "/cases", true},
        Row{"ann", "/cases/" + id, true}, Row{"clerk", "/cases/" + id + "/history", true},
        Row{"clerk", "/search?q=post", true}, Row{"auditor", "/journal/entries", true},
        Row{"auditor", "/cases/" + id, false},  // masked for them
        Row{"bob", "/cases/" + id, false}}) {
    const std::size_t before = lines().size();
    static_cast<void>(get(row.who, row.path));
    const auto after = lines();
    ASSERT_EQ(after.size(), before + (row.written ? 1 : 0)) << row.who << " " << row.path;
    EXPECT_TRUE(!row.written || after.back().text_at("key") == row.who) << row.path;
    EXPECT_EQ(canonical_json(after.back()).find("Zhang"), std::string::npos);
  }
}

TEST_F(ApiTest, ARefusalSaysWhyInTheReadersLanguage) {
  const std::string id = start("ann", "citizen", R"({"subject":"impossible","name":"Zhang"})");
  http::Request asked =
      request("POST", "clerk", "/cases/" + id + "/events/accept", R"({"role":"clerk"})");
  asked.headers.push_back({"Accept-Language", "zh-CN,zh;q=0.9"});
  const Answer zh = send(*world_->api, asked);
  EXPECT_EQ(zh.status, 422);
  EXPECT_EQ(zh.code(), "guard");
  EXPECT_EQ(zh.body.int_at("number"), 7);
  EXPECT_NE(zh.raw.body.find("无法代办"), std::string::npos);
  const Answer en = post("clerk", "/cases/" + id + "/events/accept", R"({"role":"clerk"})");
  EXPECT_NE(en.raw.body.find("It cannot be done"), std::string::npos);
}

TEST_F(ApiTest, TheFormIsJudgedWithItsPath) {
  const Answer missing = post("ann", "/cases", start_body("citizen", R"({"name":"Zhang"})"));
  EXPECT_EQ(missing.status, 422);
  EXPECT_EQ(missing.body.find("errors")->as_list()->at(0).text_at("where"), "with.subject");
  const Answer personal =
      post("ann", "/cases", start_body("citizen", R"({"subject":"a","name":7})"));
  EXPECT_EQ(personal.status, 422);
  EXPECT_EQ(personal.body.find("errors")->as_list()->at(0).text_at("where"), "with.name");
}

TEST_F(ApiTest, EveryFaultOfAFormIsToldAtOnce) {
  const auto places = [](const Answer& answer) {
    std::vector<std::string> all;
    for (const Value& error : *answer.body.find("errors")->as_list()) {
      EXPECT_FALSE(error.text_at("why").empty());
      all.push_back(error.text_at("where"));
    }
    std::ranges::sort(all);
    return all;
  };
  using Places = std::vector<std::string>;
  EXPECT_EQ(places(post("ann", "/cases", start_body("citizen", R"({"odd":1})"))),
            (Places{"with.name", "with.odd", "with.subject"}));
  // Told too where a value that is to be sealed is refused before anything is decided.
  EXPECT_EQ(places(post("ann", "/cases", start_body("citizen", R"({"name":7})"))),
            (Places{"with.name", "with.subject"}));
  // Who may not begin is told that, and nothing of the form.
  EXPECT_EQ(post("ann", "/cases", start_body("clerk", "{}")).code(), "role");
}

TEST_F(ApiTest, AWrongIdentifierIsAWarning) {
  const Answer answer =
      post("ann", "/cases",
           start_body("citizen", R"({"subject":"a","name":"b","firm":"91350211M0000XUF46"})"));
  EXPECT_EQ(answer.status, 201) << answer.raw.body;
  ASSERT_TRUE(answer.body.find("warnings"));
  EXPECT_EQ(answer.body.find("warnings")->as_list()->at(0).text_at("where"), "with.firm");
}

TEST_F(ApiTest, BadRequestsAreRefusedBeforeAnythingHappens) {
  const struct {
    const char* path;
    std::string body;
    int status;
  } rows[] = {
      {"/cases", "not json", 400},
      {"/cases", "[1]", 400},
      {"/cases", "{}", 400},
      {"/cases", R"({"pack":"errand","service":"errand","role":"citizen","extra":1})", 400},
      {"/cases", R"({"pack":"errand","service":"errand","role":"citizen","role":"clerk"})", 400},
      {"/cases", R"({"pack":"errand","service":"errand","role":1.5})", 400},
      {"/cases", R"({"pack":"nothing","service":"errand","role":"citizen"})", 404},
      {"/cases", R"({"pack":"errand","service":"nothing","role":"citizen"})", 404},
      {"/cases/none-1/events/accept", R"({"role":"clerk"})", 404},
      {"/packs/errand/feeds/none", R"({"role":"clerk","lines":[{}]})", 404},
      {"/packs/errand/feeds/fee", R"({"role":"clerk","lines":[]})", 400},
      {"/tasks/nothing/close", "{}", 404},
      {"/nothing", "{}", 404},
  };
  const std::uint64_t before = world_->node->durable();
  for (const auto& row : rows) {
    EXPECT_EQ(post("clerk", row.path, row.body).status, row.status) << row.path << row.body;
  }
  http::Request wrong_type = request("POST", "clerk", "/cases");
  wrong_type.headers.push_back({"Content-Type", "text/plain"});
  wrong_type.body = "{}";
  EXPECT_EQ(send(*world_->api, wrong_type).status, 415);
  EXPECT_EQ(send(*world_->api, request("GET", "clerk", "/cases?limit=0")).status, 400);
  EXPECT_EQ(send(*world_->api, request("GET", "clerk", "/cases/%zz")).status, 400);
  EXPECT_EQ(send(*world_->api, request("DELETE", "clerk", "/cases")).status, 405);
  EXPECT_EQ(world_->node->durable(), before);
}

TEST_F(ApiTest, TheSameKeyAndRequestAreDoneOnce) {
  http::Request asked =
      request("POST", "ann", "/cases", start_body("citizen", R"({"subject":"a","name":"b"})"));
  asked.headers.push_back({"Idempotency-Key", "once-1"});
  const Answer first = send(*world_->api, asked);
  const Answer again = send(*world_->api, asked);
  EXPECT_EQ(first.status, 201) << first.raw.body;
  EXPECT_EQ(again.body.text_at("case"), first.body.text_at("case"));
  asked.body = start_body("citizen", R"({ "name": "b", "subject": "a" })");
  EXPECT_EQ(send(*world_->api, asked).body.text_at("case"), first.body.text_at("case"))
      << "the same members in another order";
  asked.body = start_body("citizen", R"({"subject":"other","name":"b"})");
  EXPECT_EQ(send(*world_->api, asked).code(), "exists");
  // Somebody else's key of the same name is another key.
  asked.headers[0].value = "Bearer secret-bob";
  EXPECT_NE(send(*world_->api, asked).body.text_at("case"), first.body.text_at("case"));
}

TEST_F(ApiTest, ADryRunChangesNothing) {
  const std::uint64_t before = world_->node->durable();
  const Answer answer =
      post("ann", "/cases?dry_run=true", start_body("citizen", R"({"subject":"a","name":"b"})"));
  EXPECT_EQ(answer.status, 200) << answer.raw.body;
  EXPECT_FALSE(answer.body.find("position"));
  EXPECT_EQ(world_->node->durable(), before);
}

TEST_F(ApiTest, AnOutdatedVersionIsAConflict) {
  const std::string id = start("ann");
  const Answer answer =
      post("clerk", "/cases/" + id + "/events/accept", R"({"role":"clerk","version":9})");
  EXPECT_EQ(answer.status, 409);
  EXPECT_EQ(answer.code(), "conflict");
}

TEST_F(ApiTest, ReadsIncludeWhatWasWrittenAndShowThePast) {
  const Answer begun =
      post("ann", "/cases", start_body("citizen", R"({"subject":"a","name":"b"})"));
  const std::string id = begun.body.text_at("case");
  const std::string opened = std::to_string(begun.body.int_at("position"));
  EXPECT_EQ(get("clerk", "/cases/" + id + "?at_least=" + opened).status, 200);
  const Answer accepted = post("clerk", "/cases/" + id + "/events/accept", R"({"role":"clerk"})");
  const std::string later = std::to_string(accepted.body.int_at("position"));
  const Answer now = get("clerk", "/cases/" + id + "?at_least=" + later);
  EXPECT_EQ(now.body.text_at("state"), "on_the_way");
  const Answer then = get("clerk", "/cases/" + id + "?at=" + opened);
  EXPECT_EQ(then.body.text_at("state"), "asked");
  EXPECT_EQ(then.body.int_at("position"), begun.body.int_at("position"));
  EXPECT_EQ(
      get("clerk", "/cases/" + id + "/history?at=" + opened).body.find("steps")->as_list()->size(),
      1U);
  const Answer future = get("clerk", "/cases/" + id + "?at_least=99999999");
  EXPECT_EQ(future.status, 504);
  EXPECT_EQ(future.code(), "behind");
}

TEST_F(ApiTest, ChoicesSayWhatPassesAndWhyNot) {
  const std::string id = start("ann", "citizen", R"({"subject":"impossible","name":"b"})");
  const Answer answer = get("clerk", "/cases/" + id + "/choices");
  ASSERT_EQ(answer.status, 200);
  bool found = false;
  for (const Value& choice : *answer.body.find("choices")->as_list()) {
    if (choice.text_at("event") != "accept") continue;
    found = true;
    EXPECT_EQ(*choice.find("passes"), Value{false});
    EXPECT_EQ(choice.find("why")->as_list()->at(0), Value{"It cannot be done"});
    EXPECT_EQ(choice.find("roles")->as_list()->at(0), Value{"clerk"});
  }
  EXPECT_TRUE(found);
}

TEST_F(ApiTest, TasksAreForTheirRoles) {
  const std::string id = start("ann", "citizen", kOfTheFirm);
  wait(post("clerk", "/cases/" + id + "/events/accept", R"({"role":"clerk"})"));
  const auto tasks = [&](const std::string& key) {
    const Answer answer = get(key, "/tasks?case=" + id);
    EXPECT_EQ(answer.status, 200) << answer.raw.body;
    return *answer.body.find("tasks")->as_list();
  };
  EXPECT_TRUE(tasks("ann").empty());
  EXPECT_TRUE(tasks("clerk").empty());
  const Value::List mine = tasks("driver");
  ASSERT_EQ(mine.size(), 1U);
  EXPECT_EQ(mine[0].text_at("title"), "Deliver it");
  const std::string close = "/tasks/" + std::to_string(mine[0].int_at("number")) + "/close";
  EXPECT_EQ(post("clerk", close, "{}").status, 403);
  const Answer closed = post("driver", close, "{}");
  ASSERT_EQ(closed.status, 200) << closed.raw.body;
  wait(closed);
  EXPECT_TRUE(tasks("driver").empty());
  EXPECT_EQ(post("driver", close, "{}").status, 404);
}

TEST_F(ApiTest, OnlyADisputeIsSettled) {
  const std::string id = start("ann");
  const std::uint64_t before = world_->node->durable();
  const Answer answer = post("clerk", "/cases/" + id + "/settle", R"({"content":"x","note":"y"})");
  EXPECT_GE(answer.status, 400) << answer.raw.body;
  EXPECT_GT(answer.body.int_at("number"), 0);
  EXPECT_EQ(world_->node->durable(), before);
}

TEST_F(ApiTest, AFeedTakesGoodLinesAndTellsTheOthers) {
  const std::string body =
      R"({"role":"cashier","lines":[)"
      R"({"receipt":"r1","firm":"91110000101623741K","day":"2026-03-02","fee":500},)"
      R"({"receipt":"r2","firm":"91110000101623741K","day":"2026-03-02","fee":0},)"
      R"({"receipt":"r3","firm":"91110000101623741K","day":"2026-03-02"}]})";
  const Answer first = post("cashier", "/packs/errand/feeds/fee", body);
  ASSERT_EQ(first.status, 200) << first.raw.body;
  EXPECT_EQ(first.body.int_at("taken"), 1);
  ASSERT_TRUE(first.body.find("refusals"));
  const Value::List& refusals = *first.body.find("refusals")->as_list();
  ASSERT_EQ(refusals.size(), 2U);
  EXPECT_EQ(refusals[0].int_at("line"), 1);
  EXPECT_EQ(refusals[0].text_at("code"), "guard");
  EXPECT_EQ(refusals[1].text_at("code"), "form");
  const Answer again = post("cashier", "/packs/errand/feeds/fee", body);
  EXPECT_EQ(again.body.int_at("taken"), 0);
  EXPECT_EQ(again.body.int_at("known"), 1);

  wait(first);
  const Answer owed = get("clerk", "/packs/errand/books/fees/owed");
  ASSERT_EQ(owed.status, 200) << owed.raw.body;
  EXPECT_EQ(owed.body.find("accounts")->as_list()->at(0).int_at("balance"), 500);
  EXPECT_EQ(owed.body.int_at("scale"), 2);
  const Answer postings = get("clerk", "/packs/errand/books/fees/owed?key=91110000101623741K");
  EXPECT_EQ(postings.body.find("postings")->as_list()->size(), 1U);
}

// What the journal holds of the request at a position: canonical, and nothing beside it.
Value recorded_request(node::Node& node, std::int64_t position) {
  const auto entries = node.entries(static_cast<std::uint64_t>(position), 1);
  EXPECT_TRUE(entries && !entries->empty());
  const std::string& evidence = entries->front().evidence;
  const auto record = parse_json(evidence);
  EXPECT_TRUE(record) << evidence;
  EXPECT_EQ(canonical_json(*record), evidence);
  std::vector<std::string> names;
  for (const auto& [name, value] : *record->as_record()) names.push_back(name);
  EXPECT_EQ(names,
            (std::vector<std::string>{"key", "method", "path", "principal", "request", "roles"}));
  EXPECT_EQ(record->text_at("method"), "POST");
  return *record->find("request");
}

TEST_F(ApiTest, ABatchIsRecordedAsItWasGivenAndPostedAsItIsKept) {
  const std::string rest = R"(,"day":"2026-03-02","fee":100})";
  const std::string body = R"({"role":"cashier","lines":[)"
                           R"({"receipt":"e1","firm":"911101066976941872")" +
                           rest + R"(,{"receipt":" e2\u3000","firm":"91110106-6976941872")" + rest +
                           R"(,{"receipt":"e3","firm":{"$sealed":"1"})" + rest + R"(,7)" +
                           R"(,{"receipt":"e4","firm":"91350211M0000XUF46")" + rest + "]}";
  const Answer answer = post("cashier", "/packs/errand/feeds/fee", body);
  ASSERT_EQ(answer.status, 200) << answer.raw.body;
  EXPECT_EQ(answer.body.int_at("taken"), 3);
  const Value::List& refusals = *answer.body.find("refusals")->as_list();
  ASSERT_EQ(refusals.size(), 2U);
  EXPECT_EQ(refusals[0].int_at("line"), 2);
  EXPECT_EQ(refusals[1].int_at("line"), 3);
  const Value::List& warnings = *answer.body.find("warnings")->as_list();
  ASSERT_EQ(warnings.size(), 1U) << answer.raw.body;
  EXPECT_EQ(warnings[0].text_at("where"), "lines[4].firm");
  EXPECT_EQ(recorded_request(*world_->node, answer.body.int_at("position")),
            parse_json(body).value());

  wait(answer);
  const Answer owed = get("clerk", "/packs/errand/books/fees/owed?key=911101066976941872");
  EXPECT_GE(owed.body.find("postings")->as_list()->size(), 2U) << owed.raw.body;
  // The same in the writing it is kept in says the same; another sum does not.
  const auto again = [&](const std::string& line) {
    return post("cashier", "/packs/errand/feeds/fee",
                R"({"role":"cashier","lines":[)" + line + "]}");
  };
  EXPECT_EQ(again(R"({"receipt":"e2","firm":"911101066976941872")" + rest).body.int_at("known"), 1);
  EXPECT_EQ(again(R"({"receipt":"e2 ","firm":"91110106 6976941872")" + rest).body.int_at("known"),
            1);
  EXPECT_EQ(again(R"({"receipt":"e1","firm":"91110106 6976941872")" + rest).body.int_at("known"),
            1);
  const Answer other = again(R"({"receipt":"e2","firm":"91110000101623741K")" + rest);
  EXPECT_EQ(other.body.find("refusals")->as_list()->at(0).text_at("code"), "exists");
}

TEST_F(ApiTest, ABatchWithPrivateMembersIsRecordedSealed) {
  const std::string body =
      R"({"records":[{"firm":"91350100M000100Y43","since":"2026-01-01","contact":"Wang Jianguo"},)"
      R"({"firm":"91350100M000100Y43","since":"2026-01-01","contact":{"$sealed":"1"}}]})";
  const Answer put = post("registrar", "/packs/errand/registers/agents/records", body);
  ASSERT_EQ(put.status, 200) << put.raw.body;
  const Value request = recorded_request(*world_->node, put.body.int_at("position"));
  const Value::List& list = *request.find("records")->as_list();
  ASSERT_EQ(list.size(), 1U) << "a list within the list";
  const Value::List& records = *list[0].as_list();
  ASSERT_EQ(records.size(), 2U) << canonical_json(request);
  EXPECT_EQ(records[0].text_at("firm"), "91350100M000100Y43");
  EXPECT_TRUE(records[0].find("contact")->find("$sealed")) << canonical_json(records[0]);
  EXPECT_EQ(canonical_json(request).find("Jianguo"), std::string::npos);
  EXPECT_TRUE(records[1].is_null()) << "what cannot be sealed goes on as nothing";
}

TEST_F(ApiTest, RecordsShowEachReaderItsPart) {
  const std::string records =
      R"({"records":[{"firm":"911101066976941872","since":"2026-01-01","contact":"Wang","note":"good"}]})";
  const Answer put = post("registrar", "/packs/errand/registers/agents/records", records);
  ASSERT_EQ(put.status, 200) << put.raw.body;
  wait(put);
  const auto fields = [&](const std::string& key) {
    const Answer answer = get(key, "/packs/errand/registers/agents?key=911101066976941872");
    EXPECT_EQ(answer.status, 200) << answer.raw.body;
    return *answer.body.find("records")->as_list()->at(0).find("fields");
  };
  const Value masked{Value::Record{{"$sealed", true}}};
  EXPECT_EQ(fields("registrar").text_at("contact"), "Wang");
  EXPECT_EQ(*fields("clerk").find("contact"), masked);
  EXPECT_EQ(fields("clerk").text_at("note"), "good");
  EXPECT_FALSE(fields("ann").find("note"));
  EXPECT_FALSE(fields("ann").find("contact"));
  EXPECT_EQ(fields("ann").text_at("since"), "2026-01-01");
}

TEST_F(ApiTest, TheHistoryOfARecordTellsWhenEachChangeWasRecorded) {
  for (const char* since : {"2026-01-01", "2026-02-01"}) {
    const Answer put = post(
        "registrar", "/packs/errand/registers/agents/records",
        R"({"records":[{"firm":"911101066976941872","since":")" + std::string{since} + R"("}]})");
    ASSERT_EQ(put.status, 200) << put.raw.body;
    wait(put);
  }
  const Answer history =
      get("registrar", "/packs/errand/registers/agents/history?key=911101066976941872");
  ASSERT_EQ(history.status, 200) << history.raw.body;
  const Value::List& versions = *history.body.find("versions")->as_list();
  ASSERT_EQ(versions.size(), 2U);
  for (const Value& one : versions) {
    const auto entry =
        get("auditor",
            "/journal/entries?from=" + std::to_string(one.int_at("changed_at")) + "&limit=1");
    ASSERT_EQ(entry.status, 200) << entry.raw.body;
    EXPECT_EQ(one.int_at("time_ms"),
              entry.body.find("entries")->as_list()->at(0).int_at("time_ms"));
  }
}

TEST_F(ApiTest, LikelyDoublesAreShownAndJoinedByNobody) {
  const std::string records =
      R"({"records":[)"
      R"({"firm":"911101066976941872","since":"2026-01-01","called":"华兴（成都）"},)"
      R"({"firm":"91110000101623741K","since":"2026-01-01","called":"华兴 成都"},)"
      R"({"firm":"91350100M000100Y43","since":"2026-01-01","called":"华星"}]})";
  const Answer put = post("registrar", "/packs/errand/registers/agents/records", records);
  ASSERT_EQ(put.status, 200) << put.raw.body;
  wait(put);
  const Answer doubles = get("clerk", "/packs/errand/registers/agents/doubles");
  ASSERT_EQ(doubles.status, 200) << doubles.raw.body;
  EXPECT_EQ(canonical_json(*doubles.body.find("doubles")),
            R"([{"alike":"called","keys":["91110000101623741K","911101066976941872"]}])");
  EXPECT_EQ(*doubles.body.find("whole"), Value{true});
  EXPECT_EQ(get("ann", "/packs/errand/registers/agents/doubles").status, 403);
}

TEST_F(ApiTest, AKeyIsAskedForAsItIsWritten) {
  const auto fee = [&](const char* receipt, const char* amount) {
    return post("cashier", "/packs/errand/feeds/fee",
                R"({"role":"cashier","lines":[{"receipt":")" + std::string{receipt} +
                    R"(","firm":"911101066976941872","day":"2026-03-02","fee":)" + amount + "}]}");
  };
  EXPECT_EQ(fee("R/1", "100").body.int_at("taken"), 1);
  EXPECT_EQ(fee("R%2F1", "200").body.int_at("taken"), 1) << "another receipt";
  EXPECT_EQ(fee("R/1", "100").body.int_at("known"), 1);
  const Answer other = fee("R/1", "101");
  EXPECT_EQ(other.body.int_at("known"), 0);
  ASSERT_TRUE(other.body.find("refusals")) << other.raw.body;
  EXPECT_EQ(other.body.find("refusals")->as_list()->at(0).text_at("code"), "exists");

  const auto deposit = [&](const char* receipt, const char* amount) {
    return post("cashier", "/packs/errand/feeds/deposit",
                R"({"role":"cashier","lines":[{"receipt":")" + std::string{receipt} +
                    R"(","fee":)" + amount + "}]}");
  };
  deposit("a/b", "100");
  wait(deposit("a%2Fb", "200"));
  const auto kept = [&](const std::string& query) {
    const Answer answer = get("clerk", "/packs/errand/books/fees/kept" + query);
    EXPECT_EQ(answer.status, 200) << answer.raw.body;
    return answer;
  };
  EXPECT_EQ(canonical_json(*kept("").body.find("accounts")),
            R"([{"balance":200,"key":"a%2Fb"},{"balance":100,"key":"a/b"}])");
  const auto amount = [&](const char* key) {
    const Answer answer = kept(std::string{"?key="} + key);
    return answer.body.find("postings")->as_list()->at(0).int_at("amount");
  };
  EXPECT_EQ(amount("a/b"), 100);
  EXPECT_EQ(amount("a%252Fb"), 200) << "as an address writes a%2Fb";
}

TEST_F(ApiTest, FiguresLeadBackToTheirRecords) {
  const std::string id = start("ann");
  const Answer figure = get("ann", "/figures/errand/asked");
  ASSERT_EQ(figure.status, 200) << figure.raw.body;
  const std::int64_t count = figure.body.int_at("value");
  EXPECT_GE(count, 1);
  const Answer records = get("clerk", "/figures/errand/asked/records?limit=1000");
  ASSERT_EQ(records.status, 200) << records.raw.body;
  const Value::List& rows = *records.body.find("records")->as_list();
  EXPECT_EQ(rows.size(), static_cast<std::size_t>(count));
  bool found = false;
  for (const Value& row : rows) {
    if (row.text_at("subject") != id) continue;
    found = true;
    const Value& position = row.find("positions")->as_list()->at(0);
    const Answer proof = get("ann", "/journal/proof/" + std::to_string(*position.as_int()));
    EXPECT_EQ(proof.status, 200);
    EXPECT_TRUE(proof.raw.body.starts_with("c2sp.org/tlog-proof@v1\n"));
  }
  EXPECT_TRUE(found);
  // Others see that there are rows, not about whom.
  const Answer outside = get("ann", "/figures/errand/asked/records");
  EXPECT_FALSE(outside.body.find("records")->as_list()->at(0).find("subject"));
  EXPECT_EQ(get("ann", "/figures/errand/asked?as_of=2026-03-01").body.int_at("value", -1), 0);
  EXPECT_EQ(get("ann", "/figures/errand/nothing").status, 404);
  EXPECT_EQ(get("ann", "/figures/errand/asked?period=2026").status, 400);
}

TEST_F(ApiTest, TheJournalForAuditors) {
  const Answer answer = get("auditor", "/journal/entries?from=0&limit=3");
  ASSERT_EQ(answer.status, 200);
  const Value::List& entries = *answer.body.find("entries")->as_list();
  ASSERT_EQ(entries.size(), 3U);
  EXPECT_EQ(entries[0].text_at("kind"), "genesis");
  EXPECT_EQ(answer.body.int_at("next"), 3);
  EXPECT_EQ(
      get("auditor", "/journal/entries?from=99999999").body.find("entries")->as_list()->size(), 0U);
  EXPECT_EQ(get("auditor", "/journal/proof/99999999").status, 404);
  EXPECT_EQ(get("clerk", "/journal/checkpoint").status, 200);
}

TEST_F(ApiTest, TheCircleAsItWasAgreed) {
  const Answer answer = get("stranger", "/circle");
  ASSERT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body.text_at("own"), "sichuan");
  EXPECT_EQ(answer.body.find("parties")->as_list()->size(), 2U);
  EXPECT_EQ(get("stranger", "/channels").status, 200);
  EXPECT_EQ(get("auditor", "/held").body.find("held")->as_list()->size(), 0U);
}

TEST_F(ApiTest, AFaultyPackIsToldWithItsPlaces) {
  http::Request asked = request("POST", "admin", "/packs");
  asked.headers.push_back({"Content-Type", "application/yaml"});
  asked.body = "bashu: 1\npack: broken\nnonsense: 1\n";
  const Answer answer = send(*world_->api, asked);
  EXPECT_EQ(answer.status, 422);
  ASSERT_TRUE(answer.body.find("errors"));
  EXPECT_TRUE(answer.body.find("errors")->as_list()->at(0).text_at("where").contains(":"))
      << answer.raw.body;
}

// Every `$ref` below `value` leads somewhere in `document`.
void check_refs(const Value& document, const Value& value, std::set<std::string>& used) {
  if (const Value::List* list = value.as_list()) {
    for (const Value& one : *list) check_refs(document, one, used);
  }
  const Value::Record* record = value.as_record();
  if (!record) return;
  for (const auto& [name, member] : *record) {
    if (name != "$ref") {
      check_refs(document, member, used);
      continue;
    }
    ASSERT_TRUE(member.as_text());
    std::string_view path = *member.as_text();
    ASSERT_TRUE(path.starts_with("#/")) << path;
    used.insert(std::string{path});
    path.remove_prefix(2);
    const Value* at = &document;
    while (at && !path.empty()) {
      const std::size_t slash = path.find('/');
      at = at->find(path.substr(0, slash));
      path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
    }
    EXPECT_TRUE(at) << *member.as_text();
  }
}

TEST_F(ApiTest, TheOpenApiDocumentIsWhole) {
  const Answer answer = get("stranger", "/openapi.json");
  ASSERT_EQ(answer.status, 200);
  const Value& document = answer.body;
  EXPECT_EQ(document.text_at("openapi"), "3.1.0");
  EXPECT_NE(document.find("info")->text_at("title"), "");
  std::set<std::string> used;
  check_refs(document, document, used);
  EXPECT_TRUE(used.contains("#/components/schemas/errand.errand.start"));
  EXPECT_TRUE(used.contains("#/components/schemas/errand.errand.asked.refuse"));
  EXPECT_TRUE(used.contains("#/components/schemas/errand.feed.fee.batch"));

  std::set<std::string> operations;
  const Value::Record& paths = *document.find("paths")->as_record();
  for (const auto& [path, item] : paths) {
    EXPECT_TRUE(path.starts_with("/"));
    EXPECT_EQ(path.find('+'), std::string::npos);
    for (const auto& [method, operation] : *item.as_record()) {
      EXPECT_TRUE(operations.insert(operation.text_at("operationId")).second) << path;
      EXPECT_TRUE(operation.find("responses")) << path;
      // Every variable of the path is declared, and nothing else is.
      std::set<std::string> declared, written;
      if (const Value* parameters = operation.find("parameters")) {
        for (const Value& one : *parameters->as_list()) {
          if (one.text_at("in") == "path") declared.insert(one.text_at("name"));
        }
      }
      for (std::size_t at = path.find('{'); at != std::string::npos; at = path.find('{', at + 1)) {
        written.insert(path.substr(at + 1, path.find('}', at) - at - 1));
      }
      EXPECT_EQ(declared, written) << path;
    }
  }
  std::size_t expected = 0;
  for (const Route& route : routes()) {
    std::string path{route.path};
    std::erase(path, '+');
    ASSERT_TRUE(paths.contains(path)) << path;
    const Value& item = paths.at(path);
    std::string method{route.method};
    for (char& c : method) c = static_cast<char>(c - 'A' + 'a');
    EXPECT_TRUE(item.find(method)) << method << ' ' << path;
    ++expected;
  }
  EXPECT_EQ(operations.size(), expected);
  // Forms take no ciphertext.
  EXPECT_EQ(canonical_json(*document.find("components")->find("schemas")).find("$sealed"),
            std::string::npos);
}

TEST_F(ApiTest, TooManyAtOnceAreToldToComeAgain) {
  Api::Parts parts = world_->parts();
  parts.waiting_max = 0;
  Api full{parts};
  const Answer answer = send(full, request("GET", "clerk", "/packs"));
  // Whoever asks how it is hears it all the same.
  EXPECT_EQ(send(full, request("GET", "", "/health")).status, 200);
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(answer.code(), "busy");
  EXPECT_NE(answer.raw.header("Retry-After"), "");
}

TEST_F(ApiTest, OneReadsSoMuchInAMinuteAndTakesNothingFromOthers) {
  Api::Parts parts = world_->parts();
  parts.reads_per_minute = 3;
  Api paced{parts};
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(send(paced, request("GET", "clerk", "/packs")).status, 200);
  }
  http::Request again = request("GET", "clerk", "/packs");
  again.headers.push_back({"Accept-Language", "zh"});
  const Answer answer = send(paced, again);
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(answer.code(), "too_fast");
  EXPECT_EQ(answer.raw.header("Retry-After"), "20");
  EXPECT_NE(answer.raw.body.find("读取过于频繁"), std::string::npos) << answer.raw.body;
  // What it writes, whoever else reads, and how the node is are not counted with it.
  EXPECT_NE(send(paced, request("POST", "clerk", "/cases", "{}")).status, 429);
  EXPECT_EQ(send(paced, request("GET", "cashier", "/packs")).status, 200);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(send(paced, request("GET", "", "/health")).status, 200);
}

TEST_F(ApiTest, ANodeThatEndsAnswersWhatWasBegunAndTakesNothingMore) {
  constexpr int kWriters = 32;
  Api api{world_->parts()};
  std::vector<std::promise<http::Response>> promises(kWriters);
  for (auto& promise : promises) {
    api.handle(
        request("POST", "ann", "/cases", start_body("citizen", R"({"subject":"a","name":"b"})")),
        [&promise](http::Response response) { promise.set_value(std::move(response)); });
  }
  api.end_taking();
  const Answer health = send(api, request("GET", "", "/health"));
  EXPECT_EQ(health.status, 503);
  EXPECT_EQ(health.body.text_at("state"), "ending");
  const Answer late = send(api, request("POST", "ann", "/cases",
                                        start_body("citizen", R"({"subject":"a","name":"b"})")));
  EXPECT_EQ(late.status, 503);
  EXPECT_EQ(late.code(), "ending");
  EXPECT_NE(late.raw.header("Retry-After"), "");
  for (auto& promise : promises) EXPECT_EQ(promise.get_future().get().status, 201);
  for (int i = 0; i < 1'000 && !api.all_answered(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  EXPECT_TRUE(api.all_answered());
}

TEST_F(ApiTest, OnlyASmallFeedIsPreparedOnTheThreadThatReadIt) {
  const auto answered_here = [&](const std::string& feed, const std::string& lines) {
    std::promise<std::thread::id> promise;
    world_->api->handle(request("POST", "cashier", "/packs/errand/feeds/" + feed,
                                R"({"role":"cashier","lines":)" + lines + "}"),
                        [&promise](const http::Response& response) {
                          EXPECT_GE(response.status, 400) << response.body;
                          promise.set_value(std::this_thread::get_id());
                        });
    return promise.get_future().get() == std::this_thread::get_id();
  };
  ASSERT_EQ(get("clerk", "/packs/errand").status, 200);  // so that the pack is known
  EXPECT_TRUE(answered_here("fee", "[]"));
  EXPECT_FALSE(answered_here("fee", "[" + std::string(8'192, ' ') + "]"));
  EXPECT_FALSE(answered_here("named_fee", "[]"));  // its lines are sealed with keys from a disk
  EXPECT_FALSE(answered_here("none", "[]"));
}

TEST_F(ApiTest, ManyWritersAreAllAnswered) {
  constexpr int kWriters = 64;
  std::vector<std::promise<http::Response>> promises(kWriters);
  for (int i = 0; i < kWriters; ++i) {
    world_->api->handle(
        request("POST", "ann", "/cases", start_body("citizen", R"({"subject":"a","name":"b"})")),
        [&promise = promises[static_cast<std::size_t>(i)]](http::Response response) {
          promise.set_value(std::move(response));
        });
  }
  std::set<std::string> ids_seen;
  for (auto& promise : promises) {
    const http::Response response = promise.get_future().get();
    EXPECT_EQ(response.status, 201);
    ids_seen.insert(parse_json(response.body)->text_at("case"));
  }
  EXPECT_EQ(ids_seen.size(), static_cast<std::size_t>(kWriters));
}

TEST_F(ApiTest, CalendarsAreCorrectedYearByYearAndReadByEverybody) {
  const auto set = [&](const std::string& body, const char* query = "") {
    const std::string path = std::string{"/calendars"} + query;
    Answer asked = post("admin", path, body);
    return asked.status == 202 ? post("second", path, body) : asked;
  };
  EXPECT_EQ(
      set(R"({"party":"sichuan","holidays":["2026-05-01","2026-05-02"],"workdays":["2026-05-09"]})")
          .status,
      200);
  EXPECT_EQ(
      set(R"({"party":"sichuan","holidays":["2027-01-01"],"workdays":["2026-12-26"]})").status,
      200);
  const auto held = [&] {
    return canonical_json(
        get("stranger", "/calendars?party=sichuan").body.find("calendars")->as_list()->at(0));
  };
  EXPECT_EQ(held(), R"({"holidays":["2026-05-01","2027-01-01"],"party":"sichuan","version":2,)"
                    R"("workdays":["2026-05-09","2026-12-26"],"years":[2026,2027]})");
  const Answer dry = set(R"({"party":"sichuan","years":[2026]})", "?dry_run=true");
  EXPECT_EQ(dry.status, 200);
  EXPECT_EQ(dry.body.int_at("version"), 3);
  EXPECT_TRUE(dry.body.find("moves")->as_list());
  EXPECT_NE(held().find("2026-05-01"), std::string::npos);
  const struct {
    const char *body, *where;
  } wrong[] = {
      {R"({"party":"delta","years":[2026]})", "party"},
      {R"({"party":"sichuan"})", "years"},
      {R"({"party":"sichuan","years":2026})", "years"},
      {R"({"party":"sichuan","years":[26]})", "years"},
      {R"({"party":"sichuan","years":[2026],"version":9007199254740991})", "version"},
      {R"({"party":"sichuan","holidays":["2026-05-09"],"workdays":["2026-05-09"]})", "workdays"},
      {R"({"party":"sichuan","workdays":["2026-05-08"]})", "workdays"},
      {R"({"party":"sichuan","years":[2025],"holidays":["2026-05-01"]})", "holidays"},
  };
  for (const auto& row : wrong) {
    const Answer answer = set(row.body);
    EXPECT_EQ(answer.status, 422) << row.body;
    EXPECT_EQ(answer.body.find("errors")->as_list()->at(0).text_at("where"), row.where) << row.body;
  }
  EXPECT_EQ(set(R"({"party":"sichuan","years":[2026],"version":2})").body.text_at("code"), "chain");
  // A mistake is corrected: an empty year takes the place of what was held for it.
  EXPECT_EQ(set(R"({"party":"sichuan","years":[2026,2027]})").status, 200);
  EXPECT_EQ(held(), R"({"holidays":[],"party":"sichuan","version":3,"workdays":[],"years":[]})");
}

TEST_F(ApiTest, ANumberOfNobodyIsRefusedAndAPlaceThatEndedIsAWarning) {
  const auto start = [&](const std::string& form) {
    return post("ann", "/cases?dry_run=true", start_body("citizen", form));
  };
  const Answer nobody = start(R"({"subject":"a","name":"b","person":" \u200b"})");
  EXPECT_EQ(nobody.status, 422);
  EXPECT_EQ(nobody.body.find("errors")->as_list()->at(0).text_at("where"), "with.person");
  const Answer ended = start(R"({"subject":"a","name":"b","place":"500105"})");
  EXPECT_EQ(ended.status, 200) << ended.raw.body;
  EXPECT_EQ(ended.body.find("warnings")->as_list()->at(0).text_at("where"), "with.place");
  EXPECT_EQ(start(R"({"subject":"a","name":"b","place":"500157"})").body.find("warnings"), nullptr);
  EXPECT_EQ(start(R"({"subject":"\u00a0","name":"b"})").status, 422);
}

TEST_F(ApiTest, ARowThatCannotBeSealedIsRefusedAloneInTheWordsOfItsField) {
  const Answer answer = post("registrar", "/packs/errand/registers/agents/records",
                             R"({"records":[{"firm":"91110000101623741K","since":"2026-03-02"},)"
                             R"({"firm":"91510000101623741K","since":"2026-03-02","contact":" "},)"
                             R"(7]})");
  ASSERT_EQ(answer.status, 200) << answer.raw.body;
  EXPECT_EQ(answer.body.int_at("taken"), 1);
  ASSERT_TRUE(answer.body.find("refusals")) << answer.raw.body;
  const Value::List& refusals = *answer.body.find("refusals")->as_list();
  ASSERT_EQ(refusals.size(), 2U);
  EXPECT_EQ(refusals[0].int_at("line"), 1);
  EXPECT_EQ(refusals[0].text_at("code"), "form");
  EXPECT_EQ(refusals[0].find("errors")->as_list()->at(0).text_at("where"), "contact");
  EXPECT_EQ(refusals[1].int_at("line"), 2);
}

TEST_F(ApiTest, ATaskOfACaseNobodyShowsThemIsNotTheirsToClose) {
  const std::string outside = start(
      "clerk", "clerk",
      std::string{R"({"subject":"a","name":"b","place":"500103","firm":")"} + kFirm + R"("})");
  wait(post("clerk", "/cases/" + outside + "/events/accept", R"({"role":"clerk"})"));
  const Answer tasks = get("driver", "/tasks?case=" + outside);
  ASSERT_EQ(tasks.body.find("tasks")->as_list()->size(), 1U) << tasks.raw.body;
  const std::string close =
      "/tasks/" + std::to_string(tasks.body.find("tasks")->as_list()->front().int_at("number")) +
      "/close";
  EXPECT_EQ(post("chengdu", close, "{}").status, 404);
  EXPECT_EQ(post("ann", close, "{}").status, 404);
  EXPECT_EQ(post("stranger", close, "{}").status, 404);
  EXPECT_EQ(post("driver", close, "{}").status, 200);
}

// A case begun on the other side, which names nobody here as its opener, about this firm.
std::string from_elsewhere(node::Node& node, const std::string& firm) {
  const auto pack = packs::load(kTestPack).pack;
  const packs::Service& service = *packs::find(pack->services, "errand");
  Value::Record form{{"subject", "post"}, {"name", "Li"}};
  if (!firm.empty()) form["firm"] = firm;
  core::StartCase start;
  start.by.roles = {"clerk"};
  start.pack = pack->digest;
  start.service = "errand";
  start.role = "clerk";
  start.parties = {{"origin", "sichuan"}, {"destination", "sichuan"}};
  start.with = node.vault().seal(service.fields, form, "sichuan", node.vault().new_key("sichuan"));
  const node::Outcome outcome =
      node.run({.command = std::move(start), .evidence = "{}", .dry_run = false});
  const auto* done = std::get_if<node::Done>(&outcome);
  EXPECT_TRUE(done);
  return done ? done->decision.answer.text_at("case") : std::string{};
}

// Every route that names a case, for every holder of a role that sees its own, and every kind of
// case: whoever is not tied to its subject meets nothing there.
TEST_F(ApiTest, OwnIsOwnedOnEveryRoute) {
  struct Kind {
    std::string id;
    std::set<std::string> seen_by;
  };
  const std::vector<Kind> kinds{
      {start("ann", "citizen", kOfTheFirm), {"ann", "driver"}},
      {start("ann"), {"ann"}},
      {from_elsewhere(*world_->node, kFirm), {"driver"}},
      {from_elsewhere(*world_->node, kRival), {"rival"}},
      {from_elsewhere(*world_->node, ""), {}},
  };
  for (const Kind& kind : kinds) {
    const Answer accepted =
        post("clerk", "/cases/" + kind.id + "/events/accept", R"({"role":"clerk"})");
    ASSERT_EQ(accepted.status, 200) << accepted.raw.body;
    wait(accepted);
  }
  std::size_t walked = 0;
  for (const Route& route : routes()) {
    if (route.path.find("{id+}") == std::string_view::npos) continue;
    ++walked;
    for (const Kind& kind : kinds) {
      std::string path{route.path};
      const auto fill = [&path](const std::string& part, const std::string& with) {
        const std::size_t at = path.find(part);
        if (at != std::string::npos) path.replace(at, part.size(), with);
      };
      fill("{id+}", kind.id);
      fill("{event}", "arrive");
      fill("{file}", "receipt.pdf");
      const bool write = route.method == "POST";
      if (write) path += "?dry_run=true";
      const std::string body = path.find("settle") != std::string::npos
                                   ? R"({"content":"x","note":"y"})"
                                   : R"({"role":"driver"})";
      for (const char* who : {"ann", "bob", "driver", "rival", "untied", "stranger"}) {
        const int status = write ? post(who, path, body).status : get(who, path).status;
        // None of these cases is a book of clearing or a window: that is there for nobody.
        const bool clearing = route.path.starts_with("/clearing/");
        EXPECT_EQ(status != 404, kind.seen_by.contains(who) && !clearing)
            << route.method << ' ' << path << ' ' << who << ": " << status;
      }
    }
  }
  EXPECT_EQ(walked, 21U);
  for (const char* who : {"ann", "bob", "driver", "rival", "untied", "stranger"}) {
    const auto listed = ids(get(who, "/cases?limit=1000"));
    for (const Kind& kind : kinds) {
      const bool theirs = kind.seen_by.contains(who);
      EXPECT_EQ(listed.contains(kind.id), theirs) << who << ' ' << kind.id;
      for (const std::string& path :
           {"/search?q=" + kind.id, "/tasks?case=" + kind.id, std::string{"/inbox?limit=1000"}}) {
        const Answer answer = get(who, path);
        EXPECT_EQ(answer.status, 200) << who << ' ' << path;
        if (theirs) continue;
        EXPECT_EQ(answer.raw.body.find('"' + kind.id + '"'), std::string::npos)
            << who << ' ' << path;
      }
    }
  }
}

TEST_F(ApiTest, WhoIsTiedToAFirmBeginsNothingInAnothersName) {
  const auto begin = [&](const std::string& firm) {
    return post("firm", "/cases?dry_run=true",
                start_body("citizen", R"({"subject":"a","name":"b","person":")" + firm + R"("})"))
        .status;
  };
  people::Principal firm{.id = "firm", .roles = {{"errand", {"citizen"}}}};
  firm.subjects = {world_->node->vault().token("510104198001010012")};
  ASSERT_TRUE(
      people::is_done(people::admit(*world_->node, firm, people::key_proof("secret-firm"))));
  EXPECT_EQ(begin("510104198001010012"), 200);
  EXPECT_EQ(begin("510104199001010019"), 403);
}

// The secret `text` in place of that of a key of these tests.
http::Request with_secret(http::Request request, const std::string& text) {
  request.headers[0].value = "Bearer " + text;
  return request;
}

TEST_F(ApiTest, OnlyAnAdministratorOfTheWholeNodeRulesWhoComesIn) {
  people::Principal local{.id = "local", .divisions = {"5101"}, .person = "l", .may = {"admin"}};
  ASSERT_TRUE(
      people::is_done(people::admit(*world_->node, local, people::key_proof("secret-local"))));
  for (const Route& route : routes()) {
    const bool rules = route.path.starts_with("/keys") || route.path.starts_with("/users");
    const bool by_two = route.path.starts_with("/approvals") || route.path.starts_with("/privacy");
    if (route.method != "POST" || !(rules || by_two)) continue;
    std::string path{route.path};
    if (const std::size_t at = path.find("{id}"); at != std::string::npos) {
      path.replace(at, 4, path.starts_with("/keys") ? "clerk" : "zhang");
    }
    if (const std::size_t at = path.find("{number}"); at != std::string::npos) {
      path.replace(at, 8, "1");
    }
    for (const char* who : {"clerk", "ann", "stranger", "auditor", "registrar", "local"}) {
      if (std::string_view{who} == "local" && !rules) continue;
      EXPECT_EQ(post(who, path, R"({"id":"x","name":"X"})").status, 403) << who << ' ' << path;
    }
  }
}

TEST_F(ApiTest, AKeyIsAddedRotatedAndEnded) {
  const auto comes_in = [](const std::string& secret) {
    return send(*world_->api, with_secret(request("GET", "x", "/packs"), secret)).status == 200;
  };
  http::Request add = request(
      "POST", "admin", "/keys",
      R"({"id":"counter","name":"Wang Synthetic","roles":{"errand":["clerk"]},"until":"2026-12-31"})");
  add.headers.push_back({"Idempotency-Key", "add-counter"});
  const Answer added = send(*world_->api, add);
  ASSERT_EQ(added.status, 200) << added.raw.body;
  const std::string first = added.body.text_at("secret");
  EXPECT_TRUE(comes_in(first));
  // Told once: the same request again is done once, and tells no secret.
  const Answer again = send(*world_->api, add);
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.body.find("secret"), nullptr) << again.raw.body;
  EXPECT_TRUE(comes_in(first));

  const Answer rotated = post("admin", "/keys/counter/rotate", "{}");
  ASSERT_EQ(rotated.status, 200) << rotated.raw.body;
  EXPECT_FALSE(comes_in(first));
  const std::string second = rotated.body.text_at("secret");
  EXPECT_TRUE(comes_in(second));
  EXPECT_EQ(post("admin", "/keys/counter", R"({"name":"Wang Synthetic","version":1})").status, 409);
  EXPECT_EQ(post("admin", "/keys/nobody/end", "{}").status, 404);

  const std::string listed = get("admin", "/keys").raw.body;
  EXPECT_NE(listed.find("Wang Synthetic"), std::string::npos);
  EXPECT_EQ(listed.find(people::key_proof(second)), std::string::npos);
  EXPECT_EQ(get("auditor", "/keys").raw.body.find("Wang Synthetic"), std::string::npos);

  ASSERT_EQ(post("admin", "/keys/counter/end", "{}").status, 200);
  EXPECT_FALSE(comes_in(second));
  EXPECT_EQ(post("admin", "/keys/counter/rotate", "{}").status, 409);
  EXPECT_EQ(post("admin", "/keys", R"({"id":"counter","name":"Another"})").status, 409);
  // What nobody can mean: a role that the pack has not, a code that no division begins with.
  EXPECT_EQ(
      post("admin", "/keys", R"({"id":"slip","name":"S","roles":{"errand":["clrk"]}})").status,
      422);
  EXPECT_EQ(post("admin", "/keys", R"({"id":"slip","name":"S","divisions":["abc"]})").status, 422);
  EXPECT_EQ(post("admin", "/keys", R"({"id":"early","name":"S","roles":{"later":["any"]}})").status,
            200);
  const auto entries = world_->node->entries(0, 1U << 26);
  ASSERT_TRUE(entries);
  for (const node::Entry& entry : *entries) {
    for (const std::string& text : {first, second, std::string{"Wang Synthetic"}}) {
      EXPECT_EQ(entry.evidence.find(text), std::string::npos);
      EXPECT_EQ(entry.effect.find(text), std::string::npos);
    }
  }
}

TEST_F(ApiTest, AnAccountSignsInUntilItsPasswordOrItselfEnds) {
  const auto signs_in = [](const std::string& password) {
    http::Request one =
        request("POST", "", "/session", R"({"user":"liu","password":")" + password + R"("})");
    one.remote = "127.0.0.1";
    return send(*world_->api, one).status == 200;
  };
  EXPECT_EQ(post("admin", "/users", R"({"id":"liu","name":"L","password":"short"})").status, 422);
  EXPECT_EQ(post("admin", "/users", R"({"id":"liu","name":"L","until":"2020-01-01"})").status, 422);
  EXPECT_EQ(post("admin", "/users", R"({"id":"Liu Wei","name":"L"})").status, 422);
  EXPECT_EQ(post("admin", "/users", R"({"id":"liu","name":"L","may":["rule"]})").status, 422);
  EXPECT_EQ(post("admin", "/users", R"({"id":"liu","title":"L"})").status, 400);
  const Answer added = post("admin", "/users", R"({"id":"liu","name":"Liu Synthetic"})");
  ASSERT_EQ(added.status, 200) << added.raw.body;
  EXPECT_TRUE(signs_in(added.body.text_at("password")));
  const Answer changed = post("admin", "/users/liu/password", R"({"password":"another long one"})");
  ASSERT_EQ(changed.status, 200) << changed.raw.body;
  EXPECT_EQ(changed.body.find("password"), nullptr);
  EXPECT_FALSE(signs_in(added.body.text_at("password")));
  EXPECT_TRUE(signs_in("another long one"));
  ASSERT_EQ(post("admin", "/users/liu/end", "{}").status, 200);
  EXPECT_FALSE(signs_in("another long one"));
}

TEST_F(ApiTest, APackIsAdoptedByTwoPeople) {
  std::string text{kTestPack};
  text.replace(text.find("version: 1"), 10, "version: 70");
  const auto versions = [] { return get("clerk", "/packs").body.find("packs")->as_list()->size(); };
  const std::size_t before = versions();
  EXPECT_EQ(post("admin", "/packs?dry_run=true", text).status, 200);
  EXPECT_EQ(get("second", "/approvals").raw.body.find("errand"), std::string::npos);
  const Answer asked = post("admin", "/packs", text);
  ASSERT_EQ(asked.status, 202) << asked.raw.body;
  EXPECT_EQ(post("admin", "/packs", text).body.int_at("approval"), asked.body.int_at("approval"));
  EXPECT_EQ(versions(), before);
  const Value waits = get("second", "/approvals").body.find("approvals")->as_list()->back();
  EXPECT_EQ(waits.find("act")->text_at("pack"), "errand");
  EXPECT_EQ(waits.find("act")->int_at("version"), 70);
  EXPECT_EQ(waits.find("act")->find("source"), nullptr);
  EXPECT_NE(waits.text_at("what").find("sha256:"), std::string::npos) << waits.text_at("what");
  // With another first day it is another thing.
  const Answer later = post("second", "/packs?in_force_from=2026-07-01", text);
  EXPECT_EQ(later.status, 202) << later.raw.body;
  const std::string other = std::to_string(later.body.int_at("approval"));
  EXPECT_EQ(post("admin", "/approvals/" + other + "/withdraw", "{}").status, 200);
  ASSERT_EQ(post("second", "/packs", text).status, 200);
  EXPECT_EQ(versions(), before + 1);
  const Answer again = post("admin", "/packs", text);
  EXPECT_EQ(again.status, 200) << again.raw.body;
}

TEST_F(ApiTest, AnEditionOfTheAgreementIsAdoptedByTwoPeople) {
  node::Node& node = *world_->node;
  const auto peer = node::load_identity(world_->dir / "chongqing");
  ASSERT_TRUE(peer) << peer.error().what;
  const std::int64_t now = world_->clock->now().unix_ms / 1'000;
  const auto drafted = exchange::compose_edition(exchange::circle_held(node), {}, node.identity(),
                                                 {.name = "Wider circle", .effective = now});
  ASSERT_TRUE(drafted) << drafted.error().what;
  const auto file = exchange::co_sign(*drafted, *peer, now);
  ASSERT_TRUE(file) << file.error().what;
  const auto edition = [&] { return node.directory()->agreement.edition; };
  EXPECT_EQ(post("admin", "/circle/editions", *drafted).body.text_at("code"), "chain");
  const Answer asked = post("admin", "/circle/editions", *file);
  ASSERT_EQ(asked.status, 202) << asked.raw.body;
  EXPECT_EQ(edition(), 1);
  const std::string number = std::to_string(asked.body.int_at("approval"));
  EXPECT_NE(get("second", "/approvals").raw.body.find("Wider circle"), std::string::npos);
  EXPECT_EQ(post("admin", "/approvals/" + number + "/sign", "{}").status, 403);
  EXPECT_EQ(edition(), 1);
  const Answer done = post("second", "/approvals/" + number + "/sign", "{}");
  ASSERT_EQ(done.status, 200) << done.raw.body;
  EXPECT_EQ(done.body.int_at("edition"), 2);
  EXPECT_EQ(edition(), 2);
  EXPECT_EQ(post("second", "/approvals/" + number + "/sign", "{}").status, 404);
  // Nothing is new in it any more: nobody is asked.
  EXPECT_EQ(post("admin", "/circle/editions", *file).status, 200);
}

TEST_F(ApiTest, TheCircleSaysWhatIsSignedTwiceAndWhoCannotYet) {
  node::Node& node = *world_->node;
  EXPECT_EQ(get("stranger", "/circle").body.find("second"), nullptr);
  const auto with_keys = [](node::Identity one) {
    one.second = node::SecondKeys{
        .envelope = {.kid = one.party + "/envelope-sm2/1", .key = evidence::Sm2Key::make()},
        .log = {.kid = one.party + "/log-sm2/1", .key = evidence::Sm2Key::make()}};
    return one;
  };
  const node::Identity own = with_keys(node.identity());
  const node::Identity peer = with_keys(node::load_identity(world_->dir / "chongqing").value());
  const std::int64_t now = world_->clock->now().unix_ms / 1'000, far = 4'000'000'000;
  const auto drafted = exchange::compose_edition(
      exchange::circle_held(node), {}, own,
      {.name = {}, .effective = now, .second = evidence::SecondPolicy{{"receipts", far}}});
  ASSERT_TRUE(drafted) << drafted.error().what;
  const auto file = exchange::co_sign(*drafted, peer, now);
  ASSERT_TRUE(file) << file.error().what;
  const Answer asked = post("admin", "/circle/editions", *file);
  ASSERT_EQ(asked.status, 202) << asked.raw.body;
  const std::string number = std::to_string(asked.body.int_at("approval"));
  ASSERT_EQ(post("second", "/approvals/" + number + "/sign", "{}").status, 200);
  const Answer answer = get("stranger", "/circle");
  const Value* second = answer.body.find("second");
  ASSERT_NE(second, nullptr) << answer.raw.body;
  EXPECT_EQ(canonical_json(*second), R"({"alg":"SM2-SM3","distid":"1234567812345678",)"
                                     R"("lacking":["chongqing","sichuan"],)"
                                     R"("required":{"receipts":4000000000}})");
}

TEST_F(ApiTest, PowersTakeTwoPeople) {
  const Answer asked =
      post("admin", "/keys", R"({"id":"third","name":"T","person":"third","may":["admin"]})");
  ASSERT_EQ(asked.status, 202) << asked.raw.body;
  const std::string number = std::to_string(asked.body.int_at("approval"));
  const std::string secret = asked.body.text_at("secret");
  const auto comes_in = [&] {
    return send(*world_->api, with_secret(request("GET", "x", "/packs"), secret)).status == 200;
  };
  EXPECT_FALSE(comes_in());
  const Answer waits = get("second", "/approvals");
  ASSERT_EQ(waits.status, 200);
  EXPECT_NE(waits.raw.body.find("key:third"), std::string::npos) << waits.raw.body;
  EXPECT_EQ(waits.raw.body.find(people::key_proof(secret)), std::string::npos);
  EXPECT_EQ(post("admin", "/approvals/" + number + "/sign", "{}").status, 403);
  EXPECT_FALSE(comes_in());
  ASSERT_EQ(post("second", "/approvals/" + number + "/sign", "{}").status, 200);
  EXPECT_TRUE(comes_in());
  EXPECT_EQ(post("second", "/approvals/" + number + "/sign", "{}").status, 404);

  // A new secret of an administrator's, by another: two again; and it is withdrawn.
  const Answer rotate = post("admin", "/keys/third/rotate", "{}");
  ASSERT_EQ(rotate.status, 202) << rotate.raw.body;
  const std::string other = std::to_string(rotate.body.int_at("approval"));
  EXPECT_TRUE(comes_in());
  ASSERT_EQ(post("second", "/approvals/" + other + "/withdraw", "{}").status, 200);
  EXPECT_EQ(post("second", "/approvals/" + other + "/sign", "{}").status, 404);
  ASSERT_EQ(post("admin", "/keys/third/end", "{}").status, 200);
  EXPECT_FALSE(comes_in());
}

// Who is known nowhere here was not read by nobody: his number may be mistyped.
TEST_F(ApiTest, ReadsOfAPersonWhoIsKnownNowhereSayThat) {
  const auto asked = [&](const std::string& person) {
    return post("admin", "/privacy/reads", R"({"person":")" + person + R"("})");
  };
  const std::string about = start("ann");
  EXPECT_TRUE(asked(about).body.bool_at("known"));
  const Answer mistyped = asked("510104198503070040");
  ASSERT_EQ(mistyped.status, 200) << mistyped.raw.body;
  EXPECT_FALSE(mistyped.body.bool_at("known"));
  ASSERT_TRUE(mistyped.body.find("warnings"));
  EXPECT_EQ(mistyped.body.find("warnings")->as_list()->at(0).text_at("where"), "person");
  const Answer right = asked("510104198503070041");
  EXPECT_FALSE(right.body.bool_at("known"));
  EXPECT_EQ(right.body.find("warnings"), nullptr);
  EXPECT_EQ(asked(std::string(201, 'x')).status, 400);
  EXPECT_EQ(asked("  ").status, 400);
}

// In no answer stands what is no UTF-8.
TEST_F(ApiTest, PathsAndQueriesThatAreNoUtf8AreRefused) {
  for (const char* path : {"/cases/%ff%fe/claims", "/cases/%C3", "/calendars?party=%ff"}) {
    const Answer answer = get("admin", path);
    EXPECT_EQ(answer.status, 400) << path;
    EXPECT_EQ(answer.body.text_at("code"), "malformed") << path;
    EXPECT_TRUE(is_utf8(answer.raw.body)) << path;
  }
}

// Page after page from the number that the one before names; what is due comes with the first.
TEST_F(ApiTest, OrdersArePagedByTheirNumbers) {
  const std::string about = start("ann");
  std::vector<std::int64_t> given;
  for (int i = 1; i <= 5; ++i) {
    const std::string hold = R"({"kind":"hold","subject":")" + about + R"(","reason":"claim )" +
                             std::to_string(i) + R"("})";
    ASSERT_EQ(post("admin", "/privacy/orders", hold).status, 202);
    const Answer signed_too = post("second", "/privacy/orders", hold);
    ASSERT_EQ(signed_too.status, 200) << signed_too.raw.body;
    given.push_back(signed_too.body.int_at("order"));
  }
  const auto numbers = [](const Answer& page) {
    std::vector<std::int64_t> found;
    const Value* orders = page.body.find("orders");
    EXPECT_TRUE(orders) << page.raw.body;
    if (!orders) return found;
    for (const Value& one : *orders->as_list()) {
      found.push_back(one.int_at("order"));
    }
    return found;
  };
  const Answer whole = get("auditor", "/privacy/orders");
  ASSERT_EQ(whole.status, 200) << whole.raw.body;
  EXPECT_NE(whole.body.find("due"), nullptr);
  EXPECT_EQ(whole.body.find("next"), nullptr);

  std::vector<std::int64_t> read;
  std::string from = std::to_string(given.front());
  for (int pages = 0; !from.empty(); ++pages) {
    ASSERT_LT(pages, 3);
    const Answer page = get("auditor", "/privacy/orders?limit=2&from=" + from);
    ASSERT_EQ(page.status, 200) << page.raw.body;
    EXPECT_EQ(page.body.find("due"), nullptr);
    for (const std::int64_t number : numbers(page)) read.push_back(number);
    EXPECT_EQ(numbers(page).size(), pages < 2 ? 2U : 1U);
    const Value* next = page.body.find("next");
    from = next ? std::to_string(*next->as_int()) : "";
  }
  EXPECT_EQ(read, given);

  // From a number between, and from behind the last.
  EXPECT_EQ(numbers(get("auditor", "/privacy/orders?from=" + std::to_string(given[3]))),
            (std::vector{given[3], given[4]}));
  EXPECT_TRUE(
      numbers(get("auditor", "/privacy/orders?from=" + std::to_string(given[4] + 1))).empty());
  EXPECT_EQ(get("clerk", "/privacy/orders?from=1").status, 403);
}

}  // namespace
}  // namespace bashu::api
