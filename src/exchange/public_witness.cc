#include "exchange/public_witness.h"

#include <sodium.h>

#include <algorithm>
#include <utility>

#include "evidence/signing.h"

namespace bashu::exchange {

namespace {

constexpr std::string_view kText = "text/plain; charset=utf-8";
constexpr std::string_view kKeyFile = "keys/witness.key";
constexpr std::string_view kForks = "forks/", kLogs = "logs/", kNote = ".note";
constexpr std::size_t kKeptMax = 64;  // of one log: whoever signs more has proved enough

std::string record_of(std::string_view origin) {
  return std::string{kLogs}.append(http::percent_encode(origin)).append(kNote);
}
std::string forks_of(std::string_view origin) {
  return std::string{kForks}.append(http::percent_encode(origin));
}

bool is_name(std::string_view name) {
  constexpr std::size_t kMax = 128;
  const auto good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_' || c == '/';
  };
  return !name.empty() && name.size() <= kMax && std::ranges::all_of(name, good);
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

std::expected<void, Fault> PublicWitness::create(node::FileStore& files, std::string_view name,
                                                 node::Chance& chance) {
  if (!is_name(name)) {
    return std::unexpected{
        Fault{.what = std::string{name} + " is no name of a witness: e.g. witness.example/w1"}};
  }
  if (files.has(kKeyFile)) {
    return std::unexpected{Fault{.what = files.where(kKeyFile) + " is there already"}};
  }
  auto written = files.write("name", std::string{name} + "\n");
  if (!written) return written;
  return files.write(kKeyFile, hex(chance.bytes(crypto_sign_SEEDBYTES)) + "\n");
}

std::expected<std::unique_ptr<PublicWitness>, Fault> PublicWitness::open(node::FileStore& files) {
  const auto name = files.read("name");
  if (!name) return std::unexpected{name.error()};
  const auto text = files.read(kKeyFile);
  if (!text) return std::unexpected{text.error()};
  const auto seed = from_hex(first_line(*text));
  if (!seed || seed->size() != crypto_sign_SEEDBYTES) {
    return std::unexpected{Fault{.what = files.where(kKeyFile) + ": not 64 hex digits"}};
  }
  const evidence::SigningPair pair = evidence::signing_pair(*seed);
  std::unique_ptr<PublicWitness> opened{new PublicWitness{
      files, {.name = first_line(*name), .public_key = pair.public_key}, pair.secret_key}};
  if (auto fault = opened->load()) return std::unexpected{std::move(*fault)};
  return opened;
}

PublicWitness::PublicWitness(node::FileStore& files, evidence::WitnessKey key, std::string secret)
    : files_{files}, key_{std::move(key)}, secret_{std::move(secret)} {}

std::optional<Fault> PublicWitness::load() {
  for (const std::string& file : files_.list("logs")) {
    if (!file.ends_with(kNote)) continue;  // of a crash amid a write
    const std::string path = std::string{kLogs} + file;
    const auto origin = http::percent_decode(file.substr(0, file.size() - kNote.size()));
    if (!origin) return Fault{.what = files_.where(path) + ": no origin's name"};
    const auto note = files_.read(path);
    if (!note) return note.error();
    // By the own line: the log may have other keys by now.
    const auto checkpoint = evidence::open_cosigned(*note, *origin, key_);
    if (!checkpoint) {
      return Fault{.what = files_.where(path) + ": " + checkpoint.error().code +
                           ": not what this witness has cosigned"};
    }
    Known& known = known_[*origin];
    known.log.size = checkpoint->size;
    known.log.root = checkpoint->root;
    known.time_s = static_cast<std::int64_t>(checkpoint->cosigned.at(key_.name));
  }
  return std::nullopt;
}

void PublicWitness::witness(const std::vector<evidence::LogKey>& logs) {
  const std::lock_guard lock{mutex_};
  for (auto& [origin, known] : known_) known.log.keys.clear();
  for (const evidence::LogKey& key : logs) known_[key.name].log.keys.push_back(key.public_key);
}

http::Response PublicWitness::answer(const http::Request& request, std::int64_t now_s) {
  const auto path = request.segments();
  if (!path || path->empty()) return http::problem(404, "not-found");
  if (path->size() == 1 && path->front() == "add-checkpoint") {
    if (request.method != "POST") return http::problem(405, "method");
    return add_checkpoint(request.body, now_s);
  }
  if (request.method != "GET") return http::problem(405, "method");
  if (path->size() == 1 && path->front() == "vkey") {
    return http::text_response(200, kText, verifier_key() + "\n");
  }
  if (path->size() == 2 && path->front() == "checkpoints") return last_of(path->back());
  return http::problem(404, "not-found");
}

http::Response PublicWitness::add_checkpoint(std::string_view request, std::int64_t now_s) {
  // One at a time: what was compared is what is replaced.
  const std::lock_guard lock{mutex_};
  const auto verdict = evidence::check_add_checkpoint(
      request, [this](std::string_view origin) -> const evidence::WitnessedLog* {
        const auto known = known_.find(origin);
        return known == known_.end() || known->second.log.keys.empty() ? nullptr
                                                                       : &known->second.log;
      });
  if (verdict.alarm) keep(verdict, request);
  if (!verdict.answer.empty()) {
    return http::text_response(verdict.status, verdict.media_type, verdict.answer);
  }
  if (verdict.status != 200) return http::problem(verdict.status, "witness");
  Known& known = known_.at(verdict.origin);
  const std::int64_t time_s = std::max(now_s, known.time_s);
  std::string line = evidence::cosignature_line(verdict.checkpoint.body, key_.name,
                                                static_cast<std::uint64_t>(time_s), secret_);
  // Only then does it leave: whoever crashes between may be asked again.
  if (!files_.write(record_of(verdict.origin), verdict.note + line)) {
    return http::problem(503, "not-ready");
  }
  known.log.size = verdict.checkpoint.size;
  known.log.root = verdict.checkpoint.root;
  known.time_s = time_s;
  return http::text_response(200, kText, std::move(line));
}

void PublicWitness::keep(const evidence::WitnessVerdict& verdict, std::string_view request) {
  const std::string folder = forks_of(verdict.origin);
  const std::string name = (verdict.status == 409 ? "fork-" : "unproven-") +
                           std::to_string(verdict.checkpoint.size) + "-" +
                           hex(as_bytes(verdict.checkpoint.root)).substr(0, 16) + ".txt";
  const std::string file = folder + "/" + name;
  // Anybody may send a true checkpoint with a wrong proof: those must not crowd out a fork.
  const auto kept = files_.list(folder);
  const std::string_view kind = std::string_view{name}.substr(0, name.find('-'));
  const auto alike =
      std::ranges::count_if(kept, [&](const std::string& one) { return one.starts_with(kind); });
  if (files_.has(file) || static_cast<std::size_t>(alike) >= kKeptMax) return;
  const auto before = files_.read(record_of(verdict.origin));
  // What cannot be written is refused all the same.
  static_cast<void>(files_.write(file, before.value_or("") + "\n" + std::string{request}));
}

http::Response PublicWitness::last_of(const std::string& origin) const {
  const std::lock_guard lock{mutex_};
  if (!known_.contains(origin)) return http::problem(404, "not-found");
  auto note = files_.read(record_of(origin));
  if (!note) return http::problem(404, "not-found");
  return http::text_response(200, kText, *std::move(note));
}

std::string PublicWitness::verifier_key() const {
  constexpr std::uint8_t kCosignature = 4;
  return evidence::verifier_key(key_.name, kCosignature, key_.public_key);
}

std::vector<PublicWitness::Seen> PublicWitness::seen() const {
  const std::lock_guard lock{mutex_};
  std::vector<Seen> all;
  for (const auto& [origin, known] : known_) {
    Seen one{.origin = origin, .size = known.log.size, .time_s = known.time_s};
    for (const std::string& name : files_.list(forks_of(origin))) {
      if (name.starts_with("fork-")) ++one.forks;
      if (name.starts_with("unproven-")) ++one.unproven;
    }
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace bashu::exchange
