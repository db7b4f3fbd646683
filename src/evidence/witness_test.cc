#include "evidence/witness.h"

#include <gtest/gtest.h>

#include <set>

#include "evidence/fixture.h"

namespace bashu::evidence {
namespace {

using fixture::number;
using fixture::text;

TEST(Witness, CosignsGrowthAndNothingElse) {
  const Value given = fixture::vectors("witness");
  const fixture::VerifierKey log_key = fixture::read_verifier_key(text(given, "log_vkey"));
  const std::string name = fixture::read_verifier_key(text(given, "witness_vkey")).name;
  WitnessedLog log{.keys = {log_key.public_key}, .size = 0, .root = empty_root()};
  std::set<std::string> alarms;
  int steps = 0;
  for (const Value& step : fixture::list(given, "steps")) {
    const WitnessVerdict verdict = check_add_checkpoint(
        text(step, "request"), [&](std::string_view origin) -> const WitnessedLog* {
          return origin == log_key.name ? &log : nullptr;
        });
    EXPECT_EQ(verdict.status, number(step, "status")) << text(step, "step");
    if (verdict.status == 200) {
      log.size = verdict.checkpoint.size;
      log.root = verdict.checkpoint.root;
      EXPECT_EQ(verdict.origin, log_key.name);
      EXPECT_EQ(cosignature_line(verdict.checkpoint.body, name,
                                 static_cast<std::uint64_t>(number(step, "time")),
                                 fixture::key("chongqing/wit/1").secret_key),
                text(step, "answer"));
      EXPECT_TRUE(text(step, "request").ends_with(verdict.note));
    } else {
      EXPECT_EQ(verdict.media_type, text(step, "media_type")) << text(step, "step");
      EXPECT_EQ(verdict.answer, text(step, "answer")) << text(step, "step");
    }
    if (verdict.alarm) alarms.insert(text(step, "step"));
    ++steps;
  }
  EXPECT_EQ(steps, 13);
  EXPECT_EQ(log.size, 9u);
  EXPECT_EQ(alarms,
            (std::set<std::string>{"same size, other root", "forked history", "proof missing"}));
}

TEST(Witness, ReadsTheRequestsOfALog) {
  fixture::Log log{fixture::kSichuanLog, "sichuan/log/1"};
  log.commit(1, {{.kind = "genesis"}, {.kind = "local"}, {.kind = "local"}});
  const Hash old_root = root(log.nodes, 3);
  log.commit(2, {{.kind = "local"}, {.kind = "local"}});
  const std::string note = sign_checkpoint(log.origin, 5, root(log.nodes, 5), log.secret_key);
  const WitnessedLog known{
      .keys = {fixture::key("sichuan/log/1").public_key}, .size = 3, .root = old_root};
  const auto check = [&](const std::string& request) {
    return check_add_checkpoint(request, [&](std::string_view) { return &known; }).status;
  };
  EXPECT_EQ(check(add_checkpoint_request(3, consistency_proof(log.nodes, 3, 5), note)), 200);
  EXPECT_EQ(check(add_checkpoint_request(3, {}, note)), 422);
  EXPECT_EQ(check(add_checkpoint_request(3, std::vector<Hash>(64), note)), 400);
  EXPECT_EQ(check("old 3\n" + note), 400);
  EXPECT_EQ(check(""), 400);
}

}  // namespace
}  // namespace bashu::evidence
