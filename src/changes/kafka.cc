#include <librdkafka/rdkafkacpp.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "base/try.h"
#include "changes/sink.h"

namespace bashu::changes {

namespace {

using Clock = std::chrono::steady_clock;

std::unexpected<Fault> fault(const KafkaOptions& options, const std::string& why) {
  return std::unexpected{
      Fault{.what = "kafka " + options.brokers + ", topic " + options.topic + ": " + why}};
}

std::expected<std::unique_ptr<RdKafka::Conf>, Fault> settings_of(
    const KafkaOptions& options, std::map<std::string, std::string> ours) {
  std::unique_ptr<RdKafka::Conf> conf{RdKafka::Conf::create(RdKafka::Conf::CONF_GLOBAL)};
  ours["bootstrap.servers"] = options.brokers;
  ours["log_level"] = "2";  // what concerns us comes back as an error
  for (const auto* settings : {&options.settings, &std::as_const(ours)}) {
    for (const auto& [name, value] : *settings) {
      std::string why;
      if (conf->set(name, value, why) != RdKafka::Conf::CONF_OK) return fault(options, why);
    }
  }
  return conf;
}

std::optional<std::string> header(RdKafka::Message& message, const std::string& name) {
  const RdKafka::Headers* headers = message.headers();
  if (!headers) return std::nullopt;
  const RdKafka::Headers::Header found = headers->get_last(name);
  if (found.err() != RdKafka::ERR_NO_ERROR || !found.value()) return std::nullopt;
  return std::string{static_cast<const char*>(found.value()), found.value_size()};
}

// The newest message of a partition that was not taken back: transactions leave marks that look
// like messages, so one looks further and further back.
class Newest {
 public:
  Newest(const KafkaOptions& options, RdKafka::KafkaConsumer& consumer)
      : options_{options}, consumer_{consumer} {}

  // Its position; none: the partition holds no message.
  std::expected<std::optional<std::uint64_t>, Fault> of(std::int32_t partition,
                                                        const std::string& origin) {
    std::int64_t low = 0;
    std::int64_t high = 0;
    const auto asked = consumer_.query_watermark_offsets(options_.topic, partition, &low, &high,
                                                         options_.patience_ms);
    if (asked != RdKafka::ERR_NO_ERROR) return fault(options_, RdKafka::err2str(asked));
    for (std::int64_t back = 64; high > low; back *= 8) {
      const std::int64_t from = std::max(low, high - back);
      BASHU_TRY(const std::optional<std::uint64_t> found, last_from(partition, from, origin));
      if (found || from == low) return found;
    }
    return std::nullopt;
  }

 private:
  std::expected<std::optional<std::uint64_t>, Fault> last_from(std::int32_t partition,
                                                               std::int64_t from,
                                                               const std::string& origin) {
    const std::unique_ptr<RdKafka::TopicPartition> place{
        RdKafka::TopicPartition::create(options_.topic, partition, from)};
    std::vector<RdKafka::TopicPartition*> places{place.get()};
    if (const auto set = consumer_.assign(places); set != RdKafka::ERR_NO_ERROR) {
      return fault(options_, RdKafka::err2str(set));
    }
    std::optional<std::uint64_t> last;
    const auto until = Clock::now() + std::chrono::milliseconds{options_.patience_ms};
    while (Clock::now() < until) {
      const std::unique_ptr<RdKafka::Message> message{consumer_.consume(200)};
      if (message->err() == RdKafka::ERR__PARTITION_EOF) return last;
      if (message->err() == RdKafka::ERR__TIMED_OUT) continue;
      if (message->err() != RdKafka::ERR_NO_ERROR) return fault(options_, message->errstr());
      const auto whose = header(*message, "origin");
      const auto position = header(*message, "position");
      std::uint64_t number = 0;
      if (!whose || *whose != origin || !position ||
          std::from_chars(position->data(), position->data() + position->size(), number).ec !=
              std::errc{}) {
        return fault(options_, "the topic holds messages that are not of this journal's feed");
      }
      last = number;
    }
    return fault(options_, "no end of the partition was told in time");
  }

  const KafkaOptions& options_;
  RdKafka::KafkaConsumer& consumer_;
};

class Kafka final : public Sink {
 public:
  Kafka(KafkaOptions options, std::string origin)
      : options_{std::move(options)}, origin_{std::move(origin)} {}

  std::expected<void, Fault> begin() {
    BASHU_TRY(auto conf, settings_of(options_, {{"transactional.id", "bashu-feed-" + origin_},
                                                {"enable.idempotence", "true"},
                                                {"linger.ms", "5"}}));
    std::string why;
    producer_.reset(RdKafka::Producer::create(conf.get(), why));
    if (!producer_) return fault(options_, why);
    // From here on whoever fed this topic before is fenced, and what it left open is taken back:
    // only now is the end of the topic known.
    BASHU_TRY_OK(done(producer_->init_transactions(options_.patience_ms)));
    return find_end();
  }

  [[nodiscard]] std::uint64_t next() const override { return next_; }

  std::expected<void, Fault> put(const Change& change) override {
    if (change.position != next_) {
      return fault(options_, "entry " + std::to_string(change.position) + " came in place of " +
                                 std::to_string(next_));
    }
    if (!std::exchange(open_, true)) BASHU_TRY_OK(done(producer_->begin_transaction()));
    std::string key;
    for (const Change::Event& event : change.events) {
      if (key.empty()) key = event.key;
    }
    const auto until = Clock::now() + std::chrono::milliseconds{options_.patience_ms};
    for (;;) {
      // The producer takes the headers only if it takes the message.
      std::unique_ptr<RdKafka::Headers> headers{RdKafka::Headers::create()};
      headers->add("position", std::to_string(change.position));
      headers->add("origin", origin_);
      const auto sent = producer_->produce(
          options_.topic, RdKafka::Topic::PARTITION_UA, RdKafka::Producer::RK_MSG_COPY,
          const_cast<char*>(change.json.data()), change.json.size(), key.data(), key.size(),
          change.time_ms, headers.get(), nullptr);
      if (sent == RdKafka::ERR_NO_ERROR) {
        (void)headers.release();
        break;
      }
      if (sent != RdKafka::ERR__QUEUE_FULL || Clock::now() > until) {
        return failed(sent, RdKafka::err2str(sent));
      }
      producer_->poll(50);
    }
    producer_->poll(0);
    ++next_;
    return {};
  }

  std::expected<void, Fault> keep() override {
    if (!std::exchange(open_, false)) return {};
    return done(producer_->commit_transaction(options_.patience_ms));
  }

 private:
  std::expected<void, Fault> done(RdKafka::Error* told) {
    const std::unique_ptr<RdKafka::Error> error{told};
    if (!error) return {};
    if (error->txn_requires_abort()) {
      const std::unique_ptr<RdKafka::Error> ignored{
          producer_->abort_transaction(options_.patience_ms)};
    }
    return failed(error->code(), error->str());
  }

  std::unexpected<Fault> failed(RdKafka::ErrorCode code, std::string why) {
    if (code == RdKafka::ERR__FATAL) code = producer_->fatal_error(why);
    if (code == RdKafka::ERR__FENCED) why = "another feed of this journal has taken over";
    return fault(options_, why);
  }

  std::expected<void, Fault> find_end() {
    RdKafka::Metadata* told = nullptr;
    std::string why;
    const std::unique_ptr<RdKafka::Topic> topic{
        RdKafka::Topic::create(producer_.get(), options_.topic, nullptr, why)};
    if (!topic) return fault(options_, why);
    const auto asked = producer_->metadata(false, topic.get(), &told, options_.patience_ms);
    const std::unique_ptr<RdKafka::Metadata> metadata{told};
    if (asked != RdKafka::ERR_NO_ERROR) return fault(options_, RdKafka::err2str(asked));
    if (metadata->topics()->empty() || metadata->topics()->front()->partitions()->empty()) {
      return fault(options_, "there is no such topic; make it first");
    }
    BASHU_TRY(auto conf, settings_of(options_, {{"group.id", "bashu-feed-" + origin_},
                                                {"enable.auto.commit", "false"},
                                                {"enable.partition.eof", "true"},
                                                {"isolation.level", "read_committed"}}));
    const std::unique_ptr<RdKafka::KafkaConsumer> consumer{
        RdKafka::KafkaConsumer::create(conf.get(), why)};
    if (!consumer) return fault(options_, why);
    Newest newest{options_, *consumer};
    for (const auto* partition : *metadata->topics()->front()->partitions()) {
      BASHU_TRY(const auto last, newest.of(partition->id(), origin_));
      if (last) next_ = std::max(next_, *last + 1);
    }
    consumer->close();
    return {};
  }

  KafkaOptions options_;
  std::string origin_;
  std::unique_ptr<RdKafka::Producer> producer_;
  bool open_ = false;
  std::uint64_t next_ = 0;
};

}  // namespace

std::expected<std::unique_ptr<Sink>, Fault> open_kafka(const KafkaOptions& options,
                                                       const std::string& origin) {
  auto kafka = std::make_unique<Kafka>(options, origin);
  if (auto begun = kafka->begin(); !begun) return std::unexpected{begun.error()};
  return kafka;
}

}  // namespace bashu::changes
