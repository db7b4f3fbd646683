#include "base/value.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "base/error.h"
#include "base/title.h"

namespace bashu {
namespace {

TEST(Value, KeepsTheTypesApart) {
  EXPECT_TRUE(Value{}.is_null());
  EXPECT_NE(Value{1}, Value{true});
  EXPECT_NE(Value{0}, Value{});
  EXPECT_NE(Value{"1"}, Value{1});
  EXPECT_NE(Value{Value::List{}}, Value{Value::Record{}});
  EXPECT_EQ(Value{std::uint8_t{7}}, Value{std::int64_t{7}});
  EXPECT_NE(Value{"text"}.as_text(), nullptr);  // not a bool
  EXPECT_EQ(Value{"text"}.as_bool(), nullptr);
}

TEST(Value, FindsMembersOfRecordsOnly) {
  const Value record{Value::Record{{"name", "川"}, {"count", 3}}};
  EXPECT_EQ(record.text_at("name"), "川");
  EXPECT_EQ(record.text_at("count", "none"), "none");
  EXPECT_EQ(record.int_at("count"), 3);
  EXPECT_EQ(record.int_at("name", -1), -1);
  EXPECT_EQ(record.find("other"), nullptr);
  EXPECT_EQ(Value{"name"}.find("name"), nullptr);
}

TEST(Title, FallsBackToEnglishAndThenToAny) {
  const Title both{{"en", "Mass"}, {"zh", "重量"}};
  EXPECT_EQ(in_language(both, "zh"), "重量");
  EXPECT_EQ(in_language(both, "fr"), "Mass");
  EXPECT_EQ(in_language({{"zh", "重量"}}, "en"), "重量");
  EXPECT_EQ(in_language({}, "en"), "");
}

TEST(Reject, CarriesWhatItWasGiven) {
  const Reject plain = reject(RejectCode::role);
  EXPECT_TRUE(plain.why.empty());
  const Reject full = reject(RejectCode::form, "with.mass", "too heavy", "过重");
  EXPECT_EQ(full.where, "with.mass");
  EXPECT_EQ(full.why, (std::vector<Title>{{{"en", "too heavy"}, {"zh", "过重"}}}));
}

// The numbers are on the wire and the names are in the API: neither may change.
TEST(Reject, NamesEveryCode) {
  EXPECT_STREQ(reject_name(RejectCode::unknown_case), "unknown_case");
  EXPECT_STREQ(reject_name(RejectCode::conflict), "conflict");
  EXPECT_EQ(static_cast<int>(RejectCode::elsewhere), 26);
  for (int code = 1; code <= 26; ++code) {
    EXPECT_STRNE(reject_name(static_cast<RejectCode>(code)), "unknown") << code;
  }
  EXPECT_STREQ(reject_name(static_cast<RejectCode>(999)), "unknown");
}

}  // namespace
}  // namespace bashu
