// The same scenarios through real journals, signed envelopes and TLS, in a circle of three; cut
// links are cut. Afterwards every journal verifies from genesis, alone and against the others.

#include "scenario/real_world.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "node/verify.h"
#include "packs/load.h"
#include "testing/checkout.h"

namespace bashu::scenario {
namespace {

packs::PackPtr pack_named(const std::string& name) {
  std::ifstream in{checkout("packs/" + name + ".yaml"), std::ios::binary};
  return packs::load(std::string{std::istreambuf_iterator<char>{in}, {}}).pack;
}

class RealNodes : public testing::TestWithParam<std::string> {};

TEST_P(RealNodes, ScenariosEndAlikeOverJournalsAndTls) {
  const packs::PackPtr pack = pack_named(GetParam());
  ASSERT_TRUE(pack);
  std::vector<packs::PackPtr> also;
  for (const std::string& name : packs_given(*pack)) also.push_back(pack_named(name));
  int number = 0;
  std::vector<std::string> findings;
  const MakeWorld make = [&](const std::vector<core::PartyId>& parties, Date today) {
    class Checked final : public World {
     public:
      Checked(std::filesystem::path root, std::vector<core::PartyId> names, Date day,
              std::vector<std::string>* findings)
          : real_{std::move(root), std::move(names), day}, findings_{findings} {}
      ~Checked() override {
        real_.close();
        for (const core::PartyId& party : real_.parties()) {
          const auto result = node::verify(real_.folder(party));
          if (!result) findings_->push_back(party + ": " + result.error().what);
          if (result && result->unsound)
            findings_->push_back(party + ": " + result->unsound->code + " " +
                                 result->unsound->text);
        }
        for (const core::PartyId& a : real_.parties()) {
          for (const core::PartyId& b : real_.parties()) {
            if (a >= b) continue;
            const auto result = node::compare(real_.folder(a), real_.folder(b));
            if (!result) findings_->push_back(a + "/" + b + ": " + result.error().what);
            if (result && result->unsound)
              findings_->push_back(a + "/" + b + ": " + result->unsound->code + " " +
                                   result->unsound->text);
          }
        }
      }
      [[nodiscard]] const std::vector<core::PartyId>& parties() const override {
        return real_.parties();
      }
      std::expected<core::Decision, Reject> run(const core::PartyId& at,
                                                const core::Command& command) override {
        return real_.run(at, command);
      }
      std::string settle() override { return real_.settle(); }
      std::string begin_day(Date day) override { return real_.begin_day(day); }
      void link(const core::PartyId& party, bool up) override {
        real_.link(party, up);
        if (up) real_.restart(party);  // and the node itself had gone down meanwhile
      }
      void query(const core::PartyId& at,
                 const std::function<void(const core::State&)>& read) override {
        real_.query(at, read);
      }
      std::expected<FigureValue, std::string> figure(const core::PartyId& at,
                                                     const figures::Ask& ask) override {
        return real_.figure(at, ask);
      }
      const Raised& raised(const core::PartyId& at) override { return real_.raised(at); }
      [[nodiscard]] core::Moment moment() const override { return real_.moment(); }

     private:
      RealWorld real_;
      std::vector<std::string>* findings_;
    };
    const auto root =
        std::filesystem::temp_directory_path() /
        ("bashu-scenario-" + std::to_string(::getpid()) + "-" + std::to_string(++number));
    return std::make_unique<Checked>(root, parties, today, &findings);
  };
  for (const Report& report : play(*pack, make, also, {"guizhou"})) {
    for (const Failure& failure : report.failures) {
      ADD_FAILURE() << report.title << ": " << failure.text;
    }
  }
  for (const std::string& finding : findings) ADD_FAILURE() << finding;
}

INSTANTIATE_TEST_SUITE_P(Shipped, RealNodes,
                         testing::Values("hazardous-waste", "household-migration",
                                         "joint-programme", "medical-filing-and-claims"),
                         [](const auto& item) {
                           std::string name = item.param;
                           for (char& c : name) {
                             if (c == '-') c = '_';
                           }
                           return name;
                         });

}  // namespace
}  // namespace bashu::scenario
