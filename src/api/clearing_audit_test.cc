// Who reads what of clearing: every route of it, for every kind of asker; and that what auditors
// read is written down.

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <vector>

#include "api/access_log.h"
#include "api/clearing_fixture.h"
#include "api/routes.h"
#include "http/message.h"

namespace bashu::api {
namespace {

class Audited : public ClearingOfTwo {
 protected:
  [[nodiscard]] std::string of_window(const char* what) const {
    return "/clearing/" + http::percent_encode(window) + what;
  }
  [[nodiscard]] std::string document_of(const core::CaseId& id, const char* field) const {
    std::string sha256;
    sichuan.node->query([&](const core::State& state) {
      const Value* value = state.find_case(id)->data.find(field);
      sha256 = value ? sichuan.node->vault().unseal(*value).text_at("sha256") : "";
    });
    return "/documents/" + sha256 + "?case=" + http::percent_encode(id);
  }
};

TEST_F(Audited, EveryReadOfClearingAsksTheSameAuthority) {
  hand_over(clearing::compare(ours, theirs).differences);
  static constexpr std::array<const char*, 6> kKeys{"finance", "operator",  "clerk",
                                                    "auditor", "registrar", "admin"};
  const std::string of_book = "/clearing/" + http::percent_encode(book);
  const struct {
    std::string_view route;
    std::string path;
    std::array<int, kKeys.size()> status;  // as kKeys
  } rows[] = {
      {"/clearing", "/clearing", {200, 200, 200, 200, 200, 200}},
      {"/clearing", "/clearing?case=" + http::percent_encode(book), {200, 200, 404, 200, 404, 404}},
      {"/clearing/{id+}/draft",
       of_book + "/draft?until=2021-03-05",
       {200, 200, 404, 200, 404, 404}},
      {"/clearing/{id+}/differences", of_window("/differences"), {200, 200, 404, 200, 404, 404}},
      {"/clearing/{id+}/differences.csv",
       of_window("/differences.csv"),
       {200, 200, 404, 200, 404, 404}},
      // Not agreed on: whoever sees the window is told so.
      {"/clearing/{id+}/statement", of_window("/statement"), {422, 422, 404, 422, 404, 404}},
      {"/clearing/{id+}/split", of_window("/split"), {422, 422, 404, 422, 404, 404}},
      // Nothing to pay yet; a payment is made by offices only.
      {"/clearing/{id+}/order.xml",
       of_window("/order.xml?on=2026-03-02"),
       {422, 422, 404, 404, 404, 404}},
      // A book of bills has no taps; who sees it is told so.
      {"/clearing/{id+}/what-if", of_book + "/what-if?tariff=x", {422, 422, 404, 404, 404, 404}},
      {"/clearing/{id+}/tariff", of_book + "/tariff", {422, 422, 404, 422, 404, 404}},
      {"/clearing/{id+}/flows", of_book + "/flows", {200, 200, 404, 404, 404, 404}},
      {"/clearing/{id+}/flows.csv", of_book + "/flows.csv", {200, 200, 404, 404, 404, 404}},
      // The evidence that both sides have; what this side's batch is made of names persons.
      {"/documents", document_of(window, "first_sketch"), {200, 200, 404, 200, 404, 404}},
      {"/documents", document_of(window, "second_lines"), {200, 200, 404, 200, 404, 404}},
      {"/documents", document_of(window, "differences"), {200, 200, 404, 200, 404, 404}},
      {"/documents", document_of(batch, "file"), {200, 200, 404, 404, 404, 404}},
  };
  std::set<std::string_view> walked;
  for (const auto& row : rows) {
    walked.insert(row.route);
    for (std::size_t k = 0; k < kKeys.size(); ++k) {
      const Answer answer = get(kKeys[k], row.path);
      EXPECT_EQ(answer.status, row.status[k]) << kKeys[k] << ' ' << row.path << answer.raw;
    }
  }
  for (const Route& route : routes()) {
    const bool of_clearing = route.path.starts_with("/clearing");
    EXPECT_TRUE(!of_clearing || walked.contains(route.path)) << route.path;
  }
  const auto books = [&](const char* who) {
    return get(who, "/clearing").body.find("books")->as_list()->size();
  };
  EXPECT_EQ(books("auditor"), 1U);
  EXPECT_EQ(books("clerk"), 0U);
  EXPECT_EQ(books("admin"), 0U);
}

TEST_F(Audited, AnAuditorReadsBothSidesLinesAndItIsWrittenDown) {
  hand_over(clearing::compare(ours, theirs).differences);
  const Answer read = get("auditor", of_window("/differences"));
  const Answer offices = get("finance", of_window("/differences"));
  ASSERT_EQ(read.status, 200) << read.raw;
  EXPECT_EQ(read.raw, offices.raw);
  EXPECT_EQ(read.body.int_at("count"), 3);
  EXPECT_TRUE(read.body.find("window")->find("first"));
  EXPECT_TRUE(read.body.find("window")->find("second"));
  get("auditor", "/clearing");
  get("auditor", "/clearing/" + http::percent_encode(book) + "/draft?until=2021-03-05");
  const auto told = [&](const core::CaseId& about) {
    std::vector<std::string> out;
    for (const Value& line : accesses_of(sichuan.node->identity().dir, about, 10)) {
      out.push_back(line.text_at("principal") + " " + line.text_at("resource"));
    }
    std::ranges::reverse(out);
    return out;
  };
  EXPECT_EQ(told(window), std::vector{"key:auditor " + window + "/differences"});
  // A window's are those of its book as well.
  EXPECT_EQ(told(book),
            (std::vector{"key:auditor " + window + "/differences",
                         "key:auditor " + book + "/clearing", "key:auditor " + book + "/draft"}));
}

TEST_F(Audited, AnAuditorTakesNoStep) {
  hand_over(clearing::compare(ours, theirs).differences);
  http::Request request;
  request.method = "POST";
  request.target = "/api/v1/cases/" + http::percent_encode(window) + "/events/answer";
  request.headers = {{"Authorization", "Bearer secret-auditor"},
                     {"Content-Type", "application/json"}};
  request.body = R"({"role":"finance","with":{"second_answer":[]}})";
  EXPECT_EQ(answer_to(std::move(request)).status, 403);
}

}  // namespace
}  // namespace bashu::api
