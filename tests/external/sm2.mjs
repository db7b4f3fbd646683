// The SM2 signatures of the vectors, checked by sm-crypto (npm), and one of its own checked by the
// openssl command: two implementations that share no code.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

const { sm2 } = createRequire(new URL("../../web/package.json", import.meta.url))("sm-crypto");
const vectors = JSON.parse(readFileSync(new URL("../vectors/sm2.json", import.meta.url)));
const options = { hash: true, der: false, userId: vectors.distid };
// The package hashes characters above U+007F as UTF-8; as bytes they stay what they are.
const bytes = (base64) => Array.from(Buffer.from(base64, "base64"));

function verified({ public: key, message_base64: message, signature }) {
  // It leaves to its caller whether the point is one.
  if (!sm2.verifyPublicKey(key)) return false;
  return sm2.doVerifySignature(bytes(message), signature, key, options);
}

const count = { true: 0, false: 0 };
for (const row of vectors.signatures) {
  const found = verified(row);
  if (found !== row.valid) throw new Error(`sm-crypto says ${found}, the vectors ${row.valid}: ${row.name}`);
  ++count[found];
}

const { secret, pem } = vectors.keys[0];
const message = Buffer.from("巴蜀 beside\n", "utf8");
const dir = mkdtempSync(join(tmpdir(), "sm2-"));
try {
  const file = (name, content) => (writeFileSync(join(dir, name), content), join(dir, name));
  const signature = sm2.doSignature(Array.from(message), secret, { ...options, der: true });
  execFileSync("openssl", [
    "pkeyutl", "-verify", "-inkey", file("key", pem), "-rawin", "-digest", "sm3",
    "-pkeyopt", `distid:${vectors.distid}`, "-in", file("message", message),
    "-sigfile", file("signature", Buffer.from(signature, "hex")),
  ]);
} finally {
  rmSync(dir, { recursive: true });
}
console.log(`sm-crypto: ${count.true} signatures verified, ${count.false} refused; openssl verified one of its`);
