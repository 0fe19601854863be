// One file sent by the tus protocol 1.0.0, so that a broken connection, a
// restarted server or a reloaded page costs nothing that arrived. It keeps
// trying by itself, with pauses that grow, and remembers in this browser where
// the file went: choosing the same file again goes on from there.

const PAUSES = [1, 2, 4, 8, 15, 15, 15, 30, 30, 30, 60, 60]; // seconds, while nothing arrives
const HEADERS = { "Tus-Resumable": "1.0.0", Accept: "application/json" };

export class Pieces {
  // tell has progress(bytes), broken(), failed(sentence or "") and done(token).
  constructor(address, file, tell) {
    Object.assign(this, { address, file, tell, tries: 0, stopped: false });
    this.key = `upload ${address} ${file.name} ${file.size} ${file.lastModified}`;
  }

  start() {
    this.stopped = false;
    this.tries = 0;
    this.step();
  }

  // cancel stops sending and lets the server forget what arrived.
  cancel() {
    this.stopped = true;
    clearTimeout(this.pause);
    this.request?.abort();
    const at = localStorage.getItem(this.key);
    this.forget();
    if (at) fetch(at, { method: "DELETE", headers: HEADERS }).catch(() => {});
  }

  forget() {
    localStorage.removeItem(this.key);
  }

  async step() {
    try {
      const at = await this.place();
      if (this.stopped) return;
      if (at.offset < this.file.size) await this.send(at);
      if (!this.stopped) this.tell.done(at.url.split("/").pop());
    } catch (e) {
      if (this.stopped) return;
      if (e.message) return this.tell.failed(e.message); // the server's own sentence
      this.again();
    }
  }

  again() {
    if (this.tries >= PAUSES.length) return this.tell.failed("");
    this.tell.broken();
    this.pause = setTimeout(() => this.step(), 1000 * PAUSES[this.tries++]);
  }

  // place is where the file goes, and how much of it is there.
  async place() {
    const known = localStorage.getItem(this.key);
    if (known) {
      const answer = await reach(known, { method: "HEAD", headers: HEADERS });
      const offset = Number(answer.headers.get("Upload-Offset") ?? NaN);
      if (answer.ok && Number(answer.headers.get("Upload-Length")) === this.file.size && !Number.isNaN(offset)) return { url: known, offset };
      if (answer.status >= 500) throw new Error("");
      this.forget(); // it ended, or is somebody else's
    }
    const name = btoa(String.fromCharCode(...new TextEncoder().encode(this.file.name)));
    const headers = { ...HEADERS, "Upload-Length": this.file.size, "Upload-Metadata": `filename ${name}` };
    const answer = await reach(this.address, { method: "POST", headers });
    if (!answer.ok) throw new Error(answer.status >= 500 ? "" : await sentence(answer));
    const url = answer.headers.get("Location");
    localStorage.setItem(this.key, url);
    return { url, offset: 0 };
  }

  // send gives all that is missing in one request, which alone tells progress.
  send({ url, offset }) {
    return new Promise((done, failed) => {
      const request = (this.request = new XMLHttpRequest());
      request.open("PATCH", url);
      for (const [name, value] of Object.entries(HEADERS)) request.setRequestHeader(name, value);
      request.setRequestHeader("Upload-Offset", offset);
      request.setRequestHeader("Content-Type", "application/offset+octet-stream");
      request.upload.addEventListener("progress", (e) => {
        this.tries = 0;
        this.tell.progress(offset + e.loaded);
      });
      request.addEventListener("load", () => {
        if (request.status === 204) return done();
        if (request.status === 409 || request.status === 423 || request.status >= 500) return failed(new Error("")); // ask where it stands
        let why = {};
        try {
          why = JSON.parse(request.responseText);
        } catch {
          // no sentence: try again
        }
        failed(new Error(why.error || ""));
      });
      request.addEventListener("error", () => failed(new Error("")));
      request.addEventListener("abort", () => failed(new Error("")));
      request.send(this.file.slice(offset));
    });
  }
}

// reach is fetch whose failures have no sentence: try again.
async function reach(url, options) {
  try {
    return await fetch(url, options);
  } catch {
    throw new Error("");
  }
}

async function sentence(answer) {
  try {
    return (await answer.json()).error || String(answer.status);
  } catch {
    return String(answer.status);
  }
}
