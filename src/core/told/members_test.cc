// Who acted stands beside what a body says: it is read, and changes nothing of what is said.
#include "core/told/members.h"

#include <gtest/gtest.h>

#include <string>

#include "core/told/erase.h"
#include "core/told/settle.h"
#include "core/told/settle_record.h"
#include "core/told/step.h"

namespace bashu::core::told {
namespace {

Value with_officer(Value body) {
  (*body.as_record())[std::string{kOfficer}] =
      Value::Record{{"id", "user:zhang"}, {"kid", "sichuan/command/1"}};
  return body;
}

Value step() {
  Step told;
  told.id = CaseId{"a-1"};
  told.version = 2;
  told.previous = "sha256:00";
  told.service = "parcel";
  told.event = "note";
  told.role = "clerk";
  told.from = "packed";
  told.on = *Date::parse("2026-03-02");
  return write(content(told), {}, 1);
}

TEST(Officer, IsNoPartOfWhatAStepSays) {
  EXPECT_EQ(step_digest(with_officer(step())), step_digest(step()));
  const auto read = read_step(with_officer(step()));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->officer, "user:zhang");
  EXPECT_EQ(read_step(step())->officer, "");
  // The voucher itself never comes so far.
  Value body = step();
  (*body.as_record())[std::string{kVoucher}] = Value{};
  EXPECT_FALSE(read_step(body).has_value());
}

TEST(Officer, IsReadBesideEveryShape) {
  const Settle settle{
      .id = CaseId{"a-1"}, .content = "sha256:" + std::string(64, '0'), .note = "agreed"};
  EXPECT_EQ(read_settle(with_officer(write(settle)))->officer, "user:zhang");
  EXPECT_EQ(read_settle(write(settle))->officer, "");
  const SettleRecord record{.reg = "road",
                            .key = "G5",
                            .keeper = PartyId{"a"},
                            .yields = PartyId{"b"},
                            .round = 1,
                            .content = "sha256:00",
                            .fields = {},
                            .note = "agreed"};
  EXPECT_TRUE(read_settle_record(with_officer(write(record))).has_value());
  Value other = write(record);
  (*other.as_record())["more"] = 1;
  EXPECT_FALSE(read_settle_record(with_officer(other)).has_value());
  const Erase erase{.number = 1,
                    .subject = "s",
                    .reason = "r",
                    .cases = {},
                    .records = {},
                    .keys = {"a-k1"},
                    .deadline = *Date::parse("2026-03-02")};
  EXPECT_TRUE(read_erase(with_officer(write(erase))).has_value());
}

TEST(Officer, IsVouchedForOnlyWhereThereIsAVoucher) {
  const Value body = Value::Record{{"case", "a-1"}};
  EXPECT_EQ(vouched_for(body, Value{}), body);
  const Value voucher = Value::Record{{"kid", "a/command/1"}};
  ASSERT_NE(vouched_for(body, voucher).find(kVoucher), nullptr);
  EXPECT_EQ(*vouched_for(body, voucher).find(kVoucher), voucher);
  EXPECT_EQ(officer_in(Value::Record{{"$officer", "user:zhang"}}), "") << "not by a bare word";
}

}  // namespace
}  // namespace bashu::core::told
