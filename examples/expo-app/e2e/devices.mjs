// For Chromium's fake camera an evening sky with a moving sun, and for its fake microphone somebody who hums.
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';

const [width, height, frames] = [640, 360, 30];

/** Writes the film as raw frames (YUV4MPEG2), and returns the path. */
export function film(path) {
  const file = openSync(path, 'w');
  writeSync(file, `YUV4MPEG2 W${width} H${height} F30:1 Ip A1:1 C420jpeg\n`);
  for (let frame = 0; frame < frames; frame += 1) {
    writeSync(file, 'FRAME\n');
    writeSync(file, picture(frame / frames));
  }
  closeSync(file);
  return path;
}

/** One frame: a plane of brightness, then two of color at half the size. */
function picture(time) {
  const data = Buffer.alloc((width * height * 3) / 2);
  const angle = time * 2 * Math.PI;
  const sun = { x: width * (0.5 + 0.08 * Math.cos(angle)), y: height * (0.42 + 0.08 * Math.sin(angle)) };
  const light = (x, y) => Math.max(0, 1 - Math.hypot(x - sun.x, y - sun.y) / 190);
  for (let y = 0; y < height; y += 1) {
    const dusk = y / height;
    for (let x = 0; x < width; x += 1) {
      data[y * width + x] = Math.round(60 + 70 * dusk + 110 * light(x, y) ** 1.6);
    }
  }
  const [blue, red] = [width * height, (width * height * 5) / 4];
  for (let y = 0; y < height; y += 2) {
    const dusk = y / height;
    for (let x = 0; x < width; x += 2) {
      const at = (y / 2) * (width / 2) + x / 2;
      data[blue + at] = Math.round(165 - 55 * dusk - 50 * light(x, y));
      data[red + at] = Math.round(135 + 30 * dusk + 20 * light(x, y));
    }
  }
  return data;
}

/** Writes some seconds of a hum that swells and sinks as speech does (WAV), and returns the path. */
export function hum(path) {
  const [rate, seconds] = [16_000, 4];
  const samples = Buffer.alloc(rate * seconds * 2);
  for (let at = 0; at < rate * seconds; at += 1) {
    const time = at / rate;
    const swell = 0.35 + 0.65 * Math.sin(2 * Math.PI * 3 * time) ** 2;
    const pitch = 2 * Math.PI * (140 * time + 4 * Math.sin(2 * Math.PI * time));
    const voice = [1, 2, 3, 5, 8].reduce((sum, overtone) => sum + Math.sin(pitch * overtone) / overtone, 0);
    samples.writeInt16LE(Math.round(9_000 * swell * voice), at * 2);
  }
  const header = Buffer.alloc(44);
  header.write('RIFF');
  header.writeUInt32LE(36 + samples.length, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(rate * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(samples.length, 40);
  writeFileSync(path, Buffer.concat([header, samples]));
  return path;
}
