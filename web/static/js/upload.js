// Uploads with progress, for form[data-upload]. Without scripts the form sends
// all its files at once; with them each file goes in a request of its own to the
// same address, with the form's other fields before it and
// "Accept: application/json". The server answers
//   2xx  {"href": "...", "label": "EV-0042", "text": "...", "query": "id=7"}   all optional
//   else {"error": "a sentence in the reader's language"}
// An answer that is no JSON counts by its status alone. Once every file arrived
// the page goes on to data-next, with the queries of all answers.

const AT_ONCE = 2; // files on the way at the same time
const LARGE = 8e6; // bytes from which a file goes in pieces

for (const form of document.querySelectorAll("form[data-upload]")) start(form);

function start(form) {
  const field = form.querySelector('input[type="file"]');
  const list = form.querySelector("[data-upload-list]");
  const status = form.querySelector("[data-upload-status]");
  const template = form.querySelector("[data-upload-row]");
  const words = {};
  for (const s of form.querySelector("[data-upload-text]").content.querySelectorAll("[data-text]")) words[s.dataset.text] = s.textContent;
  const items = [];

  form.querySelector("[data-upload-words]").hidden = false;

  field.addEventListener("change", () => {
    add(field.files);
    field.value = "";
  });
  form.addEventListener("submit", (e) => {
    if (!items.length) return; // nothing added: let the server say what is missing
    e.preventDefault();
    for (const item of items) if (item.state === "waiting") item.wanted = true;
    next();
  });

  // Drops anywhere on the page, and pastes.
  let depth = 0;
  const carriesFiles = (e) => [...(e.dataTransfer?.types ?? [])].includes("Files");
  const mark = () => document.body.classList.toggle("dropping", depth > 0);
  addEventListener("dragenter", (e) => {
    if (!carriesFiles(e)) return;
    depth++;
    mark();
  });
  addEventListener("dragleave", (e) => {
    if (!carriesFiles(e)) return;
    depth = Math.max(0, depth - 1);
    mark();
  });
  addEventListener("dragover", (e) => carriesFiles(e) && e.preventDefault());
  addEventListener("drop", (e) => {
    if (!carriesFiles(e)) return;
    e.preventDefault();
    depth = 0;
    mark();
    add(e.dataTransfer.files);
  });
  addEventListener("paste", (e) => {
    if (e.clipboardData?.files.length) add([...e.clipboardData.files].map(named));
  });

  // named gives a pasted picture, which browsers all call image.png, the moment
  // it was taken: screenshot-2026-11-26-1432.png.
  function named(file) {
    if (!/^image\.\w+$/.test(file.name)) return file;
    const two = (n) => String(n).padStart(2, "0");
    const d = new Date();
    const moment = `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}-${two(d.getHours())}${two(d.getMinutes())}`;
    return new File([file], `${words.screenshot}-${moment}.${file.name.split(".").pop()}`, { type: file.type });
  }
  addEventListener("beforeunload", (e) => {
    if (items.some((i) => i.state === "sending")) e.preventDefault();
  });

  function add(files) {
    if (!field.multiple && files.length) {
      for (const item of [...items]) cancel(item);
      files = [files[0]];
    }
    for (const file of files) {
      const row = template.content.firstElementChild.cloneNode(true);
      const part = (name) => row.querySelector(`[data-${name}]`);
      const item = { file, row, state: "waiting", wanted: false };
      part("name").textContent = file.name;
      part("size").textContent = size(file.size);
      part("state").textContent = words.waiting;
      part("cancel").addEventListener("click", () => cancel(item));
      part("retry").addEventListener("click", () => {
        item.state = "waiting";
        item.wanted = true;
        next();
      });
      items.push(item);
      list.append(row);
    }
  }

  function next() {
    const sending = items.filter((i) => i.state === "sending").length;
    for (const item of items.filter((i) => i.wanted && i.state === "waiting").slice(0, AT_ONCE - sending)) send(item);
    if (!items.length || !items.every((i) => i.state === "done") || !form.dataset.next) return;
    const query = items.map((i) => i.query).filter(Boolean).join("&");
    location.assign(form.dataset.next + (query && "?" + query));
  }

  function send(item) {
    show(item, "sending");
    tell(item, "");
    if (form.dataset.pieces && item.file.size >= LARGE && !item.token) return sendPieces(item);
    sendForm(item);
  }

  async function sendPieces(item) {
    if (item.pieces) return item.pieces.start();
    let Pieces;
    try {
      ({ Pieces } = await import(form.dataset.piecesScript));
    } catch {
      return fail(item, words.failed);
    }
    if (item.state !== "sending") return; // cancelled meanwhile
    item.pieces = new Pieces(form.dataset.pieces, item.file, {
      progress: (sent) => progress(item, sent, item.file.size),
      broken: () => tell(item, words.broken),
      failed: (why) => fail(item, why || words.stopped, !why),
      done: (token) => {
        item.token = token;
        sendForm(item);
      },
    });
    item.pieces.start();
  }

  function sendForm(item) {
    const body = new FormData();
    for (const [name, value] of new FormData(form)) if (name !== field.name) body.append(name, value);
    body.append("files", items.length);
    if (item.token) body.append("upload", item.token);
    else body.append(field.name, item.file, item.file.name);
    const request = (item.request = new XMLHttpRequest());
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (e) => e.lengthComputable && !item.token && progress(item, e.loaded, e.total));
    request.addEventListener("load", () => settle(item, request));
    request.addEventListener("error", () => fail(item, item.token ? words.stopped : words.failed, Boolean(item.token)));
    request.addEventListener("abort", () => fail(item, words.cancelled));
    if (item.token) tell(item, words.saving);
    request.send(body);
  }

  function progress(item, sent, total) {
    item.row.querySelector("progress").value = (100 * sent) / total;
    tell(item, sent === total ? words.saving : `${size(sent)} / ${size(total)}`);
  }

  function settle(item, request) {
    let answer = {};
    try {
      answer = JSON.parse(request.responseText);
    } catch {
      // no JSON: the status decides
    }
    if (request.status < 200 || request.status > 299) {
      if (answer.gone) {
        item.token = "";
        item.pieces?.forget();
      }
      return fail(item, answer.error || words.failed);
    }
    item.pieces?.forget();
    item.query = answer.query;
    show(item, "done");
    tell(item, answer.text || words.sent);
    if (answer.href) {
      const link = document.createElement("a");
      link.href = answer.href;
      link.textContent = answer.label || item.file.name;
      item.row.querySelector("[data-name]").replaceChildren(link);
    }
    status.textContent = `${item.file.name}: ${answer.text || words.sent}`;
    next();
  }

  function fail(item, why, resumable) {
    item.wanted = false;
    show(item, "failed");
    item.row.querySelector("[data-retry]").textContent = resumable ? words.resume : words.again;
    tell(item, "");
    item.row.querySelector("[data-error]").textContent = why;
    status.textContent = `${item.file.name}: ${why}`;
    next();
  }

  function cancel(item) {
    if (item.state === "sending" && item.request) return item.request.abort();
    item.pieces?.cancel();
    items.splice(items.indexOf(item), 1);
    item.row.remove();
    field.focus();
    if (items.some((i) => i.state === "done")) next();
  }

  // show sets which of the row's parts belong to a state.
  function show(item, state) {
    item.state = state;
    item.row.querySelector("progress").hidden = state === "done" || state === "failed";
    item.row.querySelector("[data-cancel]").hidden = state === "done";
    item.row.querySelector("[data-retry]").hidden = state !== "failed";
    item.row.querySelector("[data-error]").textContent = "";
  }

  function tell(item, text) {
    item.row.querySelector("[data-state]").textContent = text;
  }

  function size(bytes) {
    const units = words.units.split(" ");
    let unit = 0;
    while (bytes >= 1000 && unit < units.length - 1) {
      bytes /= 1000;
      unit++;
    }
    const digits = unit && bytes < 10 ? 1 : 0;
    return `${bytes.toLocaleString(document.documentElement.lang, { maximumFractionDigits: digits })}\u00a0${units[unit]}`;
  }
}
