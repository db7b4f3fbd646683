// Documents that come in pieces (uploads.h): begun, given piece by piece by their offset, finished
// with the digest of the whole file. What comes of it is a deposit as of a small one.
#include <algorithm>
#include <utility>

#include "api/documents.h"
#include "api/handlers.h"
#include "base/bytes.h"
#include "base/digest.h"
#include "exchange/parts.h"

namespace bashu::api {

namespace {

constexpr std::size_t kPieceMax = 8u << 20;
constexpr std::size_t kPieceMin = 1u << 20;  // but for the last one
constexpr std::size_t kIdBytes = 16;
static_assert(exchange::kLargeMax / kPieceMin <= exchange::kPartsMax);

Problem holds_up(const Upload& upload, std::string en, std::string zh) {
  Problem problem = problem_of(Reject{.code = RejectCode::conflict});
  problem.detail = {{"en", std::move(en)}, {"zh", std::move(zh)}};
  problem.more.emplace("offset", upload.offset());
  return problem;
}
Problem out_of_step(const Upload& upload) {
  const std::string at = std::to_string(upload.offset());
  return holds_up(upload, "The upload goes on at byte " + at + ".",
                  "上传应从第 " + at + " 字节继续。");
}

std::string open_name(Context& context, const Upload& upload) {
  const auto key = context.node.vault().key(upload.key);
  const auto box = from_base64url(upload.name);
  return key && box ? exchange::decrypt_document(*box, *key).value_or("") : "";
}

Value upload_value(Context& context, const Upload& upload) {
  return Value::Record{{"upload", upload.id},
                       {"name", open_name(context, upload)},
                       {"media", upload.media},
                       {"size", upload.size},
                       {"offset", upload.offset()},
                       {"since_ms", upload.since_ms},
                       {"until_ms", upload.touched_ms + Uploads::kRestMs},
                       {"piece_min", kPieceMin},
                       {"piece_max", kPieceMax}};
}

// What a whole upload is called as a document: the only part, or the list of them.
std::string name_of(const Upload& upload) {
  return upload.parts.size() == 1 ? upload.parts[0].name
                                  : hex(sha256(exchange::list_of_parts(upload.parts)));
}

// Its pieces and its key too, unless a deposit lives on them.
void drop(Context& context, const Upload& upload) {
  context.uploads.end(upload.id);
  const bool became_one =
      !upload.sha256.empty() || context.deposits.find(name_of(upload), upload.principal);
  if (became_one) return;
  for (const exchange::Part& part : upload.parts) context.blobs.remove(part.name);
  context.node.vault().forget(upload.key);
}

std::expected<Upload, Problem> take(Context& context, const Call& call) {
  auto upload = context.uploads.take(call.part("upload"), call.key->principal());
  if (upload) return *std::move(upload);
  return std::unexpected{upload.error() == Uploads::Why::none ? not_found() : busy(1)};
}

std::optional<Problem> no_room(Context& context, const std::string& principal, std::size_t size) {
  const auto under_way = context.uploads.under_way(principal);
  if (under_way.size() >= Uploads::kOpenMax) return too_many_documents(Uploads::kOpenMax);
  if (!context.deposits.room_for(principal)) return too_many_documents(Deposits::kOpenMax);
  std::size_t bytes = context.deposits.bytes_of(principal) + size;
  for (const Upload& one : under_way) bytes += one.size;
  if (bytes <= Deposits::kOpenBytes) return std::nullopt;
  Problem full = too_many_documents(Deposits::kOpenMax);
  full.detail = {{"en", "At most 4 GiB of them; hand some in or take some back first."},
                 {"zh", "合计最多 4 GiB，请先提交或撤回其中一部分。"}};
  return full;
}

// Whether the file is the one that its sender has; reads all of it once more from the disk.
std::expected<bool, Problem> is_file(Context& context, const Upload& upload,
                                     const std::string& file_sha256) {
  const auto key = context.node.vault().key(upload.key);
  Digest digest;
  const auto add = [&](std::string_view piece) {
    digest.add(piece);
    return true;
  };
  const exchange::WholeDocument whole{.blob = {}, .parts = upload.parts};
  if (!key || !exchange::read_document(context.blobs, whole, *key, add)) {
    return std::unexpected{
        problem_of_documents(context, Fault{.what = "upload " + upload.id + " is damaged"})};
  }
  return hex(digest.end()) == file_sha256;
}

// The deposit that the pieces become. On disk when this returns.
std::expected<std::string, Problem> become_deposit(Context& context, const Upload& upload) {
  std::string name = name_of(upload);
  if (context.deposits.find(name, upload.principal)) return name;  // finished before a power cut
  if (upload.parts.size() > 1) {
    if (auto put = context.blobs.put(exchange::list_of_parts(upload.parts)); !put) {
      return std::unexpected{problem_of_documents(context, put.error())};
    }
  }
  const auto kept = context.deposits.add({.sha256 = name,
                                          .principal = upload.principal,
                                          .key = upload.key,
                                          .since_ms = context.node.clock().now().unix_ms,
                                          .size = upload.size});
  if (!kept) return std::unexpected{problem_of(kept.error())};
  return name;
}

Prepared finished(Context& context, const Upload& upload, const std::string& sha256) {
  return json_response(Value::Record{{"sha256", sha256},
                                     {"name", open_name(context, upload)},
                                     {"media", upload.media},
                                     {"size", upload.size}});
}

}  // namespace

void give_up_uploads(Context& context) {
  for (const Upload& old : context.uploads.give_up(context.node.clock().now())) {
    drop(context, old);
  }
}

Prepared begin_upload(Context& context, const Call& call) {
  if (const auto shut = context.node.gate().refusal()) return std::unexpected{problem_of(*shut)};
  const auto body = json_body(call, {"name", "media", "size"});
  if (!body) return std::unexpected{body.error()};
  const auto name = text_member(*body, "name"), media = text_member(*body, "media");
  if (!name) return std::unexpected{name.error()};
  if (!media) return std::unexpected{media.error()};
  if (!is_file_name(*name)) return std::unexpected{odd_file_name("name")};
  if (!is_media_type(*media)) return std::unexpected{wrong_media("any media type")};
  const Value* given = body->find("size");
  const auto size = given && given->as_int() ? static_cast<std::uint64_t>(*given->as_int()) : 0;
  if (size == 0 || size > exchange::kLargeMax) {
    return std::unexpected{malformed("size", "1 byte to 1 GiB (1073741824) is expected.",
                                     "应为 1 字节至 1 GiB（1073741824）。")};
  }
  give_up_deposits(context);
  give_up_uploads(context);
  const std::string principal = call.key->principal();
  if (auto full = no_room(context, principal, size)) return std::unexpected{*std::move(full)};
  node::Vault& vault = context.node.vault();
  const std::string key_id = vault.new_key(context.node.identity().party);
  const std::int64_t now = context.node.clock().now().unix_ms;
  const std::string box = exchange::encrypt_document(*name, vault.key(key_id).value_or(""),
                                                     context.node.chance().bytes(kBlobNonce));
  const Upload upload{.id = hex(context.node.chance().bytes(kIdBytes)),
                      .principal = principal,
                      .key = key_id,
                      .name = base64url(box),
                      .media = *media,
                      .size = size,
                      .since_ms = now,
                      .touched_ms = now};
  if (auto kept = context.uploads.begin(upload); !kept) {
    vault.forget(key_id);
    return std::unexpected{problem_of(kept.error())};
  }
  return json_response(upload_value(context, upload), 201);
}

Result list_uploads(Context& context, const Call& call) {
  Value::List list;
  for (const Upload& one : context.uploads.under_way(call.key->principal())) {
    list.push_back(upload_value(context, one));
  }
  return json_response(Value::Record{{"uploads", std::move(list)}, {"most", Uploads::kOpenMax}});
}

Prepared put_piece(Context& context, const Call& call) {
  if (const auto shut = context.node.gate().refusal()) return std::unexpected{problem_of(*shut)};
  const auto offset = number_parameter(call, "offset");
  const std::string& piece = call.request.body;
  if (!offset) {
    return std::unexpected{malformed("offset", "Say where it goes on: ?offset=BYTES.",
                                     "须说明从何处继续：?offset=字节数。")};
  }
  auto upload = take(context, call);
  if (!upload) return std::unexpected{upload.error()};
  const auto refuse = [&](Problem problem) {
    context.uploads.put_back_as_it_was(upload->id);
    return std::unexpected{std::move(problem)};
  };
  if (*offset != upload->offset()) return refuse(out_of_step(*upload));
  const std::size_t rest = upload->size - upload->offset();
  if (piece.size() > rest || piece.size() > kPieceMax || piece.size() < std::min(kPieceMin, rest) ||
      rest == 0) {
    return refuse(malformed({}, "A piece of 1 to 8 MiB is expected, or all that is still to come.",
                            "应为 1 至 8 MiB 的一段，或全部剩余内容。"));
  }
  const auto key = context.node.vault().key(upload->key);
  if (!key) return refuse(problem_of(Fault{.what = "vault: the key of an upload is not there"}));
  const auto put = context.blobs.put(
      exchange::encrypt_document(piece, *key, context.node.chance().bytes(kBlobNonce)));
  if (!put) return refuse(problem_of_documents(context, put.error()));
  upload->parts.push_back({.name = *put, .size = piece.size()});
  upload->touched_ms = context.node.clock().now().unix_ms;
  Value answer = upload_value(context, *upload);
  if (auto kept = context.uploads.put_back(*std::move(upload)); !kept) {
    context.blobs.remove(*put);
    return std::unexpected{problem_of(kept.error())};
  }
  return json_response(answer);
}

Prepared finish_upload(Context& context, const Call& call) {
  const auto body = json_body(call, {"sha256"});
  if (!body) return std::unexpected{body.error()};
  const auto digest = text_member(*body, "sha256");
  if (!digest || !hash_from_hex(*digest)) {
    return std::unexpected{malformed("sha256", "The SHA-256 of the file is expected, as 64 digits.",
                                     "应为文件的 SHA-256（64 位十六进制）。")};
  }
  auto upload = take(context, call);
  if (!upload) return std::unexpected{upload.error()};
  const auto refuse = [&](Problem problem) {
    context.uploads.put_back_as_it_was(upload->id);
    return std::unexpected{std::move(problem)};
  };
  if (upload->offset() != upload->size) return refuse(out_of_step(*upload));
  if (!upload->sha256.empty()) {  // its answer was lost
    context.uploads.put_back_as_it_was(upload->id);
    return finished(context, *upload, upload->sha256);
  }
  const auto same = is_file(context, *upload, *digest);
  if (!same) return refuse(same.error());
  if (!*same) {
    drop(context, *upload);
    return std::unexpected{
        malformed("sha256", "What has come is not that file; it was thrown away. Begin again.",
                  "收到的内容与该文件不符，已丢弃，请重新上传。")};
  }
  const auto name = become_deposit(context, *upload);
  if (!name) return refuse(name.error());
  upload->sha256 = *name;
  // Without it the next start finds the deposit by the same name.
  static_cast<void>(context.uploads.put_back(*upload));
  return finished(context, *upload, *name);
}

Result take_back_upload(Context& context, const Call& call) {
  auto upload = take(context, call);
  if (!upload) return std::unexpected{upload.error()};
  drop(context, *upload);
  return http::Response{.status = 204};
}

}  // namespace bashu::api
