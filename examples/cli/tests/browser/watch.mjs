// Opens a page in headless Chromium, waits until its video plays, and takes a picture of it.
// usage: node watch.mjs <playwright-core folder> <chromium> <url> <png>
import { createRequire } from "node:module";

const [playwright, executablePath, url, picture] = process.argv.slice(2);
const { chromium } = createRequire(import.meta.url)(playwright);

const browser = await chromium.launch({
  executablePath,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});
try {
  const page = await browser.newPage({ viewport: { width: 900, height: 640 } });
  page.on("console", (message) => console.error(`page: ${message.text()}`));
  await page.goto(url);
  await page.waitForSelector("body[data-playing=true]", { timeout: 20_000 });
  // The first frame may be the decoder's; a few more have been drawn after this.
  await page.waitForFunction(
    () => document.querySelector("video").getVideoPlaybackQuality().totalVideoFrames > 24,
    null,
    { timeout: 20_000 },
  );
  await page.locator("video").screenshot({ path: picture });
  console.log(await page.locator("#status").textContent());
} finally {
  await browser.close();
}
