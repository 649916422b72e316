// An outside client's whole way: supabase-js signs in and calls the functions, livekit-client joins with the
// tokens they return. A browser hosts a broadcast of a red canvas, another one watches it.

import { createServer } from "node:http";
import { createRequire } from "node:module";
import path from "node:path";

import { assert, scenes, signedIn } from "./support.mjs";

const require = createRequire(path.join(process.env.STACK_NODE_MODULES, "witness.js"));
const { chromium } = require("playwright-core");
const livekitClient = path.join(process.env.STACK_NODE_MODULES, "livekit-client/dist/livekit-client.umd.js");

async function invoke(supabase, name, body) {
  const { data, error } = await supabase.functions.invoke(name, { body });
  assert.equal(error, null, `${name}: ${await error?.context?.text?.()}`);
  return data;
}

/** A page with livekit-client, at an address that may use WebRTC. */
async function blankPage(browser, address) {
  const page = await browser.newPage();
  await page.goto(address);
  await page.addScriptTag({ path: livekitClient });
  return page;
}

function publish({ url, token }) {
  const canvas = document.body.appendChild(document.createElement("canvas"));
  [canvas.width, canvas.height] = [320, 180];
  const context = canvas.getContext("2d");
  // A canvas that doesn't change sends nothing, so it is painted again and again.
  setInterval(() => {
    context.fillStyle = "rgb(220, 20, 20)";
    context.fillRect(0, 0, 320, 180);
  }, 40);
  const room = new LivekitClient.Room();
  return room.connect(url, token).then(async () => {
    const [track] = canvas.captureStream(25).getVideoTracks();
    await room.localParticipant.publishTrack(track, { source: LivekitClient.Track.Source.Camera, simulcast: false });
    return room.name;
  });
}

function watch({ url, token }) {
  const room = new LivekitClient.Room();
  const picture = new Promise((resolve) => {
    room.on(LivekitClient.RoomEvent.TrackSubscribed, (track, _publication, participant) => {
      const video = document.body.appendChild(track.attach());
      video.requestVideoFrameCallback(() => {
        const canvas = document.createElement("canvas");
        [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
        const context = canvas.getContext("2d");
        context.drawImage(video, 0, 0);
        const pixel = context.getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data;
        resolve({ host: participant.identity, pixel: [...pixel] });
      });
    });
  });
  return room.connect(url, token).then(() => picture);
}

/** Whether LiveKit itself lets this token publish. */
function tryToPublish({ url, token }) {
  const room = new LivekitClient.Room();
  const canvas = document.createElement("canvas");
  canvas.getContext("2d");
  return room
    .connect(url, token)
    .then(() => room.localParticipant.publishTrack(canvas.captureStream(5).getVideoTracks()[0]))
    .then(() => "published", (error) => error.message)
    .finally(() => room.disconnect());
}

const server = createServer((_request, response) => {
  response.setHeader("content-type", "text/html");
  response.end("<!doctype html><title>witness</title>");
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const address = `http://127.0.0.1:${server.address().port}/`;
const browser = await chromium.launch({
  executablePath: process.env.STACK_CHROMIUM,
  args: ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
});

await scenes({
  "a broadcast is hosted and watched with tokens from the functions": async () => {
    const host = await signedIn("creator");
    const viewer = await signedIn("viewer");
    const body = { session_type: "video_live", title: "Red", access: "public" };
    const created = await invoke(host.supabase, "create-session", body);
    const session_id = created.session.id;
    const room = await (await blankPage(browser, address)).evaluate(publish, created.livekit);
    assert.equal(room, created.session.room_name);
    await invoke(host.supabase, "start-session", { session_id });

    const joined = await invoke(viewer.supabase, "join-session", { session_id });
    assert.equal(joined.role, "viewer");
    const watching = await blankPage(browser, address);
    const seen = await watching.evaluate(watch, joined.livekit);
    assert.equal(seen.host, host.id);
    const [red, green, blue] = seen.pixel;
    assert.ok(red > 150 && green < 90 && blue < 90, `expected red, saw ${seen.pixel}`);

    const again = await invoke(viewer.supabase, "get-livekit-token", { session_id });
    const refused = await (await blankPage(browser, address)).evaluate(tryToPublish, again.livekit);
    assert.match(refused, /permission/i);
    await invoke(host.supabase, "end-session", { session_id });
    await browser.close();
  },
});
