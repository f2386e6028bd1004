// Uses the page of examples/browser as a person does, and prints what it showed as JSON:
//   node browser_page.mjs CHROMIUM ADDRESS PICTURE SCREENSHOT PACKAGE
import { createRequire } from "node:module";
import { join } from "node:path";

const [chromium, address, picture, screenshot, folder] = process.argv.slice(2);
const playwright = createRequire(join(folder, "package.json"))("playwright-core");

// Strokes of digits in a square of 100 by 100.
const arc = (x, y, rx, ry, from, to) =>
  Array.from({ length: 25 }, (_, i) => {
    const angle = ((from + ((to - from) * i) / 24) * Math.PI) / 180;
    return [x + rx * Math.cos(angle), y + ry * Math.sin(angle)];
  });
const DIGITS = {
  0: [arc(50, 50, 24, 36, -90, 270)],
  1: [[[40, 26], [52, 12], [52, 88]]],
  2: [[...arc(48, 32, 22, 20, -170, 30), [30, 86]], [[30, 86], [74, 86]]],
  3: [[...arc(46, 31, 20, 18, -150, 90)], [...arc(46, 67, 23, 19, -90, 150)]],
  4: [[[56, 12], [26, 60], [78, 60]], [[58, 38], [58, 90]]],
  7: [[[26, 14], [74, 14], [44, 88]]],
};

const browser = await playwright.chromium.launch({
  executablePath: chromium,
  args: ["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"],
});
try {
  const page = await browser.newPage({ viewport: { width: 1100, height: 820 } });
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => message.type() === "error" && !message.text().includes("404") && errors.push(message.text()));
  await page.goto(address);
  await page.waitForSelector('body[data-digits="ready"]');
  const text = (id) => page.locator(`#${id}`).innerText();
  const box = await page.locator("#drawing").boundingBox();

  /** Draws the strokes with the mouse, and waits for an answer to the whole drawing. */
  const draw = async (strokes) => {
    await page.click("#clear");
    for (const stroke of strokes) {
      const at = ([x, y]) => [box.x + (x / 100) * box.width, box.y + (y / 100) * box.height];
      await page.mouse.move(...at(stroke[0]));
      await page.mouse.down();
      for (const point of stroke.slice(1)) await page.mouse.move(...at(point), { steps: 4 });
      await page.mouse.up();
    }
    await page.waitForFunction(() => document.getElementById("digit").textContent !== "?" && !document.body.dataset.busy);
    return text("digit");
  };

  const result = { digits: {}, errors };
  for (const [digit, strokes] of Object.entries(DIGITS)) result.digits[digit] = await draw(strokes);
  result.digitFigures = await text("digit-figures");

  // A one is taught to be a five, and forgotten.
  await draw(DIGITS[1]);
  await page.selectOption("#right", "5");
  const losses = [];
  for (let i = 1; i <= 4; i++) {
    await page.click("#teach button:not([type])");
    await page.waitForFunction((count) => document.getElementById("learned").textContent.startsWith(`Learned ${count}`), i === 1 ? "one" : String(i));
    losses.push(Number(/loss ([\d.]+)/.exec(await text("learned"))[1]));
  }
  await page.waitForFunction(() => !document.body.dataset.busy);
  [result.lossBefore] = losses;
  result.lossAfter = losses.at(-1);
  result.taught = await text("digit");
  await page.click("#forget");
  await page.waitForFunction(() => document.getElementById("learned").textContent === "" && !document.body.dataset.busy);
  result.forgotten = await draw(DIGITS[1]);

  if (await page.evaluate(() => document.body.dataset.clothes === "ready")) {
    await page.setInputFiles("#file", picture);
    await page.waitForFunction(() => document.getElementById("garment").textContent !== "?");
    result.garment = await text("garment");
    result.garmentFigures = await text("garment-figures");
    await page.screenshot({ path: screenshot, fullPage: true });
    // The camera runs until it is stopped.
    await page.click("#camera");
    await page.waitForFunction(() => document.getElementById("camera").textContent === "Stop" && !document.getElementById("video").hidden);
    await page.click("#camera");
    await page.waitForFunction(() => document.getElementById("video").hidden);
  } else await page.screenshot({ path: screenshot, fullPage: true });
  console.log(JSON.stringify(result));
} finally {
  await browser.close();
}
