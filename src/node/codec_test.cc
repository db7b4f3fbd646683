// Every event to bytes and back, and the bytes of yesterday.
//
// Fields are found by reflection, so that a field added to core/event.h and forgotten in the codec
// fails here by itself.

#include "node/codec.h"

#include <boost/pfr.hpp>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/date.h"
#include "base/json.h"
#include "base/value.h"
#include "core/event.h"
#include "testing/checkout.h"

namespace bashu::node {
namespace {

using core::Event;

template <typename T>
struct IsVector : std::false_type {};
template <typename T>
struct IsVector<std::vector<T>> : std::true_type {};
template <typename T>
struct IsOptional : std::false_type {};
template <typename T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <typename T>
struct IsPair : std::false_type {};
template <typename A, typename B>
struct IsPair<std::pair<A, B>> : std::true_type {};
template <typename T>
concept TextMap = requires { typename T::mapped_type; } &&
                  std::derived_from<typename T::mapped_type, std::string>;

// Fills any event by its type. Numbers draw from `draw`: the larger the size, the larger all parts.
class Filler {
 public:
  explicit Filler(std::function<std::uint64_t(std::uint64_t bound)> draw)
      : draw_{std::move(draw)} {}

  template <typename T>
  T make() {
    if constexpr (std::derived_from<T, std::string>) {
      return T{text()};
    } else if constexpr (std::is_same_v<T, bool>) {
      return draw_(2) == 1;
    } else if constexpr (std::is_same_v<T, core::TaskKind>) {
      return static_cast<core::TaskKind>(1 + draw_(3));
    } else if constexpr (std::is_integral_v<T>) {
      return static_cast<T>(number());
    } else if constexpr (std::is_same_v<T, Date>) {
      return Date::from_days(static_cast<std::int32_t>(draw_(80'000)) - 20'000);
    } else if constexpr (std::is_same_v<T, Value>) {
      return value(3);
    } else if constexpr (TextMap<T>) {
      T map;
      for (std::uint64_t i = draw_(4); i > 0; --i) map[text()] = typename T::mapped_type{text()};
      return map;
    } else if constexpr (IsVector<T>::value) {
      T list;
      for (std::uint64_t i = draw_(5); i > 0; --i) list.push_back(make<typename T::value_type>());
      return list;
    } else if constexpr (IsOptional<T>::value) {
      if (draw_(2) == 0) return std::nullopt;
      return make<typename T::value_type>();
    } else if constexpr (IsPair<T>::value) {
      auto first = make<typename T::first_type>();
      return {std::move(first), make<typename T::second_type>()};
    } else {
      T made;
      boost::pfr::for_each_field(
          made, [&]<typename Field>(Field& field) { field = make<std::remove_cv_t<Field>>(); });
      return made;
    }
  }

  template <std::size_t I = 0>
  Event event(std::size_t which) {
    if constexpr (I + 1 < std::variant_size_v<Event>) {
      if (which > I) return event<I + 1>(which);
    }
    return make<std::variant_alternative_t<I, Event>>();
  }

 private:
  std::int64_t number() {
    switch (draw_(4)) {
      case 0:
        return static_cast<std::int64_t>(draw_(300));
      case 1:
        return -static_cast<std::int64_t>(draw_(300));
      case 2:
        return INT64_MAX - static_cast<std::int64_t>(draw_(3));
      default:
        return INT64_MIN + static_cast<std::int64_t>(draw_(3));
    }
  }
  std::string text() {
    static const std::vector<std::string> kTexts{
        "", "a", "sichuan", "成渝", std::string(1, '\0'), "\xff not UTF-8", std::string(300, 'x')};
    const std::uint64_t which = draw_(kTexts.size() + 3);
    return which < kTexts.size() ? kTexts[which] : "t" + std::to_string(draw_(40));
  }
  Value value(int depth) {
    switch (draw_(depth > 0 ? 6 : 4)) {
      case 0:
        return {};
      case 1:
        return draw_(2) == 1;
      case 2:
        return number();
      case 3:
        return text();
      case 4: {
        Value::List list;
        for (std::uint64_t i = draw_(4); i > 0; --i) list.push_back(value(depth - 1));
        return list;
      }
      default: {
        Value::Record record;
        for (std::uint64_t i = draw_(4); i > 0; --i) record[text()] = value(depth - 1);
        return record;
      }
    }
  }

  std::function<std::uint64_t(std::uint64_t)> draw_;
};

template <typename T>
bool same(const T& a, const T& b);
template <typename T>
bool same(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](const T& x, const T& y) { return same(x, y); });
}
template <typename T>
bool same(const T& a, const T& b) {
  if constexpr (std::equality_comparable<T>) {
    return a == b;
  } else {
    bool equal = true;
    boost::pfr::for_each_field(a, [&](const auto& field, auto i) {
      equal = equal && same(field, boost::pfr::get<decltype(i)::value>(b));
    });
    return equal;
  }
}

// As decode() gives it back: without the body, which the envelope holds.
Event as_kept(Event event) {
  if (auto* queued = std::get_if<core::MessageQueued>(&event)) queued->body = {};
  return event;
}
bool same_event(const Event& a, const Event& b) {
  return a.index() == b.index() && std::visit(
                                       [&](const auto& one) {
                                         using T = std::decay_t<decltype(one)>;
                                         return same(one, std::get<T>(b));
                                       },
                                       a);
}

Filler from_rapidcheck() {
  return Filler{[](std::uint64_t bound) { return *rc::gen::inRange<std::uint64_t>(0, bound); }};
}

RC_GTEST_PROP(Codec, EveryEventComesBackAsItWas, ()) {
  Filler filler = from_rapidcheck();
  std::vector<Event> events;
  const auto count = *rc::gen::inRange<std::size_t>(0, 4);
  for (std::size_t i = 0; i < count; ++i) {
    events.push_back(filler.event(*rc::gen::inRange<std::size_t>(0, std::variant_size_v<Event>)));
  }
  const std::string bytes = encode(events);
  const auto back = decode(bytes);
  RC_ASSERT(back.has_value());
  RC_ASSERT(back->size() == events.size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    RC_ASSERT(same_event(as_kept(events[i]), (*back)[i]));
  }
  RC_ASSERT(encode(events) == bytes);
  const Weight weight = weigh(events);
  RC_ASSERT(weight.bytes >= bytes.size());
}

TEST(Codec, EveryKindOfEventIsCovered) {
  std::mt19937_64 random{1};
  Filler filler{[&](std::uint64_t bound) { return random() % bound; }};
  for (std::size_t which = 0; which < std::variant_size_v<Event>; ++which) {
    for (int i = 0; i < 200; ++i) {
      const Event event = filler.event(which);
      ASSERT_EQ(event.index(), which);
      const auto back = decode(encode({event}));
      ASSERT_TRUE(back) << back.error();
      ASSERT_EQ(back->size(), 1U);
      ASSERT_TRUE(same_event(as_kept(event), back->front())) << "event " << which;
    }
  }
}

// A batch as feeds have it: few accounts, one shape of record.
core::FeedTaken feed(std::size_t lines) {
  core::FeedTaken event{.feed = "transit/tap", .lines = {}};
  for (std::size_t i = 0; i < lines; ++i) {
    const std::string terminal = "T" + std::to_string(i % 97);
    core::FeedLine line{.key = terminal + "/" + std::to_string(i),
                        .postings = {},
                        .records = {},
                        .content = static_cast<std::uint32_t>(i * 2'654'435'761U)};
    line.postings.push_back({.id = {},
                             .from = {.book = "transit/fares", .kind = "riders", .key = ""},
                             .to = {.book = "transit/fares", .kind = "owed", .key = terminal},
                             .amount = static_cast<std::int64_t>(200 + i % 400),
                             .on = Date::from_days(20'500)});
    event.lines.push_back(std::move(line));
  }
  return event;
}

TEST(Codec, FeedBatchesAreCompact) {
  const core::FeedTaken event = feed(8'192);
  const std::string bytes = encode({event});
  // Key and its size, account, amount, day, mark: about 24 bytes a line.
  EXPECT_LT(bytes.size(), 8'192U * 28);
  const auto back = decode(bytes);
  ASSERT_TRUE(back);
  EXPECT_TRUE(same_event(event, back->front()));
}

TEST(Codec, FeedRecordsOfSeveralShapesComeBack) {
  core::FeedTaken event = feed(100);
  for (std::size_t i = 0; i < event.lines.size(); ++i) {
    for (std::size_t j = 0; j < i % 4; ++j) {
      Value::Record fields{{"terminal", "T" + std::to_string(i)}};
      if (i % 3 == j) fields["seen"] = "2026-03-31";
      event.lines[i].records.push_back({.reg = "transit/terminal",
                                        .key = std::to_string(j),
                                        .keeper = "sichuan",
                                        .side = i % 2 ? "sichuan" : "chongqing",
                                        .fields = fields,
                                        .sided = {},
                                        .on = Date::from_days(20'000),
                                        .id = {},
                                        .sides = {}});
    }
  }
  const auto back = decode(encode({event}));
  ASSERT_TRUE(back) << back.error();
  EXPECT_TRUE(same_event(event, back->front()));
}

// Batches of 8,192 lines have to keep up with 300,000 lines a second beside all else; in a debug
// build only that it is not absurdly slow is a sound thing to ask.
TEST(Codec, EncodesFeedsFast) {
  const core::FeedTaken event = feed(8'192);
  const std::vector<Event> events{event};
  const auto start = std::chrono::steady_clock::now();
  std::size_t bytes = 0;
  constexpr int kRounds = 20;
  for (int i = 0; i < kRounds; ++i) bytes += encode(events).size();
  const auto encoded = std::chrono::steady_clock::now();
  const std::string once = encode(events);
  for (int i = 0; i < kRounds; ++i) bytes += decode(once)->size();
  const auto decoded = std::chrono::steady_clock::now();
  const auto rate = [](auto span) {
    return 8'192.0 * kRounds / std::chrono::duration<double>(span).count();
  };
  std::cout << "lines encoded a second: " << static_cast<long>(rate(encoded - start))
            << ", decoded: " << static_cast<long>(rate(decoded - encoded)) << " (" << bytes
            << " bytes in all)\n";
  EXPECT_GT(rate(encoded - start), 100'000);
}

TEST(Codec, BadBytesAreRefused) {
  const std::string good = encode({feed(50)});
  EXPECT_FALSE(decode("\xff\xff\xff"));
  EXPECT_FALSE(decode(good.substr(0, good.size() - 1)));
  std::mt19937_64 random{7};
  for (int i = 0; i < 20'000; ++i) {
    std::string bad = good;
    for (std::uint64_t n = 1 + random() % 3; n > 0; --n) {
      bad[random() % bad.size()] = static_cast<char>(random());
    }
    // Whatever it says, it is either refused or a decision that can be written again.
    const auto events = decode(bad);
    EXPECT_TRUE(!events || decode(encode(*events)));
  }
}

TEST(Codec, ValuesOfTheLimitsDepthComeBack) {
  Value deep{"core"};
  for (int i = 1; i < kValueDepthMax; ++i) deep = Value::List{std::move(deep)};
  core::CaseChanged event{};
  event.input = deep;
  EXPECT_EQ(weigh({event}).depth, kValueDepthMax);
  const auto back = decode(encode({event}));
  ASSERT_TRUE(back) << back.error();
  EXPECT_EQ(std::get<core::CaseChanged>(back->front()).input, deep);
  event.input = Value::List{std::move(deep)};
  EXPECT_FALSE(decode(encode({event})));
}

TEST(Codec, GenesisComesBack) {
  Genesis genesis{.party = "sichuan",
                  .origin = "sichuan.example/bashu/2",
                  .predecessor = "sichuan.example/bashu/1",
                  .predecessor_size = 17,
                  .predecessor_root = sha256("root")};
  EXPECT_EQ(decode_genesis(encode(genesis)), genesis);
  EXPECT_EQ(decode(encode(genesis))->size(), 0U);
  EXPECT_FALSE(decode_genesis(encode({core::DayBegun{}})));
}

// What an event says, field by field: by number in the order of core/event.h, empty ones left out,
// so that a field added at the end changes nothing for events without it.
class Teller {
 public:
  std::string text;

  template <typename T>
  void tell(const std::string& path, const T& item) {
    if constexpr (std::derived_from<T, std::string>) {
      if (!item.empty()) line(path, quoted(item));
    } else if constexpr (std::is_enum_v<T>) {
      line(path, std::to_string(static_cast<int>(item)));
    } else if constexpr (std::is_integral_v<T>) {
      if (item != T{}) line(path, std::to_string(item));
    } else if constexpr (std::is_same_v<T, Date>) {
      if (item != T{}) line(path, std::to_string(item.days()) + " days");
    } else if constexpr (std::is_same_v<T, Value>) {
      tell_value(path, item);
    } else if constexpr (TextMap<T>) {
      for (const auto& [name, value] : item) line(path + "[" + quoted(name) + "]", quoted(value));
    } else if constexpr (IsVector<T>::value) {
      for (std::size_t i = 0; i < item.size(); ++i) {
        line(path + "[" + std::to_string(i) + "]", "");
        tell(path + "[" + std::to_string(i) + "]", item[i]);
      }
    } else if constexpr (IsOptional<T>::value) {
      if (item) {
        line(path, "set");
        tell(path + "*", *item);
      }
    } else if constexpr (IsPair<T>::value) {
      tell(path + ".1", item.first);
      tell(path + ".2", item.second);
    } else {
      boost::pfr::for_each_field(item, [&](const auto& field, auto i) {
        tell(path + "." + std::to_string(decltype(i)::value + 1), field);
      });
    }
  }

 private:
  void line(const std::string& path, const std::string& says) {
    text += path + (says.empty() ? "" : " = " + says) + "\n";
  }
  static std::string quoted(const std::string& raw) {
    std::string out = "\"";
    for (const char c : raw) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte < 0x20 || byte >= 0x7f || c == '"' || c == '\\') {
        out += "\\x" + hex(std::string{c});
      } else {
        out += c;
      }
    }
    return out + "\"";
  }
  void tell_value(const std::string& path, const Value& value) {
    if (const bool* flag = value.as_bool()) return line(path, *flag ? "true" : "false");
    if (const std::int64_t* number = value.as_int()) return line(path, std::to_string(*number));
    if (const std::string* words = value.as_text()) return line(path, quoted(*words));
    if (const Value::List* list = value.as_list()) {
      line(path, "list of " + std::to_string(list->size()));
      for (std::size_t i = 0; i < list->size(); ++i) {
        tell_value(path + "[" + std::to_string(i) + "]", (*list)[i]);
      }
    }
    if (const Value::Record* record = value.as_record()) {
      line(path, "record of " + std::to_string(record->size()));
      for (const auto& [name, item] : *record) tell_value(path + "[" + quoted(name) + "]", item);
    }
  }
};

std::string told(const std::vector<Event>& events) {
  Teller teller;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const std::string path = std::to_string(i) + ": " + std::to_string(events[i].index() + 1);
    teller.text += path + "\n";
    std::visit([&](const auto& one) { teller.tell(path, one); }, events[i]);
  }
  return teller.text;
}

std::string content(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

// Bytes in tests/data/golden were written once and stay readable for ever: event-N.bin means what
// event-N.txt tells. BASHU_WRITE_GOLDEN=1 writes those that are missing.
TEST(Codec, GoldenFilesOfEveryEventStillMeanTheSame) {
  const std::filesystem::path folder = checkout("tests/data/golden");
  const bool write = ::secure_getenv("BASHU_WRITE_GOLDEN") != nullptr;
  for (std::size_t which = 0; which < std::variant_size_v<Event>; ++which) {
    const std::string stem = "event-" + std::to_string(which + 1);
    const auto bytes_file = folder / (stem + ".bin"), text_file = folder / (stem + ".txt");
    if (write && !std::filesystem::exists(bytes_file)) {
      std::mt19937_64 random{1000 + which};
      Filler filler{[&](std::uint64_t bound) { return random() % bound; }};
      std::vector<Event> events;
      for (int i = 0; i < 3; ++i) events.push_back(as_kept(filler.event(which)));
      std::filesystem::create_directories(folder);
      std::ofstream{bytes_file, std::ios::binary} << encode(events);
      std::ofstream{text_file, std::ios::binary} << told(events);
    }
    ASSERT_TRUE(std::filesystem::exists(bytes_file)) << bytes_file << " is missing";
    const std::string bytes = content(bytes_file);
    const auto back = decode(bytes);
    ASSERT_TRUE(back) << bytes_file << ": " << back.error();
    ASSERT_FALSE(back->empty());
    EXPECT_EQ(told(*back), content(text_file)) << bytes_file;
    EXPECT_EQ(encode(*back), bytes) << bytes_file << ": one decision has one encoding";
  }
}

}  // namespace
}  // namespace bashu::node
