// Fetches a recording as the player of the service does, for browsers that record it: asks the API and the
// control connection, follows it to another cluster, then fetches the first segments. Plays nothing.
"use strict";

const DOMAIN = "ums.services.video.ibm.com";
/** Media segments of each track that are fetched. */
const SEGMENTS = 2;

const id = /\/recorded\/(\d+)/.exec(location.pathname)?.[1];
const query = new URLSearchParams(location.search);
const random = Math.floor(Math.random() * 1e8);

/** Fetches an address of another origin; only the browser sees the answer. */
const load = (address) => fetch(address, { mode: "no-cors" });

/** Opens the control connection on a cluster. */
function connect(cluster) {
  const socket = new WebSocket(
    `wss://r${random}-1-${id}-recorded-ws-${cluster}.${DOMAIN}/1/ustream`,
  );
  socket.onopen = () => {
    const args = {
      type: "viewer",
      appId: 3,
      appVersion: 2,
      rsid: random.toString(16),
      rpin: `_rpin.${random}`,
      referrer: location.href,
      media: id,
      application: "recorded",
      ...(query.has("password") ? { password: query.get("password") } : {}),
    };
    socket.send(JSON.stringify({ cmd: "connect", args: [args] }));
  };
  let format;
  socket.onmessage = ({ data }) => {
    const { cmd, args } = JSON.parse(data);
    const [first] = args;
    if (cmd === "reject" && first.cluster) connect(first.cluster.name);
    if (cmd !== "moduleInfo") return;
    const site = first.cdnConfig?.data[0].data[0].sites[0];
    format ??= first.stream?.streamFormats?.["mp4/segmented"];
    if (!site || !format) return;
    void play(`https://${site.host}${site.path ?? "/"}`, format).finally(() => {
      document.title = "played";
    });
  };
}

/** Fetches the init segment and the first segments of each track. */
async function play(base, { streams, hashes, contentAccess }) {
  const { path } = contentAccess.accessList[0].data;
  const [firstKey] = Object.keys(hashes).map(Number).sort((a, b) => a - b);
  const address = (template, number) =>
    base + path + template.replace("%", number).replace("%", hashes[firstKey]);
  for (const type of ["video/mp4", "audio/mp4"]) {
    const stream = streams.find(({ contentType }) => contentType === type);
    if (!stream) continue;
    await load(address(stream.initUrl, firstKey));
    for (let number = firstKey; number < firstKey + SEGMENTS; number += 1) {
      await load(address(stream.segmentUrl, number));
    }
  }
}

if (id) {
  void load(`https://api.video.ibm.com/videos/${id}.json`);
  connect("live");
}
