// What a comparison came to is kept. What is asked and shown: core_test, e2e.claims.
#include "api/claims.h"

#include <gtest/gtest.h>

#include <string>

#include "base/bytes.h"
#include "evidence/envelope.h"

namespace bashu::api {
namespace {

TEST(Verdicts, AreComputedAgainWhenWhatTheyComeFromHasChanged) {
  Verdicts verdicts;
  int computed = 0;
  const auto found = [&](const Verdicts::Question& question, const Verdicts::From& from) {
    const core::Comparison one = verdicts.of(question, from, [&] {
      return core::Comparison{.shown = core::Shown::differs, .why = std::to_string(++computed)};
    });
    EXPECT_EQ(one.shown, core::Shown::differs);
    return one.why;
  };
  const Verdicts::From from{.shown_at = 9, .calendar = 1, .steps = 3};
  for (int looks = 0; looks < 3; ++looks) EXPECT_EQ(found({"a-1", 7}, from), "1");
  EXPECT_EQ(found({"a-2", 7}, from), "2") << "of another case, asked in the same entry";
  EXPECT_EQ(found({"a-1", 7}, {.shown_at = 10, .calendar = 1, .steps = 3}), "3");
  EXPECT_EQ(found({"a-1", 7}, {.shown_at = 10, .calendar = 2, .steps = 3}), "4");
  EXPECT_EQ(found({"a-1", 7}, {.shown_at = 10, .calendar = 2, .steps = 4}), "5");
  EXPECT_EQ(found({"a-1", 7}, {.shown_at = 10, .calendar = 2, .steps = 4}), "5");
  EXPECT_EQ(found({"a-2", 7}, from), "2");
  verdicts.forget({"a-2", 7});
  EXPECT_EQ(found({"a-2", 7}, from), "6");
}

// A journal from before settlements had a shape may hold what another signed like a verdict.
TEST(Verdicts, AreFoundByTheAskersNodeAlone) {
  const std::string step = "sha256:" + std::string(64, 'a');
  const auto found = [&](const std::string& by, const std::string& content) {
    const views::DisputeRow::Signed signature{
        .by = core::PartyId{by}, .content = content, .note = {}, .officer = {}};
    const auto act = found_by("sichuan", signature, step);
    return act ? std::string{act->word} : "nothing";
  };
  EXPECT_EQ(found("sichuan", "compared:differs:" + step), "differs");
  EXPECT_EQ(found("chongqing", "compared:agrees:" + step), "nothing") << "who was asked";
  EXPECT_EQ(found("guizhou", "compared:agrees:" + step), "nothing") << "a third";
  EXPECT_EQ(found("sichuan", "compared:agrees:sha256:other"), "nothing");
  EXPECT_EQ(found("sichuan", step), "nothing");
}

TEST(Shown, IsWhatAMessageOfItsKindSaysOfThisStep) {
  const std::string step = "sha256:" + std::string(64, 'a');
  const auto envelope = [&](const std::string& kind, Value::Record body) {
    const evidence::Payload payload{.from = "chongqing",
                                    .to = "sichuan",
                                    .channel = "chongqing.sichuan.main",
                                    .seq = 1,
                                    .issued = 1'790'000'000,
                                    .expiry = 1'790'086'400,
                                    .agreement = std::string(64, '0'),
                                    .pack = std::string(64, '0'),
                                    .kind = kind,
                                    .stream = {},
                                    .nonce = base64url(std::string(16, 'n')),
                                    .body = Value{std::move(body)}};
    return evidence::sign_envelope(evidence::payload_text(payload), "chongqing/envelope/1",
                                   std::string(64, 'k'))
        .text;
  };
  const Value::Record shown{{"case", "a-1"}, {"content", step}, {"shown", "[]"}};
  const auto read = [&](const std::string& text) { return shown_in(text, "a-1", step); };
  EXPECT_EQ(read(envelope("case.shown", shown)), "[]");
  EXPECT_EQ(read(envelope("case.settle", shown)), "") << "another kind";
  EXPECT_EQ(shown_in(envelope("case.shown", shown), "a-2", step), "") << "another case";
  EXPECT_EQ(shown_in(envelope("case.shown", shown), "a-1", "sha256:other"), "");
  Value::Record long_one = shown;
  long_one["shown"] = std::string((64U << 10) + 1, ' ');
  EXPECT_EQ(read(envelope("case.shown", long_one)), "");
  EXPECT_EQ(shown_in(std::nullopt, "a-1", step), "");
}

}  // namespace
}  // namespace bashu::api
