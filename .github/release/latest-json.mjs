// Verifies the signatures of the files that the app installs as updates, and writes `latest.json`,
// in which tauri-plugin-updater looks for them.
//
//   node latest-json.mjs FOLDER
//
// FOLDER holds the files with a `.sig` beside each. Environment: VERSION, NOTES (path of a Markdown
// file), PUBLIC_KEY (as `tauri signer generate` prints it), DOWNLOADS (URL of the release's files).

import { createHash, createPublicKey, verify } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** How the file for a kind of system ends, and the name under which the plugin looks it up. */
const TARGETS = {
  "_linux_x86_64.AppImage": "linux-x86_64-appimage",
  "_windows_x64-setup.exe": "windows-x86_64",
  "_macos_apple-silicon.app.tar.gz": "darwin-aarch64",
  "_macos_intel.app.tar.gz": "darwin-x86_64",
};

/** DER of an Ed25519 public key, without the 32 bytes of the key. */
const KEY_PREFIX = Buffer.from("302a300506032b6570032100", "hex");

const base64 = (text) => Buffer.from(text, "base64");
const lines = (encoded) => base64(encoded).toString("utf8").split("\n");

/** Throws unless `file` is signed for `version` with the private half of `publicKey` (minisign). */
function checkSignature(file, signature, publicKey, version) {
  // Two bytes name the algorithm, eight the key.
  const key = base64(lines(publicKey)[1]);
  const [, encoded, comment, commentSignature] = lines(signature);
  const signed = base64(encoded);
  if (!signed.subarray(2, 10).equals(key.subarray(2, 10))) {
    throw new Error(`${file} is signed with another key than the one in the app`);
  }
  const ed25519 = createPublicKey({
    key: Buffer.concat([KEY_PREFIX, key.subarray(10)]),
    format: "der",
    type: "spki",
  });
  const content = createHash("blake2b512").update(readFileSync(file)).digest();
  const trusted = comment.slice("trusted comment: ".length);
  const commented = Buffer.concat([signed.subarray(10), Buffer.from(trusted)]);
  const isValid =
    signed.toString("latin1", 0, 2) === "ED" &&
    verify(null, content, ed25519, signed.subarray(10)) &&
    verify(null, commented, ed25519, base64(commentSignature));
  if (!isValid) throw new Error(`the signature of ${file} is wrong`);
  if (!trusted.split("\t").includes(`version:${version}`)) {
    throw new Error(`${file} is signed for another version: ${trusted}`);
  }
}

const [folder] = process.argv.slice(2);
const { VERSION, NOTES, PUBLIC_KEY, DOWNLOADS } = process.env;
const files = readdirSync(folder);
const platforms = {};
for (const [ending, target] of Object.entries(TARGETS)) {
  const name = files.find((file) => file.endsWith(ending));
  if (!name) throw new Error(`no file …${ending} in ${folder}`);
  const file = join(folder, name);
  const signature = readFileSync(`${file}.sig`, "utf8").trim();
  checkSignature(file, signature, PUBLIC_KEY, VERSION);
  platforms[target] = { url: `${DOWNLOADS}/${name}`, signature };
}
const latest = {
  version: VERSION,
  notes: readFileSync(NOTES, "utf8").trim(),
  pub_date: new Date().toISOString(),
  platforms,
};
writeFileSync(join(folder, "latest.json"), `${JSON.stringify(latest, null, 2)}\n`);
