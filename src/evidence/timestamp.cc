#include "evidence/timestamp.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ts.h>
#include <openssl/x509.h>

#include <ctime>
#include <memory>

#include "base/bytes.h"

namespace bashu::evidence {

namespace {

template <auto kFree>
struct Freed {
  template <typename T>
  void operator()(T* what) const {
    kFree(what);
  }
};
template <typename T, auto kFree>
using Owned = std::unique_ptr<T, Freed<kFree>>;

using Request = Owned<TS_REQ, TS_REQ_free>;
using Response = Owned<TS_RESP, TS_RESP_free>;
using Number = Owned<ASN1_INTEGER, ASN1_INTEGER_free>;
using Bytes = Owned<BIO, BIO_free_all>;
using Context = Owned<TS_VERIFY_CTX, TS_VERIFY_CTX_free>;
using Store = Owned<X509_STORE, X509_STORE_free>;
using Certificate = Owned<X509, X509_free>;

const unsigned char* unsigned_data(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

Bytes reading(std::string_view bytes) {
  return Bytes{BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size()))};
}

Number number_of(std::string_view bytes) {
  const Owned<BIGNUM, BN_free> big{
      BN_bin2bn(unsigned_data(bytes), static_cast<int>(bytes.size()), nullptr)};
  return Number{BN_to_ASN1_INTEGER(big.get(), nullptr)};
}

template <typename T, typename Encode>
std::string der(const T* what, Encode encode) {
  unsigned char* out = nullptr;
  const int size = encode(what, &out);
  if (size <= 0) return {};
  std::string bytes(reinterpret_cast<const char*>(out), static_cast<std::size_t>(size));
  OPENSSL_free(out);
  return bytes;
}

std::int64_t seconds_of(const ASN1_GENERALIZEDTIME* time) {
  ::tm parts{};
  if (!time || ASN1_TIME_to_tm(time, &parts) != 1) return 0;
  return static_cast<std::int64_t>(::timegm(&parts));
}

Store store_of(std::string_view roots, std::int64_t at_s) {
  Store store{X509_STORE_new()};
  const Bytes pem = reading(roots);
  while (const Certificate one{PEM_read_bio_X509(pem.get(), nullptr, nullptr, nullptr)}) {
    X509_STORE_add_cert(store.get(), one.get());
  }
  ERR_clear_error();  // the end of the file is told as an error
  X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store.get()), at_s);
  return store;
}

std::string signer_of(TS_RESP* response) {
  PKCS7* token = TS_RESP_get_token(response);
  const Owned<STACK_OF(X509), [](STACK_OF(X509) * all) { sk_X509_free(all); }> signers{
      PKCS7_get0_signers(token, nullptr, 0)};
  if (!signers || sk_X509_num(signers.get()) < 1) return {};
  const Bytes out{BIO_new(BIO_s_mem())};
  X509_NAME_print_ex(out.get(), X509_get_subject_name(sk_X509_value(signers.get(), 0)), 0,
                     XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

bool is_of_sha256(TS_TST_INFO* info) {
  const X509_ALGOR* algorithm = TS_MSG_IMPRINT_get_algo(TS_TST_INFO_get_msg_imprint(info));
  const ASN1_OBJECT* name = nullptr;
  X509_ALGOR_get0(&name, nullptr, nullptr, algorithm);
  return OBJ_obj2nid(name) == NID_sha256;
}

bool is_same(const ASN1_INTEGER* left, const ASN1_INTEGER* right) {
  return left && right && ASN1_INTEGER_cmp(left, right) == 0;
}

}  // namespace

std::string timestamp_query(std::string_view bytes, std::string_view nonce) {
  const Hash digest = sha256(bytes);
  const Request request{TS_REQ_new()};
  const Owned<TS_MSG_IMPRINT, TS_MSG_IMPRINT_free> imprint{TS_MSG_IMPRINT_new()};
  const Owned<X509_ALGOR, X509_ALGOR_free> algorithm{X509_ALGOR_new()};
  X509_ALGOR_set0(algorithm.get(), OBJ_nid2obj(NID_sha256), V_ASN1_NULL, nullptr);
  TS_MSG_IMPRINT_set_algo(imprint.get(), algorithm.get());
  std::string copy{as_bytes(digest)};
  TS_MSG_IMPRINT_set_msg(imprint.get(), reinterpret_cast<unsigned char*>(copy.data()),
                         static_cast<int>(copy.size()));
  TS_REQ_set_version(request.get(), 1);
  TS_REQ_set_msg_imprint(request.get(), imprint.get());
  TS_REQ_set_nonce(request.get(), number_of(nonce).get());
  TS_REQ_set_cert_req(request.get(), 1);
  return der(request.get(), i2d_TS_REQ);
}

Verified<TimeStamp> open_timestamp(std::string_view answer, std::string_view bytes,
                                   std::string_view nonce, std::string_view roots) {
  const auto bad = [](Code code) {
    ERR_clear_error();
    return std::unexpected{Bad{code}};
  };
  const unsigned char* at = unsigned_data(answer);
  const Response response{d2i_TS_RESP(nullptr, &at, static_cast<long>(answer.size()))};
  if (!response || at != unsigned_data(answer) + answer.size()) return bad("timestamp-form");
  TS_TST_INFO* info = TS_RESP_get_tst_info(response.get());
  if (!info || !TS_RESP_get_token(response.get())) return bad("timestamp-refused");
  if (!is_of_sha256(info)) return bad("timestamp-other");
  if (!nonce.empty() && !is_same(TS_TST_INFO_get_nonce(info), number_of(nonce).get())) {
    return bad("timestamp-other");
  }
  TimeStamp stamp{.time_s = seconds_of(TS_TST_INFO_get_time(info)), .authority = {}, .serial = {}};
  const Context context{TS_VERIFY_CTX_new()};
  TS_VERIFY_CTX_set_data(context.get(), reading(bytes).release());
  TS_VERIFY_CTX_set_store(context.get(), store_of(roots, stamp.time_s).release());
  const auto holds = [&](int what) {
    TS_VERIFY_CTX_set_flags(context.get(), what | static_cast<int>(TS_VFY_VERSION));
    return TS_RESP_verify_response(context.get(), response.get()) == 1;
  };
  if (!holds(TS_VFY_DATA)) return bad("timestamp-other");
  if (!holds(TS_VFY_SIGNATURE)) return bad("timestamp-signature");
  stamp.authority = signer_of(response.get());
  const Owned<BIGNUM, BN_free> serial{ASN1_INTEGER_to_BN(TS_TST_INFO_get_serial(info), nullptr)};
  std::string digits(static_cast<std::size_t>(BN_num_bytes(serial.get())), '\0');
  BN_bn2bin(serial.get(), reinterpret_cast<unsigned char*>(digits.data()));
  stamp.serial = hex(digits);
  return stamp;
}

}  // namespace bashu::evidence
