#include "evidence/bundle.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <zip.h>

#include <map>

#include "evidence/fixture.h"
#include "evidence/witness.h"

namespace bashu::evidence {
namespace {

using fixture::text;

std::vector<std::string> report(const std::vector<ProvenMessage>& messages) {
  std::vector<std::string> lines;
  for (const ProvenMessage& message : messages) lines.push_back(report_line(message));
  return lines;
}
std::string verdict(std::string_view zip) {
  const auto verified = verify_bundle(zip, fixture::agreement_id());
  return verified ? std::string{"verified"} : verified.error().code;
}
const std::string& good() {
  static const std::string zip = fixture::read_vector_file("dispute-bundle.zip");
  return zip;
}
BundleFiles unzip(const std::string& zip) {
  zip_error_t error;
  zip_t* archive = zip_open_from_source(zip_source_buffer_create(zip.data(), zip.size(), 0, &error),
                                        ZIP_RDONLY, &error);
  BundleFiles files;
  for (zip_int64_t i = 1; i < zip_get_num_entries(archive, 0); ++i) {
    zip_stat_t stat;
    zip_stat_index(archive, static_cast<zip_uint64_t>(i), 0, &stat);
    zip_file_t* file = zip_fopen_index(archive, static_cast<zip_uint64_t>(i), 0);
    std::string data(stat.size, '\0');
    zip_fread(file, data.data(), data.size());
    zip_fclose(file);
    files.emplace(stat.name, std::move(data));
  }
  zip_discard(archive);
  return files;
}

TEST(Bundle, IsVerifiedWithTheReportOfTheVectors) {
  const Value given = fixture::vectors("bundle");
  EXPECT_EQ(fixture::unbase64(text(given, "bundle_base64")), good());
  const auto verified = verify_bundle(good(), text(given, "agreement_id"));
  ASSERT_TRUE(verified);
  EXPECT_EQ(report(*verified), fixture::texts(fixture::list(given, "report")));
  ASSERT_EQ(verified->size(), 2u);
  EXPECT_TRUE(verified->front().quorum_met);
  EXPECT_FALSE(verify_bundle(good(), std::string(64, '0')));
}

TEST(Bundle, IsRefusedWhenBroken) {
  int cases = 0;
  const Value vector_file = fixture::vectors("bundle");
  for (const auto& [name, row] : fixture::record(vector_file, "refused")) {
    EXPECT_EQ(verdict(fixture::unbase64(text(row, "bundle_base64"))), text(row, "code")) << name;
    ++cases;
  }
  EXPECT_EQ(cases, 5);
}

TEST(Bundle, EqualContentGivesEqualBytes) {
  const BundleFiles files = unzip(good());
  ASSERT_EQ(files.size(), 12u);
  EXPECT_EQ(make_bundle(files), good());
}

TEST(Bundle, AMessageWithoutReceiptIsReportedNotRefused) {
  BundleFiles files = unzip(good());
  files.erase(bundle_receipt(fixture::kChannel, 2));
  const auto verified = verify_bundle(make_bundle(files), fixture::agreement_id());
  ASSERT_TRUE(verified);
  EXPECT_TRUE(verified->at(0).receipt);
  EXPECT_FALSE(verified->at(1).receipt);
  EXPECT_TRUE(report_line(verified->at(1)).ends_with("signed by sichuan/env/1"));
}

TEST(Bundle, ChecksTheLogsItHolds) {
  const BundleFiles files = unzip(good());
  const auto first = verify_bundle(good(), fixture::agreement_id())->at(0).receipt->checkpoint;
  fixture::Receiver receiver;
  for (std::int64_t seq = 1; seq <= 2; ++seq)
    receiver.receive(files.at(bundle_message(fixture::kChannel, static_cast<std::uint64_t>(seq))),
                     "sichuan", fixture::kChannel, fixture::kNow);
  receiver.log.commit(fixture::kNow * 1000, {{.kind = "local"}, {.kind = "local"}});
  fixture::Log& log = receiver.log;
  ASSERT_EQ(first.root, root(log.nodes, first.size));
  const auto with = [&](const std::string& name, const std::string& data) {
    BundleFiles more = files;
    more[name] = data;
    return verdict(make_bundle(more));
  };
  const auto note = [&](std::uint64_t size, const Hash& hash) {
    return sign_checkpoint(log.origin, size, hash, log.secret_key);
  };
  const Hash newest = root(log.nodes, log.size);
  EXPECT_EQ(log.size, 9u);
  EXPECT_EQ(with("checkpoints/9.note", note(9, newest)), "verified");
  EXPECT_EQ(with("checkpoints/8.note", note(9, newest)), "bundle-names");
  EXPECT_EQ(with("checkpoints/6.note", note(6, newest)), "consistency");
  const std::vector<Hash> path = consistency_proof(log.nodes, 6, 9);
  const std::string proof = add_checkpoint_request(6, path, note(9, newest));
  EXPECT_EQ(with("consistency/6-9.txt", proof), "verified");
  EXPECT_EQ(with("consistency/6-8.txt", proof), "bundle-names");
  EXPECT_EQ(with("consistency/5-9.txt", proof), "consistency");
  EXPECT_EQ(with("consistency/6-9.txt", add_checkpoint_request(6, path, note(9, first.root))),
            "consistency");
  EXPECT_EQ(with("packs/" + fixture::pack() + ".json", "BASHU TEST PACK"), "verified");
  EXPECT_EQ(with("packs/" + fixture::pack() + ".json", "another pack"), "bundle-names");
}

TEST(Bundle, ARevokedLogKeyCountsOnlyWithAnEarlierCosignature) {
  const auto with_revocation = [](std::int64_t revoked) {
    BundleFiles files = unzip(good());
    const auto last = read_keys(files.at(bundle_keys("chongqing", 2)));
    std::vector<KeyRecord> keys;
    for (const auto& [kid, key] : last->keys) {
      keys.push_back(key);
      if (key.role == "log") keys.back().revoked = revoked;
    }
    files[bundle_keys("chongqing", 3)] = signed_record(
        keys_payload(last->agreement, "chongqing", 3, last->digest, revoked, keys), kKeysType,
        {{"chongqing/root/1", fixture::key("chongqing/root/1").secret_key}});
    return verdict(make_bundle(files));
  };
  EXPECT_EQ(with_revocation(fixture::kNow + 61), "verified");  // cosigned at now + 60
  EXPECT_EQ(with_revocation(fixture::kNow + 60), "bundle-receipt");
}

TEST(Bundle, RefusesNamesThatCouldLeaveItsFolder) {
  const std::string zip = good();
  const auto renamed = [&](std::string_view from, std::string_view to) {
    std::string other = zip;
    for (std::size_t at = 0; (at = other.find(from, at)) != std::string::npos; at += to.size())
      other.replace(at, from.size(), to);
    return verdict(other);
  };
  EXPECT_EQ(renamed("agreement/000001.json", "../../etc/cron.d/a123"), "bundle-names");
  EXPECT_EQ(renamed("agreement/000001.json", "agreement/000002.json"), "bundle-names");
  EXPECT_EQ(renamed("manifest.sha256", "manifest.sha512"), "bundle-names");
  EXPECT_EQ(verdict(""), "bundle-names");
  EXPECT_EQ(verdict("PK"), "bundle-names");
}

RC_GTEST_PROP(Bundle, AChangedByteNeverChangesTheReport, ()) {
  static const auto expected = report(*verify_bundle(good(), fixture::agreement_id()));
  std::string changed = good();
  char& byte = changed[*rc::gen::inRange<std::size_t>(0, changed.size())];
  byte = static_cast<char>(byte ^ *rc::gen::inRange(1, 256));
  const auto verified = verify_bundle(changed, fixture::agreement_id());
  RC_ASSERT((!verified || report(*verified) == expected));
  const auto cut = changed.substr(0, *rc::gen::inRange<std::size_t>(0, changed.size()));
  RC_ASSERT(!verify_bundle(cut, fixture::agreement_id()));
}

}  // namespace
}  // namespace bashu::evidence
