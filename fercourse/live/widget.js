// The page's half of LiveWidget: takes pictures, sends them as JPEG, paints what comes back.
// The next frame is taken when the last one is answered, so a slow kernel lowers the rate, nothing
// piles up, and what is painted is no older than it must be. A camera runs only between Start and Stop.

const SENT_WIDTH = 320; // pixels; faces are cut out at 48x48 anyway
const JPEG_QUALITY = 0.9;
const PATIENCE = 8000; // ms without an answer, after which the camera is turned off
const PING_EVERY = 2000; // ms without a message, after which the kernel is asked whether it is there
const TRACE_SECONDS = 10;
const SPOKEN_EVERY = 2500; // ms; a screen reader must be able to finish
const DASHES = [[], [7, 3], [2, 3], [9, 3, 2, 3], [4, 4], [1, 4], [12, 4], [6, 2, 2, 2, 2, 2]];

const NO_CAMERA = {
  NotAllowedError: "The browser may not use the camera. Allow it (look for the camera in the address bar) and press Start again, or take the clip.",
  NotFoundError: "No camera was found. Plug one in and press Start again, or take the clip.",
  NotReadableError: "Another program uses the camera. Close it and press Start again, or take the clip.",
};
const NOT_SECURE = "This page is neither https nor localhost, so the browser gives it no camera. Open the notebook on your own machine, or take the clip.";

function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

// Where pictures come from. Each calls `fresh` when it has a new one, and shows it as `element`.

class Camera {
  mirrored = true;

  async start(fresh, lost) {
    if (!navigator.mediaDevices?.getUserMedia) throw new Error(NOT_SECURE);
    const wanted = { width: { ideal: 640 }, height: { ideal: 480 }, facingMode: "user" };
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
    } catch (error) {
      throw new Error(NO_CAMERA[error.name] ?? `The camera did not start (${error.name}); take the clip.`);
    }
    if (this.stopped) return this.stop();
    this.stream.getVideoTracks()[0].addEventListener("ended", () =>
      lost("The camera was taken away. Press Start when it is back, or take the clip."));
    this.element = make("video", { muted: true, playsInline: true, srcObject: this.stream });
    await this.element.play();
    callAtEachFrame(this.element, fresh, () => this.stopped);
  }

  stop() {
    this.stopped = true;
    this.stream?.getTracks().forEach((track) => track.stop());
    if (this.element) this.element.srcObject = null;
  }
}

class VideoFile {
  mirrored = false;

  constructor(file) {
    this.file = file;
  }

  async start(fresh) {
    if (!this.file) throw new Error("Choose a video file first.");
    this.address = URL.createObjectURL(this.file);
    this.element = make("video", { muted: true, playsInline: true, loop: true, src: this.address });
    try {
      await this.element.play();
    } catch {
      throw new Error("The browser cannot play this file. Choose an .mp4 or .webm file.");
    }
    callAtEachFrame(this.element, fresh, () => this.stopped);
  }

  stop() {
    this.stopped = true;
    this.element?.pause();
    if (this.address) URL.revokeObjectURL(this.address);
  }
}

class Clip {
  mirrored = false;
  frames = [];
  parts = [];
  next = 0;

  constructor(ask, tell) {
    this.ask = ask;
    this.tell = tell;
  }

  async start(fresh) {
    const whole = new Promise((resolve, reject) => Object.assign(this, { resolve, reject }));
    this.ask(0);
    const rate = await whole;
    if (this.stopped) return;
    let shown = 0;
    const next = () => {
      this.element = this.frames[shown++ % this.frames.length];
      fresh();
    };
    next();
    this.timer = setInterval(next, 1000 / rate);
  }

  async add(buffers, part, last, rate) {
    if (part !== this.next) return; // what an earlier start had asked for
    this.next = part + 1;
    // In the order in which they came, though they are decoded side by side.
    this.parts.push(...buffers.map((buffer) => createImageBitmap(new Blob([buffer], { type: "image/jpeg" }))));
    this.tell(`The clip is being drawn: ${this.parts.length} frames so far.`);
    if (!last) return this.ask(part + 1);
    try {
      this.frames = await Promise.all(this.parts);
      this.resolve(rate);
    } catch {
      this.reject(new Error("The clip could not be read. Press Start again."));
    }
  }

  stop() {
    this.stopped = true;
    clearInterval(this.timer);
    this.resolve?.(1);
    this.parts.forEach((part) => part.then((picture) => picture.close(), () => {}));
  }
}

function callAtEachFrame(video, fresh, stopped) {
  const wait = video.requestVideoFrameCallback
    ? (call) => video.requestVideoFrameCallback(call)
    : (call) => requestAnimationFrame(call);
  let before = -1;
  const tick = () => {
    if (stopped()) return;
    if (video.requestVideoFrameCallback || video.currentTime !== before) fresh();
    before = video.currentTime;
    wait(tick);
  };
  wait(tick);
}

class Live {
  constructor(model, place) {
    this.model = model;
    this.view = Array.from(crypto.getRandomValues(new Uint32Array(3))).join("-");
    this.state = "off"; // "off", "starting", "running" or "paused"
    this.number = 0;
    this.leave = []; // what else to do when the view is closed
    this.build(place);
    this.onMessage = (content, buffers) => this.receive(content, buffers ?? []);
    this.onClasses = () => this.buildBars();
    this.onDeath = () => this.state !== "off" && this.halt(GONE);
    model.on("msg:custom", this.onMessage);
    model.on("change:classes", this.onClasses);
    model.on("comm_live_update", this.onDeath);
    this.onHide = () => this.halt("");
    window.addEventListener("pagehide", this.onHide);
    // A widget that has left the page, or a kernel that does not answer, must not keep a camera on.
    this.guard = setInterval(() => this.look(), 500);
  }

  close() {
    this.halt("");
    clearInterval(this.guard);
    window.removeEventListener("pagehide", this.onHide);
    this.model.off("msg:custom", this.onMessage);
    this.model.off("change:classes", this.onClasses);
    this.model.off("comm_live_update", this.onDeath);
    this.leave.forEach((off) => off());
  }

  look() {
    if (this.state === "off") return;
    const since = this.inFlight?.sent ?? this.asked;
    if (!this.root.isConnected) this.halt("The picture left the page, so the camera was turned off.");
    else if (since && performance.now() - since > PATIENCE) this.halt(SILENT);
    else if (!since && performance.now() - this.heard > PING_EVERY) this.send({ kind: "ping" });
  }

  // What is seen on the page.

  build(place) {
    const button = (text, call) => make("button", { type: "button", textContent: text, onclick: call });
    this.start = button("Start", () => this.begin());
    this.pause = button("Pause", () => this.togglePause());
    this.stop = button("Stop", () => this.halt(STOPPED));
    this.heat = button("Where did it look?", () => this.send({ kind: "heat" }));
    this.source = this.chooser([["clip", "the drawn clip"], ["camera", "camera"], ["file", "a video file"]]);
    this.source.onchange = () => {
      this.halt(this.state === "off" ? "" : STOPPED);
      this.file.hidden = this.source.value !== "file";
    };
    this.file = make("input", { type: "file", accept: "video/*", hidden: true, "aria-label": "Video file" });
    this.canvas = make("canvas", { width: 640, height: 480, role: "img", "aria-label": "The picture, with a box around each face" });
    this.bars = make("div", { role: "group", "aria-label": "Probability of each expression class" });
    this.trace = make("canvas", { className: "fer-trace", width: 480, height: 220, role: "img", "aria-label": `Probabilities over the last ${TRACE_SECONDS} seconds` });
    this.rates = make("div", { className: "fer-rates" });
    this.says = make("p", { className: "fer-says", role: "status", textContent: "Off. Nothing is sent until you press Start." });
    this.spoken = make("p", { className: "fer-unseen", "aria-live": "polite" });
    this.question = make("div", { className: "fer-question", role: "alertdialog", "aria-label": "Before the camera starts", hidden: true });
    this.map = make("figure", { className: "fer-heat", hidden: true });
    this.root = make(
      "div",
      { className: "fer-live", role: "region", "aria-label": "Live expression classifier" },
      make("div", { className: "fer-row" }, this.start, this.pause, this.stop, this.heat),
      make("div", { className: "fer-row" },
        make("label", {}, "Source", this.source), this.file,
        make("label", {}, "Model", this.chooseTrait("models", "chosen_model")),
        make("label", {}, "Detector", this.chooseTrait("detectors", "chosen_detector"))),
      this.question,
      make("div", { className: "fer-main" },
        make("div", { className: "fer-picture" }, this.canvas, this.says),
        make("div", { className: "fer-side" }, this.bars, this.trace, this.rates, this.map)),
      this.spoken,
    );
    place.append(this.root);
    this.buildBars();
    this.enable();
  }

  chooser(options) {
    return make("select", {}, ...options.map(([value, text]) => make("option", { value, textContent: text })));
  }

  chooseTrait(all, chosen) {
    const names = this.model.get(all);
    const select = this.chooser(names.map((name) => [name, name]));
    select.value = this.model.get(chosen);
    select.onchange = () => {
      this.model.set(chosen, select.value);
      this.model.save_changes();
    };
    const follow = () => (select.value = this.model.get(chosen));
    this.model.on(`change:${chosen}`, follow);
    this.leave.push(() => this.model.off(`change:${chosen}`, follow));
    return select;
  }

  buildBars() {
    const colors = this.model.get("colors");
    this.trail = [];
    this.rows = this.model.get("classes").map((name, index) => {
      const fill = make("div", { className: "fer-fill" });
      fill.style.background = colors[index];
      const track = make("div", { className: "fer-track", role: "meter", "aria-label": name, "aria-valuemin": 0, "aria-valuemax": 100, "aria-valuenow": 0 }, fill);
      const percent = make("span", { className: "fer-percent", textContent: "" });
      const row = make("div", { className: "fer-bar" }, make("span", { textContent: name }), track, percent);
      return { name, color: colors[index], row, track, fill, percent };
    });
    this.bars.replaceChildren(...this.rows.map(({ row }) => row));
  }

  say(text) {
    if (text) this.says.textContent = text;
  }

  enable() {
    const off = this.state === "off";
    this.start.disabled = !off;
    this.pause.disabled = this.state !== "running" && this.state !== "paused";
    this.pause.textContent = this.state === "paused" ? "Go on" : "Pause";
    this.stop.disabled = off;
    this.heat.disabled = this.state !== "running" && this.state !== "paused";
    this.root.dataset.state = this.state;
  }

  // On, off, and the question before.

  begin() {
    const place = this.elsewhere();
    if (place && this.source.value !== "clip") this.ask(place);
    else this.run();
  }

  elsewhere() {
    const here = ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);
    return this.model.get("elsewhere") || (here ? "" : "another computer");
  }

  ask(place) {
    const answer = (text, call) => make("button", { type: "button", textContent: text, onclick: () => { this.question.hidden = true; call(); } });
    const clip = answer("Take the drawn clip instead", () => this.takeClip());
    this.question.replaceChildren(
      make("p", { textContent: `The kernel runs, or may run, on ${place}. If you go on, pictures from your ${this.source.value} are sent there, looked at and dropped. The drawn clip shows nobody.` }),
      clip, " ", answer("Send my pictures there", () => this.run()), " ", answer("Cancel", () => {}),
    );
    this.question.hidden = false;
    clip.focus();
  }

  takeClip() {
    this.source.value = "clip";
    this.file.hidden = true;
    this.run();
  }

  async run() {
    const fromStart = document.activeElement === this.start;
    this.halt("");
    Object.assign(this, { state: "starting", heard: performance.now(), spokenName: undefined });
    this.say("Starting.");
    this.enable();
    if (fromStart) this.stop.focus(); // Start cannot be pressed any more
    const source = this.newSource();
    this.origin = source;
    try {
      await source.start(() => this.fresh(source), (text) => this.lose(source, text));
    } catch (error) {
      if (this.origin === source) this.fail(error.message);
      return;
    }
    if (this.origin !== source) return source.stop();
    Object.assign(this, { state: "running", times: [], trail: [], first: performance.now() });
    this.say({ camera: "The camera is on. Only you should be in the picture.", file: "The file is played.", clip: "The drawn clip is played. No camera is used." }[this.source.value]);
    this.enable();
    if (source.element && !(source.element instanceof HTMLVideoElement)) this.fresh(source);
  }

  newSource() {
    if (this.source.value === "camera") return new Camera();
    if (this.source.value === "file") return new VideoFile(this.file.files[0]);
    return new Clip((part) => this.send({ kind: "clip", part }), (text) => this.say(text));
  }

  fail(text) {
    this.halt(text);
    this.question.replaceChildren(
      make("p", { textContent: text }),
      make("button", { type: "button", textContent: "Take the drawn clip", onclick: () => { this.question.hidden = true; this.takeClip(); } }),
    );
    this.question.hidden = this.source.value === "clip";
  }

  lose(source, text) {
    if (this.origin === source) this.fail(text);
  }

  togglePause() {
    this.state = this.state === "paused" ? "running" : "paused";
    this.trail.push({ taken: performance.now() }); // the trace is broken off here
    this.say(this.state === "paused" ? "Paused: nothing is sent. Stop turns the camera off." : "Going on.");
    this.enable();
  }

  halt(text) {
    this.origin?.stop();
    this.forgetFrame();
    this.origin = null;
    this.question.hidden = true;
    if (this.state !== "off") this.send({ kind: "stop" });
    this.state = "off";
    this.asked = null;
    this.clear();
    this.say(text);
    this.enable();
  }

  clear() {
    // Nobody's picture stays on the page.
    for (const canvas of [this.canvas, this.trace]) canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
    this.small = null;
    this.map.replaceChildren();
    this.map.hidden = true;
    this.showBars(null);
    this.rates.textContent = "";
  }

  forgetFrame() {
    this.inFlight?.picture.close();
    this.inFlight = null;
    this.hasFresh = false;
  }

  // Frames: a fresh one is taken when nothing is in flight.

  send(content, buffers = []) {
    try {
      this.model.send({ ...content, view: this.view }, undefined, buffers);
      if (content.kind !== "stop") this.asked ??= performance.now();
    } catch {
      if (content.kind !== "stop") this.halt(GONE); // the channel to the kernel is closed
    }
  }

  fresh(source) {
    if (this.origin !== source || this.state !== "running") return;
    this.hasFresh = true;
    this.take();
  }

  async take() {
    if (!this.hasFresh || this.taking || this.inFlight || this.state !== "running") return;
    const source = this.origin;
    this.taking = true;
    this.hasFresh = false;
    const taken = performance.now();
    let picture;
    try {
      picture = await createImageBitmap(source.element);
      const width = Math.min(SENT_WIDTH, picture.width);
      const height = Math.max(1, Math.round((picture.height * width) / picture.width));
      const jpeg = this.encode(picture, width, height);
      if (this.origin !== source || this.state !== "running") throw new Error("stopped meanwhile");
      const number = this.number++;
      this.inFlight = { number, picture, taken, sent: performance.now(), scale: picture.width / width, mirrored: source.mirrored };
      this.send({ kind: "frame", number, time: taken / 1000 }, [jpeg.buffer]);
    } catch {
      picture?.close(); // a source that is not ready yet, or not any more
    }
    this.taking = false;
  }

  encode(picture, width, height) {
    this.small ??= make("canvas");
    Object.assign(this.small, { width, height });
    this.small.getContext("2d", { willReadFrequently: true }).drawImage(picture, 0, 0, width, height);
    // toBlob waits until the page is idle: 40 ms at a busy time, where this takes two.
    const address = this.small.toDataURL("image/jpeg", JPEG_QUALITY);
    return Uint8Array.from(atob(address.slice(address.indexOf(",") + 1)), (letter) => letter.charCodeAt(0));
  }

  receive(content, buffers) {
    if (content.view !== undefined && content.view !== this.view) return;
    Object.assign(this, { asked: null, heard: performance.now() });
    if (content.kind === "problem") {
      this.say(content.text);
      if (this.state === "starting") this.origin.reject?.(new Error(content.text));
    }
    if (content.kind === "clip" && this.origin instanceof Clip) {
      this.origin.add(buffers, content.part, content.last, content.rate);
    } else if (content.kind === "heat" && this.state !== "off") {
      this.showHeat(content, buffers);
    } else {
      this.answered(content);
    }
  }

  answered(content) {
    const frame = this.inFlight;
    if (!frame || content.number !== frame.number) return;
    this.inFlight = null;
    if (content.kind === "result") this.show(frame, content);
    frame.picture.close();
    this.take();
  }

  // What came back.

  show(frame, { faces, milliseconds }) {
    const { picture, scale, mirrored } = frame;
    const { width, height } = picture;
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
    const pen = this.canvas.getContext("2d");
    pen.save();
    if (mirrored) pen.setTransform(-1, 0, 0, 1, width, 0);
    pen.drawImage(picture, 0, 0);
    pen.restore();
    const boxes = faces.map((face) => {
      const [x, y, w, h] = face.box.map((value) => value * scale);
      return { x: mirrored ? width - x - w : x, y, w, h, ...this.best(face) };
    });
    boxes.forEach((box) => this.drawBox(pen, box));
    const largest = boxes.reduce((a, b) => (b.w > (a?.w ?? 0) ? b : a), null);
    this.showBars(largest);
    this.showTrace(largest, frame.taken);
    const latency = performance.now() - frame.taken;
    this.showRates(milliseconds, performance.now() - frame.sent);
    this.speak(largest);
    const detail = { number: frame.number, taken: frame.taken, latency, milliseconds, width, height, boxes };
    this.root.dispatchEvent(new CustomEvent("fercourse-result", { bubbles: true, detail }));
  }

  best({ id, probabilities }) {
    const at = probabilities.indexOf(Math.max(...probabilities));
    return { id, probabilities, name: this.rows[at]?.name, color: this.rows[at]?.color, share: probabilities[at] };
  }

  drawBox(pen, { x, y, w, h, name, color, share, id }) {
    const size = Math.max(14, Math.round(this.canvas.width / 32));
    const text = `${id}: ${name} ${Math.round(100 * share)} %`;
    pen.lineWidth = Math.max(2, size / 7);
    pen.strokeStyle = color;
    pen.strokeRect(x, y, w, h);
    pen.font = `600 ${size}px system-ui, sans-serif`;
    const wide = pen.measureText(text).width + size / 2;
    const top = Math.max(0, y - 1.4 * size);
    pen.fillStyle = "rgba(0, 0, 0, 0.75)";
    pen.fillRect(x, top, wide, 1.4 * size);
    pen.fillStyle = color;
    pen.fillRect(x, top, size / 5, 1.4 * size);
    pen.fillStyle = "#fff";
    pen.fillText(text, x + size / 3, top + size);
  }

  showBars(face) {
    this.rows.forEach(({ row, track, fill, percent, name }, index) => {
      const share = face?.probabilities[index] ?? 0;
      const text = face ? `${Math.round(100 * share)} %` : "";
      fill.style.width = `${100 * share}%`;
      percent.textContent = text;
      track.setAttribute("aria-valuenow", Math.round(100 * share));
      row.classList.toggle("fer-first", face?.name === name);
    });
  }

  showTrace(face, taken) {
    this.trail.push({ taken, shares: face?.probabilities });
    while (this.trail[0].taken < taken - 1000 * TRACE_SECONDS) this.trail.shift();
    const { width, height } = this.trace;
    const pen = this.trace.getContext("2d");
    pen.clearRect(0, 0, width, height);
    pen.setLineDash([]);
    pen.strokeStyle = "#999";
    pen.lineWidth = 1;
    pen.strokeRect(0.5, 0.5, width - 1, height - 1);
    this.rows.forEach(({ name, color }, index) => {
      pen.beginPath();
      pen.strokeStyle = color;
      pen.lineWidth = 3;
      pen.setLineDash(DASHES[index % DASHES.length]);
      let down = false;
      for (const { taken: then, shares } of this.trail) {
        const x = width * (1 - (taken - then) / (1000 * TRACE_SECONDS));
        const y = height * (1 - (shares?.[index] ?? 0));
        if (shares && down) pen.lineTo(x, y);
        else pen.moveTo(x, y);
        down = Boolean(shares);
      }
      pen.stroke();
      if ((face?.probabilities[index] ?? 0) > 0.25) {
        pen.setLineDash([]);
        pen.font = "600 22px system-ui, sans-serif";
        pen.textAlign = "right";
        pen.fillStyle = color;
        pen.fillText(name, width - 6, Math.min(height - 6, height * (1 - face.probabilities[index]) + 24));
      }
    });
  }

  showRates(milliseconds, trip) {
    const now = performance.now();
    this.times.push(now);
    while (this.times[0] < now - 2000) this.times.shift();
    if (now - (this.ratesShown ?? 0) < 500) return;
    this.ratesShown = now;
    const rate = this.times.length / Math.min(2, Math.max(0.1, (now - this.first) / 1000));
    const stages = Object.entries(milliseconds).map(([name, value]) => `${name} ${value.toFixed(1)}`);
    this.rates.textContent = `${rate.toFixed(0)} results a second, ${trip.toFixed(0)} ms to the kernel and back. In the kernel, ms: ${stages.join(", ")}`;
  }

  speak(face) {
    const now = performance.now();
    const text = face ? `${face.name}, ${Math.round(100 * face.share)} percent` : "no face";
    if (now - (this.spokenAt ?? -Infinity) < SPOKEN_EVERY || (face?.name ?? null) === this.spokenName) return;
    Object.assign(this, { spokenAt: now, spokenName: face?.name ?? null });
    this.spoken.textContent = text;
  }

  showHeat({ name, width, height, largest }, [face, heat]) {
    const gray = bytesOf(face), hot = bytesOf(heat);
    const canvas = make("canvas", { width, height, role: "img", "aria-label": `The face, lighter and yellow where hiding a place takes most from ${name}` });
    const pen = canvas.getContext("2d");
    const picture = pen.createImageData(width, height);
    for (let at = 0; at < gray.length; at++) {
      const share = hot[at] / 255;
      picture.data.set([gray[at] * (1 - share) + 255 * share, gray[at] * (1 - share) + 220 * share, gray[at] * (1 - share), 255], 4 * at);
    }
    pen.putImageData(picture, 0, 0);
    const caption = make("figcaption", { textContent: `Yellow: hiding this place takes up to ${Math.round(100 * Math.max(0, largest))} points from ${name}.` });
    this.map.replaceChildren(canvas, caption);
    this.map.hidden = false;
  }
}

const STOPPED = "Stopped. The camera is off.";
const GONE = "The kernel has ended or begun anew, so the camera was turned off. Run the cell again when it is back.";
const SILENT = `No answer for ${PATIENCE / 1000} seconds, so the camera was turned off: the kernel is busy with another cell, or gone. Press Start again; if that does not help, run the cell again.`;

function bytesOf(buffer) {
  return buffer instanceof ArrayBuffer ? new Uint8Array(buffer) : new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

export default {
  render({ model, el }) {
    const live = new Live(model, el);
    return () => live.close();
  },
};
