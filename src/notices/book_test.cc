// What is kept of subscriptions and letters, and how often which letter leaves.
#include "notices/book.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "notices/post.h"

namespace bashu::notices {
namespace {

constexpr std::int64_t kMinute = 60'000, kHour = 60 * kMinute, kDay = 24 * kHour;

class ABook : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = Book::open(":memory:");
    ASSERT_TRUE(opened) << opened.error().what;
    book_ = std::move(*opened);
  }
  void confirmed(const std::string& person) {
    ++now_;
    ASSERT_TRUE(
        book_->subscribe({.person = person, .address = person + "@mail.example", .language = "en"},
                         "12345678", "hash", now_));
    const auto code = book_->due(now_);
    ASSERT_TRUE(code);
    book_->sent(code->no, now_);
    ASSERT_TRUE(book_->confirm(person, "hash", now_));
  }
  void add(const std::string& person, const std::string& key) {
    ASSERT_TRUE(book_->advance(book_->mark() + 1, 0, [&] {
      book_->add(person, Kind::state, "sichuan-1", {}, key, now_);
    }));
  }
  int all_that_leave() {
    int count = 0;
    for (auto letter = book_->due(now_); letter; letter = book_->due(now_)) {
      book_->sent(letter->no, now_);
      ++count;
    }
    return count;
  }

  std::unique_ptr<Book> book_;
  std::int64_t now_ = 1'790'000'000'000;
};

TEST_F(ABook, NothingButTheCodeGoesToAnAddressThatIsNotProved) {
  ASSERT_TRUE(book_->subscribe({.person = "ann", .address = "a@b.example", .language = "zh"},
                               "87654321", "hash", now_));
  add("ann", "sichuan-1#2");
  const auto code = book_->due(now_);
  ASSERT_TRUE(code);
  EXPECT_EQ(code->kind, Kind::code);
  EXPECT_EQ(code->about, "87654321");
  EXPECT_EQ(all_that_leave(), 1);
  EXPECT_EQ(book_->confirm("ann", "other", now_), std::unexpected{NotNow::wrong_code});
  EXPECT_EQ(book_->confirm("ann", "hash", now_ + kHour), std::unexpected{NotNow::no_code});
  EXPECT_TRUE(book_->confirm("ann", "hash", now_ + kMinute));
  EXPECT_EQ(book_->confirm("ann", "hash", now_ + kMinute), std::unexpected{NotNow::no_code});
  EXPECT_EQ(all_that_leave(), 1);
}

TEST_F(ABook, ACodeIsTriedFiveTimesAndSentThriceAnHour) {
  const auto subscribe = [&] {
    return book_->subscribe({.person = "ann", .address = "a@b.example", .language = "en"}, "1", "h",
                            now_);
  };
  ASSERT_TRUE(subscribe());
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(book_->confirm("ann", "x", now_));
  EXPECT_EQ(book_->confirm("ann", "h", now_), std::unexpected{NotNow::no_code});
  ++now_;
  ASSERT_TRUE(subscribe());
  EXPECT_TRUE(book_->confirm("ann", "h", now_));
  ++now_;
  ASSERT_TRUE(subscribe());
  EXPECT_FALSE(book_->find("ann")->confirmed) << "another address is to be proved anew";
  ++now_;
  EXPECT_EQ(subscribe(), std::unexpected{NotNow::too_many});
  now_ += kHour;
  EXPECT_TRUE(subscribe());
}

TEST_F(ABook, ALetterIsThereOnceAndEndsWithItsSubscription) {
  confirmed("ann");
  add("ann", "sichuan-1#2");
  add("ann", "sichuan-1#2");
  add("ann", "sichuan-1#3");
  EXPECT_EQ(all_that_leave(), 2);
  add("ann", "sichuan-1#2");
  EXPECT_EQ(all_that_leave(), 0);
  add("ann", "sichuan-1#4");
  book_->end("ann");
  EXPECT_FALSE(book_->find("ann"));
  EXPECT_EQ(all_that_leave(), 0);
  confirmed("ann");
  EXPECT_EQ(all_that_leave(), 0) << "what waited for the address before";
}

TEST_F(ABook, WhatIsRefusedIsTriedLaterAndNotForEver) {
  confirmed("ann");
  add("ann", "k");
  const std::int64_t begun = now_;
  int tries = 0;
  std::int64_t waited = 0;
  for (; now_ < begun + 5 * kDay; now_ += kMinute) {
    const auto letter = book_->due(now_);
    if (!letter) continue;
    waited = now_;
    ++tries;
    book_->failed(letter->no, false, now_);
  }
  EXPECT_GT(tries, 70);
  EXPECT_LT(tries, 90) << "an hour apart at last";
  EXPECT_LE(waited, begun + 3 * kDay + kHour + kMinute);
  add("ann", "other");
  book_->failed(book_->due(now_)->no, true, now_);
  EXPECT_FALSE(book_->due(now_ + kDay)) << "for good";
}

TEST_F(ABook, APersonHasTwentyADay) {
  confirmed("ann");
  confirmed("bob");
  for (int i = 0; i < 30; ++i) add("ann", std::to_string(i));
  add("bob", "0");
  EXPECT_EQ(all_that_leave(), 19 + 1) << "her code was one";
  now_ += kDay + 1;
  EXPECT_EQ(all_that_leave(), 11);
}

TEST(Address, IsOneThatAMailCanGoTo) {
  for (const char* good : {"a@b.example", "first.last+x@mail.sichuan.example", "x@[127.0.0.1]"}) {
    EXPECT_TRUE(is_address(good)) << good;
  }
  const std::string letters(300, 'a');
  for (const std::string& bad :
       {std::string{}, std::string{"a"}, std::string{"@b.example"}, std::string{"a@b"},
        std::string{"a@b@c.example"}, std::string{"a b@c.example"},
        std::string{"a@b.example\r\nBcc: x"}, std::string{"<a@b.example>"},
        std::string{"a@.example"}, std::string{"a@b.example,c@d.example"}, letters + "@b.example",
        std::string{"\xE5\xBC\xA0@b.example"}}) {
    EXPECT_FALSE(is_address(bad)) << bad;
  }
}

}  // namespace
}  // namespace bashu::notices
